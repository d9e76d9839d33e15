//! `POST notices/{id}/acknowledgement`: the platform has it.

use axum::extract::State;
use axum::http::StatusCode;
use exchange::NoticeId;

use crate::access::Teller;
use crate::http::{Path, Problem};
use crate::node::Node;
use crate::removal::By;

/// Say that you have a notice
///
/// Again is the same as once. Where the law asks for a confirmation of receipt, this is it.
#[utoipa::path(
    post, path = "/notices/{id}/acknowledgement", tag = "notices", operation_id = "acknowledge_notice",
    params(("id" = NoticeId, Path, description = "The notice.")),
    responses(
        (status = 204, description = "Written down."),
        (status = 409, description = "It is answered or taken back already.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn notice_acknowledgement(
    State(node): State<Node>,
    who: Teller,
    Path(id): Path<NoticeId>,
) -> Result<StatusCode, Problem> {
    node.removal.acknowledge(By::from(&who), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
