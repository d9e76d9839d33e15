//! `GET api/hash-list/v2/all`: what changed, a page at a time.

use axum::extract::State;
use axum::response::Response;
use exchange::dialects::tat::{Page, encode, row};
use serde::Deserialize;

use super::json;
use crate::access::Follower;
use crate::bank::Dialect;
use crate::exchange::dialect::{NUMBERS_PER_READING, Shown, Walk, acknowledge, told};
use crate::http::{Problem, Query};
use crate::node::Node;

const PAGE_DEFAULT: u32 = 1_000;
const PAGE_MAX: u32 = 5_000;

/// Which page. Parameters that are not known are passed over: the most used client sends a bare `None`.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// The `checkpoint` of the last page, itself excluded; empty: from the beginning.
    #[serde(default)]
    pub after: Option<String>,
    /// Changes that are looked at for a page.
    #[param(minimum = 1, maximum = 5000, default = 1000)]
    pub limit: Option<u32>,
    /// From `next`.
    pub offset: Option<String>,
}

/// The list, for Tech Against Terrorism's clients
///
/// Oldest first. A value that nobody stands for any more is `deleted`, for 90 days. The one label is the class.
#[utoipa::path(
    get, path = "/api/hash-list/v2/all", tag = "dialects", operation_id = "tat_hash_list",
    params(ListParameters),
    responses(
        (status = 200, description = "A page.", body = Object, content_type = "application/json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(node): State<Node>,
    Shown(who, _): Shown<Follower>,
    Query(parameters): Query<ListParameters>,
) -> Result<Response, Problem> {
    let limit = parameters.limit.unwrap_or(PAGE_DEFAULT);
    if limit == 0 || limit > PAGE_MAX {
        return Err(Problem::invalid(format!("limit is 1 to {PAGE_MAX}")));
    }
    let head = node.bank.head().await?;
    let checkpoint = parameters.after.as_deref().filter(|text| !text.is_empty()).map(checkpoint).transpose()?;
    let mut walk = match parameters.offset.as_deref() {
        Some(token) => Walk::of(token, head)?,
        None => {
            let reached = node.bank.comes(&who, Dialect::Tat, checkpoint.is_none()).await?;
            if let Some((second, _)) = checkpoint {
                acknowledge(&node, &who, reached, second, head).await?;
            }
            let after = checkpoint.map_or(0, |(_, number)| number);
            if after > head {
                return Err(crate::exchange::api::ahead(after, head));
            }
            Walk { after, until: head }
        }
    };
    let end = walk.page_end();
    let mut rows = Vec::new();
    while walk.after < end && rows.len() < limit as usize {
        let page = node.bank.told_by_value(who.viewer(), walk.after, end, limit.min(NUMBERS_PER_READING)).await?;
        walk.after = page.through;
        rows.extend(page.held.iter().map(row));
    }
    let second = node.bank.second_of(walk.after).await?.unwrap_or(0).max(checkpoint.map_or(0, |(second, _)| second));
    if walk.is_over() {
        told(&node, &who, Dialect::Tat, walk.after, second).await?;
    }
    let next = (!walk.is_over()).then(|| format!("limit={limit}&offset={}", walk.token()));
    let checkpoint = format!("{second},{}", walk.after);
    Ok(json(encode(&Page { rows, next, checkpoint, skipped: Vec::new() })))
}

/// A second, which may have a fraction, and the number that it stands for.
fn checkpoint(text: &str) -> Result<(i64, u64), Problem> {
    let parts = text.split_once(',').and_then(|(second, number)| {
        let whole = second.split('.').next()?;
        Some((whole.parse().ok()?, number.parse().ok()?))
    });
    parts.ok_or_else(|| Problem::malformed("after is the checkpoint of a page, such as 1700000000,124"))
}
