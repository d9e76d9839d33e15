//! One published state, and how it answers a query.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    Code, Half, Kernel, Match, Slot, halves,
    pages::Pages,
    rows::{BLOCK_ROWS, Block, Rows},
    segment::{Costs, Crowd, Search, Segment},
};

/// One published state of an [`Index`](crate::Index): it never changes.
///
/// Queries run on the calling thread, for some tens of microseconds up to a radius of 31 and for as long as a scan takes
/// at wide radii, about a millisecond per million codes: from asynchronous code, call them where blocking is allowed.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) kernel: Kernel,
    pub(crate) costs: Costs,
    /// By slot: each covers slots after those of the one before.
    pub(crate) segments: Vec<Arc<Segment>>,
    /// The codes of the slots from `tail_first` on.
    pub(crate) tail: Vec<Block>,
    pub(crate) tail_first: u64,
    pub(crate) live: Pages,
    /// Slots issued, 0..=2^32.
    pub(crate) slots: u64,
    /// How often a segment was found crowded around a query, in all snapshots of an index.
    pub(crate) crowded: Arc<AtomicU64>,
}

impl Snapshot {
    pub(crate) fn empty(kernel: Kernel) -> Self {
        Self {
            kernel,
            costs: Costs::MEASURED,
            segments: Vec::new(),
            tail: Vec::new(),
            tail_first: 0,
            live: Pages::default(),
            slots: 0,
            crowded: Arc::default(),
        }
    }

    /// Every live code that differs from `query` in at most `radius` bits, by distance and then slot.
    ///
    /// Exact for every radius; 256 and more find every code. The radius decides how much is found and what it costs, so
    /// whoever lets a stranger choose it must bound it.
    #[must_use]
    pub fn within(&self, query: &Code, radius: u32) -> Vec<Match> {
        let mut search = Search::new(radius, self.costs);
        let mut matches = Vec::new();
        self.look_up(&mut search, halves(query), &mut matches);
        for span in self.spans(&search) {
            self.scan(&span, &search.query, radius, &mut matches);
        }
        sort(&mut matches);
        matches
    }

    /// The code in a slot; `None` if it was removed, or not inserted by the time of this snapshot.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<Code> {
        if !self.live.is_live(slot.0) {
            return None;
        }
        if let Some(row) = u64::from(slot.0).checked_sub(self.tail_first) {
            let row = row as usize;
            let block = self.tail.get(row / BLOCK_ROWS)?;
            return Some(crate::joined(block.rows().code(row % BLOCK_ROWS)));
        }
        let index = self.segments.partition_point(|segment| segment.slots.end <= u64::from(slot.0));
        self.segments.get(index)?.get(slot.0)
    }

    /// Live codes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.live()
    }

    /// Whether there is no live code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Slots issued, 0..=2^32: the next code gets the slot of this number.
    #[must_use]
    pub fn slots(&self) -> u64 {
        self.slots
    }

    /// Sorted parts that a query looks into, beside the tail that it scans.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Bytes of memory that this state takes, what it shares with other snapshots included.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let segments: usize = self.segments.iter().map(|segment| segment.memory_bytes()).sum();
        let tail: usize = self.tail.iter().map(Block::memory_bytes).sum();
        let lists = self.segments.capacity() * size_of::<Arc<Segment>>() + self.tail.capacity() * size_of::<Block>();
        size_of::<Self>() + lists + segments + tail + self.live.memory_bytes()
    }

    /// Adds what is in the segments that are looked up rather than scanned. Matches come in no order.
    pub(crate) fn look_up(&self, search: &mut Search, query: [Half; 2], matches: &mut Vec<Match>) {
        search.set_query(query);
        for segment in &self.segments {
            if segment.is_looked_up(search) {
                let crowd = segment.search(self.kernel, search, |row, distance| {
                    segment.each_slot(row, |slot| self.meet(slot, distance, matches));
                });
                if crowd == Crowd::Large {
                    self.crowded.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// What has to be scanned, in pieces that stay in the first-level cache while several queries read them.
    pub(crate) fn spans(&self, search: &Search) -> Vec<Span<'_>> {
        const SPAN_GROUPS: usize = 16;
        let scanned = self.segments.iter().filter(|segment| !segment.is_looked_up(search));
        let of_segments = scanned.map(|segment| (segment.rows(), Slots::Of(segment)));
        let firsts = (self.tail_first..).step_by(BLOCK_ROWS);
        // The tail's slots are below 2^32, as all are.
        let of_tail = self.tail.iter().zip(firsts).map(|(block, first)| (block.rows(), Slots::From(first as u32)));
        let all = of_segments.chain(of_tail);
        all.flat_map(|(rows, slots)| {
            let starts = (0..rows.heads.len()).step_by(SPAN_GROUPS);
            starts.map(move |start| Span { rows, slots, groups: start..rows.heads.len().min(start + SPAN_GROUPS) })
        })
        .collect()
    }

    /// Adds what is in a span.
    pub(crate) fn scan(&self, span: &Span<'_>, query: &[Half; 2], radius: u32, matches: &mut Vec<Match>) {
        span.rows.scan(self.kernel, span.groups.clone(), query, radius, |row, distance| match span.slots {
            // Rows of the tail are numbered as their slots are.
            Slots::From(first) => self.meet(first + row as u32, distance, matches),
            Slots::Of(segment) => segment.each_slot(row, |slot| self.meet(slot, distance, matches)),
        });
    }

    fn meet(&self, slot: u32, distance: u32, matches: &mut Vec<Match>) {
        if self.live.is_live(slot) {
            matches.push(Match { slot: Slot(slot), distance });
        }
    }
}

/// Rows to scan.
pub(crate) struct Span<'a> {
    rows: Rows<'a>,
    slots: Slots<'a>,
    groups: Range<usize>,
}

/// How the rows of a span are numbered.
#[derive(Clone, Copy)]
enum Slots<'a> {
    From(u32),
    Of(&'a Segment),
}

/// By distance, then slot.
pub(crate) fn sort(matches: &mut Vec<Match>) {
    /// Matches from which on they are distributed rather than compared; at radius 31 only clusters have as many.
    const MANY: usize = 1_024;
    if matches.len() < MANY {
        matches.sort_unstable_by_key(|found| (found.distance, found.slot));
        return;
    }
    // Rows are mostly met by slot.
    if !matches.is_sorted_by_key(|found| found.slot) {
        matches.sort_unstable_by_key(|found| found.slot);
    }
    let mut next = [0; 257];
    matches.iter().for_each(|found| next[found.distance as usize] += 1);
    let mut sum = 0;
    for next in &mut next {
        sum += std::mem::replace(next, sum);
    }
    let mut sorted = matches.clone();
    for found in matches.drain(..) {
        let place = &mut next[found.distance as usize];
        sorted[*place] = found;
        *place += 1;
    }
    *matches = sorted;
}

impl std::fmt::Debug for Snapshot {
    /// Sizes only: codes are sensitive and must not reach a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kernel, live, segments) = (self.kernel.name(), self.len(), self.segments.len());
        write!(formatter, "Snapshot {{ live: {live}, slots: {}, segments: {segments}, kernel: {kernel} }}", self.slots)
    }
}
