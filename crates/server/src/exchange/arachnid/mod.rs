//! Arachnid Shield v1: `pdq/` is answered; `media/` and `url/` would have the node hold pictures, and are refused.

mod pdq;
mod refused;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use exchange::dialects::arachnid::encode_refusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::Problem;
use crate::node::Node;

pub(crate) use pdq::{firm, queries, told};

pub(super) fn routes() -> OpenApiRouter<Node> {
    OpenApiRouter::new().routes(routes!(pdq::pdq)).routes(routes!(refused::media)).routes(routes!(refused::url))
}

/// A problem as its client reads it: `detail` alone.
pub(crate) struct Refusal(pub(crate) Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = encode_refusal(&self.0.detail);
        let mut response = self.0.into_response();
        *response.body_mut() = body.into();
        *response.status_mut() = status;
        response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
        response
    }
}
