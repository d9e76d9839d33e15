//! In which order things are decided, and why.

use exchange::{Class, Time};

use super::model::{Category, Kind};

const HOUR_MICROS: i64 = 3_600_000_000;
/// The hour takes 24 bits, spread two.
const HOUR_BITS: u32 = 24;
const SPREAD_BITS: u32 = 2;
/// Above them: danger, class, and whether it is online.
const GROUP_SHIFT: u32 = HOUR_BITS + SPREAD_BITS;
const GROUPS: i64 = 16;

/// How dangerous a case is that tells of a threat.
pub const THREAT: u8 = 3;
/// Any other.
pub(super) const CALM: u8 = 1;
/// Nobody is in danger while it waits.
pub(super) const NONE: u8 = 0;

/// Hours until somebody is to have looked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Targets {
    /// Where there is a threat.
    pub threat_hours: u32,
    /// Where a minor is in it.
    pub minor_hours: u32,
    /// Where adults are.
    pub adult_hours: u32,
    /// A platform's dispute or an appeal.
    pub dispute_hours: u32,
}

impl Default for Targets {
    fn default() -> Self {
        Self { threat_hours: 1, minor_hours: 24, adult_hours: 48, dispute_hours: 72 }
    }
}

/// By what things are ordered: all that is known without opening anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// 0..=3.
    pub danger: u8,
    /// Minors first.
    pub class: Class,
    /// Whether it is said to be online now.
    pub online: bool,
    /// When somebody is to have looked, to the hour.
    pub due_at: Time,
    /// How many platforms met it, as a step: see [`spread_step`].
    pub spread: u8,
}

impl Order {
    /// Of a case whose urgency is in clear (0..=3: 3 a threat, 2 online), and of what else there is.
    pub fn new(kind: Kind, class: Class, urgency: u8, since: Time, targets: Targets) -> Self {
        let danger = match (kind, urgency) {
            (Kind::Appeal, _) => NONE,
            (Kind::Case, 3..) => THREAT,
            (Kind::Case | Kind::Dispute, _) => CALM,
        };
        let hours = match (kind, danger, class) {
            (Kind::Dispute | Kind::Appeal, ..) => targets.dispute_hours,
            (_, THREAT, _) => targets.threat_hours,
            (_, _, Class::Minor) => targets.minor_hours,
            (_, _, Class::Adult) => targets.adult_hours,
        };
        let due_at = since.plus_seconds(i64::from(hours) * 3_600);
        Self { danger, class, online: kind == Kind::Case && urgency == 2, due_at, spread: 0 }
    }

    /// One number: what comes first has the least.
    pub fn place(&self) -> i64 {
        let hours = (self.due_at.as_micros() / HOUR_MICROS).clamp(0, (1 << HOUR_BITS) - 1);
        let danger = 3 - i64::from(self.danger.min(3));
        let class = i64::from(self.class.code());
        let group = (danger * 2 + class) * 2 + i64::from(!self.online);
        group << GROUP_SHIFT | hours << SPREAD_BITS | (3 - i64::from(self.spread.min(3)))
    }
}

/// Where in the order lies what somebody is to be shown who wants none of these: from a place to before another, in order.
/// A danger, a class and whether it is online lie together, so what is left out is passed over without being read.
pub(super) fn ranges(not: &[Category]) -> Vec<(i64, i64)> {
    let is_wanted = |group: &i64| {
        let (danger, class) = (3 - group / 4, group / 2 % 2);
        let leaves_out = |category: &Category| match category {
            Category::Minors => class == i64::from(Class::Minor.code()),
            Category::Adults => class == i64::from(Class::Adult.code()),
            Category::Threats => danger == i64::from(THREAT),
            // Has a queue of its own.
            Category::Contested => false,
        };
        !not.iter().any(leaves_out)
    };
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for group in (0..GROUPS).filter(is_wanted) {
        let (first, end) = (group << GROUP_SHIFT, (group + 1) << GROUP_SHIFT);
        match ranges.last_mut() {
            Some((_, before)) if *before == first => *before = end,
            _ => ranges.push((first, end)),
        }
    }
    ranges
}

/// Steps of spread: none, one, 2 to 4, 5 and more platforms.
pub const fn spread_step(platforms: usize) -> u8 {
    match platforms {
        0 => 0,
        1 => 1,
        2..=4 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Time {
        Time::from_micros(hour * HOUR_MICROS)
    }

    fn order(danger: u8, class: Class, online: bool, hour: i64, spread: u8) -> i64 {
        Order { danger, class, online, due_at: at(hour), spread }.place()
    }

    #[test]
    fn danger_goes_before_minors_before_online_before_lateness_before_spread() {
        let far = 490_000;
        let in_order = [
            order(3, Class::Minor, true, far, 0),
            order(3, Class::Adult, true, 1, 3),
            order(1, Class::Minor, true, 400_000, 0),
            order(1, Class::Minor, true, far, 3),
            order(1, Class::Minor, true, far, 2),
            order(1, Class::Minor, true, far, 0),
            order(1, Class::Minor, false, 1, 3),
            order(1, Class::Adult, true, far, 0),
            order(1, Class::Adult, false, 1, 3),
            order(0, Class::Minor, true, 1, 3),
        ];
        assert!(in_order.is_sorted(), "{in_order:?}");
        assert!(in_order.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn a_target_beyond_the_last_hour_does_not_spill_into_what_weighs_more() {
        let last = order(1, Class::Minor, true, i64::MAX / HOUR_MICROS, 0);
        assert!(last < order(1, Class::Minor, false, 0, 3));
        assert!(order(9, Class::Minor, true, -5, 9) >= 0);
    }

    #[test]
    fn ranges_hold_what_somebody_is_shown_and_nothing_that_they_want_none_of() {
        use Category::{Adults, Contested, Minors, Threats};
        assert_eq!(ranges(&[]), [(0, GROUPS << GROUP_SHIFT)], "one reading where nothing is left out");
        assert_eq!(ranges(&[Contested]), ranges(&[]));
        assert_eq!(ranges(&[Minors, Adults]), []);
        for not in [&[Minors][..], &[Adults], &[Threats], &[Minors, Threats], &[Adults, Threats]] {
            let ranges = ranges(not);
            assert!(ranges.is_sorted() && ranges.windows(2).all(|two| two[0].1 < two[1].0), "{ranges:?}");
            for (danger, online) in (0..=3).flat_map(|danger| [(danger, false), (danger, true)]) {
                for (class, category) in [(Class::Minor, Minors), (Class::Adult, Adults)] {
                    let is_out = not.contains(&category) || danger == 3 && not.contains(&Threats);
                    for (hour, spread) in [(0, 3), (490_000, 0), (i64::MAX / HOUR_MICROS, 0)] {
                        let place = order(danger, class, online, hour, spread);
                        let is_in = ranges.iter().any(|(first, end)| (*first..*end).contains(&place));
                        assert_eq!(is_in, !is_out, "{not:?} {danger} {class:?} {online} {hour}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_case_is_ordered_by_what_it_says_in_clear() {
        let targets = Targets::default();
        let of = |kind, class, urgency| Order::new(kind, class, urgency, at(100), targets);
        assert_eq!(of(Kind::Case, Class::Adult, 3).due_at, at(101));
        assert_eq!((of(Kind::Case, Class::Minor, 2).online, of(Kind::Case, Class::Minor, 2).due_at), (true, at(124)));
        assert_eq!((of(Kind::Case, Class::Adult, 1).online, of(Kind::Case, Class::Adult, 1).due_at), (false, at(148)));
        assert_eq!((of(Kind::Dispute, Class::Minor, 0).danger, of(Kind::Appeal, Class::Minor, 3).danger), (CALM, NONE));
    }

    #[test]
    fn spread_has_four_steps() {
        assert_eq!([0, 1, 2, 4, 5, 1_000].map(spread_step), [0, 1, 2, 2, 3, 3]);
    }
}
