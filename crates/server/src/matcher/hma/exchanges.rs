//! `/c/exchanges..`: the nodes that this matcher follows, as HMA's users look at them. They are set up where the matcher
//! is started, since a key belongs into a file and not into a request that anybody behind the token may send.

use axum::extract::State;
use exchange::Time;
use serde_json::{Value, json};

use super::refused::{At, Refused};
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::standing::Standing;

const API: &str = "rempart";

pub(super) async fn list(State(matcher): State<Matcher>) -> Json<Vec<String>> {
    Json(matcher.inner.standings.all().iter().map(name).collect())
}

pub(super) async fn apis() -> Json<[&'static str; 1]> {
    Json([API])
}

pub(super) async fn api(State(matcher): State<Matcher>, At(api): At<String>) -> Result<Json<Value>, Refused> {
    check(&api)?;
    let is_set = !matcher.inner.replicas.is_empty();
    Ok(Json(json!({"supports_authentification": true, "has_set_authentification": is_set})))
}

pub(super) async fn schema(At(api): At<String>) -> Result<Json<Value>, Refused> {
    check(&api)?;
    Ok(Json(json!({"config_schema": {"fields": []}, "credentials_schema": null})))
}

pub(super) async fn show(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    let standing = found(&matcher, &asked)?;
    Ok(Json(json!({"name": name(&standing), "api": API, "enabled": true, "url": standing.url})))
}

pub(super) async fn status(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    let standing = found(&matcher, &asked)?;
    let seconds = |at: Option<Time>| at.map(|at| at.as_micros() / 1_000_000);
    let heard = seconds(standing.heard_at);
    Ok(Json(json!({
        "checkpoint_ts": heard,
        "running_fetch_start_ts": if standing.connected { seconds(Some(standing.followed_at)) } else { None },
        "last_fetch_complete_ts": if standing.loaded { heard } else { None },
        "last_fetch_succeeded": standing.connected,
        "up_to_date": standing.connected && standing.cursor.is_some() && standing.cursor >= standing.head,
        "fetched_items": standing.entries,
    })))
}

/// What would change them.
pub(super) async fn not_here() -> Refused {
    Refused::forbidden(
        "exchanges are set up where the matcher is started: `rempart matcher --from URL --key FILE`, or `[[from]]` in its settings",
    )
}

fn name(standing: &Standing) -> String {
    standing.host.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn found(matcher: &Matcher, asked: &str) -> Result<Standing, Refused> {
    let standing = matcher.inner.standings.all().into_iter().find(|standing| name(standing) == asked);
    standing.ok_or_else(|| {
        Refused::new(axum::http::StatusCode::NOT_FOUND, format!("Exchange '{}' not found", shortened(asked)))
    })
}

fn check(api: &str) -> Result<(), Refused> {
    if api == API { Ok(()) } else { Err(Refused::bad(format!("no such Exchange API '{}'", shortened(api)))) }
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
