//! `/c/signal_type..`, `/c/content_type` and `/m/index/status`: what is looked for, and that the index is never behind.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use exchange::dialects::hma::{IndexStatus, Ratio, SignalType, SignalTypeStatus};
use serde::Deserialize;
use serde_json::{Value, json};

use super::names::Upstream;
use super::refused::{Asked, At, Body, Refused};
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::sources::Source;

/// One type, or all.
#[derive(Debug, Deserialize)]
pub(super) struct Of {
    #[serde(default)]
    signal_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Switch {
    enabled_ratio: Ratio,
}

impl Of {
    fn types(&self) -> Result<Vec<SignalType>, Refused> {
        Ok(match &self.signal_type {
            Some(name) => vec![SignalType::from_name(name)?],
            None => SignalType::ALL.to_vec(),
        })
    }
}

pub(super) async fn signal_types(State(matcher): State<Matcher>) -> Json<Vec<Value>> {
    let ratio = |kind| if matcher.inner.banks.is_on(kind) { 1.0 } else { 0.0 };
    Json(SignalType::ALL.map(|kind| json!({"name": kind.name(), "enabled_ratio": ratio(kind)})).to_vec())
}

/// On or off: a part of the traffic is what banks have.
pub(super) async fn switch(
    State(matcher): State<Matcher>,
    At(name): At<String>,
    Body(Switch { enabled_ratio }): Body<Switch>,
) -> Result<StatusCode, Refused> {
    let kind = SignalType::from_name(&name)?;
    if enabled_ratio != Ratio::ALL && enabled_ratio != Ratio::NONE {
        return Err(Refused::bad("a signal type is on (1) or off (0) here; a part of the traffic is set for a bank"));
    }
    matcher.inner.banks.switch(kind, enabled_ratio.is_on()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn content_types() -> Json<Vec<Value>> {
    Json(SignalType::ALL.map(|kind| json!({"name": kind.content_type(), "enabled": true})).to_vec())
}

pub(super) async fn index_status(
    State(matcher): State<Matcher>,
    Asked(of): Asked<Of>,
) -> Result<Json<BTreeMap<&'static str, IndexStatus>>, Refused> {
    let is_whole = matcher.inner.standings.all().iter().all(|standing| standing.loaded)
        && matcher.sources().iter().filter(|source| source.is_awaited()).all(Source::is_whole);
    let each = |kind: SignalType| {
        let (size, newest) = size(&matcher, kind);
        (kind.name(), IndexStatus { present: is_whole, built_to: newest.unwrap_or(-1), size })
    };
    Ok(Json(of.types()?.into_iter().map(each).collect()))
}

pub(super) async fn signal_type_index(
    State(matcher): State<Matcher>,
    Asked(of): Asked<Of>,
) -> Result<Json<BTreeMap<&'static str, SignalTypeStatus>>, Refused> {
    let each = |kind: SignalType| {
        let (size, newest) = size(&matcher, kind);
        let newest = newest.unwrap_or(0);
        let status = SignalTypeStatus {
            db_size: size,
            index_size: size,
            index_out_of_date: false,
            newest_db_item: newest,
            index_built_to: newest,
        };
        (kind.name(), status)
    };
    Ok(Json(of.types()?.into_iter().map(each).collect()))
}

/// Signals that can be met, and when the newest came, seconds since 1970. Exact digests are counted together: which of them
/// are of videos, nobody says.
fn size(matcher: &Matcher, kind: SignalType) -> (u64, Option<i64>) {
    let own = std::iter::once(matcher.inner.banks.live().clone());
    let lives = Upstream::all(matcher).map(|upstream| upstream.live().clone()).chain(own);
    let (mut size, mut newest) = (0, matcher.inner.banks.size().1.map(|at| at.as_micros() / 1_000_000));
    for live in lives {
        let of = live.size();
        size += match kind {
            SignalType::Pdq => of.hashes,
            SignalType::VideoMd5 => of.digests,
        } as u64;
        let at = i64::try_from(live.newest_at_micros() / 1_000_000).unwrap_or(0);
        newest = newest.max(Some(at).filter(|at| *at > 0));
    }
    (size, newest)
}
