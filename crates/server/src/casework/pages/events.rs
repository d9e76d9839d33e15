//! Says that a queue is not as it was any more: nothing of what is in it.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use sha2::{Digest, Sha256};

use super::queue::stage_for;
use crate::access::staff::Analyst;
use crate::casework::Stage;
use crate::desk::Refused;
use crate::node::Node;

/// However much happens, a page hears at most once in so long.
const EVERY_MS: u64 = 500;
/// Without a word it looks all the same: other processes of SQLite say none.
const LOOK_SECONDS: u64 = 15;
/// A stream ends after so long; the browser begins another, and whoever is not signed in any more is told so.
const STREAM_SECONDS_MAX: u64 = 900;

struct Watching {
    node: Node,
    who: Analyst,
    stage: Stage,
    last: [u8; 32],
    stirred: tokio::sync::watch::Receiver<u64>,
    ends: tokio::time::Instant,
}

pub(super) async fn stream(
    who: Analyst,
    State(node): State<Node>,
    Path(stage): Path<String>,
) -> Result<Response, Refused> {
    let stage = stage_for(&who, &stage)?;
    let stirred = node.bank.stirrings();
    let ends = tokio::time::Instant::now() + Duration::from_secs(STREAM_SECONDS_MAX);
    let mut watching = Watching { node, who, stage, last: [0; 32], stirred, ends };
    watching.last = watching.digest().await.map_err(Refused::from)?;
    let events = stream::unfold(watching, |mut watching| async move {
        watching.until_changed().await?;
        Some((Ok::<_, Infallible>(Event::default().event("changed").data("1")), watching))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(LOOK_SECONDS))).into_response())
}

impl Watching {
    /// Goes on when the first page is another; `None` when the stream is to end.
    async fn until_changed(&mut self) -> Option<()> {
        let stop = self.node.stopping().clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep_until(self.ends) => return None,
                stirred = self.stirred.changed() => stirred.ok()?,
                () = tokio::time::sleep(Duration::from_secs(LOOK_SECONDS)) => {}
            }
            tokio::time::sleep(Duration::from_millis(EVERY_MS)).await;
            self.stirred.mark_unchanged();
            match self.digest().await {
                Ok(digest) if digest != self.last => {
                    self.last = digest;
                    return Some(());
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "a queue could not be looked at");
                    return None;
                }
            }
        }
    }

    async fn digest(&self) -> Result<[u8; 32], crate::storage::StorageError> {
        let (rows, has_more) = self.node.casework.page(&self.who, self.stage, None).await?;
        let now = self.node.clock.now();
        let mut digest = Sha256::new();
        for work in rows {
            digest.update(work.id.as_bytes());
            digest.update(work.holder(now).map_or([0; 16], |who| *who.as_bytes()));
        }
        digest.update([u8::from(has_more)]);
        Ok(digest.finalize().into())
    }
}
