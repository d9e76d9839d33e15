//! `GET entries/{id}`: one entry as it stands.

use axum::extract::State;
use exchange::{Entry, EntryId};

use crate::access::Reader;
use crate::http::{Json, Path, Problem};
use crate::node::Node;

/// One entry as it stands
///
/// For its contributor and for whoever may see it. Fingerprints are shown
/// to its contributor and to keys with the scope `follow`; a withdrawn entry has none.
#[utoipa::path(
    get, path = "/entries/{id}", tag = "contribute", operation_id = "entry",
    params(("id" = EntryId, Path, description = "The entry.")),
    responses(
        (status = 200, description = "The entry.", body = Entry),
        (status = "4XX", description = "No such entry, or not for this key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn entry(
    State(node): State<Node>,
    who: Reader,
    Path(id): Path<EntryId>,
) -> Result<Json<Entry>, Problem> {
    let entry = node.bank.entry(&who, id).await?;
    entry.map(Json).ok_or_else(|| Problem::not_found(format!("no entry {id}")))
}
