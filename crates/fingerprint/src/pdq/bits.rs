//! From components to bits.

use super::tolerance::SPREAD;
use super::{Components, KEPT};
use crate::Pdq;

/// One bit per component: whether it is above the median of all. `None` if components that differ by up to
/// `tolerance` times their [`SPREAD`] could give other bits.
///
/// The median of 256 numbers is here the 128th smallest, never a mean of two, and a component equal to it is a 0. So at
/// most 128 bits are set, fewer where components are equal.
#[inline(always)]
pub(super) fn above_median(components: &Components, tolerance: f32) -> Option<Pdq> {
    let components = components.as_flattened();
    let median = median(components);
    if tolerance > 0.0 && !is_decided(components, median, tolerance) {
        return None;
    }
    let mut bytes = [0; 32];
    for (bit, &component) in components.iter().enumerate() {
        if component > median {
            bytes[31 - bit / 8] |= 1 << (bit % 8);
        }
    }
    Some(Pdq::from_bytes(bytes))
}

/// The 128th smallest of 256 numbers.
///
/// Its bits are found one after the other from the highest: each asks how many numbers are below. That is more comparisons
/// than sorting, and none that a processor could guess wrong.
#[inline(always)]
fn median(components: &[f32]) -> f32 {
    let mut keys = [0; 256];
    for (key, component) in keys.iter_mut().zip(components) {
        *key = in_order(component.to_bits().cast_signed());
    }
    // The lowest key there is; setting its highest bit means clearing the sign.
    let mut median = i32::MIN;
    for bit in (0..32).rev() {
        let candidate = median ^ (1 << bit);
        let below: i32 = keys.iter().map(|&key| i32::from(key < candidate)).sum();
        if below <= 127 {
            median = candidate;
        }
    }
    f32::from_bits(in_order(median).cast_unsigned())
}

/// Maps the bits of a number to an integer, and back, such that integers compare as numbers do. It differs from the usual
/// order only between zeroes of either sign, which compare equal where it matters.
#[inline(always)]
fn in_order(bits: i32) -> i32 {
    bits ^ ((bits >> 31) & i32::MAX)
}

/// The hash of the components with rows and columns exchanged.
pub(super) fn transposed(hash: &Pdq) -> Pdq {
    let mut bytes = [0; 32];
    for row in 0..KEPT {
        for column in 0..KEPT {
            let (from, to) = (KEPT * row + column, KEPT * column + row);
            bytes[31 - to / 8] |= (hash.as_bytes()[31 - from / 8] >> (from % 8) & 1) << (to % 8);
        }
    }
    Pdq::from_bytes(bytes)
}

/// Whether all components but the median are so far from it that none can pass it: then it stays the median, and every bit
/// stays.
fn is_decided(components: &[f32], median: f32, tolerance: f32) -> bool {
    let spread = SPREAD.as_flattened();
    let place = components.iter().position(|&component| component == median).unwrap_or_default();
    let near = components
        .iter()
        .zip(spread)
        .filter(|&(component, spread)| {
            (component - median).abs() <= tolerance * (spread + SPREAD.as_flattened()[place])
        })
        .count();
    near == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_bits_are_set_when_all_components_differ() {
        let rising: Components = core::array::from_fn(|row| core::array::from_fn(|column| (row * 16 + column) as f32));
        let bytes = above_median(&rising, 0.0).unwrap();
        assert_eq!(bytes.as_bytes()[..16], [0xff; 16]);
        assert_eq!(bytes.as_bytes()[16..], [0; 16]);
    }

    #[test]
    fn the_median_is_what_sorting_finds() {
        let mut state = 1_u32;
        for range in [3, 100, u32::MAX] {
            let components: [f32; 256] = core::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 8) % range) as f32 * 0.37 - 1_000.0 * (state >> 30) as f32
            });
            let mut sorted = components;
            sorted.sort_unstable_by(f32::total_cmp);
            assert_eq!(median(&components), sorted[127]);
        }
    }

    #[test]
    fn a_component_equal_to_the_median_is_a_zero() {
        assert_eq!(above_median(&[[3.5; 16]; 16], 0.0), Some(Pdq::from_bytes([0; 32])));
        let mut components = [[0.0; 16]; 16];
        components[0][0] = 1.0;
        components[15][15] = -1.0;
        components[1][2] = -0.0;
        let mut expected = [0; 32];
        expected[31] = 1;
        assert_eq!(above_median(&components, 0.0), Some(Pdq::from_bytes(expected)));
    }

    #[test]
    fn exchanging_rows_and_columns_exchanges_bits() {
        let some: Components =
            core::array::from_fn(|row| core::array::from_fn(|column| ((row * 37 + column * 101) % 257) as f32));
        let turned: Components = core::array::from_fn(|row| core::array::from_fn(|column| some[column][row]));
        let hash = above_median(&some, 0.0).unwrap();
        assert_eq!(above_median(&turned, 0.0), Some(transposed(&hash)));
        assert_ne!(transposed(&hash), hash);
        assert_eq!(transposed(&transposed(&hash)), hash);
    }

    #[test]
    fn bits_that_components_within_their_tolerance_could_change_are_not_decided() {
        // The median is 127, in the last column of row 7; its spread is 1/8 + 1/16, its neighbours' 1/9 + 1 and 1/8 + 1/15.
        let rising: Components = core::array::from_fn(|row| core::array::from_fn(|column| (row * 16 + column) as f32));
        assert_eq!(above_median(&rising, 0.7), above_median(&rising, 0.0));
        assert_eq!(above_median(&rising, 0.8), None);
        let mut close = rising;
        close[7][14] = 126.75;
        assert!(above_median(&close, 0.6).is_some());
        assert_eq!(above_median(&close, 0.7), None);
        assert_eq!(above_median(&[[3.5; 16]; 16], 1e-9), None);
    }
}
