//! How a matcher stands to each of the nodes that it follows: what its status, its metrics and its tests look at.

use std::time::Duration;

use exchange::follow::Skipped;
use exchange::{EntryId, Time};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How a matcher stands to one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Standing {
    /// The node's address.
    pub url: String,
    /// Its host and port.
    pub host: String,
    /// Whether a whole snapshot was ever received: then it is matched against.
    pub loaded: bool,
    /// Whether the node is being heard.
    pub connected: bool,
    /// The node says that the key opens nothing. What is held is used until it is too stale.
    pub revoked: bool,
    /// The event stream does not come through; the feed is asked for page by page.
    pub polling: bool,
    /// Every change up to here is in force here and in the file.
    pub cursor: Option<u64>,
    /// What the node was last told of that, and acknowledged.
    pub acknowledged: Option<u64>,
    /// The node's last number, when last heard.
    pub head: Option<u64>,
    /// When the node was last heard.
    pub heard_at: Option<Time>,
    /// When this process began to follow it.
    pub followed_at: Time,
    /// Entries held.
    pub entries: u64,
    /// Snapshots that this process asked for.
    pub snapshots: u64,
    /// Entries left out since the last snapshot began, because they could not be read.
    pub skipped: u64,
    /// The last of them: number, entry and reason, never content.
    pub last_skipped: Option<String>,
    /// Outcomes that still have to be sent.
    pub outcomes_waiting: u64,
    /// Outcomes that the node refused.
    pub outcomes_refused: u64,
    /// Why outcomes wait or were refused.
    pub outcomes_trouble: Option<String>,
    /// Why it is not being heard.
    pub trouble: Option<String>,
}

/// A [`Standing`] as of now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UpstreamStatus {
    /// How the matcher stands to the node.
    #[serde(flatten)]
    pub standing: Standing,
    /// Seconds since the node was last heard; null while it is being heard.
    pub stale_seconds: Option<u64>,
    /// Not heard for so long that what is held of it is no longer used.
    pub too_stale: bool,
}

impl Standing {
    /// Seconds since the node was last heard, or since it was first tried; `None` while it is being heard.
    pub fn stale_seconds(&self, now: Time) -> Option<u64> {
        let since = self.heard_at.unwrap_or(self.followed_at);
        (!self.connected).then(|| now.micros_since(since) / 1_000_000)
    }

    /// Whether it has not been heard for longer than `stale_max`.
    pub fn is_too_stale(&self, now: Time, stale_max: Duration) -> bool {
        self.stale_seconds(now).is_some_and(|seconds| seconds > stale_max.as_secs())
    }

    /// For people and programs.
    pub fn status(&self, now: Time, stale_max: Duration) -> UpstreamStatus {
        UpstreamStatus {
            stale_seconds: self.stale_seconds(now),
            too_stale: self.is_too_stale(now, stale_max),
            standing: self.clone(),
        }
    }
}

/// The standings of a matcher, one for each node in the order of its settings; whoever watches sees every change.
#[derive(Clone, Debug)]
pub(super) struct Standings(watch::Sender<Vec<Standing>>);

impl Standings {
    pub(super) fn new(all: Vec<Standing>) -> Self {
        Self(watch::channel(all).0)
    }

    pub(super) fn watch(&self) -> watch::Receiver<Vec<Standing>> {
        self.0.subscribe()
    }

    pub(super) fn all(&self) -> Vec<Standing> {
        self.0.borrow().clone()
    }

    /// Changes one and tells the metrics.
    pub(super) fn change(&self, place: usize, change: impl FnOnce(&mut Standing)) {
        self.0.send_modify(|all| {
            let standing = &mut all[place];
            change(standing);
            let upstream = [("upstream", standing.host.clone())];
            let flag = |on: bool| f64::from(u8::from(on));
            metrics::gauge!("rempart_matcher_applied_seq", &upstream).set(standing.cursor.unwrap_or(0) as f64);
            metrics::gauge!("rempart_matcher_connected", &upstream).set(flag(standing.connected));
            metrics::gauge!("rempart_matcher_revoked", &upstream).set(flag(standing.revoked));
            metrics::gauge!("rempart_matcher_entries", &upstream).set(standing.entries as f64);
            metrics::gauge!("rempart_matcher_outcomes_waiting", &upstream).set(standing.outcomes_waiting as f64);
            metrics::gauge!("rempart_matcher_outcomes_refused", &upstream).set(standing.outcomes_refused as f64);
        });
    }

    /// Time passes: tells the metrics how stale each is.
    pub(super) fn measure(&self, now: Time) {
        for standing in self.0.borrow().iter() {
            let upstream = [("upstream", standing.host.clone())];
            let seconds = standing.stale_seconds(now).unwrap_or(0);
            metrics::gauge!("rempart_matcher_stale_seconds", &upstream).set(seconds as f64);
        }
    }

    /// Counts, shows and logs what was left out: where, never what.
    pub(super) fn skip(&self, place: usize, skipped: &[Skipped]) {
        if skipped.is_empty() {
            return;
        }
        self.change(place, |standing| {
            standing.skipped += skipped.len() as u64;
            let upstream = [("upstream", standing.host.clone())];
            metrics::counter!("rempart_matcher_skipped_total", &upstream).increment(skipped.len() as u64);
            for Skipped { seq, entry, flaw } in skipped {
                let entry = entry.map(|id: EntryId| id.to_string());
                tracing::error!(upstream = standing.host, seq, entry, %flaw, "left out");
                let text = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
                let (seq, entry) = (text(seq.map(|seq| seq.to_string())), text(entry));
                standing.last_skipped = Some(format!("change {seq}, entry {entry}: {flaw}"));
            }
        });
    }
}
