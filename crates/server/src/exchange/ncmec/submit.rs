//! `POST entries`, `DELETE entries`: a member lists and takes back, many at once.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use exchange::dialects::ncmec::{Submitted, decode_retraction, decode_submission, encode_result};
use exchange::dialects::{Flaw, Skipped};
use exchange::{Class, EntryId, RemoveReason};

use super::xml;
use crate::access::Contributor;
use crate::exchange::dialect::{Shown, offered};
use crate::http::Problem;
use crate::node::Node;

/// List entries, as NCMEC's clients do
///
/// Up to 1000 entries of minors, all or none; contributed as looked at where the agreement allows it. The answer names each by
/// the sender's name and by ours, under which it is taken back.
#[utoipa::path(
    post, path = "/entries", tag = "dialects", operation_id = "ncmec_submit",
    request_body(content = String, content_type = "application/xml; charset=utf-8"),
    responses(
        (status = 200, description = "What was taken.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn submit(
    State(node): State<Node>,
    Shown(who, _): Shown<Contributor>,
    body: Bytes,
) -> Result<Response, Problem> {
    let who = who.renewed(&node).await?;
    let (entries, skipped) = decode_submission(&body)?;
    whole(&skipped)?;
    let contribution = |entry: &Submitted| offered(who.agreement(), Class::Minor, true, entry.fingerprints.clone());
    let contributions: Vec<_> = entries.iter().map(contribution).collect();
    let contributed = node.bank.contribute(&who, &contributions, None).await?;
    let named = entries.into_iter().zip(contributed.entries);
    let done: Vec<_> = named.map(|(entry, given)| (entry.id, given.id.to_string())).collect();
    Ok(xml(encode_result(&done)))
}

/// Take entries back, as NCMEC's clients do
///
/// Up to 1000, by our names for them. One after the other: when one is refused, those before it are taken back; sending
/// the same again is the same as once.
#[utoipa::path(
    delete, path = "/entries", tag = "dialects", operation_id = "ncmec_retract",
    request_body(content = String, content_type = "application/xml; charset=utf-8"),
    responses(
        (status = 200, description = "What was taken back.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "Nothing from the one on that it is about was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing from some one on was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn retract(
    State(node): State<Node>,
    Shown(who, _): Shown<Contributor>,
    body: Bytes,
) -> Result<Response, Problem> {
    let who = who.renewed(&node).await?;
    let (entries, skipped) = decode_retraction(&body)?;
    whole(&skipped)?;
    let id = |name: &str| {
        name.parse::<EntryId>().map_err(|_| Problem::not_found("no entry of this name; take our names for them"))
    };
    let ids: Vec<EntryId> = entries.iter().map(|entry| id(&entry.id)).collect::<Result<_, _>>()?;
    let mut done = Vec::with_capacity(ids.len());
    for id in ids {
        node.bank.withdraw(&who, id, RemoveReason::Mistaken).await?;
        done.push((id.to_string(), id.to_string()));
    }
    Ok(xml(encode_result(&done)))
}

/// A record with nothing that is matched here is no reason to refuse the others; one that is broken is.
fn whole(skipped: &[Skipped]) -> Result<(), Problem> {
    match skipped.iter().find(|one| one.flaw != Flaw::OtherKind) {
        None => Ok(()),
        Some(one) => Err(Problem::invalid(format!("entry {}: {}", one.position, one.flaw))),
    }
}
