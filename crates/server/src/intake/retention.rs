//! How long what the portal holds is kept: every number of it, in one place. Pages, jobs and the page on privacy take them
//! from here; what an operator may set otherwise is in [`Retention`], and the constants are its defaults.
//!
//! | what | how long | then |
//! | --- | --- | --- |
//! | draft | [`DRAFT_SECONDS`] after the last answer | gone; nothing was sent |
//! | case that is open in a browser | [`OPEN_SECONDS`] after the last page | closed there; its words open it again |
//! | the way from a draft that was sent to its case, should the answer be lost | [`SENT_SECONDS`], or until it is taken | gone; the words open the case |
//! | what was wrong with an answer, without draft or case | [`SAID_SECONDS`], or until it is said | gone |
//! | case: messages, links, marks not shared | [`CASE_DAYS`] after somebody, of either side, last did something in it | keys and items deleted; warned [`WARNED_DAYS`] and, more strongly, [`WARNED_STRONGLY_DAYS`] days before |
//! | file that was sent sealed | until it was decided on, [`FILE_DAYS`] at most, half a day less at least | parts deleted; looked at or not |
//! | that a case was, and how it ended | [`ENDED_DAYS`] | forgotten |
//! | claim whose case was not written | [`PENDING_HOURS`](crate::bank::PENDING_HOURS), up to an hour more | let go |
//! | fingerprint in the bank | until its person takes it back, or the hotline | withdrawn for every partner |
//! | trace of an address, against floods | a day, in memory | its salt is thrown away |

use std::ops::RangeInclusive;

use exchange::Time;

use super::{DAY_SECONDS, HOUR_MICROS};

/// A draft is kept this long after the last answer, in seconds.
pub const DRAFT_SECONDS: i64 = 2 * 3_600;
/// An open case closes this long after the last page, in seconds: as long as anybody writes one message, and as we promise
/// to those who are slow.
pub const OPEN_SECONDS: i64 = DRAFT_SECONDS;
/// Whoever sent a draft and did not hear of it is led to the case for so long, in seconds.
pub const SENT_SECONDS: i64 = 600;
/// What is to be said to somebody who has neither draft nor case is kept this long, in seconds.
pub const SAID_SECONDS: i64 = 600;
/// Days that a case lives after somebody last did something in it: six months.
pub const CASE_DAYS: u32 = 183;
/// Days before its end from which on a case's page says so.
pub const WARNED_DAYS: u32 = 30;
/// Days before its end from which on it says so before anything else, to screen readers at once.
pub const WARNED_STRONGLY_DAYS: u32 = 7;
/// Days that a sealed file lies in a case at most, whether anybody looked at it or not.
pub const FILE_DAYS: u32 = 3;
/// Days that the owner of the words is told how a case ended.
pub const ENDED_DAYS: u32 = 365;

/// Days that a case may be set to live: no shorter than the month in which its end is announced, and no longer than three
/// years, whatever an operator would like to keep.
pub const CASE_DAYS_RANGE: RangeInclusive<u32> = 31..=1_096;
/// Days that a sealed file may be set to lie in a case: a weekend, or two weeks.
pub const FILE_DAYS_RANGE: RangeInclusive<u32> = 1..=14;
/// Days that it may be set to be told how a case ended.
pub const ENDED_DAYS_RANGE: RangeInclusive<u32> = 30..=1_096;
const HALF_DAY_MICROS: i64 = 12 * HOUR_MICROS;

/// What of it an operator may set, in days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// A case lives so long after somebody last did something in it: [`CASE_DAYS_RANGE`].
    pub case_days: u32,
    /// So long before its end its page says so: fewer than it lives.
    pub warned_days: u32,
    /// So long before its end the page says it first and aloud: fewer than the above.
    pub warned_strongly_days: u32,
    /// A sealed file lies in a case so long at most: [`FILE_DAYS_RANGE`].
    pub file_days: u32,
    /// The owner of the words is told so long how a case ended: [`ENDED_DAYS_RANGE`].
    pub ended_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            case_days: CASE_DAYS,
            warned_days: WARNED_DAYS,
            warned_strongly_days: WARNED_STRONGLY_DAYS,
            file_days: FILE_DAYS,
            ended_days: ENDED_DAYS,
        }
    }
}

/// A number that cannot be kept to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key} is {least} to {most}, not {given}")]
pub struct RetentionError {
    /// Which.
    pub key: &'static str,
    /// It is this at least.
    pub least: u32,
    /// And this at most.
    pub most: u32,
    /// What it was set to.
    pub given: u32,
}

impl Retention {
    /// Whether all of it can be kept to.
    pub fn check(&self) -> Result<(), RetentionError> {
        let warned = 2..=self.case_days.saturating_sub(1);
        let strongly = 1..=self.warned_days.saturating_sub(1);
        for (key, given, range) in [
            ("case_days", self.case_days, CASE_DAYS_RANGE),
            ("warned_days", self.warned_days, warned),
            ("warned_strongly_days", self.warned_strongly_days, strongly),
            ("file_days", self.file_days, FILE_DAYS_RANGE),
            ("ended_days", self.ended_days, ENDED_DAYS_RANGE),
        ] {
            if !range.contains(&given) {
                return Err(RetentionError { key, least: *range.start(), most: *range.end(), given });
            }
        }
        Ok(())
    }

    /// The hour that `now` is in, and the end of a case that was touched then.
    pub(super) fn hour_and_end(&self, now: Time) -> (Time, Time) {
        let hour = Time::from_micros(now.as_micros() / HOUR_MICROS * HOUR_MICROS);
        (hour, hour.plus_seconds(i64::from(self.case_days) * DAY_SECONDS))
    }

    /// Until when the owner of the words is told that a case ended `now`.
    pub(super) fn said_until(&self, now: Time) -> Time {
        now.plus_seconds(i64::from(self.ended_days) * DAY_SECONDS)
    }

    /// When a file that comes into a case now ends: at the last noon or midnight of its time, so that the moment tells nobody
    /// to the hour with which case it came.
    pub(super) fn file_end(&self, now: Time) -> Time {
        let latest = now.plus_seconds(i64::from(self.file_days) * DAY_SECONDS).as_micros();
        Time::from_micros(latest / HALF_DAY_MICROS * HALF_DAY_MICROS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_at_a_noon_or_midnight_within_the_last_half_day_of_its_time() {
        for (file_days, hours_max) in [(1, 24.0), (FILE_DAYS, 72.0), (14, 336.0)] {
            let retention = Retention { file_days, ..Retention::default() };
            for minutes in [0, 1, 59, 719, 720, 721, 1_439] {
                let sent = Time::from_micros(20_000 * 2 * HALF_DAY_MICROS + minutes * 60_000_000);
                let end = retention.file_end(sent).as_micros();
                let hours = (end - sent.as_micros()) as f64 / HOUR_MICROS as f64;
                assert!(
                    end % HALF_DAY_MICROS == 0 && hours <= hours_max && hours > hours_max - 12.0,
                    "{minutes}: {hours}"
                );
            }
        }
    }

    #[test]
    fn the_defaults_can_be_kept_to_and_so_can_the_ends_of_every_range() {
        assert_eq!(Retention::default().check(), Ok(()));
        let least = Retention { case_days: 31, warned_days: 2, warned_strongly_days: 1, file_days: 1, ended_days: 30 };
        assert_eq!(least.check(), Ok(()));
        let most = Retention {
            case_days: 1_096,
            warned_days: 1_095,
            warned_strongly_days: 1_094,
            file_days: 14,
            ended_days: 1_096,
        };
        assert_eq!(most.check(), Ok(()));
    }

    #[test]
    fn a_number_out_of_its_range_is_named_with_its_range() {
        let ours = Retention::default();
        for (retention, said) in [
            (Retention { case_days: 30, ..ours }, "case_days is 31 to 1096, not 30"),
            (Retention { case_days: 1_097, ..ours }, "case_days is 31 to 1096, not 1097"),
            (Retention { warned_days: 183, ..ours }, "warned_days is 2 to 182, not 183"),
            (Retention { warned_strongly_days: 30, ..ours }, "warned_strongly_days is 1 to 29, not 30"),
            (Retention { warned_strongly_days: 0, ..ours }, "warned_strongly_days is 1 to 29, not 0"),
            (Retention { file_days: 15, ..ours }, "file_days is 1 to 14, not 15"),
            (Retention { ended_days: 29, ..ours }, "ended_days is 30 to 1096, not 29"),
        ] {
            assert_eq!(retention.check().unwrap_err().to_string(), said);
        }
    }
}
