//! `GET status`: how the matcher stands to its nodes.

use axum::extract::State;
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
    let (now, stale_max) = (matcher.inner.clock.now(), matcher.inner.stale_max);
    let upstreams = matcher.inner.standings.all().iter().map(|standing| standing.status(now, stale_max)).collect();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(MatcherStatus { version, stale_seconds_max: stale_max.as_secs(), upstreams })
}
