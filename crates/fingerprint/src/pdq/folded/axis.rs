//! Which elements of one axis count how much for which of the 64 sampled points.

use alloc::vec;
use alloc::vec::Vec;

use super::super::SIDE;

/// Points whose elements may interleave: a point, the next one, and the cut off part of the last.
pub(super) const OPEN_MAX: usize = 3;

/// The weights along an axis whose window is 2..=255 elements.
pub(super) struct Axis {
    length: usize,
    window: usize,
    /// `1, 2, .. window .. 2, 1`.
    tent: Vec<u8>,
    ones: Vec<u8>,
}

/// The elements that count for a point, and how much.
pub(super) struct Support<'a> {
    pub(super) first: usize,
    pub(super) weights: &'a [u8],
}

impl Support<'_> {
    pub(super) fn end(&self) -> usize {
        self.first + self.weights.len()
    }
}

impl Axis {
    /// Shorter axes have a window of one element, longer ones weights that do not fit a byte.
    pub(super) const LENGTHS: core::ops::RangeInclusive<usize> = 2 * SIDE + 1..=255 * 2 * SIDE;

    pub(super) fn new(length: usize) -> Option<Self> {
        if !Self::LENGTHS.contains(&length) {
            return None;
        }
        let window = length.div_ceil(2 * SIDE);
        let tent = (1..=window).chain((1..window).rev()).map(|weight| weight as u8).collect();
        Some(Self { length, window, tent, ones: vec![1; window - 1] })
    }

    /// The sum of all weights of a point, at most.
    pub(super) fn weight(&self) -> usize {
        self.window * self.window
    }

    /// The elements of point 0..=63, and under 64 what is cut off the last one; `None` when there is no more.
    ///
    /// Windows reach `window / 2` elements ahead. Nowhere do they reach past the edges but for one element: with an even
    /// window, the last window of the first pass that counts for the last point. The reference divides its sum by one
    /// less. So with `a` the sum by the tent and `b` the sum of that one window, the point is
    /// `(a - b) / w² + b / (w (w - 1))`, which is `(a (w - 1) + b) / (w² (w - 1))`.
    pub(super) fn support(&self, point: usize) -> Option<Support<'_>> {
        if point < SIDE {
            let first = self.first(point);
            let weights = &self.tent[..self.tent.len().min(self.length - first)];
            return Some(Support { first, weights });
        }
        (point == SIDE && self.is_cut()).then(|| Support { first: self.length - self.ones.len(), weights: &self.ones })
    }

    pub(super) fn first(&self, point: usize) -> usize {
        let centre = (2 * point + 1) * self.length / (2 * SIDE);
        let reach_before = self.window - 1 - self.window / 2;
        centre - 2 * reach_before
    }

    pub(super) fn is_cut(&self) -> bool {
        self.window.is_multiple_of(2)
    }

    /// What the last point's sum by the tent is multiplied by before the cut off part is added.
    pub(super) fn cut_factor(&self) -> f64 {
        (self.window - 1) as f64
    }

    /// The last point's weights with the cut off part in them.
    pub(super) fn last_weights(&self) -> impl Iterator<Item = u32> {
        let support = self.first(SIDE - 1);
        let len = self.tent.len().min(self.length - support);
        let (factor, ones) = if self.is_cut() { (self.window - 1, self.ones.len()) } else { (1, 0) };
        self.tent[..len]
            .iter()
            .enumerate()
            .map(move |(index, &weight)| u32::from(weight) * factor as u32 + u32::from(index >= len - ones))
    }

    /// What the sum of a point is divided by.
    pub(super) fn divisor(&self, point: usize) -> f64 {
        let square = self.weight() as f64;
        if point == SIDE - 1 && self.is_cut() { square * self.cut_factor() } else { square }
    }
}
