//! `GET status`: how the matcher stands to its nodes, and to other systems that it follows.

use std::time::Duration;

use axum::extract::State;
use exchange::{Tier, Time};
use serde::{Deserialize, Serialize};

use crate::http::Json;
use crate::matcher::sources::Source;
use crate::matcher::{Matcher, UpstreamStatus};

/// How a matcher stands to its nodes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatcherStatus {
    /// The program's version.
    pub version: String,
    /// Seconds after which what is held of a node that is not heard is no longer used.
    pub stale_seconds_max: u64,
    /// Each node.
    pub upstreams: Vec<UpstreamStatus>,
    /// Each other system that it follows by itself.
    #[serde(default)]
    pub sources: Vec<SourceStatus>,
}

/// How a matcher stands to another system that it follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SourceStatus {
    /// Its name here.
    pub name: String,
    /// `stopncii`, `ncmec`, `threatexchange`, `tat` or `rempart`.
    pub system: String,
    /// Its address.
    pub url: String,
    /// The highest tier that its entries are given.
    pub tier: Tier,
    /// Records that it lists and that are held.
    pub records: u64,
    /// When all that it had was last here; null: never yet.
    pub complete_at: Option<Time>,
    /// When it last answered.
    pub heard_at: Option<Time>,
    /// When it is asked next.
    pub due_at: Time,
    /// Turns in a row that failed.
    pub failures: u32,
    /// Why it is not being heard.
    pub trouble: Option<String>,
    /// Records left out since it was added.
    pub skipped: u64,
    /// The last of them: where and why, never content.
    pub last_skipped: Option<String>,
    /// Outcomes that still have to go back.
    pub outcomes_waiting: u64,
    /// Outcomes that it refused.
    pub outcomes_refused: u64,
    /// Seconds since it was last heard; null while it is being heard.
    pub stale_seconds: Option<u64>,
    /// Not heard for so long that what is held of it is no longer used.
    pub too_stale: bool,
}

/// How the matcher stands to its nodes
#[utoipa::path(
    get, path = "/status", tag = "self", operation_id = "status",
    responses(
        (status = 200, description = "Each node, each other system.", body = MatcherStatus),
        (status = "4XX", description = "No token.", body = crate::http::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn status(State(matcher): State<Matcher>) -> Json<MatcherStatus> {
    Json(matcher.status())
}

impl Matcher {
    /// How it stands to its nodes at this moment.
    pub fn status(&self) -> MatcherStatus {
        let (now, stale_max) = (self.now(), self.inner.stale_max);
        let upstreams = self.inner.standings.all().iter().map(|standing| standing.status(now, stale_max)).collect();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let sources = self.sources().iter().map(|source| source_status(source, now, stale_max)).collect();
        MatcherStatus { version, stale_seconds_max: stale_max.as_secs(), upstreams, sources }
    }

    /// What its clock says.
    pub(crate) fn now(&self) -> Time {
        self.inner.clock.now()
    }
}

fn source_status(source: &Source, now: Time, stale_max: Duration) -> SourceStatus {
    let view = source.view.clone();
    SourceStatus {
        name: view.name.to_string(),
        system: view.kind.name().to_owned(),
        url: view.url,
        tier: view.terms.tier,
        records: view.records,
        complete_at: view.complete_at,
        heard_at: view.heard_at,
        due_at: view.due_at,
        failures: view.failures,
        trouble: view.trouble,
        skipped: view.skipped,
        last_skipped: view.last_skipped,
        outcomes_waiting: view.feedback_waiting,
        outcomes_refused: view.feedback_refused,
        stale_seconds: source.stale_seconds(now),
        too_stale: source.is_too_stale(now, stale_max),
    }
}
