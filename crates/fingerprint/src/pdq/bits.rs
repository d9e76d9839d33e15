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
    Some(hash_of(&rows_above(components, decided_median(components, tolerance)?)))
}

/// The same of these components, and of them with rows and columns exchanged: that moves neither the median nor what is
/// tolerated.
#[inline(always)]
pub(super) fn above_median_and_transposed(components: &Components, tolerance: f32) -> Option<[Pdq; 2]> {
    let median = decided_median(components, tolerance)?;
    Some([hash_of(&rows_above(components, median)), hash_of(&columns_above(components, median))])
}

#[inline(always)]
fn decided_median(components: &Components, tolerance: f32) -> Option<f32> {
    let components = components.as_flattened().as_array().expect("16 times 16 are 256");
    let median = median(components);
    (tolerance == 0.0 || is_decided(components, median, tolerance)).then_some(median)
}

/// A bit for each component, row by row; the lowest is the first column's.
#[inline(always)]
fn rows_above(components: &Components, median: f32) -> [u16; KEPT] {
    let mut words = [0; KEPT];
    for (word, row) in words.iter_mut().zip(components) {
        let mut bits = 0;
        for (column, &component) in row.iter().enumerate() {
            bits |= u32::from(component > median) << column;
        }
        *word = bits as u16;
    }
    words
}

/// A bit for each component, column by column; the lowest is the first row's.
#[inline(always)]
fn columns_above(components: &Components, median: f32) -> [u16; KEPT] {
    let mut words = [0_u32; KEPT];
    for (row, components) in components.iter().enumerate() {
        for (word, &component) in words.iter_mut().zip(components) {
            *word |= u32::from(component > median) << row;
        }
    }
    words.map(|word| word as u16)
}

/// The hash with these words, the first one last.
#[inline(always)]
fn hash_of(words: &[u16; KEPT]) -> Pdq {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().rev().zip(words) {
        *bytes = word.to_be_bytes();
    }
    Pdq::from_bytes(bytes)
}

/// The 128th smallest of 256 numbers.
///
/// Its bits are found one after the other from the highest: each asks how many numbers are below. That is more comparisons
/// than sorting, and none that a processor could guess wrong. It ends when one number is left.
#[inline(always)]
fn median(components: &[f32; 256]) -> f32 {
    let mut keys = [0; 256];
    for (key, component) in keys.iter_mut().zip(components) {
        *key = in_order(component.to_bits().cast_signed());
    }
    // The lowest key there is; setting its highest bit means clearing the sign.
    let mut least = i32::MIN;
    // How many are below it, and below the next key that it could become.
    let (mut below_least, mut below_next) = (0, 256);
    for bit in (0..32).rev() {
        if below_next - below_least == 1 {
            break;
        }
        let candidate = least ^ (1 << bit);
        let below: i32 = keys.iter().map(|&key| i32::from(key < candidate)).sum();
        if below <= 127 {
            (least, below_least) = (candidate, below);
        } else {
            below_next = below;
        }
    }
    // The only one that is left, or one of several that are equal.
    let median = keys.iter().map(|&key| if key < least { i32::MAX } else { key }).fold(i32::MAX, i32::min);
    f32::from_bits(in_order(median).cast_unsigned())
}

/// Maps the bits of a number to an integer, and back, such that integers compare as numbers do. It differs from the usual
/// order only between zeroes of either sign, which compare equal where it matters.
#[inline(always)]
fn in_order(bits: i32) -> i32 {
    bits ^ ((bits >> 31) & i32::MAX)
}

/// Whether none of the components up to the median can pass one above it, however far both are from what they are here: then
/// each stays on its side, and every bit stays. Which of the lower ones is the median does not matter.
#[inline(always)]
fn is_decided(components: &[f32; 256], median: f32, tolerance: f32) -> bool {
    let (mut highest_low, mut lowest_high) = (f32::MIN, f32::MAX);
    let mut low = 0;
    for (&component, spread) in components.iter().zip(SPREAD.as_flattened()) {
        let reach = tolerance * spread;
        let is_low = component <= median;
        low += i32::from(is_low);
        let (upwards, downwards) = (component + reach, component - reach);
        let of_low = if is_low { upwards } else { f32::MIN };
        let of_high = if is_low { f32::MAX } else { downwards };
        highest_low = if of_low > highest_low { of_low } else { highest_low };
        lowest_high = if of_high < lowest_high { of_high } else { lowest_high };
    }
    // With more than half of them low, several are equal to the median: any of those could be above it.
    low == 128 && highest_low < lowest_high
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
        for value in [0.0, -3.5, 1e30] {
            assert_eq!(median(&[value; 256]), value);
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

    /// The hash of the components with rows and columns exchanged.
    fn transposed(hash: &Pdq) -> Pdq {
        let mut bytes = [0; 32];
        for row in 0..KEPT {
            for column in 0..KEPT {
                let (from, to) = (KEPT * row + column, KEPT * column + row);
                bytes[31 - to / 8] |= (hash.as_bytes()[31 - from / 8] >> (from % 8) & 1) << (to % 8);
            }
        }
        Pdq::from_bytes(bytes)
    }

    #[test]
    fn exchanging_rows_and_columns_exchanges_bits() {
        let some: Components =
            core::array::from_fn(|row| core::array::from_fn(|column| ((row * 37 + column * 101) % 257) as f32));
        let turned: Components = core::array::from_fn(|row| core::array::from_fn(|column| some[column][row]));
        let hash = above_median(&some, 0.0).unwrap();
        assert_eq!(above_median(&turned, 0.0), Some(transposed(&hash)));
        assert_eq!(above_median_and_transposed(&some, 0.0), Some([hash, transposed(&hash)]));
        assert_ne!(transposed(&hash), hash);
        assert_eq!(transposed(&transposed(&hash)), hash);
    }

    #[test]
    fn bits_that_components_within_their_tolerance_could_change_are_not_decided() {
        // The median is 127, in the last column of row 7, and 128 is next, in the first of row 8: their spreads are 1/8 + 1/16
        // and 1/9 + 1, which add up to 1.3; 126 of a spread of 1/8 + 1/15 does not come into it.
        let rising: Components = core::array::from_fn(|row| core::array::from_fn(|column| (row * 16 + column) as f32));
        assert_eq!(above_median(&rising, 0.7), above_median(&rising, 0.0));
        assert_eq!(above_median(&rising, 0.8), None);
        // Below the median it may be as crowded as it likes.
        let mut close = rising;
        close[7][14] = 126.99;
        assert_eq!(above_median(&close, 0.7), above_median(&rising, 0.0));
        close[8][0] = 127.5;
        assert_eq!(above_median(&close, 0.3), above_median(&rising, 0.0));
        assert_eq!(above_median(&close, 0.4), None);
        // One that is far below, and as far off as it is.
        let mut wide = rising;
        (wide[0][0], wide[7][15]) = (126.5, 0.0);
        assert_eq!(above_median(&wide, 0.5), None);
        assert_eq!(above_median(&[[3.5; 16]; 16], 1e-9), None);
    }

    #[test]
    fn what_is_decided_stays_whatever_is_done_to_components_within_the_tolerance() {
        let mut state = 7_u64;
        let mut random = |bound: f32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32 * bound
        };
        let (mut decided, mut open) = (0, 0);
        for _ in 0..400 {
            let tolerance = 0.004;
            let components: Components = core::array::from_fn(|_| core::array::from_fn(|_| random(2.0) - 1.0));
            let Some(hash) = above_median(&components, tolerance) else {
                open += 1;
                continue;
            };
            decided += 1;
            for _ in 0..20 {
                let moved: Components = core::array::from_fn(|row| {
                    core::array::from_fn(|column| {
                        let reach = tolerance * SPREAD[row][column] * 0.999;
                        // Mostly as far as it goes.
                        components[row][column] + (random(4.0) - 2.0).clamp(-1.0, 1.0) * reach
                    })
                });
                assert_eq!(above_median(&moved, 0.0), Some(hash));
            }
        }
        assert!(decided > 100 && open > 20, "{decided} decided, {open} open");
    }
}
