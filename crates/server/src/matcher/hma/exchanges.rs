//! `/c/exchanges..`: what this matcher follows, as HMA's users look at it. It is set up where the matcher is started or with
//! `rempart follow`, since a key belongs into a file and not into a request that anybody behind the token may send.

use axum::extract::State;
use axum::http::StatusCode;
use exchange::Time;
use serde_json::{Value, json};

use super::refused::{At, Refused};
use crate::follow::SourceKind;
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::sources::Source;
use crate::matcher::standing::Standing;

/// The API that nodes are followed by.
const NODES: &str = "rempart";

/// Somebody who is followed, in HMA's terms.
struct Exchange {
    name: String,
    api: &'static str,
    url: String,
    since: Time,
    heard_at: Option<Time>,
    is_heard: bool,
    is_whole: bool,
    is_up_to_date: bool,
    items: u64,
}

impl Exchange {
    fn all(matcher: &Matcher) -> Vec<Self> {
        let now = matcher.now();
        let nodes = matcher.inner.standings.all().into_iter().map(Self::of_node);
        nodes.chain(matcher.sources().into_iter().map(|source| Self::of_source(source, now))).collect()
    }

    fn of_node(standing: Standing) -> Self {
        Self {
            name: name(&standing.host),
            api: NODES,
            is_up_to_date: standing.connected && standing.cursor.is_some() && standing.cursor >= standing.head,
            url: standing.url,
            since: standing.followed_at,
            heard_at: standing.heard_at,
            is_heard: standing.connected,
            is_whole: standing.loaded,
            items: standing.entries,
        }
    }

    fn of_source(source: Source, now: Time) -> Self {
        let (is_heard, is_whole) = (source.stale_seconds(now).is_none(), source.is_whole());
        let view = source.view;
        Self {
            name: name(view.name.as_str()),
            api: view.kind.name(),
            url: view.url,
            since: view.created_at,
            heard_at: view.heard_at,
            is_heard,
            is_whole,
            is_up_to_date: is_heard && is_whole,
            items: view.records,
        }
    }
}

pub(super) async fn list(State(matcher): State<Matcher>) -> Json<Vec<String>> {
    Json(Exchange::all(&matcher).into_iter().map(|exchange| exchange.name).collect())
}

pub(super) async fn apis() -> Json<Vec<&'static str>> {
    Json(SourceKind::ALL.map(SourceKind::name).to_vec())
}

pub(super) async fn api(State(matcher): State<Matcher>, At(api): At<String>) -> Result<Json<Value>, Refused> {
    check(&api)?;
    let is_set = Exchange::all(&matcher).iter().any(|exchange| exchange.api == api);
    Ok(Json(json!({"supports_authentification": true, "has_set_authentification": is_set})))
}

pub(super) async fn schema(At(api): At<String>) -> Result<Json<Value>, Refused> {
    check(&api)?;
    Ok(Json(json!({"config_schema": {"fields": []}, "credentials_schema": null})))
}

pub(super) async fn show(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    let Exchange { name, api, url, .. } = found(&matcher, &asked)?;
    Ok(Json(json!({"name": name, "api": api, "enabled": true, "url": url})))
}

pub(super) async fn status(State(matcher): State<Matcher>, At(asked): At<String>) -> Result<Json<Value>, Refused> {
    let exchange = found(&matcher, &asked)?;
    let seconds = |at: Option<Time>| at.map(|at| at.as_micros() / 1_000_000);
    let heard = seconds(exchange.heard_at);
    Ok(Json(json!({
        "checkpoint_ts": heard,
        "running_fetch_start_ts": if exchange.is_heard { seconds(Some(exchange.since)) } else { None },
        "last_fetch_complete_ts": if exchange.is_whole { heard } else { None },
        "last_fetch_succeeded": exchange.is_heard,
        "up_to_date": exchange.is_up_to_date,
        "fetched_items": exchange.items,
    })))
}

/// What would change them.
pub(super) async fn not_here() -> Refused {
    Refused::forbidden(
        "exchanges are set up where the matcher is started: nodes with `rempart matcher --from URL --key FILE`, or `[[from]]` in \
         its settings, other systems with `rempart follow add --matcher`",
    )
}

fn name(of: &str) -> String {
    of.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn found(matcher: &Matcher, asked: &str) -> Result<Exchange, Refused> {
    let exchange = Exchange::all(matcher).into_iter().find(|exchange| exchange.name == asked);
    exchange.ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, format!("Exchange '{}' not found", shortened(asked))))
}

fn check(api: &str) -> Result<(), Refused> {
    if SourceKind::from_name(api).is_some() {
        Ok(())
    } else {
        Err(Refused::bad(format!("no such Exchange API '{}'", shortened(api))))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
