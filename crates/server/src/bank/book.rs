//! The book beside the index: what each slot and each digest stands for.

use std::collections::HashMap;

use exchange::{Advice, Class, Entry, EntryId, Fingerprint, Kind, Matched, Radius, Status, Tier, View};
use hamming::{Index, Slot};

use super::evidence::{Evidence, Mark, Met};

/// In a stored book, instead of a radius.
const NONE: u8 = 255;

/// What an index is over.
#[derive(Default)]
pub(super) struct Book {
    pub(super) entries: HashMap<EntryId, Kept>,
    /// Ids of entries by their number here; numbers of entries that went are in `free`.
    pub(super) ids: Vec<EntryId>,
    free: Vec<u32>,
    /// By slot number: the entry's number here. Eight bytes, since there is one for every view.
    pub(super) slots: Vec<Option<(u32, Mark)>>,
    pub(super) exact: HashMap<Exact, Holders>,
    pub(super) views: usize,
}

pub(super) struct Kept {
    number: u32,
    pub(super) class: Class,
    pub(super) tier: Tier,
    status: Status,
    block_radius: Option<u8>,
    at: Box<[Place]>,
    views: Box<[(u8, Slot)]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Slot(Slot),
    Exact(Exact),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Exact {
    Sha256([u8; 32]),
    Md5([u8; 16]),
}

/// Nearly always one entry holds a digest.
pub(super) enum Holders {
    One((EntryId, u8)),
    Many(Vec<(EntryId, u8)>),
}

impl Book {
    /// `entries (u64)`, then for each `id (16) || class || tier || status || block radius or 255 || places || place .. ||
    /// views || view ..`; a place is `0 || slot (u32)`, `1 || SHA-256` or `2 || MD5`, a view `code || slot (u32)`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.entries.len() * 64 + self.views * 5);
        bytes.extend_from_slice(&(self.entries.len() as u64).to_le_bytes());
        for (id, kept) in &self.entries {
            bytes.extend_from_slice(id.as_bytes());
            let radius = kept.block_radius.unwrap_or(NONE);
            bytes.extend([kept.class.code(), kept.tier.code(), kept.status.code(), radius, kept.at.len() as u8]);
            for place in &kept.at {
                match place {
                    Place::Slot(slot) => {
                        bytes.push(0);
                        bytes.extend_from_slice(&slot.get().to_le_bytes());
                    }
                    Place::Exact(Exact::Sha256(digest)) => {
                        bytes.push(1);
                        bytes.extend_from_slice(digest);
                    }
                    Place::Exact(Exact::Md5(digest)) => {
                        bytes.push(2);
                        bytes.extend_from_slice(digest);
                    }
                }
            }
            bytes.push(kept.views.len() as u8);
            for (code, slot) in &kept.views {
                bytes.push(*code);
                bytes.extend_from_slice(&slot.get().to_le_bytes());
            }
        }
        bytes
    }

    /// The book that these bytes hold, every one of its slots full in `index`.
    pub(super) fn from_bytes(bytes: &[u8], index: &Index) -> Option<Self> {
        let mut book = Self::default();
        let (count, mut rest) = bytes.split_first_chunk()?;
        for _ in 0..u64::from_le_bytes(*count) {
            let id = EntryId::from_bytes(*take(&mut rest)?);
            let &[class, tier, status, radius, places] = take(&mut rest)?;
            let number = book.number(id);
            let mut at = Vec::with_capacity(places.into());
            for position in 0..places {
                let &[kind] = take(&mut rest)?;
                at.push(match kind {
                    0 => Place::Slot(book.slot(index, &mut rest, number, Mark::Fingerprint(position))?),
                    1 => book.exact(Exact::Sha256(*take(&mut rest)?), (id, position)),
                    2 => book.exact(Exact::Md5(*take(&mut rest)?), (id, position)),
                    _ => return None,
                });
            }
            let &[views] = take(&mut rest)?;
            let mut held = Vec::with_capacity(views.into());
            for _ in 0..views {
                let &[code] = take(&mut rest)?;
                held.push((code, book.slot(index, &mut rest, number, Mark::View(code))?));
            }
            book.views += held.len();
            let kept = Kept {
                number,
                class: Class::from_code(class)?,
                tier: Tier::from_code(tier)?,
                status: Status::from_code(status)?,
                block_radius: (radius != NONE).then_some(radius),
                at: at.into(),
                views: held.into(),
            };
            if book.entries.insert(id, kept).is_some() {
                return None;
            }
        }
        rest.is_empty().then_some(book)
    }

    fn slot(&mut self, index: &Index, rest: &mut &[u8], number: u32, mark: Mark) -> Option<Slot> {
        let slot = Slot::new(u32::from_le_bytes(*take(rest)?));
        // Asked before anything is made as large as the slot says.
        index.get(slot)?;
        self.mark(slot, number, mark).then_some(slot)
    }

    fn exact(&mut self, exact: Exact, holder: (EntryId, u8)) -> Place {
        self.exact.entry(exact).and_modify(|holders| holders.add(holder)).or_insert(Holders::One(holder));
        Place::Exact(exact)
    }

    /// Notes whose a slot is; false if it was somebody's.
    fn mark(&mut self, slot: Slot, number: u32, mark: Mark) -> bool {
        let place = slot.get() as usize;
        if self.slots.len() <= place {
            self.slots.resize(place + 1, None);
        }
        self.slots[place].replace((number, mark)).is_none()
    }

    pub(super) fn put(&mut self, index: &mut Index, entry: &Entry, views_max: usize) {
        if entry.status == Status::Withdrawn {
            return self.remove(index, entry.id);
        }
        let wanted: Vec<Wanted> = entry.fingerprints.iter().map(Wanted::of).collect();
        let views = &entry.views[..entry.views.len().min(views_max)];
        let Entry { class, tier, status, block_radius, .. } = *entry;
        if let Some(kept) = self.entries.get_mut(&entry.id)
            && same(kept, &wanted, views, index)
        {
            // Same fingerprints: they keep their slots, so that a search under way still finds them.
            (kept.class, kept.tier, kept.status, kept.block_radius) = (class, tier, status, block_radius);
            return;
        }
        self.remove(index, entry.id);
        let number = self.number(entry.id);
        let at = self.place(index, entry.id, number, &wanted);
        let views = self.place_views(index, number, views);
        self.entries.insert(entry.id, Kept { number, class, tier, status, block_radius, at, views });
    }

    /// A number for a new entry.
    fn number(&mut self, entry: EntryId) -> u32 {
        if let Some(number) = self.free.pop() {
            self.ids[number as usize] = entry;
            return number;
        }
        self.ids.push(entry);
        // The index issues 2^32 slots in its life, at least one for each entry that it is searched for.
        u32::try_from(self.ids.len() - 1).expect("fewer entries at a time than 2^32")
    }

    fn place(&mut self, index: &mut Index, entry: EntryId, number: u32, wanted: &[Wanted]) -> Box<[Place]> {
        let place = |(position, wanted): (u8, &Wanted)| match *wanted {
            Wanted::Pdq(hash) => Place::Slot(self.fill(index, hash, number, Mark::Fingerprint(position))),
            Wanted::Exact(exact) => self.exact(exact, (entry, position)),
        };
        (0_u8..).zip(wanted).map(place).collect()
    }

    fn place_views(&mut self, index: &mut Index, number: u32, views: &[View]) -> Box<[(u8, Slot)]> {
        self.views += views.len();
        views.iter().map(|view| (view.code, self.fill(index, view.hash, number, Mark::View(view.code)))).collect()
    }

    fn fill(&mut self, index: &mut Index, hash: [u8; 32], number: u32, mark: Mark) -> Slot {
        let slot = index.insert(hash);
        self.mark(slot, number, mark);
        slot
    }

    pub(super) fn remove(&mut self, index: &mut Index, entry: EntryId) {
        let Some(kept) = self.entries.remove(&entry) else { return };
        self.free.push(kept.number);
        for place in &kept.at {
            match place {
                Place::Slot(slot) => {
                    index.remove(*slot);
                    self.slots[slot.get() as usize] = None;
                }
                Place::Exact(exact) => {
                    if self.exact.get_mut(exact).is_some_and(|holders| holders.drop_entry(entry)) {
                        self.exact.remove(exact);
                    }
                }
            }
        }
        self.views -= kept.views.len();
        for (_, slot) in &kept.views {
            index.remove(*slot);
            self.slots[slot.get() as usize] = None;
        }
    }

    pub(super) fn holders(&self, exact: Exact) -> &[(EntryId, u8)] {
        match self.exact.get(&exact) {
            None => &[],
            Some(Holders::One(one)) => std::slice::from_ref(one),
            Some(Holders::Many(many)) => many,
        }
    }

    pub(super) fn matched(&self, id: EntryId, evidence: &Evidence, radius: Radius) -> Option<Matched> {
        let kept = self.entries.get(&id)?;
        let Met { kind, distance, mark, trimmed, orientation, .. } = evidence.nearest?;
        let (fingerprint, view) = match mark {
            Mark::Fingerprint(position) => (position, None),
            // Views are of the picture, whose hash is the first of its kind.
            Mark::View(code) => {
                let first = kept.at.iter().position(|place| matches!(place, Place::Slot(_))).unwrap_or(0);
                (first as u8, Some(code))
            }
        };
        // A wide search is for people: nothing found by it is blocked unseen.
        let advice = if radius.is_firm() { evidence.advice(kept.block_radius) } else { Advice::Review };
        let (class, tier, status) = (kept.class, kept.tier, kept.status);
        Some(Matched {
            entry: id,
            class,
            tier,
            status,
            advice,
            distance,
            orientation,
            kind,
            fingerprint,
            view,
            trimmed,
        })
    }
}

/// The next bytes of a book.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, more) = rest.split_first_chunk()?;
    *rest = more;
    Some(taken)
}

#[derive(Clone, Copy)]
enum Wanted {
    Pdq([u8; 32]),
    Exact(Exact),
}

impl Wanted {
    const fn of(fingerprint: &Fingerprint) -> Self {
        match fingerprint {
            Fingerprint::Pdq { hash, .. } => Self::Pdq(*hash),
            Fingerprint::Sha256(digest) => Self::Exact(Exact::Sha256(*digest)),
            Fingerprint::Md5(digest) => Self::Exact(Exact::Md5(*digest)),
        }
    }
}

fn same(kept: &Kept, wanted: &[Wanted], views: &[View], index: &Index) -> bool {
    let same_place = |(place, wanted): (&Place, &Wanted)| match (place, wanted) {
        (Place::Slot(slot), Wanted::Pdq(hash)) => index.get(*slot) == Some(*hash),
        (Place::Exact(have), Wanted::Exact(want)) => have == want,
        _ => false,
    };
    let same_view =
        |((code, slot), view): (&(u8, Slot), &View)| *code == view.code && index.get(*slot) == Some(view.hash);
    kept.at.len() == wanted.len()
        && kept.views.len() == views.len()
        && kept.at.iter().zip(wanted).all(same_place)
        && kept.views.iter().zip(views).all(same_view)
}

impl Exact {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Sha256(_) => Kind::Sha256,
            Self::Md5(_) => Kind::Md5,
        }
    }
}

impl Holders {
    fn add(&mut self, holder: (EntryId, u8)) {
        match self {
            Self::One(one) => *self = Self::Many(vec![*one, holder]),
            Self::Many(many) => many.push(holder),
        }
    }

    /// True when nobody holds it any more.
    fn drop_entry(&mut self, entry: EntryId) -> bool {
        match self {
            Self::One(one) => one.0 == entry,
            Self::Many(many) => {
                many.retain(|holder| holder.0 != entry);
                many.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_eight_bytes() {
        assert_eq!(size_of::<Option<(u32, Mark)>>(), 8);
    }
}
