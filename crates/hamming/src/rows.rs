//! Codes in columns, and the linear scan over them.

use std::{ops::Range, sync::Arc};

use crate::{Code, Half, Kernel, half_distance, halves};

/// Rows in a group: what one word of a bitmap covers.
pub(crate) const GROUP_ROWS: usize = 64;
/// Rows whose heads fill a cache line.
pub(crate) const LINE_ROWS: usize = 4;
/// Groups whose candidates are gathered before they are looked at.
const SPAN_GROUPS: usize = 64;
/// Rows in a full block.
pub(crate) const BLOCK_ROWS: usize = 512;

/// The first 128 bits of 64 codes. Four codes share a cache line, word by word: a vector register holds the same word
/// of several codes, and whoever looks at one code touches one line.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Heads {
    /// `lines[row / 4][w][row % 4]` is word `w` of the first half of the code in `row`; unused rows are zero.
    pub(crate) lines: [[[u64; LINE_ROWS]; 2]; GROUP_ROWS / LINE_ROWS],
}

impl Heads {
    pub(crate) const EMPTY: Self = Self { lines: [[[0; LINE_ROWS]; 2]; GROUP_ROWS / LINE_ROWS] };

    #[inline(always)]
    pub(crate) fn get(&self, row: usize) -> Half {
        let line = &self.lines[row / LINE_ROWS];
        [line[0][row % LINE_ROWS], line[1][row % LINE_ROWS]]
    }

    pub(crate) fn set(&mut self, row: usize, head: Half) {
        let line = &mut self.lines[row / LINE_ROWS];
        line[0][row % LINE_ROWS] = head[0];
        line[1][row % LINE_ROWS] = head[1];
    }
}

/// Codes by row, wherever they are kept.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) heads: &'a [Heads],
    /// The last 128 bits: read one by one, for the few codes that need it.
    pub(crate) tails: &'a [Half],
}

impl Rows<'_> {
    pub(crate) fn len(&self) -> usize {
        self.tails.len()
    }

    #[inline(always)]
    pub(crate) fn head(&self, row: usize) -> Half {
        self.heads[row / GROUP_ROWS].get(row % GROUP_ROWS)
    }

    pub(crate) fn code(&self, row: usize) -> [Half; 2] {
        [self.head(row), self.tails[row]]
    }

    /// The distance to the code of a row, if it is within the radius.
    #[inline(always)]
    pub(crate) fn distance_within(&self, row: usize, query: &[Half; 2], radius: u32) -> Option<u32> {
        let head = half_distance(self.head(row), query[0]);
        if head > radius {
            return None;
        }
        let distance = head + half_distance(self.tails[row], query[1]);
        (distance <= radius).then_some(distance)
    }

    /// Calls `found` with the row and distance of every code of these groups within the radius, by row.
    pub(crate) fn scan(
        &self,
        kernel: Kernel,
        groups: Range<usize>,
        query: &[Half; 2],
        radius: u32,
        mut found: impl FnMut(usize, u32),
    ) {
        let mut candidates = [0; SPAN_GROUPS];
        for first in groups.clone().step_by(SPAN_GROUPS) {
            let heads = &self.heads[first..groups.end.min(first + SPAN_GROUPS)];
            let candidates = &mut candidates[..heads.len()];
            kernel.candidates(heads, query[0], radius, candidates);
            for (group, &candidates) in (first..).zip(candidates.iter()) {
                let mut rows = candidates;
                while rows != 0 {
                    let row = group * GROUP_ROWS + rows.trailing_zeros() as usize;
                    rows &= rows - 1;
                    // The last group may have rows that are not in use.
                    if row < self.len()
                        && let Some(distance) = self.distance_within(row, query, radius)
                    {
                        found(row, distance);
                    }
                }
            }
        }
    }
}

/// Up to 512 codes in order of insertion. Cheap to clone: the codes are shared, and copied only to add to them.
#[derive(Clone, Default)]
pub(crate) struct Block(Arc<Codes>);

#[derive(Clone, Default)]
struct Codes {
    heads: Vec<Heads>,
    tails: Vec<Half>,
}

impl Block {
    pub(crate) fn is_full(&self) -> bool {
        self.0.tails.len() == BLOCK_ROWS
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows { heads: &self.0.heads, tails: &self.0.tails }
    }

    /// Adds a code in the next row. The block must not be full.
    pub(crate) fn push(&mut self, code: &Code) {
        assert!(!self.is_full(), "the index starts a new block when the last one is full");
        let codes = Arc::make_mut(&mut self.0);
        let row = codes.tails.len() % GROUP_ROWS;
        if row == 0 {
            codes.heads.push(Heads::EMPTY);
        }
        let [head, tail] = halves(code);
        codes.heads.last_mut().expect("a group was pushed with its first row").set(row, head);
        codes.tails.push(tail);
        if codes.tails.len() == BLOCK_ROWS {
            codes.heads.shrink_to_fit();
            codes.tails.shrink_to_fit();
        }
    }

    /// Bytes on the heap.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Codes>()
            + 2 * size_of::<usize>()
            + self.0.heads.capacity() * size_of::<Heads>()
            + self.0.tails.capacity() * size_of::<Half>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_block_costs_thirty_two_bytes_a_code_and_a_little() {
        let mut block = Block::default();
        let mut published = block.clone();
        for row in 0..BLOCK_ROWS {
            block.push(&[row as u8; 32]);
            // A shared block is copied before it grows, and a copy grows by other steps than an original.
            if row % 100 == 0 {
                published = block.clone();
            }
        }
        assert_eq!(published.rows().len(), 501);
        let overhead = block.memory_bytes() - 32 * BLOCK_ROWS;
        assert!(overhead < BLOCK_ROWS / 5, "{overhead} bytes more than the codes");
    }

    #[test]
    fn a_clone_shares_its_codes_until_one_is_added() {
        let mut block = Block::default();
        block.push(&[1; 32]);
        let mut copy = block.clone();
        assert!(Arc::ptr_eq(&block.0, &copy.0));
        copy.push(&[2; 32]);
        assert!(!Arc::ptr_eq(&block.0, &copy.0));
        assert_eq!((block.rows().len(), copy.rows().len()), (1, 2));
        assert_eq!(copy.rows().code(1), halves(&[2; 32]));
    }
}
