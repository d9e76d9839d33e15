//! An immutable set of codes with sixteen tables over it. What it is and how it is laid out; building and searching are
//! beside.

mod build;
mod layout;
mod search;
#[cfg(test)]
mod skew;

use std::ops::Range;

use bytemuck::{Pod, cast_slice};
use bytes::Bytes;

pub(crate) use build::{Aborted, Gathered, build};
pub(crate) use layout::{Layout, ROWS_MAX};
pub(crate) use search::{Costs, Crowd, Search};

use crate::{
    Code,
    memory::ALIGN_BYTES,
    rows::Rows,
    segment::layout::{RowNumber, Section},
};

/// The codes of a range of slots, as they were when it was built. It is searched in the bytes it is stored in.
///
/// What its bytes say of each other was checked, or is so by construction: the directory of a table ascends from 0 to
/// the number of rows. Whatever else they say can be wrong without harm: it is compared, or looked up with care.
pub(crate) struct Segment {
    /// The slots it was built from; those that are missing in it were dead.
    pub(crate) slots: Range<u64>,
    layout: Layout,
    bytes: Bytes,
}

impl Segment {
    fn new(slots: Range<u64>, layout: Layout, bytes: Bytes) -> Self {
        assert!(bytes.len() == layout.total_bytes() && (bytes.as_ptr() as usize).is_multiple_of(ALIGN_BYTES));
        Self { slots, layout, bytes }
    }

    /// A segment of bytes that were stored; `None` if a directory does not ascend as one must.
    pub(crate) fn open(slots: Range<u64>, layout: Layout, bytes: Bytes) -> Option<Self> {
        let segment = Self::new(slots, layout, bytes);
        let ascends = |table: &[u32]| {
            table.first() == Some(&0) && table.last() == Some(&(layout.rows as u32)) && table.is_sorted()
        };
        segment.directory().chunks(layout.buckets() + 1).all(ascends).then_some(segment)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Codes, each counted once.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows { heads: self.section(Section::Heads), tails: self.section(Section::Tails) }
    }

    /// Slots with a code, live or not.
    pub(crate) fn len(&self) -> usize {
        self.layout.rows + self.layout.extras
    }

    /// The code of a slot, live or not, if it was there when the segment was built.
    pub(crate) fn get(&self, slot: u32) -> Option<Code> {
        let row = self.row_slots().binary_search(&slot).ok().or_else(|| {
            let place = self.extra_slots().binary_search(&slot).ok()?;
            Some(self.extra_rows()[place] as usize)
        })?;
        (row < self.layout.rows).then(|| crate::joined(self.rows().code(row)))
    }

    /// Every slot with its row, by slot.
    pub(crate) fn occurrences(&self) -> impl Iterator<Item = (u32, usize)> {
        let mut firsts = self.row_slots().iter().copied().zip(0..).peekable();
        let extra_rows = self.extra_rows().iter().map(|row| *row as usize);
        let mut extras = self.extra_slots().iter().copied().zip(extra_rows).peekable();
        std::iter::from_fn(move || match (firsts.peek(), extras.peek()) {
            (Some(first), Some(extra)) if extra.0 < first.0 => extras.next(),
            (Some(_), _) => firsts.next(),
            (None, _) => extras.next(),
        })
    }

    /// Calls `found` with every slot of a row, by slot.
    pub(crate) fn each_slot(&self, row: usize, mut found: impl FnMut(u32)) {
        found(self.row_slots()[row]);
        let repeated: &[u64] = self.section(Section::Repeated);
        if repeated.get(row / 64).is_none_or(|word| word >> (row % 64) & 1 == 0) {
            return;
        }
        let (slots, rows) = (self.extra_slots(), self.extra_rows());
        let order: &[u32] = self.section(Section::ExtraOrder);
        let row_of = |place: &u32| rows.get(*place as usize).map_or(usize::MAX, |row| *row as usize);
        let first = order.partition_point(|place| row_of(place) < row);
        for place in order[first..].iter().take_while(|place| row_of(place) == row) {
            found(slots[*place as usize]);
        }
    }

    /// Bytes on the heap, or of the file.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.bytes.len()
    }

    fn row_slots(&self) -> &[u32] {
        self.section(Section::Slots)
    }

    fn extra_slots(&self) -> &[u32] {
        self.section(Section::ExtraSlots)
    }

    fn extra_rows(&self) -> &[u32] {
        self.section(Section::ExtraRows)
    }

    fn directory(&self) -> &[u32] {
        self.section(Section::Directory)
    }

    fn partners(&self) -> &[u16] {
        self.section(Section::Partners)
    }

    fn ids(&self) -> &[RowNumber] {
        self.section(Section::Ids)
    }

    fn section<T: Pod>(&self, section: Section) -> &[T] {
        cast_slice(&self.bytes[self.layout.range(section)])
    }
}
