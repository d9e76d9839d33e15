//! Which routers a node serves. Who may: see the table in each room's `api/mod.rs`; health needs no key.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use super::{Problem, layers};
use crate::exchange::api;
use crate::node::Node;

/// What partners reach: the API, its document, health.
pub fn node_router(node: Node) -> Router {
    let (routes, _) = api::node().split_for_parts();
    let public = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/api/openapi.json", get(openapi));
    layers(routes.merge(public).with_state(node))
}

/// 200 once the bank is loaded and the database answers.
async fn ready(State(node): State<Node>) -> Result<impl IntoResponse, Problem> {
    node.bank.head().await?;
    if node.bank.live().is_ready() { Ok("ready\n") } else { Err(Problem::loading()) }
}

async fn openapi() -> Result<impl IntoResponse, Problem> {
    let text = api::document().to_pretty_json().map_err(|_| Problem::internal())?;
    Ok((StatusCode::OK, [(CONTENT_TYPE, "application/json")], text))
}
