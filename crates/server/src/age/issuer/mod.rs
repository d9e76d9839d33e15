//! The issuer: a key for each threshold and week, published ahead in a log that everybody can check, and blind signatures for whoever
//! has a voucher, so many a week. It sees no person, no token and no site.
//!
//! What is written down of anybody: the digest of a voucher and how many tokens it had this week, and digests of batches so
//! that one sent again counts once. Both go when the week's keys are no longer accepted.

mod api;
mod keys;
mod queries;

use std::sync::Arc;
use std::time::Duration;

use agetoken::{
    AttesterKey, BATCH_TOKENS, BatchRequest, BatchResponse, Epoch, IssuerName, KeyId, SignError, Threshold, Thresholds,
    TokenRequest, Voucher,
};
use arc_swap::ArcSwap;
use axum::Router;
use ledger::{Signer, Verifier};
use sealing::NodeKey;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::identity::IdentityError;
use super::keylog::log_name;
use super::seconds;
use crate::clock::{Clock, Entropy};
use crate::compute::{BrokenOff, in_turn, turn, turns};
use crate::storage::{AGE_ISSUER, Database, StorageError};

pub(in crate::age) use api::key_text;
use keys::Keys;
pub use queries::SQL;
use queries::{Count, Counted};

/// Tokens that one voucher may have for one threshold in one week, unless it is set otherwise.
pub const QUOTA_PER_WEEK: u32 = 64;
/// How often a batch that was counted may be asked for again, at most: an answer that was lost, not a way to keep a signer busy.
pub const AGAIN_MAX: i64 = 8;
/// How often it is looked whether keys are due.
const ROTATE_EVERY: Duration = Duration::from_secs(600);

/// What an issuer is set up with.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// What it calls itself: the host under which it is reached.
    pub name: IssuerName,
    /// Which thresholds it has keys for.
    pub thresholds: Thresholds,
    /// Whose vouchers it takes.
    pub attesters: Vec<AttesterKey>,
    /// Tokens for one voucher, threshold and week.
    pub quota_per_week: u32,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
}

impl IssuerSettings {
    /// The usual ones for an issuer of this name.
    pub fn new(name: IssuerName, attesters: Vec<AttesterKey>) -> Self {
        Self {
            name,
            thresholds: Threshold::ALL.into_iter().collect(),
            attesters,
            quota_per_week: QUOTA_PER_WEEK,
            clock: Clock::System,
            entropy: Entropy::System,
        }
    }
}

/// An issuer. Cheap to clone; it is the state of every handler.
#[derive(Clone)]
pub struct Issuer {
    inner: Arc<Inner>,
}

struct Inner {
    settings: IssuerSettings,
    database: Database,
    key: Arc<NodeKey>,
    log: Signer,
    keys: ArcSwap<Keys>,
    /// One at a time makes keys.
    rotating: Mutex<()>,
    turns: Arc<Semaphore>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Why an issuer does not start, or does not make keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// See [`IdentityError`].
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database is of an issuer with another name. Give that name, or another folder.
    #[error("this database is of the issuer {0}; give it that name, or another data folder")]
    OtherName(String),
    /// What is in the database is no key log of ours, or a key cannot be made. Restore a backup.
    #[error("the keys cannot be used: {0}")]
    Keys(String),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// See [`BrokenOff`].
    #[error(transparent)]
    BrokenOff(#[from] BrokenOff),
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotIssued {
    /// The key is not one that signs now. Read the directory anew.
    #[error("no key of this name signs now: read the directory anew")]
    Key,
    /// The voucher is nobody's whom this issuer knows, changed, or over. Get a new one.
    #[error("the voucher is not accepted here, or is over: get a new one")]
    Voucher,
    /// The voucher does not say so. Nothing but a voucher that does will help.
    #[error("the voucher does not say {0} or over")]
    Threshold(Threshold),
    /// The voucher has had its tokens of this week. Come back when the next week's keys are there.
    #[error("this voucher has had its proofs of the week")]
    Quota,
    /// Blinded for another key.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// See [`BrokenOff`].
    #[error(transparent)]
    BrokenOff(#[from] BrokenOff),
}

impl Issuer {
    /// Opens a database, checks name and key, and makes the keys that are due.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub async fn open(database: Database, key: Arc<NodeKey>, settings: IssuerSettings) -> Result<Self, IssuerError> {
        database.migrate(&AGE_ISSUER).await?;
        let secret = keys::identity(&database, &key, &settings).await?;
        let log = Signer::new(&log_name(&settings.name), &secret)
            .ok_or_else(|| IssuerError::Keys("the name is none for a log".to_owned()))?;
        let keys = ArcSwap::from_pointee(Keys::load(&database, &key, &settings, &log).await?);
        let issuer = Self {
            inner: Arc::new(Inner {
                settings,
                database,
                key,
                log,
                keys,
                rotating: Mutex::default(),
                turns: turns(),
                stop: CancellationToken::new(),
                tasks: TaskTracker::new(),
            }),
        };
        issuer.rotate().await?;
        Ok(issuer)
    }

    /// What others check its log with.
    pub fn log_key(&self) -> Verifier {
        self.inner.log.verifier()
    }

    /// Its name.
    pub fn name(&self) -> &IssuerName {
        &self.inner.settings.name
    }

    /// Its HTTP face.
    pub fn router(&self) -> Router {
        api::router(self.clone())
    }

    /// Starts to make keys as they come due.
    pub fn start(&self) {
        let (issuer, stop) = (self.clone(), self.inner.stop.clone());
        self.inner.tasks.spawn(async move {
            while tokio::time::timeout(ROTATE_EVERY, stop.cancelled()).await.is_err() {
                if let Err(error) = issuer.rotate().await {
                    tracing::error!(%error, "the keys that are due could not be made; trying again");
                }
            }
        });
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

    /// Signs a batch, once counted.
    ///
    /// # Errors
    /// See [`NotIssued`].
    pub async fn sign_batch(&self, request: BatchRequest) -> Result<BatchResponse, NotIssued> {
        let (digest, count) = (request.digest(), BATCH_TOKENS as u32);
        self.count(&request.voucher, &request.key_id, digest, count).await?;
        let signed = self.sign(request.key_id, request.blinded.to_vec()).await?;
        // As many come out as went in.
        Ok(BatchResponse(signed.try_into().map_err(|_| SignError::Failed)?))
    }

    /// Signs one message of RFC 9578, once counted.
    ///
    /// # Errors
    /// See [`NotIssued`].
    pub async fn sign_one(&self, voucher: &Voucher, request: &TokenRequest) -> Result<[u8; 256], NotIssued> {
        let key_id = self.inner.keys.load().signing(request.truncated_key_id, self.now()).ok_or(NotIssued::Key)?;
        let digest = Sha256::new().chain_update(voucher.digest()).chain_update(request.encode()).finalize().into();
        self.count(voucher, &key_id, digest, 1).await?;
        let signed = self.sign(key_id, vec![request.blinded]).await?;
        Ok(*signed.first().ok_or(SignError::Failed)?)
    }

    /// Counts first, committed, then signs: whoever loses the answer asks the same again and is not counted twice.
    async fn count(&self, voucher: &Voucher, key: &KeyId, digest: [u8; 32], tokens: u32) -> Result<(), NotIssued> {
        let now = self.now();
        let (threshold, epoch) = self.inner.keys.load().find_signing(key, now).ok_or(NotIssued::Key)?;
        let mut attesters = self.inner.settings.attesters.iter();
        if !attesters.any(|attester| voucher.is_good(attester, now)) {
            return Err(NotIssued::Voucher);
        }
        if !voucher.reached().contain(threshold) {
            return Err(NotIssued::Threshold(threshold));
        }
        let quota = self.inner.settings.quota_per_week;
        let count = Count { epoch, voucher: voucher.digest(), threshold, digest, tokens, quota };
        match self.inner.database.run(&count).await? {
            Counted::Now | Counted::Before => Ok(()),
            Counted::OverQuota => Err(NotIssued::Quota),
        }
    }

    async fn sign(&self, key: KeyId, blinded: Vec<[u8; 256]>) -> Result<Vec<[u8; 256]>, NotIssued> {
        let signer = self.inner.keys.load().signer(&key).ok_or(NotIssued::Key)?;
        let mut rng = self.inner.entropy_rng();
        let turn = turn(&self.inner.turns).await?;
        let work = move || blinded.iter().map(|blinded| signer.sign(blinded, &mut rng)).collect::<Result<_, _>>();
        Ok(in_turn(turn, work).await??)
    }

    /// Makes every key that is due and forgets what is over; gives how many were made.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub async fn rotate(&self) -> Result<usize, IssuerError> {
        let _one_at_a_time = self.inner.rotating.lock().await;
        let before = self.inner.keys.load_full();
        let (settings, now) = (self.inner.settings.clone(), self.now());
        let mut rng = self.inner.entropy_rng();
        let made = crate::compute::off_runtime(move || keys::due(&before, &settings, now, &mut rng)).await??;
        let count = made.len();
        self.put(made, now).await?;
        Ok(count)
    }

    /// Takes a key back, as when its secret may be known to somebody: nothing it signed is accepted any more, and the next
    /// [`Issuer::rotate`] makes another for the same week.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub async fn revoke(&self, threshold: Threshold, epoch: Epoch) -> Result<(), IssuerError> {
        let _one_at_a_time = self.inner.rotating.lock().await;
        let revoked = self.inner.keys.load().revocation(&self.inner.settings.name, threshold, epoch)?;
        self.put(vec![revoked], self.now()).await
    }

    async fn put(&self, made: Vec<keys::Made>, now: u64) -> Result<(), IssuerError> {
        let inner = &self.inner;
        let next = inner.keys.load().with(&made, &inner.log, now)?;
        let mut rng = inner.entropy_rng();
        let write = keys::Write::of(&made, inner.keys.load().size(), &inner.key, &inner.settings.clock, &mut rng);
        inner.database.run(&write).await?;
        inner.keys.store(Arc::new(next));
        Ok(())
    }

    fn now(&self) -> u64 {
        seconds(&self.inner.settings.clock)
    }
}

impl Inner {
    fn entropy_rng(&self) -> rand::rngs::StdRng {
        self.settings.entropy.rng()
    }
}
