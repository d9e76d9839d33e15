//! Within how long something is to be done for a case, and since when it is late. A promise is written nowhere: what was
//! done, and when, is (docs/design/0015).

use exchange::Time;

/// Hours within which a platform that follows takes up a fingerprint, or forgets one.
pub const FOLLOWED_WITHIN_HOURS: i64 = 24;
/// Hours within which the hotline answers, by urgency.
pub const ANSWERED_WITHIN_HOURS: [i64; 4] = [72, 72, 48, 24];

/// Something that is not done yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Due {
    /// By when it is to be done; where it is late, since when.
    pub by: Time,
    /// Whether that is over.
    pub is_late: bool,
}

impl Due {
    /// Asked for at `since`, to be done within so many hours.
    pub(super) fn within(hours: i64, since: Time, now: Time) -> Self {
        let by = since.plus_seconds(hours * 3_600);
        Self { by, is_late: by <= now }
    }

    /// The same for an answer to a person.
    pub(super) fn answer(urgency: u8, since: Time, now: Time) -> Self {
        let [.., most_urgent] = ANSWERED_WITHIN_HOURS;
        let hours = ANSWERED_WITHIN_HOURS.get(usize::from(urgency)).copied().unwrap_or(most_urgent);
        Self::within(hours, since, now)
    }

    /// Since when it is late.
    pub fn late_since(&self) -> Option<Time> {
        self.is_late.then_some(self.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_late_from_that_moment_on_and_the_most_urgent_first() {
        let asked = Time::from_micros(1_000_000);
        let by = asked.plus_seconds(FOLLOWED_WITHIN_HOURS * 3_600);
        let before = Time::from_micros(by.as_micros() - 1);
        assert_eq!(Due::within(FOLLOWED_WITHIN_HOURS, asked, before), Due { by, is_late: false });
        assert_eq!(Due::within(FOLLOWED_WITHIN_HOURS, asked, by).late_since(), Some(by));
        let answers: Vec<Time> = (0..=4).map(|urgency| Due::answer(urgency, asked, asked).by).collect();
        assert!(answers.is_sorted_by(|calm, urgent| calm >= urgent), "{answers:?}");
        assert_eq!(answers[4], answers[3], "an urgency of a later version counts as the highest");
    }
}
