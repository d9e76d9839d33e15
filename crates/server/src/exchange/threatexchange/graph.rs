//! What stands under a number: a privacy group, a descriptor, an indicator; several by their numbers; groups; tags.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use exchange::dialects::ncmec::time;
use exchange::dialects::threatexchange::{
    Descriptor, Group, encode_by_id, encode_descriptor, encode_group, encode_groups, encode_indicator, encode_tags,
};
use exchange::{Class, Tier};

use super::{Fault, GROUP, descriptors_of, entry_of, is_version, json, names, nothing, number, parameters};
use crate::access::Follower;
use crate::exchange::dialect::Shown;
use crate::http::{Path, Problem};
use crate::node::Node;

/// Descriptors of one call, at most.
const IDS_MAX: usize = 100;

/// What stands under a number, for ThreatExchange's clients
///
/// The privacy group 1000, a descriptor, or an indicator with its descriptors.
#[utoipa::path(
    get, path = "/{version}/{id}", tag = "dialects", operation_id = "threatexchange_node",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("id" = String, Path, description = "A decimal number."),
    ),
    responses(
        (status = 200, description = "It.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "There is none that the key may see.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn node(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower, Fault>,
    Path((version, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    is_version(&version)?;
    let number = number(&id)?;
    if number == u128::from(GROUP) {
        return Ok(json(encode_group(&group(&node).await?)));
    }
    if let Some(descriptor) = descriptors(&node, &who, &[number]).await?.pop() {
        return Ok(json(encode_descriptor(&descriptor)));
    }
    let held = node.bank.held_by_name(who.viewer(), number).await?.ok_or_else(nothing)?;
    Ok(json(encode_indicator(&id, &descriptors_of(&held, who.partner(), who.key()))))
}

/// Descriptors by their numbers, for ThreatExchange's clients
#[utoipa::path(
    get, path = "/{version}/", tag = "dialects", operation_id = "threatexchange_by_ids",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("ids" = Option<String>, Query, description = "Up to 100, between commas."),
    ),
    responses(
        (status = 200, description = "By number; those that the key may not see are left out.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn by_ids(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower, Fault>,
    Path(version): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    is_version(&version)?;
    let ids = names(&parameters(&uri, b""), "ids");
    if ids.is_empty() || ids.len() > IDS_MAX {
        return Err(Problem::invalid(format!("ids are 1 to {IDS_MAX} decimal numbers between commas")).into());
    }
    let ids: Vec<u128> = ids.iter().map(|id| number(id)).collect::<Result<_, _>>()?;
    Ok(json(encode_by_id(&descriptors(&node, &who, &ids).await?)))
}

/// The descriptors of entries that the asker may see: of the first hash of each.
async fn descriptors(node: &Node, who: &Follower, ids: &[u128]) -> Result<Vec<Descriptor>, Fault> {
    let entries: Vec<_> = ids.iter().map(|id| entry_of(*id)).collect();
    let named = node.bank.first_fingerprints(who.viewer(), &entries).await?;
    let fingerprints: Vec<_> = named.values().cloned().collect();
    let held = node.bank.held(who.viewer(), &fingerprints).await?;
    let mut found: Vec<Descriptor> =
        held.iter().flat_map(|held| descriptors_of(held, who.partner(), who.key())).collect();
    let wanted: Vec<String> = ids.iter().map(u128::to_string).collect();
    found.retain(|descriptor| wanted.contains(&descriptor.id));
    found.dedup_by(|one, other| one.id == other.id);
    Ok(found)
}

/// The privacy groups that an application is in, for ThreatExchange's clients
#[utoipa::path(
    get, path = "/{version}/{id}/threat_privacy_groups_member", tag = "dialects", operation_id = "threatexchange_groups_member",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("id" = String, Path, description = "The application's number; the token says who asks."),
    ),
    responses(
        (status = 200, description = "One.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn groups_member(
    State(node): State<Node>,
    Shown(..): Shown<Follower, Fault>,
    Path((version, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    is_version(&version)?;
    number(&id)?;
    Ok(json(encode_groups(&[group(&node).await?])))
}

/// The privacy groups that an application owns, for ThreatExchange's clients
#[utoipa::path(
    get, path = "/{version}/{id}/threat_privacy_groups_owner", tag = "dialects", operation_id = "threatexchange_groups_owner",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("id" = String, Path, description = "The application's number; the token says who asks."),
    ),
    responses(
        (status = 200, description = "None: the node owns its own.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn groups_owner(
    Shown(..): Shown<Follower, Fault>,
    Path((version, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    is_version(&version)?;
    number(&id)?;
    Ok(json(encode_groups(&[])))
}

/// Tags, for ThreatExchange's clients
///
/// Classes and tiers. All that begin with `text`.
#[utoipa::path(
    get, path = "/{version}/threat_tags", tag = "dialects", operation_id = "threatexchange_tags",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("text" = Option<String>, Query, description = "How they begin."),
    ),
    responses(
        (status = 200, description = "Tags.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn tags(
    Shown(..): Shown<Follower, Fault>,
    Path(version): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    is_version(&version)?;
    let beginning = parameters(&uri, b"").remove("text").unwrap_or_default();
    let all = Class::ALL.iter().map(|class| class.name()).chain(Tier::ALL.iter().map(|tier| tier.name()));
    Ok(json(encode_tags(all.filter(|tag| tag.starts_with(&beginning)))))
}

async fn group(node: &Node) -> Result<Group, Problem> {
    let head = node.bank.head().await?;
    let second = node.bank.second_of(head).await?.unwrap_or(0);
    let added = time(node.bank.second_of(1).await?.unwrap_or(0)).replace('Z', "+0000");
    Ok(Group {
        id: GROUP.to_string(),
        name: "Rempart".to_owned(),
        description: "What this node's operator agreed to show you.".to_owned(),
        members_can_see: false,
        members_can_use: true,
        threat_updates_enabled: true,
        added_on: added,
        last_updated: time(second).replace('Z', "+0000"),
    })
}
