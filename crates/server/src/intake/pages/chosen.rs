//! What the operator chose, for every page of one request: read once, before the handler.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;

use crate::http::Problem;
use crate::http::locale::{Language, Offers};
use crate::intake::{Offered, Settings};
use crate::node::Node;

tokio::task_local! {
    static CHOSEN: Arc<Settings>;
}

/// The settings of the request under way; the defaults outside of one.
pub(super) fn current() -> Arc<Settings> {
    CHOSEN.try_with(Arc::clone).unwrap_or_default()
}

/// The zone in which the pages of the request under way tell the time.
pub(super) fn zone() -> TimeZone {
    current().zone()
}

/// Reads the settings for whatever answers the request.
pub(super) async fn with_settings(State(node): State<Node>, mut request: Request, next: Next) -> Response {
    let settings = match node.intake.settings().await {
        Ok(settings) => settings,
        Err(error) => {
            tracing::error!(%error, "the portal's settings; its defaults stand in");
            Arc::default()
        }
    };
    let offers: &[Language] = match settings.languages {
        Offered::Both => &[],
        Offered::Fr => &[Language::Fr],
        Offered::En => &[Language::En],
    };
    request.extensions_mut().insert(Offers(offers));
    CHOSEN.scope(settings, next.run(request)).await
}

/// A portal that is closed is not there.
pub(super) async fn unless_closed(request: Request, next: Next) -> Response {
    if current().is_on {
        return next.run(request).await;
    }
    Problem::not_found("there is nothing at this address; /api lists what there is").into_response()
}
