//! How far the reference's own rounding can carry it from the exact result, and what is decided all the same.

/// Reach of the reference's rounding, for pictures of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerance {
    /// The distance of two components below which either may be the greater in the reference.
    pub(super) components: f32,
    /// How much larger or smaller a step of brightness may be in the reference.
    pub(super) step: f32,
}

impl Tolerance {
    /// Of a reduced picture that is the reference's to the last bit.
    pub(super) const NONE: Self = Self { components: 0.0, step: 0.0 };

    /// Of a picture folded from this many columns and rows.
    ///
    /// Running sums drift by what they lose when they cross a power of two, so drift grows with the length they run. The
    /// factors are measured on the worst pictures known: stripes, chequers, slopes and rings.
    pub(super) fn of(columns: usize, rows: usize) -> Self {
        let length = columns.max(rows) as f32;
        let reach = square_root(length);
        Self { components: 0.002 * reach, step: 0.0015 * reach }
    }
}

/// The square root, from above; `core` has none.
fn square_root(value: f32) -> f32 {
    let mut root = value.max(1.0);
    // Newton's iteration from above falls to the root; from 32,640 it is there after a dozen steps.
    for _ in 0..16 {
        root = 0.5 * (root + value / root);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerance_grows_with_the_root_of_the_longer_side() {
        assert_eq!(Tolerance::of(400, 10_000), Tolerance::of(10_000, 129));
        assert!((Tolerance::of(400, 10_000).components - 0.2).abs() < 1e-6);
        assert!((Tolerance::of(129, 256).step - 0.024).abs() < 1e-6);
        assert!((Tolerance::of(32_640, 129).components - 0.002 * 180.665_4).abs() < 1e-6);
    }
}
