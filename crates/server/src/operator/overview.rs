//! How the node stands at one moment: one reading of the database and one look at the index.

use exchange::{Agreement, OutcomeKind, Scope, Time};

use crate::access::RESERVED;
use crate::bank::{Counts, LiveSize};
use crate::follow::{self, SourceView};
use crate::intake::KeyFile;
use crate::node::Node;
use crate::partners::{KeyView, PartnerView};
use crate::storage::StorageError;
use crate::{alerts, bank, partners, removal};

/// A change that waits longer for a partner's acknowledgement makes its key late.
pub(super) const LAG_SECONDS_MAX: u64 = 60;

/// How the node stands.
pub(super) struct Overview {
    pub(super) at: Time,
    pub(super) engine: &'static str,
    pub(super) head: u64,
    /// When the last change was written.
    pub(super) head_at: Option<Time>,
    pub(super) index: IndexFacts,
    /// Those that need somebody first, then by name.
    pub(super) followers: Vec<Follower>,
    pub(super) partners_current: u64,
    pub(super) partners_revoked: u64,
    pub(super) entries: Vec<Counts>,
    pub(super) outcomes: Vec<(OutcomeKind, u64)>,
    /// Whether new cases of the portal can be read by anybody.
    pub(super) has_recipient: bool,
    /// Whether the hotline's secret lies here and nobody has shown that they have its recovery sheet.
    pub(super) lacks_sheet: bool,
    /// Neutral mails that wait or were given up.
    pub(super) mails: alerts::Standing,
    /// Notices that wait to be handed over.
    pub(super) notices: removal::notices::OutboxStanding,
    /// Other systems that are followed.
    pub(super) sources: Vec<SourceView>,
}

/// The index in memory.
pub(super) struct IndexFacts {
    pub(super) is_ready: bool,
    pub(super) applied: u64,
    pub(super) size: LiveSize,
    /// When the newest change in it was written.
    pub(super) newest_at: Option<Time>,
    pub(super) lag: Lag,
    pub(super) failures_in_a_row: u64,
}

/// A partner with one of its keys, or with none.
pub(super) struct Follower {
    pub(super) partner: String,
    pub(super) agreement: Agreement,
    pub(super) key: Option<KeyView>,
    pub(super) standing: Standing,
}

/// How far behind: how many changes, and for how long the oldest of them has been waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Lag {
    pub(super) changes: u64,
    pub(super) seconds: u64,
}

/// Where a key stands; the worst first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It says it has applied what this node has never written.
    Ahead,
    /// It has never acknowledged anything, and a change has waited too long.
    Silent(Lag),
    /// A change has waited too long.
    Late(Lag),
    /// It ended by itself.
    Ended,
    /// It has changes to apply, and is within its time.
    Following(Lag),
    /// Everything is in force.
    UpToDate,
    /// It is good, for other things than following.
    Other,
    /// The partner has no key.
    NoKey,
    /// It was revoked.
    Revoked,
}

impl Standing {
    /// What is behind, where that is known and matters.
    pub(super) const fn lag(self) -> Option<Lag> {
        match self {
            Self::Silent(lag) | Self::Late(lag) | Self::Following(lag) => Some(lag),
            Self::UpToDate | Self::Ahead => Some(Lag { changes: 0, seconds: 0 }),
            Self::Ended | Self::Other | Self::NoKey | Self::Revoked => None,
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Ahead => 0,
            Self::Silent(_) => 1,
            Self::Late(_) => 2,
            Self::Ended => 3,
            Self::Following(_) => 4,
            Self::UpToDate => 5,
            Self::Other => 6,
            Self::NoKey => 7,
            Self::Revoked => 8,
        }
    }
}

impl Overview {
    /// Reads everything as of one moment.
    pub(super) async fn of(node: &Node) -> Result<Self, StorageError> {
        let live = node.bank.live();
        // The index first: it may only be behind what is read after it.
        let (is_ready, applied, failures_in_a_row) = (live.is_ready(), live.applied(), live.failures_in_a_row());
        let (size, newest_at) = (live.size(), live.newest_at_micros());
        let mut on = node.database().read().await?;
        let (head, entries) = bank::standing(&mut on).await?;
        let mut partners = partners::everyone(&mut on).await?;
        // What stands for the node itself in the tables is nobody who follows.
        partners.retain(|partner| !RESERVED.contains(&partner.name.as_str()));
        let outcomes = removal::reported(&mut on).await?;
        let sources = follow::standing(&mut on).await?;
        // A source has a page of its own kind, and no key.
        partners.retain(|partner| !sources.iter().any(|source| source.name.as_str() == partner.name));
        let mut waiting: Vec<u64> = partners.iter().flat_map(|partner| &partner.keys).map(next_of).collect();
        waiting.extend([head, applied + 1]);
        waiting.sort_unstable();
        waiting.dedup();
        let times = bank::times(&mut on, &waiting).await?;
        drop(on);
        let progress = node.intake.progress().await?;
        let mails = node.alerts.standing().await?;
        let notices = node.removal.outbox().await?;
        let at = node.clock.now();
        let lag = |applied: u64, since: Time| Lag {
            changes: head.saturating_sub(applied),
            seconds: times.get(&(applied + 1)).map_or(0, |written| at.micros_since((*written).max(since)) / 1_000_000),
        };
        let index = IndexFacts {
            is_ready,
            applied,
            size,
            newest_at: i64::try_from(newest_at).ok().filter(|micros| *micros > 0).map(Time::from_micros),
            lag: lag(applied, Time::from_micros(0)),
            failures_in_a_row,
        };
        let partners_revoked = partners.iter().filter(|partner| partner.revoked_at.is_some()).count() as u64;
        Ok(Self {
            at,
            engine: node.database().engine(),
            head,
            head_at: times.get(&head).copied(),
            index,
            partners_current: partners.len() as u64 - partners_revoked,
            partners_revoked,
            followers: followers(partners, |key| standing(key, head, at, lag)),
            entries,
            outcomes,
            has_recipient: progress.recipients > 0,
            lacks_sheet: progress.sheet_at.is_none() && node.hotline_key.as_ref().is_some_and(KeyFile::is_there),
            mails,
            notices,
            sources,
        })
    }
}

/// The number of the first change that a key has not acknowledged.
fn next_of(key: &KeyView) -> u64 {
    key.cursor.map_or(1, |(seq, _)| seq + 1)
}

fn standing(key: &KeyView, head: u64, at: Time, lag: impl Fn(u64, Time) -> Lag) -> Standing {
    let acknowledged = key.cursor.map(|(seq, _)| seq);
    if key.revoked_at.is_some() {
        return Standing::Revoked;
    }
    if !key.is_current(at) {
        return Standing::Ended;
    }
    if !key.scopes.has(Scope::Follow) {
        return Standing::Other;
    }
    // A key is not late with what was written before it was made until it has had its time.
    let lag = lag(acknowledged.unwrap_or(0), key.created_at);
    match acknowledged {
        Some(seq) if seq > head => Standing::Ahead,
        _ if lag.changes == 0 => Standing::UpToDate,
        None if lag.seconds > LAG_SECONDS_MAX => Standing::Silent(lag),
        Some(_) if lag.seconds > LAG_SECONDS_MAX => Standing::Late(lag),
        _ => Standing::Following(lag),
    }
}

fn followers(partners: Vec<PartnerView>, standing: impl Fn(&KeyView) -> Standing) -> Vec<Follower> {
    let mut followers = Vec::new();
    for PartnerView { name, agreement, revoked_at, keys, .. } in partners {
        let follower = |key, standing| Follower { partner: name.clone(), agreement, key, standing };
        if keys.is_empty() {
            let standing = if revoked_at.is_some() { Standing::Revoked } else { Standing::NoKey };
            followers.push(follower(None, standing));
        }
        for key in keys {
            let standing = if revoked_at.is_some() { Standing::Revoked } else { standing(&key) };
            followers.push(follower(Some(key), standing));
        }
    }
    // They come by name, and the sort keeps that among equals.
    followers.sort_by_key(|follower| follower.standing.rank());
    followers
}
