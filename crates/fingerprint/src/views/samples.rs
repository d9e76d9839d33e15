//! The 64x64 samples of a view, and their hash.

use alloc::vec::Vec;

use super::overview::{Overview, SIDE_MAX};
use super::place::Place;
use crate::PdqHash;
use crate::pdq::arch::{Kernel, truncated};
use crate::pdq::{self, Reduced, SIDE};

/// An overview, sampled at the places that many views have in common: most views cut the picture in one direction only.
pub(super) struct Samples {
    overview: Overview,
    /// Each row of averages, sampled over the whole width.
    across: Vec<[f32; SIDE]>,
    /// Each column of averages, sampled over the whole height.
    down: Vec<[f32; SIDE]>,
}

impl Samples {
    pub(super) fn new(overview: Overview) -> Self {
        Kernel::fastest().run(
            #[inline(always)]
            || Self::new_portable(overview),
        )
    }

    /// What `new` does, compiled for the instruction set of the caller.
    #[inline(always)]
    fn new_portable(overview: Overview) -> Self {
        let columns = along(0.0, overview.extent.0 / SIDE as f32, overview.columns);
        let across = (0..overview.rows).map(|row| sampled(overview.row(row), &columns)).collect();
        let mut down = alloc::vec![[0.0; SIDE]; overview.columns];
        let rows = along(0.0, overview.extent.1 / SIDE as f32, overview.rows);
        for (place, row) in rows.iter().enumerate() {
            let both = overview.row(row.first).iter().zip(overview.row(row.second));
            for (down, (first, second)) in down.iter_mut().zip(both) {
                down[place] = first + (second - first) * row.share;
            }
        }
        Self { overview, across, down }
    }

    /// Averages along the sides.
    pub(super) fn extent(&self) -> (f32, f32) {
        self.overview.extent
    }

    /// The hash of what lies at `place`, each sample in whole levels of brightness; black outside the picture.
    pub(super) fn hash(&self, place: &Place) -> PdqHash {
        let mut reduced = [[0.0; SIDE]; SIDE];
        let is_transposed = Kernel::fastest().run(
            #[inline(always)]
            || self.sample(place, &mut reduced),
        );
        pdq::of_reduced(&reduced, is_transposed)
    }

    /// Takes the samples; says whether columns became rows.
    #[inline(always)]
    fn sample(&self, place: &Place, reduced: &mut Reduced) -> bool {
        if place.across.1 != 0.0 || place.down.0 != 0.0 {
            self.sample_tilted(place, reduced);
            return false;
        }
        let extent = self.overview.extent;
        if is_whole(place.origin.0, place.across.0, extent.0) {
            between_rows(&self.across, &along(place.origin.1, place.down.1, self.overview.rows), reduced);
            return false;
        }
        if is_whole(place.origin.1, place.down.1, extent.1) {
            between_rows(&self.down, &along(place.origin.0, place.across.0, self.overview.columns), reduced);
            return true;
        }
        let columns = along(place.origin.0, place.across.0, self.overview.columns);
        let rows = along(place.origin.1, place.down.1, self.overview.rows);
        let mut between = [0.0; SIDE_MAX];
        for (row, reduced) in rows.iter().zip(reduced) {
            let both = self.overview.row(row.first).iter().zip(self.overview.row(row.second));
            for (between, (first, second)) in between.iter_mut().zip(both) {
                *between = first + (second - first) * row.share;
            }
            *reduced = sampled(&between, &columns).map(whole);
        }
        false
    }

    /// Of a part of the picture whose sides are not parallel to the picture's.
    #[inline(always)]
    fn sample_tilted(&self, place: &Place, reduced: &mut Reduced) {
        /// What is done for all columns before the next thing is done, so that it is done for eight at a time.
        type Row<T> = [T; SIDE];
        let averages = self.overview.all();
        let extent = self.overview.extent;
        let last = ((self.overview.columns - 1) as f32, (self.overview.rows - 1) as f32);
        // How fast what a sample covers leaves the picture at its edges.
        let reach = (1.0 / place.across.0, 1.0 / place.down.1);
        let covered = |at: f32, extent: f32, reach: f32| {
            let inside = if at < extent - at { at } else { extent - at };
            limited(inside * reach + 0.5, 1.0)
        };
        for (row, reduced) in reduced.iter_mut().enumerate() {
            let down = row as f32 + 0.5;
            let (left, top) = (place.origin.0 + down * place.down.0, place.origin.1 + down * place.down.1);
            let mut inside: Row<f32> = [0.0; SIDE];
            let mut right: Row<f32> = [0.0; SIDE];
            let mut below: Row<f32> = [0.0; SIDE];
            let mut places: Row<i32> = [0; SIDE];
            for column in 0..SIDE {
                let along = column as f32 + 0.5;
                let (x, y) = (left + along * place.across.0, top + along * place.across.1);
                inside[column] = covered(x, extent.0, reach.0) * covered(y, extent.1, reach.1);
                // Outside, the edge goes on.
                let (x, y) = (limited(x - 0.5, last.0), limited(y - 0.5, last.1));
                let (whole_x, whole_y) = (truncated(x), truncated(y));
                (right[column], below[column]) = (x - whole_x as f32, y - whole_y as f32);
                places[column] = whole_y * SIDE_MAX as i32 + whole_x;
            }
            // At the last column and row the share of what lies beyond is 0.
            let mut corners: [Row<f32>; 4] = [[0.0; SIDE]; 4];
            for (column, &place) in places.iter().enumerate() {
                let place = usize::from(place as u16);
                corners[0][column] = averages[place];
                corners[1][column] = averages[place + 1];
                corners[2][column] = averages[place + SIDE_MAX];
                corners[3][column] = averages[place + SIDE_MAX + 1];
            }
            for (column, reduced) in reduced.iter_mut().enumerate() {
                let [first, second, third, fourth] = [0, 1, 2, 3].map(|corner: usize| corners[corner][column]);
                let upper = first + (second - first) * right[column];
                let lower = third + (fourth - third) * right[column];
                *reduced = whole((upper + (lower - upper) * below[column]) * inside[column]);
            }
        }
    }
}

/// The nearest number from 0 to `most`. Unlike `clamp` it is two instructions, for what is not a number is none of it.
#[inline(always)]
fn limited(number: f32, most: f32) -> f32 {
    let number = if number > 0.0 { number } else { 0.0 };
    if number < most { number } else { most }
}

/// Whether samples that begin at `origin` and lie `step` apart span all averages along a side.
fn is_whole(origin: f32, step: f32, extent: f32) -> bool {
    // A hundredth of an average is less than rounding to whole levels of brightness shows.
    origin.abs() < 0.01 && (step * SIDE as f32 - extent).abs() < 0.01
}

/// Each sample between two of the rows.
#[inline(always)]
fn between_rows(rows: &[[f32; SIDE]], places: &[Between; SIDE], reduced: &mut Reduced) {
    for (reduced, place) in reduced.iter_mut().zip(places) {
        let (first, second) = (&rows[place.first], &rows[place.second]);
        for (sample, (first, second)) in reduced.iter_mut().zip(first.iter().zip(second)) {
            *sample = whole(first + (second - first) * place.share);
        }
    }
}

/// A row of averages at 64 places.
#[inline(always)]
fn sampled(row: &[f32], places: &[Between; SIDE]) -> [f32; SIDE] {
    let mut samples = [0.0; SIDE];
    for (sample, place) in samples.iter_mut().zip(places) {
        let (first, second) = (row[place.first], row[place.second]);
        *sample = first + (second - first) * place.share;
    }
    samples
}

/// A place along a side: between the middles of two averages, or at the edge, where both are one.
#[derive(Clone, Copy)]
struct Between {
    first: usize,
    second: usize,
    /// How far from the first to the second, 0.0..=1.0.
    share: f32,
}

/// The places of 64 samples along a side of so many averages.
#[inline(always)]
fn along(origin: f32, step: f32, averages: usize) -> [Between; SIDE] {
    core::array::from_fn(|sample| {
        let at = (origin + (sample as f32 + 0.5) * step - 0.5).max(0.0);
        // The cast takes what lies outside to the edge.
        let first = (at as i32 as usize).min(averages - 1);
        Between { first, second: (first + 1).min(averages - 1), share: (at - first as f32).min(1.0) }
    })
}

/// The nearest whole level of brightness.
#[inline(always)]
fn whole(brightness: f32) -> f32 {
    truncated(brightness + 0.5) as f32
}
