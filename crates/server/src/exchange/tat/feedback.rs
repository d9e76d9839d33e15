//! `GET hash-list/v2/feedback/categories`, `POST hash-list/v2/feedback`: what is said of a hash.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use exchange::dialects::tat::{CATEGORIES, decode_feedback, encode_categories};

use super::json;
use crate::access::{Reader, Teller};
use crate::exchange::dialect::{Shown, Taken, tell};
use crate::http::{Json, Problem};
use crate::node::Node;

/// What can be said of a hash, for Tech Against Terrorism's clients
#[utoipa::path(
    get, path = "/hash-list/v2/feedback/categories", tag = "dialects", operation_id = "tat_feedback_categories",
    responses(
        (status = 200, description = "Categories.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "No good key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn categories(Shown(..): Shown<Reader>) -> Response {
    json(encode_categories())
}

/// Say what was done, as Tech Against Terrorism's clients do
///
/// `hash_digest` and `category`, by number or name; it becomes an outcome of every entry that holds the value.
#[utoipa::path(
    post, path = "/hash-list/v2/feedback", tag = "dialects", operation_id = "tat_feedback",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "Written down.", body = Taken),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn feedback(
    State(node): State<Node>,
    Shown(who, _): Shown<Teller>,
    body: Bytes,
) -> Result<Json<Taken>, Problem> {
    let who = who.renewed(&node).await?;
    let feedback = decode_feedback(&body)?;
    let (_, _, _, kind, reason) = CATEGORIES[feedback.category];
    let meant = tell(&node, &who, &[(feedback.fingerprints(), kind, reason)]).await?;
    if meant == 0 {
        return Err(Problem::not_found("nobody lists this hash, as far as you are shown"));
    }
    Ok(Json(Taken::of(1, &[])))
}
