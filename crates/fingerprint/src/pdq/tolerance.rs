//! How far the reference's own rounding can carry it from the exact result, and what is decided all the same.

use super::KEPT;
use crate::PixelFormat;

/// What is tolerated of grey pictures' components, as a share of what is of coloured ones'.
const GREY_SHARE: f32 = 0.5;

/// Reach of the reference's rounding, for pictures of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerance {
    /// By how much a component may differ, in units of [`SPREAD`].
    pub(super) components: f32,
    /// By how much a step of brightness may differ.
    pub(super) step: f32,
}

impl Tolerance {
    /// Of a reduced picture that is the reference's to the last bit.
    pub(super) const NONE: Self = Self { components: 0.0, step: 0.0 };

    /// Of a picture folded from this many columns and rows, of which nothing else is known.
    pub(super) fn of(columns: usize, rows: usize, format: PixelFormat) -> Self {
        Self::of_texture(columns, rows, format, 0.0)
    }

    /// Of a picture folded from this many columns and rows, with this share of distinct blocks, see
    /// [`Look::share`](super::texture::Look::share).
    ///
    /// Running sums drift by what they lose when they cross a power of two; the longer they run, the further. Where a picture
    /// repeats itself the losses add up in step, where it does not they cancel like the steps of a random walk. The factors are
    /// measured on the worst pictures known (stripes, chequers, slopes and rings, with and without noise), not proved; a test of
    /// [`folded`](super::folded) draws such pictures and checks. Grey is whole numbers, whose first sums are exact: it drifts less than half as
    /// far.
    pub(super) fn of_texture(columns: usize, rows: usize, format: PixelFormat, distinct_share: f32) -> Self {
        let fourth_root = square_root(square_root(columns.max(rows) as f32));
        let alike = 1.0 - distinct_share;
        let of_format = if format == PixelFormat::Luma8 { GREY_SHARE } else { 1.0 };
        let components = of_format * (0.0008 + 0.010 * alike) * fourth_root;
        Self { components, step: (0.0008 + 0.003 * alike) * fourth_root }
    }
}

/// How the drift spreads over the components: mostly on few half waves across or down, since it builds up along the way.
pub(super) const SPREAD: [[f32; KEPT]; KEPT] = {
    let mut spread = [[0.0; KEPT]; KEPT];
    let mut row = 0;
    while row < KEPT {
        let mut column = 0;
        while column < KEPT {
            spread[row][column] = 1.0 / (row + 1) as f32 + 1.0 / (column + 1) as f32;
            column += 1;
        }
        row += 1;
    }
    spread
};

/// The square root of at least 1, from above; `core` has none.
fn square_root(value: f32) -> f32 {
    let mut root = value.max(1.0);
    // Newton's iteration falls to the root; from 32,640 it is there after a dozen steps.
    for _ in 0..16 {
        root = 0.5 * (root + value / root);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerance_grows_with_the_fourth_root_of_the_longer_side() {
        let of = |columns, rows, share| Tolerance::of_texture(columns, rows, PixelFormat::Rgb8, share);
        assert_eq!(Tolerance::of(400, 10_000, PixelFormat::Rgb8), of(10_000, 129, 0.0));
        assert!((of(400, 10_000, 0.0).components - 0.108).abs() < 1e-6);
        assert!((of(129, 256, 0.0).step - 0.0152).abs() < 1e-6);
        assert!((of(129, 10_000, 1.0).components - 0.008).abs() < 1e-6);
        let grey = Tolerance::of(400, 10_000, PixelFormat::Luma8);
        assert!((grey.components - 0.054).abs() < 1e-6 && grey.step == of(400, 10_000, 0.0).step);
        assert!((square_root(32_640.0) - 180.665_4).abs() < 1e-3);
    }
}
