//! `GET notices/key`: what webhooks are signed with.

use axum::extract::State;

use crate::access::Reader;
use crate::http::{Json, Problem};
use crate::node::Node;
use crate::removal::webhook::PublicKey;

/// What webhooks are signed with
///
/// The node's public key (RFC 8037). Every webhook carries `Signature-Input` and `Signature` (RFC 9421, Ed25519, label
/// `rempart`) over `@method`, `@target-uri`, `content-digest` and `idempotency-key`. Refuse what is more than 300 seconds off,
/// and do what an idempotency key names once.
#[utoipa::path(
    get, path = "/notices/key", tag = "notices", operation_id = "notice_key",
    responses(
        (status = 200, description = "The key.", body = PublicKey),
        (status = "4XX", description = "Not for this key.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn notice_key(State(node): State<Node>, _: Reader) -> Json<PublicKey> {
    Json(node.removal.webhook_key())
}
