//! Many queries at once, so that what one of them brought into the cache serves the others.

use std::ops::Range;

use rayon::prelude::*;

use crate::{Code, Half, Match, Snapshot, block::Part, halves, snapshot::sort};

/// Groups that stay in the first-level cache while every query of a tile reads them: 16 KiB of heads.
const TILE_GROUPS: usize = 16;
/// Queries in a piece of parallel work: enough that reading the codes is a small part of it.
const TILE_QUERIES: usize = 256;
/// Pieces of work per thread: enough to even out threads that are slower than others.
const PIECES_PER_THREAD: usize = 4;
/// Pairs of query and slot under which handing work to other threads costs more than it saves (about 0.1 ms).
const PARALLEL_PAIRS_MIN: usize = 1 << 18;

impl Snapshot {
    /// The answers of [`within`](Self::within) to each query, in the order of the queries: several times faster than
    /// asking one at a time once the codes no longer fit in the cache. On the calling thread.
    #[must_use]
    pub fn within_batch(&self, queries: &[Code], radius: u32) -> Vec<Vec<Match>> {
        let queries: Vec<_> = queries.iter().map(halves).collect();
        let mut answers = self.scan_tile(&queries, 0..self.blocks.len(), radius);
        answers.iter_mut().for_each(|matches| sort(matches));
        answers
    }

    /// [`within_batch`](Self::within_batch) on all threads of the current rayon pool (`ThreadPool::install` chooses
    /// another). Few queries over many codes are divided by codes, many queries by queries; small work stays on the
    /// calling thread, which in any case waits for the answer.
    #[must_use]
    pub fn within_batch_parallel(&self, queries: &[Code], radius: u32) -> Vec<Vec<Match>> {
        let blocks = self.blocks.len();
        let pairs = queries.len().saturating_mul(blocks * crate::block::BLOCK_ROWS);
        if pairs < PARALLEL_PAIRS_MIN || rayon::current_num_threads() == 1 {
            return self.within_batch(queries, radius);
        }
        let tiles = queries.len().div_ceil(TILE_QUERIES);
        let ranges = (rayon::current_num_threads() * PIECES_PER_THREAD).div_ceil(tiles).clamp(1, blocks);
        let stride = blocks.div_ceil(ranges);

        let answers_of_tile = |tile: &[Code]| {
            let tile: Vec<_> = tile.iter().map(halves).collect();
            let starts: Vec<_> = (0..blocks).step_by(stride).collect();
            let pieces = starts.into_par_iter();
            let pieces = pieces.map(|start| self.scan_tile(&tile, start..blocks.min(start + stride), radius));
            let mut answers = vec![Vec::new(); tile.len()];
            for piece in pieces.collect::<Vec<_>>() {
                answers.iter_mut().zip(piece).for_each(|(matches, found)| matches.extend(found));
            }
            answers.iter_mut().for_each(|matches| sort(matches));
            answers
        };
        queries.par_chunks(TILE_QUERIES).flat_map_iter(answers_of_tile).collect()
    }

    /// The matches of each query in a range of blocks, by slot.
    fn scan_tile(&self, queries: &[[Half; 2]], blocks: Range<usize>, radius: u32) -> Vec<Vec<Match>> {
        let mut answers = vec![Vec::new(); queries.len()];
        for (first_slot, block) in self.live_blocks(blocks) {
            for start in (0..block.groups()).step_by(TILE_GROUPS) {
                let groups = (start, block.groups().min(start + TILE_GROUPS));
                let part = Part { kernel: &self.kernel, radius, first_slot, groups };
                for (query, matches) in queries.iter().zip(&mut answers) {
                    block.scan(&part, query, matches);
                }
            }
        }
        answers
    }
}
