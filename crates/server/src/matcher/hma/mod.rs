//! HMA's HTTP API on a matcher, at its root, for programs that speak it and nothing else (docs/design/0020-following.md).
//! Wire types are those of [`exchange::dialects::hma`].
//!
//! | routes | what |
//! | --- | --- |
//! | `/h/hash`, `/m/lookup`, `/m/raw_lookup`, `/m/compare`, `/m/index/status` | hashing and matching |
//! | `/c/banks`, `/c/bank/..` | own banks can be changed; those of nodes are shown |
//! | `/c/exchanges`, `/c/exchange/..` | the nodes and other systems that are followed; those that were made here can be changed here |
//! | `/c/signal_type`, `/c/content_type`, `/status`, `/site-map` | what there is |
//!
//! The matcher's access token is needed, also on loopback, unless HMA's API was declared open there. It is taken as a
//! bearer, as the password of basic authentication, or in the path before everything else: `/hma/TOKEN/m/lookup`.

mod banks;
mod by_path;
mod contents;
mod door;
mod exchanges;
mod hash;
mod lookup;
mod media;
mod names;
mod refused;
mod types;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Redirect;
use axum::routing::{get, post};

pub use door::{HmaError, HmaSettings};

use super::Matcher;
use super::sources::Source;
use crate::http::Json;

/// Bytes of a video, at most, as in HMA. It is hashed while it arrives and kept nowhere.
const VIDEO_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Bytes that a form may have around the file.
const FORM_BYTES: usize = 64 * 1024;

const ROUTES: &[&str] = &[
    "/",
    "/c/bank/{name}",
    "/c/bank/{name}/content",
    "/c/bank/{name}/content/{id}",
    "/c/bank/{name}/signal",
    "/c/banks",
    "/c/content_type",
    "/c/exchange/{name}",
    "/c/exchange/{name}/status",
    "/c/exchanges",
    "/c/exchanges/api/{api}",
    "/c/exchanges/api/{api}/schema",
    "/c/exchanges/apis",
    "/c/signal_type",
    "/c/signal_type/index",
    "/c/signal_type/{type}",
    "/h/hash",
    "/m/compare",
    "/m/index/status",
    "/m/lookup",
    "/m/raw_lookup",
    "/site-map",
    "/status",
    "/status/live",
];

/// Everything under HMA's own paths, and once more behind a token in the path.
pub(super) fn router(matcher: &Matcher) -> Router {
    let large = Router::new()
        .route("/h/hash", get(hash::of_url).post(hash::of_form))
        .route("/m/lookup", get(lookup::of_signal_or_url).post(lookup::of_form))
        .route("/c/bank/{name}/content", post(contents::add))
        .layer(DefaultBodyLimit::max(VIDEO_BYTES_MAX + FORM_BYTES));
    let routes = Router::new()
        .route("/", get(|| async { Redirect::to("/site-map") }))
        .route("/site-map", get(|| async { Json(ROUTES) }))
        .route("/m/raw_lookup", get(lookup::raw))
        .route("/m/compare", post(lookup::compare))
        .route("/m/index/status", get(types::index_status))
        .route("/c/banks", get(banks::list).post(banks::add))
        .route("/c/bank/{name}", get(banks::show).put(banks::edit).delete(banks::remove))
        .route("/c/bank/{name}/signal", post(contents::add_signals))
        .route("/c/bank/{name}/content/{id}", get(contents::show).put(contents::edit).delete(contents::remove))
        .route("/c/exchanges", get(exchanges::list).post(exchanges::add))
        .route("/c/exchanges/apis", get(exchanges::apis))
        .route("/c/exchanges/api/{api}", get(exchanges::api).post(exchanges::set_credentials))
        .route("/c/exchanges/api/{api}/schema", get(exchanges::schema))
        .route("/c/exchange/{name}", get(exchanges::show).put(exchanges::edit).delete(exchanges::remove))
        .route("/c/exchange/{name}/status", get(exchanges::status))
        .route("/c/signal_type", get(types::signal_types))
        .route("/c/signal_type/index", get(types::signal_type_index))
        .route("/c/signal_type/{type}", axum::routing::put(types::switch))
        .route("/c/content_type", get(types::content_types))
        .merge(large)
        .route_layer(middleware::from_fn_with_state(matcher.clone(), door::admit))
        // Whoever supervises it asks without a key, as of `/healthz`.
        .route("/status", get(status))
        .route("/status/live", get(|| async { "I-AM-ALIVE" }))
        .with_state(matcher.clone());
    routes.clone().route("/hma/{token}/{*rest}", by_path::through(routes))
}

/// Whether it can answer.
async fn status(State(matcher): State<Matcher>) -> (StatusCode, &'static str) {
    let (now, stale_max) = (matcher.now(), matcher.inner.stale_max);
    let (standings, sources) = (matcher.inner.standings.all(), matcher.sources());
    let is_loaded = |source: &Source| source.is_whole() || !source.is_awaited();
    if !standings.iter().all(|standing| standing.loaded) || !sources.iter().all(is_loaded) {
        (StatusCode::SERVICE_UNAVAILABLE, "INDEX-NOT-LOADED")
    } else if standings.iter().any(|standing| standing.is_too_stale(now, stale_max))
        || sources.iter().any(|source| source.is_whole() && source.is_too_stale(now, stale_max))
    {
        (StatusCode::SERVICE_UNAVAILABLE, "INDEX-STALE")
    } else {
        (StatusCode::OK, "I-AM-ALIVE")
    }
}
