//! A notice as values: how it stands, what can happen to it, and what it is then. Pure: [`apply`] is the one place that
//! says so, and everything else (rows, counts, timelines) follows from the events.

use exchange::{Class, NoticeId, PartnerId, Time};
use serde::{Deserialize, Serialize};

use crate::removal::regimes::{Clock, regime};

/// Days after its removal on which somebody looks again: what is gone comes back.
pub const CHECK_DAYS: [i64; 4] = [1, 7, 30, 90];
/// Days after an escalation on which somebody looks again.
pub const ESCALATED_CHECK_DAYS: i64 = 7;
const DAY_SECONDS: i64 = 86_400;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As stored.
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }

            /// As it is written in JSON, forms and metrics.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// From what is stored.
            pub fn from_code(code: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }

            /// From what a form sends.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }
    };
}

codes! {
    /// How a notice stands.
    State {
        /// Written; nobody else has looked.
        Draft = 0, "draft";
        /// A second person approved it; it is on its way, or waits for a person to send it.
        Approved = 1, "approved";
        /// Handed over.
        Sent = 2, "sent";
        /// The platform said that it has it.
        Acknowledged = 3, "acknowledged";
        /// It is gone.
        Removed = 4, "removed";
        /// It is hidden in some countries.
        GeoBlocked = 5, "geo_blocked";
        /// The platform leaves it.
        Refused = 6, "refused";
        /// It was gone and is back, there or next to it.
        Reposted = 7, "reposted";
        /// It could not be handed over.
        Undeliverable = 8, "undeliverable";
        /// We took it back.
        Withdrawn = 9, "withdrawn";
    }
}

codes! {
    /// Why a platform leaves something.
    Refusal {
        /// It breaks neither law nor rule there.
        NotAViolation = 0, "not_a_violation";
        /// It is news, evidence, education or art.
        PublicInterest = 1, "public_interest";
        /// The person in it published it and stands by it.
        Consent = 2, "consent";
        /// The law forbids taking it down.
        Legal = 3, "legal";
        /// The address leads to nothing there.
        NotFound = 4, "not_found";
        /// Some addresses were done and some were not.
        Partly = 5, "partly";
        /// They gave no reason that is one of these.
        Other = 6, "other";
    }
}

codes! {
    /// What somebody found who looked again.
    Found {
        /// Nothing any more.
        Gone = 0, "gone";
        /// It is there.
        Still = 1, "still";
        /// It is hidden here and shown elsewhere.
        GeoBlocked = 2, "geo_blocked";
        /// It is there under another address.
        Moved = 3, "moved";
    }
}

codes! {
    /// By which way a notice goes out.
    Channel {
        /// Our API, and a webhook.
        Api = 0, "api";
        /// A mail.
        Mail = 1, "mail";
        /// A person copies it into the platform's form.
        Form = 2, "form";
    }
}

codes! {
    /// What is to be done next.
    Due {
        /// Nothing.
        Nothing = 0, "nothing";
        /// The first reminder.
        RemindHalf = 1, "remind_half";
        /// The second.
        RemindOver = 2, "remind_over";
        /// A person decides whether to go further.
        Escalate = 3, "escalate";
        /// Somebody looks again.
        Check = 4, "check";
    }
}

codes! {
    /// To whom a matter is taken further.
    Authority {
        /// The Digital Services Coordinator of the platform's country (DSA, article 53).
        Coordinator = 0, "coordinator";
        /// The police.
        Police = 1, "police";
    }
}

/// What a platform answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It took it down.
    Removed,
    /// It hides it in some countries.
    GeoBlocked,
    /// It leaves it.
    Kept(Refusal),
}

/// What happens to a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// A second person approved it.
    Approved,
    /// It was handed over.
    HandedOver,
    /// The platform said that it has it.
    Acknowledged,
    /// Half of its time has passed; the platform is told where that can be done from here.
    HalfPassed,
    /// Its time is over; the platform is told likewise.
    TimePassed,
    /// It was taken further.
    Escalated(Authority),
    /// The platform answered.
    Answered(Answer),
    /// Somebody looked.
    Checked(Found),
    /// It could not be handed over.
    GivenUp,
    /// It is to be tried again.
    Retried,
    /// We took it back.
    Withdrawn,
}

impl Event {
    /// As stored: what, and which.
    pub const fn codes(self) -> (i64, i64) {
        match self {
            Self::Approved => (1, 0),
            Self::HandedOver => (2, 0),
            Self::Acknowledged => (3, 0),
            Self::HalfPassed => (4, 0),
            Self::TimePassed => (5, 0),
            Self::Escalated(authority) => (6, authority.code()),
            Self::Answered(Answer::Removed) => (7, 0),
            Self::Answered(Answer::GeoBlocked) => (7, 1),
            Self::Answered(Answer::Kept(reason)) => (7, 100 + reason.code()),
            Self::Checked(found) => (8, found.code()),
            Self::GivenUp => (9, 0),
            Self::Retried => (10, 0),
            Self::Withdrawn => (11, 0),
        }
    }

    /// From what is stored.
    pub fn from_codes(kind: i64, detail: i64) -> Option<Self> {
        Some(match (kind, detail) {
            (1, 0) => Self::Approved,
            (2, 0) => Self::HandedOver,
            (3, 0) => Self::Acknowledged,
            (4, 0) => Self::HalfPassed,
            (5, 0) => Self::TimePassed,
            (6, which) => Self::Escalated(Authority::from_code(which)?),
            (7, 0) => Self::Answered(Answer::Removed),
            (7, 1) => Self::Answered(Answer::GeoBlocked),
            (7, which) => Self::Answered(Answer::Kept(Refusal::from_code(which - 100)?)),
            (8, which) => Self::Checked(Found::from_code(which)?),
            (9, 0) => Self::GivenUp,
            (10, 0) => Self::Retried,
            (11, 0) => Self::Withdrawn,
            _ => return None,
        })
    }
}

/// A notice as its row has it in clear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Which.
    pub id: NoticeId,
    /// Key of the platform.
    pub platform: String,
    /// Key of the regime.
    pub regime: String,
    /// The legal class.
    pub class: Class,
    /// How it stands.
    pub state: State,
    /// By which way it goes.
    pub channel: Channel,
    /// How many addresses it names.
    pub urls: u32,
    /// To whom by API.
    pub partner: Option<PartnerId>,
    /// Whether it is of a crisis.
    pub crisis: Option<[u8; 16]>,
    /// To the hour.
    pub drafted_at: Time,
    /// To the hour.
    pub approved_at: Option<Time>,
    /// When it was handed over.
    pub sent_at: Option<Time>,
    /// When its time is over.
    pub deadline_at: Option<Time>,
    /// When the platform said that it has it.
    pub acknowledged_at: Option<Time>,
    /// When it was last settled, one way or the other.
    pub closed_at: Option<Time>,
    /// Why it was kept.
    pub reason: Option<Refusal>,
    /// How many of its halves have passed without an answer.
    pub reminders: u8,
    /// How often somebody looked since it was gone.
    pub checks: u8,
    /// How often it came back.
    pub reposts: u32,
    /// To whom it was taken further, a bit each.
    pub escalations: u8,
    /// What is to be done next.
    pub due: Due,
    /// And when.
    pub due_at: Option<Time>,
}

/// It does not happen to a notice that stands like this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("this does not happen to a notice that is {}", .0.name())]
pub struct NotNow(pub State);

impl Standing {
    /// A draft.
    #[expect(clippy::too_many_arguments, reason = "a row has this many columns that a draft chooses")]
    pub const fn draft(
        id: NoticeId,
        platform: String,
        regime: String,
        class: Class,
        channel: Channel,
        urls: u32,
        partner: Option<PartnerId>,
        crisis: Option<[u8; 16]>,
        hour: Time,
    ) -> Self {
        Self {
            id,
            platform,
            regime,
            class,
            state: State::Draft,
            channel,
            urls,
            partner,
            crisis,
            drafted_at: hour,
            approved_at: None,
            sent_at: None,
            deadline_at: None,
            acknowledged_at: None,
            closed_at: None,
            reason: None,
            reminders: 0,
            checks: 0,
            reposts: 0,
            escalations: 0,
            due: Due::Nothing,
            due_at: None,
        }
    }

    /// Its clock, once it was handed over.
    pub fn clock(&self) -> Option<Clock> {
        Some(regime(&self.regime)?.clock_from(self.sent_at?))
    }

    /// Whether the platform still owes an answer.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Sent | State::Acknowledged)
    }

    /// Since when the platform is late, if it is.
    pub fn late_since(&self, now: Time) -> Option<Time> {
        self.deadline_at.filter(|deadline| self.is_waiting() && *deadline <= now)
    }

    /// Whole hours from handing over.
    pub fn hours_since_sent(&self, at: Time) -> u64 {
        self.sent_at.map_or(0, |sent| at.micros_since(sent) / 3_600_000_000)
    }

    fn next(&mut self, due: Due, at: Option<Time>) {
        (self.due, self.due_at) = (due, at);
    }
}

/// What a notice is after an event. An event that changes nothing (the same answer again) gives the same.
pub fn apply(before: &Standing, event: Event, at: Time) -> Result<Standing, NotNow> {
    let mut now = before.clone();
    let wrong = Err(NotNow(before.state));
    match event {
        Event::Approved => match before.state {
            State::Draft => {
                now.state = State::Approved;
                now.approved_at = Some(to_the_hour(at));
            }
            _ => return wrong,
        },
        Event::HandedOver => match before.state {
            State::Approved => {
                (now.state, now.sent_at) = (State::Sent, Some(at));
                if let Some(clock) = now.clock() {
                    now.deadline_at = Some(clock.deadline());
                    now.next(Due::RemindHalf, Some(clock.half_at()));
                }
            }
            _ => return wrong,
        },
        Event::Acknowledged => match before.state {
            State::Sent => (now.state, now.acknowledged_at) = (State::Acknowledged, Some(at)),
            State::Acknowledged => {}
            _ => return wrong,
        },
        Event::HalfPassed if before.is_waiting() && before.reminders == 0 => {
            now.reminders = 1;
            now.next(Due::RemindOver, before.deadline_at);
        }
        Event::TimePassed if before.is_waiting() && before.reminders < 2 => {
            now.reminders = 2;
            now.next(Due::Escalate, Some(at));
        }
        Event::Escalated(authority) => match before.state {
            State::Sent | State::Acknowledged | State::Refused | State::GeoBlocked | State::Reposted => {
                now.escalations |= 1 << authority.code();
                now.next(Due::Check, Some(at.plus_seconds(ESCALATED_CHECK_DAYS * DAY_SECONDS)));
            }
            _ => return wrong,
        },
        Event::Answered(answer) => answered(before, &mut now, answer, at)?,
        Event::Checked(found) => checked(before, &mut now, found, at)?,
        Event::GivenUp => match before.state {
            State::Approved => now.state = State::Undeliverable,
            _ => return wrong,
        },
        Event::Retried => match before.state {
            State::Undeliverable => now.state = State::Approved,
            _ => return wrong,
        },
        Event::Withdrawn => match before.state {
            State::Draft | State::Approved | State::Sent | State::Acknowledged | State::Undeliverable => {
                (now.state, now.closed_at) = (State::Withdrawn, Some(at));
                now.next(Due::Nothing, None);
            }
            State::Withdrawn => {}
            _ => return wrong,
        },
        Event::HalfPassed | Event::TimePassed => return wrong,
    }
    Ok(now)
}

fn answered(before: &Standing, now: &mut Standing, answer: Answer, at: Time) -> Result<(), NotNow> {
    match before.state {
        State::Sent | State::Acknowledged | State::Removed | State::GeoBlocked | State::Refused | State::Reposted => {}
        state => return Err(NotNow(state)),
    }
    let (state, reason) = match answer {
        Answer::Removed => (State::Removed, None),
        Answer::GeoBlocked => (State::GeoBlocked, None),
        Answer::Kept(reason) => (State::Refused, Some(reason)),
    };
    if (before.state, before.reason) == (state, reason) {
        return Ok(());
    }
    (now.state, now.reason, now.closed_at, now.checks) = (state, reason, Some(at), 0);
    // Who answers has it, though they never said so.
    now.acknowledged_at = before.acknowledged_at.or(Some(at));
    match answer {
        Answer::Removed | Answer::GeoBlocked => now.next(Due::Check, check_at(at, 0)),
        Answer::Kept(_) => now.next(Due::Escalate, Some(at)),
    }
    Ok(())
}

fn checked(before: &Standing, now: &mut Standing, found: Found, at: Time) -> Result<(), NotNow> {
    use State::{Acknowledged, GeoBlocked, Refused, Removed, Reposted, Sent};
    match (before.state, found) {
        // Whoever removed it did not say so: it is gone, and that counts.
        (Sent | Acknowledged | Refused | Reposted | GeoBlocked, Found::Gone) => {
            (now.state, now.reason, now.closed_at, now.checks) = (Removed, None, Some(at), 0);
            now.next(Due::Check, check_at(at, 0));
        }
        (Removed, Found::Gone) | (GeoBlocked, Found::GeoBlocked) => {
            now.checks = before.checks.saturating_add(1);
            let next = before.closed_at.and_then(|closed| check_at(closed, now.checks));
            now.next(if next.is_some() { Due::Check } else { Due::Nothing }, next);
        }
        (Removed, Found::Still | Found::Moved) | (GeoBlocked, Found::Moved) => {
            (now.state, now.reposts) = (Reposted, before.reposts + 1);
            now.next(Due::Escalate, Some(at));
        }
        (Sent | Acknowledged | Refused | Reposted | Removed, Found::GeoBlocked) => {
            (now.state, now.reason, now.closed_at, now.checks) = (GeoBlocked, None, Some(at), 0);
            now.next(Due::Check, check_at(at, 0));
        }
        (GeoBlocked, Found::Still) => now.next(Due::Escalate, Some(at)),
        // After an escalation somebody looks every week.
        (Sent | Acknowledged, Found::Still | Found::Moved) if before.due == Due::Check => {
            now.next(Due::Check, Some(at.plus_seconds(ESCALATED_CHECK_DAYS * DAY_SECONDS)));
        }
        (Sent | Acknowledged, Found::Still | Found::Moved) => {}
        (Refused | Reposted, Found::Still | Found::Moved) => now.next(Due::Escalate, Some(at)),
        (state, _) => return Err(NotNow(state)),
    }
    Ok(())
}

fn check_at(closed_at: Time, checks: u8) -> Option<Time> {
    CHECK_DAYS.get(usize::from(checks)).map(|days| closed_at.plus_seconds(days * DAY_SECONDS))
}

/// The hour that a moment is in: what is not the law's tells no two things together.
pub fn to_the_hour(time: Time) -> Time {
    const HOUR_MICROS: i64 = 3_600_000_000;
    Time::from_micros(time.as_micros() / HOUR_MICROS * HOUR_MICROS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: i64 = 1_795_000_000_000_000;

    fn draft() -> Standing {
        let hour = to_the_hour(Time::from_micros(START));
        let id = NoticeId::from_bytes([1; 16]);
        let (platform, regime) = ("tiktok".to_owned(), "take_it_down".to_owned());
        Standing::draft(id, platform, regime, Class::Minor, Channel::Api, 1, None, None, hour)
    }

    fn at(hours: i64) -> Time {
        Time::from_micros(START).plus_seconds(hours * 3_600)
    }

    fn after(events: &[(Event, i64)]) -> Standing {
        events.iter().fold(draft(), |standing, (event, hours)| apply(&standing, *event, at(*hours)).unwrap())
    }

    const SENT: [(Event, i64); 2] = [(Event::Approved, 0), (Event::HandedOver, 1)];

    #[test]
    fn a_notice_that_is_answered_in_time_is_looked_at_after_1_7_30_and_90_days() {
        let mut standing = after(&SENT);
        assert_eq!(standing.deadline_at, Some(at(49)));
        assert_eq!((standing.due, standing.due_at), (Due::RemindHalf, Some(at(25))));
        standing = apply(&standing, Event::Answered(Answer::Removed), at(10)).unwrap();
        assert_eq!(standing.acknowledged_at, Some(at(10)), "who answers has it");
        for days in CHECK_DAYS {
            assert_eq!((standing.due, standing.due_at), (Due::Check, Some(at(10).plus_seconds(days * DAY_SECONDS))));
            standing = apply(&standing, Event::Checked(Found::Gone), standing.due_at.unwrap()).unwrap();
        }
        assert_eq!((standing.state, standing.due, standing.due_at), (State::Removed, Due::Nothing, None));
    }

    #[test]
    fn silence_is_reminded_twice_and_then_put_before_a_person() {
        let mut standing = after(&SENT);
        standing = apply(&standing, Event::HalfPassed, at(25)).unwrap();
        assert_eq!((standing.due, standing.due_at), (Due::RemindOver, Some(at(49))));
        assert_eq!(apply(&standing, Event::HalfPassed, at(26)), Err(NotNow(State::Sent)), "once");
        assert_eq!(standing.late_since(at(48)), None);
        assert_eq!(standing.late_since(at(49)), Some(at(49)));
        standing = apply(&standing, Event::TimePassed, at(49)).unwrap();
        assert_eq!(standing.due, Due::Escalate);
        assert_eq!(apply(&standing, Event::TimePassed, at(50)), Err(NotNow(State::Sent)), "once");
        standing = apply(&standing, Event::Escalated(Authority::Police), at(51)).unwrap();
        assert_eq!((standing.escalations, standing.due), (2, Due::Check));
    }

    #[test]
    fn what_is_back_after_it_was_gone_is_a_repost_and_what_never_left_is_not() {
        let gone = after(&[SENT[0], SENT[1], (Event::Answered(Answer::Removed), 3)]);
        let back = apply(&gone, Event::Checked(Found::Still), at(30)).unwrap();
        assert_eq!((back.state, back.reposts), (State::Reposted, 1));
        let never = apply(&after(&SENT), Event::Checked(Found::Still), at(3)).unwrap();
        assert_eq!((never.state, never.reposts), (State::Sent, 0));
    }

    #[test]
    fn the_same_answer_again_changes_nothing_and_another_one_does() {
        let kept = Event::Answered(Answer::Kept(Refusal::Consent));
        let refused = after(&[SENT[0], SENT[1], (kept, 3)]);
        assert_eq!(apply(&refused, kept, at(9)).unwrap(), refused);
        let removed = apply(&refused, Event::Answered(Answer::Removed), at(9)).unwrap();
        assert_eq!((removed.state, removed.reason, removed.closed_at), (State::Removed, None, Some(at(9))));
    }

    #[test]
    fn nothing_is_handed_over_that_was_not_approved_and_nothing_twice() {
        assert_eq!(apply(&draft(), Event::HandedOver, at(1)), Err(NotNow(State::Draft)));
        assert_eq!(apply(&after(&SENT), Event::HandedOver, at(1)), Err(NotNow(State::Sent)));
        assert_eq!(apply(&after(&SENT), Event::Approved, at(1)), Err(NotNow(State::Sent)));
        assert_eq!(apply(&draft(), Event::Answered(Answer::Removed), at(1)), Err(NotNow(State::Draft)));
    }

    #[test]
    fn what_is_not_the_laws_is_known_to_the_hour() {
        let approved = apply(&draft(), Event::Approved, Time::from_micros(START + 1_234_567_890)).unwrap();
        assert_eq!(approved.approved_at.unwrap().as_micros() % 3_600_000_000, 0);
    }

    fn every_event() -> Vec<Event> {
        let mut events = vec![
            Event::Approved,
            Event::HandedOver,
            Event::Acknowledged,
            Event::HalfPassed,
            Event::TimePassed,
            Event::Answered(Answer::Removed),
            Event::Answered(Answer::GeoBlocked),
            Event::GivenUp,
            Event::Retried,
            Event::Withdrawn,
        ];
        events.extend(Authority::ALL.iter().map(|to| Event::Escalated(*to)));
        events.extend(Refusal::ALL.iter().map(|why| Event::Answered(Answer::Kept(*why))));
        events.extend(Found::ALL.iter().map(|found| Event::Checked(*found)));
        events
    }

    #[test]
    fn events_read_back_as_they_were_stored_and_no_other_codes_do() {
        let mut codes = std::collections::HashSet::new();
        for event in every_event() {
            let (kind, detail) = event.codes();
            assert!(codes.insert((kind, detail)), "{event:?} shares its codes");
            assert_eq!(Event::from_codes(kind, detail), Some(event));
        }
        for (kind, detail) in (0..14).flat_map(|kind| (-2..120).map(move |detail| (kind, detail))) {
            assert_eq!(Event::from_codes(kind, detail).is_some(), codes.contains(&(kind, detail)), "{kind} {detail}");
        }
    }

    proptest! {
        /// Whatever happens in whatever order: moments do not go back before the sending, reminders and checks stay within
        /// their number, what is due has a moment, and what was taken back stays so.
        #[test]
        fn every_history_is_sound(steps in proptest::collection::vec((0_usize..24, 0_i64..100), 0..60)) {
            let events = every_event();
            let (mut standing, mut now) = (draft(), 0);
            for (which, hours) in steps {
                now += hours;
                let before = standing.clone();
                let Ok(after) = apply(&standing, events[which % events.len()], at(now)) else { continue };
                standing = after;
                prop_assert_eq!(standing.due == Due::Nothing, standing.due_at.is_none());
                prop_assert!(standing.reminders <= 2 && usize::from(standing.checks) <= CHECK_DAYS.len());
                prop_assert!(standing.reposts >= before.reposts);
                prop_assert_eq!(standing.state == State::Refused, standing.reason.is_some());
                if let (Some(sent), Some(deadline)) = (standing.sent_at, standing.deadline_at) {
                    prop_assert_eq!(deadline, sent.plus_seconds(48 * 3_600));
                    prop_assert!(standing.acknowledged_at.is_none_or(|at| at >= sent));
                }
                if before.state == State::Withdrawn {
                    prop_assert_eq!(&standing, &before);
                }
                if standing.is_waiting() {
                    prop_assert!(standing.sent_at.is_some());
                }
            }
        }
    }
}
