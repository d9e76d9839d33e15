//! The tree in memory: the hash of every whole subtree, so that any root or proof of any earlier size is a walk.

use crate::hash::{Hash, empty_root, leaf_hash, node_hash};

/// A tree that only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// `levels[l][i]` is over the leaves from `i << l` to `(i + 1) << l`.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree of these leaves.
    pub fn of_leaves(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push_leaf(leaf));
        tree
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends an entry; gives its index.
    pub fn push(&mut self, entry: &[u8]) -> u64 {
        self.push_leaf(leaf_hash(entry));
        self.size() - 1
    }

    /// Appends an entry by its hash.
    pub fn push_leaf(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => break,
            }
        }
    }

    /// The hash of one leaf.
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.levels.first()?.get(usize::try_from(index).ok()?).copied()
    }

    /// The root of the first `size` leaves; `None` when there are fewer.
    pub fn root(&self, size: u64) -> Option<Hash> {
        match size {
            0 => Some(empty_root()),
            _ if size <= self.size() => Some(self.range(0, size)),
            _ => None,
        }
    }

    /// Proves that the leaf is in the tree of the first `size`: PATH of RFC 6962, from the leaf up.
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut start, mut end, mut proof) = (0, size, Vec::new());
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                proof.push(self.range(middle, end));
                end = middle;
            } else {
                proof.push(self.range(start, middle));
                start = middle;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// Proves that the tree of the first `old` leaves is a beginning of that of the first `new`: PROOF of RFC 6962.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old > new || new > self.size() {
            return None;
        }
        let (mut start, mut end, mut whole, mut proof) = (0, new, true, Vec::new());
        if old == 0 || old == new {
            return Some(proof);
        }
        while old != end {
            let middle = start + split(end - start);
            if old <= middle {
                proof.push(self.range(middle, end));
                end = middle;
            } else {
                proof.push(self.range(start, middle));
                start = middle;
                whole = false;
            }
        }
        if !whole {
            proof.push(self.range(start, end));
        }
        proof.reverse();
        Some(proof)
    }

    /// Hashes of one level from an index on, as a tile holds them; `None` when they are not all there.
    pub(crate) fn row(&self, level: u32, from: u64, width: u64) -> Option<&[Hash]> {
        let row = self.levels.get(usize::try_from(level).ok()?)?;
        let (from, width) = (usize::try_from(from).ok()?, usize::try_from(width).ok()?);
        row.get(from..from.checked_add(width)?)
    }

    /// MTH of the leaves from `start` to `end`, not empty. `start` is a multiple of the largest power of two that fits.
    fn range(&self, start: u64, end: u64) -> Hash {
        let count = end - start;
        if count.is_power_of_two() {
            return self.levels[count.trailing_zeros() as usize][(start / count) as usize];
        }
        let middle = start + split(count);
        node_hash(&self.range(start, middle), &self.range(middle, end))
    }
}

/// The largest power of two below `count`, which is at least 2.
const fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}
