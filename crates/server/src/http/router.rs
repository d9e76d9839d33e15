//! Which routers a node serves. Who may: see the table in each room's `api/mod.rs`; health needs no key.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use super::page::{STYLESHEET_ROUTE, stylesheet};
use super::{Problem, layers};
use crate::desk::{self, Face};
use crate::exchange::{api, pages};
use crate::intake;
use crate::node::Node;

/// What partners reach: the API, its document and readable page, health.
pub fn node_router(node: Node) -> Router {
    let (routes, _) = api::node().split_for_parts();
    let public = Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/api", get(pages::reference))
        .route(STYLESHEET_ROUTE, get(stylesheet))
        .route("/api/openapi.json", get(openapi));
    let desk = desk::router(node.faces, Face::Public);
    layers(routes.merge(public).merge(intake::pages::router(&node)).merge(desk).with_state(node))
}

/// 200 as long as the process answers at all.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// 200 once the bank is loaded and the database answers.
pub(crate) async fn ready(State(node): State<Node>) -> Result<impl IntoResponse, Problem> {
    node.bank.head().await?;
    if node.bank.live().is_ready() { Ok("ready\n") } else { Err(Problem::loading()) }
}

async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI.as_str())
}

static OPENAPI: LazyLock<String> =
    LazyLock::new(|| api::document().to_pretty_json().expect("the document is plain values with text keys"));
