//! The blur and the sampling of the reference as what they are: a fixed weighted sum of pixels for each of 64x64 points.
//!
//! Two box filters along one axis are a tent: sampled point `k` is the sum of `2 w - 1` neighbouring elements with the
//! weights `1, 2, .. w .. 2, 1` over `w²`, where `w` is the window of one box ([`axis`]). Tents of neighbouring points hardly
//! overlap, so every pixel is multiplied once or twice and added up down its column while rows arrive ([`column_sums`]);
//! each finished row of sums is then added up across ([`Across`]). Colour is linear too: red, green and blue
//! bytes are added up apart and meet only in the 64 rows of sums.
//!
//! Everything up to the last division is an integer, so the result is the same on every processor, whatever the order.
//! It differs from the reference's only by the reference's own rounding, see [`tolerance`](super::tolerance).

mod axis;
mod column_sums;

use alloc::vec;
use alloc::vec::Vec;

use self::axis::Axis;
use self::column_sums::{ColumnSums, Sums};
use super::arch::Kernel;
use super::{Reduced, SIDE};
use crate::{PixelFormat, Pixels};

/// Rows of sums: one per sampled point, and the cut off part of the last one, see [`Axis::cut`].
const SUMS: usize = SIDE + 1;

/// Sums that are multiplied at once.
const LANES: usize = column_sums::PADDING + 1;

/// A picture on its way to 64x64: takes rows of pixels, top to bottom.
pub(super) struct Folding {
    kernel: Kernel,
    down: Axis,
    across: Across,
    /// Sums down the columns of points that rows are still coming for: of point `k` at `k % OPEN_MAX`.
    open: [ColumnSums; axis::OPEN_MAX],
    /// The first point whose rows have not all come.
    next_point: usize,
    next_row: usize,
    /// One row a point.
    sums: Vec<[u64; SIDE]>,
}

impl Folding {
    /// `None` where a side is out of [`Axis::LENGTHS`]: the caller then computes in the reference's order.
    pub(super) fn new(columns: usize, rows: usize, format: PixelFormat) -> Option<Self> {
        Self::with(Kernel::fastest(), columns, rows, format)
    }

    fn with(kernel: Kernel, columns: usize, rows: usize, format: PixelFormat) -> Option<Self> {
        let down = Axis::new(rows)?;
        let across = Across::new(columns, format, down.weight())?;
        let values = columns * format.bytes_per_pixel();
        let open = core::array::from_fn(|_| ColumnSums::new(values, down.weight()));
        Some(Self { kernel, down, across, open, next_point: 0, next_row: 0, sums: vec![[0; SIDE]; SUMS] })
    }

    /// Takes the next rows, of the columns and format said before.
    pub(super) fn push(&mut self, rows: &Pixels<'_>) {
        let (first_row, end_row) = (self.next_row, self.next_row + rows.rows());
        let mut point = self.next_point;
        while let Some(support) = self.down.support(point).filter(|support| support.first < end_row) {
            let from = support.first.max(first_row);
            let to = support.end().min(end_row);
            let sums = &mut self.open[point % axis::OPEN_MAX];
            if from < to {
                let weights = &support.weights[from - support.first..to - support.first];
                sums.add(self.kernel, rows.bytes_from(from - first_row), rows.stride_bytes(), weights);
            }
            if support.end() <= end_row {
                match sums.finish() {
                    Sums::Narrow(row) => self.across.sum(self.kernel, row, &mut self.sums[point]),
                    Sums::Wide(row) => self.across.sum(self.kernel, row, &mut self.sums[point]),
                }
                sums.clear();
                self.next_point = point + 1;
            }
            point += 1;
        }
        self.next_row = end_row;
    }

    /// The reduced picture, once all rows came.
    pub(super) fn finish(&self) -> Reduced {
        let mut reduced = [[0.0; SIDE]; SIDE];
        for (row, (reduced, sums)) in reduced.iter_mut().zip(&self.sums).enumerate() {
            let is_cut = row == SIDE - 1 && self.down.is_cut();
            let [tent, last] = [0, SIDE - 1].map(|point| 1.0 / (self.down.divisor(row) * self.across.divisor(point)));
            for (column, (reduced, &sum)) in reduced.iter_mut().zip(sums).enumerate() {
                // Sums are below 2^58, and processors convert signed integers.
                let mut sum = sum.cast_signed() as f64;
                if is_cut {
                    sum = sum * self.down.cut_factor() + self.sums[SIDE][column] as f64;
                }
                *reduced = (sum * if column == SIDE - 1 { last } else { tent }) as f32;
            }
        }
        reduced
    }
}

/// Adds up a row of column sums for each of the 64 points across.
struct Across {
    axis: Axis,
    format: PixelFormat,
    /// The first sum that counts for each point.
    firsts: [usize; SIDE],
    /// Of all points but the last: the tent times the share of each channel in the brightness.
    tent: Weights,
    /// Of the last point.
    last: Weights,
}

/// What the sums of one point are multiplied by.
struct Weights {
    /// Filled up to eights with zeroes.
    values: Vec<u32>,
    /// Whether products, and their sum, fit 32 bits.
    is_narrow: bool,
}

impl Weights {
    /// Of an element each, times the share of each channel; the sums they are for have at most `weight`.
    fn new(of_elements: impl Iterator<Item = u32>, format: PixelFormat, weight: usize) -> Self {
        let mut values: Vec<u32> =
            of_elements.flat_map(|weight| shares(format).iter().map(move |share| weight * share)).collect();
        let all: u64 = values.iter().map(|&weight| u64::from(weight)).sum();
        let is_narrow = all * weight as u64 * u64::from(u8::MAX) <= u64::from(u32::MAX);
        values.resize(values.len().next_multiple_of(LANES), 0);
        Self { values, is_narrow }
    }

    /// The first sums, each times its weight, added up; there may be more sums than weights.
    #[inline(always)]
    fn weigh<T: Copy + Into<u32>>(&self, sums: &[T]) -> u64 {
        let both = sums.as_chunks::<LANES>().0.iter().zip(self.values.as_chunks::<LANES>().0);
        if self.is_narrow {
            let mut lanes = [0_u32; LANES];
            for (sums, weights) in both {
                for lane in 0..LANES {
                    // It does not overflow, see `is_narrow`; wrapping says so to the compiler.
                    lanes[lane] = lanes[lane].wrapping_add(sums[lane].into().wrapping_mul(weights[lane]));
                }
            }
            u64::from(lanes.into_iter().fold(0, u32::wrapping_add))
        } else {
            let mut lanes = [0_u64; LANES];
            for (sums, weights) in both {
                for lane in 0..LANES {
                    lanes[lane] += u64::from(sums[lane].into()) * u64::from(weights[lane]);
                }
            }
            lanes.into_iter().sum()
        }
    }
}

impl Across {
    /// For rows of sums that have at most `weight`.
    fn new(columns: usize, format: PixelFormat, weight: usize) -> Option<Self> {
        let axis = Axis::new(columns)?;
        let support = axis.support(0)?;
        let tent = Weights::new(support.weights.iter().map(|&weight| u32::from(weight)), format, weight);
        let last = Weights::new(axis.last_weights(), format, weight);
        let firsts = core::array::from_fn(|point| axis.first(point) * format.bytes_per_pixel());
        Some(Self { axis, format, firsts, tent, last })
    }

    fn sum<T: Copy + Into<u32>>(&self, kernel: Kernel, row: &[T], all: &mut [u64; SIDE]) {
        kernel.run(
            #[inline(always)]
            || {
                let [tents @ .., last] = &self.firsts;
                for (sum, &first) in all.iter_mut().zip(tents) {
                    *sum = self.tent.weigh(&row[first..]);
                }
                all[SIDE - 1] = self.last.weigh(&row[*last..]);
            },
        )
    }

    fn divisor(&self, point: usize) -> f64 {
        self.axis.divisor(point) * f64::from(shares(self.format).iter().sum::<u32>())
    }
}

/// What each byte of a pixel counts in its brightness, as in [`Pixels`](crate::Pixels).
fn shares(format: PixelFormat) -> &'static [u32] {
    match format {
        PixelFormat::Luma8 => &[1],
        PixelFormat::Rgb8 => &[299, 587, 114],
        PixelFormat::Rgba8 => &[299, 587, 114, 0],
    }
}

#[cfg(test)]
mod tests;
