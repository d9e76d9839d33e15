//! Other systems that a matcher follows by itself: StopNCII, NCMEC, ThreatExchange, Tech Against Terrorism
//! (docs/design/0020-following.md). The following is the node's ([`Follow`]); this is its home here: records become sealed rows
//! of the matcher's own file and an index for each source, searched with those of nodes and of the platform's own banks.
//!
//! - Sources are added and removed in the file, by `rempart follow --matcher`; the running matcher looks there.
//! - Or over HMA's API ([`exchanges`]): such a one is a bank of its own.
//! - Each record is an entry of its own, for review unless its source is trusted with more.
//! - A source that is not heard is used for as long as a node is, and then no longer.

pub(super) mod exchanges;
mod model;
mod queries;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use exchange::dialects::hma::{Bank, BankName, Ratio};
use exchange::{Advice, BlockRadius, Class, Contribution, Entry, EntryId, PartnerId, RemoveReason, Time};
use sealing::NodeKey;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub(crate) use exchanges::Exchange;
pub(super) use model::is_theirs;
pub use queries::SQL;

use super::MatcherError;
use super::store::{self, Store};
use crate::access::Operator;
use crate::bank::{Live, tend};
use crate::clock::{Clock, Entropy};
use crate::compute::off_runtime_if;
use crate::follow::{self, Follow, FollowError, FollowPace, Home, RecordDigest, SourceView};
use crate::partners::PartnerName;
use crate::storage::{Database, Session, StorageError};

/// Whoever speaks for this platform when outcomes go back.
const PLATFORM: PartnerId = PartnerId::from_bytes([0; 16]);
/// Rows of the file that are read at a time.
const ROWS_PER_PAGE: u32 = 4_096;
/// Records that are sealed on the spot.
const ON_THE_SPOT_MAX: usize = 32;
/// So long after it was due, a source that was not asked counts as not heard.
const LATE_SECONDS: i64 = 600;
/// How often it is looked how sources stand when no turn ends.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What a matcher follows, and what it holds of it. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    key: Arc<NodeKey>,
    entropy: Entropy,
    block_radius: BlockRadius,
    views_max: usize,
    lives: RwLock<HashMap<PartnerId, Arc<Live>>>,
    standing: watch::Sender<Vec<SourceView>>,
    /// Held while it is looked how they stand: an older list that came later would forget the index of a source added since.
    looking: Mutex<()>,
    /// What HMA knows of those that were made over its API.
    exchanges: RwLock<HashMap<PartnerId, Arc<Exchange>>>,
    /// Held by whoever changes that.
    changing: Mutex<()>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A source as it stands, and the index over what is held of it.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) view: SourceView,
    pub(crate) live: Arc<Live>,
    /// If it was made over HMA's API.
    pub(crate) exchange: Option<Arc<Exchange>>,
}

/// How a matcher matches what its sources list.
#[derive(Clone, Copy)]
pub(super) struct SourceRules {
    pub(super) block_radius: BlockRadius,
    pub(super) views_max: usize,
}

impl Source {
    /// Whether what is held of it is matched: not once it is being removed, nor while HMA's callers have it switched off.
    pub(crate) fn is_used(&self) -> bool {
        let is_on = |exchange: &Exchange| exchange.is_enabled && exchange.ratio.is_on();
        !self.view.removing && self.exchange.as_deref().is_none_or(is_on)
    }

    /// Whether answers wait until it was read to its end once. One that was made over HMA's API keeps nobody waiting: its
    /// credentials may be wrong, or still to come, and the matcher's other banks are asked meanwhile.
    pub(crate) fn is_awaited(&self) -> bool {
        self.is_used() && self.exchange.is_none()
    }

    /// The bank that such entries of it are in.
    pub(crate) fn bank(&self, class: Class, advice: Advice) -> Bank {
        match &self.exchange {
            Some(exchange) => exchange.as_bank(),
            None => {
                let name = BankName::of_node(self.view.name.as_str(), class, advice);
                Bank { name, matching_enabled_ratio: Ratio::ALL }
            }
        }
    }

    /// Seconds since it last answered, or since it was added; `None` while it is heard, or nobody wants to hear it.
    pub(crate) fn stale_seconds(&self, now: Time) -> Option<u64> {
        if !self.is_used() || self.exchange.as_ref().is_some_and(|exchange| !exchange.is_asked() && !self.is_whole()) {
            return None;
        }
        let is_heard = self.view.failures == 0 && now <= self.view.due_at.plus_seconds(LATE_SECONDS);
        let since = self.view.heard_at.unwrap_or(self.view.created_at);
        (!is_heard).then(|| now.micros_since(since) / 1_000_000)
    }

    /// Whether it has not been heard for so long that what is held of it is no longer used.
    pub(crate) fn is_too_stale(&self, now: Time, stale_max: Duration) -> bool {
        self.stale_seconds(now).is_some_and(|seconds| seconds > stale_max.as_secs())
    }

    /// Whether all that it had was once here.
    pub(crate) const fn is_whole(&self) -> bool {
        self.view.complete_at.is_some()
    }
}

impl Sources {
    /// Opens what the file holds and puts it into the indexes. Their tasks end with `stop`.
    pub(super) async fn open(
        store: &Store,
        rules: SourceRules,
        entropy: Entropy,
        stop: CancellationToken,
        tasks: TaskTracker,
    ) -> Result<Self, StorageError> {
        let sources = Self::over(store.database(), store.key(), rules, entropy, (stop, tasks));
        sources.look().await?;
        for Source { view, live, .. } in sources.all() {
            sources.load(view.id, &live).await?;
        }
        Ok(sources)
    }

    /// Nothing is read yet.
    fn over(
        database: Database,
        key: Arc<NodeKey>,
        rules: SourceRules,
        entropy: Entropy,
        (stop, tasks): (CancellationToken, TaskTracker),
    ) -> Self {
        let SourceRules { block_radius, views_max } = rules;
        let inner = Inner {
            database,
            key,
            entropy,
            block_radius,
            views_max,
            lives: RwLock::default(),
            standing: watch::channel(Vec::new()).0,
            looking: Mutex::default(),
            exchanges: RwLock::default(),
            changing: Mutex::default(),
            stop,
            tasks,
        };
        Self { inner: Arc::new(inner) }
    }

    async fn load(&self, source: PartnerId, live: &Live) -> Result<(), StorageError> {
        let mut on = self.inner.database.read().await?;
        let mut after = Vec::new();
        loop {
            let rows = queries::held(&mut on, source, &after, ROWS_PER_PAGE).await?;
            let Some((last, _)) = rows.last() else { break };
            after.clone_from(last);
            let opened = rows
                .iter()
                .map(|(id, sealed)| EntryId::from_slice(id).and_then(|id| model::open(&self.inner.key, id, sealed)));
            let entries: Vec<Entry> = opened.flatten().collect();
            if entries.len() < rows.len() {
                // One damaged row must not take the protection from all others.
                let damaged = (rows.len() - entries.len()) as u64;
                tracing::error!(
                    damaged,
                    "records of a source do not open and are not matched; remove it and add it again"
                );
                metrics::counter!("rempart_unreadable_entries_total").increment(damaged);
            }
            live.load(&entries);
        }
        live.pack();
        Ok(())
    }

    /// Every source, by name.
    pub(super) fn all(&self) -> Vec<Source> {
        let views = self.inner.standing.borrow().clone();
        let exchanges = self.inner.exchanges.read().unwrap_or_else(PoisonError::into_inner);
        let source =
            |view: SourceView| Source { live: self.live(view.id), exchange: exchanges.get(&view.id).cloned(), view };
        views.into_iter().map(source).collect()
    }

    /// Says when it changes how they stand.
    pub(super) fn watch(&self) -> watch::Receiver<Vec<SourceView>> {
        self.inner.standing.subscribe()
    }

    /// One entry as it is held of a source.
    pub(super) async fn entry(&self, source: PartnerId, id: EntryId) -> Result<Option<Entry>, StorageError> {
        let sealed = queries::one(&mut self.inner.database.read().await?, source, id).await?;
        Ok(sealed.and_then(|sealed| model::open(&self.inner.key, id, &sealed)))
    }

    /// Looks how they stand, after each turn and now and then, until cancelled, and has their indexes tended. What was removed is
    /// forgotten.
    pub(super) async fn keep_looking(self, mut turns: watch::Receiver<u64>) {
        let looking = async {
            let mut tended: HashMap<PartnerId, DropGuard> = HashMap::new();
            loop {
                if let Err(error) = self.look().await {
                    tracing::error!(%error, "cannot look how sources stand");
                }
                let all = self.all();
                tended.retain(|id, _| all.iter().any(|source| source.view.id == *id));
                for Source { view, live, .. } in all {
                    let begin = || {
                        let stop = self.inner.stop.child_token();
                        self.inner.tasks.spawn(tend(live, stop.clone()));
                        stop.drop_guard()
                    };
                    tended.entry(view.id).or_insert_with(begin);
                }
                drop(tokio::time::timeout(LOOK_EVERY, turns.changed()).await);
            }
        };
        self.inner.stop.run_until_cancelled(looking).await;
    }

    pub(super) async fn look(&self) -> Result<(), StorageError> {
        let _in_turn = self.inner.looking.lock().await;
        let views = follow::list(&self.inner.database).await?;
        let exchanges = self.exchanges().await?;
        *self.inner.exchanges.write().unwrap_or_else(PoisonError::into_inner) = exchanges;
        {
            let mut lives = self.inner.lives.write().unwrap_or_else(PoisonError::into_inner);
            lives.retain(|id, _| views.iter().any(|view| view.id == *id));
        }
        self.inner.standing.send_if_modified(|standing| {
            let is_news = *standing != views;
            *standing = views;
            is_news
        });
        Ok(())
    }

    /// The index over a source, made when there is none yet.
    fn live(&self, source: PartnerId) -> Arc<Live> {
        if let Some(live) = self.inner.lives.read().unwrap_or_else(PoisonError::into_inner).get(&source) {
            return live.clone();
        }
        let mut lives = self.inner.lives.write().unwrap_or_else(PoisonError::into_inner);
        let made = || {
            let live = Arc::new(Live::new(self.inner.views_max));
            live.set_ready();
            live
        };
        lives.entry(source).or_insert_with(made).clone()
    }
}

/// A record that is ready to be written and matched.
pub struct ReadyRecord {
    entry: Entry,
    sealed: Vec<u8>,
}

impl Home for Sources {
    type Ready = Vec<ReadyRecord>;

    async fn prepare(
        &self,
        records: &[RecordDigest],
        contributions: Vec<Contribution>,
    ) -> Result<Vec<ReadyRecord>, FollowError> {
        let (inner, records, count) = (self.inner.clone(), records.to_vec(), records.len());
        let seal = move || {
            let mut rng = inner.entropy.rng();
            let each = |(record, contribution): (&RecordDigest, Contribution)| {
                let entry = model::entry(record, contribution, &inner.block_radius);
                ReadyRecord { sealed: model::seal(&inner.key, &entry, &mut rng), entry }
            };
            records.iter().zip(contributions).map(each).collect::<Vec<_>>()
        };
        Ok(off_runtime_if(count > ON_THE_SPOT_MAX, seal).await?)
    }

    /// One matcher has the file, and writers wait for each other there.
    async fn lock(&self, _: &mut Session) -> Result<(), StorageError> {
        Ok(())
    }

    async fn rests(&self, on: &mut Session, source: PartnerId) -> Result<bool, StorageError> {
        queries::rests(on, source).await
    }

    async fn take_up(
        &self,
        on: &mut Session,
        id: PartnerId,
        name: &PartnerName,
        _: bool,
        _: Time,
    ) -> Result<Option<PartnerId>, StorageError> {
        Ok(queries::take_up(on, id, name).await?.then_some(id))
    }

    async fn put(
        &self,
        on: &mut Session,
        ready: &Vec<ReadyRecord>,
        source: PartnerId,
        _: Time,
    ) -> Result<Vec<EntryId>, FollowError> {
        let rows: Vec<(EntryId, &[u8])> = ready.iter().map(|one| (one.entry.id, one.sealed.as_slice())).collect();
        queries::put(on, source, &rows).await?;
        Ok(rows.into_iter().map(|(id, _)| id).collect())
    }

    async fn let_go(
        &self,
        on: &mut Session,
        source: PartnerId,
        gone: &[(EntryId, RemoveReason)],
        _: Time,
    ) -> Result<u64, FollowError> {
        let ids: Vec<EntryId> = gone.iter().map(|(id, _)| *id).collect();
        queries::remove(on, source, &ids).await?;
        Ok(0)
    }

    async fn give_up(&self, on: &mut Session, id: PartnerId, _: Time) -> Result<(), StorageError> {
        queries::give_up(on, id).await
    }

    async fn in_force(
        &self,
        source: PartnerId,
        ready: Option<Vec<ReadyRecord>>,
        gone: Vec<EntryId>,
        _: u64,
    ) -> Result<(), FollowError> {
        let is_known = self.inner.standing.borrow().iter().any(|view| view.id == source);
        let entries: Vec<Entry> = ready.unwrap_or_default().into_iter().map(|one| one.entry).collect();
        let change = move |live: &Live| {
            live.forget(&gone);
            live.load(&entries);
        };
        // One added since it was last looked is known first, or the next look would forget the index made here. What is
        // committed is searched even when looking failed.
        let looked = if is_known { Ok(()) } else { self.look().await };
        self.live(source).aside(change).await?;
        Ok(looked?)
    }
}

/// The sources of a matcher's file, for whoever sets them up: a running matcher looks there by itself.
pub struct MatcherSources {
    /// To add, list, remove.
    pub follow: Follow<Sources>,
    database: Database,
}

impl MatcherSources {
    /// Opens the file, or makes it, and checks the key. Nothing runs.
    ///
    /// # Errors
    /// See [`MatcherError`].
    pub async fn open(file: &Path, key: Arc<NodeKey>) -> Result<(Self, Operator), MatcherError> {
        let (clock, entropy) = (Clock::System, Entropy::System);
        let database = store::open_file(file, &key, clock.now()).await?;
        let (rules, tasks) = (SourceRules { block_radius: BlockRadius::default(), views_max: 0 }, TaskTracker::new());
        let home =
            Sources::over(database.clone(), key.clone(), rules, entropy.clone(), (CancellationToken::new(), tasks));
        let follow = Follow::new(database.clone(), key, home, FollowPace::default(), clock, entropy)?;
        Ok((Self { follow, database }, Operator::new(PLATFORM)))
    }

    /// Closes the file.
    pub async fn close(self) {
        self.database.close().await;
    }
}

/// Notes what was done about records of sources; gives how many of these outcomes were noted before.
pub(super) async fn note(follow: &Follow<Sources>, outcomes: &[exchange::Outcome]) -> Result<u64, StorageError> {
    follow.note(PLATFORM, outcomes).await
}
