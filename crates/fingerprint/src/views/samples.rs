//! The 64x64 samples of a view, and their hash.

use alloc::vec::Vec;

use super::overview::{Overview, SIDE_MAX};
use super::place::Place;
use crate::PdqHash;
use crate::pdq::arch::{Kernel, truncated};
use crate::pdq::{self, KEPT, Reduced, SIDE};

/// An overview, sampled at the places that many views have in common: most views cut the picture in one direction only.
pub(super) struct Samples {
    overview: Overview,
    /// Each row of averages over the whole width.
    across: Whole,
    /// Each column of averages over the whole height.
    down: Whole,
}

/// Lines of averages, each sampled over its whole length.
struct Whole {
    samples: Vec<[f32; SIDE]>,
    /// The components of each line, of which those between two lines are between theirs.
    components: Vec<[f32; KEPT]>,
}

/// What a view is hashed in; used again from view to view.
pub(super) struct Workbench {
    reduced: Reduced,
    lines: [[f32; KEPT]; SIDE],
}

impl Workbench {
    pub(super) const fn new() -> Self {
        Self { reduced: [[0.0; SIDE]; SIDE], lines: [[0.0; KEPT]; SIDE] }
    }
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
        let mut across = alloc::vec![[0.0; SIDE]; overview.rows];
        for (row, across) in across.iter_mut().enumerate() {
            sample(overview.row(row), &columns, across);
        }
        let mut down = alloc::vec![[0.0; SIDE]; overview.columns];
        let rows = along(0.0, overview.extent.1 / SIDE as f32, overview.rows);
        for (place, row) in rows.iter().enumerate() {
            let both = overview.row(row.first.into()).iter().zip(overview.row(row.second.into()));
            for (down, (first, second)) in down.iter_mut().zip(both) {
                down[place] = first + (second - first) * row.share;
            }
        }
        Self { overview, across: Whole::new(across), down: Whole::new(down) }
    }

    /// Averages along the sides.
    pub(super) fn extent(&self) -> (f32, f32) {
        self.overview.extent
    }

    /// The hash of what lies at `place`; black outside the picture.
    pub(super) fn hash(&self, place: &Place, on: &mut Workbench) -> PdqHash {
        let extent = self.overview.extent;
        let is_tilted = place.across.1 != 0.0 || place.down.0 != 0.0;
        Kernel::fastest().run(
            #[inline(always)]
            || {
                if !is_tilted && is_whole(place.origin.0, place.across.0, extent.0) {
                    let rows = along(place.origin.1, place.down.1, self.overview.rows);
                    let [of_rows, _] = self.across.hashes(&rows, on);
                    return of_rows;
                }
                if !is_tilted && is_whole(place.origin.1, place.down.1, extent.1) {
                    let columns = along(place.origin.0, place.across.0, self.overview.columns);
                    let [_, of_columns] = self.down.hashes(&columns, on);
                    return of_columns;
                }
                if is_tilted {
                    self.sample_tilted(place, &mut on.reduced);
                } else {
                    self.sample_upright(place, &mut on.reduced);
                }
                pdq::of_reduced(&mut on.reduced)
            },
        )
    }

    /// Of a part of the picture that is neither of its whole width nor of its whole height.
    #[inline(always)]
    fn sample_upright(&self, place: &Place, reduced: &mut Reduced) {
        let columns = along(place.origin.0, place.across.0, self.overview.columns);
        let rows = along(place.origin.1, place.down.1, self.overview.rows);
        let mut between = [0.0; SIDE_MAX];
        for (row, reduced) in rows.iter().zip(reduced) {
            let both = self.overview.row(row.first.into()).iter().zip(self.overview.row(row.second.into()));
            for (between, (first, second)) in between.iter_mut().zip(both) {
                *between = first + (second - first) * row.share;
            }
            sample(&between, &columns, reduced);
            for sample in reduced {
                *sample = whole(*sample);
            }
        }
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

impl Whole {
    #[inline(always)]
    fn new(samples: Vec<[f32; SIDE]>) -> Self {
        let mut components = alloc::vec![[0.0; KEPT]; samples.len()];
        for (components, samples) in components.iter_mut().zip(&samples) {
            *components = pdq::components_of_line(samples);
        }
        Self { samples, components }
    }

    /// The hashes of samples between these lines: of the picture whose rows they are, and of that whose columns they are. Components are those
    /// of the samples themselves, and quality that of the nearest whole levels of brightness, which a copy would have.
    #[inline(always)]
    fn hashes(&self, places: &[Between; SIDE], on: &mut Workbench) -> [PdqHash; 2] {
        let both = on.reduced.iter_mut().zip(&mut on.lines);
        for (place, (samples, components)) in places.iter().zip(both) {
            let (first, second) = (usize::from(place.first), usize::from(place.second));
            for (sample, (first, second)) in
                samples.iter_mut().zip(self.samples[first].iter().zip(&self.samples[second]))
            {
                *sample = whole(first + (second - first) * place.share);
            }
            let lines = self.components[first].iter().zip(&self.components[second]);
            for (component, (first, second)) in components.iter_mut().zip(lines) {
                *component = first + (second - first) * place.share;
            }
        }
        pdq::of_lines(&on.reduced, &mut on.lines)
    }
}

/// A row of averages at 64 places.
#[inline(always)]
fn sample(row: &[f32; SIDE_MAX], places: &[Between; SIDE], samples: &mut [f32; SIDE]) {
    for (sample, place) in samples.iter_mut().zip(places) {
        let (first, second) = (row[usize::from(place.first)], row[usize::from(place.second)]);
        *sample = first + (second - first) * place.share;
    }
}

/// A place along a side: between the middles of two averages, or at the edge, where both are one.
#[derive(Clone, Copy)]
struct Between {
    /// There are [`SIDE_MAX`] averages at most, so that no place is out of bounds.
    first: u8,
    second: u8,
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
        let second = (first + 1).min(averages - 1);
        Between { first: first as u8, second: second as u8, share: (at - first as f32).min(1.0) }
    })
}

/// The nearest whole level of brightness.
#[inline(always)]
fn whole(brightness: f32) -> f32 {
    truncated(brightness + 0.5) as f32
}
