//! The writer.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::{
    Code, Kernel, Reader, Slot, Snapshot,
    block::{BLOCK_ROWS, Block},
};

/// A set of codes that one owner changes while any number of [`Reader`]s search it.
///
/// Nothing that [`insert`](Self::insert) or [`remove`](Self::remove) does is visible to readers before
/// [`publish`](Self::publish): apply a whole batch, publish once, and readers see all of it or none of it.
pub struct Index {
    /// The state being written. Its blocks are shared with what was published until they are next touched.
    next: Snapshot,
    published: Arc<ArcSwap<Snapshot>>,
    /// Whether `next` differs from what was published.
    dirty: bool,
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
        let next = Snapshot::empty(kernel);
        let published = Arc::new(ArcSwap::from_pointee(next.clone()));
        Self { next, published, dirty: false }
    }

    /// An index of these codes, in slots 0, 1, 2... in their order, published.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    #[must_use]
    pub fn build(codes: impl IntoIterator<Item = Code>) -> Self {
        let mut index = Self::new();
        index.insert_many(codes);
        index.publish();
        index
    }

    /// Adds a code, equal to another or not, in the slot after the last one issued. Readers find it once published.
    ///
    /// # Panics
    ///
    /// When the index has issued all 2^32 slots. An index that may see that many insertions in its life must be
    /// rebuilt before: slots are never issued twice.
    pub fn insert(&mut self, code: Code) -> Slot {
        let slot = u32::try_from(self.next.slots).expect("an index issues at most 2^32 slots; rebuild it before");
        if self.next.slots.is_multiple_of(BLOCK_ROWS as u64) {
            self.next.blocks.push(Some(Arc::new(Block::new())));
        }
        // The last block cannot be given back before it is full, and a full one is never inserted into.
        let last = self.next.blocks.last_mut().and_then(Option::as_mut).expect("the last block is there until full");
        Arc::make_mut(last).push(&code);
        self.next.slots += 1;
        self.next.live += 1;
        self.dirty = true;
        Slot(slot)
    }

    /// Adds codes, and says in which slots: consecutive ones, in the order of the codes.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    pub fn insert_many(&mut self, codes: impl IntoIterator<Item = Code>) -> Vec<Slot> {
        codes.into_iter().map(|code| self.insert(code)).collect()
    }

    /// Removes the code of a slot; false if there is none, because it was removed before or never inserted. Readers
    /// stop finding it once published; a snapshot taken before then keeps it.
    pub fn remove(&mut self, slot: Slot) -> bool {
        let (index, row) = Snapshot::position(slot);
        let Some(place) = self.next.blocks.get_mut(index) else { return false };
        let Some(block) = place.as_mut().filter(|block| block.is_live(row)) else { return false };
        if block.len() == 1 && block.is_full() {
            *place = None;
        } else {
            Arc::make_mut(block).remove(row);
        }
        self.next.live -= 1;
        self.dirty = true;
        true
    }

    /// Shows readers everything done so far: a snapshot taken after this returns has all of it. Costs one pointer per
    /// 4,096 slots, and nothing if nothing changed.
    pub fn publish(&mut self) {
        if self.dirty {
            self.published.store(Arc::new(self.next.clone()));
            self.dirty = false;
        }
    }

    /// A handle for searching, which outlives the index if need be: it then keeps the last published state.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.published))
    }

    /// The code of a slot, the unpublished changes included; `None` once removed.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<Code> {
        self.next.get(slot)
    }

    /// Live codes, the unpublished changes included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.next.len()
    }

    /// Whether there is no live code, the unpublished changes included.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// Bytes of memory that the current state takes, the unpublished changes included. What an older snapshot alone
    /// still holds is not counted, as it returns when its last reader lets go.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.next.memory_bytes()
    }

    /// How codes are compared.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.next.kernel
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Index {
    /// Sizes only: codes are sensitive and must not reach a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("next", &self.next).field("dirty", &self.dirty).finish_non_exhaustive()
    }
}
