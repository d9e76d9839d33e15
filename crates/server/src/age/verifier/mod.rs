//! The site's verifier: self-hosted, asks nobody while somebody waits, and knows of a visit only that it may go on.
//!
//! What is written down: tokens spent this week, so that none is spent twice; open visits under a digest of their cookie;
//! the issuer's key log. Counts are by threshold and outcome. Where the database cannot say whether a token was spent, nobody
//! is let in.

mod pages;
mod queries;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use agetoken::{
    Challenge, Epoch, Gate, IssuerName, Mode, Origin, PlainGate, Redemption, Refused, SiteKey, SiteNonce, Spend,
    Threshold, Token, VISIT_BYTES,
};
use arc_swap::ArcSwap;
use axum::Router;
use rand::Rng;
use sealing::{NodeKey, VisitToken};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::identity::{IdentityError, new_secret, open_secret};
use super::keylog::{KeyLog, LogError, LogSource};
use super::seconds;
use crate::access::{NewVisit, Visits};
use crate::clock::{Clock, Entropy};
use crate::storage::{AGE_VERIFIER, Database, StorageError};

pub use queries::SQL;

/// A visit ends when nothing was asked for so long, at most.
pub const IDLE_SECONDS_MAX: i64 = 3_600;
/// A visit that goes on is written down again after so long.
const KEEP_EVERY_SECONDS: u64 = 60;
/// Visits whose last sign is kept in memory, at most; others are asked of the database.
const REMEMBERED_MAX: usize = 100_000;
/// How often the issuer's log is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(900);
/// A question to stock clients is good for this hour and the next.
const PLAIN_SECONDS: u64 = 3_600;
/// Another device has so long to answer for the one that shows the square.
const HANDED_SECONDS: i64 = 900;
const SITE_CONTEXT: &[u8] = b"age verifier: site";
const WAITING_LABEL: &[u8] = b"rempart age waiting v1\0";
const PLAIN_LABEL: &[u8] = b"rempart age plain v1";

/// What a verifier is set up with.
#[derive(Clone)]
pub struct VerifierSettings {
    /// The site.
    pub origin: Origin,
    /// What it asks for.
    pub threshold: Threshold,
    /// Where the issuer's log is, and by which key it is known.
    pub source: LogSource,
    /// The wallet page that visitors are sent to.
    pub wallet: String,
    /// Where somebody who is refused can turn: an address of the web or of mail.
    pub contact: String,
    /// A visit ends when nothing was asked for so long; at most [`IDLE_SECONDS_MAX`].
    pub idle_seconds: i64,
    /// Whether stock clients of RFC 9577 are served, without a possession proof.
    pub is_plain_offered: bool,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
}

/// A verifier. Cheap to clone; it is the state of every handler.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    settings: VerifierSettings,
    database: Database,
    key: Arc<NodeKey>,
    site: SiteKey,
    log: ArcSwap<KeyLog>,
    visits: Visits,
    /// Until when a visit need not be asked of the database, in seconds since 1970.
    remembered: Mutex<HashMap<[u8; 32], u64>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Why a verifier does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// See [`IdentityError`].
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The log as it was kept is not believed any more: another log key was set, or the file was changed.
    #[error("the key log that was kept is not believed: {0}")]
    Log(#[from] LogError),
    /// A visit would stay open for longer than it may.
    #[error("idle_seconds is 60 to {IDLE_SECONDS_MAX}")]
    Idle,
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a redemption opens no visit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAdmitted {
    /// See [`Refused`].
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The token was spent here before.
    #[error("this proof was used here before")]
    Spent,
    /// Nobody knows whether it was spent: nobody is let in.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Somebody who may go on.
pub(crate) enum Admitted {
    /// In this browser.
    Here(VisitToken),
    /// In the one that shows the square.
    HandedOver,
}

impl Verifier {
    /// Opens a database and checks the key. The log is that of the last look: see [`Verifier::look`].
    ///
    /// # Errors
    /// See [`VerifierError`].
    pub async fn open(
        database: Database,
        key: Arc<NodeKey>,
        settings: VerifierSettings,
    ) -> Result<Self, VerifierError> {
        if !(60..=IDLE_SECONDS_MAX).contains(&settings.idle_seconds) {
            return Err(VerifierError::Idle);
        }
        database.migrate(&AGE_VERIFIER).await?;
        if queries::identity(&mut database.read().await?).await?.is_none() {
            let mut rng = settings.entropy.rng();
            let site_secret = key.seal(SITE_CONTEXT, new_secret(&mut rng).as_ref(), &mut rng);
            database.run(&queries::PutIdentity { key_check: key.check().as_bytes(), site_secret }).await?;
        }
        let mut session = database.read().await?;
        let row = queries::identity(&mut session).await?.ok_or(StorageError::Damaged("a verifier without its row"))?;
        let entries = queries::followed(&mut session).await?;
        drop(session);
        let site = SiteKey::new(open_secret(&key, &row.key_check, SITE_CONTEXT, &row.site_secret)?);
        let mut log = KeyLog::new(settings.source.issuer().clone());
        if !row.note.is_empty() {
            log = settings.source.kept(&log, &row.note, &entries)?;
        }
        let visits = Visits::new(database.clone(), settings.clock.clone(), settings.entropy.clone());
        let inner = Inner {
            settings,
            database,
            key,
            site,
            log: ArcSwap::from_pointee(log),
            visits,
            remembered: Mutex::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Its HTTP face.
    pub fn router(&self) -> Router {
        pages::router(self.clone())
    }

    /// Starts to follow the log, and to forget what is over.
    pub fn start(&self) {
        let (verifier, stop) = (self.clone(), self.inner.stop.clone());
        self.inner.tasks.spawn(async move {
            while tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await.is_err() {
                if let Err(error) = verifier.look().await {
                    let is_alarm = error.is_alarm();
                    tracing::error!(%error, is_alarm, "the issuer's key log was not taken in; the keys known stay");
                }
                if let Err(error) = verifier.tidy().await {
                    tracing::warn!(%error, "what is over could not be forgotten; trying again");
                }
            }
        });
    }

    /// Looks at the issuer's log again. What cannot be believed changes nothing: the keys known before go on.
    ///
    /// # Errors
    /// See [`LogError`]; storage that fails counts as unreachable.
    pub async fn look(&self) -> Result<u64, LogError> {
        let (known, source) = (self.inner.log.load_full(), &self.inner.settings.source);
        let (log, note) = source.look(&known).await?;
        let from = usize::try_from(known.size()).unwrap_or(usize::MAX);
        let added = log.entries().get(from..).unwrap_or_default().to_vec();
        let write = queries::Follow { from: known.size(), added, note: note.to_string() };
        let kept = self.inner.database.run(&write).await;
        kept.map_err(|error| LogError::Unreachable("its own database".to_owned(), error.to_string()))?;
        let size = log.size();
        self.inner.log.store(Arc::new(log));
        Ok(size)
    }

    /// Forgets tokens of weeks that are no longer accepted, and visits that are over.
    ///
    /// # Errors
    /// See [`StorageError`].
    pub async fn tidy(&self) -> Result<(), StorageError> {
        let (now, micros) = (self.now(), self.inner.settings.clock.now().as_micros());
        // A token is refused by its week from then on, whether it was spent or not; a day more is for clocks.
        let mut oldest = Epoch::of(now);
        while oldest.0 > 0 && now < Epoch(oldest.0 - 1).accepted_until() + 86_400 {
            oldest = Epoch(oldest.0 - 1);
        }
        self.inner.database.run(&queries::Forget { before: oldest, now_micros: micros }).await?;
        self.inner.visits.tidy().await?;
        let mut remembered = self.inner.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.retain(|_, until| now < *until);
        Ok(())
    }

    /// Cancelled when it is to end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// Ends what was started and closes the database.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.database.close().await;
    }

    /// The database under it.
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// The keys that are believed now.
    pub fn log(&self) -> Arc<KeyLog> {
        self.inner.log.load_full()
    }

    /// A fresh question for this browser.
    pub fn ask(&self) -> SiteNonce {
        let mut visit = [0; VISIT_BYTES];
        self.inner.settings.entropy.rng().fill_bytes(&mut visit);
        self.nonce(visit, Mode::Here)
    }

    /// The question that a square shows: whoever answers it lets in whoever holds this cookie.
    fn ask_for(&self, waiting: &VisitToken) -> SiteNonce {
        self.nonce(visit_of(waiting), Mode::HandedOver)
    }

    fn nonce(&self, visit: [u8; VISIT_BYTES], mode: Mode) -> SiteNonce {
        let settings = &self.inner.settings;
        self.inner.site.nonce(visit, mode, &settings.origin, settings.threshold, self.now())
    }

    /// Checks a redemption, records it as spent, and only then opens a visit.
    ///
    /// # Errors
    /// See [`NotAdmitted`].
    pub(crate) async fn redeem(&self, redemption: &Redemption) -> Result<Admitted, NotAdmitted> {
        let settings = &self.inner.settings;
        let log = self.inner.log.load_full();
        let gate =
            Gate { ring: log.ring(), site: &self.inner.site, origin: &settings.origin, threshold: settings.threshold };
        let spend = gate.check(redemption, self.now());
        self.admit(spend).await
    }

    /// The same for a stock client's token.
    ///
    /// # Errors
    /// See [`NotAdmitted`].
    pub(crate) async fn redeem_plain(&self, token: &Token) -> Result<Admitted, NotAdmitted> {
        let log = self.inner.log.load_full();
        let challenges = [self.challenge(0), self.challenge(1)];
        let gate = PlainGate { ring: log.ring(), threshold: self.inner.settings.threshold, challenges: &challenges };
        let spend = gate.check(token, self.now());
        self.admit(spend).await
    }

    async fn admit(&self, spend: Result<Spend, Refused>) -> Result<Admitted, NotAdmitted> {
        let admitted = match spend {
            Ok(spend) => self.record(spend).await,
            Err(refused) => Err(refused.into()),
        };
        let outcome = match &admitted {
            Ok(_) => "admitted",
            Err(NotAdmitted::Refused(_)) => "refused",
            Err(NotAdmitted::Spent) => "spent",
            Err(NotAdmitted::Storage(_)) => "storage",
        };
        let threshold = self.inner.settings.threshold.to_string();
        metrics::counter!("rempart_age_checks_total", "threshold" => threshold, "outcome" => outcome).increment(1);
        admitted
    }

    async fn record(&self, spend: Spend) -> Result<Admitted, NotAdmitted> {
        let settings = &self.inner.settings;
        let (opens, admitted) = match spend.mode {
            Mode::Here => {
                let (visit, new) = self.prepare_visit();
                (queries::Opens::Here(new), Admitted::Here(visit))
            }
            Mode::HandedOver => {
                let ends_at = settings.clock.now().plus_seconds(HANDED_SECONDS).as_micros();
                (queries::Opens::Elsewhere(spend.visit, ends_at), Admitted::HandedOver)
            }
        };
        let spending = queries::Spend { nonce: spend.nonce, epoch: spend.epoch, opens };
        if self.inner.database.run(&spending).await? { Ok(admitted) } else { Err(NotAdmitted::Spent) }
    }

    fn prepare_visit(&self) -> (VisitToken, NewVisit) {
        let settings = &self.inner.settings;
        self.inner.visits.prepare(&[settings.threshold.years()], settings.idle_seconds)
    }

    /// The visit of whoever showed a square, once another device has answered for it.
    async fn take_over(&self, waiting: &VisitToken) -> Result<Option<VisitToken>, StorageError> {
        let now_micros = self.inner.settings.clock.now().as_micros();
        let (visit, opens) = self.prepare_visit();
        let taking = queries::TakeHanded { visit: visit_of(waiting), now_micros, opens };
        Ok(self.inner.database.run(&taking).await?.then_some(visit))
    }

    /// Whether whoever has this cookie may see the site; keeps the visit open.
    ///
    /// # Errors
    /// See [`StorageError`]: then nobody may.
    pub(crate) async fn may_go_on(&self, visit: &VisitToken) -> Result<bool, StorageError> {
        let (id, now, settings) = (visit.id(), self.now(), &self.inner.settings);
        {
            let remembered = self.inner.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.get(&id).is_some_and(|until| now < *until) {
                return Ok(true);
            }
        }
        let content = [settings.threshold.years()];
        let is_open = self.inner.visits.read(visit).await?.is_some_and(|held| held.as_slice() == content);
        if is_open {
            self.inner.visits.keep(visit, &content, settings.idle_seconds).await?;
            let mut remembered = self.inner.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
            remembered.insert(id, now + KEEP_EVERY_SECONDS);
        }
        Ok(is_open)
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// See [`StorageError`].
    async fn leave(&self, visit: &VisitToken) -> Result<(), StorageError> {
        self.inner.remembered.lock().unwrap_or_else(PoisonError::into_inner).remove(&visit.id());
        self.inner.visits.end(visit).await
    }

    /// What stock clients are asked: in this hour, or so many hours ago.
    fn challenge(&self, hours_ago: u64) -> Challenge {
        let settings = &self.inner.settings;
        let hour = (self.now() / PLAIN_SECONDS).saturating_sub(hours_ago);
        let context = self.inner.key.digest(&[PLAIN_LABEL, &hour.to_be_bytes()]);
        Challenge::on_demand(settings.source.issuer(), context, settings.origin.host())
            .expect("the host of an origin can stand in a challenge")
    }

    fn now(&self) -> u64 {
        seconds(&self.inner.settings.clock)
    }
}

/// What a nonce says of whoever waits: enough to find it, not enough to be it.
fn visit_of(waiting: &VisitToken) -> [u8; VISIT_BYTES] {
    let digest = Sha256::new().chain_update(WAITING_LABEL).chain_update(waiting.id()).finalize();
    let mut visit = [0; VISIT_BYTES];
    visit.copy_from_slice(&digest[..VISIT_BYTES]);
    visit
}

/// Whose proofs a site takes, for whoever sets it up.
impl std::fmt::Debug for VerifierSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let issuer: &IssuerName = self.source.issuer();
        write!(f, "VerifierSettings({}, {} or over, by {issuer})", self.origin, self.threshold)
    }
}
