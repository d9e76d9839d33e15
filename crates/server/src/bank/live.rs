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
    Action, Advice, Change, Class, Entry, EntryId, Fingerprint, Kind, MATCHES_PER_QUERY_MAX, MatchKind, MatchResult,
    Matched, Orientation, Parsed, Radius, Status, Tier,
};
use hamming::{Index, Reader, Slot};
use tokio::sync::watch;

const WAIT_MAX_MS: u64 = 2_000;
const SEARCHES_MAX: usize = 4;
/// Queries searched together: enough to share a pass over the codes, few enough that what they meet in a bank full of
/// look-alikes stays small.
const QUERIES_PER_SEARCH: usize = 128;

/// The index of one bank.
pub struct Live {
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
    /// Exact digests among their fingerprints.
    pub digests: usize,
    /// Bytes of the index proper; the book of entries is not counted.
    pub index_bytes: usize,
}

#[derive(Default)]
struct Book {
    entries: HashMap<EntryId, Kept>,
    /// By slot number.
    slots: Vec<Option<(EntryId, u8)>>,
    exact: HashMap<Exact, Holders>,
}

struct Kept {
    class: Class,
    tier: Tier,
    status: Status,
    block_radius: Option<u8>,
    at: Box<[Place]>,
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
        Self::new()
    }
}

impl Live {
    /// An empty index, not ready.
    pub fn new() -> Self {
        let index = Index::new();
        Self {
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
                    Action::Put(entry) => book.put(&mut index, entry),
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
            book.put(&mut index, entry);
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
            hashes: snapshot.len(),
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
        let codes: Vec<hamming::Code> = queries.iter().flat_map(|query| query.pdq.iter().copied()).collect();
        let mut near = self.search(&codes, radius);
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        let mut next = 0;
        let mut results = Vec::with_capacity(queries.len());
        for query in queries {
            let mut best: HashMap<EntryId, Matched> = HashMap::new();
            let mut meet = |found: Option<Matched>| {
                if let Some(found) = found.filter(|found| sees(found.class, found.tier)) {
                    let rank = |matched: &Matched| (matched.kind == Kind::Pdq, matched.distance, matched.orientation);
                    best.entry(found.entry)
                        .and_modify(|known| {
                            if rank(&found) < rank(known) {
                                known.clone_from(&found);
                            }
                        })
                        .or_insert(found);
                }
            };
            for exact in [query.sha256.map(Exact::Sha256), query.md5.map(Exact::Md5)].into_iter().flatten() {
                for &(entry, position) in book.holders(exact) {
                    meet(book.matched(entry, position, exact.kind(), 0, Orientation::Original, radius));
                }
            }
            for (turn, &orientation) in Orientation::ALL.iter().enumerate().take(query.pdq.len()) {
                for (distance, entry, position) in std::mem::take(&mut near[next + turn]) {
                    meet(book.matched(entry, position, Kind::Pdq, distance, orientation, radius));
                }
            }
            next += query.pdq.len();
            results.push(ranked(best));
        }
        results
    }

    /// For each code: distance, entry and place of what lies within the radius.
    fn search(&self, codes: &[hamming::Code], radius: Radius) -> Vec<Vec<(u8, EntryId, u8)>> {
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
                        known.map(|(entry, position)| (met.distance as u8, entry, position))
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
    fn put(&mut self, index: &mut Index, entry: &Entry) {
        if entry.status == Status::Withdrawn {
            return self.remove(index, entry.id);
        }
        let wanted: Vec<Wanted> = entry.fingerprints.iter().map(Wanted::of).collect();
        let at = match self.entries.get(&entry.id) {
            // Same fingerprints: they keep their slots, so that a search under way still finds them.
            Some(kept) if same(&kept.at, &wanted, index) => kept.at.clone(),
            _ => {
                self.remove(index, entry.id);
                self.place(index, entry.id, &wanted)
            }
        };
        let Entry { class, tier, status, block_radius, .. } = *entry;
        self.entries.insert(entry.id, Kept { class, tier, status, block_radius, at });
    }

    fn place(&mut self, index: &mut Index, entry: EntryId, wanted: &[Wanted]) -> Box<[Place]> {
        let place = |(position, wanted): (u8, &Wanted)| match *wanted {
            Wanted::Pdq(hash) => {
                let slot = index.insert(hash);
                let number = slot.get() as usize;
                if self.slots.len() <= number {
                    self.slots.resize(number + 1, None);
                }
                self.slots[number] = Some((entry, position));
                Place::Slot(slot)
            }
            Wanted::Exact(exact) => {
                let holder = (entry, position);
                self.exact.entry(exact).and_modify(|holders| holders.add(holder)).or_insert(Holders::One(holder));
                Place::Exact(exact)
            }
        };
        (0_u8..).zip(wanted).map(place).collect()
    }

    fn remove(&mut self, index: &mut Index, entry: EntryId) {
        let Some(kept) = self.entries.remove(&entry) else { return };
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
    }

    fn holders(&self, exact: Exact) -> &[(EntryId, u8)] {
        match self.exact.get(&exact) {
            None => &[],
            Some(Holders::One(one)) => std::slice::from_ref(one),
            Some(Holders::Many(many)) => many,
        }
    }

    fn matched(
        &self,
        id: EntryId,
        fingerprint: u8,
        kind: Kind,
        distance: u8,
        orientation: Orientation,
        radius: Radius,
    ) -> Option<Matched> {
        let kept = self.entries.get(&id)?;
        let met = if kind == Kind::Pdq { MatchKind::Near(distance.into()) } else { MatchKind::Exact };
        // A wide search is for people: nothing found by it is blocked unseen.
        let advice = if radius.is_firm() { Advice::of(kept.block_radius, met) } else { Advice::Review };
        let (class, tier, status) = (kept.class, kept.tier, kept.status);
        Some(Matched { entry: id, class, tier, status, advice, distance, orientation, kind, fingerprint })
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

fn same(at: &[Place], wanted: &[Wanted], index: &Index) -> bool {
    at.len() == wanted.len()
        && at.iter().zip(wanted).all(|(place, wanted)| match (place, wanted) {
            (Place::Slot(slot), Wanted::Pdq(hash)) => index.get(*slot) == Some(*hash),
            (Place::Exact(have), Wanted::Exact(want)) => have == want,
            _ => false,
        })
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

fn ranked(best: HashMap<EntryId, Matched>) -> MatchResult {
    let mut matches: Vec<Matched> = best.into_values().collect();
    matches.sort_unstable_by_key(|matched| (std::cmp::Reverse(matched.advice), matched.distance, matched.entry));
    let truncated = matches.len() > MATCHES_PER_QUERY_MAX;
    matches.truncate(MATCHES_PER_QUERY_MAX);
    MatchResult { matches, truncated }
}
