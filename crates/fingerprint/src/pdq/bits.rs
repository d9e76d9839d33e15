//! From components to bits.

use super::Components;
use crate::Pdq;

/// One bit per component: whether it is above the median of all. `None` if another component is within `tolerance` of
/// the median: then rounding decides.
///
/// The median of 256 numbers is here the 128th smallest, never a mean of two, and a component equal to it is a 0. So at
/// most 128 bits are set, fewer where components are equal.
///
/// If no component moves by more than half of `tolerance`, the median does not either, and a component further from it than
/// `tolerance` stays on its side. The median itself then keeps its rank.
pub(super) fn above_median(components: &Components, tolerance: f32) -> Option<Pdq> {
    let components = components.as_flattened();
    let mut sorted = [0.0; 256];
    sorted.copy_from_slice(components);
    // The total order differs from the usual one only between zeroes of either sign, which compare equal below.
    let (_, &mut median, _) = sorted.select_nth_unstable_by(127, f32::total_cmp);
    if tolerance > 0.0 {
        let near = components.iter().filter(|&&component| (component - median).abs() <= tolerance).count();
        if near > 1 {
            return None;
        }
    }
    let mut bytes = [0; 32];
    for (bit, &component) in components.iter().enumerate() {
        if component > median {
            bytes[31 - bit / 8] |= 1 << (bit % 8);
        }
    }
    Some(Pdq::from_bytes(bytes))
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
    fn what_is_nearer_to_the_median_than_the_tolerance_is_not_decided() {
        // The median is 127.
        let rising: Components = core::array::from_fn(|row| core::array::from_fn(|column| (row * 16 + column) as f32));
        assert_eq!(above_median(&rising, 0.99), above_median(&rising, 0.0));
        assert_eq!(above_median(&rising, 1.0), None);
        let mut close = rising;
        close[0][5] = 126.75;
        assert!(above_median(&close, 0.2).is_some());
        assert_eq!(above_median(&close, 0.25), None);
    }
}
