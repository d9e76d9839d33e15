//! Meta's ThreatExchange: updates, privacy groups, descriptors, reactions, tags; any version `vN.0`.
//!
//! A partner sees one privacy group, [`GROUP`]: what its agreement shows. An entry's descriptor has the entry's id as a
//! decimal number, an indicator the beginning of its keyed digest.

mod descriptors;
mod graph;
mod post;
mod updates;

use std::collections::HashMap;

use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post as posted};
use exchange::dialects::threatexchange::{Descriptor, encode_error, type_of};
use exchange::dialects::{Held, owner_number};
use exchange::{EntryId, KeyId, PartnerId, hex};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::Problem;
use crate::node::Node;

/// The one privacy group.
pub(crate) const GROUP: u64 = 1_000;

pub(super) fn routes() -> OpenApiRouter<Node> {
    OpenApiRouter::new()
        .routes(routes!(updates::updates))
        .routes(routes!(descriptors::search, post::submit))
        .routes(routes!(graph::tags))
        .routes(routes!(graph::groups_member))
        .routes(routes!(graph::groups_owner))
        .routes(routes!(graph::node, post::react, post::delete))
        .routes(routes!(graph::by_ids))
        // Clients of the graph write a slash at the end or not, as they please.
        .route("/{version}/{id}/threat_updates/", get(updates::updates))
        .route("/{version}/threat_descriptors/", get(descriptors::search).post(post::submit))
        .route("/{version}/threat_tags/", get(graph::tags))
        .route("/{version}/{id}/threat_privacy_groups_member/", get(graph::groups_member))
        .route("/{version}/{id}/threat_privacy_groups_owner/", get(graph::groups_owner))
        .route("/{version}/{id}/", posted(post::react).get(graph::node).delete(post::delete))
}

/// A problem in the graph's words.
pub(super) struct Fault(Problem);

impl<E: Into<Problem>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        // Those that its clients know: a token that opens nothing, too many calls, anything else.
        let code = match self.0.status {
            401 => 190,
            429 => 4,
            403 => 10,
            _ => 100,
        };
        let body = encode_error(code, &self.0.detail);
        let mut response = self.0.into_response();
        *response.body_mut() = body.into();
        response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

fn json(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

/// `v26.0`, or any other.
fn is_version(text: &str) -> Result<(), Problem> {
    let number = text.strip_prefix('v').unwrap_or_default();
    let is_number =
        !number.is_empty() && number.len() <= 8 && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number { Ok(()) } else { Err(Problem::not_found("a version of the graph is v26.0 or another number")) }
}

/// A decimal number that names something here.
fn number(text: &str) -> Result<u128, Problem> {
    let is_number = (1..=39).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse().ok()).flatten();
    number.ok_or_else(|| {
        Problem::not_found(format!("there is nothing called so; a name is a decimal number ({})", text.len()))
    })
}

fn entry_of(number: u128) -> EntryId {
    EntryId::from_bytes(number.to_be_bytes())
}

/// What stands in a query and in a form, the query first.
fn parameters(uri: &Uri, body: &[u8]) -> HashMap<String, String> {
    let query = uri.query().unwrap_or_default().as_bytes();
    let mut parameters: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    parameters.extend(form_urlencoded::parse(query).into_owned());
    parameters
}

/// The names that stand in one parameter, between commas.
fn names(parameters: &HashMap<String, String>, name: &str) -> Vec<String> {
    let text = parameters.get(name).map(String::as_str).unwrap_or_default();
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// A whole number, or nothing.
fn whole(parameters: &HashMap<String, String>, name: &str) -> Result<Option<i64>, Problem> {
    let text = parameters.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let number = text.map(|text| text.parse::<i64>().ok().filter(|number| (0..=253_402_207_199).contains(number)));
    match number {
        None => Ok(None),
        Some(Some(number)) => Ok(Some(number)),
        Some(None) => Err(Problem::invalid(format!("{name} is a whole number"))),
    }
}

/// How many a page may have.
fn limit(parameters: &HashMap<String, String>) -> Result<u32, Problem> {
    const MAX: i64 = 5_000;
    match whole(parameters, "limit")? {
        None => Ok(100),
        Some(limit @ 1..=MAX) => Ok(u32::try_from(limit).unwrap_or(100)),
        Some(_) => Err(Problem::invalid(format!("limit is 1 to {MAX}"))),
    }
}

/// The whole address of the next page, from the one that was asked for (not the part of it that a router goes by): clients of the graph follow it as it is, token included.
fn next_address(
    headers: &HeaderMap,
    uri: &Uri,
    parameters: &HashMap<String, String>,
    after: &str,
) -> Result<String, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST.as_str()).filter(|host| host.len() <= 255).ok_or_else(|| Problem::malformed("no Host"))?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_here = matches!(name, "localhost" | "[::1]") || name.starts_with("127.");
    let scheme = match text("x-forwarded-proto") {
        Some("http") => "http",
        Some(_) => "https",
        // A token must not leave in the clear because nobody said how it came.
        None if is_here => "http",
        None => "https",
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut kept: Vec<_> = parameters.iter().filter(|(name, _)| *name != "after" && *name != "start_time").collect();
    kept.sort_unstable();
    // The token came in a header or in the query; only what was in the query goes on.
    query.extend_pairs(kept).append_pair("after", after);
    Ok(format!("{scheme}://{host}{}?{}", uri.path(), query.finish()))
}

/// The number by which a partner is known to the holder of a key: its own is the one that its token begins with.
fn known_as(owner: u64, partner: PartnerId, key: KeyId) -> u64 {
    if owner == owner_number(partner) { u64::from_be_bytes(*key.as_bytes()) } else { owner }
}

/// What is said of a fingerprint, one by one.
fn descriptors_of(held: &Held, partner: PartnerId, key: KeyId) -> Vec<Descriptor> {
    let descriptor = |holder: &exchange::dialects::Holder| {
        let mut tags = vec![holder.class.name().to_owned(), holder.tier.name().to_owned()];
        tags.sort_unstable();
        Descriptor {
            id: u128::from_be_bytes(*holder.entry.as_bytes()).to_string(),
            indicator: hex::encode(held.fingerprint.bytes()),
            kind: type_of(held.fingerprint.kind(), held.medium).to_owned(),
            stance: holder.stance(),
            owner: known_as(holder.owner, partner, key),
            owner_name: holder.origin.clone(),
            tags,
            added: holder.created,
        }
    };
    held.holders.iter().map(descriptor).collect()
}

/// That there is nothing of this name, as far as the asker may know.
fn nothing() -> Fault {
    Fault(Problem::new(
        StatusCode::NOT_FOUND,
        "not-found",
        "There is no such thing",
        "There is no object of this number that you may see.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_asked_for_where_this_one_was_and_never_in_the_clear() {
        let next = |host: &str, forwarded: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(forwarded) = forwarded {
                headers.insert("x-forwarded-proto", forwarded.parse().unwrap());
            }
            let uri: Uri =
                "/threatexchange/v26.0/1/threat_updates/?access_token=a%7Cb&start_time=3&limit=9".parse().unwrap();
            next_address(&headers, &uri, &parameters(&uri, b""), "5.7").unwrap()
        };
        let rest = "/threatexchange/v26.0/1/threat_updates/?access_token=a%7Cb&limit=9&after=5.7";
        assert_eq!(next("graph.facebook.com", None), format!("https://graph.facebook.com{rest}"));
        assert_eq!(next("node.example:8600", Some("http")), format!("http://node.example:8600{rest}"));
        assert_eq!(next("127.0.0.1:8600", None), format!("http://127.0.0.1:8600{rest}"));
        assert_eq!(next("127.0.0.1:8600", Some("https")), format!("https://127.0.0.1:8600{rest}"));
    }

    #[test]
    fn any_version_is_one() {
        assert!(["v2.0", "v21.0", "v26.0", "v300.0"].iter().all(|text| is_version(text).is_ok()));
        assert!(["", "v", "26.0", "vx", "v1.0.0.0.0"].iter().all(|text| is_version(text).is_err()));
    }
}
