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
const TAIL_ROWS: usize = if cfg!(interleavings) { BLOCK_ROWS } else { 4_096 };

/// How many times as large as what follows it a segment is to be, at least, in an index that was tended.
const TENDED_RATIO: usize = 8;

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

    /// A merge that is not due, and makes every query cheaper from then on: the newest segments that follow each other
    /// and of which none is more than 8 times as large as all after it. Once there is none, sizes fall by 8 and more
    /// from each segment to the next. What is rewritten is at most 9 times as much as what it grew by.
    pub(crate) fn worthwhile(snapshot: &Snapshot) -> Option<Self> {
        let segments = &snapshot.segments;
        for end in (2..=segments.len()).rev() {
            let (mut rows, mut first) = (segments[end - 1].len(), end - 1);
            for (index, segment) in segments[..end - 1].iter().enumerate().rev() {
                if segment.len() > rows * TENDED_RATIO || segment.len() + rows > ROWS_MAX {
                    break;
                }
                rows += segment.len();
                first = index;
            }
            if end - first > 1 {
                return Some(Self::new(snapshot, first..end, 0, segments[end - 1].slots.end));
            }
        }
        None
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
        let live = |segment: &Segment| snapshot.live.live_within(&segment.slots);
        let index = snapshot.segments.iter().position(|segment| live(segment) * 3 <= segment.len() * 2)?;
        let most = live(&snapshot.segments[index]);
        let small = |segment: &&Arc<Segment>| segment.len() <= most && segment.len() + most <= ROWS_MAX / 2;
        let before = snapshot.segments[..index].last().filter(small).is_some();
        let after = snapshot.segments.get(index + 1).filter(small).is_some();
        let range = index - usize::from(before)..index + 1 + usize::from(after);
        let end = snapshot.segments[range.end - 1].slots.end;
        Some(Self::new(snapshot, range, 0, end))
    }

    /// A segment that still has a code that was removed, alone.
    pub(crate) fn of_removed(snapshot: &Snapshot) -> Option<Self> {
        let has_removed = |segment: &Arc<Segment>| snapshot.live.live_within(&segment.slots) < segment.len();
        let index = snapshot.segments.iter().position(has_removed)?;
        Some(Self::new(snapshot, index..index + 1, 0, snapshot.segments[index].slots.end))
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
    /// The same with segments that have no code that was removed; those that have none now are shared.
    pub(crate) fn purged(&self) -> Self {
        let mut purged = self.clone();
        while let Some(merge) = Merge::of_removed(&purged) {
            // What was merged has as many codes as live slots, so each segment has its turn once.
            let Ok(merged) = merge.run(&AtomicBool::new(false)) else { unreachable!("nobody calls it off") };
            purged.install(&merged);
        }
        purged
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Index, Kernel, index::Upkeep};

    /// Runs a merge and installs it; how many codes it wrote.
    fn merged(index: &mut Index, merge: Merge) -> usize {
        let merged = merge.run(&AtomicBool::new(false)).unwrap();
        index.install(&merged);
        merged.segment.map_or(0, |segment| segment.len())
    }

    #[test]
    fn tending_at_every_moment_keeps_few_segments_and_rewrites_a_code_some_dozen_times_at_most() {
        let mut index = Index::of(Snapshot::empty(Kernel::fastest()), Upkeep::ByHand);
        let (mut inserted, mut rewritten) = (0_u64, 0);
        while inserted < 600_000 {
            for _ in 0..2_000 {
                let mut code = [0; 32];
                code.as_chunks_mut::<8>().0.iter_mut().zip([7, 11, 13, 17]).for_each(|(word, prime)| {
                    *word = (inserted + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_mul(prime).to_le_bytes();
                });
                index.insert(code);
                inserted += 1;
            }
            index.publish();
            loop {
                let snapshot = index.reader().snapshot();
                let Some(merge) = Merge::due(&snapshot).or_else(|| Merge::worthwhile(&snapshot)) else { break };
                rewritten += merged(&mut index, merge) as u64;
            }
            let sizes: Vec<_> = index.reader().snapshot().segments.iter().map(|segment| segment.len()).collect();
            assert!(sizes.windows(2).all(|pair| pair[0] > pair[1] * TENDED_RATIO), "{sizes:?}");
        }
        assert!(rewritten < 30 * inserted, "{rewritten} codes written for {inserted}");
    }

    #[test]
    fn segments_that_do_not_fit_in_one_are_left_apart() {
        let mut index = Index::of(Snapshot::empty(Kernel::fastest()), Upkeep::ByHand);
        index.insert_many((0..4_096_u32).map(|number| [number as u8; 32]));
        index.publish();
        let snapshot = index.reader().snapshot();
        merged(&mut index, Merge::due(&snapshot).unwrap());
        let mut two = Snapshot::clone(&index.reader().snapshot());
        assert!(Merge::worthwhile(&two).is_none(), "one segment is settled");
        two.segments = vec![Arc::clone(&two.segments[0]); 2];
        assert!(Merge::worthwhile(&two).is_some());
        two.segments = vec![Arc::clone(&two.segments[0]); ROWS_MAX / 4_096 + 9];
        let merge = Merge::worthwhile(&two).unwrap();
        assert_eq!(merge.segments.len(), ROWS_MAX / 4_096);
    }
}
