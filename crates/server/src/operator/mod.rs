//! What a node or a matcher shows its operator: how it stands, on a page and as metrics. On a listener of its own that is
//! on the loopback interface unless the operator says otherwise; no key is asked for. Read-only but for the set-up.
//!
//! | address | gives |
//! | --- | --- |
//! | `/`, `/status` | the status page |
//! | `/partners/<name>/clients` | what a partner pastes into its clients of other systems |
//! | `/metrics` | Prometheus |
//! | `/setup/<link>`, `/1`, `/2` below it | setting the portal up, with a one-time link |
//! | `/healthz`, `/readyz` | as on the public listener |

mod clients;
mod gauges;
mod host;
mod matcher;
mod overview;
mod setup;
mod setup_lines;
mod status;
mod trouble;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::routing::get;

use crate::desk::{self, Face};
use crate::http::page::{STYLESHEET_ROUTE, stylesheet};
use crate::http::{Problem, alive, layers, ready};
use crate::matcher::{Matcher, api};
use crate::node::Node;
use crate::telemetry::Metrics;

const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the operator of a node reaches. Requests are answered only under an IP address or `localhost`: another name may
/// be a stranger's page that points at this machine (DNS rebinding), and is answered 421.
pub fn node_router(node: Node, metrics: Metrics) -> Router {
    let metrics = move |State(node): State<Node>| async move {
        let overview = overview::Overview::of(&node).await?;
        let text = metrics.render() + &gauges::text(&overview);
        Ok::<_, Problem>(([(CONTENT_TYPE, METRICS_TYPE)], text))
    };
    let router = Router::new()
        .route("/", get(status::status))
        .route("/status", get(status::status))
        .route("/metrics", get(metrics))
        .route("/partners/{name}/clients", get(clients::clients))
        .route("/setup/{link}", get(setup::show).post(setup::choose))
        .route("/setup/{link}/1", get(setup::sheet))
        .route("/setup/{link}/2", get(setup::ask).post(setup::end))
        .route("/readyz", get(ready))
        .merge(desk::router_with_assets(node.faces, Face::Operator));
    guarded(router, node)
}

/// What the operator of a matcher reaches: the same addresses, under the same names only.
pub fn matcher_router(matcher: Matcher, metrics: Metrics) -> Router {
    let metrics = move |State(matcher): State<Matcher>| async move {
        let text = metrics.render() + &gauges::of_matcher(&matcher::followed(&matcher), &matcher.sources());
        ([(CONTENT_TYPE, METRICS_TYPE)], text)
    };
    let router = Router::new()
        .route("/", get(matcher::status))
        .route("/status", get(matcher::status))
        .route("/metrics", get(metrics))
        .route("/readyz", get(api::ready));
    guarded(router, matcher)
}

fn guarded<S: Clone + Send + Sync + 'static>(router: Router<S>, state: S) -> Router {
    let router = router
        .route("/healthz", get(alive))
        .route(STYLESHEET_ROUTE, get(stylesheet))
        .layer(middleware::from_fn(host::only_local_names))
        .with_state(state);
    layers(router)
}
