//! `POST outcomes`: say what was done.

use axum::extract::State;
use axum::http::StatusCode;
use exchange::OutcomeReport;

use crate::access::Teller;
use crate::http::{Json, Problem};
use crate::node::Node;
use crate::removal::{RemovalError, Reported};

/// Say what was done
///
/// 1 to 1000 outcomes, all or none. Each id counts once: sending a report again changes nothing.
#[utoipa::path(
    post, path = "/outcomes", tag = "outcome", operation_id = "report_outcomes",
    request_body(content = OutcomeReport, example = json!({"outcomes": [{
        "id": "01980e4b-1200-7c11-8a40-5d2f6e9b3c70", "entry": "01980e4a-5c00-7d3a-9f10-2b6c4e8a1d57",
        "kind": "removed", "count": 2, "at": "2026-11-21T10:15:30Z"}]})),
    responses(
        (status = 200, description = "Written down.", body = Reported),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn outcomes(
    State(node): State<Node>,
    who: Teller,
    Json(report): Json<OutcomeReport>,
) -> Result<Json<Reported>, Problem> {
    let who = who.renewed(&node).await?;
    Ok(Json(node.removal.report(&who, &report).await?))
}

impl From<RemovalError> for Problem {
    fn from(error: RemovalError) -> Self {
        let detail = error.to_string();
        match error {
            RemovalError::Storage(error) => error.into(),
            RemovalError::Report(_) | RemovalError::Webhook(_) => Self::invalid(detail),
            RemovalError::UnknownEntry { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-entry", "There is no such entry", detail)
            }
        }
    }
}
