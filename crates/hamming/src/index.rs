//! The writer.

use std::sync::{
    Arc, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::{
    Code, Kernel, Reader, Slot, Snapshot,
    merge::{Merge, Merged},
    rows::Block,
    sync::{Condvar, Mutex, MutexGuard, Published, thread},
};

/// Changes after which a publication looks for merges that are due.
const CHANGES_BETWEEN_LOOKS: usize = if cfg!(interleavings) { 1 } else { 1_024 };

/// A set of codes that one owner changes while any number of [`Reader`]s search it.
///
/// Nothing that [`insert`](Self::insert) or [`remove`](Self::remove) does is visible to readers before
/// [`publish`](Self::publish): apply a whole batch, publish once, and readers see all of it or none of it.
///
/// New codes gather in a tail that is scanned, and become part of sorted segments by merges. An index sees to that
/// itself: `publish` starts a thread when there is work and none is at it, and the thread ends with the work. Answers
/// never depend on how far it is.
pub struct Index {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    published: Arc<Published<Snapshot>>,
    crowded: Arc<AtomicU64>,
    /// Whether a thread is merging ended.
    merged: Condvar,
    /// The index is gone, or about to be: a merge would be for nobody.
    abandoned: AtomicBool,
    upkeep: Upkeep,
}

/// Who merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upkeep {
    /// A thread of the index's own.
    Thread,
    /// Whoever takes a merge, runs and installs it: for tests of every order of events.
    #[cfg(test)]
    ByHand,
}

struct State {
    /// The state being written. Its parts are shared with what was published until they are next touched.
    next: Snapshot,
    /// Whether `next` differs from what was published.
    dirty: bool,
    /// Insertions and removals since the last look for merges.
    changes: usize,
    merging: bool,
}

impl Index {
    /// An empty index, with the fastest kernel of this processor.
    #[must_use]
    pub fn new() -> Self {
        Self::with_kernel(Kernel::fastest())
    }

    /// An empty index with a kernel of the caller's choice: for tests and measurements.
    #[must_use]
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self::of(Snapshot::empty(kernel), Upkeep::Thread)
    }

    pub(crate) fn of(snapshot: Snapshot, upkeep: Upkeep) -> Self {
        let shared = Shared {
            published: Arc::new(Published::new(snapshot.clone())),
            crowded: Arc::clone(&snapshot.crowded),
            state: Mutex::new(State { next: snapshot, dirty: false, changes: 0, merging: false }),
            merged: Condvar::new(),
            abandoned: AtomicBool::new(false),
            upkeep,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Installs a merge that was made by hand, of a published state.
    #[cfg(test)]
    pub(crate) fn install(&mut self, merged: &Merged) {
        let mut state = self.shared.state();
        self.shared.install(&mut state, merged);
    }

    /// An index of these codes, in slots 0, 1, 2... in their order, published and merged.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    #[must_use]
    pub fn build(codes: impl IntoIterator<Item = Code>) -> Self {
        let mut index = Self::new();
        index.insert_many(codes);
        index.settle();
        index
    }

    /// Adds a code, equal to another or not, in the slot after the last one issued. Readers find it once published.
    ///
    /// # Panics
    ///
    /// When the index has issued all 2^32 slots. An index that may see that many insertions in its life must be
    /// rebuilt before: slots are never issued twice.
    pub fn insert(&mut self, code: Code) -> Slot {
        self.shared.state().insert(&code)
    }

    /// Adds codes, and says in which slots: consecutive ones, in the order of the codes.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    pub fn insert_many(&mut self, codes: impl IntoIterator<Item = Code>) -> Vec<Slot> {
        let mut state = self.shared.state();
        codes.into_iter().map(|code| state.insert(&code)).collect()
    }

    /// Removes the code of a slot; false if there is none, because it was removed before or never inserted. Readers
    /// stop finding it once published; a snapshot taken before then keeps it.
    pub fn remove(&mut self, slot: Slot) -> bool {
        let mut state = self.shared.state();
        let was_live = state.next.live.clear(slot.0);
        if was_live {
            state.dirty = true;
            state.changes += 1;
        }
        was_live
    }

    /// Shows readers everything done so far: a snapshot taken after this returns has all of it. Costs a pointer per
    /// 32,768 slots and per 512 codes of the tail, and nothing if nothing changed.
    pub fn publish(&mut self) {
        let mut state = self.shared.state();
        self.shared.publish(&mut state);
        if state.changes >= CHANGES_BETWEEN_LOOKS && !state.merging && self.shared.upkeep == Upkeep::Thread {
            state.changes = 0;
            if let Some(merge) = Merge::due(&state.next) {
                state.merging = true;
                drop(state);
                Shared::merge_on_a_thread(&self.shared, merge);
            }
        }
    }

    /// Publishes, and returns when every merge that is then due is done; this thread does those that no other is
    /// at. For after a bulk load, and before measuring.
    pub fn settle(&mut self) {
        let mut state = self.shared.state();
        self.shared.publish(&mut state);
        state.changes = 0;
        drop(state);
        self.shared.merge_all(Merge::due, &self.shared.abandoned);
    }

    /// A handle for merging more than is due, while codes come and go.
    #[must_use]
    pub fn tender(&self) -> Tender {
        Tender { shared: Arc::clone(&self.shared) }
    }

    /// A handle for searching, which outlives the index if need be: it then keeps the last published state.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.shared.published), Arc::clone(&self.shared.crowded))
    }

    /// The code of a slot, the unpublished changes included; `None` once removed.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<Code> {
        self.shared.state().next.get(slot)
    }

    /// Live codes, the unpublished changes included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.state().next.len()
    }

    /// Whether there is no live code, the unpublished changes included.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that the current state takes, the unpublished changes included. What an older snapshot alone
    /// still holds is not counted, as it returns when its last reader lets go, nor is what a merge under way needs.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.shared.state().next.memory_bytes()
    }

    /// How codes are compared.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.shared.state().next.kernel
    }
}

/// Brings an index into the shape in which queries cost least. By itself an index merges only what is due, so that each
/// code is rewritten as seldom as can be; what it leaves are segments by the dozen where codes came a few at a time, and a query
/// looks into each. Whoever has a clock and knows when little is going on calls [`tend`](Self::tend) then.
#[derive(Clone)]
pub struct Tender {
    shared: Arc<Shared>,
}

impl Tender {
    /// Merges, on this thread, what is due and what is worth it: afterwards each segment is at least 8 times as large as
    /// all that follow it together, or they would not fit in one. Costs nothing where that is so, and half a microsecond for each code that
    /// is rewritten otherwise. Insertions, removals and queries go on meanwhile; only changes that were published are merged.
    pub fn tend(&self) {
        let due = |snapshot: &Snapshot| Merge::due(snapshot).or_else(|| Merge::worthwhile(snapshot));
        self.shared.merge_all(due, &self.shared.abandoned);
    }

    /// Rewrites, on this thread, every segment that still has a code that was removed, one after the other: for before
    /// the index is written to a file. Goes on although merges were called off. Removals that were not published stay.
    pub fn purge(&self) {
        self.shared.merge_all(Merge::of_removed, &AtomicBool::new(false));
    }

    /// Ends merges that are under way and all to come, as dropping the index does: for when it is not needed much longer.
    pub fn call_off(&self) {
        self.shared.abandoned.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Tender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tender").finish_non_exhaustive()
    }
}

impl State {
    fn insert(&mut self, code: &Code) -> Slot {
        let next = &mut self.next;
        let slot = u32::try_from(next.slots).expect("an index issues at most 2^32 slots; rebuild it before");
        if next.tail.last().is_none_or(Block::is_full) {
            next.tail.push(Block::default());
        }
        next.tail.last_mut().expect("a block was pushed if there was none").push(code);
        next.live.set(slot);
        next.slots += 1;
        self.dirty = true;
        self.changes += 1;
        Slot(slot)
    }
}

impl Shared {
    /// What is in the lock is changed in one step or not at all, so a panic elsewhere leaves it whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, state: &mut State) {
        if state.dirty {
            self.published.store(state.next.clone());
            state.dirty = false;
        }
    }

    /// Installs a merge in what is being written and in what was published.
    fn install(&self, state: &mut State, merged: &Merged) {
        state.next.install(merged);
        let mut published = Snapshot::clone(&self.published.load());
        published.install(merged);
        self.published.store(published);
    }

    /// Merges what was published, on this thread, as long as there is something; another that is at it is waited for.
    fn merge_all(&self, choose: impl Fn(&Snapshot) -> Option<Merge>, abort: &AtomicBool) {
        while !abort.load(Ordering::Relaxed) {
            let mut state = self.state();
            while state.merging {
                state = self.merged.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let Some(merge) = choose(&self.published.load()) else { return };
            state.merging = true;
            drop(state);
            Turn { shared: self }.merge_and_install(merge, abort);
        }
    }

    fn merge_on_a_thread(shared: &Arc<Self>, merge: Merge) {
        let of_thread = Arc::clone(shared);
        let turn = move || {
            let mut turn = Turn { shared: &of_thread };
            let mut due = Some(merge);
            while let Some(merge) = due {
                due = turn
                    .merge_and_install(merge, &of_thread.abandoned)
                    .then(|| Merge::due(&of_thread.published.load()))
                    .flatten();
            }
        };
        if thread::Builder::new().name("hamming-merge".to_owned()).spawn(turn).is_err() {
            // No thread is to be had: the tail stays, a later publication tries again.
            drop(Turn { shared });
        }
    }
}

/// The right to merge, given back at the end whatever happens.
struct Turn<'a> {
    shared: &'a Shared,
}

impl Turn<'_> {
    /// False when it was called off.
    fn merge_and_install(&mut self, merge: Merge, abort: &AtomicBool) -> bool {
        let Ok(merged) = merge.run(abort) else { return false };
        let mut state = self.shared.state();
        self.shared.install(&mut state, &merged);
        !abort.load(Ordering::Relaxed)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.shared.state().merging = false;
        self.shared.merged.notify_all();
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.shared.abandoned.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Index {
    /// Sizes only: codes are sensitive and must not reach a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.shared.state();
        formatter
            .debug_struct("Index")
            .field("next", &state.next)
            .field("dirty", &state.dirty)
            .field("merging", &state.merging)
            .finish_non_exhaustive()
    }
}
