//! What the operator chose, for every page of one request: read once, before the handler. And how to speak to whoever
//! asked, for errors from below, which know nobody.

use std::cell::Cell;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;

use crate::http::Problem;
use crate::http::locale::{Address, Language, Offers, Texts};
use crate::intake::{Offered, PortalPath, Settings};
use crate::node::Node;

tokio::task_local! {
    static CHOSEN: Arc<Settings>;
    static PATH: PortalPath;
    static SPOKEN: Cell<Texts>;
}

/// The settings of the request under way; the defaults outside of one.
pub(super) fn current() -> Arc<Settings> {
    CHOSEN.try_with(Arc::clone).unwrap_or_default()
}

/// Where a page is reached by its own path.
pub(super) fn reached(page: &str) -> String {
    PATH.try_with(|path| path.at(page)).unwrap_or_else(|_| page.to_owned())
}

/// The zone in which the pages of the request under way tell the time.
pub(super) fn zone() -> TimeZone {
    current().zone()
}

/// How this request is answered: as it asks itself, to the young, until its visit is read and [`speak`] says better.
pub(super) fn spoken() -> Texts {
    SPOKEN.try_with(Cell::get).unwrap_or_else(|_| Texts::unasked())
}

/// From here on the request is answered like this.
pub(super) fn speak(t: Texts) {
    // Outside of a request there is nobody to speak to.
    let _ = SPOKEN.try_with(|spoken| spoken.set(t));
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
    let (mut parts, body) = request.into_parts();
    let Ok(t) = Texts::from_request_parts(&mut parts, &()).await;
    let spoken = Cell::new(Texts { address: Address::Tu, ..t });
    let answer = next.run(Request::from_parts(parts, body));
    let path = node.portal_path.clone();
    PATH.scope(path, CHOSEN.scope(settings, SPOKEN.scope(spoken, answer))).await
}

/// A portal that is closed is not there.
pub(super) async fn unless_closed(request: Request, next: Next) -> Response {
    if current().is_on {
        return next.run(request).await;
    }
    Problem::not_found("there is nothing at this address; /api lists what there is").into_response()
}
