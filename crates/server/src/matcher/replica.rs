//! What a matcher holds of one node: the file's rows and the index over them, moved forward together.
//!
//! The file first, then the index, then the acknowledgement: what a node is told to be in force survives a crash.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use exchange::follow::{Flaw, Skipped, read_page};
use exchange::{Action, Change, EntryId, SnapshotHeader};
use tokio::sync::{Mutex, Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::backoff::Pace;
use super::fetch::Trouble;
use super::queries::{Changed, Mark, UpstreamRow};
use super::settings::Upstream;
use super::standing::Standings;
use super::store::{Reached, Store};
use crate::bank::{self, IndexForm, Keeping, Live, Stand};
use crate::clock::{Clock, Entropy};

/// Rows of the file that are read at a time.
const HELD_PER_PAGE: u32 = 16_384;
/// How often the index is kept while things change.
const KEEP_EVERY: Duration = Duration::from_secs(3_600);
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
    /// The snapshot that the index is the whole of, with what came since; nothing while it is not.
    pub(super) whole: watch::Sender<Option<Mark>>,
    /// The number up to which the index was kept last; held by who keeps it.
    pub(super) kept: Mutex<Option<u64>>,
}

/// What an index over a node's entries is of: the snapshot that they began with. How far it has followed from there it says itself.
pub(super) fn stand(upstream: i64, mark: &Mark, views_max: usize) -> Stand {
    Stand(format!("matcher {upstream} {} {views_max}", exchange::hex::encode(mark)).into_bytes())
}

/// How far the following has got; the file says the same.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) cursor: Option<u64>,
    pub(super) snapshot: Option<(u64, Option<EntryId>)>,
    pub(super) agreement: Option<String>,
    pub(super) generation: i64,
    pub(super) mark: Option<Mark>,
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
            mark: row.mark,
            sweep: row.sweep,
            loaded: row.loaded,
            acknowledged_at: None,
        }
    }
}

impl Replica {
    /// Puts what the file holds into the index; reading, opening and indexing go on side by side. Where the index was
    /// read from its own file when the matcher was opened, only what changed since. Rows that do not open are reported, and a
    /// fresh snapshot replaces them.
    pub(super) async fn load_held(&self, progress: &mut Progress) -> Result<(), Trouble> {
        let restored = Some(self.live.applied()).filter(|applied| progress.loaded && *applied > 0);
        if restored.is_some() {
            *self.kept.lock().await = restored;
        }
        let (send, mut receive) = mpsc::channel::<Vec<Changed>>(2);
        let read = async move {
            let mut after = Vec::new();
            loop {
                let rows = match restored {
                    Some(since) => self.store.changed(self.id, since, &after, HELD_PER_PAGE).await?,
                    None => {
                        let held = self.store.held(self.id, &after, HELD_PER_PAGE).await?;
                        held.into_iter().map(|(id, sealed)| (id, Some(sealed))).collect()
                    }
                };
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
                    let gone = rows.iter().filter(|(_, sealed)| sealed.is_none());
                    let gone: Vec<EntryId> = gone.filter_map(|(id, _)| EntryId::from_slice(id)).collect();
                    let (entries, damaged) = store.unseal(id, &rows);
                    live.forget(&gone);
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
        self.say_whether_whole(progress);
        Ok(())
    }

    /// Whether the index is what the file is the fold of. It goes on being so, wherever the following stands.
    fn say_whether_whole(&self, progress: &Progress) {
        let is_whole = progress.loaded && progress.cursor.is_some() && !progress.sweep && self.live.is_ready();
        let mark = progress.mark.filter(|_| is_whole);
        self.whole.send_if_modified(|whole| std::mem::replace(whole, mark) != mark);
    }

    /// Keeps the index as soon as it is whole, then every hour if something changed, and at the end.
    pub(super) async fn keep_index(self: Arc<Self>, stop: CancellationToken) {
        let mut whole = self.whole.subscribe();
        let wait = async {
            // The sender is our own, so it does not go.
            let _ = whole.wait_for(Option::is_some).await;
        };
        let mut running = stop.run_until_cancelled(wait).await;
        while running.is_some() {
            // Not to be broken off in the middle.
            self.keep_index_now().await;
            running = stop.run_until_cancelled(tokio::time::sleep(KEEP_EVERY)).await;
        }
    }

    /// Keeps the index, if it is whole and something changed since it was kept last.
    pub(super) async fn keep_index_now(&self) {
        let mut kept = self.kept.lock().await;
        let Some(mark) = *self.whole.borrow() else { return };
        if *kept == Some(self.live.applied()) {
            return;
        }
        // Should another snapshot begin meanwhile, the mark is not the file's any more, and no start reads it.
        let stand = stand(self.id, &mark, self.views_max);
        let (file, form, key) = (self.index_file.clone(), self.index_form, self.store.key());
        let keeping = Keeping { file, form, key, stand };
        let Some(through) = bank::store_index(self.live.clone(), keeping, self.entropy.clone()).await else { return };
        *kept = Some(through);
        if let Err(error) = self.store.kept(self.id, &mark, through).await {
            tracing::warn!(%error, "could not note that the index was kept; the next start makes it anew");
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
        self.say_whether_whole(progress);
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
        let (generation, mark) = self.store.begin(self.id, header.seq, &header.agreement).await?;
        (progress.generation, progress.mark) = (generation, Some(mark));
        (progress.cursor, progress.sweep) = (None, false);
        self.say_whether_whole(progress);
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
