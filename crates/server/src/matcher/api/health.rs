//! Whether it lives, whether it can answer, and its document.

use std::fmt::Write;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::http::Problem;
use crate::matcher::{Matcher, Source};

/// 200 once something whole is held of every node and none of it is too stale. A node that is not heard, or says that
/// the key opens nothing, is named in the text, since what is held of it is still used.
pub(crate) async fn ready(State(matcher): State<Matcher>) -> Result<String, Problem> {
    let (now, stale_max) = (matcher.inner.clock.now(), matcher.inner.stale_max);
    let (mut text, mut missing) = ("ready\n".to_owned(), Vec::new());
    for standing in matcher.inner.standings.all() {
        if !standing.loaded {
            missing.push(format!("nothing whole was received from {} yet", standing.host));
        } else if standing.is_too_stale(now, stale_max) {
            missing.push(format!("{} was not heard for too long", standing.host));
        } else if let Some(seconds) = standing.stale_seconds(now) {
            let why = if standing.revoked { "the key opens nothing there" } else { "not heard" };
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{}: {why}, for {seconds} seconds", standing.host);
        }
    }
    let sources: Vec<Source> = matcher.sources().into_iter().filter(Source::is_used).collect();
    if sources.is_empty() && matcher.follows_nothing() {
        missing.push("nothing is followed any more".to_owned());
    }
    // One that HMA's callers made is awaited by nobody.
    for source in sources.into_iter().filter(|source| source.is_awaited() || source.is_whole()) {
        let name = &source.view.name;
        if !source.is_whole() {
            missing.push(format!("{name} was never read whole yet"));
        } else if source.is_too_stale(now, stale_max) {
            missing.push(format!("{name} was not heard for too long"));
        } else if let Some(seconds) = source.stale_seconds(now) {
            // As above.
            let _ = writeln!(text, "{name}: not heard, for {seconds} seconds");
        }
    }
    if missing.is_empty() {
        return Ok(text);
    }
    let detail = format!("{}. GET /api/v1/status tells more.", missing.join("; "));
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready", detail))
}

pub(super) async fn openapi() -> Result<impl IntoResponse, Problem> {
    let text = super::document().to_pretty_json().map_err(|_| Problem::internal())?;
    Ok(([(CONTENT_TYPE, "application/json")], text))
}
