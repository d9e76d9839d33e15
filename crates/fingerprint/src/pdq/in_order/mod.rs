//! Blurs a picture with two box filters per direction (Jarosz: two boxes make a tent) and samples 64x64 points.
//!
//! The reference filters a whole-picture buffer four times: across, down, across, down. A running sum drifts by
//! rounding, so the order of its additions shows in the last bits, and near the median in the hash. This module keeps
//! that order for every element but streams: rows flow through the four filters one after the other, each filter down
//! the picture remembers only the rows inside its window, and the last computes only what is sampled. So it takes a
//! fraction of the memory and gives the same floats.
//!
//! It is the slow road: pictures go here when [`folded`](super::folded) cannot tell a decision from a tie, or cannot
//! take their shape. The first road's tests take it as their oracle.

mod rows;

use alloc::vec;
use alloc::vec::Vec;

use self::rows::{LANES, Rows};
use super::arch::Kernel;
use super::{Reduced, SIDE};
use crate::Pixels;
use crate::pixels::Brightness;

pub(super) fn to_64_by_64(pixels: &Pixels<'_>, brightness: Brightness) -> Reduced {
    let mut blur = Blur::new(pixels.columns(), pixels.rows());
    blur.push(pixels, brightness);
    blur.finish()
}

/// The pipeline: across, down, across, down, sample. A filter across works when a full set of rows waits for it.
pub(super) struct Blur {
    /// Rows of brightness that wait for the first filter across, and its sums.
    luma: Rows,
    luma_sums: Rows,
    /// The filter across: the same both times.
    across: RowBox,
    down_first: ColumnBox,
    /// Rows that wait for the second filter across, and its sums.
    halfway: Rows,
    halfway_sums: Rows,
    down_second: ColumnBox,
    sampler: Sampler,
}

impl Blur {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            luma: Rows::new(columns, rows),
            luma_sums: Rows::new(columns, rows),
            across: RowBox::new(columns),
            down_first: ColumnBox::new(columns, rows),
            halfway: Rows::new(columns, rows),
            halfway_sums: Rows::new(columns, rows),
            down_second: ColumnBox::new(SIDE, rows),
            sampler: Sampler::new(columns, rows),
        }
    }

    /// Takes the next rows of the picture.
    pub(super) fn push(&mut self, rows: &Pixels<'_>, brightness: Brightness) {
        Kernel::fastest().push(self, rows, brightness);
    }

    /// What `push` does, compiled for the instruction set of the caller.
    #[inline(always)]
    pub(super) fn push_portable(&mut self, rows: &Pixels<'_>, brightness: Brightness) {
        for row in 0..rows.rows() {
            rows.luma_row(row, brightness, self.luma.next());
            self.count_luma_row();
        }
    }

    /// A row of brightness was written.
    #[inline(always)]
    fn count_luma_row(&mut self) {
        self.luma.count();
        if self.luma.is_full() {
            self.pass_luma();
        }
    }

    /// The reduced picture, once all rows came.
    pub(super) fn finish(mut self) -> Reduced {
        self.pass_luma();
        while self.down_first.drain(self.halfway.next()) {
            self.count_halfway_row();
        }
        self.pass_halfway();
        let mut row = [0.0; SIDE];
        while self.down_second.drain(&mut row) {
            self.sampler.take(&row);
        }
        self.sampler.reduced
    }

    #[inline(always)]
    fn pass_luma(&mut self) {
        self.across.sum(&self.luma, &mut self.luma_sums);
        for index in 0..self.luma.clear() {
            let row = self.luma_sums.row_mut(index);
            self.across.divide(row);
            if self.down_first.push(row, self.halfway.next()) {
                self.count_halfway_row();
            }
        }
    }

    #[inline(always)]
    fn count_halfway_row(&mut self) {
        self.halfway.count();
        if self.halfway.is_full() {
            self.pass_halfway();
        }
    }

    #[inline(always)]
    fn pass_halfway(&mut self) {
        self.across.sum(&self.halfway, &mut self.halfway_sums);
        for index in 0..self.halfway.clear() {
            let row = self.halfway_sums.row_mut(index);
            let sampled = self.sampler.columns.map(|column| row[column] / self.across.counts[column]);
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

/// How many elements after its own a window reaches; less than the window.
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
        let count = |column: usize| {
            let past_end = column + reach_after(window) + 1;
            (past_end.min(columns) - past_end.saturating_sub(window)) as f32
        };
        Self { window, counts: (0..columns).map(count).collect() }
    }

    /// Writes for each element of each row the sum of the window around it.
    #[inline(always)]
    fn sum(&self, rows: &Rows, sums: &mut Rows) {
        if rows.filled() == LANES {
            self.sum_side_by_side::<LANES>(rows, sums, 0);
        } else {
            for row in 0..rows.filled() {
                self.sum_side_by_side::<1>(rows, sums, row);
            }
        }
    }

    #[inline(always)]
    fn sum_side_by_side<const N: usize>(&self, rows: &Rows, sums: &mut Rows, first: usize) {
        let columns = self.counts.len();
        let (window, after) = (self.window, reach_after(self.window));
        let rows = rows.side_by_side::<N>(first);
        let sums = sums.side_by_side_mut::<N>(first);
        let mut running = [0.0; N];
        // The window slides in, over the row, and out. The sum belongs to the column `after` before its last element.
        for next in 0..window {
            for lane in 0..N {
                running[lane] += rows[lane][next];
                if next >= after {
                    sums[lane][next - after] = running[lane];
                }
            }
        }
        for next in window..columns {
            for lane in 0..N {
                // Two roundings, as in the reference: not the sum plus a difference.
                running[lane] += rows[lane][next];
                running[lane] -= rows[lane][next - window];
                sums[lane][next - after] = running[lane];
            }
        }
        for next in columns..columns + after {
            for lane in 0..N {
                running[lane] -= rows[lane][next - window];
                sums[lane][next - after] = running[lane];
            }
        }
    }

    /// Turns a row of sums into averages.
    #[inline(always)]
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
    /// How many rows the picture has.
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
        Self { window, rows, inside: vec![0.0; window * columns], running: vec![0.0; columns], next: 0 }
    }

    /// Takes the next row; says whether an averaged row was written to `out`.
    #[inline(always)]
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
                *running += new;
                *running -= *place;
                *place = new;
            }
        }
        self.next += 1;
        if self.next <= reach_after(self.window) {
            return false;
        }
        self.average(self.next.min(self.window), out);
        true
    }

    /// Once all rows went in: writes the next averaged row to `out`, or says there is none.
    fn drain(&mut self, out: &mut [f32]) -> bool {
        if self.next == self.rows + reach_after(self.window) {
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

    #[inline(always)]
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
    // The product is at most 127 * 200 million, which does not fit 32 bits.
    core::array::from_fn(|index| ((2 * index as u64 + 1) * length as u64 / (2 * SIDE as u64)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window's average written down as the definition says: each sum from scratch.
    fn averages(values: &[f32]) -> Vec<f32> {
        let window = window(values.len());
        (0..values.len())
            .map(|index| {
                let past_end = index + reach_after(window) + 1;
                let inside = &values[past_end.saturating_sub(window)..past_end.min(values.len())];
                inside.iter().sum::<f32>() / inside.len() as f32
            })
            .collect()
    }

    /// Whole numbers below 2^24 add up without rounding, so any order of additions gives the same.
    fn values(length: usize) -> Vec<f32> {
        (0..length).map(|index| (index * index * 37 % 256) as f32).collect()
    }

    #[test]
    fn both_filters_average_the_window_around_each_element() {
        for length in [5, 64, 127, 128, 129, 256, 257, 640, 1000] {
            let values = values(length);
            let expected = averages(&values);

            let across = RowBox::new(length);
            let (mut rows, mut sums) = (Rows::new(length, 1), Rows::new(length, 1));
            rows.next().copy_from_slice(&values);
            rows.count();
            across.sum(&rows, &mut sums);
            across.divide(sums.row_mut(0));
            assert_eq!(sums.row_mut(0), expected, "across {length}");

            let mut down = ColumnBox::new(1, length);
            let mut found = Vec::new();
            let mut out = [0.0];
            for &value in &values {
                if down.push(&[value], &mut out) {
                    found.push(out[0]);
                }
            }
            while down.drain(&mut out) {
                found.push(out[0]);
            }
            assert_eq!(found, expected, "down {length}");
        }
    }

    #[test]
    fn sampled_points_are_centres_and_repeat_in_small_pictures() {
        assert_eq!(centres(64)[..3], [0, 1, 2]);
        assert_eq!(centres(128)[..3], [1, 3, 5]);
        assert_eq!(centres(1), [0; SIDE]);
        assert_eq!(centres(200_000_000)[63], 198_437_500);
    }
}
