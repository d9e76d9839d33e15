//! `GET {group}/threat_updates`: what changed, oldest first.

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use exchange::dialects::threatexchange::{Page, Update, encode_updates, update};

use super::{Fault, GROUP, is_version, json, known_as, limit, names, next_address, nothing, number, parameters, whole};
use crate::access::Follower;
use crate::bank::Dialect;
use crate::exchange::dialect::{NUMBERS_PER_READING, Shown, Walk, told, walk_from};
use crate::http::Path;
use crate::node::Node;

/// The list, for ThreatExchange's clients
///
/// From `start_time` on, itself included. An entry is a descriptor of each of its hashes; a hash that nobody stands for any more
/// is to be deleted, for 90 days. Never empty: where there is nothing new, a deletion of what never was.
#[utoipa::path(
    get, path = "/{version}/{id}/threat_updates", tag = "dialects", operation_id = "threatexchange_updates",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("id" = String, Path, description = "The privacy group, 1000."),
        ("start_time" = Option<i64>, Query, description = "The highest `last_updated` known; left out: from the beginning."),
        ("stop_time" = Option<i64>, Query, description = "Before this second."),
        ("limit" = Option<u32>, Query, description = "Changes that are looked at for a page, 1 to 5000."),
        ("types" = Option<String>, Query, description = "Only these, between commas."),
        ("after" = Option<String>, Query, description = "From `paging.next`."),
    ),
    responses(
        (status = 200, description = "A page.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn updates(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower, Fault>,
    Path((version, group)): Path<(String, String)>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Fault> {
    is_version(&version)?;
    if number(&group)? != u128::from(GROUP) {
        return Err(nothing());
    }
    let parameters = parameters(&uri, b"");
    let (limit, types) = (limit(&parameters)?, names(&parameters, "types"));
    let (start, stop) = (whole(&parameters, "start_time")?, whole(&parameters, "stop_time")?);
    let mut walk = match parameters.get("after").filter(|token| !token.is_empty()) {
        Some(token) => Walk::of(token, node.bank.head().await?)?,
        None => {
            let mut walk = walk_from(&node, &who, Dialect::ThreatExchange, start).await?;
            if let Some(stop) = stop {
                walk.until = node.bank.number_before(stop).await?.clamp(walk.after, walk.until);
            }
            walk
        }
    };
    let end = walk.page_end();
    let mut updates: Vec<Update> = Vec::new();
    while walk.after < end && updates.len() < limit as usize {
        let page = node.bank.told_by_value(who.viewer(), walk.after, end, limit.min(NUMBERS_PER_READING)).await?;
        walk.after = page.through;
        let mut said: Vec<Update> = page.held.iter().map(update).collect();
        said.retain(|update| types.is_empty() || types.contains(&update.kind));
        for opinion in said.iter_mut().flat_map(|update| &mut update.opinions) {
            opinion.owner = known_as(opinion.owner, who.partner(), who.key());
        }
        updates.extend(said);
    }
    let second = node.bank.second_of(walk.after).await?.unwrap_or(0).max(start.unwrap_or(0));
    if updates.is_empty() {
        updates.push(Update::nothing_new(second));
    }
    if walk.is_over() && stop.is_none() {
        told(&node, &who, Dialect::ThreatExchange, walk.after, second).await?;
    }
    let next = (!walk.is_over()).then(|| next_address(&headers, &uri, &parameters, &walk.token())).transpose()?;
    Ok(json(encode_updates(&Page { updates, next, skipped: Vec::new() })))
}
