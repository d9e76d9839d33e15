//! A platform's matcher: a replica of what one or more nodes show it, on the platform's own machine. Pictures never
//! leave the platform; matching goes on when a node is out of reach.
//!
//! For each node a task takes a snapshot, then follows the feed; every page is written to the matcher's own file, then
//! put into the index, then acknowledged ([`replica`], [`follow`], [`snapshot`]). A restart loads the file and asks
//! only for what came since. Fingerprints are sealed in the file with a key that is not kept beside it.
//!
//! What is decided here, and holds whatever a node does:
//!
//! - One entry that cannot be read never stops the feed: it is skipped and reported ([`exchange::follow`]).
//! - A fresh snapshot (the agreement changed, the bank was restored) replaces what is held without a gap: what it did
//!   not bring goes once the feed has caught up.
//! - Cut off, the matcher answers from what it holds and says how stale that is. A node that revoked the key is tried
//!   slowly and the refusal is shown; either way what is held of a node is used for at most
//!   [`MatcherSettings::stale_max`], then no longer.
//! - An outcome is answered with 200 once it is written down here, and sent until the node has it ([`outbox`]).
//! - The platform's own banks ([`banks`]), made over HMA's API ([`hma`]), are searched with those of the nodes, and so is
//!   what other systems list that it follows by itself ([`sources`]).
//! - Where two nodes hold the same entry and differ in their advice, the cautious one stands ([`answer`]).

mod access;
mod address;
mod answer;
pub mod api;
mod backoff;
mod banks;
mod exchanges;
mod fetch;
mod follow;
mod held;
mod hma;
mod outbox;
mod queries;
mod replica;
mod settings;
mod snapshot;
mod sources;
mod standing;
mod store;

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sealing::NodeKey;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use access::{Access, AccessError, TOKEN_BYTES_MIN};
pub use api::{ImageMatch, MatcherStatus, document};
pub use backoff::{Pace, RETRY_AFTER_SECONDS_MAX};
pub use banks::SQL as BANKS_SQL;
pub use hma::{HmaError, HmaSettings};
pub use queries::SQL;
pub use settings::{MatcherSettings, PictureSettings, STALE_DAYS_MAX_DEFAULT, Upstream, UpstreamError};
pub use sources::{MatcherSources, SQL as SOURCES_SQL, Sources};
pub use standing::{Standing, UpstreamStatus};

use crate::bank::{IndexForm, Keeping, Live, open_index, tend};
use crate::clock::{Clock, Entropy};
use crate::compute::turns;
use crate::follow::{Follow, SourceView};
use crate::http::Guard;
use crate::storage::{StorageError, Transient};
use banks::Banks;
use replica::{Progress, Replica};
pub(crate) use sources::Source;
use sources::SourceRules;
use standing::Standings;
use store::Store;

/// Time for a call that is no stream.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
const MEASURE_EVERY: Duration = Duration::from_secs(5);
/// How often the file is told when nodes were last heard, when nothing else is written.
const NOTE_EVERY_TURNS: u32 = 12;

/// A matcher. Cheap to clone; it is the state of every handler.
#[derive(Clone)]
pub struct Matcher {
    inner: Arc<Inner>,
}

struct Inner {
    replicas: Vec<Arc<Replica>>,
    /// Taken by [`Matcher::start`].
    begun: Mutex<Vec<Progress>>,
    store: Store,
    /// The platform's own banks.
    banks: Banks,
    /// Other systems that it follows, and what follows them.
    sources: Sources,
    follow: Follow<Sources>,
    standings: Standings,
    access: Access,
    hma: HmaSettings,
    http: reqwest::Client,
    guard: Guard,
    stale_max: Duration,
    pictures: PictureSettings,
    searches: Arc<Semaphore>,
    decodes: Arc<Semaphore>,
    picture_requests: Arc<Semaphore>,
    clock: Clock,
    entropy: Entropy,
    stop: CancellationToken,
    tasks: TaskTracker,
    started: AtomicBool,
    /// Held until the matcher is closed or dropped: one file, one matcher.
    lock: File,
}

/// Why a matcher does not start.
#[derive(Debug, thiserror::Error)]
pub enum MatcherError {
    /// The file was sealed with another key. Give that key; or remove the file, and a new one is filled by a snapshot.
    #[error("this matcher's file was sealed with another key; give that key, or remove the file to begin afresh")]
    WrongKey,
    /// Another matcher has the file. Stop that one, or give each its own file.
    #[error("another matcher is using {0}; stop it, or give each matcher its own file")]
    InUse(PathBuf),
    /// The file beside which the lock is kept cannot be made. Check the folder and who may write there.
    #[error("{0} cannot be written: {1}")]
    Folder(PathBuf, std::io::Error),
    /// Nothing to follow, and own banks that nobody could reach. Give a node, another system, or a token for HMA's API.
    #[error(
        "name the node to follow: --from URL --key FILE; or another system: `rempart follow add --matcher`; or, for banks of \
         your own over HMA's API, give an access token"
    )]
    NoUpstream,
    /// The same node twice. Give each address once.
    #[error("{0} is given twice; give each node once")]
    Twice(String),
    /// See [`ClientError`](crate::http::ClientError).
    #[error(transparent)]
    Client(#[from] crate::http::ClientError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for MatcherError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

impl Matcher {
    /// Opens the file and checks the key. Nothing runs yet.
    ///
    /// # Errors
    /// See [`MatcherError`].
    pub async fn open(settings: MatcherSettings) -> Result<Self, MatcherError> {
        let MatcherSettings {
            file,
            key,
            upstreams,
            access,
            stale_max,
            views_max,
            index_form,
            pictures,
            hma,
            block_radius,
            follow_pace,
            guard,
            pace,
            clock,
            entropy,
        } = settings;
        let urls: Vec<&str> = upstreams.iter().map(Upstream::url).collect();
        check_urls(&urls)?;
        let has_own_banks = hma.is_open || access != Access::Loopback;
        if urls.is_empty() && !has_own_banks && !file.exists() {
            return Err(MatcherError::NoUpstream);
        }
        let lock = lock(&file)?;
        let database = store::open_file(&file, &key, clock.now()).await?;
        // Before anything is forgotten of nodes that are not named.
        if urls.is_empty() && !has_own_banks && crate::follow::list(&database).await?.is_empty() {
            return Err(MatcherError::NoUpstream);
        }
        let (store, rows) = Store::open(database, key.clone(), &urls, clock.clone(), entropy.clone()).await?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let rules = SourceRules { block_radius, views_max };
        let sources = Sources::open(&store, rules, entropy.clone(), stop.clone(), tasks.clone()).await?;
        let follow = Follow::new(store.database(), key, sources.clone(), follow_pace, clock.clone(), entropy.clone())?;
        let banks = store.banks(views_max).await?;
        let http = crate::http::client()?;
        let now = clock.now();
        let standing = |(upstream, row): (&Upstream, &queries::UpstreamRow)| Standing {
            url: upstream.url().to_owned(),
            host: upstream.host().to_owned(),
            loaded: false,
            connected: false,
            revoked: false,
            polling: false,
            cursor: row.cursor,
            acknowledged: None,
            head: None,
            heard_at: row.heard_at,
            followed_at: now,
            entries: 0,
            snapshots: 0,
            skipped: row.skipped,
            last_skipped: None,
            outcomes_waiting: 0,
            outcomes_refused: 0,
            outcomes_trouble: None,
            trouble: None,
        };
        let standings = Standings::new(upstreams.iter().zip(&rows).map(standing).collect());
        forget_indexes(&file, &rows)?;
        let mut lives = Vec::new();
        for row in &rows {
            lives.push(kept_index(&file, row, index_form, store.key(), views_max).await);
        }
        let replica = |(place, ((upstream, row), live)): (usize, ((Upstream, &queries::UpstreamRow), Live))| {
            if upstream.is_clear() {
                let host = upstream.host();
                tracing::warn!(
                    upstream = host,
                    "the key and the bank travel unencrypted; use https outside a private net"
                );
            }
            Arc::new(Replica {
                place,
                id: row.id,
                upstream,
                live: Arc::new(live),
                views_max,
                index_file: index_file(&file, row.id),
                index_form,
                store: store.clone(),
                standings: standings.clone(),
                http: http.clone(),
                pace,
                clock: clock.clone(),
                entropy: entropy.clone(),
                in_force: watch::channel(None).0,
                queued: Notify::new(),
                whole: watch::channel(None).0,
                kept: tokio::sync::Mutex::new(None),
            })
        };
        let replicas = upstreams.into_iter().zip(&rows).zip(lives).enumerate().map(replica).collect();
        let inner = Inner {
            replicas,
            begun: Mutex::new(rows.iter().map(Progress::of).collect()),
            store,
            banks,
            sources,
            follow,
            standings,
            access,
            hma,
            http,
            guard,
            stale_max,
            searches: turns(),
            decodes: Arc::new(Semaphore::new(pictures.decodes_max.max(1))),
            picture_requests: Arc::new(Semaphore::new(pictures.requests_max.max(1))),
            pictures,
            clock,
            entropy,
            stop,
            tasks,
            started: AtomicBool::new(false),
            lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts to load what is held and to follow every node. A second call does nothing.
    pub fn start(&self) {
        if self.inner.started.swap(true, Ordering::AcqRel) {
            return;
        }
        let begun = std::mem::take(&mut *self.inner.begun.lock().unwrap_or_else(PoisonError::into_inner));
        let (tasks, stop) = (&self.inner.tasks, &self.inner.stop);
        for (replica, progress) in self.inner.replicas.iter().zip(begun) {
            tasks.spawn(replica.clone().follow(progress, stop.clone()));
            tasks.spawn(replica.clone().acknowledge(stop.clone()));
            tasks.spawn(replica.clone().send_outcomes(stop.clone()));
            tasks.spawn(tend(replica.live.clone(), stop.clone()));
            tasks.spawn(replica.clone().keep_index(stop.clone()));
        }
        tasks.spawn(tend(self.inner.banks.live().clone(), stop.clone()));
        tasks.spawn(self.inner.follow.clone().run(stop.clone()));
        tasks.spawn(self.inner.sources.clone().keep_looking(self.inner.follow.turns()));
        tasks.spawn(self.clone().measure());
    }

    /// What it serves; see [`api`].
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }

    /// Cancelled when the matcher is to end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// How it stands to each node, in the order of the settings; says when that changes.
    pub fn watch_status(&self) -> watch::Receiver<Vec<Standing>> {
        self.inner.standings.watch()
    }

    /// What follows other systems: to ask one now, or to add one from within the process.
    pub fn follow(&self) -> &Follow<Sources> {
        &self.inner.follow
    }

    /// Other systems that it follows, by name; says when it changes how they stand.
    pub fn watch_sources(&self) -> watch::Receiver<Vec<SourceView>> {
        self.inner.sources.watch()
    }

    /// Other systems that it follows, by name.
    pub(crate) fn sources(&self) -> Vec<Source> {
        self.inner.sources.all()
    }

    /// The index over what is held of each node, in the order of the settings.
    pub fn lives(&self) -> Vec<Arc<Live>> {
        self.inner.replicas.iter().map(|replica| replica.live.clone()).collect()
    }

    /// Keeps the index over each node's entries now, where it is whole and changed since: by itself a matcher does so every hour.
    pub async fn keep_indexes(&self) {
        for replica in &self.inner.replicas {
            replica.keep_index_now().await;
        }
    }

    /// Ends what [`Matcher::start`] started and closes the file.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.note_heard().await;
        self.inner.store.close().await;
        if let Err(error) = self.inner.lock.unlock() {
            tracing::warn!(%error, "the file stays locked until the process ends");
        }
    }

    /// Who may ask.
    pub(crate) fn access(&self) -> &Access {
        &self.inner.access
    }

    async fn measure(self) {
        let mut turns = tokio::time::interval(MEASURE_EVERY);
        let measuring = async {
            for turn in 0_u32.. {
                turns.tick().await;
                self.inner.standings.measure(self.inner.clock.now());
                if turn % NOTE_EVERY_TURNS == NOTE_EVERY_TURNS - 1 {
                    self.note_heard().await;
                }
            }
        };
        self.inner.stop.run_until_cancelled(measuring).await;
    }

    /// Tells the file when each node was last heard, so that staleness outlasts a restart.
    async fn note_heard(&self) {
        for (replica, standing) in self.inner.replicas.iter().zip(self.inner.standings.all()) {
            let Some(at) = standing.heard_at else { continue };
            if let Err(error) = self.inner.store.heard(replica.id, at).await {
                tracing::warn!(%error, "could not note when the node was last heard");
            }
        }
    }
}

/// The index as it was kept last, if what changed since is known; otherwise an empty one.
async fn kept_index(
    file: &Path,
    row: &queries::UpstreamRow,
    form: IndexForm,
    key: Arc<NodeKey>,
    views_max: usize,
) -> Live {
    let is_whole = row.loaded && row.snapshot.is_none() && !row.sweep;
    let known = row.noted_from.zip(row.cursor).filter(|_| is_whole).map(|(from, to)| from..=to);
    // A mark that no index was ever kept under: the file is looked at all the same, since it may have to go.
    let mark = row.mark.filter(|_| known.is_some()).unwrap_or_default();
    let stand = replica::stand(row.id, &mark, views_max);
    let live = open_index(Some(Keeping { file: index_file(file, row.id), form, key, stand }), views_max).await;
    if known.is_some_and(|known| known.contains(&live.applied())) { live } else { Live::new(views_max) }
}

/// Where the index over an upstream's entries is kept.
fn index_file(file: &Path, upstream: i64) -> PathBuf {
    file.with_extension(format!("index-{upstream}"))
}

/// Removes what was kept of nodes that are no longer followed.
fn forget_indexes(file: &Path, followed: &[queries::UpstreamRow]) -> Result<(), MatcherError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let kept: Vec<PathBuf> = followed.iter().map(|row| index_file(file, row.id)).collect();
    let any = file.with_extension("index-");
    let removed = fs::read_dir(folder).and_then(|entries| {
        for entry in entries {
            let path = folder.join(entry?.file_name());
            let is_ours = path.as_os_str().as_encoded_bytes().starts_with(any.as_os_str().as_encoded_bytes());
            if is_ours && !kept.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    });
    removed.map_err(|error| MatcherError::Folder(folder.to_owned(), error))
}

fn check_urls(urls: &[&str]) -> Result<(), MatcherError> {
    let mut seen = HashSet::new();
    match urls.iter().find(|url| !seen.insert(**url)) {
        Some(twice) => Err(MatcherError::Twice((*twice).to_owned())),
        None => Ok(()),
    }
}

/// Takes `FILE.lock`, which vanishes with the process however it ends.
fn lock(file: &Path) -> Result<File, MatcherError> {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let lock = File::create(&path).map_err(|error| MatcherError::Folder(path.clone(), error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(MatcherError::InUse(file.to_owned())),
        Err(TryLockError::Error(error)) => Err(MatcherError::Folder(path, error)),
    }
}
