//! `DELETE entries/{id}`: take an entry back.

use axum::extract::State;
use exchange::{EntryId, RemoveReason};
use serde::{Deserialize, Serialize};

use crate::access::Contributor;
use crate::http::{Json, Path, Problem, Query};
use crate::node::Node;

/// Why an entry is taken back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WithdrawParameters {
    /// `person_asked` when left out. `not_shared` is for the feed alone.
    #[param(default = "person_asked")]
    pub reason: Option<RemoveReason>,
}

/// A change that was made.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Changed {
    /// Its number: partners whose cursor is here or beyond have applied it.
    pub seq: u64,
}

/// Take an entry back
///
/// Its fingerprints are deleted here, and everyone who could see it is told to forget it. Only its contributor may.
/// Again is the same as once.
#[utoipa::path(
    delete, path = "/entries/{id}", tag = "contribute", operation_id = "withdraw",
    params(("id" = EntryId, Path, description = "The entry."), WithdrawParameters),
    responses(
        (status = 200, description = "Withdrawn.", body = Changed),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn withdraw(
    State(node): State<Node>,
    who: Contributor,
    Path(id): Path<EntryId>,
    Query(parameters): Query<WithdrawParameters>,
) -> Result<Json<Changed>, Problem> {
    let reason = parameters.reason.unwrap_or(RemoveReason::PersonAsked);
    if reason == RemoveReason::NotShared {
        return Err(Problem::invalid("not_shared is not a reason to withdraw; leave the reason out or give another"));
    }
    let seq = node.bank.withdraw(&who, id, reason).await?;
    Ok(Json(Changed { seq }))
}
