//! `GET changes`: the feed, a page at a time, waiting for news if asked to.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use exchange::{Agreement, CHANGES_PER_PAGE_MAX, ChangePage};
use serde::Deserialize;

use crate::access::{Follower, Viewer};
use crate::http::{Json, Problem, Query};
use crate::node::Node;

/// Longest wait for news.
pub const WAIT_SECONDS_MAX: u32 = 60;
const PAGE_DEFAULT: u32 = 1_000;

const fn default_page() -> u32 {
    PAGE_DEFAULT
}

/// Which stretch of the feed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesParameters {
    /// The last number known; 0 for the beginning.
    #[serde(default)]
    #[param(default = 0, maximum = 9223372036854775807_i64)]
    pub after: u64,
    /// How many numbers to look at, 1..=5000.
    #[serde(default = "default_page")]
    #[param(default = 1000, minimum = 1, maximum = 5000)]
    pub limit: u32,
    /// Seconds to wait when there is nothing new, 0..=60.
    #[serde(default)]
    #[param(default = 0, maximum = 60)]
    pub wait: u32,
    /// The agreement token of the last page or snapshot: 409 when it has changed, and a new snapshot is needed.
    pub agreement: Option<String>,
}

/// The feed, a page at a time
///
/// Ask with `after` = the last `through`. With `wait`, an empty page is held back until there is news. Numbers between
/// `after` and `through` that are not listed are superseded or not shown to this key.
#[utoipa::path(
    get, path = "/changes", tag = "follow", operation_id = "changes",
    params(ChangesParameters),
    responses(
        (status = 200, description = "A stretch of the feed.", body = ChangePage),
        (status = 409, description = "The agreement changed, or the cursor is ahead of the bank: take a new snapshot.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn changes(
    State(node): State<Node>,
    who: Follower,
    Query(parameters): Query<ChangesParameters>,
) -> Result<Json<ChangePage>, Problem> {
    let ChangesParameters { after, limit, wait, agreement } = parameters;
    if limit == 0 || limit > CHANGES_PER_PAGE_MAX {
        return Err(Problem::invalid(format!("limit is 1 to {CHANGES_PER_PAGE_MAX}")));
    }
    if wait > WAIT_SECONDS_MAX {
        return Err(Problem::invalid(format!("wait is 0 to {WAIT_SECONDS_MAX} seconds")));
    }
    same_agreement(&node, who.agreement(), agreement.as_deref())?;
    let waiting = (wait > 0).then(|| node.limits.open(who.key()).ok_or_else(Problem::too_many_streams));
    let _open = waiting.transpose()?;
    let mut news = node.bank.live().watch();
    let deadline = tokio::time::sleep(Duration::from_secs(wait.into()));
    tokio::pin!(deadline);
    let mut from = after;
    loop {
        news.mark_unchanged();
        let page = page(&node, who.viewer(), from, limit).await?;
        // A page that lists nothing and does not reach the head is an answer too: the reader goes on from it. So one
        // request reads few pages, however much of the feed is not for this reader.
        if !page.changes.is_empty() || page.through < page.head || wait == 0 || node.stopping().is_cancelled() {
            return Ok(Json(page));
        }
        from = page.through;
        tokio::select! {
            () = &mut deadline => return Ok(Json(page)),
            () = node.stopping().cancelled() => return Ok(Json(page)),
            _ = news.changed() => {
                // The key may have been revoked meanwhile.
                let Some(member) = node.partners.is_current(who.key()).await? else {
                    return Err(Problem::key_unknown());
                };
                same_agreement(&node, &member.agreement, Some(&page.agreement))?;
            }
        }
    }
}

/// A page, or 409 when the reader is ahead of the bank.
pub(super) async fn page(node: &Node, viewer: Viewer, after: u64, limit: u32) -> Result<ChangePage, Problem> {
    let page = node.bank.changes(viewer, after, limit).await?;
    if after > page.head { Err(ahead(after, page.head)) } else { Ok(page) }
}

/// 409 when the reader's agreement token is not the one in force.
pub(super) fn same_agreement(node: &Node, agreement: &Agreement, known: Option<&str>) -> Result<(), Problem> {
    match known {
        Some(known) if known != node.bank.agreement_token(agreement) => Err(agreement_changed()),
        _ => Ok(()),
    }
}

fn agreement_changed() -> Problem {
    let detail = "What you are shown has changed since. Take a new snapshot and follow from its number.";
    Problem::new(StatusCode::CONFLICT, "agreement-changed", "Your agreement changed", detail)
}

pub(in crate::exchange) fn ahead(after: u64, head: u64) -> Problem {
    let detail = format!(
        "{after} is ahead of this bank, which is at {head}: it was restored from an older backup, or the number is \
         another node's. Take a new snapshot."
    );
    Problem::new(StatusCode::CONFLICT, "ahead-of-bank", "Ahead of the bank", detail)
}
