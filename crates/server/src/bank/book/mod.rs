//! The book beside the index: what each slot and each digest stands for.
//!
//! Most of it may be [`Written`]: bytes that were read, or are mapped, and are never changed. What differs from them is
//! beside them. Entries have numbers: those of the written book come first, then those that came since.

mod written;

use std::collections::{BTreeSet, HashMap, HashSet};

use bytes::Bytes;
use exchange::{Advice, Class, Entry, EntryId, Fingerprint, Kind, Matched, Radius, Status, Tier, View};
use hamming::{Buffer, Index, Slot, Snapshot};

use super::evidence::{Evidence, Mark, Met};
use written::Written;

/// In four bytes of terms, instead of a radius.
const NONE: u8 = 255;

/// What an index is over.
#[derive(Default)]
pub(super) struct Book {
    written: Written,
    /// Numbers of written entries that went, or are among what came since.
    gone: HashSet<u32>,
    /// Written entries that are where they were, under other terms.
    amended: HashMap<u32, Terms>,
    /// What came since: numbered after the written ones. Numbers of those that went are in `free`.
    came: Vec<Option<Kept>>,
    numbers: HashMap<EntryId, u32>,
    free: Vec<u32>,
    /// By slot, after those that the written book knows: the entry's number. Eight bytes, since there is one for every view.
    owners: Vec<Option<(u32, Mark)>>,
    exact: HashMap<Exact, Holders>,
    /// How many holdings of a digest went with written entries.
    went: HashMap<Exact, usize>,
    views: usize,
    digests: usize,
}

/// Under what terms an entry is matched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Terms {
    pub(super) class: Class,
    pub(super) tier: Tier,
    status: Status,
    block_radius: Option<u8>,
}

/// An entry that came since.
struct Kept {
    id: EntryId,
    terms: Terms,
    fingerprints: Box<[Place]>,
    views: Box<[(u8, Slot)]>,
}

/// Where something of an entry is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Slot(Slot),
    Exact(Exact),
    View(u8, Slot),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Exact {
    Sha256([u8; 32]),
    Md5([u8; 16]),
}

/// Nearly always one entry holds a digest.
enum Holders {
    One((u32, u8)),
    Many(BTreeSet<(u32, u8)>),
}

impl Book {
    /// The book that [`Book::to_bytes`] wrote beside an index that had issued so many slots, read where the bytes lie;
    /// `None` if they are something else.
    pub(super) fn open(bytes: Bytes, slots: u64) -> Option<Self> {
        let written = Written::open(bytes).filter(|written| written.slots() <= slots)?;
        Some(Self { views: written.views(), digests: written.digests(), written, ..Self::default() })
    }

    /// All of it, written anew.
    pub(super) fn to_bytes(&self) -> Buffer {
        let mut came: Vec<(EntryId, u32)> = self.numbers.iter().map(|(id, number)| (*id, *number)).collect();
        came.sort_unstable();
        let mut came = came.into_iter().peekable();
        let mut written = (0..self.written.len())
            .filter(|number| !self.gone.contains(number))
            .filter_map(|number| Some((self.written.id(number)?, number)))
            .peekable();
        let both = std::iter::from_fn(|| match (came.peek(), written.peek()) {
            (Some(new), Some(old)) if new < old => came.next(),
            (_, Some(_)) => written.next(),
            (_, None) => came.next(),
        });
        written::write(both.filter_map(|(id, number)| Some((id, self.terms(number)?, self.places(number)))))
    }

    /// Whether much of it is not written: that takes three times as much memory, and eight bytes for every slot issued
    /// since, also of what went.
    pub(super) fn is_loose(&self) -> bool {
        let changed = self.came.len() + self.gone.len() + self.amended.len();
        changed > self.written.len() as usize / 4 || self.owners.len() as u64 > self.written.slots() / 4
    }

    /// Entries that are held.
    pub(super) fn len(&self) -> usize {
        self.written.len() as usize - self.gone.len() + self.numbers.len()
    }

    /// Views that are held.
    pub(super) const fn views(&self) -> usize {
        self.views
    }

    /// Digests that are held.
    pub(super) const fn digests(&self) -> usize {
        self.digests
    }

    /// Ids of everything that is held.
    pub(super) fn ids(&self) -> Vec<EntryId> {
        let written = (0..self.written.len()).filter(|number| !self.gone.contains(number));
        written.filter_map(|number| self.written.id(number)).chain(self.numbers.keys().copied()).collect()
    }

    /// Whose a slot is, and what of it. Numbers mean nothing once this book was changed.
    pub(super) fn owner(&self, slot: Slot) -> Option<(u32, Mark)> {
        match u64::from(slot.get()).checked_sub(self.written.slots()) {
            Some(place) => self.owners.get(place as usize).copied().flatten(),
            None => self.written.owner(slot).filter(|(number, _)| !self.gone.contains(number)),
        }
    }

    /// Who holds a digest, and where among its fingerprints.
    pub(super) fn holders(&self, exact: Exact) -> impl Iterator<Item = (u32, u8)> {
        let (one, many) = match self.exact.get(&exact) {
            None => (None, None),
            Some(Holders::One(one)) => (Some(*one), None),
            Some(Holders::Many(many)) => (None, Some(many)),
        };
        let came = one.into_iter().chain(many.into_iter().flatten().copied());
        let written = self.written.holders(exact).filter(|(number, _)| !self.gone.contains(number));
        written.chain(came)
    }

    /// The entry of this number.
    pub(super) fn id(&self, number: u32) -> Option<EntryId> {
        match self.place_since(number) {
            Some(place) => Some(self.came.get(place)?.as_ref()?.id),
            None => self.written.id(number),
        }
    }

    /// Under what terms an entry stands.
    pub(super) fn terms(&self, number: u32) -> Option<Terms> {
        match self.place_since(number) {
            Some(place) => self.came.get(place)?.as_ref().map(|kept| kept.terms),
            None => self.amended.get(&number).copied().or_else(|| self.written.terms(number)),
        }
    }

    pub(super) fn put(&mut self, index: &mut Index, entry: &Entry, views_max: usize) {
        if entry.status == Status::Withdrawn {
            return self.remove(index, entry.id);
        }
        let views = &entry.views[..entry.views.len().min(views_max)];
        let terms = Terms::of(entry);
        if let Some(number) = self.number(entry.id)
            && self.is_where(number, &entry.fingerprints, views, index)
        {
            // Same fingerprints: they keep their slots, so that a search under way still finds them.
            return self.amend(number, terms);
        }
        self.remove(index, entry.id);
        let number = self.new_number();
        let place = |(position, fingerprint): (u8, &Fingerprint)| match Exact::of(fingerprint) {
            Ok(exact) => self.hold(exact, (number, position)),
            Err(hash) => Place::Slot(self.fill(index, hash, number, Mark::Fingerprint(position))),
        };
        let fingerprints = (0_u8..).zip(&entry.fingerprints).map(place).collect();
        let view = |view: &View| (view.code, self.fill(index, view.hash, number, Mark::View(view.code)));
        let views: Box<[_]> = views.iter().map(view).collect();
        self.views += views.len();
        self.numbers.insert(entry.id, number);
        let place = (number - self.written.len()) as usize;
        self.came[place] = Some(Kept { id: entry.id, terms, fingerprints, views });
    }

    pub(super) fn remove(&mut self, index: &mut Index, entry: EntryId) {
        let Some(number) = self.number(entry) else { return };
        let places = self.places(number);
        match self.place_since(number) {
            Some(place) => {
                self.numbers.remove(&entry);
                self.came[place] = None;
                self.free.push(number);
            }
            None => {
                self.amended.remove(&number);
                self.gone.insert(number);
            }
        }
        for (position, place) in places.iter().enumerate() {
            match *place {
                Place::Slot(slot) => self.clear(index, slot),
                Place::View(_, slot) => {
                    self.clear(index, slot);
                    // A written book that contradicts itself in single places is read all the same.
                    self.views = self.views.saturating_sub(1);
                }
                // What an entry holds twice, it lets go of once.
                Place::Exact(_) if places[..position].contains(place) => {}
                Place::Exact(exact) => {
                    let times = places[position..].iter().filter(|other| *other == place).count();
                    self.let_go(exact, number, times);
                }
            }
        }
    }

    pub(super) fn matched(
        &self,
        number: u32,
        evidence: &Evidence,
        radius: Radius,
        index: &Snapshot,
    ) -> Option<Matched> {
        let Terms { class, tier, status, block_radius } = self.terms(number)?;
        let Met { kind, distance, mark, trimmed, orientation, .. } = evidence.nearest?;
        let (fingerprint, view) = match mark {
            Mark::Fingerprint(position) => (position, None),
            // Views are of the picture, whose hash is the first of its kind.
            Mark::View(code) => {
                let first = self.places(number).iter().position(|place| matches!(place, Place::Slot(_))).unwrap_or(0);
                (first as u8, Some(code))
            }
        };
        // A wide search is for people: nothing found by it is blocked unseen.
        let advice = if radius.is_firm() { evidence.advice(block_radius, index) } else { Advice::Review };
        let entry = self.id(number)?;
        Some(Matched { entry, class, tier, status, advice, distance, orientation, kind, fingerprint, view, trimmed })
    }

    /// Where an entry that came since is; `None` for a written one.
    fn place_since(&self, number: u32) -> Option<usize> {
        number.checked_sub(self.written.len()).map(|place| place as usize)
    }

    /// The number of an entry that is held.
    fn number(&self, id: EntryId) -> Option<u32> {
        let written = || self.written.number(id).filter(|number| !self.gone.contains(number));
        self.numbers.get(&id).copied().or_else(written)
    }

    /// A number for a new entry.
    fn new_number(&mut self) -> u32 {
        if let Some(number) = self.free.pop() {
            return number;
        }
        self.came.push(None);
        let number = self.written.len() as usize + self.came.len() - 1;
        // The index issues 2^32 slots in its life, at least one for each entry that it is searched for.
        u32::try_from(number).expect("fewer entries at a time than 2^32")
    }

    /// Where an entry is: its fingerprints in order, then its views.
    fn places(&self, number: u32) -> Vec<Place> {
        let Some(place) = self.place_since(number) else { return self.written.places(number).collect() };
        let Some(Some(kept)) = self.came.get(place) else { return Vec::new() };
        let views = kept.views.iter().map(|(code, slot)| Place::View(*code, *slot));
        kept.fingerprints.iter().copied().chain(views).collect()
    }

    /// Whether it has just these fingerprints and views.
    fn is_where(&self, number: u32, fingerprints: &[Fingerprint], views: &[View], index: &Index) -> bool {
        let places = self.places(number);
        let is_fingerprint = |(place, fingerprint): (&Place, &Fingerprint)| match (place, Exact::of(fingerprint)) {
            (Place::Slot(slot), Err(hash)) => index.get(*slot) == Some(hash),
            (Place::Exact(have), Ok(want)) => *have == want,
            _ => false,
        };
        let is_view = |(place, view): (&Place, &View)| matches!(place, Place::View(code, slot) if *code == view.code && index.get(*slot) == Some(view.hash));
        places.len() == fingerprints.len() + views.len()
            && places.iter().zip(fingerprints).all(is_fingerprint)
            && places[fingerprints.len()..].iter().zip(views).all(is_view)
    }

    fn amend(&mut self, number: u32, terms: Terms) {
        match self.place_since(number) {
            Some(place) => {
                if let Some(Some(kept)) = self.came.get_mut(place) {
                    kept.terms = terms;
                }
            }
            None => drop(self.amended.insert(number, terms)),
        }
    }

    fn fill(&mut self, index: &mut Index, hash: [u8; 32], number: u32, mark: Mark) -> Slot {
        let slot = index.insert(hash);
        // An index that was opened goes on behind the slots of its book.
        let place = (u64::from(slot.get()) - self.written.slots()) as usize;
        if self.owners.len() <= place {
            self.owners.resize(place + 1, None);
        }
        self.owners[place] = Some((number, mark));
        slot
    }

    fn clear(&mut self, index: &mut Index, slot: Slot) {
        index.remove(slot);
        let place = u64::from(slot.get()).checked_sub(self.written.slots());
        if let Some(owner) = place.and_then(|place| self.owners.get_mut(place as usize)) {
            *owner = None;
        }
    }

    fn hold(&mut self, exact: Exact, holder: (u32, u8)) -> Place {
        self.digests += usize::from(!self.is_held(exact));
        self.exact.entry(exact).and_modify(|holders| holders.add(holder)).or_insert(Holders::One(holder));
        Place::Exact(exact)
    }

    fn let_go(&mut self, exact: Exact, number: u32, times: usize) {
        if self.place_since(number).is_none() {
            *self.went.entry(exact).or_default() += times;
        } else if self.exact.get_mut(&exact).is_some_and(|holders| holders.drop_entry(number)) {
            self.exact.remove(&exact);
        }
        self.digests = self.digests.saturating_sub(usize::from(!self.is_held(exact)));
    }

    /// Whether anybody holds a digest: told without looking at all who did.
    fn is_held(&self, exact: Exact) -> bool {
        let went = self.went.get(&exact).copied().unwrap_or_default();
        self.exact.contains_key(&exact) || self.written.holdings(exact) > went
    }
}

impl Terms {
    const fn of(entry: &Entry) -> Self {
        let Entry { class, tier, status, block_radius, .. } = *entry;
        Self { class, tier, status, block_radius }
    }

    fn to_bytes(self) -> [u8; 4] {
        [self.class.code(), self.tier.code(), self.status.code(), self.block_radius.unwrap_or(NONE)]
    }

    fn from_bytes([class, tier, status, radius]: [u8; 4]) -> Option<Self> {
        Some(Self {
            class: Class::from_code(class)?,
            tier: Tier::from_code(tier)?,
            status: Status::from_code(status)?,
            block_radius: (radius != NONE).then_some(radius),
        })
    }
}

impl Exact {
    /// The digest that a fingerprint is, or the PDQ hash.
    const fn of(fingerprint: &Fingerprint) -> Result<Self, [u8; 32]> {
        match fingerprint {
            Fingerprint::Pdq { hash, .. } => Err(*hash),
            Fingerprint::Sha256(digest) => Ok(Self::Sha256(*digest)),
            Fingerprint::Md5(digest) => Ok(Self::Md5(*digest)),
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Sha256(_) => Kind::Sha256,
            Self::Md5(_) => Kind::Md5,
        }
    }
}

impl Holders {
    fn add(&mut self, holder: (u32, u8)) {
        match self {
            Self::One(one) => *self = Self::Many(BTreeSet::from([*one, holder])),
            Self::Many(many) => {
                many.insert(holder);
            }
        }
    }

    /// True when nobody holds it any more.
    fn drop_entry(&mut self, number: u32) -> bool {
        match self {
            Self::One(one) => one.0 == number,
            Self::Many(many) => {
                let of_entry: Vec<_> = many.range((number, 0)..=(number, u8::MAX)).copied().collect();
                for holder in of_entry {
                    many.remove(&holder);
                }
                many.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_that_many_hold_is_counted_until_the_last_lets_go() {
        let entry = |id: u8| Entry {
            id: EntryId::from_bytes([id; 16]),
            class: Class::Minor,
            tier: Tier::Verified,
            status: Status::Active,
            // Some hold it twice.
            fingerprints: vec![Fingerprint::Sha256([7; 32]); 1 + usize::from(id % 3)],
            views: Vec::new(),
            block_radius: None,
            origin: String::new(),
            created_at: exchange::Time::from_micros(0),
        };
        let (mut book, mut index) = (Book::default(), Index::new());
        let holders =
            |book: &Book| book.holders(Exact::Sha256([7; 32])).map(|(number, _)| number).collect::<HashSet<_>>().len();
        (0..50).for_each(|id| book.put(&mut index, &entry(id), 0));
        // Half of them came after it was written.
        let mut book = Book::open(Bytes::from_owner(book.to_bytes()), 0).unwrap();
        (50..100).for_each(|id| book.put(&mut index, &entry(id), 0));
        for id in (0..100).rev() {
            assert_eq!((book.digests(), holders(&book)), (1, usize::from(id) + 1));
            book.remove(&mut index, EntryId::from_bytes([id; 16]));
        }
        assert_eq!((book.digests(), holders(&book)), (0, 0));
        book.put(&mut index, &entry(3), 0);
        assert_eq!((book.digests(), holders(&book)), (1, 1));
    }

    #[test]
    fn what_comes_and_goes_makes_a_book_loose_until_it_is_written() {
        let (mut book, mut index) = (Book::default(), Index::new());
        let entry = Entry {
            id: EntryId::from_bytes([1; 16]),
            class: Class::Minor,
            tier: Tier::Verified,
            status: Status::Active,
            fingerprints: vec![Fingerprint::Pdq { hash: [1; 32], quality: None }],
            views: Vec::new(),
            block_radius: None,
            origin: String::new(),
            created_at: exchange::Time::from_micros(0),
        };
        for _ in 0..100 {
            book.put(&mut index, &entry, 0);
            book.remove(&mut index, entry.id);
        }
        book.put(&mut index, &entry, 0);
        index.publish();
        assert!(book.is_loose() && book.owners.len() == 101);
        let book = Book::open(Bytes::from_owner(book.to_bytes()), index.reader().snapshot().slots()).unwrap();
        assert!(!book.is_loose() && book.owners.is_empty());
        assert_eq!(book.owner(Slot::new(100)).map(|(number, _)| book.id(number)), Some(Some(entry.id)));
    }

    #[test]
    fn a_slot_takes_eight_bytes() {
        assert_eq!(size_of::<Option<(u32, Mark)>>(), 8);
    }
}
