//! What an event adds to the counts: a fold over the log that is written in the transaction of each line. Pure.

use exchange::{Class, Time};

use super::model::{Answer, Event, Standing, State};
use super::queries::Count;

/// Handed over.
pub const SENT: i64 = 1;
/// Acknowledged; value: hours from handing over.
pub const ACKNOWLEDGED: i64 = 2;
/// Gone; value: hours.
pub const REMOVED: i64 = 3;
/// Hidden in some countries; value: hours.
pub const GEO_BLOCKED: i64 = 4;
/// Kept; value: the reason's code.
pub const REFUSED: i64 = 5;
/// First answered, or found gone, before its time was over.
pub const ON_TIME: i64 = 6;
/// Its time was over first.
pub const LATE: i64 = 7;
/// It came back.
pub const REPOSTED: i64 = 8;
/// Taken further; value: to whom.
pub const ESCALATED: i64 = 9;
/// Could not be handed over.
pub const GIVEN_UP: i64 = 10;
/// Taken back.
pub const WITHDRAWN: i64 = 11;
/// From here on: how many stand in the state of this code, in month 0.
pub const STATES: i64 = 100;

/// Hours up to here are counted one by one; longer ones by the day.
pub const HOURS_EXACT_MAX: u64 = 96;
/// The longest that is counted.
pub const HOURS_MAX: u64 = 24 * 90;

/// What an event changes in the counts. `after` is what [`apply`](super::model::apply) made of `before`.
pub(super) fn counted(before: &Standing, after: &Standing, event: Event, at: Time) -> Vec<Count> {
    let mut counts = Vec::new();
    let mut add = |measure: i64, value: i64| counts.push(count(after, month(at), measure, value, 1));
    let hours = hours(after.hours_since_sent(at));
    match event {
        Event::HandedOver => add(SENT, 0),
        Event::TimePassed => add(LATE, 0),
        Event::Escalated(to) => add(ESCALATED, to.code()),
        Event::GivenUp => add(GIVEN_UP, 0),
        Event::Withdrawn if before.state != State::Withdrawn => add(WITHDRAWN, 0),
        _ => {}
    }
    if before.acknowledged_at.is_none() && after.acknowledged_at.is_some() {
        add(ACKNOWLEDGED, hours);
    }
    if before.state != after.state {
        match after.state {
            State::Removed => add(REMOVED, hours),
            State::GeoBlocked => add(GEO_BLOCKED, hours),
            State::Reposted => add(REPOSTED, 0),
            _ => {}
        }
    }
    if let Event::Answered(Answer::Kept(reason)) = event
        && (before.state, before.reason) != (after.state, after.reason)
    {
        add(REFUSED, reason.code());
    }
    let is_first_end = before.is_waiting() && !after.is_waiting() && after.state != State::Withdrawn;
    if is_first_end && after.deadline_at.is_some_and(|deadline| at < deadline) {
        add(ON_TIME, 0);
    } else if is_first_end && before.reminders < 2 {
        // With the second reminder it was counted already.
        add(LATE, 0);
    }
    counts.extend(moved(before, after));
    counts
}

/// A draft that is new.
pub(super) fn drafted(draft: &Standing) -> Count {
    count(draft, 0, STATES + draft.state.code(), 0, 1)
}

fn moved(before: &Standing, after: &Standing) -> Vec<Count> {
    if before.state == after.state {
        return vec![];
    }
    vec![count(before, 0, STATES + before.state.code(), 0, -1), count(after, 0, STATES + after.state.code(), 0, 1)]
}

fn count(of: &Standing, month: i64, measure: i64, value: i64, amount: i64) -> Count {
    Count {
        platform: of.platform.clone(),
        regime: of.regime.clone(),
        class: class_code(of.class),
        month,
        measure,
        value,
        amount,
    }
}

/// As counts have a class.
pub fn class_code(class: Class) -> i64 {
    i64::from(class.code())
}

/// Months since January 1970, UTC.
pub fn month(at: Time) -> i64 {
    let day = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    i64::from(day.year() - 1970) * 12 + i64::from(day.month()) - 1
}

/// The first moment of a month.
pub fn month_start(month: i64) -> Time {
    let year = i16::try_from(1970 + month.div_euclid(12)).unwrap_or(1970);
    let of_year = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    let day = jiff::civil::date(year, of_year, 1).to_zoned(jiff::tz::TimeZone::UTC);
    Time::from_micros(day.map(|day| day.timestamp().as_microsecond()).unwrap_or_default())
}

/// Whole hours, in the steps in which they are counted.
fn hours(hours: u64) -> i64 {
    let hours = hours.min(HOURS_MAX);
    let counted = if hours <= HOURS_EXACT_MAX { hours } else { hours / 24 * 24 };
    counted.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_they_begin() {
        for (text, number) in [
            ("1970-01-31T23:59:59Z", 0),
            ("1970-02-01T00:00:00Z", 1),
            ("2026-11-21T00:00:00Z", 682),
            ("2026-12-01T00:00:00Z", 683),
        ] {
            assert_eq!(month(text.parse().unwrap()), number, "{text}");
        }
        assert_eq!(month_start(682).to_string(), "2026-11-01T00:00:00.000000Z");
        for number in 0..2_000 {
            assert_eq!(month(month_start(number)), number);
        }
    }

    #[test]
    fn hours_are_exact_for_four_days_then_by_the_day_and_end() {
        for (given, counted) in [(0, 0), (96, 96), (97, 96), (119, 96), (120, 120), (2_160, 2_160), (9_999, 2_160)] {
            assert_eq!(hours(given), counted, "{given}");
        }
    }
}
