//! `PUT entries/{member}/{entry}/{type}/feedback`, `GET feedback/{type}/reasons`, `GET categorizations`.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use exchange::dialects::ncmec::{
    FEEDBACK_TYPES, Reason, decode_feedback, encode_categorizations, encode_reasons, encode_result,
};
use exchange::{EntryId, OutcomeKind};

use super::xml;
use crate::access::{Reader, Teller};
use crate::exchange::dialect::{Shown, tell_of};
use crate::http::{Path, Problem};
use crate::node::Node;

/// Say what was done, as NCMEC's clients do
///
/// Agreement becomes the outcome blocked; a reason against it the one that it names, and one that is not ours: kept as no
/// violation. On which fingerprint it was said is not kept.
#[utoipa::path(
    put, path = "/entries/{member}/{entry}/{kind}/feedback", tag = "dialects", operation_id = "ncmec_feedback",
    params(
        ("member" = u64, Path, description = "Whose entry; not looked at, entries are unique."),
        ("entry" = EntryId, Path, description = "The entry."),
        ("kind" = String, Path, description = "MD5, SHA1, PDNA, PDQ, NETCLEAN, VIDENTIFIER, TMK_PDQF, SSVH_PDNA or SSVH_SAFER_HASH."),
    ),
    request_body(content = String, content_type = "application/xml; charset=utf-8"),
    responses(
        (status = 200, description = "Written down.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn feedback(
    State(node): State<Node>,
    Shown(who, _): Shown<Teller>,
    Path((_, entry, kind)): Path<(u64, EntryId, String)>,
    body: Bytes,
) -> Result<Response, Problem> {
    let who = who.renewed(&node).await?;
    known(&kind)?;
    let said = match decode_feedback(&body)? {
        None => vec![(OutcomeKind::Blocked, None)],
        Some(reasons) => reasons.into_iter().map(Reason::outcome).collect(),
    };
    tell_of(&node, &who, entry, &said).await?;
    Ok(xml(encode_result(&[])))
}

/// Reasons that can be given against an entry, for NCMEC's clients
#[utoipa::path(
    get, path = "/feedback/{kind}/reasons", tag = "dialects", operation_id = "ncmec_feedback_reasons",
    params(("kind" = String, Path, description = "As in the feedback.")),
    responses(
        (status = 200, description = "Reasons.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "No good key, or no such type.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reasons(Shown(..): Shown<Reader>, Path(kind): Path<String>) -> Result<Response, Problem> {
    known(&kind)?;
    Ok(xml(encode_reasons(&kind)))
}

/// Categorizations of entries, for NCMEC's clients
///
/// There are none: an entry's tier stands in its classification.
#[utoipa::path(
    get, path = "/categorizations", tag = "dialects", operation_id = "ncmec_categorizations",
    responses(
        (status = 200, description = "None.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "No good key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn categorizations(Shown(..): Shown<Reader>) -> Response {
    xml(encode_categorizations())
}

fn known(kind: &str) -> Result<(), Problem> {
    if FEEDBACK_TYPES.contains(&kind) {
        return Ok(());
    }
    Err(Problem::not_found(format!("a type of fingerprint is one of {}", FEEDBACK_TYPES.join(", "))))
}
