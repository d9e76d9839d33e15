//! The attester: somebody shows an age in one of several ways, and gets a voucher that says which thresholds they have reached. It
//! sees no token and no site, and keeps nothing of what was shown.
//!
//! A way is an [`Evidence`]; to add one: a file under `methods/`, and a line where `rempart age attester` puts them together.

pub mod evidence;
pub mod methods;
mod pages;
mod queries;

use std::sync::Arc;

use agetoken::{AttesterKey, Thresholds, Voucher, VoucherSigner};
use axum::Router;
use rand::Rng;
use sealing::{NodeKey, VisitToken};
use tokio_util::sync::CancellationToken;

use super::identity::{IdentityError, new_secret, open_secret};
use super::seconds;
use crate::clock::{Clock, Entropy};
use crate::storage::{AGE_ATTESTER, Database, StorageError};

use evidence::{Evidence, NotProven};
pub use queries::SQL;

/// Ways that must be offered for the label "double anonymity": nobody is to be left without one.
pub const METHODS_MIN: usize = 2;
/// How long a voucher is good for.
pub const VOUCHER_SECONDS: u64 = 90 * 86_400;
/// A journey to a provider and back takes so long, at most.
pub const JOURNEY_SECONDS: i64 = 900;
/// For how long a digest of what was shown is kept, where a way limits how often one evidence gives a voucher.
pub const PRESENTED_SECONDS: i64 = 90 * 86_400;
const VOUCHER_CONTEXT: &[u8] = b"age attester: vouchers";

/// What an attester is set up with.
pub struct AttesterSettings {
    /// How it is reached, without a slash at the end: providers send people back there.
    pub base: String,
    /// The wallet page that takes the voucher.
    pub wallet: String,
    /// Where somebody who is refused can turn.
    pub contact: String,
    /// The ways that are offered.
    pub methods: Vec<Box<dyn Evidence>>,
    /// Whether parents may vouch for children, with vouchers of this attester.
    pub is_parent_offered: bool,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
}

/// An attester. Cheap to clone; it is the state of every handler.
#[derive(Clone)]
pub struct Attester {
    inner: Arc<Inner>,
}

struct Inner {
    desk: Desk,
    signer: VoucherSigner,
    wallet: String,
    contact: String,
    methods: Vec<Box<dyn Evidence>>,
    stop: CancellationToken,
}

/// What a way of showing an age works with.
#[derive(Clone)]
pub struct Desk {
    database: Database,
    key: Arc<NodeKey>,
    /// Calls to providers.
    pub http: reqwest::Client,
    /// How the attester is reached.
    pub base: String,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
}

/// Why an attester does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttesterError {
    /// See [`IdentityError`].
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Too few ways: whoever cannot use the one is shut out. Turn on another.
    #[error(
        "{0} way of showing an age is turned on, and double anonymity needs {METHODS_MIN}: whoever cannot use the one is \
         shut out. Turn on another"
    )]
    TooFewMethods(usize),
    /// Two ways of one name.
    #[error("the way {0} is turned on twice")]
    Twice(&'static str),
    /// A way that is declared, and that nobody may offer yet.
    #[error("the way {0} is declared only, and cannot be turned on")]
    NotOffered(&'static str),
    /// See [`ClientError`](crate::http::ClientError).
    #[error(transparent)]
    Client(#[from] crate::http::ClientError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Attester {
    /// Opens a database and checks key and ways.
    ///
    /// # Errors
    /// See [`AttesterError`].
    pub async fn open(
        database: Database,
        key: Arc<NodeKey>,
        settings: AttesterSettings,
    ) -> Result<Self, AttesterError> {
        let AttesterSettings { base, wallet, contact, mut methods, is_parent_offered, clock, entropy } = settings;
        let (desk, signer) = Desk::open(database, key, base, clock, entropy).await?;
        if is_parent_offered {
            methods.push(Box::new(methods::parent::Parent(signer.public())));
        }
        check(&methods)?;
        Ok(Self { inner: Arc::new(Inner { desk, signer, wallet, contact, methods, stop: CancellationToken::new() }) })
    }

    /// By which key issuers know its vouchers.
    pub fn public(&self) -> AttesterKey {
        self.inner.signer.public()
    }

    /// Its HTTP face.
    pub fn router(&self) -> Router {
        pages::router(self.clone())
    }

    /// What its ways work with.
    pub fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    /// Cancelled when it is to end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// Ends it and closes the database.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.desk.database.close().await;
    }

    /// A voucher for thresholds that were shown just now.
    fn vouch(&self, reached: Thresholds) -> Voucher {
        let (mut id, desk) = ([0; 32], &self.inner.desk);
        desk.entropy.rng().fill_bytes(&mut id);
        self.inner.signer.vouch(id, reached, seconds(&desk.clock) + VOUCHER_SECONDS)
    }

    fn method(&self, id: &str) -> Option<&dyn Evidence> {
        self.inner.methods.iter().map(AsRef::as_ref).find(|method| method.declaration().id == id)
    }
}

fn check(methods: &[Box<dyn Evidence>]) -> Result<(), AttesterError> {
    let declared: Vec<_> = methods.iter().map(|method| method.declaration()).collect();
    if let Some(only) = declared.iter().find(|declared| !declared.is_offered) {
        return Err(AttesterError::NotOffered(only.id));
    }
    for (place, one) in declared.iter().enumerate() {
        if declared[..place].iter().any(|other| other.id == one.id) {
            return Err(AttesterError::Twice(one.id));
        }
    }
    // A way that builds on another's voucher lets nobody in by itself.
    let standing = declared.iter().filter(|declared| declared.stands_alone).count();
    if standing < METHODS_MIN { Err(AttesterError::TooFewMethods(standing)) } else { Ok(()) }
}

impl Desk {
    /// Opens an attester's database and checks the key; gives what signs its vouchers too.
    ///
    /// # Errors
    /// See [`AttesterError`].
    pub async fn open(
        database: Database,
        key: Arc<NodeKey>,
        base: String,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<(Self, VoucherSigner), AttesterError> {
        database.migrate(&AGE_ATTESTER).await?;
        if queries::identity(&mut database.read().await?).await?.is_none() {
            let mut rng = entropy.rng();
            let voucher_secret = key.seal(VOUCHER_CONTEXT, new_secret(&mut rng).as_ref(), &mut rng);
            database.run(&queries::PutIdentity { key_check: key.check().as_bytes(), voucher_secret }).await?;
        }
        let there = queries::identity(&mut database.read().await?).await?;
        let (check, sealed) = there.ok_or(StorageError::Damaged("an attester without its row"))?;
        let signer = VoucherSigner::new(&*open_secret(&key, &check, VOUCHER_CONTEXT, &sealed)?);
        Ok((Self { database, key, http: crate::http::client()?, base, clock, entropy }, signer))
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Seconds since 1970.
    pub fn now(&self) -> u64 {
        seconds(&self.clock)
    }

    /// Forgets what is over.
    ///
    /// # Errors
    /// See [`StorageError`].
    pub async fn tidy(&self) -> Result<(), StorageError> {
        self.database.run(&queries::Forget(self.clock.now().as_micros())).await
    }

    /// Counts one use of what was shown, known by a keyed digest alone; refuses the one past the limit. The digest is gone
    /// after [`PRESENTED_SECONDS`].
    ///
    /// # Errors
    /// [`NotProven::TooOften`], or storage.
    pub async fn count_use(&self, method: &str, what: &[u8], times_max: u32) -> Result<(), NotProven> {
        let digest = self.key.digest(&[b"age attester: shown", method.as_bytes(), what]);
        let now = self.clock.now();
        let ends_at = now.plus_seconds(PRESENTED_SECONDS).as_micros();
        let use_once = queries::Use { digest, times_max, now_micros: now.as_micros(), ends_at };
        if self.database.run(&use_once).await? { Ok(()) } else { Err(NotProven::TooOften) }
    }

    /// New codes that an institution hands out, each good once for these thresholds.
    ///
    /// # Errors
    /// See [`StorageError`].
    pub async fn new_codes(&self, count: usize, reached: Thresholds, days: i64) -> Result<Vec<String>, StorageError> {
        let mut rng = self.entropy.rng();
        let codes: Vec<String> = (0..count).map(|_| methods::codes::draw(&mut rng)).collect();
        let digests = codes.iter().map(|code| self.code_digest(code)).collect();
        let ends_at = self.clock.now().plus_seconds(days.saturating_mul(86_400)).as_micros();
        self.database.run(&queries::PutCodes { digests, reached: i64::from(reached.to_byte()), ends_at }).await?;
        Ok(codes)
    }

    /// Uses a code up.
    ///
    /// # Errors
    /// See [`StorageError`].
    pub(super) async fn take_code(&self, plain: &str) -> Result<Option<Thresholds>, StorageError> {
        let now_micros = self.clock.now().as_micros();
        let bits = self.database.run(&queries::TakeCode { digest: self.code_digest(plain), now_micros }).await?;
        Ok(bits.map(|bits| {
            let all = agetoken::Threshold::ALL.into_iter();
            all.filter(|threshold| bits & i64::from(Thresholds::from_iter([*threshold]).to_byte()) != 0).collect()
        }))
    }

    fn code_digest(&self, code: &str) -> [u8; 32] {
        self.key.digest(&[b"age attester: code", methods::codes::plain(code).as_bytes()])
    }

    /// Begins a journey: what is to be known when somebody comes back, sealed with what they bring.
    async fn depart(&self, token: &VisitToken, method: &str, state: &[u8]) -> Result<(), StorageError> {
        let sealed = token.seal(state, &mut self.entropy.rng());
        let ends_at = self.clock.now().plus_seconds(JOURNEY_SECONDS).as_micros();
        self.database.run(&queries::Depart { id: token.id(), method, sealed, ends_at }).await
    }

    /// Ends a journey, once; gives what was to be known.
    async fn arrive(&self, token: &VisitToken, method: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let arrive = queries::Arrive { id: token.id(), method, now_micros: self.clock.now().as_micros() };
        let sealed = self.database.run(&arrive).await?;
        Ok(sealed.and_then(|sealed| token.open(&sealed).ok()).map(|state| state.to_vec()))
    }
}
