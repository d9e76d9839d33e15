//! `GET status`, `GET members`: who asks, and who lists.

use axum::extract::State;
use axum::response::Response;
use exchange::dialects::ncmec::{Member, encode_members, encode_status};
use exchange::dialects::owner_number;

use super::xml;
use crate::access::{Follower, Reader};
use crate::exchange::dialect::Shown;
use crate::http::Problem;
use crate::node::Node;

/// Who asks, for NCMEC's clients
#[utoipa::path(
    get, path = "/status", tag = "dialects", operation_id = "ncmec_status",
    responses(
        (status = 200, description = "You.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "No good key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn status(Shown(who, _): Shown<Reader>) -> Response {
    let member = who.member();
    xml(encode_status(&Member { id: owner_number(member.partner), name: member.name.clone() }))
}

/// Who lists, for NCMEC's clients
///
/// Everybody who takes part and is not revoked: whose entries one may meet.
#[utoipa::path(
    get, path = "/members", tag = "dialects", operation_id = "ncmec_members",
    responses(
        (status = 200, description = "Members.", body = String, content_type = "application/xml; charset=utf-8"),
        (status = "4XX", description = "Not for this key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn members(State(node): State<Node>, Shown(who, _): Shown<Follower>) -> Result<Response, Problem> {
    // Who contributes nothing need not be known to others.
    let lists = |agreement: &exchange::Agreement| agreement.contributes != exchange::Reach::default();
    let everyone = node.partners.list().await?.into_iter();
    let members: Vec<Member> = everyone
        .filter(|one| one.revoked_at.is_none() && (lists(&one.agreement) || one.id == who.partner()))
        .map(|one| Member { id: owner_number(one.id), name: one.name })
        .collect();
    Ok(xml(encode_members(&members)))
}
