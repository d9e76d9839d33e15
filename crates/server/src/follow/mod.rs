//! Following other systems: StopNCII, NCMEC, Meta's ThreatExchange, Tech Against Terrorism, other Rempart nodes
//! (docs/design/0020-following.md).
//!
//! A *source* is such a system with credentials and terms. Its wire ([`wires`]) asks for what comes after a cursor and gives
//! records; it knows neither database nor index. A page is taken in transactions ([`steps`]): entries, withdrawals, cursor. The
//! home ([`Home`]) is a node's bank, or a matcher's own file. What was done about a source's entries goes back in its own
//! words ([`feedback`]).
//!
//! - A source's entries belong to a contributor of its own, without keys; what may not be passed on no partner sees.
//! - One bad record is skipped, counted and said; a bad page costs that source its turn and nothing else.
//! - What a fetch from scratch did not bring goes once it was received whole.
//! - Credentials are sealed with the node's key and shown nowhere.

mod ask;
mod cursor;
mod feedback;
mod home;
mod model;
mod queries;
mod salvage;
mod steps;
mod turn;
mod wires;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exchange::{Outcome, PartnerId, Time};
use sealing::NodeKey;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) use feedback::note;
pub use home::Home;
pub use model::{CREDENTIALS_BYTES_MAX, Credentials, FollowError, NewSource, SourceKind, SourceView, Terms};
pub(crate) use queries::RecordDigest;
pub use queries::SQL;
pub(crate) use steps::Beside;
pub use turn::Turn;

use crate::access::Operator;
use crate::bank::Bank;
use crate::clock::{Clock, Entropy};
use crate::http::ClientError;
use crate::partners::PartnerName;
use crate::storage::{Database, Session, StorageError};
use steps::Gone;

/// How often it is looked whether a source is due.
const LOOK_EVERY_SECONDS: u64 = 5;

/// How sources are followed.
#[derive(Clone, Copy, Debug)]
pub struct FollowPace {
    /// Between the pages of one source.
    pub page_pause: Duration,
    /// After the first turn that failed; doubled with each.
    pub backoff_first: Duration,
    /// Longest time that one page may take.
    pub page_timeout: Duration,
    /// Bytes of one page, at most.
    pub page_bytes_max: usize,
}

impl Default for FollowPace {
    fn default() -> Self {
        Self {
            page_pause: Duration::from_millis(250),
            backoff_first: Duration::from_secs(15),
            page_timeout: Duration::from_secs(120),
            page_bytes_max: exchange::dialects::PAGE_BYTES_MAX,
        }
    }
}

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Follow<H = Bank> {
    database: Database,
    key: Arc<NodeKey>,
    home: H,
    http: reqwest::Client,
    pace: FollowPace,
    clock: Clock,
    entropy: Entropy,
    /// Somebody added a source, or an outcome about an entry of one.
    stirred: Arc<Notify>,
    /// Rises with each turn that ends.
    turns: Arc<watch::Sender<u64>>,
    /// Whom this process asks at this moment, since when.
    asking: Arc<Mutex<HashMap<PartnerId, Time>>>,
}

impl<H: Home> Follow<H> {
    /// The room over this database.
    pub(crate) fn new(
        database: Database,
        key: Arc<NodeKey>,
        home: H,
        pace: FollowPace,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Self, ClientError> {
        let http = crate::http::client()?;
        Ok(Self {
            database,
            key,
            home,
            http,
            pace,
            clock,
            entropy,
            stirred: Arc::default(),
            turns: Arc::new(watch::channel(0).0),
            asking: Arc::default(),
        })
    }

    /// Adds a source under a name of its own, which others see as the origin of its entries.
    pub async fn add(&self, _: &Operator, new: NewSource) -> Result<(), FollowError> {
        new.check()?;
        self.add_checked(&new, &()).await
    }

    /// The same with what is written beside it, and perhaps before there are credentials: until then its home lets it rest.
    pub(crate) async fn add_beside(&self, new: &NewSource, beside: &impl Beside) -> Result<(), FollowError> {
        if new.credentials == Credentials::default() {
            new.check_without_credentials()?
        } else {
            new.check()?
        }
        self.add_checked(new, beside).await
    }

    async fn add_checked(&self, new: &NewSource, beside: &impl Beside) -> Result<(), FollowError> {
        let now = self.clock.now();
        let id = PartnerId::new(now, &mut self.entropy.rng());
        self.database.run(&steps::Add { follow: self, new, id, now, beside }).await?;
        tracing::info!(source = %new.name, kind = new.kind.name(), "follows from now on");
        self.stirred.notify_one();
        Ok(())
    }

    /// Every source, by name.
    pub async fn list(&self) -> Result<Vec<SourceView>, StorageError> {
        queries::list(&mut self.database.read().await?).await
    }

    /// Follows a source no longer: withdraws its entries and forgets its credentials. Broken off, it goes on with the next
    /// call or the next start.
    pub async fn remove(&self, _: &Operator, name: &PartnerName) -> Result<u64, FollowError> {
        let source = self.source(name).await?;
        self.begin_removing(source.id).await?;
        self.finish_removing(source.id, name).await
    }

    /// Marks a source as going: what is held of it counts no more, and is withdrawn by [`Self::finish_removing`].
    pub(crate) async fn begin_removing(&self, id: PartnerId) -> Result<(), FollowError> {
        let due_at = self.now().plus_seconds(steps::CLAIM_SECONDS);
        self.database.run(&steps::Begin { id, due_at }).await
    }

    /// Withdraws what is left of it.
    pub(crate) async fn finish_removing(&self, id: PartnerId, name: &PartnerName) -> Result<u64, FollowError> {
        let withdrawn = self.empty(id).await?;
        tracing::info!(source = %name, withdrawn, "follows no longer");
        Ok(withdrawn)
    }

    /// Gives a source other credentials, in a transaction of the caller's; [`Self::stir`] has it asked once that is committed.
    pub(crate) async fn reopen(
        &self,
        on: &mut Session,
        id: PartnerId,
        credentials: &Credentials,
    ) -> Result<(), StorageError> {
        let sealed = steps::seal_credentials(&self.key, id, credentials, &mut self.entropy.rng());
        queries::reopen(on, id, &sealed, self.now()).await
    }

    /// Has it looked at once who is due.
    pub(crate) fn stir(&self) {
        self.stirred.notify_one();
    }

    /// Since when this process has been asking a source, if it does at this moment.
    pub(crate) fn asking_since(&self, id: PartnerId) -> Option<Time> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    /// The same where another process follows: that one withdraws its entries as soon as it looks.
    pub async fn remove_there(&self, _: &Operator, name: &PartnerName) -> Result<(), FollowError> {
        let source = self.source(name).await?;
        self.database.run(&steps::Begin { id: source.id, due_at: self.now() }).await
    }

    /// Has the process that follows ask a source as soon as it looks, whatever the source's pause.
    pub async fn hasten(&self, _: &Operator, name: &PartnerName) -> Result<(), FollowError> {
        let source = self.source(name).await?;
        self.database.run(&steps::Hasten { id: source.id, now: self.now() }).await
    }

    /// Asks a source now for all that it has, whatever its pause.
    pub async fn once(&self, _: &Operator, name: &PartnerName) -> Result<Turn, FollowError> {
        let source = self.source(name).await?;
        let claimed = self
            .database
            .run(&steps::Claim { home: &self.home, id: source.id, now: self.clock.now(), waits: false })
            .await?;
        let claimed = claimed.ok_or_else(|| FollowError::Unknown(name.clone()))?;
        self.turn(claimed).await
    }

    /// Queues what was done about sources' entries, where outcomes are kept nowhere else; gives how many of these wait already.
    pub(crate) async fn note(&self, partner: PartnerId, outcomes: &[Outcome]) -> Result<u64, StorageError> {
        let mut on = self.database.write().await?;
        let repeated = feedback::note(&mut on, partner, outcomes, self.now()).await?;
        on.commit().await?;
        Ok(repeated)
    }

    /// Says when a turn has ended in this process.
    pub fn turns(&self) -> watch::Receiver<u64> {
        self.turns.subscribe()
    }

    /// Follows whatever is due until cancelled. Cancelling loses nothing: what was not committed comes again.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let following = async {
            let mut turns = Turns::default();
            loop {
                if let Err(error) = self.begin_due(&mut turns).await {
                    tracing::error!(%error, "cannot look which sources are due");
                }
                tokio::select! {
                    () = self.stirred.notified() => {}
                    () = turns.ended() => {}
                    () = tokio::time::sleep(Duration::from_secs(LOOK_EVERY_SECONDS)) => {}
                }
            }
        };
        stop.run_until_cancelled(following).await;
    }

    /// Begins the turn of every source that is due and has none here: one that takes long keeps no other waiting.
    async fn begin_due(&self, turns: &mut Turns) -> Result<(), FollowError> {
        let now = self.clock.now();
        let due = queries::due(&mut self.database.read().await?, now).await?;
        for id in due {
            if turns.running.contains(&id) {
                continue;
            }
            // Another process may have been faster.
            if let Some(source) = self.database.run(&steps::Claim { home: &self.home, id, now, waits: true }).await? {
                let follow = self.clone();
                turns.running.insert(id);
                turns.tasks.spawn(async move {
                    let ended = if source.removing {
                        let emptied = follow.empty(id).await.map(drop);
                        follow.turns.send_modify(|turns| *turns = turns.wrapping_add(1));
                        emptied
                    } else {
                        follow.turn(source).await.map(drop)
                    };
                    if let Err(error) = ended {
                        tracing::error!(%error, "a source could not be followed, or emptied");
                    }
                    id
                });
            }
        }
        Ok(())
    }

    /// Withdraws what is left of a source, piece by piece, then forgets it.
    async fn empty(&self, id: PartnerId) -> Result<u64, FollowError> {
        let mut withdrawn = 0;
        loop {
            let gone = self.database.run(&steps::Empty { home: &self.home, id, now: self.clock.now() }).await?;
            let is_over = gone.is_none();
            let Gone { records, entries } = gone.unwrap_or_default();
            withdrawn += records;
            self.home.in_force(id, None, entries, 0).await?;
            if is_over {
                return Ok(withdrawn);
            }
        }
    }

    async fn source(&self, name: &PartnerName) -> Result<SourceView, FollowError> {
        let found = self.list().await?.into_iter().find(|source| source.name == *name);
        found.ok_or_else(|| FollowError::Unknown(name.clone()))
    }

    fn now(&self) -> Time {
        self.clock.now()
    }
}

/// Says that a source is being asked, for as long as it is there.
struct Asking<'a> {
    all: &'a Mutex<HashMap<PartnerId, Time>>,
    id: PartnerId,
}

impl<'a> Asking<'a> {
    fn of<H: Home>(follow: &'a Follow<H>, id: PartnerId) -> Self {
        follow.asking.lock().unwrap_or_else(PoisonError::into_inner).insert(id, follow.now());
        Self { all: &follow.asking, id }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Turns under way in this process.
#[derive(Default)]
struct Turns {
    tasks: JoinSet<PartnerId>,
    running: HashSet<PartnerId>,
}

impl Turns {
    /// Goes on when one has ended; while there is none, never.
    async fn ended(&mut self) {
        match self.tasks.join_next().await {
            Some(Ok(id)) => {
                self.running.remove(&id);
            }
            // It panicked, and nobody says which: all the others are asked again when they are due, which harms nothing.
            Some(Err(_)) => self.running.clear(),
            None => std::future::pending().await,
        }
    }
}

/// Every source in this database, by name.
pub async fn list(database: &Database) -> Result<Vec<SourceView>, StorageError> {
    queries::list(&mut database.read().await?).await
}

/// Every source as one reading shows it, for the status page and metrics.
pub(crate) async fn standing(on: &mut crate::storage::Session) -> Result<Vec<SourceView>, StorageError> {
    queries::list(on).await
}
