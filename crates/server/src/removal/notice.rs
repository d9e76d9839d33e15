//! How a notice stands, as a case's page tells it.

use exchange::{KeptReason, NoticeId, Time};

/// A request to a platform to take something down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoticeView {
    /// Which.
    pub id: NoticeId,
    /// To whom, by name.
    pub platform: String,
    /// When it went off; `None` while it waits to.
    pub sent_at: Option<Time>,
    /// By when an answer is due; `None` where there is no such promise, or it waits to be sent.
    pub deadline: Option<Time>,
    /// How it stands.
    pub state: NoticeState,
    /// Since when it stands so, as the node heard of it.
    pub since: Time,
}

/// How a notice stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeState {
    /// It waits to be sent.
    Waiting,
    /// It was sent; no word yet.
    Sent,
    /// The platform has it and is looking.
    Acknowledged,
    /// What it is about was taken down.
    Removed,
    /// It is hidden in some countries and shown in others.
    GeoBlocked,
    /// It was taken down and is back.
    Back,
    /// The platform leaves it where it is.
    Refused {
        /// Why, where it said so.
        because: Option<KeptReason>,
    },
    /// It could not be delivered, and was given up.
    Undeliverable,
    /// It was taken back before it was answered.
    Withdrawn,
}

impl NoticeState {
    /// Whether an answer is still to come.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Sent | Self::Acknowledged)
    }
}

impl NoticeView {
    /// Since when an answer is late.
    pub fn late_since(&self, now: Time) -> Option<Time> {
        self.deadline.filter(|deadline| self.state.is_open() && *deadline <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_late_from_its_deadline_on_until_it_comes() {
        let at = Time::from_micros;
        let sent = NoticeView {
            id: NoticeId::from_bytes([1; 16]),
            platform: "platform".to_owned(),
            sent_at: Some(at(0)),
            deadline: Some(at(10)),
            state: NoticeState::Sent,
            since: at(0),
        };
        assert_eq!((sent.late_since(at(9)), sent.late_since(at(10))), (None, Some(at(10))));
        let refused = NoticeView { state: NoticeState::Refused { because: None }, ..sent.clone() };
        assert_eq!(refused.late_since(at(99)), None);
        assert_eq!(NoticeView { deadline: None, ..sent }.late_since(at(99)), None);
    }
}
