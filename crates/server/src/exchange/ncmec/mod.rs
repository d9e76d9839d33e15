//! NCMEC hash sharing v2: status, members, entries, feedback, submission and retraction, categorizations.

mod entries;
mod feedback;
mod members;
mod submit;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::node::Node;

pub use entries::ENTRIES_PER_PAGE_MAX;

pub(super) fn routes() -> OpenApiRouter<Node> {
    OpenApiRouter::new()
        .routes(routes!(members::status))
        .routes(routes!(members::members))
        .routes(routes!(entries::entries, submit::submit, submit::retract))
        .routes(routes!(feedback::feedback))
        .routes(routes!(feedback::reasons))
        .routes(routes!(feedback::categorizations))
}

fn xml(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response()
}
