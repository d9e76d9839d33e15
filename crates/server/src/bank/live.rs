//! The live index: what is needed to answer "is this known?", in memory, following the changes.
//!
//! A node has one, over all it holds; a matcher has one for each node it follows. Readers never wait for the scan of
//! another or for a merge: they search a snapshot of the index, then look up the few slots they met under a short
//! read lock. When a slot is gone by then, the entry was changed meanwhile, and the search is run again on the new
//! snapshot.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use bytes::Bytes;
use exchange::{
    Action, Change, Class, Entry, EntryId, MATCHES_PER_QUERY_MAX, MatchResult, Matched, Orientation, Parsed, Radius,
    Tier,
};
use hamming::{Buffer, Index, Reader, Snapshot, Tender};
use tokio::sync::watch;

use super::book::{Book, Exact, Terms};
use super::evidence::{Evidence, Found, Met};

const WAIT_MAX_MS: u64 = 2_000;
/// An index issues 2^32 slots in its life: one that has issued half of them is not used for another run.
const SLOTS_KEPT_MAX: u64 = 1 << 31;
const SEARCHES_MAX: usize = 4;
/// Queries searched together: enough to share a pass over the codes, few enough that what they meet in a bank full of
/// look-alikes stays small.
const QUERIES_PER_SEARCH: usize = 128;

/// The index of one bank.
pub struct Live {
    /// Views of an entry that are held, at most.
    views_max: usize,
    writer: Mutex<Index>,
    tender: Tender,
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
    /// Sorted parts of the index that a search looks into.
    pub segments: usize,
    /// Bytes of the index proper; the book of entries is not counted.
    pub index_bytes: usize,
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
            tender: index.tender(),
            writer: Mutex::new(index),
            book: RwLock::default(),
            applied: watch::channel(0).0,
            ready: AtomicBool::new(false),
            newest_at: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// Packs the book of what was just loaded into a third of the memory. Changes wait for it, some microseconds an entry;
    /// searches do not.
    pub(crate) fn pack(&self) {
        let _changes = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let packed = {
            let book = self.book();
            let slots = self.reader.snapshot().slots();
            book.is_loose().then(|| Book::open(Bytes::from_owner(book.to_bytes()), slots)).flatten()
        };
        if let Some(packed) = packed {
            *self.book.write().unwrap_or_else(PoisonError::into_inner) = packed;
        }
    }

    /// Merges what makes searches cheaper, as long as there is something. Neither changes nor searches wait for it.
    pub(super) fn tend(&self) {
        self.tender.tend();
    }

    /// Ends [`Self::tend`], now and for good: the process is about to end.
    pub(super) fn call_off_tending(&self) {
        self.tender.call_off();
    }

    /// What a file of it holds: the book as bytes, the index, the last number applied and when that was written. Changes
    /// wait for it, searches do not. What was withdrawn is taken out of the index before, half a microsecond a hash of
    /// the segments that it was in; nobody waits for that.
    pub(super) fn to_store(&self) -> (Buffer, Arc<Snapshot>, u64, u64) {
        self.tender.purge();
        // Who waits to change the book keeps others from reading it: so that nobody waits there.
        let _changes = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        // What was just applied may be in the book before its number: it is then applied twice, which is the same as once.
        (book.to_bytes(), self.reader.snapshot(), self.applied(), self.newest_at_micros())
    }

    /// An index as it was stored, not ready; `None` when its parts do not belong together, or when it has lived so long that
    /// it is better made anew.
    pub(super) fn from_stored(
        views_max: usize,
        index: Index,
        book: Bytes,
        applied: u64,
        newest_at: u64,
    ) -> Option<Self> {
        let slots = index.reader().snapshot().slots();
        let book = Book::open(book, slots).filter(|_| slots <= SLOTS_KEPT_MAX)?;
        Some(Self {
            views_max,
            reader: index.reader(),
            tender: index.tender(),
            book: RwLock::new(book),
            writer: Mutex::new(index),
            applied: watch::channel(applied).0,
            ready: AtomicBool::new(false),
            newest_at: AtomicU64::new(newest_at),
            failures: AtomicU64::new(0),
        })
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
        self.book().ids()
    }

    /// How large it is.
    pub fn size(&self) -> LiveSize {
        let (snapshot, book) = (self.reader.snapshot(), self.book());
        LiveSize {
            entries: book.len(),
            hashes: snapshot.len() - book.views(),
            views: book.views(),
            crowded_searches: self.reader.crowded_searches(),
            digests: book.digests(),
            segments: snapshot.segments(),
            index_bytes: snapshot.memory_bytes(),
        }
    }

    /// Answers queries for somebody who is shown what `sees` says. Takes all cores for a batch; call it off the
    /// runtime's threads.
    pub fn answer(&self, queries: &[Parsed], radius: Radius, sees: impl Fn(Class, Tier) -> bool) -> Vec<MatchResult> {
        self.answer_shown(queries, radius, |_, class, tier| sees(class, tier))
    }

    /// The same where single entries may be hidden.
    pub fn answer_shown(
        &self,
        queries: &[Parsed],
        radius: Radius,
        sees: impl Fn(EntryId, Class, Tier) -> bool,
    ) -> Vec<MatchResult> {
        queries.chunks(QUERIES_PER_SEARCH).flat_map(|some| self.answer_some(some, radius, &sees)).collect()
    }

    fn answer_some(
        &self,
        queries: &[Parsed],
        radius: Radius,
        sees: &impl Fn(EntryId, Class, Tier) -> bool,
    ) -> Vec<MatchResult> {
        let hashes = |query: &Parsed| query.pdq.iter().chain(&query.trimmed).copied().collect::<Vec<_>>();
        let codes: Vec<hamming::Code> = queries.iter().flat_map(hashes).collect();
        let (near, book) = self.search(&codes, radius);
        let mut near = near.into_iter();
        let mut results = Vec::with_capacity(queries.len());
        for query in queries {
            let mut met: HashMap<u32, Evidence> = HashMap::new();
            let mut meet = |entry: u32, found: Met| {
                let shown = |terms: Terms| book.id(entry).is_some_and(|id| sees(id, terms.class, terms.tier));
                if book.terms(entry).is_some_and(shown) {
                    met.entry(entry).or_default().add(found);
                }
            };
            for exact in [query.sha256.map(Exact::Sha256), query.md5.map(Exact::Md5)].into_iter().flatten() {
                for (entry, position) in book.holders(exact) {
                    meet(entry, Met::exactly(exact.kind(), position));
                }
            }
            for (hashes, trimmed) in [(&query.pdq, false), (&query.trimmed, true)] {
                for ((_, &orientation), found) in hashes.iter().zip(Orientation::ALL).zip(&mut near) {
                    for found in found {
                        meet(found.entry, Met::nearly(found, trimmed, orientation));
                    }
                }
            }
            let matched = met.into_iter().filter_map(|(entry, evidence)| book.matched(entry, &evidence, radius));
            results.push(ranked(matched.collect()));
        }
        results
    }

    /// For each code: what lies within the radius, by the numbers of the book that is given with it.
    fn search(&self, codes: &[hamming::Code], radius: Radius) -> (Vec<Vec<Found>>, RwLockReadGuard<'_, Book>) {
        if codes.is_empty() {
            return (Vec::new(), self.book());
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
            let book = self.book();
            let mut missed = false;
            let resolved = found
                .into_iter()
                .map(|found| {
                    let place = |met: hamming::Match| {
                        let owner = book.owner(met.slot);
                        missed |= owner.is_none();
                        // The radius is at most 60, so the distance fits.
                        let hash = snapshot.get(met.slot).unwrap_or_default();
                        owner.map(|(entry, mark)| Found { distance: met.distance as u8, entry, mark, hash })
                    };
                    found.into_iter().filter_map(place).collect()
                })
                .collect();
            if !missed || searches == SEARCHES_MAX {
                return (resolved, book);
            }
        }
    }

    fn book(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
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
    use exchange::{Fingerprint, Status, Time, View};

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
    fn what_was_packed_answers_as_before_and_goes_on() {
        let live = Live::default();
        let entries: Vec<Entry> = (1..30).map(|number| entry(number, number.wrapping_mul(0x49))).collect();
        live.load(&entries);
        for round in 0..3 {
            live.pack();
            live.forget(&[entries[round].id]);
            live.load(&entries[..round]);
            assert_eq!(live.size().entries, entries.len() - 1, "round {round}");
            for (place, entry) in entries.iter().enumerate() {
                let Fingerprint::Pdq { hash, .. } = &entry.fingerprints[0] else { unreachable!() };
                assert_eq!(met(&live, hash[0]).contains(&entry.id), place != round, "round {round}, entry {place}");
            }
            live.load(&entries[round..=round]);
        }
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
}
