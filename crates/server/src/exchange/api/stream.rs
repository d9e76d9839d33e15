//! `GET changes/stream`: the feed as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use exchange::ChangePage;
use futures::Stream;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::changes::{page, same_agreement};
use crate::access::{Follower, OpenStream, Viewer};
use crate::http::{Problem, Query};
use crate::node::Node;

const KEEP_ALIVE_SECONDS: u64 = 10;
const PAGE: u32 = 1_000;
/// Even with nothing new, the key is looked at this often, so that a revoked one does not hold a stream open.
const RECHECK_SECONDS: u64 = 5;

/// Where to begin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamParameters {
    /// The last number known; the header `Last-Event-ID` wins over it.
    #[serde(default)]
    #[param(default = 0, maximum = 9223372036854775807_i64)]
    pub after: u64,
    /// As in `GET changes`.
    pub agreement: Option<String>,
}

/// The feed as server-sent events
///
/// An event `page` carries a `ChangePage`; its id is the page's `through`, so a client that reconnects with
/// `Last-Event-ID` misses nothing. Before anything is sent the key is checked again: a revoked key ends the stream
/// with an event `problem`, and so does a changed agreement.
#[utoipa::path(
    get, path = "/changes/stream", tag = "follow", operation_id = "stream",
    params(StreamParameters, ("Last-Event-ID" = Option<u64>, Header, description = "The last number known.")),
    responses(
        (status = 200, description = "Events `page` and, last, `problem`.", content_type = "text/event-stream", body = ChangePage),
        (status = 409, description = "The agreement changed, or the cursor is ahead of the bank: take a new snapshot.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Not for this key, or not readable.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn stream(
    State(node): State<Node>,
    who: Follower,
    headers: HeaderMap,
    Query(parameters): Query<StreamParameters>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let after = match headers.get("last-event-id") {
        None => parameters.after,
        Some(header) => header
            .to_str()
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| Problem::malformed("Last-Event-ID is the number of the last event"))?,
    };
    same_agreement(&node, who.agreement(), parameters.agreement.as_deref())?;
    // Refuses a cursor ahead of the bank before the stream begins.
    page(&node, who.viewer(), after, 1).await?;
    let open = node.limits.open(who.key()).ok_or_else(Problem::too_many_streams)?;
    let follow = Follow {
        _open: open,
        stop: node.stopping().clone(),
        token: node.bank.agreement_token(who.agreement()),
        who,
        after,
        // The first event says where the reader stands, even when there is nothing to read.
        greeted: false,
        over: false,
        node,
    };
    let events = futures::stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((Ok(event), follow))
    });
    let events = futures::StreamExt::fuse(events);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(KEEP_ALIVE_SECONDS))))
}

struct Follow {
    _open: OpenStream,
    node: Node,
    who: Follower,
    stop: CancellationToken,
    token: String,
    after: u64,
    greeted: bool,
    over: bool,
}

impl Follow {
    /// The next event; `None` once the node ends or a problem was told.
    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        match self.next_page().await {
            Ok(page) => {
                let page = page?;
                self.after = page.through;
                self.greeted = true;
                Event::default().event("page").id(page.through.to_string()).json_data(&page).ok()
            }
            Err(problem) => {
                self.over = true;
                Event::default().event("problem").json_data(&problem).ok()
            }
        }
    }

    async fn next_page(&mut self) -> Result<Option<ChangePage>, Problem> {
        let mut news = self.node.bank.live().watch();
        loop {
            news.mark_unchanged();
            let viewer = self.viewer_in_force().await?;
            let page = page(&self.node, viewer, self.after, PAGE).await?;
            if page.through > self.after || !self.greeted {
                return Ok(Some(page));
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                _ = news.changed() => {}
                () = tokio::time::sleep(Duration::from_secs(RECHECK_SECONDS)) => {}
            }
        }
    }

    async fn viewer_in_force(&self) -> Result<Viewer, Problem> {
        let member = self.node.partners.is_current(self.who.key()).await?.ok_or_else(Problem::key_unknown)?;
        same_agreement(&self.node, &member.agreement, Some(&self.token))?;
        Ok(member.viewer())
    }
}
