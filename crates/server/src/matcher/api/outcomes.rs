//! `POST outcomes`: say what was done; written down here, then passed on to the node, or the other system, that holds the entry.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use exchange::{Outcome, OutcomeReport};

use crate::http::{Json, Problem};
use crate::matcher::Matcher;
use crate::matcher::banks::content_of;
use crate::matcher::sources::{is_theirs, note};
use crate::removal::{RemovalError, Reported};

/// Outcomes that wait for one node or system, at most.
const WAITING_MAX: u64 = 1_000_000;

/// Say what was done
///
/// 1 to 1000 outcomes, all or none. 200 means that they are on this matcher's disk; it passes them on until the node
/// that holds the entry has them, which may be later if that node is out of reach. Each id counts once. What is about an
/// entry of another system that the matcher follows goes there, in that system's own words.
#[utoipa::path(
    post, path = "/outcomes", tag = "outcome", operation_id = "report_outcomes",
    request_body = OutcomeReport,
    responses(
        (status = 200, description = "Written down.", body = Reported),
        (status = 422, description = "Nothing was changed: an outcome that cannot be, or an entry that was never held here.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn outcomes(
    State(matcher): State<Matcher>,
    Json(report): Json<OutcomeReport>,
) -> Result<Json<Reported>, Problem> {
    report.check().map_err(RemovalError::from)?;
    let inner = &matcher.inner;
    let upstreams: Vec<i64> = inner.replicas.iter().map(|replica| replica.id).collect();
    let holders = inner.store.holders(&upstreams, report.outcomes.iter().map(|outcome| outcome.entry)).await?;
    let standings = inner.standings.all();
    let mut addressed: Vec<(i64, &Outcome)> = Vec::with_capacity(report.outcomes.len());
    let (mut own, mut theirs): (u64, Vec<Outcome>) = (0, Vec::new());
    for (position, (outcome, holder)) in report.outcomes.iter().zip(holders).enumerate() {
        match holder {
            Some(upstream) => addressed.push((upstream, outcome)),
            // What became of the platform's own content is nobody's business but its own.
            None if content_of(outcome.entry).is_some() => own += 1,
            None if is_theirs(outcome.entry) => theirs.push(outcome.clone()),
            None if standings.iter().all(|standing| standing.loaded) => {
                return Err(RemovalError::UnknownEntry { position, entry: outcome.entry }.into());
            }
            None => return Err(Problem::loading()),
        }
    }
    let is_full_there = inner.sources.all().iter().any(|source| source.view.feedback_waiting >= WAITING_MAX);
    if is_full_there || standings.iter().any(|standing| standing.outcomes_waiting >= WAITING_MAX) {
        return Err(full());
    }
    if !theirs.is_empty() {
        own += theirs.len() as u64 - note(&inner.follow, &theirs).await?;
    }
    let recorded = own + inner.store.queue(&addressed).await?;
    for replica in &inner.replicas {
        if addressed.iter().any(|(upstream, _)| *upstream == replica.id) {
            replica.count_outcomes().await?;
            replica.queued.notify_one();
        }
    }
    Ok(Json(Reported { recorded, repeated: report.outcomes.len() as u64 - recorded }))
}

fn full() -> Problem {
    let detail =
        "Too many outcomes wait for a node that does not take them. GET /api/v1/status tells why; send them later.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "outbox-full", "Too many outcomes wait", detail)
        .retry_after(Duration::from_secs(60))
}
