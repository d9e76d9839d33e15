//! The live index follows the changes: at start from the first, then as they are written, by this process or another.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use exchange::ChangePage;

use super::live::Live;
use super::model::BankError;
use super::withheld::ByEntry;
use super::{Bank, withheld};
use crate::access::Viewer;

const PAGE: u32 = 5_000;
/// How often another process's writes are looked for on SQLite, which cannot tell.
const LOOK_EVERY_MS: u64 = 200;
const RETRY_MS: u64 = 1_000;

impl Bank {
    /// Follows until cancelled. An error is logged and tried again: the index then says that it is behind.
    pub async fn follow(self, stop: CancellationToken) {
        let mut stirred = self.stirrings();
        while !stop.is_cancelled() {
            let result = self.catch_up().await;
            self.live.followed(&result);
            let pause = match result {
                Ok(()) => Duration::from_millis(LOOK_EVERY_MS),
                Err(error) => {
                    tracing::error!(%error, "the live index cannot follow the changes");
                    metrics::counter!("rempart_fold_errors_total").increment(1);
                    Duration::from_millis(RETRY_MS)
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = stirred.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Applies everything committed so far. The next page is read while one is put into the index.
    pub async fn catch_up(&self) -> Result<(), BankError> {
        let after = self.live.applied();
        if self.live.is_ready() && self.head().await? == after {
            return Ok(());
        }
        // From reading who sees what to putting it in place: what came in between would be lost.
        let _following = self.following.lock().await;
        let (mut page, mut rows) = self.page(after).await?;
        loop {
            let (through, is_last) = (page.through, page.through >= page.head);
            let withheld = Arc::clone(&self.withheld);
            let apply = self.live.aside(move |live| {
                withheld.before(&page.changes, rows);
                live.apply(&page.changes, page.through);
                withheld.after(&page.changes);
            });
            if is_last {
                apply.await?;
                if !self.live.is_ready() {
                    self.live.aside(Live::pack).await?;
                    self.live.set_ready();
                }
                return Ok(());
            }
            let ((), next) = tokio::try_join!(async { apply.await.map_err(BankError::from) }, self.page(through),)?;
            (page, rows) = next;
        }
    }

    /// A page of changes, and from whom its entries are withheld. That is read later: it is then at most newer, and
    /// never of a time before the entry was there.
    async fn page(&self, after: u64) -> Result<(ChangePage, ByEntry), BankError> {
        let page = self.changes(Viewer::NODE, after, PAGE).await?;
        let rows = withheld::of_changes(&mut self.database.read().await?, after, page.through).await?;
        Ok((page, rows))
    }
}
