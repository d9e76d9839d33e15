//! The matcher's own file in domain words: named transactions over what is held and what is to be said.
//!
//! Entries and the place in the feed that they bring are written in one transaction, so that after a crash at any
//! moment the file is the fold of the feed up to its cursor.

use std::path::Path;
use std::sync::Arc;

use exchange::{Action, Change, Entry, EntryId, Outcome, OutcomeId, Status, Time};
use rand::RngExt;
use sealing::NodeKey;

use super::MatcherError;
use super::banks::Banks;
use super::held;
use super::queries::{self, Changed, Mark, Sealed, UpstreamRow};
use crate::clock::{Clock, Entropy};
use crate::storage::{Database, DatabaseUrl, MATCHER, Session, StorageError, Transact};

/// Notes of what changed that are forgotten in one transaction: changes wait for no more.
const NOTES_PER_TRANSACTION: u32 = 10_000;

/// How long the id of an entry that went is kept, so that outcomes about it find their node.
const GONE_DAYS: i64 = 90;

/// The file. Cheap to clone.
#[derive(Clone)]
pub(super) struct Store {
    database: Database,
    key: Arc<NodeKey>,
    clock: Clock,
    entropy: Entropy,
}

/// How far a page brings its upstream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reached {
    /// A snapshot, up to and with this entry; `None`: no id could be read yet.
    Snapshot(Option<EntryId>),
    /// The feed, up to and with this number.
    Feed(u64),
}

impl Store {
    /// The file that was opened with [`open_file`]; notes which nodes are followed: gives their rows in the order of `urls`. What
    /// is held of others is forgotten.
    pub(super) async fn open(
        database: Database,
        key: Arc<NodeKey>,
        urls: &[&str],
        clock: Clock,
        entropy: Entropy,
    ) -> Result<(Self, Vec<UpstreamRow>), MatcherError> {
        let rows = database.run(&SetUp { urls }).await?;
        Ok((Self { database, key, clock, entropy }, rows))
    }

    /// The platform's own banks, which lie in the same file.
    pub(super) async fn banks(&self, views_max: usize) -> Result<Banks, StorageError> {
        let (key, clock, entropy) = (self.key.clone(), self.clock.clone(), self.entropy.clone());
        Banks::open(self.database.clone(), key, views_max, clock, entropy).await
    }

    /// The file itself, for the follower's tables.
    pub(super) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Seals what the file holds.
    pub(super) fn key(&self) -> Arc<NodeKey> {
        self.key.clone()
    }

    /// A snapshot begins: what is put from now on is of a new generation, which is given, with a new mark.
    pub(super) async fn begin(&self, upstream: i64, seq: u64, agreement: &str) -> Result<(i64, Mark), StorageError> {
        let mark: Mark = self.entropy.rng().random();
        let mut on = self.database.write().await?;
        let generation = queries::begin(&mut on, upstream, seq, agreement, &mark).await?;
        on.commit().await?;
        Ok((generation, mark))
    }

    /// A snapshot is needed, and none is under way.
    pub(super) async fn reset(&self, upstream: i64) -> Result<(), StorageError> {
        let mut on = self.database.write().await?;
        queries::reset(&mut on, upstream).await?;
        on.commit().await
    }

    /// Seals entries of this upstream, on all cores.
    pub(super) fn seal(&self, upstream: i64, entries: &[&Entry]) -> Vec<Sealed> {
        use rayon::prelude::*;
        const PIECE: usize = 256;
        let piece = |entries: &[&Entry]| {
            let mut rng = self.entropy.rng();
            let seal = |entry: &&Entry| (entry.id, held::seal(&self.key, upstream, entry, &mut rng));
            entries.iter().map(seal).collect::<Vec<_>>()
        };
        if entries.len() <= PIECE { piece(entries) } else { entries.par_chunks(PIECE).flat_map_iter(piece).collect() }
    }

    /// Opens the entries of this upstream that are held, on all cores; also how many did not open.
    pub(super) fn unseal(&self, upstream: i64, rows: &[Changed]) -> (Vec<Entry>, usize) {
        use rayon::prelude::*;
        let open = |(id, sealed): &Changed| {
            let sealed = sealed.as_ref()?;
            Some(EntryId::from_slice(id).and_then(|id| held::open(&self.key, upstream, id, sealed)))
        };
        let opened: Vec<Option<Entry>> = rows.par_iter().with_min_len(256).filter_map(open).collect();
        let held = opened.len();
        let entries: Vec<Entry> = opened.into_iter().flatten().collect();
        let damaged = held - entries.len();
        (entries, damaged)
    }

    /// Writes what changed and how far that brings the upstream, in one transaction. Of several changes of one entry
    /// the last counts.
    pub(super) async fn apply(
        &self,
        upstream: i64,
        generation: i64,
        changes: &[Change],
        skipped: u64,
        reached: Reached,
    ) -> Result<(), StorageError> {
        let mut last = std::collections::HashMap::with_capacity(changes.len());
        for change in changes {
            last.insert(change.action.entry(), &change.action);
        }
        let stands = |action: &Action| match action {
            Action::Put(entry) if entry.status != Status::Withdrawn => Some(()),
            _ => None,
        };
        let mut remove: Vec<EntryId> =
            last.iter().filter(|(_, action)| stands(action).is_none()).map(|(id, _)| *id).collect();
        let mut put: Vec<&Entry> = last
            .values()
            .filter(|action| stands(action).is_some())
            .filter_map(|action| if let Action::Put(entry) = action { Some(&**entry) } else { None })
            .collect();
        put.sort_unstable_by_key(|entry| entry.id);
        remove.sort_unstable();
        let put = self.seal(upstream, &put);
        self.put(upstream, generation, &put, &remove, skipped, reached).await
    }

    /// As [`Store::apply`], with entries that are sealed already.
    pub(super) async fn put(
        &self,
        upstream: i64,
        generation: i64,
        put: &[Sealed],
        remove: &[EntryId],
        skipped: u64,
        reached: Reached,
    ) -> Result<(), StorageError> {
        let now = self.clock.now();
        self.database.run(&Apply { upstream, generation, put, remove, skipped, reached, now }).await
    }

    /// A snapshot was received whole.
    pub(super) async fn finish(&self, upstream: i64) -> Result<(), StorageError> {
        let mut on = self.database.write().await?;
        queries::finish(&mut on, upstream, self.clock.now()).await?;
        on.commit().await
    }

    /// Forgets what the snapshot of this generation and the feed after it did not bring; gives its ids.
    pub(super) async fn sweep(&self, upstream: i64, generation: i64) -> Result<Vec<EntryId>, StorageError> {
        let mut on = self.database.write().await?;
        let ids = queries::sweep(&mut on, upstream, generation, self.clock.now()).await?;
        on.commit().await?;
        Ok(ids)
    }

    /// A page of what is held, sealed, by id.
    pub(super) async fn held(
        &self,
        upstream: i64,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StorageError> {
        queries::held(&mut self.database.read().await?, upstream, after, limit).await
    }

    /// A page of what changed after a number, by id, with what is held of it now.
    pub(super) async fn changed(
        &self,
        upstream: i64,
        since: u64,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<Changed>, StorageError> {
        queries::changed(&mut self.database.read().await?, upstream, since, after, limit).await
    }

    /// An index was kept of all up to a number: what changed until then need not be known any more.
    pub(super) async fn kept(&self, upstream: i64, mark: &Mark, seq: u64) -> Result<(), StorageError> {
        let mut on = self.database.write().await?;
        let is_current = queries::kept(&mut on, upstream, mark, seq).await?;
        on.commit().await?;
        // An index of a history that is no longer the one that is held keeps nothing from being noted.
        if !is_current {
            return Ok(());
        }
        loop {
            let mut on = self.database.write().await?;
            let forgotten = queries::forget_noted(&mut on, upstream, seq, NOTES_PER_TRANSACTION).await?;
            on.commit().await?;
            if forgotten == 0 {
                return Ok(());
            }
        }
    }

    /// One entry as it is held.
    pub(super) async fn entry(&self, upstream: i64, id: EntryId) -> Result<Option<Entry>, StorageError> {
        let sealed = queries::one(&mut self.database.read().await?, upstream, id).await?;
        Ok(sealed.and_then(|sealed| held::open(&self.key, upstream, id, &sealed)))
    }

    /// Notes when the node was last heard, and forgets ids that went long ago.
    pub(super) async fn heard(&self, upstream: i64, at: Time) -> Result<(), StorageError> {
        let mut on = self.database.write().await?;
        queries::heard(&mut on, upstream, at).await?;
        queries::forget_gone(&mut on, self.clock.now().plus_seconds(-GONE_DAYS * 24 * 3_600)).await?;
        on.commit().await
    }

    /// Queues outcomes, each for its upstream. Ids that are queued already are left as they are. Gives how many are
    /// new.
    pub(super) async fn queue(&self, outcomes: &[(i64, &Outcome)]) -> Result<u64, StorageError> {
        self.database.run(&Queue { outcomes, now: self.clock.now() }).await
    }

    /// Which of these upstreams holds or held each of these entries: the first that does.
    pub(super) async fn holders(
        &self,
        upstreams: &[i64],
        entries: impl Iterator<Item = EntryId>,
    ) -> Result<Vec<Option<i64>>, StorageError> {
        let mut on = self.database.read().await?;
        let mut holders = Vec::new();
        for entry in entries {
            let mut holder = None;
            for upstream in upstreams {
                if queries::is_known(&mut on, *upstream, entry).await? {
                    holder = Some(*upstream);
                    break;
                }
            }
            holders.push(holder);
        }
        Ok(holders)
    }

    /// The oldest outcomes that are still to be sent.
    pub(super) async fn waiting(&self, upstream: i64, limit: u32) -> Result<Vec<Outcome>, StorageError> {
        queries::waiting(&mut self.database.read().await?, upstream, limit).await
    }

    /// The node took these, or refused them for a reason.
    pub(super) async fn settle(&self, ids: &[OutcomeId], refused: Option<&str>) -> Result<(), StorageError> {
        let mut on = self.database.write().await?;
        for id in ids {
            match refused {
                None => queries::sent(&mut on, *id).await?,
                Some(why) => queries::refused(&mut on, *id, why).await?,
            }
        }
        on.commit().await
    }

    /// How many outcomes wait, and how many were refused.
    pub(super) async fn outbox(&self, upstream: i64) -> Result<(u64, u64), StorageError> {
        queries::outbox(&mut self.database.read().await?, upstream).await
    }

    pub(super) async fn close(&self) {
        self.database.close().await;
    }
}

/// Opens a matcher's file, brings its schema up to date and checks the key.
pub(super) async fn open_file(file: &Path, key: &NodeKey, now: Time) -> Result<Database, MatcherError> {
    let database = Database::open(&DatabaseUrl::Sqlite(file.to_owned())).await?;
    database.migrate(&MATCHER).await?;
    database.run(&CheckKey { key, now }).await?;
    Ok(database)
}

struct CheckKey<'a> {
    key: &'a NodeKey,
    now: Time,
}

impl Transact for CheckKey<'_> {
    const NAME: &'static str = "replica_check_key";
    type Output = ();
    type Error = MatcherError;

    async fn run(&self, on: &mut Session) -> Result<(), MatcherError> {
        let check = self.key.check();
        let known = queries::set_up(on, check.as_bytes(), self.now).await?;
        if known == check.as_bytes() { Ok(()) } else { Err(MatcherError::WrongKey) }
    }
}

struct SetUp<'a> {
    urls: &'a [&'a str],
}

impl Transact for SetUp<'_> {
    const NAME: &'static str = "replica_set_up";
    type Output = Vec<UpstreamRow>;
    type Error = MatcherError;

    async fn run(&self, on: &mut Session) -> Result<Vec<UpstreamRow>, MatcherError> {
        for url in self.urls {
            queries::add_upstream(on, url).await?;
        }
        let rows = queries::upstreams(on).await?;
        for row in rows.iter().filter(|row| row.loaded && !self.urls.contains(&row.url.as_str())) {
            let entries = queries::forget(on, row.id).await?;
            tracing::warn!(url = row.url, entries, "no longer followed: what was held of it is forgotten");
        }
        let row = |url: &&str| rows.iter().find(|row| row.url == *url).cloned();
        let rows: Option<Vec<UpstreamRow>> = self.urls.iter().map(row).collect();
        rows.ok_or(MatcherError::Storage(StorageError::Damaged("an upstream that was just added")))
    }
}

struct Apply<'a> {
    upstream: i64,
    generation: i64,
    put: &'a [Sealed],
    remove: &'a [EntryId],
    skipped: u64,
    reached: Reached,
    now: Time,
}

impl Transact for Apply<'_> {
    const NAME: &'static str = "replica_apply";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::put(on, self.upstream, self.generation, self.put).await?;
        queries::remove(on, self.upstream, self.remove, self.now).await?;
        match self.reached {
            Reached::Snapshot(after) => queries::snapshot_after(on, self.upstream, after, self.skipped, self.now).await,
            Reached::Feed(seq) => {
                let put: Vec<EntryId> = self.put.iter().map(|(id, _)| *id).collect();
                queries::note(on, self.upstream, &put, seq).await?;
                queries::note(on, self.upstream, self.remove, seq).await?;
                queries::cursor(on, self.upstream, seq, self.skipped, self.now).await
            }
        }
    }
}

struct Queue<'a> {
    outcomes: &'a [(i64, &'a Outcome)],
    now: Time,
}

impl Transact for Queue<'_> {
    const NAME: &'static str = "replica_queue";
    type Output = u64;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<u64, StorageError> {
        let mut new = 0;
        for (upstream, outcome) in self.outcomes {
            new += u64::from(queries::queue(on, *upstream, outcome, self.now).await?);
        }
        Ok(new)
    }
}
