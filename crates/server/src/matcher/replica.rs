//! What a matcher holds of one node: the file's rows and the index over them, moved forward together.
//!
//! The file first, then the index, then the acknowledgement: what a node is told to be in force survives a crash.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use exchange::follow::{Flaw, Skipped, read_page};
use exchange::{Action, Change, EntryId, SnapshotHeader};
use tokio::sync::{Notify, mpsc, watch};

use super::backoff::Pace;
use super::fetch::Trouble;
use super::queries::UpstreamRow;
use super::settings::Upstream;
use super::standing::Standings;
use super::store::{Reached, Store};
use crate::bank::{self, IndexForm, Keeping, Live, Stand};
use crate::clock::{Clock, Entropy};

/// Rows of the file that are read at a time.
const HELD_PER_PAGE: u32 = 16_384;
/// While catching up, the node is told how far at most this often.
const ACKNOWLEDGE_EVERY_MS: u64 = 1_000;

/// One node as it is followed.
pub(super) struct Replica {
    /// Its place among the settings and standings.
    pub(super) place: usize,
    /// Its number in the file.
    pub(super) id: i64,
    pub(super) upstream: Upstream,
    pub(super) live: Arc<Live>,
    pub(super) views_max: usize,
    /// Where the index is kept between two runs.
    pub(super) index_file: PathBuf,
    pub(super) index_form: IndexForm,
    pub(super) store: Store,
    pub(super) standings: Standings,
    pub(super) http: reqwest::Client,
    pub(super) pace: Pace,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
    /// What is in force and the node is to be told.
    pub(super) in_force: watch::Sender<Option<u64>>,
    /// Something was put into the outbox.
    pub(super) queued: Notify,
}

/// What an index over a node's entries is of: it is only good for the rows that it was made from.
pub(super) fn stand(upstream: i64, cursor: u64, generation: i64, views_max: usize) -> Stand {
    Stand(format!("matcher {upstream} {cursor} {generation} {views_max}").into_bytes())
}

/// How far the following has got; the file says the same.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) cursor: Option<u64>,
    pub(super) snapshot: Option<(u64, Option<EntryId>)>,
    pub(super) agreement: Option<String>,
    pub(super) generation: i64,
    pub(super) sweep: bool,
    pub(super) loaded: bool,
    acknowledged_at: Option<Instant>,
}

impl Progress {
    pub(super) fn of(row: &UpstreamRow) -> Self {
        Self {
            cursor: row.cursor,
            snapshot: row.snapshot,
            agreement: row.agreement.clone(),
            generation: row.generation,
            sweep: row.sweep,
            loaded: row.loaded,
            acknowledged_at: None,
        }
    }
}

impl Replica {
    /// Puts what the file holds into the index; reading, opening and indexing go on side by side. Rows that do not
    /// open are reported, and a fresh snapshot replaces them.
    pub(super) async fn load_held(&self, progress: &mut Progress) -> Result<(), Trouble> {
        // Read from its own file when the matcher was opened.
        let is_restored = progress.loaded && self.live.applied() > 0;
        let (send, mut receive) = mpsc::channel::<Vec<(Vec<u8>, Vec<u8>)>>(2);
        let read = async move {
            let mut after = Vec::new();
            if is_restored {
                return Ok(());
            }
            loop {
                let rows = self.store.held(self.id, &after, HELD_PER_PAGE).await?;
                let Some(last) = rows.last() else { return Ok::<_, Trouble>(()) };
                after.clone_from(&last.0);
                if send.send(rows).await.is_err() {
                    return Ok(());
                }
            }
        };
        let load = async {
            let mut damaged = 0;
            while let Some(rows) = receive.recv().await {
                let (store, id) = (self.store.clone(), self.id);
                let load = move |live: &Live| {
                    let (entries, damaged) = store.unseal(id, &rows);
                    live.load(&entries);
                    damaged
                };
                damaged += self.live.aside(load).await?;
            }
            Ok(damaged)
        };
        let ((), damaged) = tokio::try_join!(read, load)?;
        if damaged > 0 {
            tracing::error!(
                upstream = self.upstream.host(),
                damaged,
                "held entries do not open; taking a new snapshot"
            );
            self.reset(progress).await?;
        }
        self.pack().await?;
        if progress.loaded {
            let through = progress.cursor.unwrap_or(0);
            self.live.aside(move |live| live.apply(&[], through)).await?;
            self.live.set_ready();
        }
        let entries = self.entries();
        self.standings.change(self.place, |standing| {
            (standing.loaded, standing.cursor, standing.entries) = (progress.loaded, progress.cursor, entries);
        });
        Ok(())
    }

    /// Keeps the index for the next start, if it is what the file is the fold of.
    pub(super) async fn store_index(&self, progress: &Progress) {
        let is_whole = progress.loaded && progress.snapshot.is_none() && !progress.sweep;
        if let Some(cursor) = progress.cursor.filter(|_| is_whole && self.live.is_ready()) {
            let stand = stand(self.id, cursor, progress.generation, self.views_max);
            let (file, form, key) = (self.index_file.clone(), self.index_form, self.store.key());
            bank::store_index(self.live.clone(), Keeping { file, form, key, stand }, self.entropy.clone()).await;
        }
    }

    /// Applies a page of the feed: to the file, to the index, and says so to the node.
    pub(super) async fn apply_page(&self, progress: &mut Progress, bytes: &[u8]) -> Result<(), Trouble> {
        let cursor = progress.cursor.unwrap_or(0);
        let page = read_page(bytes, cursor)?;
        if progress.agreement.as_ref() != Some(&page.agreement) {
            return Err(Trouble::Stale);
        }
        let mut changes = page.changes;
        self.doubt(&mut changes, &page.skipped).await?;
        if page.through > cursor || !changes.is_empty() {
            let (reached, skipped) = (Reached::Feed(page.through), page.skipped.len() as u64);
            self.store.apply(self.id, progress.generation, &changes, skipped, reached).await?;
            let through = page.through;
            self.live.aside(move |live| live.apply(&changes, through)).await?;
            progress.cursor = Some(page.through);
        }
        let is_caught_up = page.through >= page.head;
        if is_caught_up && progress.sweep {
            let gone = self.store.sweep(self.id, progress.generation).await?;
            self.live.aside(move |live| live.forget(&gone)).await?;
            progress.sweep = false;
        }
        self.standings.skip(self.place, &page.skipped);
        let entries = self.entries();
        self.standings.change(self.place, |standing| {
            (standing.cursor, standing.head) = (Some(page.through), Some(page.head));
            (standing.entries, standing.connected, standing.heard_at) = (entries, true, Some(self.clock.now()));
            (standing.revoked, standing.trouble) = (false, None);
        });
        let every = Duration::from_millis(ACKNOWLEDGE_EVERY_MS);
        if is_caught_up || progress.acknowledged_at.is_none_or(|at| at.elapsed() >= every) {
            progress.acknowledged_at = Some(Instant::now());
            self.in_force.send_replace(Some(page.through));
        }
        Ok(())
    }

    /// An entry that changed in a way that cannot be read here stays as it was held, for review only.
    async fn doubt(&self, changes: &mut Vec<Change>, skipped: &[Skipped]) -> Result<(), Trouble> {
        for skipped in skipped {
            let (Some(id), Flaw::Unreadable | Flaw::Fingerprints) = (skipped.entry, skipped.flaw) else { continue };
            let seq = skipped.seq.unwrap_or(0);
            let newest = changes.iter().rev().find(|change| change.action.entry() == id);
            let held = match newest {
                Some(change) if change.seq > seq => continue,
                Some(Change { action: Action::Put(entry), .. }) => Some((**entry).clone()),
                Some(_) => continue,
                None => self.store.entry(self.id, id).await?,
            };
            if let Some(mut entry) = held {
                entry.block_radius = None;
                changes.push(Change { seq, at: entry.created_at, action: Action::Put(Box::new(entry)) });
            }
        }
        Ok(())
    }

    /// A snapshot begins, in place of whatever was under way.
    pub(super) async fn begin(&self, progress: &mut Progress, header: SnapshotHeader) -> Result<(), Trouble> {
        progress.generation = self.store.begin(self.id, header.seq, &header.agreement).await?;
        (progress.cursor, progress.sweep) = (None, false);
        (progress.snapshot, progress.agreement) = (Some((header.seq, None)), Some(header.agreement));
        self.standings.change(self.place, |standing| (standing.cursor, standing.skipped) = (None, 0));
        Ok(())
    }

    /// A snapshot was received whole. What it did not bring goes once the feed has caught up: entries that changed
    /// while it was read are not in it, and must not be missing meanwhile.
    pub(super) async fn finish(&self, progress: &mut Progress, seq: u64) -> Result<(), Trouble> {
        self.store.finish(self.id).await?;
        self.pack().await?;
        (progress.cursor, progress.snapshot) = (Some(seq), None);
        (progress.sweep, progress.loaded) = (true, true);
        self.live.aside(move |live| live.apply(&[], seq)).await?;
        self.live.set_ready();
        let entries = self.entries();
        self.standings.change(self.place, |standing| {
            (standing.loaded, standing.cursor, standing.entries) = (true, Some(seq), entries);
        });
        Ok(())
    }

    /// Packs what was loaded. Nothing is applied meanwhile, since it is this task that would.
    async fn pack(&self) -> Result<(), Trouble> {
        Ok(self.live.aside(Live::pack).await?)
    }

    /// A fresh snapshot is needed. What is held is matched against until it has come.
    pub(super) async fn reset(&self, progress: &mut Progress) -> Result<(), Trouble> {
        self.store.reset(self.id).await?;
        (progress.cursor, progress.snapshot) = (None, None);
        Ok(())
    }

    /// Something came from the node.
    pub(super) fn heard(&self) {
        let now = self.clock.now();
        self.standings.change(self.place, |standing| {
            (standing.connected, standing.heard_at) = (true, Some(now));
        });
    }

    pub(super) fn entries(&self) -> u64 {
        self.live.size().entries as u64
    }
}
