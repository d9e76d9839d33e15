//! The live index: what is needed to answer "is this known?", in memory, following the changes.
//!
//! A node has one, over all it holds; a matcher has one for each node it follows. Readers never wait for the scan of
//! another or for a merge: they search a snapshot of the index, then look up the few slots they met under a short
//! read lock. When a slot is gone by then, the entry was changed meanwhile, and the search is run again on the new
//! snapshot.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use exchange::{
    Action, Advice, Change, Class, Entry, EntryId, Fingerprint, Kind, MATCHES_PER_QUERY_MAX, MatchResult, Matched,
    Orientation, Parsed, Radius, Status, Tier, View,
};
use hamming::{Index, Reader, Slot};
use tokio::sync::watch;

use super::evidence::{Evidence, Mark, Met};

const WAIT_MAX_MS: u64 = 2_000;
const SEARCHES_MAX: usize = 4;
/// Queries searched together: enough to share a pass over the codes, few enough that what they meet in a bank full of
/// look-alikes stays small.
const QUERIES_PER_SEARCH: usize = 128;

/// The index of one bank.
pub struct Live {
    /// Views of an entry that are held, at most.
    views_max: usize,
    writer: Mutex<Index>,
    reader: Reader,
    book: RwLock<Book>,
    applied: watch::Sender<u64>,
    ready: AtomicBool,
    /// When the last change was applied was written, microseconds; 0: none yet.
    newest_at: AtomicU64,
    /// Attempts to follow the changes that failed, since the last that did not.
    failures: AtomicU64,
}

/// How large it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSize {
    /// Entries that can be met.
    pub entries: usize,
    /// PDQ hashes among their fingerprints.
    pub hashes: usize,
    /// Views held beside them.
    pub views: usize,
    /// Exact digests among their fingerprints.
    pub digests: usize,
    /// Searches, since the start, that met a crowd of look-alikes: exact, and as slow as a scan.
    pub crowded_searches: u64,
    /// Bytes of the index proper; the book of entries is not counted.
    pub index_bytes: usize,
}

#[derive(Default)]
struct Book {
    entries: HashMap<EntryId, Kept>,
    /// Ids of entries by their number here; numbers of entries that went are in `free`.
    ids: Vec<EntryId>,
    free: Vec<u32>,
    /// By slot number: the entry's number here. Eight bytes, since there is one for every view.
    slots: Vec<Option<(u32, Mark)>>,
    exact: HashMap<Exact, Holders>,
    views: usize,
}

struct Kept {
    number: u32,
    class: Class,
    tier: Tier,
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
enum Exact {
    Sha256([u8; 32]),
    Md5([u8; 16]),
}

/// Nearly always one entry holds a digest.
enum Holders {
    One((EntryId, u8)),
    Many(Vec<(EntryId, u8)>),
}

impl Default for Live {
    fn default() -> Self {
        Self::new(exchange::VIEWS_PER_ENTRY_MAX)
    }
}

impl Live {
    /// An empty index, not ready. Of each entry's views it will hold the first `views_max`: each costs as much memory
    /// as an entry's picture.
    pub fn new(views_max: usize) -> Self {
        let index = Index::new();
        Self {
            views_max,
            reader: index.reader(),
            writer: Mutex::new(index),
            book: RwLock::default(),
            applied: watch::channel(0).0,
            ready: AtomicBool::new(false),
            newest_at: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// The last number applied.
    pub fn applied(&self) -> u64 {
        *self.applied.borrow()
    }

    /// Says when the last number applied changes.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.applied.subscribe()
    }

    /// Whether it holds the whole bank as of some moment: before that, an answer could miss entries.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// Says that it holds the whole bank.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
        // Whoever waits for readiness watches the number.
        self.applied.send_modify(|_| ());
    }

    /// When the newest change applied was written, microseconds since 1970; 0 before any.
    pub fn newest_at_micros(&self) -> u64 {
        self.newest_at.load(Ordering::Relaxed)
    }

    /// How often in a row the changes could not be followed; 0 while they can.
    pub fn failures_in_a_row(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Says whether the changes could be followed just now.
    pub(super) fn followed<E>(&self, result: &Result<(), E>) {
        match result {
            Ok(()) => self.failures.store(0, Ordering::Relaxed),
            Err(_) => drop(self.failures.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// Goes on once `seq` is applied; at once when nothing follows the changes here, and after 2 seconds at the
    /// latest.
    pub async fn wait_for(&self, seq: u64) {
        if self.is_ready() {
            let mut applied = self.watch();
            let wait = applied.wait_for(|applied| *applied >= seq);
            let _ = tokio::time::timeout(Duration::from_millis(WAIT_MAX_MS), wait).await;
        }
    }

    /// Applies changes in order; afterwards the index stands at `through`.
    pub fn apply(&self, changes: &[Change], through: u64) {
        let mut index = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            for change in changes {
                match &change.action {
                    Action::Put(entry) => book.put(&mut index, entry, self.views_max),
                    Action::Remove { entry, .. } => book.remove(&mut index, *entry),
                }
            }
            // Published before the book is let go: who finds a slot finds its entry.
            index.publish();
        }
        if let Some(last) = changes.last() {
            self.newest_at.store(last.at.as_micros().unsigned_abs(), Ordering::Relaxed);
        }
        self.applied.send_replace(through);
    }

    /// Puts entries of a snapshot.
    pub fn load(&self, entries: &[Entry]) {
        let mut index = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            book.put(&mut index, entry, self.views_max);
        }
        index.publish();
    }

    /// Forgets entries that a newer snapshot does not have.
    pub fn forget(&self, entries: &[EntryId]) {
        let mut index = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            book.remove(&mut index, *entry);
        }
        index.publish();
    }

    /// Ids of everything it holds.
    pub fn ids(&self) -> Vec<EntryId> {
        self.book.read().unwrap_or_else(PoisonError::into_inner).entries.keys().copied().collect()
    }

    /// How large it is.
    pub fn size(&self) -> LiveSize {
        let snapshot = self.reader.snapshot();
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        LiveSize {
            entries: book.entries.len(),
            hashes: snapshot.len() - book.views,
            views: book.views,
            crowded_searches: self.reader.crowded_searches(),
            digests: book.exact.len(),
            index_bytes: snapshot.memory_bytes(),
        }
    }

    /// Answers queries for somebody who is shown what `sees` says. Takes all cores for a batch; call it off the
    /// runtime's threads.
    pub fn answer(&self, queries: &[Parsed], radius: Radius, sees: impl Fn(Class, Tier) -> bool) -> Vec<MatchResult> {
        queries.chunks(QUERIES_PER_SEARCH).flat_map(|some| self.answer_some(some, radius, &sees)).collect()
    }

    fn answer_some(&self, queries: &[Parsed], radius: Radius, sees: &impl Fn(Class, Tier) -> bool) -> Vec<MatchResult> {
        let hashes = |query: &Parsed| query.pdq.iter().chain(&query.trimmed).copied().collect::<Vec<_>>();
        let codes: Vec<hamming::Code> = queries.iter().flat_map(hashes).collect();
        let mut near = self.search(&codes, radius).into_iter();
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        let mut results = Vec::with_capacity(queries.len());
        for query in queries {
            let mut met: HashMap<EntryId, Evidence> = HashMap::new();
            let mut meet = |entry: EntryId, found: Met| {
                if book.entries.get(&entry).is_some_and(|kept| sees(kept.class, kept.tier)) {
                    met.entry(entry).or_default().add(found);
                }
            };
            for exact in [query.sha256.map(Exact::Sha256), query.md5.map(Exact::Md5)].into_iter().flatten() {
                for &(entry, position) in book.holders(exact) {
                    meet(entry, Met::exactly(exact.kind(), position));
                }
            }
            for (hashes, trimmed) in [(&query.pdq, false), (&query.trimmed, true)] {
                for ((_, &orientation), found) in hashes.iter().zip(Orientation::ALL).zip(&mut near) {
                    for (distance, entry, mark) in found {
                        meet(entry, Met::nearly(distance, mark, trimmed, orientation));
                    }
                }
            }
            let matched = met.into_iter().filter_map(|(id, evidence)| book.matched(id, &evidence, radius));
            results.push(ranked(matched.collect()));
        }
        results
    }

    /// For each code: distance, entry and mark of what lies within the radius.
    fn search(&self, codes: &[hamming::Code], radius: Radius) -> Vec<Vec<(u8, EntryId, Mark)>> {
        if codes.is_empty() {
            return Vec::new();
        }
        let mut searches = 0;
        loop {
            searches += 1;
            let snapshot = self.reader.snapshot();
            let found = if codes.len() == 1 {
                vec![snapshot.within(&codes[0], radius.bits().into())]
            } else {
                snapshot.within_batch_parallel(codes, radius.bits().into())
            };
            let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
            let mut missed = false;
            let resolved = found
                .into_iter()
                .map(|found| {
                    let place = |met: hamming::Match| {
                        let known = book.slots.get(met.slot.get() as usize).copied().flatten();
                        missed |= known.is_none();
                        // The radius is at most 60, so the distance fits.
                        known.map(|(number, mark)| (met.distance as u8, book.ids[number as usize], mark))
                    };
                    found.into_iter().filter_map(place).collect()
                })
                .collect();
            if !missed || searches == SEARCHES_MAX {
                return resolved;
            }
        }
    }
}

impl Book {
    fn put(&mut self, index: &mut Index, entry: &Entry, views_max: usize) {
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
            Wanted::Exact(exact) => {
                let holder = (entry, position);
                self.exact.entry(exact).and_modify(|holders| holders.add(holder)).or_insert(Holders::One(holder));
                Place::Exact(exact)
            }
        };
        (0_u8..).zip(wanted).map(place).collect()
    }

    fn place_views(&mut self, index: &mut Index, number: u32, views: &[View]) -> Box<[(u8, Slot)]> {
        self.views += views.len();
        views.iter().map(|view| (view.code, self.fill(index, view.hash, number, Mark::View(view.code)))).collect()
    }

    fn fill(&mut self, index: &mut Index, hash: [u8; 32], number: u32, mark: Mark) -> Slot {
        let slot = index.insert(hash);
        let place = slot.get() as usize;
        if self.slots.len() <= place {
            self.slots.resize(place + 1, None);
        }
        self.slots[place] = Some((number, mark));
        slot
    }

    fn remove(&mut self, index: &mut Index, entry: EntryId) {
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

    fn holders(&self, exact: Exact) -> &[(EntryId, u8)] {
        match self.exact.get(&exact) {
            None => &[],
            Some(Holders::One(one)) => std::slice::from_ref(one),
            Some(Holders::Many(many)) => many,
        }
    }

    fn matched(&self, id: EntryId, evidence: &Evidence, radius: Radius) -> Option<Matched> {
        let kept = self.entries.get(&id)?;
        let Met { kind, distance, mark, trimmed, orientation } = evidence.nearest?;
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
    const fn kind(self) -> Kind {
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

fn ranked(mut matches: Vec<Matched>) -> MatchResult {
    matches.sort_unstable_by_key(|matched| (std::cmp::Reverse(matched.advice), matched.distance, matched.entry));
    let truncated = matches.len() > MATCHES_PER_QUERY_MAX;
    matches.truncate(MATCHES_PER_QUERY_MAX);
    MatchResult { matches, truncated }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::Time;

    fn entry(id: u8, hash: u8) -> Entry {
        Entry {
            id: EntryId::from_bytes([id; 16]),
            class: Class::Minor,
            tier: Tier::Verified,
            status: Status::Active,
            fingerprints: vec![Fingerprint::Pdq { hash: [hash; 32], quality: None }],
            views: vec![View { code: 1, hash: [!hash; 32] }],
            block_radius: Some(31),
            origin: String::new(),
            created_at: Time::from_micros(0),
        }
    }

    fn met(live: &Live, hash: u8) -> Vec<EntryId> {
        let query = Parsed { pdq: vec![[hash; 32]], ..Parsed::default() };
        let results = live.answer(&[query], Radius::DEFAULT, |_, _| true);
        results[0].matches.iter().map(|matched| matched.entry).collect()
    }

    #[test]
    fn an_entry_that_comes_after_another_went_is_itself() {
        let live = Live::default();
        let (first, second) = (entry(1, 0x0f), entry(2, 0x35));
        live.load(std::slice::from_ref(&first));
        live.forget(&[first.id]);
        live.load(std::slice::from_ref(&second));
        assert_eq!((met(&live, 0x0f), met(&live, !0x0f)), (vec![], vec![]));
        assert_eq!((met(&live, 0x35), met(&live, !0x35)), (vec![second.id], vec![second.id]));
        assert_eq!(live.ids(), [second.id]);
        let size = live.size();
        assert_eq!((size.entries, size.hashes, size.views), (1, 1, 1));
    }

    #[test]
    fn a_slot_takes_eight_bytes() {
        assert_eq!(size_of::<Option<(u32, Mark)>>(), 8);
    }
}
