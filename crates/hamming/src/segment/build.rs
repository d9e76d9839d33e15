//! From codes to a segment.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

use bytemuck::{Pod, cast_slice_mut};
use bytes::Bytes;

use crate::{
    Half,
    memory::Buffer,
    plan::TABLES,
    rows::{GROUP_ROWS, Heads},
    segment::{
        Segment,
        layout::{Layout, RowNumber, Section},
    },
};

/// Bits of a key by which postings are first sorted: as many streams of writes as a processor keeps up with, and
/// parts that then fit its second-level cache.
const PART_BITS: u32 = 8;

/// Codes with their slots, ascending.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) slots: Vec<u32>,
    pub(crate) codes: Vec<[Half; 2]>,
}

/// The building was called off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Aborted;

/// The segment of these codes, for a range of slots that has all of theirs; called off when `abort` is set.
pub(crate) fn build(slots: Range<u64>, gathered: Gathered, abort: &AtomicBool) -> Result<Segment, Aborted> {
    let Distinct { rows, extras } = Distinct::of(&gathered.codes);
    let layout = Layout::new(rows.as_ref().map_or(gathered.codes.len(), Vec::len), extras.len());
    let mut buffer = Buffer::zeroed(layout.total_bytes());
    write_rows(&mut buffer, &layout, &gathered, rows.as_deref());
    drop(rows);
    write_extras(&mut buffer, &layout, &gathered.slots, extras);
    drop(gathered);
    let mut sorter = Sorter::new(&layout);
    for table in 0..TABLES {
        if abort.load(Ordering::Relaxed) {
            return Err(Aborted);
        }
        sorter.write_table(&mut buffer, &layout, table);
    }
    Ok(Segment::new(slots, layout, Bytes::from_owner(buffer)))
}

/// Which of some codes are to be rows, and which equal one before them.
struct Distinct {
    /// Places of the codes that become rows, ascending; `None`: all of them.
    rows: Option<Vec<usize>>,
    /// Places of the others, ascending, with the row that each equals.
    extras: Vec<(usize, u32)>,
}

impl Distinct {
    fn of(codes: &[[Half; 2]]) -> Self {
        // A digest and the place in one word, so that sorting moves nothing else.
        let place_bits = codes.len().next_power_of_two().ilog2();
        let place_mask = (1 << place_bits) - 1;
        let word = |(place, code): (u64, &[Half; 2])| (digest(code) & !place_mask) | place;
        let mut sorted: Vec<u64> = (0..).zip(codes).map(word).collect();
        sorted.sort_unstable();
        let mut repeats: Vec<(usize, usize)> = Vec::new();
        for run in sorted.chunk_by(|left, right| left & !place_mask == right & !place_mask) {
            if run.len() > 1 {
                let mut places: Vec<_> = run.iter().map(|word| (word & place_mask) as usize).collect();
                // Equal digests need not be equal codes, and whoever chooses codes can see to it.
                places.sort_unstable_by_key(|place| (codes[*place], *place));
                for equal in places.chunk_by(|left, right| codes[*left] == codes[*right]) {
                    repeats.extend(equal[1..].iter().map(|place| (*place, equal[0])));
                }
            }
        }
        if repeats.is_empty() {
            return Self { rows: None, extras: Vec::new() };
        }
        repeats.sort_unstable();
        let mut repeats = repeats.into_iter().peekable();
        let (mut rows, mut firsts) = (Vec::with_capacity(codes.len()), Vec::new());
        for place in 0..codes.len() {
            match repeats.next_if(|(repeat, _)| *repeat == place) {
                Some(repeat) => firsts.push(repeat),
                None => rows.push(place),
            }
        }
        let row_of = |first: usize| rows.binary_search(&first).expect("the first of equal codes is a row") as u32;
        let extras = firsts.into_iter().map(|(place, first)| (place, row_of(first))).collect();
        Self { rows: Some(rows), extras }
    }
}

/// Mixes all bits of a code into all bits of a word, for telling codes apart, not for safety.
fn digest(code: &[Half; 2]) -> u64 {
    let [[a, b], [c, d]] = *code;
    [b, c, d].iter().fold(a.wrapping_mul(0x9e37_79b9_7f4a_7c15), |sum, word| {
        let product = u128::from(sum ^ sum >> 29 ^ word) * 0xd6e8_feb8_6659_fd93;
        product as u64 ^ (product >> 64) as u64
    })
}

/// Writes the codes at these places, or all of them, and their slots.
fn write_rows(buffer: &mut Buffer, layout: &Layout, gathered: &Gathered, rows: Option<&[usize]>) {
    let place = |row: usize| rows.map_or(row, |rows| rows[row]);
    let heads: &mut [Heads] = section(buffer, layout, Section::Heads);
    for row in 0..layout.rows {
        heads[row / GROUP_ROWS].set(row % GROUP_ROWS, gathered.codes[place(row)][0]);
    }
    for (row, tail) in section::<Half>(buffer, layout, Section::Tails).iter_mut().enumerate() {
        *tail = gathered.codes[place(row)][1];
    }
    for (row, slot) in section::<u32>(buffer, layout, Section::Slots).iter_mut().enumerate() {
        *slot = gathered.slots[place(row)];
    }
}

fn write_extras(buffer: &mut Buffer, layout: &Layout, slots: &[u32], extras: Vec<(usize, u32)>) {
    for (slot, (place, _)) in section::<u32>(buffer, layout, Section::ExtraSlots).iter_mut().zip(&extras) {
        *slot = slots[*place];
    }
    for (row, (_, of)) in section::<u32>(buffer, layout, Section::ExtraRows).iter_mut().zip(&extras) {
        *row = *of;
    }
    let repeated: &mut [u64] = section(buffer, layout, Section::Repeated);
    extras.iter().for_each(|(_, row)| repeated[*row as usize / 64] |= 1 << (row % 64));
    let mut order: Vec<u32> = (0..).take(extras.len()).collect();
    order.sort_by_key(|place| extras[*place as usize].1);
    section::<u32>(buffer, layout, Section::ExtraOrder).copy_from_slice(&order);
}

/// Sorts postings by their bucket, in two steps that both write to few places at a time.
struct Sorter {
    /// Postings by the first bits of their key: key, partner and row in one word.
    parts: Vec<u64>,
    /// Where the next posting of each bucket goes.
    next: Vec<u32>,
}

impl Sorter {
    fn new(layout: &Layout) -> Self {
        Self { parts: vec![0; layout.rows], next: vec![0; layout.buckets()] }
    }

    fn write_table(&mut self, buffer: &mut Buffer, layout: &Layout, table: usize) {
        self.count(buffer, layout, table);
        self.part(buffer, layout, table);

        let first = table * layout.rows;
        let shift = 40 + layout.key_shift();
        // Both sections are written in step: take them out of the buffer together.
        let (partners_range, ids_range) = (layout.range(Section::Partners), layout.range(Section::Ids));
        let (low, high) = buffer.split_at_mut(ids_range.start);
        let partners: &mut [u16] = &mut cast_slice_mut(&mut low[partners_range])[first..][..layout.rows];
        let ids: &mut [RowNumber] = cast_slice_mut(&mut high[..ids_range.len()]);
        let ids = &mut ids[first..][..layout.rows];
        for posting in &self.parts {
            let next = &mut self.next[(posting >> shift) as usize];
            let place = *next as usize;
            *next += 1;
            partners[place] = (posting >> 24) as u16;
            let [a, b, c, ..] = posting.to_le_bytes();
            ids[place] = [a, b, c];
        }
    }

    /// Writes the directory of a table, and copies it to `next`.
    fn count(&mut self, buffer: &mut Buffer, layout: &Layout, table: usize) {
        self.next.fill(0);
        for_each_pair(buffer, layout, table, |_, key, _| self.next[usize::from(key >> layout.key_shift())] += 1);
        let mut sum = 0;
        for next in &mut self.next {
            sum += std::mem::replace(next, sum);
        }
        let directory: &mut [u32] = section(buffer, layout, Section::Directory);
        let directory = &mut directory[table * (layout.buckets() + 1)..][..=layout.buckets()];
        directory[..layout.buckets()].copy_from_slice(&self.next);
        directory[layout.buckets()] = sum;
    }

    /// Fills `parts`.
    fn part(&mut self, buffer: &Buffer, layout: &Layout, table: usize) {
        let buckets_in_part = layout.buckets() >> PART_BITS;
        let mut next: [u32; 1 << PART_BITS] = std::array::from_fn(|part| self.next[part * buckets_in_part]);
        for_each_pair(buffer, layout, table, |row, key, partner| {
            let next = &mut next[usize::from(key >> (16 - PART_BITS))];
            self.parts[*next as usize] = u64::from(key) << 40 | u64::from(partner) << 24 | row as u64;
            *next += 1;
        });
    }
}

/// Calls `each` with row, key and partner of every posting of a table, by row.
#[inline]
fn for_each_pair(buffer: &Buffer, layout: &Layout, table: usize, mut each: impl FnMut(usize, u16, u16)) {
    let (group, side) = (table / 2, table % 2);
    let (word, shift) = (group / 2 % 2, group % 2 * 32);
    let mut each = |row, code_word: u64| {
        let pair = (code_word >> shift) as u32;
        let (low, high) = (pair as u16, (pair >> 16) as u16);
        if side == 0 { each(row, low, high) } else { each(row, high, low) }
    };
    if group < 4 {
        let heads: &[Heads] = bytemuck::cast_slice(&buffer[layout.range(Section::Heads)]);
        let words = heads.iter().flat_map(|group| group.lines.iter().flat_map(|line| line[word]));
        words.take(layout.rows).enumerate().for_each(|(row, word)| each(row, word));
    } else {
        let tails: &[Half] = bytemuck::cast_slice(&buffer[layout.range(Section::Tails)]);
        tails.iter().enumerate().for_each(|(row, tail)| each(row, tail[word]));
    }
}

fn section<'a, T: Pod>(buffer: &'a mut Buffer, layout: &Layout, section: Section) -> &'a mut [T] {
    cast_slice_mut(&mut buffer[layout.range(section)])
}
