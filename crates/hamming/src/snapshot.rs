//! One published state, and how it answers a query.

use std::sync::Arc;

use crate::{
    Code, Kernel, Match, Slot,
    block::{BLOCK_ROWS, Block, Part},
    halves,
};

/// One published state of an [`Index`](crate::Index): it never changes.
///
/// Queries run on the calling thread and take as long as reading 16 bytes per code takes, about a millisecond per
/// million codes: from asynchronous code, call them where blocking is allowed.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) kernel: Kernel,
    /// Block b holds slots from 4,096 b on; `None` once all of its codes are removed.
    pub(crate) blocks: Vec<Option<Arc<Block>>>,
    /// Slots issued, 0..=2^32.
    pub(crate) slots: u64,
    /// Live codes.
    pub(crate) live: usize,
}

impl Snapshot {
    pub(crate) fn empty(kernel: Kernel) -> Self {
        Self { kernel, blocks: Vec::new(), slots: 0, live: 0 }
    }

    /// Every live code that differs from `query` in at most `radius` bits, by distance and then slot.
    ///
    /// Exact for every radius; 256 and more find every code. The radius decides how much is found, so whoever lets a
    /// stranger choose it must bound it.
    #[must_use]
    pub fn within(&self, query: &Code, radius: u32) -> Vec<Match> {
        let query = halves(query);
        let mut matches = Vec::new();
        for (first_slot, block) in self.live_blocks(0..self.blocks.len()) {
            let part = Part { kernel: &self.kernel, radius, first_slot, groups: (0, block.groups()) };
            block.scan(&part, &query, &mut matches);
        }
        sort(&mut matches);
        matches
    }

    /// The code in a slot; `None` if it was removed, or not inserted by the time of this snapshot.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<Code> {
        let (index, row) = Self::position(slot);
        self.blocks.get(index)?.as_ref()?.get(row)
    }

    /// Live codes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no live code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Bytes of memory that this state takes, what it shares with other snapshots included.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let blocks: usize = self.blocks.iter().flatten().map(|block| block.memory_bytes()).sum();
        size_of::<Self>() + self.blocks.capacity() * size_of::<Option<Arc<Block>>>() + blocks
    }

    /// The blocks of a range that hold anything, each with its first slot.
    pub(crate) fn live_blocks(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = (u32, &Block)> {
        let first_block = range.start;
        self.blocks[range].iter().enumerate().filter_map(move |(index, block)| {
            let block = block.as_deref().filter(|block| block.len() > 0)?;
            // Fits: the index issues no slot past 2^32 - 1.
            Some((((first_block + index) * BLOCK_ROWS) as u32, block))
        })
    }

    /// The block of a slot, and its row there.
    pub(crate) fn position(slot: Slot) -> (usize, usize) {
        (slot.0 as usize / BLOCK_ROWS, slot.0 as usize % BLOCK_ROWS)
    }
}

/// By distance, then slot.
pub(crate) fn sort(matches: &mut [Match]) {
    matches.sort_unstable_by_key(|found| (found.distance, found.slot));
}

impl std::fmt::Debug for Snapshot {
    /// Sizes only: codes are sensitive and must not reach a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kernel = self.kernel.name();
        let Self { slots, live, .. } = self;
        write!(formatter, "Snapshot {{ live: {live}, slots: {slots}, kernel: {kernel} }}")
    }
}
