//! Tech Against Terrorism's hash list v2: token, list, feedback.

mod feedback;
mod list;
mod token;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::node::Node;

pub(super) fn routes() -> OpenApiRouter<Node> {
    OpenApiRouter::new()
        .routes(routes!(token::token))
        .routes(routes!(list::list))
        .routes(routes!(feedback::categories))
        .routes(routes!(feedback::feedback))
}

fn json(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
