//! What is wrong with the node, the worst first.

use exchange::{Scope, Time};

use super::overview::{Follower, Lag, Overview, Standing};
use crate::alerts;
use crate::follow::SourceView;

/// The index may be this much older than the bank before that is wrong.
const INDEX_LAG_SECONDS_MAX: u64 = 10;
/// A source that failed so often in a row is pointed out.
const SOURCE_FAILURES_MIN: u32 = 2;
/// Keys that end sooner are pointed out.
const ENDING_SECONDS: i64 = 14 * 86_400;

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// What people write on the portal is read by nobody.
    NoRecipient,
    /// The hotline's secret is on this machine alone.
    NoSheet,
    /// Mails wait too long; `code` is what the mail server last answered, 0 when it did not.
    MailsLate { mails: u64, code: u16 },
    /// Mails were given up; `code` as above.
    MailsGivenUp { mails: u64, code: u16 },
    /// Notices wait too long to be handed over.
    NoticesLate { notices: u64 },
    /// Notices could not be handed over.
    NoticesGivenUp { notices: u64 },
    /// The bank is being loaded; matching refuses until then.
    Loading { applied: u64, head: u64 },
    /// Attempts to follow the changes fail.
    IndexFails { times: u64 },
    /// The index is behind the bank.
    IndexLate(Lag),
    /// A partner acknowledged what was never written here.
    Ahead { partner: String, key: String, seq: u64 },
    /// A partner has never acknowledged anything.
    Silent { partner: String, key: String, lag: Lag },
    /// A partner is late.
    Late { partner: String, key: String, lag: Lag },
    /// The last key with which a partner followed has ended.
    Ended { partner: String, at: Time },
    /// A system that is followed is not heard.
    SourceSilent { source: String, failures: u32, why: String },
    /// Records of a system that is followed were left out.
    SourceSkipped { source: String, records: u64, last: String },
    /// Outcomes were refused by a system that is followed.
    SourceRefused { source: String, outcomes: u64, why: String },
    /// A key ends soon. No danger yet.
    Ending { partner: String, key: String, seconds: u64 },
}

impl Trouble {
    /// Whether something may go unprotected now.
    pub(super) const fn is_danger(&self) -> bool {
        !matches!(
            self,
            Self::Ending { .. } | Self::MailsGivenUp { .. } | Self::SourceSkipped { .. } | Self::SourceRefused { .. }
        )
    }
}

/// What is wrong, the worst first.
pub(super) fn troubles(overview: &Overview) -> Vec<Trouble> {
    let index = &overview.index;
    let mut troubles = Vec::new();
    if !overview.has_recipient {
        troubles.push(Trouble::NoRecipient);
    }
    if overview.lacks_sheet {
        troubles.push(Trouble::NoSheet);
    }
    if !index.is_ready {
        troubles.push(Trouble::Loading { applied: index.applied, head: overview.head });
    }
    if index.failures_in_a_row > 0 {
        troubles.push(Trouble::IndexFails { times: index.failures_in_a_row });
    }
    if index.is_ready && index.lag.seconds > INDEX_LAG_SECONDS_MAX {
        troubles.push(Trouble::IndexLate(index.lag));
    }
    // Followers come the worst first already.
    troubles.extend(overview.followers.iter().filter_map(|follower| of_follower(follower, overview)));
    let alerts::Standing { late, given_up, code, .. } = overview.mails;
    if late > 0 {
        troubles.push(Trouble::MailsLate { mails: late, code });
    }
    troubles.extend(overview.sources.iter().filter_map(silent));
    if given_up > 0 {
        troubles.push(Trouble::MailsGivenUp { mails: given_up, code });
    }
    if overview.notices.late > 0 {
        troubles.push(Trouble::NoticesLate { notices: overview.notices.late });
    }
    if overview.notices.given_up > 0 {
        troubles.push(Trouble::NoticesGivenUp { notices: overview.notices.given_up });
    }
    troubles.extend(overview.sources.iter().flat_map(left_behind));
    troubles.extend(overview.followers.iter().filter_map(|follower| ending(follower, overview.at)));
    troubles
}

/// What is wrong with another system that is followed.
pub(super) fn of_source(source: &SourceView) -> Vec<Trouble> {
    silent(source).into_iter().chain(left_behind(source)).collect()
}

/// A turn that failed once is tried again within seconds; that is no news yet.
fn silent(source: &SourceView) -> Option<Trouble> {
    let why = source.trouble.clone().filter(|_| source.failures >= SOURCE_FAILURES_MIN)?;
    Some(Trouble::SourceSilent { source: source.name.to_string(), failures: source.failures, why })
}

fn left_behind(source: &SourceView) -> Vec<Trouble> {
    let name = source.name.to_string();
    let skipped = (source.skipped > 0).then(|| {
        let last = source.last_skipped.clone().unwrap_or_default();
        Trouble::SourceSkipped { source: name.clone(), records: source.skipped, last }
    });
    let refused = (source.feedback_refused > 0).then(|| {
        let why = source.refused.clone().unwrap_or_default();
        Trouble::SourceRefused { source: name.clone(), outcomes: source.feedback_refused, why }
    });
    skipped.into_iter().chain(refused).collect()
}

fn of_follower(follower: &Follower, overview: &Overview) -> Option<Trouble> {
    let view = follower.key.as_ref()?;
    let (partner, key) = (follower.partner.clone(), view.id.to_string());
    match follower.standing {
        Standing::Ahead => Some(Trouble::Ahead { partner, key, seq: view.cursor?.0 }),
        Standing::Silent(lag) => Some(Trouble::Silent { partner, key, lag }),
        Standing::Late(lag) => Some(Trouble::Late { partner, key, lag }),
        Standing::Ended if view.scopes.has(Scope::Follow) && is_its_last(follower, overview) => {
            Some(Trouble::Ended { partner, at: view.expires_at? })
        }
        _ => None,
    }
}

/// No other key lets the partner follow, and of those that ended this one did last.
fn is_its_last(follower: &Follower, overview: &Overview) -> bool {
    let ended_at = |other: &Follower| other.key.as_ref().and_then(|key| key.expires_at);
    let same = |other: &&Follower| other.partner == follower.partner && !std::ptr::eq(*other, follower);
    overview.followers.iter().filter(same).all(|other| match other.standing {
        Standing::Ended => ended_at(other) < ended_at(follower),
        standing => standing.lag().is_none(),
    })
}

fn ending(follower: &Follower, at: Time) -> Option<Trouble> {
    let view = follower.key.as_ref()?;
    let end = view.expires_at?;
    let is_soon =
        view.is_current(at) && follower.standing != Standing::Revoked && end < at.plus_seconds(ENDING_SECONDS);
    is_soon.then(|| Trouble::Ending {
        partner: follower.partner.clone(),
        key: view.id.to_string(),
        seconds: end.micros_since(at) / 1_000_000,
    })
}
