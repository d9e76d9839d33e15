//! Notices: drafted by one, approved by another, handed over once, followed until they are settled. What is said of them in
//! clear and what is sealed: docs/design/0018-removal.md.

mod counting;
mod draft;
pub(crate) mod log;
mod model;
pub(crate) mod outbox;
pub(crate) mod queries;
mod taken_back;
mod turn;
mod view;

use exchange::{NoticeId, PartnerId};

use super::directory::SettingsError;
use super::regimes::Field;
use crate::storage::{StorageError, Transient};

pub use counting::{
    ACKNOWLEDGED, ESCALATED, GEO_BLOCKED, GIVEN_UP, HOURS_EXACT_MAX, HOURS_MAX, LATE, ON_TIME, REFUSED, REMOVED,
    REPOSTED, SENT, STATES, WITHDRAWN, class_code, month, month_start,
};
pub use draft::{Content, NewNotice, URLS_PER_NOTICE_MAX, VALUE_CHARACTERS_MAX};
pub use log::{FIRST, LogError, Walked, counts_anew, walk};
pub use model::{
    Answer, Authority, CHECK_DAYS, Channel, Due, ESCALATED_CHECK_DAYS, Event, Found, NotNow, Refusal, Standing, State,
    apply, to_the_hour,
};
pub use outbox::{DEAD_LISTED_MAX, Dead, OutboxStanding, Purpose, RETRY_SECONDS_MAX, Sent, TRIED_SECONDS_MAX};
pub use queries::{Count, Line, Of, Place};
pub use turn::Turned;
pub use view::{COUNTED_MAX, IDS_MAX, Moment, Summary, Whole};

/// Every whole text over notices, for the test that prepares them on both engines.
pub const SQL: &[&[&str]] = &[queries::SQL, outbox::SQL];

/// Why nothing was done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// No such notice, or not for whoever asks.
    #[error("no notice {0} here")]
    Unknown(NoticeId),
    /// See [`NotNow`].
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// The regime wants something that the draft does not say. Fill it in.
    #[error("this regime wants more: {}", .0.iter().map(|field| field.name()).collect::<Vec<_>>().join(", "))]
    Missing(Vec<Field>),
    /// Whoever drafted it cannot approve it. Ask somebody else.
    #[error("whoever drafted a notice cannot approve it")]
    SamePerson,
    /// No such platform. See the list of platforms.
    #[error("no platform {0}")]
    UnknownPlatform(String),
    /// No such regime, or it covers neither this class nor this platform. Choose another one.
    #[error("no regime {0} for this")]
    WrongRegime(String),
    /// None, too many, or one that is no public address.
    #[error("a notice names 1 to {URLS_PER_NOTICE_MAX} public addresses")]
    Urls,
    /// A field is too long. Say it shorter.
    #[error("{name} has at most {VALUE_CHARACTERS_MAX} characters", name = .0.name())]
    TooLong(Field),
    /// Its way goes nowhere: no address for mails, or no mail server. Choose another way for this platform.
    #[error("there is no way to hand this over: set an address for mails, or another way")]
    NoWay,
    /// What was sealed has been deleted, since the notice ended long ago.
    #[error("what this notice said has been deleted")]
    Forgotten,
    /// See [`SettingsError`].
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for NoticeError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// Who does something about a notice. Made from a handle of `access` alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// Somebody who works here.
    Staff([u8; 16]),
    /// A partner, by its key or its staff: it reaches its own notices alone.
    Partner(PartnerId),
    /// Whoever has database and node key in hand.
    Operator,
}

impl By {
    /// As it is sealed in a notice.
    pub(super) fn sealed(self) -> String {
        match self {
            Self::Staff(id) => exchange::hex::encode(&id),
            Self::Partner(id) => format!("partner {id}"),
            Self::Operator => "operator".to_owned(),
        }
    }

    /// Whether this notice is reached by whoever it is.
    fn reaches(self, notice: &Standing) -> bool {
        match self {
            Self::Staff(_) | Self::Operator => true,
            Self::Partner(partner) => notice.partner == Some(partner) && notice.sent_at.is_some(),
        }
    }
}

impl From<&crate::access::Operator> for By {
    fn from(_: &crate::access::Operator) -> Self {
        Self::Operator
    }
}

impl From<&crate::access::Teller> for By {
    fn from(who: &crate::access::Teller) -> Self {
        Self::Partner(who.partner())
    }
}

impl From<&crate::access::staff::Analyst> for By {
    fn from(who: &crate::access::staff::Analyst) -> Self {
        Self::Staff(*who.person().as_bytes())
    }
}

impl From<&crate::access::staff::Administrator> for By {
    fn from(who: &crate::access::staff::Administrator) -> Self {
        Self::Staff(*who.person().as_bytes())
    }
}

impl From<&crate::access::staff::PlatformStaff> for By {
    fn from(who: &crate::access::staff::PlatformStaff) -> Self {
        Self::Partner(who.partner())
    }
}
