//! `GET threat_descriptors`: a search, page by page through the bank.

use std::collections::HashMap;

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use exchange::dialects::Stance;
use exchange::dialects::threatexchange::{Descriptor, encode_descriptors, fingerprint};

use super::{Fault, GROUP, descriptors_of, is_version, json, limit, names, next_address, parameters, whole};
use crate::access::Follower;
use crate::exchange::dialect::{NUMBERS_PER_READING, Shown, Walk};
use crate::http::{Path, Problem};
use crate::node::Node;

/// Search, for ThreatExchange's clients
///
/// What stands now, oldest first; `text` with `strict_text=true` finds a hash at once. Parameters that are not known here are
/// passed over.
#[utoipa::path(
    get, path = "/{version}/threat_descriptors", tag = "dialects", operation_id = "threatexchange_search",
    params(
        ("version" = String, Path, description = "Such as v26.0.", pattern = "^v[0-9]{1,3}\\.0$"),
        ("text" = Option<String>, Query, description = "Part of a hash, or with `strict_text` the whole."),
        ("strict_text" = Option<String>, Query, description = "`true`: the whole."),
        ("type" = Option<String>, Query, description = "Such as HASH_PDQ."),
        ("status" = Option<String>, Query, description = "MALICIOUS, UNKNOWN or NON_MALICIOUS."),
        ("owner" = Option<String>, Query, description = "Numbers of applications, between commas."),
        ("tags" = Option<String>, Query, description = "Between commas: any of them, or all with `tags_are_anded=true`."),
        ("tags_are_anded" = Option<String>, Query, description = "`true`: all of them."),
        ("since" = Option<i64>, Query, description = "Made at or after this second."),
        ("until" = Option<i64>, Query, description = "Made before this second."),
        ("limit" = Option<u32>, Query, description = "About so many a page, 1 to 5000."),
        ("after" = Option<String>, Query, description = "From `paging.next`."),
    ),
    responses(
        (status = 200, description = "A page.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Object, content_type = "application/json"),
        (status = "5XX", description = "The node failed.", body = Object, content_type = "application/json"),
    )
)]
pub(super) async fn search(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower, Fault>,
    Path(version): Path<String>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Fault> {
    is_version(&version)?;
    let parameters = parameters(&uri, b"");
    let (limit, wanted) = (limit(&parameters)?, Wanted::of(&parameters)?);
    if !wanted.is_here {
        return Ok(json(encode_descriptors(&[], None)));
    }
    if let Some(text) = &wanted.whole_text {
        let kinds = ["HASH_PDQ", "HASH_MD5", "HASH_SHA256"];
        let named: Vec<_> = kinds.iter().filter_map(|kind| Some(fingerprint(kind, text, false).ok()?.0)).collect();
        let held = node.bank.held(who.viewer(), &named).await?;
        let mut found: Vec<_> = held.iter().flat_map(|held| descriptors_of(held, who.partner(), who.key())).collect();
        found.retain(|descriptor| wanted.is(descriptor));
        return Ok(json(encode_descriptors(&found, None)));
    }
    let head = node.bank.head().await?;
    let mut walk = match parameters.get("after").filter(|token| !token.is_empty()) {
        Some(token) => Walk::of(token, head)?,
        None => Walk { after: 0, until: head },
    };
    let end = walk.page_end();
    let mut found = Vec::new();
    while walk.after < end && found.len() < limit as usize {
        let page = node.bank.told_by_value(who.viewer(), walk.after, end, limit.min(NUMBERS_PER_READING)).await?;
        walk.after = page.through;
        let all = page.held.iter().flat_map(|held| descriptors_of(held, who.partner(), who.key()));
        found.extend(all.filter(|descriptor| wanted.is(descriptor)));
    }
    let next = (!walk.is_over()).then(|| next_address(&headers, &uri, &parameters, &walk.token())).transpose()?;
    Ok(json(encode_descriptors(&found, next.as_deref())))
}

/// What is looked for.
struct Wanted {
    is_here: bool,
    whole_text: Option<String>,
    text: String,
    kind: Option<String>,
    stance: Option<Stance>,
    owners: Vec<String>,
    tags: Vec<String>,
    all_tags: bool,
    since: Option<i64>,
    until: Option<i64>,
}

impl Wanted {
    fn of(parameters: &HashMap<String, String>) -> Result<Self, Problem> {
        let is_true =
            |name: &str| parameters.get(name).is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1");
        let given = |name: &str| parameters.get(name).filter(|text| !text.is_empty()).cloned();
        let text = given("text").unwrap_or_default().to_ascii_lowercase();
        let stance = match given("status").as_deref() {
            None => None,
            Some("MALICIOUS") => Some(Stance::Firm),
            Some("UNKNOWN") => Some(Stance::Lead),
            Some("NON_MALICIOUS") => Some(Stance::Contested),
            Some(_) => return Err(Problem::invalid("status is MALICIOUS, UNKNOWN or NON_MALICIOUS")),
        };
        let groups = names(parameters, "privacy_groups");
        Ok(Self {
            is_here: groups.is_empty() || groups.contains(&GROUP.to_string()),
            whole_text: (is_true("strict_text") && !text.is_empty()).then(|| text.clone()),
            text,
            kind: given("type"),
            stance,
            owners: names(parameters, "owner"),
            tags: names(parameters, "tags"),
            all_tags: is_true("tags_are_anded"),
            since: whole(parameters, "since")?,
            until: whole(parameters, "until")?,
        })
    }

    fn is(&self, descriptor: &Descriptor) -> bool {
        let has = |tag: &String| descriptor.tags.contains(tag);
        let tagged = if self.all_tags { self.tags.iter().all(has) } else { self.tags.iter().any(has) };
        descriptor.indicator.contains(&self.text)
            && self.kind.as_ref().is_none_or(|kind| *kind == descriptor.kind)
            && self.stance.is_none_or(|stance| stance == descriptor.stance)
            && (self.owners.is_empty() || self.owners.contains(&descriptor.owner.to_string()))
            && (self.tags.is_empty() || tagged)
            && self.since.is_none_or(|since| descriptor.added >= since)
            && self.until.is_none_or(|until| descriptor.added < until)
    }
}
