//! `GET FetchHashes`: what changed, a page at a time.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use exchange::dialects::stopncii::{Page, encode, record};
use serde::Deserialize;

use super::REGISTRY;
use crate::access::Follower;
use crate::bank::Dialect;
use crate::exchange::dialect::{NUMBERS_PER_READING, Shown, Walk, told, walk_from};
use crate::http::{Problem, Query};
use crate::node::Node;

/// What a first fetch starts from, in seconds since 1970.
const BEGINNING: i64 = 10;
const PAGE_DEFAULT: u32 = 800;
const PAGE_MAX: u32 = 5_000;

/// Which page. Parameters that are not known are passed over.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FetchParameters {
    /// The `nextSetTimestamp` of the last page; that second is sent again. 10 or less: from the beginning.
    #[serde(rename = "startTimestamp", default)]
    #[param(minimum = 0, maximum = 253402207199_i64, default = 10)]
    pub start_timestamp: Option<i64>,
    /// Changes that are looked at for a page; there may be more records, or fewer.
    #[serde(rename = "pageSize")]
    #[param(minimum = 1, maximum = 5000, default = 800)]
    pub page_size: Option<u32>,
    /// The `nextPageToken` of the page before, with the same `startTimestamp`.
    #[serde(rename = "nextPageToken")]
    pub next_page_token: Option<String>,
}

/// The list, for StopNCII's clients
///
/// Records are whole: the last of a type and value counts. A value that went is `Withdrawn`, for 90 days.
#[utoipa::path(
    get, path = "/FetchHashes", tag = "dialects", operation_id = "stopncii_fetch_hashes",
    params(FetchParameters),
    responses(
        (status = 200, description = "A page.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn fetch(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower>,
    Query(parameters): Query<FetchParameters>,
) -> Result<Response, Problem> {
    let size = parameters.page_size.unwrap_or(PAGE_DEFAULT);
    if size == 0 || size > PAGE_MAX {
        return Err(Problem::invalid(format!("pageSize is 1 to {PAGE_MAX}")));
    }
    let start = parameters.start_timestamp.unwrap_or(BEGINNING);
    if !(0..=253_402_207_199).contains(&start) {
        return Err(Problem::invalid("startTimestamp is a time in whole seconds since 1970"));
    }
    let mut walk = match parameters.next_page_token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => Walk::of(token, node.bank.head().await?)?,
        None => walk_from(&node, &who, Dialect::StopNcii, (start > BEGINNING).then_some(start)).await?,
    };
    let end = walk.page_end();
    let mut records = Vec::new();
    while walk.after < end && records.len() < size as usize {
        let page = node.bank.told_by_value(who.viewer(), walk.after, end, size.min(NUMBERS_PER_READING)).await?;
        walk.after = page.through;
        // Whoever begins has nothing to forget, and the most used client would take a withdrawal for a hash.
        let told = page.held.iter().filter(|held| start > BEGINNING || !held.holders.is_empty());
        records.extend(told.filter_map(|held| record(held, REGISTRY)));
    }
    // Never back: a client whose checkpoint falls stops.
    let second = node.bank.second_of(walk.after).await?.unwrap_or(start).max(start);
    if walk.is_over() {
        told(&node, &who, Dialect::StopNcii, walk.after, second).await?;
    }
    let next = (!walk.is_over()).then(|| walk.token());
    let page = Page { records, has_more: next.is_some(), next, next_second: second, skipped: Vec::new() };
    Ok(([(CONTENT_TYPE, "application/json")], encode(&page)).into_response())
}
