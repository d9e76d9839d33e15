//! `POST entries/{id}/dispute`: contest an entry.

use axum::extract::State;
use exchange::EntryId;

use super::withdraw::Changed;
use crate::access::Contributor;
use crate::http::{Json, Path, Problem};
use crate::node::Node;

/// Contest an entry
///
/// For whoever may see it. It stays matched, and its advice is `review` everywhere until its hotline has decided.
/// Again is the same as once.
#[utoipa::path(
    post, path = "/entries/{id}/dispute", tag = "contribute", operation_id = "dispute",
    params(("id" = EntryId, Path, description = "The entry.")),
    responses(
        (status = 200, description = "Disputed.", body = Changed),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn dispute(
    State(node): State<Node>,
    who: Contributor,
    Path(id): Path<EntryId>,
) -> Result<Json<Changed>, Problem> {
    Ok(Json(Changed { seq: node.bank.dispute(&who, id).await? }))
}
