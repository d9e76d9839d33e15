//! A few rows of numbers, laid out so that going along all of them at once is fast.

use alloc::vec;
use alloc::vec::Vec;

/// Rows a filter goes along side by side. A running sum is a chain of dependent additions; several chains keep a
/// processor busy.
pub(super) const LANES: usize = 8;

/// Wider pictures are filtered one row at a time, so that the rows held stay small beside the pixels.
const COLUMNS_IN_LANES_MAX: usize = 65_536;

/// Numbers in a cache line of 64 bytes.
const LINE: usize = 16;

/// Up to [`LANES`] rows of equal length, filled from the first.
pub(super) struct Rows {
    columns: usize,
    /// How far rows are apart.
    pitch: usize,
    data: Vec<f32>,
    capacity: usize,
    filled: usize,
}

impl Rows {
    /// Room for a full set of rows, or fewer where the picture has fewer or is very wide.
    pub(super) fn new(columns: usize, picture_rows: usize) -> Self {
        let capacity = if columns <= COLUMNS_IN_LANES_MAX { LANES.min(picture_rows) } else { 1 };
        // An odd number of cache lines: rows a power of two apart would push each other out of the cache.
        let pitch = if capacity == 1 { columns } else { (columns.div_ceil(LINE) | 1) * LINE };
        Self { columns, pitch, data: vec![0.0; pitch * capacity], capacity, filled: 0 }
    }

    /// The row to fill next; there is one unless all are full.
    pub(super) fn next(&mut self) -> &mut [f32] {
        self.row_mut(self.filled)
    }

    /// The next row was filled.
    pub(super) fn count(&mut self) {
        self.filled += 1;
    }

    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    pub(super) fn is_full(&self) -> bool {
        self.filled == self.capacity
    }

    /// Forgets the rows and says how many there were.
    pub(super) fn clear(&mut self) -> usize {
        core::mem::take(&mut self.filled)
    }

    pub(super) fn row_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.data[index * self.pitch..][..self.columns]
    }

    /// `N` rows from `first` on.
    pub(super) fn side_by_side<const N: usize>(&self, first: usize) -> [&[f32]; N] {
        core::array::from_fn(|lane| &self.data[(first + lane) * self.pitch..][..self.columns])
    }

    /// `N` rows from `first` on.
    pub(super) fn side_by_side_mut<const N: usize>(&mut self, first: usize) -> [&mut [f32]; N] {
        let mut rows = self.data[first * self.pitch..].chunks_exact_mut(self.pitch);
        core::array::from_fn(|_| {
            &mut rows.next().expect("the caller asks for rows within the capacity")[..self.columns]
        })
    }
}
