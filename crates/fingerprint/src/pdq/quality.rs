//! How much contrast the reduced picture has.

use super::arch::truncated;
use super::{Reduced, SIDE};

/// The sum of steps above which more of them change nothing.
const FULL: u32 = 100 * STEPS_PER_POINT;

/// What a sum of steps, in percent, is divided by.
const STEPS_PER_POINT: u32 = 90;

/// 0..=100: the steps in brightness between neighbours, each in whole percent so that small ones do not count, summed and
/// scaled. `None` if steps that are `tolerance` larger or smaller could give another quality.
#[inline(always)]
pub(super) fn of(reduced: &Reduced, tolerance: f32) -> Option<u8> {
    let mut least = 0;
    let mut most = 0;
    for (row, lower) in reduced.iter().zip(reduced[1..].iter().chain([&reduced[SIDE - 1]])) {
        // Below the last row is the last row: its steps are none, and stay none.
        let down = row.iter().zip(lower).map(|(first, second)| (first - second).abs());
        let across = row.iter().zip(&row[1..]).map(|(first, second)| (first - second).abs());
        let least_of = |step: f32| percent((step - tolerance).max(0.0));
        least += down.clone().map(least_of).sum::<u32>() + across.clone().map(least_of).sum::<u32>();
        // Steps only add up, so most pictures with much to see are done half way down.
        if least >= FULL {
            return Some(100);
        }
        if tolerance > 0.0 {
            let most_of = |step: f32| percent(step + tolerance);
            most += down.map(most_of).sum::<u32>() + across.map(most_of).sum::<u32>();
        }
    }
    (tolerance == 0.0 || scaled(least) == scaled(most)).then_some(scaled(least))
}

fn scaled(sum: u32) -> u8 {
    (sum / STEPS_PER_POINT).min(100) as u8
}

/// A step of brightness as a share of 255, in percent, cut towards zero.
#[inline(always)]
fn percent(step: f32) -> u32 {
    truncated(step * 100.0 / 255.0).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uniform_picture_has_quality_zero() {
        assert_eq!(of(&[[128.0; 64]; 64], 0.0), Some(0));
    }

    #[test]
    fn steps_below_one_percent_do_not_count() {
        let gentle: Reduced = core::array::from_fn(|row| core::array::from_fn(|column| (row + column) as f32 * 2.0));
        assert_eq!(of(&gentle, 0.0), Some(0));
        let steeper: Reduced = core::array::from_fn(|row| core::array::from_fn(|column| (row + column) as f32 * 2.6));
        assert_eq!(of(&steeper, 0.0), Some((2 * 63 * 64 / 90) as u8));
    }

    #[test]
    fn percent_multiplies_before_it_divides() {
        // Just below 13 and 33 percent: dividing first would round up to the whole percent.
        assert_eq!(percent(33.149998), 12);
        assert_eq!(percent(84.149994), 32);
        assert_eq!(percent(255.0), 100);
    }

    #[test]
    fn a_chequered_picture_has_quality_one_hundred() {
        let chequered: Reduced =
            core::array::from_fn(|row| core::array::from_fn(|column| ((row + column) % 2) as f32 * 255.0));
        assert_eq!(of(&chequered, 0.0), Some(100));
    }

    #[test]
    fn steps_within_the_tolerance_of_a_percent_leave_the_quality_open_only_where_it_would_change() {
        // 2.55 is a percent. All steps across are 2.5: 4032 of them count one percent each or none.
        let slope = |step: f32| -> Reduced { [core::array::from_fn(|column| column as f32 * step); SIDE] };
        assert_eq!(of(&slope(2.5), 0.04), Some(0));
        assert_eq!(of(&slope(2.5), 0.06), None);
        assert_eq!(of(&[[128.0; 64]; 64], 0.5), Some(0));
        // Far above 100 nothing changes any more.
        let chequered: Reduced =
            core::array::from_fn(|row| core::array::from_fn(|column| ((row + column) % 2) as f32 * 255.0));
        assert_eq!(of(&chequered, 1.0), Some(100));
    }
}
