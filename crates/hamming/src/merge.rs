//! When parts of an index are rewritten as one, and how.

use std::{
    ops::Range,
    sync::{Arc, atomic::AtomicBool},
};

use crate::{
    Half, Snapshot,
    pages::Pages,
    rows::{BLOCK_ROWS, Block},
    segment::{self, Aborted, Gathered, ROWS_MAX, Segment},
};

/// Rows in full blocks of the tail from which on they become a segment.
const TAIL_ROWS: usize = 4_096;

/// Parts of a published state that are to become one segment. It holds what it needs and can run anywhere.
pub(crate) struct Merge {
    slots: Range<u64>,
    segments: Vec<Arc<Segment>>,
    blocks: Vec<Block>,
    blocks_first: u64,
    live: Pages,
}

/// What takes their place.
#[derive(Clone)]
pub(crate) struct Merged {
    slots: Range<u64>,
    /// `None` when nothing in them was live.
    segment: Option<Arc<Segment>>,
}

impl Merge {
    /// The most pressing merge of a state; none if it is in order.
    pub(crate) fn due(snapshot: &Snapshot) -> Option<Self> {
        Self::of_tail(snapshot).or_else(|| Self::of_dead(snapshot))
    }

    /// The full blocks of the tail with the newest segments, as long as each has no more rows than what it is merged
    /// with: so sizes double, and a code is rewritten as often as that can be.
    fn of_tail(snapshot: &Snapshot) -> Option<Self> {
        let mut full = snapshot.tail.iter().take_while(|block| block.is_full()).count();
        if full * BLOCK_ROWS < TAIL_ROWS {
            return None;
        }
        full = full.min(ROWS_MAX / BLOCK_ROWS);
        let (mut rows, mut first) = (full * BLOCK_ROWS, snapshot.segments.len());
        for (index, segment) in snapshot.segments.iter().enumerate().rev() {
            if segment.len() > rows || segment.len() + rows > ROWS_MAX {
                break;
            }
            rows += segment.len();
            first = index;
        }
        let end = snapshot.tail_first + (full * BLOCK_ROWS) as u64;
        Some(Self::new(snapshot, first..snapshot.segments.len(), full, end))
    }

    /// A segment of which a third is dead, with its smaller neighbours.
    fn of_dead(snapshot: &Snapshot) -> Option<Self> {
        let live = |segment: &Segment| snapshot.live.live_about(&segment.slots);
        let index = snapshot.segments.iter().position(|segment| live(segment) * 3 <= segment.len() * 2)?;
        let most = live(&snapshot.segments[index]);
        let small = |segment: &&Arc<Segment>| segment.len() <= most && segment.len() + most <= ROWS_MAX / 2;
        let before = snapshot.segments[..index].last().filter(small).is_some();
        let after = snapshot.segments.get(index + 1).filter(small).is_some();
        let range = index - usize::from(before)..index + 1 + usize::from(after);
        let end = snapshot.segments[range.end - 1].slots.end;
        Some(Self::new(snapshot, range, 0, end))
    }

    /// Any segments that follow each other; with blocks only if the last segment is among them.
    #[cfg(test)]
    pub(crate) fn of_any(snapshot: &Snapshot, segments: Range<usize>, blocks: usize) -> Self {
        assert!(blocks == 0 || segments.end == snapshot.segments.len());
        let last = snapshot.segments[segments.clone()].last().map_or(snapshot.tail_first, |segment| segment.slots.end);
        let end = if blocks == 0 { last } else { snapshot.tail_first + (blocks * BLOCK_ROWS) as u64 };
        Self::new(snapshot, segments, blocks, end)
    }

    fn new(snapshot: &Snapshot, segments: Range<usize>, blocks: usize, end: u64) -> Self {
        let segments = snapshot.segments[segments].to_vec();
        let start = segments.first().map_or(snapshot.tail_first, |segment| segment.slots.start);
        Self {
            slots: start..end,
            segments,
            blocks: snapshot.tail[..blocks].to_vec(),
            blocks_first: snapshot.tail_first,
            live: snapshot.live.clone(),
        }
    }

    /// Does the work, on this thread: about half a microsecond a code.
    pub(crate) fn run(self, abort: &AtomicBool) -> Result<Merged, Aborted> {
        let gathered = self.gather();
        let slots = self.slots.clone();
        // What was merged may be large: let go of it before building, if nobody else needs it.
        drop(self);
        let segment = if gathered.codes.is_empty() {
            None
        } else {
            Some(Arc::new(segment::build(slots.clone(), gathered, abort)?))
        };
        Ok(Merged { slots, segment })
    }

    /// The live codes, by slot.
    fn gather(&self) -> Gathered {
        let rows: usize = self.segments.iter().map(|segment| segment.len()).sum();
        let most = rows + self.blocks.len() * BLOCK_ROWS;
        let mut gathered = Gathered { slots: Vec::with_capacity(most), codes: Vec::with_capacity(most) };
        // Slots ascend; in a file that says otherwise a slot could come again and again, and its merge never end.
        let mut slots = self.slots.clone();
        let mut add = |slot: u32, code: [Half; 2]| {
            if slots.contains(&u64::from(slot)) && self.live.is_live(slot) {
                slots.start = u64::from(slot) + 1;
                gathered.slots.push(slot);
                gathered.codes.push(code);
            }
        };
        for segment in &self.segments {
            let rows = segment.rows();
            for (slot, row) in segment.occurrences() {
                if row < rows.len() {
                    add(slot, rows.code(row));
                }
            }
        }
        for (block, first) in self.blocks.iter().zip((self.blocks_first..).step_by(BLOCK_ROWS)) {
            let rows = block.rows();
            // Slots are below 2^32.
            (0..rows.len()).for_each(|row| add(first as u32 + row as u32, rows.code(row)));
        }
        gathered
    }
}

impl Snapshot {
    /// Puts merged parts in the place of what they were merged from, in the state they were taken from or a later one.
    pub(crate) fn install(&mut self, merged: &Merged) {
        let Merged { slots, segment } = merged;
        let first = self.segments.partition_point(|segment| segment.slots.end <= slots.start);
        let end = self.segments.partition_point(|segment| segment.slots.start < slots.end);
        self.segments.splice(first..end.max(first), segment.clone());
        let blocks = slots.end.saturating_sub(self.tail_first) as usize / BLOCK_ROWS;
        self.tail.drain(..blocks);
        self.tail_first = self.tail_first.max(slots.end);
    }
}
