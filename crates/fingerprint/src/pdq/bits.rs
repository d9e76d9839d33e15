//! From components to bits.

use super::Components;
use crate::Pdq;

/// One bit per component: whether it is above the median of all.
///
/// The median of 256 numbers is here the 128th smallest, never a mean of two, and a component equal to it is a 0. So at
/// most 128 bits are set, fewer where components are equal.
pub(super) fn above_median(components: &Components) -> Pdq {
    let components = components.as_flattened();
    let mut sorted = [0.0; 256];
    sorted.copy_from_slice(components);
    // The total order differs from the usual one only between zeroes of either sign, which compare equal below.
    let (_, &mut median, _) = sorted.select_nth_unstable_by(127, f32::total_cmp);
    let mut bytes = [0; 32];
    for (bit, &component) in components.iter().enumerate() {
        if component > median {
            bytes[31 - bit / 8] |= 1 << (bit % 8);
        }
    }
    Pdq::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_bits_are_set_when_all_components_differ() {
        let rising: Components = core::array::from_fn(|row| core::array::from_fn(|column| (row * 16 + column) as f32));
        let bytes = above_median(&rising);
        assert_eq!(bytes.as_bytes()[..16], [0xff; 16]);
        assert_eq!(bytes.as_bytes()[16..], [0; 16]);
    }

    #[test]
    fn a_component_equal_to_the_median_is_a_zero() {
        assert_eq!(above_median(&[[3.5; 16]; 16]).as_bytes(), &[0; 32]);
        let mut components = [[0.0; 16]; 16];
        components[0][0] = 1.0;
        components[15][15] = -1.0;
        components[1][2] = -0.0;
        let mut expected = [0; 32];
        expected[31] = 1;
        assert_eq!(above_median(&components).as_bytes(), &expected);
    }
}
