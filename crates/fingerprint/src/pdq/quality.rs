//! How much contrast the reduced picture has.

use super::Reduced;

/// 0..=100: the steps in brightness between neighbours, each in whole percent so that small ones do not count, summed and
/// scaled.
pub(super) fn of(reduced: &Reduced) -> u8 {
    let down = reduced.iter().zip(&reduced[1..]).flat_map(|(upper, lower)| upper.iter().zip(lower));
    let across = reduced.iter().flat_map(|row| row.iter().zip(&row[1..]));
    let sum: u32 = down.chain(across).map(|(first, second)| percent(first - second)).sum();
    (sum / 90).min(100) as u8
}

/// A step of brightness as a share of 255, in percent, cut towards zero.
fn percent(step: f32) -> u32 {
    ((step * 100.0 / 255.0) as i32).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uniform_picture_has_quality_zero() {
        assert_eq!(of(&[[128.0; 64]; 64]), 0);
    }

    #[test]
    fn steps_below_one_percent_do_not_count() {
        let gentle: Reduced = core::array::from_fn(|row| core::array::from_fn(|column| (row + column) as f32 * 2.0));
        assert_eq!(of(&gentle), 0);
        let steeper: Reduced = core::array::from_fn(|row| core::array::from_fn(|column| (row + column) as f32 * 2.6));
        assert_eq!(of(&steeper), (2 * 63 * 64 / 90) as u8);
    }

    #[test]
    fn percent_multiplies_before_it_divides() {
        // Just below 13 and 33 percent: dividing first would round up to the whole percent.
        assert_eq!(percent(33.149998), 12);
        assert_eq!(percent(-84.149994), 32);
        assert_eq!(percent(-255.0), 100);
    }

    #[test]
    fn a_chequered_picture_has_quality_one_hundred() {
        let chequered: Reduced =
            core::array::from_fn(|row| core::array::from_fn(|column| ((row + column) % 2) as f32 * 255.0));
        assert_eq!(of(&chequered), 100);
    }
}
