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
use hamming::{Index, Reader, Snapshot, Tender};
use rayon::prelude::*;
use tokio::sync::watch;

use super::book::{Book, Exact, Terms};
use super::evidence::{Evidence, Met};
use crate::compute::{BrokenOff, off_runtime};

const WAIT_MAX_MS: u64 = 2_000;
/// An index issues 2^32 slots in its life: one that has issued half of them is not used for another run.
const SLOTS_KEPT_MAX: u64 = 1 << 31;
/// Changes made before searches may look into the book again.
const CHANGES_PER_GUARD: usize = 256;
const SEARCHES_MAX: usize = 4;
/// Hashes searched together on one core: as many as a query has at most. What they meet is held at once, and in a bank full
/// of look-alikes each may meet all of it.
const HASHES_PER_SEARCH_MAX: usize = 16;

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
        if self.book().is_loose() {
            let bytes = Bytes::from_owner(self.book().to_bytes());
            self.exchange_book(bytes);
        }
    }

    /// Puts the book that these bytes are in the place of the one that they were made of. The caller holds the writer.
    fn exchange_book(&self, bytes: Bytes) {
        if let Some(packed) = Book::open(bytes, self.reader.snapshot().slots()) {
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
    /// the segments that it was in; nobody waits for that. If much came and went since the book was packed, it is packed.
    pub(super) fn to_store(&self) -> (Bytes, Arc<Snapshot>, u64, u64) {
        self.tender.purge();
        // Who waits to change the book keeps others from reading it: so that nobody waits there.
        let _changes = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, is_loose) = {
            let book = self.book();
            (Bytes::from_owner(book.to_bytes()), book.is_loose())
        };
        if is_loose {
            self.exchange_book(bytes.clone());
        }
        // What was just applied may be in the book before its number: it is then applied twice, which is the same as once.
        (bytes, self.reader.snapshot(), self.applied(), self.newest_at_micros())
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

    /// Runs what changes it where no request waits for it: whoever changes it may wait for another who does, a second
    /// or two while it is written to its file.
    pub(crate) async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, BrokenOff> {
        let live = Arc::clone(self);
        off_runtime(move || work(&live)).await
    }

    /// Applies changes in order; afterwards the index stands at `through`. Blocks, as [`Self::load`] and [`Self::forget`]
    /// do: call it off the runtime's threads.
    pub fn apply(&self, changes: &[Change], through: u64) {
        self.change(changes, |book, index, change| match &change.action {
            Action::Put(entry) => book.put(index, entry, self.views_max),
            Action::Remove { entry, .. } => book.remove(index, *entry),
        });
        if let Some(last) = changes.last() {
            self.newest_at.store(last.at.as_micros().unsigned_abs(), Ordering::Relaxed);
        }
        self.applied.send_replace(through);
    }

    /// Puts entries of a snapshot.
    pub fn load(&self, entries: &[Entry]) {
        self.change(entries, |book, index, entry| book.put(index, entry, self.views_max));
    }

    /// Forgets entries that a newer snapshot does not have.
    pub fn forget(&self, entries: &[EntryId]) {
        self.change(entries, |book, index, entry| book.remove(index, *entry));
    }

    /// Makes changes in order, few at a time, so that searches wait for few.
    fn change<Item>(&self, all: &[Item], each: impl Fn(&mut Book, &mut Index, &Item)) {
        let mut index = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for some in all.chunks(CHANGES_PER_GUARD) {
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            some.iter().for_each(|one| each(&mut book, &mut index, one));
            // Published before the book is let go: who finds a slot finds its entry.
            index.publish();
        }
    }

    /// Ids of everything it holds.
    pub fn ids(&self) -> Vec<EntryId> {
        self.book().ids()
    }

    /// How large it is.
    pub fn size(&self) -> LiveSize {
        // The book first: while it is held, nothing is published that it does not know.
        let book = self.book();
        let snapshot = self.reader.snapshot();
        LiveSize {
            entries: book.len(),
            hashes: snapshot.len().saturating_sub(book.views()),
            views: book.views(),
            crowded_searches: self.reader.crowded_searches(),
            digests: book.digests(),
            segments: snapshot.segments(),
            index_bytes: snapshot.memory_bytes(),
        }
    }

    /// Answers queries for somebody who is shown what `sees` says. Takes all cores for a batch; call it off the
    /// runtime's threads.
    pub fn answer(
        &self,
        queries: &[Parsed],
        radius: Radius,
        sees: impl Fn(Class, Tier) -> bool + Sync,
    ) -> Vec<MatchResult> {
        self.answer_shown(queries, radius, |_, class, tier| sees(class, tier))
    }

    /// The same where single entries may be hidden.
    pub fn answer_shown(
        &self,
        queries: &[Parsed],
        radius: Radius,
        sees: impl Fn(EntryId, Class, Tier) -> bool + Sync,
    ) -> Vec<MatchResult> {
        match pieces(queries).as_slice() {
            [piece] => self.answer_piece(piece, radius, &sees),
            pieces => pieces.par_iter().flat_map_iter(|piece| self.answer_piece(piece, radius, &sees)).collect(),
        }
    }

    fn answer_piece(
        &self,
        queries: &[Parsed],
        radius: Radius,
        sees: &impl Fn(EntryId, Class, Tier) -> bool,
    ) -> Vec<MatchResult> {
        let hashes = |query: &Parsed| query.pdq.iter().chain(&query.trimmed).copied().collect::<Vec<_>>();
        let codes: Vec<hamming::Code> = queries.iter().flat_map(hashes).collect();
        let (near, index, book) = self.search(&codes, radius);
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
                        if let Some((entry, mark)) = book.owner(found.slot) {
                            meet(entry, Met::nearly(found, mark, trimmed, orientation));
                        }
                    }
                }
            }
            let matched =
                met.into_iter().filter_map(|(entry, evidence)| book.matched(entry, &evidence, radius, &index));
            results.push(ranked(matched.collect()));
        }
        results
    }

    /// For each code what lies within the radius, in which state of the index, and the book as it was then or as it is
    /// now: all that was met has an owner in it.
    fn search(
        &self,
        codes: &[hamming::Code],
        radius: Radius,
    ) -> (Vec<Vec<hamming::Match>>, Arc<Snapshot>, RwLockReadGuard<'_, Book>) {
        for _ in 1..SEARCHES_MAX {
            let index = self.reader.snapshot();
            let near = index.within_batch(codes, radius.bits().into());
            let book = self.book();
            if near.iter().flatten().all(|met| book.owner(met.slot).is_some()) {
                return (near, index, book);
            }
        }
        // Changes come faster than searches end: for once they wait.
        let book = self.book();
        let index = self.reader.snapshot();
        (index.within_batch(codes, radius.bits().into()), index, book)
    }

    fn book(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Queries that follow each other, in pieces of few hashes.
fn pieces(queries: &[Parsed]) -> Vec<&[Parsed]> {
    let (mut pieces, mut first, mut hashes) = (Vec::new(), 0, 0);
    for (place, query) in queries.iter().enumerate() {
        let of_query = query.pdq.len() + query.trimmed.len();
        if place > first && hashes + of_query > HASHES_PER_SEARCH_MAX {
            pieces.push(&queries[first..place]);
            (first, hashes) = (place, 0);
        }
        hashes += of_query;
    }
    if first < queries.len() {
        pieces.push(&queries[first..]);
    }
    pieces
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
    fn a_call_is_searched_few_hashes_at_a_time_and_answered_in_order() {
        let live = Live::default();
        // Look-alikes of the first, more than are listed, and others.
        let mut entries: Vec<Entry> = (1..=120).map(|id| entry(id, 0)).collect();
        entries.extend((121..=140).map(|id| entry(id, id)));
        live.load(&entries);
        let query = |number: u8| Parsed {
            pdq: vec![
                [if number.is_multiple_of(3) { 0 } else { 120 + number % 20 }; 32];
                [1, 8][usize::from(number % 2)]
            ],
            trimmed: vec![[number; 32]; [0, 8][usize::from(number % 5 == 1)]],
            ..Parsed::default()
        };
        let queries: Vec<Parsed> = (0..100).map(query).chain([Parsed::default()]).collect();
        let pieces = pieces(&queries);
        let hashes = |piece: &&[Parsed]| piece.iter().map(|query| query.pdq.len() + query.trimmed.len()).sum::<usize>();
        assert!(pieces.iter().all(|piece| hashes(piece) <= HASHES_PER_SEARCH_MAX) && pieces.len() > 2);
        assert!(pieces.concat() == queries, "every query is in one of them, in order");
        let together = live.answer(&queries, Radius::DEFAULT, |_, _| true);
        let one = |query: &Parsed| live.answer(std::slice::from_ref(query), Radius::DEFAULT, |_, _| true).remove(0);
        assert_eq!(together, queries.iter().map(one).collect::<Vec<_>>());
        assert!(together[0].truncated && together[0].matches.len() == MATCHES_PER_QUERY_MAX);
    }

    #[test]
    fn an_entry_that_changes_all_the_time_is_never_missed() {
        let live = Live::default();
        let is_over = AtomicBool::new(false);
        let entries = [entry(1, 0x0f), Entry { views: Vec::new(), ..entry(1, 0x0f) }];
        live.load(&entries[..1]);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Each time its hash has another slot.
                entries.iter().cycle().take_while(|_| !is_over.load(Ordering::Relaxed)).for_each(|entry| {
                    live.load(std::slice::from_ref(entry));
                });
            });
            let missed = (0..20_000).filter(|_| met(&live, 0x0f).is_empty()).count();
            is_over.store(true, Ordering::Relaxed);
            assert_eq!(missed, 0);
        });
    }

    #[test]
    fn its_size_can_be_told_while_it_is_filled() {
        let live = Live::default();
        let entries: Vec<Entry> = (1..=200).map(|id| entry(id, id)).collect();
        std::thread::scope(|scope| {
            let filling = scope.spawn(|| {
                for _ in 0..20 {
                    entries.iter().for_each(|entry| live.load(std::slice::from_ref(entry)));
                    live.forget(&live.ids());
                }
            });
            while !filling.is_finished() {
                let size = live.size();
                assert!(size.hashes == size.entries && size.views == size.entries, "{size:?}");
            }
        });
    }

    #[test]
    fn a_book_that_contradicts_itself_is_no_reason_to_stop() {
        let live = Live::default();
        let mut entries: Vec<Entry> = (1..=6).map(|id| entry(id, id)).collect();
        for entry in &mut entries {
            entry.fingerprints.push(Fingerprint::Md5([entry.id.as_bytes()[0] / 2; 16]));
            entry.fingerprints.push(Fingerprint::Sha256([7; 32]));
        }
        live.load(&entries);
        let whole = live.to_store().0.to_vec();
        let (mut opened, counted) = (0, 48..64);
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            let mut index = Index::new();
            index.insert_many((0..12).map(|number| [number; 32]));
            index.publish();
            let Some(live) = Live::from_stored(64, index, Bytes::from(bytes), 1, 1) else { continue };
            assert!(!counted.contains(&place), "views and digests are as many as it says, byte {place}");
            opened += 1;
            let query = Parsed { pdq: vec![[3; 32]], sha256: Some([7; 32]), md5: Some([1; 16]), ..Parsed::default() };
            live.answer(std::slice::from_ref(&query), Radius::DEFAULT, |_, _| true);
            live.load(&entries[1..3]);
            live.size();
            live.forget(&live.ids());
            live.size();
            live.pack();
        }
        assert!(opened > 100, "{opened} were opened");
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
