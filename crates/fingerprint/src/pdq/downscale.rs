//! Blurs a picture with two box filters per direction (Jarosz: two boxes make a tent) and samples 64x64 points.
//!
//! The reference filters a whole-picture buffer four times: across, down, across, down. A running sum drifts by
//! rounding, so the order of its additions shows in the last bits, and near the median in the hash. This module keeps
//! that order for every element but streams: rows flow through the four filters one after the other, each filter down
//! the picture remembers only the rows inside its window, and the last two compute only what is sampled. So it takes a
//! fraction of the memory and gives the same floats.

use alloc::vec;
use alloc::vec::Vec;

use super::{Reduced, SIDE};
use crate::Pixels;

/// Rows filtered side by side. A running sum is a chain of dependent additions; several chains keep a processor busy.
const LANES: usize = 8;

/// Wider pictures are filtered one row at a time, so that the rows held stay small beside the pixels.
const COLUMNS_IN_LANES_MAX: usize = 65_536;

pub(super) fn to_64_by_64(pixels: &Pixels<'_>) -> Reduced {
    let lanes = if pixels.columns() <= COLUMNS_IN_LANES_MAX { LANES.min(pixels.rows()) } else { 1 };
    let mut blur = Blur::new(pixels.columns(), pixels.rows(), lanes);
    let mut rows = vec![0.0; pixels.columns() * lanes];
    for first in (0..pixels.rows()).step_by(lanes) {
        let count = lanes.min(pixels.rows() - first);
        let rows = &mut rows[..count * pixels.columns()];
        for (index, luma) in rows.chunks_exact_mut(pixels.columns()).enumerate() {
            pixels.luma_row(first + index, luma);
        }
        blur.push(rows);
    }
    blur.finish()
}

/// The pipeline: across, down, across, down, sample.
struct Blur {
    columns: usize,
    /// What the first filter across wrote: the sums of each row's windows.
    across: Vec<f32>,
    across_box: RowBox,
    down_first: ColumnBox,
    /// What the first filter down wrote, until there are enough rows for the second filter across.
    halfway: Vec<f32>,
    halfway_rows: usize,
    /// What the second filter across wrote: sums, of which few are used.
    across_again: Vec<f32>,
    down_second: ColumnBox,
    sampler: Sampler,
}

impl Blur {
    fn new(columns: usize, rows: usize, lanes: usize) -> Self {
        Self {
            columns,
            across: vec![0.0; columns * lanes],
            across_box: RowBox::new(columns),
            down_first: ColumnBox::new(columns, rows),
            halfway: vec![0.0; columns * lanes],
            halfway_rows: 0,
            across_again: vec![0.0; columns * lanes],
            down_second: ColumnBox::new(SIDE, rows),
            sampler: Sampler::new(columns, rows),
        }
    }

    /// Takes the next rows of brightness, at most as many as there are lanes.
    fn push(&mut self, rows: &[f32]) {
        let mut across = core::mem::take(&mut self.across);
        let sums = &mut across[..rows.len()];
        self.across_box.sum(rows, sums);
        for row in sums.chunks_exact_mut(self.columns) {
            self.across_box.divide(row);
            if self.down_first.push(row, &mut self.halfway[self.halfway_rows * self.columns..][..self.columns]) {
                self.count_halfway_row(row.len());
            }
        }
        self.across = across;
    }

    fn finish(mut self) -> Reduced {
        while self.down_first.drain(&mut self.halfway[self.halfway_rows * self.columns..][..self.columns]) {
            self.count_halfway_row(self.columns);
        }
        self.pass_halfway_rows();
        let mut row = [0.0; SIDE];
        while self.down_second.drain(&mut row) {
            self.sampler.take(&row);
        }
        self.sampler.reduced
    }

    fn count_halfway_row(&mut self, columns: usize) {
        self.halfway_rows += 1;
        if self.halfway_rows * columns == self.halfway.len() {
            self.pass_halfway_rows();
        }
    }

    /// The second filter across, sampled, and the second filter down.
    fn pass_halfway_rows(&mut self) {
        let rows = &self.halfway[..self.halfway_rows * self.columns];
        self.halfway_rows = 0;
        let sums = &mut self.across_again[..rows.len()];
        self.across_box.sum(rows, sums);
        for row in sums.chunks_exact(self.columns) {
            let sampled = self.sampler.columns.map(|column| row[column] / self.across_box.counts[column]);
            let mut out = [0.0; SIDE];
            if self.down_second.push(&sampled, &mut out) {
                self.sampler.take(&out);
            }
        }
    }
}

/// The window of a box filter over `length` elements: half the distance of two sampled points, rounded up. The second
/// pass doubles its reach.
fn window(length: usize) -> usize {
    length.div_ceil(2 * SIDE)
}

/// How many elements after its own a window reaches.
fn reach_after(window: usize) -> usize {
    window / 2
}

/// A box filter across rows.
struct RowBox {
    window: usize,
    /// How many elements the window holds at each column: fewer at the edges.
    counts: Vec<f32>,
}

impl RowBox {
    fn new(columns: usize) -> Self {
        let window = window(columns);
        let after = reach_after(window);
        let count = |column: usize| {
            let end = (column + after + 1).min(columns);
            let begin = (column + after + 1).saturating_sub(window);
            (end - begin) as f32
        };
        Self { window, counts: (0..columns).map(count).collect() }
    }

    /// Writes for each element of each row the sum of the window around it.
    fn sum(&self, rows: &[f32], sums: &mut [f32]) {
        let columns = self.counts.len();
        let mut rows = rows.chunks_exact(columns * LANES);
        let mut sums = sums.chunks_exact_mut(columns * LANES);
        for (rows, sums) in (&mut rows).zip(&mut sums) {
            self.sum_side_by_side::<LANES>(rows, sums);
        }
        for (row, sums) in rows.remainder().chunks_exact(columns).zip(sums.into_remainder().chunks_exact_mut(columns)) {
            self.sum_side_by_side::<1>(row, sums);
        }
    }

    fn sum_side_by_side<const N: usize>(&self, rows: &[f32], sums: &mut [f32]) {
        let columns = self.counts.len();
        let after = reach_after(self.window);
        let mut running = [0.0; N];
        // Element `next` enters the window; the sum then belongs to column `next - after`.
        for next in 0..columns + after {
            for (lane, running) in running.iter_mut().enumerate() {
                if next < columns {
                    *running += rows[lane * columns + next];
                }
                if next >= self.window {
                    *running -= rows[lane * columns + next - self.window];
                }
                if next >= after {
                    sums[lane * columns + next - after] = *running;
                }
            }
        }
    }

    /// Turns a row of sums into averages.
    fn divide(&self, row: &mut [f32]) {
        for (sum, count) in row.iter_mut().zip(&self.counts) {
            *sum /= count;
        }
    }
}

/// A box filter down columns, fed row by row: an averaged row comes out for each row that goes in, later by the reach
/// of the window.
struct ColumnBox {
    window: usize,
    after: usize,
    rows: usize,
    /// The last rows that went in, one per place of the window.
    inside: Vec<f32>,
    /// Per column, the sum of the rows inside.
    running: Vec<f32>,
    /// Rows that went in, and after the last one, rows drained.
    next: usize,
}

impl ColumnBox {
    fn new(columns: usize, rows: usize) -> Self {
        let window = window(rows);
        Self {
            window,
            after: reach_after(window),
            rows,
            inside: vec![0.0; window * columns],
            running: vec![0.0; columns],
            next: 0,
        }
    }

    /// Takes the next row; says whether an averaged row was written to `out`.
    fn push(&mut self, row: &[f32], out: &mut [f32]) -> bool {
        let columns = self.running.len();
        let place = &mut self.inside[self.next % self.window * columns..][..columns];
        if self.next < self.window {
            for ((running, place), &new) in self.running.iter_mut().zip(place).zip(row) {
                *running += new;
                *place = new;
            }
        } else {
            for ((running, place), &new) in self.running.iter_mut().zip(place).zip(row) {
                // Two roundings, as in the reference: not `running + (new - old)`.
                *running += new;
                *running -= *place;
                *place = new;
            }
        }
        self.next += 1;
        if self.next <= self.after {
            return false;
        }
        self.average(self.next.min(self.window), out);
        true
    }

    /// Once all rows went in: writes the next averaged row to `out`, or says there is none.
    fn drain(&mut self, out: &mut [f32]) -> bool {
        if self.next == self.rows + self.after {
            return false;
        }
        let columns = self.running.len();
        let place = &self.inside[self.next % self.window * columns..][..columns];
        for (running, old) in self.running.iter_mut().zip(place) {
            *running -= old;
        }
        self.next += 1;
        self.average(self.rows + self.window - self.next, out);
        true
    }

    fn average(&self, count: usize, out: &mut [f32]) {
        let count = count as f32;
        for (out, running) in out.iter_mut().zip(&self.running) {
            *out = running / count;
        }
    }
}

/// Keeps the rows that are sampled; a low picture has rows sampled more than once.
struct Sampler {
    columns: [usize; SIDE],
    rows: [usize; SIDE],
    /// The row of the picture that comes next.
    next_row: usize,
    /// How many rows of the result are there.
    filled: usize,
    reduced: Reduced,
}

impl Sampler {
    fn new(columns: usize, rows: usize) -> Self {
        Self { columns: centres(columns), rows: centres(rows), next_row: 0, filled: 0, reduced: [[0.0; SIDE]; SIDE] }
    }

    fn take(&mut self, row: &[f32; SIDE]) {
        while self.filled < SIDE && self.rows[self.filled] == self.next_row {
            self.reduced[self.filled] = *row;
            self.filled += 1;
        }
        self.next_row += 1;
    }
}

/// The element in the middle of each 64th of `length` elements.
fn centres(length: usize) -> [usize; SIDE] {
    // At most 127 * 200 million, which does not fit 32 bits.
    core::array::from_fn(|index| ((2 * index as u64 + 1) * length as u64 / (2 * SIDE as u64)) as usize)
}
