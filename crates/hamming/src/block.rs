//! A run of up to 4,096 consecutive slots: their codes in two columns, and which of them are live.

use std::sync::Arc;

use crate::{Code, Half, Kernel, Match, Slot, half_distance, halves};

/// Rows in a group: what one word of a bitmap covers.
pub(crate) const GROUP_ROWS: usize = 64;
/// Groups in a full block.
pub(crate) const BLOCK_GROUPS: usize = 64;
/// Slots in a full block.
pub(crate) const BLOCK_ROWS: usize = GROUP_ROWS * BLOCK_GROUPS;

/// The first 128 bits of 64 codes, word by word so that a vector register holds the same word of several codes.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Heads {
    /// `words[w][row]` is word `w` of the first half of the code in `row`; rows not yet used are zero.
    pub(crate) words: [[u64; GROUP_ROWS]; 2],
}

/// A block is cheap to clone: the codes are shared, and copied only to add to them.
#[derive(Clone)]
pub(crate) struct Block {
    codes: Arc<Codes>,
    /// One bit per row: set while the code is to be found.
    live: [u64; BLOCK_GROUPS],
    live_count: u32,
    rows: u32,
}

#[derive(Clone, Default)]
struct Codes {
    heads: Vec<Heads>,
    /// The last 128 bits of the same rows, one row at a time: they are read one by one, for the few that need it.
    tails: Vec<[Half; GROUP_ROWS]>,
}

impl Block {
    pub(crate) fn new() -> Self {
        Self { codes: Arc::default(), live: [0; BLOCK_GROUPS], live_count: 0, rows: 0 }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows as usize == BLOCK_ROWS
    }

    /// Live codes.
    pub(crate) fn len(&self) -> usize {
        self.live_count as usize
    }

    /// Groups in use, the last one perhaps in part.
    pub(crate) fn groups(&self) -> usize {
        self.codes.heads.len()
    }

    /// Adds a live code in the next row. The block must not be full.
    pub(crate) fn push(&mut self, code: &Code) {
        assert!(!self.is_full(), "the index starts a new block when the last one is full");
        let (group, row) = position(self.rows as usize);
        let codes = Arc::make_mut(&mut self.codes);
        if row == 0 {
            codes.heads.push(Heads { words: [[0; GROUP_ROWS]; 2] });
            codes.tails.push([[0; 2]; GROUP_ROWS]);
        }
        let [head, tail] = halves(code);
        codes.heads[group].words[0][row] = head[0];
        codes.heads[group].words[1][row] = head[1];
        codes.tails[group][row] = tail;
        self.live[group] |= 1 << row;
        self.live_count += 1;
        self.rows += 1;
        if self.rows as usize == BLOCK_ROWS {
            codes.heads.shrink_to_fit();
            codes.tails.shrink_to_fit();
        }
    }

    /// Whether the row holds a code that has not been removed.
    pub(crate) fn is_live(&self, row: usize) -> bool {
        let (group, row) = position(row);
        self.live[group] >> row & 1 == 1
    }

    /// Marks a live row as removed.
    pub(crate) fn remove(&mut self, row: usize) {
        debug_assert!(self.is_live(row));
        let (group, row) = position(row);
        self.live[group] &= !(1 << row);
        self.live_count -= 1;
    }

    pub(crate) fn get(&self, row: usize) -> Option<Code> {
        if !self.is_live(row) {
            return None;
        }
        let (group, row) = position(row);
        let words = &self.codes.heads[group].words;
        let [third, fourth] = self.codes.tails[group][row];
        let mut code = [0; 32];
        for (bytes, word) in code.chunks_exact_mut(8).zip([words[0][row], words[1][row], third, fourth]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Some(code)
    }

    /// Bytes on the heap, this structure included.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + size_of::<Codes>()
            + self.codes.heads.capacity() * size_of::<Heads>()
            + self.codes.tails.capacity() * size_of::<[Half; GROUP_ROWS]>()
    }

    /// Appends to `matches`, in order of slot, the live codes of `groups` (first, one past the last) within the radius.
    pub(crate) fn scan(&self, part: &Part<'_>, query: &[Half; 2], matches: &mut Vec<Match>) {
        let mut candidates = [0; BLOCK_GROUPS];
        let heads = &self.codes.heads[part.groups.0..part.groups.1];
        let candidates = &mut candidates[..heads.len()];
        part.kernel.candidates(heads, query[0], part.radius, candidates);

        for (index, &candidates) in candidates.iter().enumerate() {
            let group = part.groups.0 + index;
            let mut rows = candidates & self.live[group];
            while rows != 0 {
                let row = rows.trailing_zeros() as usize;
                rows &= rows - 1;
                let words = &self.codes.heads[group].words;
                let distance = half_distance([words[0][row], words[1][row]], query[0])
                    + half_distance(self.codes.tails[group][row], query[1]);
                if distance <= part.radius {
                    // A block's rows are fewer than its first slot leaves room for: the index checked when it grew.
                    let slot = Slot(part.first_slot + (group * GROUP_ROWS + row) as u32);
                    matches.push(Match { slot, distance });
                }
            }
        }
    }
}

/// What part of a block to scan, and how.
pub(crate) struct Part<'a> {
    pub(crate) kernel: &'a Kernel,
    pub(crate) radius: u32,
    /// The slot of the block's first row.
    pub(crate) first_slot: u32,
    /// First group, and one past the last.
    pub(crate) groups: (usize, usize),
}

/// The group of a row, and its place in the group.
fn position(row: usize) -> (usize, usize) {
    (row / GROUP_ROWS, row % GROUP_ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_block_costs_thirty_two_bytes_a_code_and_a_little() {
        let mut block = Block::new();
        let mut published = block.clone();
        for row in 0..BLOCK_ROWS {
            block.push(&[row as u8; 32]);
            // A shared block is copied before it grows, and a copy grows by other steps than an original.
            if row % 1_000 == 0 {
                published = block.clone();
            }
        }
        assert_eq!(published.len(), 4_001);
        let overhead = block.memory_bytes() - 32 * BLOCK_ROWS;
        assert!(overhead < BLOCK_ROWS / 5, "{overhead} bytes more than the codes");
    }

    #[test]
    fn a_clone_shares_its_codes_until_one_is_added() {
        let mut block = Block::new();
        block.push(&[1; 32]);
        let mut copy = block.clone();
        copy.remove(0);
        assert!(Arc::ptr_eq(&block.codes, &copy.codes), "a removal copies no code");
        assert_eq!((block.len(), copy.len()), (1, 0));
        copy.push(&[2; 32]);
        assert!(!Arc::ptr_eq(&block.codes, &copy.codes));
        assert_eq!((block.get(1), copy.get(1)), (None, Some([2; 32])));
    }
}
