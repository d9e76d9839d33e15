//! `POST notices/{id}/outcome`: what the platform did.

use axum::extract::State;
use axum::http::StatusCode;
use exchange::NoticeId;
use serde::{Deserialize, Serialize};

use crate::access::Teller;
use crate::http::{Json, Path, Problem};
use crate::node::Node;
use crate::removal::By;
use crate::removal::notices::{Answer, Refusal};

/// What was done about a notice.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeOutcome {
    /// What was done about all of its addresses.
    outcome: Done,
    /// With `kept`, and only then: why. `partly` where some addresses were done: a new notice will name the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Refusal>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Done {
    /// Taken down everywhere.
    Removed,
    /// Hidden in some countries.
    GeoBlocked,
    /// Left.
    Kept,
}

/// Say what you did about a notice
///
/// The same again changes nothing; another outcome replaces the one before. Saying it acknowledges the notice too.
#[utoipa::path(
    post, path = "/notices/{id}/outcome", tag = "notices", operation_id = "notice_outcome",
    params(("id" = NoticeId, Path, description = "The notice.")),
    request_body(content = NoticeOutcome, example = json!({"outcome": "removed"})),
    responses(
        (status = 204, description = "Written down."),
        (status = 409, description = "It was taken back.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn notice_outcome(
    State(node): State<Node>,
    who: Teller,
    Path(id): Path<NoticeId>,
    Json(said): Json<NoticeOutcome>,
) -> Result<StatusCode, Problem> {
    let answer = match (said.outcome, said.reason) {
        (Done::Removed, None) => Answer::Removed,
        (Done::GeoBlocked, None) => Answer::GeoBlocked,
        (Done::Kept, Some(reason)) => Answer::Kept(reason),
        _ => return Err(Problem::invalid("give a reason with `kept`, and only with `kept`")),
    };
    let who = who.renewed(&node).await?;
    node.removal.answer(By::from(&who), id, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}
