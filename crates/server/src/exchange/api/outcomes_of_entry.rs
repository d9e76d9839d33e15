//! `GET entries/{id}/outcomes`: what was done about an entry.

use axum::extract::State;
use exchange::EntryId;
use serde::Serialize;

use crate::access::Reader;
use crate::http::{Json, Path, Problem};
use crate::node::Node;
use crate::removal::OutcomeView;

/// What was done about an entry.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OutcomesOfEntry {
    /// Newest first, at most 1000.
    pub outcomes: Vec<OutcomeView>,
}

/// What was done about an entry
///
/// Its contributor reads everybody's outcomes; others read their own.
#[utoipa::path(
    get, path = "/entries/{id}/outcomes", tag = "outcome", operation_id = "outcomes_of_entry",
    params(("id" = EntryId, Path, description = "The entry.")),
    responses(
        (status = 200, description = "The outcomes.", body = OutcomesOfEntry),
        (status = "4XX", description = "No such entry, or not for this key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn outcomes_of_entry(
    State(node): State<Node>,
    who: Reader,
    Path(id): Path<EntryId>,
) -> Result<Json<OutcomesOfEntry>, Problem> {
    let own = node.bank.is_contributor(&who, id).await?;
    let own = own.ok_or_else(|| Problem::not_found(format!("no entry {id}")))?;
    let of = (!own).then_some(who.partner());
    Ok(Json(OutcomesOfEntry { outcomes: node.removal.outcomes(id, of).await? }))
}
