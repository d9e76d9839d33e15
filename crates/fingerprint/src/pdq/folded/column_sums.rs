//! Weighted sums down the columns, a few rows at a time.

use alloc::vec;
use alloc::vec::Vec;

use super::super::arch::{Kernel, Onto, ROWS_MAX};

/// The weight after which a sum of bytes may not fit 16 bits any more.
const NARROW_WEIGHT_MAX: usize = u16::MAX as usize / u8::MAX as usize;

/// Zeroes after the last sum, so that whoever adds up sums may take them in eights.
pub(super) const PADDING: usize = 7;

/// The sums of one point: in 16 bits as long as they fit, moved to 32 bits when they might not.
pub(super) struct ColumnSums {
    values: usize,
    narrow: Vec<u16>,
    /// Weight that went into `narrow`; with none, what is in it is of no meaning.
    weight: usize,
    /// Empty where `narrow` never overflows.
    wide: Vec<u32>,
    /// Whether anything went into `wide`; so here.
    is_widened: bool,
}

impl ColumnSums {
    /// `weight` is the sum of all weights that will come.
    pub(super) fn new(values: usize, weight: usize) -> Self {
        let padded = values + PADDING;
        let wide = if weight > NARROW_WEIGHT_MAX { vec![0; padded] } else { Vec::new() };
        Self { values, narrow: vec![0; padded], weight: 0, wide, is_widened: false }
    }

    /// Adds a row for each of `weights`, multiplied by it.
    pub(super) fn add(&mut self, kernel: Kernel, data: &[u8], stride_bytes: usize, weights: &[u8]) {
        let mut row = 0;
        while row < weights.len() {
            let (count, weight) = together(&weights[row..]);
            if self.weight + weight > NARROW_WEIGHT_MAX {
                self.widen();
            }
            let onto = if self.weight == 0 { Onto::Nothing } else { Onto::Sums };
            self.weight += weight;
            let sums = &mut self.narrow[..self.values];
            kernel.add(onto, sums, &data[row * stride_bytes..], stride_bytes, &weights[row..row + count]);
            row += count;
        }
    }

    /// The sums of all rows added, and [`PADDING`] zeroes.
    pub(super) fn finish(&mut self) -> Sums<'_> {
        if self.wide.is_empty() {
            Sums::Narrow(&self.narrow)
        } else {
            self.widen();
            Sums::Wide(&self.wide)
        }
    }

    /// Begins anew, with the same weight to come.
    pub(super) fn clear(&mut self) {
        (self.weight, self.is_widened) = (0, false);
    }

    fn widen(&mut self) {
        let both = self.wide[..self.values].iter_mut().zip(&self.narrow);
        if self.weight > 0 && self.is_widened {
            both.for_each(|(wide, narrow)| *wide += u32::from(*narrow));
        } else if self.weight > 0 {
            both.for_each(|(wide, narrow)| *wide = u32::from(*narrow));
            self.is_widened = true;
        }
        self.weight = 0;
    }
}

/// A finished row of sums, and [`PADDING`] zeroes.
pub(super) enum Sums<'a> {
    Narrow(&'a [u16]),
    Wide(&'a [u32]),
}

/// How many of the next rows may be added at once, and their weight together.
fn together(weights: &[u8]) -> (usize, usize) {
    let mut sum = usize::from(weights[0]);
    let mut count = 1;
    while count < ROWS_MAX.min(weights.len()) && sum + usize::from(weights[count]) <= NARROW_WEIGHT_MAX {
        sum += usize::from(weights[count]);
        count += 1;
    }
    (count, sum)
}
