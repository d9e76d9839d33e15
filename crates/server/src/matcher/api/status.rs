//! `GET status`: how the matcher stands to its nodes.

use axum::extract::State;
use exchange::Time;
use serde::{Deserialize, Serialize};

use crate::http::Json;
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
}

/// How the matcher stands to its nodes
#[utoipa::path(
    get, path = "/status", tag = "self", operation_id = "status",
    responses(
        (status = 200, description = "Each node.", body = MatcherStatus),
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
        MatcherStatus { version, stale_seconds_max: stale_max.as_secs(), upstreams }
    }

    /// What its clock says.
    pub(crate) fn now(&self) -> Time {
        self.inner.clock.now()
    }
}
