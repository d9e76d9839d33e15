//! Where everything lies in the bytes of a segment.

use std::{mem, ops::Range};

use crate::{
    Half,
    arch::STEP,
    memory::ALIGN_BYTES,
    plan::TABLES,
    rows::{GROUP_ROWS, Heads},
};

/// Rows are numbered in three bytes.
pub(crate) const ROWS_MAX: usize = 1 << 24;
/// Bits of a chunk: the most that a bucket is chosen by.
const CHUNK_BITS: u32 = 16;
/// The fewest.
const KEY_BITS_MIN: u32 = 8;
/// Postings that a bucket holds on average in segments too small for 65,536 buckets.
const BUCKET_POSTINGS: usize = 8;

/// The number of a row, little-endian.
pub(crate) type RowNumber = [u8; 3];

/// The sizes of a segment, and from them the place of every section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Codes, each counted once.
    pub(crate) rows: usize,
    /// Slots of a code beside its first.
    pub(crate) extras: usize,
    /// Bits of a chunk that choose its bucket, 8..=16.
    pub(crate) key_bits: u32,
}

/// One run of values in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// [`Heads`] in groups of 64 rows.
    Heads,
    /// The last 128 bits of each row.
    Tails,
    /// The first slot of each row, `u32`, ascending.
    Slots,
    /// The slots of the extras, `u32`, ascending.
    ExtraSlots,
    /// The rows of the extras, in that order.
    ExtraRows,
    /// The places of the extras in the above, by row.
    ExtraOrder,
    /// A bit for each row: whether it has extras. Empty if none has.
    Repeated,
    /// For each table, where each bucket begins in it, `u32`, and at last where the last one ends.
    Directory,
    /// The partner chunk of each posting, `u16`, table after table, and then as many unused ones as are read at once.
    Partners,
    /// The row of each posting, [`RowNumber`].
    Ids,
}

impl Section {
    const ALL: [Self; 10] = [
        Self::Heads,
        Self::Tails,
        Self::Slots,
        Self::ExtraSlots,
        Self::ExtraRows,
        Self::ExtraOrder,
        Self::Repeated,
        Self::Directory,
        Self::Partners,
        Self::Ids,
    ];
}

impl Layout {
    /// The layout for so many rows and extras: both are bounded by 2^24 and 2^32.
    pub(crate) fn new(rows: usize, extras: usize) -> Self {
        assert!(rows <= ROWS_MAX && u32::try_from(extras).is_ok());
        let buckets = (rows / BUCKET_POSTINGS).max(1);
        Self { rows, extras, key_bits: buckets.ilog2().clamp(KEY_BITS_MIN, CHUNK_BITS) }
    }

    /// Buckets of a table.
    pub(crate) fn buckets(&self) -> usize {
        1 << self.key_bits
    }

    /// The bits of a chunk that do not choose its bucket.
    pub(crate) fn key_shift(&self) -> u32 {
        CHUNK_BITS - self.key_bits
    }

    /// The bytes of a section, counted from the start of the segment.
    pub(crate) fn range(&self, section: Section) -> Range<usize> {
        let mut start = 0;
        for other in Section::ALL {
            let end = start + self.bytes(other);
            if other == section {
                return start..end;
            }
            start = end.next_multiple_of(ALIGN_BYTES);
        }
        unreachable!("every section is in the list");
    }

    /// Bytes of the whole.
    pub(crate) fn total_bytes(&self) -> usize {
        self.range(Section::Ids).end.next_multiple_of(ALIGN_BYTES)
    }

    fn bytes(&self, section: Section) -> usize {
        match section {
            Section::Heads => self.rows.div_ceil(GROUP_ROWS) * mem::size_of::<Heads>(),
            Section::Tails => self.rows * mem::size_of::<Half>(),
            Section::Slots => self.rows * mem::size_of::<u32>(),
            Section::ExtraSlots | Section::ExtraRows | Section::ExtraOrder => self.extras * mem::size_of::<u32>(),
            Section::Repeated if self.extras == 0 => 0,
            Section::Repeated => self.rows.div_ceil(64) * mem::size_of::<u64>(),
            Section::Directory => TABLES * (self.buckets() + 1) * mem::size_of::<u32>(),
            Section::Partners => (TABLES * self.rows + STEP) * mem::size_of::<u16>(),
            Section::Ids => TABLES * self.rows * mem::size_of::<RowNumber>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_follow_each_other_aligned_and_apart() {
        for (rows, extras) in [(0, 0), (1, 0), (4_097, 3), (1 << 20, 77)] {
            let layout = Layout::new(rows, extras);
            let mut end = 0;
            for section in Section::ALL {
                let range = layout.range(section);
                assert!(
                    range.start >= end && range.start - end < ALIGN_BYTES && range.start.is_multiple_of(ALIGN_BYTES)
                );
                end = range.end;
            }
            assert_eq!(layout.total_bytes(), end.next_multiple_of(ALIGN_BYTES));
        }
    }

    #[test]
    fn ten_million_rows_cost_less_than_132_bytes_each() {
        let rows = 10_000_000;
        assert!(Layout::new(rows, 0).total_bytes() < 118 * rows);
        // Small segments have small directories.
        for rows in [4_096, 65_536, 1 << 20] {
            assert!(Layout::new(rows, 0).total_bytes() < 127 * rows);
        }
    }

    #[test]
    fn every_segment_fits_the_numbers_it_is_counted_in() {
        assert!(u32::try_from(TABLES * ROWS_MAX).is_ok());
        assert_eq!(Layout::new(ROWS_MAX, 0).key_bits, 16);
        assert_eq!(Layout::new(0, 0).key_bits, 8);
    }
}
