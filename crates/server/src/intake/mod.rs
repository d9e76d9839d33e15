//! The public portal: one anonymous case for pictures, links and help. See docs/design/0009-the-portal.md.
//!
//! A person answers one question a page into a draft, which lives in a sealed visit; the last page turns it into a case,
//! which opens with six words and with the hotline's key, and with nothing that is on our disk.
//!
//! Times in clear are rounded down to the hour, so that they tell no two cases together; the exact ones are sealed.

mod case;
mod conclude;
mod hand_on;
pub mod helplines;
mod jobs;
mod key_file;
pub mod links;
mod model;
mod notices;
pub(crate) mod pages;
mod place;
mod queries;
pub mod reading;
pub mod retention;
mod said;
mod screen;
mod send;
mod settings;
pub mod targets;
mod tell;
pub mod uploads;
mod view;
pub(crate) mod zones;

use std::sync::Arc;

use exchange::{CaseId, Fingerprint, Time};
use rand::RngExt;
use sealing::{CaseKey, Cost, NodeKey, Receipt, Recipient, RecipientSecret, SALT_BYTES};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::access::{Operator, Portal};
use crate::alerts::Alerts;
use crate::bank::{Bank, BankError};
use crate::clock::{Clock, Entropy};
use crate::compute::{BrokenOff, off_runtime};
use crate::partners::Partners;
use crate::removal::Removal;
use crate::storage::{Database, Session, StorageError, Transact, Transient};

pub use key_file::{KeyFile, KeyFileError};
pub use model::{
    Age, Author, CaseRow, Consent, Draft, Ended, FILES_PER_CASE_MAX, Held, Item, MESSAGE_CHARACTERS_MAX, Mark,
    MarksError, OpenCase, Situation, Stand, Step, WaitsFor, What,
};
pub(crate) use notices::Stop;
pub use place::{PortalPath, PortalPathError};
pub use queries::SQL;
pub use retention::{CASE_DAYS, ENDED_DAYS, FILE_DAYS, Retention, RetentionError};
pub use said::Said;
pub use screen::{COMMON_BYTES_MAX, COMMON_PICTURES_MAX, Screen, ScreenError};
pub use settings::{
    InBoth, LINK_SECONDS, Offered, Progress, RecipientError, SITE_CHARACTERS_MAX, Settings, SettingsError,
};
pub use targets::Due;
pub use view::{AlertView, CaseView, LinkView, MessageView, PictureState, PictureView, PlatformView, UploadView};

const DAY_SECONDS: i64 = 86_400;
const HOUR_MICROS: i64 = 3_600_000_000;
/// Of a proof's digest: nobody guesses 2^128.
const PROOF_BYTES: usize = 16;

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    database: Database,
    clock: Clock,
    entropy: Entropy,
    bank: Bank,
    partners: Partners,
    removal: Removal,
    portal: Portal,
    alerts: Alerts,
    key: Arc<NodeKey>,
    salt: [u8; SALT_BYTES],
    cost: Cost,
    /// How long it keeps what it holds.
    retention: Retention,
    /// Words are tried this many at a time: each takes the memory that its cost says.
    tries: Arc<Semaphore>,
    /// Pictures that very many people have.
    screen: Arc<Screen>,
    /// What the operator chose, as last read.
    settings: settings::Cache,
}

/// The rooms and rights that the portal works with.
pub struct Neighbours {
    /// Where fingerprints go.
    pub bank: Bank,
    /// Who follows.
    pub partners: Partners,
    /// What became of them.
    pub removal: Removal,
    /// The portal's right in the bank.
    pub portal: Portal,
    /// What is not taken, whoever sends it.
    pub screen: Screen,
    /// Neutral mails.
    pub alerts: Alerts,
}

/// Why the portal did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A question is not answered yet. Go there.
    #[error("a question is not answered yet")]
    Incomplete(Step),
    /// The case ended meanwhile. Nothing can be added to it.
    #[error("this case has ended")]
    Over,
    /// A case holds enough. Write to the hotline in what is there.
    #[error("this case is full")]
    Full,
    /// A sealed value does not open although the key is right: damaged. Restore a backup.
    #[error("an item of a case does not open; the database is damaged")]
    Sealed,
    /// See [`uploads::UploadError`].
    #[error(transparent)]
    Upload(#[from] uploads::UploadError),
    /// See [`BankError`].
    #[error(transparent)]
    Bank(#[from] BankError),
    /// See [`BrokenOff`]. Send it again.
    #[error(transparent)]
    BrokenOff(#[from] BrokenOff),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for IntakeError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// What six words opened.
#[derive(Debug)]
pub enum Opened {
    /// A case.
    Case(OpenCase),
    /// A case that ended; nothing but that is left of it.
    Ended(Ended),
    /// Nothing.
    Nothing,
}

impl Intake {
    /// Opens the room over the node's database; makes its salt the first time.
    pub async fn open(
        database: Database,
        key: Arc<NodeKey>,
        neighbours: Neighbours,
        (cost, retention): (Cost, Retention),
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Self, StorageError> {
        let salt = database.run(&SetUp { salt: entropy.rng().random(), now: clock.now() }).await?;
        let Neighbours { bank, partners, removal, portal, screen, alerts } = neighbours;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let tries = Arc::new(Semaphore::new(cores));
        Ok(Self {
            database,
            clock,
            entropy,
            bank,
            partners,
            removal,
            portal,
            alerts,
            key,
            salt,
            cost,
            retention,
            tries,
            screen: Arc::new(screen),
            settings: settings::Cache::default(),
        })
    }

    /// How long it keeps what it holds.
    pub const fn retention(&self) -> &Retention {
        &self.retention
    }

    /// The portal's right in the bank.
    pub const fn portal(&self) -> &Portal {
        &self.portal
    }

    /// Marks without those of pictures that very many people have, and how many those were. A view that would meet such
    /// a picture is dropped alone.
    pub fn screened(&self, mut marks: Vec<Mark>) -> (Vec<Mark>, usize) {
        let sent = marks.len();
        marks.retain(|mark| !mark.fingerprints.iter().any(|fingerprint| self.screen.has(fingerprint)));
        for mark in &mut marks {
            mark.views.retain(|view| !self.screen.has(&Fingerprint::Pdq { hash: view.hash, quality: None }));
        }
        let common = sent - marks.len();
        metrics::counter!("rempart_pictures_too_common_total").increment(common as u64);
        (marks, common)
    }

    /// What a receipt opens. Right or wrong, the answer costs the same two reads after the same Argon2id.
    pub async fn open_with(&self, receipt: &Receipt) -> Result<Opened, IntakeError> {
        let keys = self.keys_of(receipt).await?;
        let id = CaseId::from_bytes(*keys.lookup());
        let mut on = self.database.read().await?;
        let sealed = queries::key_for_words(&mut on, id).await?;
        let row = queries::case(&mut on, id).await?;
        Ok(match (sealed, row) {
            (Some(sealed), Some(_)) => {
                Opened::Case(OpenCase { id, key: keys.open(&sealed).map_err(|_| IntakeError::Sealed)? })
            }
            (None, Some(CaseRow { ended: Some(how), .. })) => Opened::Ended(how),
            _ => Opened::Nothing,
        })
    }

    /// Opens a case with the hotline's key; `None` when it ended or was not sealed to this key.
    pub async fn open_as(&self, secret: &RecipientSecret, id: CaseId) -> Result<Option<OpenCase>, IntakeError> {
        let sealed = queries::key_for_recipient(&mut self.database.read().await?, id, &secret.public()).await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let key = secret.open(id.as_bytes(), &sealed).map_err(|_| IntakeError::Sealed)?;
        let bytes: [u8; 32] = key.as_slice().try_into().map_err(|_| IntakeError::Sealed)?;
        Ok(Some(OpenCase { id, key: CaseKey::from_bytes(bytes) }))
    }

    /// Cases that are open, the most urgent and oldest first, at most this many. What they hold stays sealed.
    pub async fn open_cases(&self, _: &Operator, most: u32) -> Result<Vec<CaseRow>, StorageError> {
        queries::open_cases(&mut self.database.read().await?, most.into()).await
    }

    /// Open cases whose ids lie between these two, both included, at most this many.
    pub async fn open_cases_between(
        &self,
        _: &Operator,
        first: CaseId,
        last: CaseId,
        most: u32,
    ) -> Result<Vec<CaseRow>, StorageError> {
        queries::open_between(&mut self.database.read().await?, first, last, most.into()).await
    }

    /// Who can read new cases.
    pub async fn recipients(&self) -> Result<Vec<Recipient>, StorageError> {
        queries::recipients(&mut self.database.read().await?).await
    }

    /// New cases are sealed to this key too. Cases that are there are not.
    pub async fn add_recipient(&self, _: &Operator, key: &Recipient) -> Result<(), StorageError> {
        self.database.run(&AddRecipient { key, now: self.clock.now() }).await
    }

    /// New cases are sealed to this key no more. False when they were not.
    pub async fn end_recipient(&self, _: &Operator, key: &Recipient) -> Result<bool, StorageError> {
        self.database.run(&EndRecipient { key, now: self.clock.now() }).await
    }

    /// A proof that a case was sent at this moment. It tells nothing of the case and verifies only together with the words;
    /// what stands in it is the moment and a keyed digest.
    pub fn proof(&self, case: &OpenCase, opened_at: Time) -> String {
        let digest = self.key.digest(&[b"proof of filing", case.id.as_bytes(), &opened_at.as_micros().to_be_bytes()]);
        format!("{opened_at} {}", exchange::hex::encode(&digest[..PROOF_BYTES]))
    }

    /// Whether a proof belongs to these words, also after the case has ended.
    pub async fn proves(&self, receipt: &Receipt, proof: &str) -> Result<bool, IntakeError> {
        let id = CaseId::from_bytes(*self.keys_of(receipt).await?.lookup());
        let mut words = proof.split_whitespace();
        let (Some(at), Some(digest), None) = (words.next(), words.next(), words.next()) else { return Ok(false) };
        let Ok(at) = at.parse::<Time>() else { return Ok(false) };
        let right = self.key.digest(&[b"proof of filing", id.as_bytes(), &at.as_micros().to_be_bytes()]);
        Ok(exchange::hex::encode(&right[..PROOF_BYTES]).as_bytes().ct_eq(digest.as_bytes()).into())
    }

    async fn keys_of(&self, receipt: &Receipt) -> Result<sealing::ReceiptKeys, BrokenOff> {
        // The semaphore is never closed.
        let _one_of_few = self.tries.acquire().await.ok();
        let (receipt, salt, cost) = (receipt.clone(), self.salt, self.cost);
        off_runtime(move || receipt.keys(&salt, cost)).await
    }
}

/// New cases are sealed to this key of somebody who works here too, from this transaction on.
pub(crate) async fn begin_reader(on: &mut Session, key: &Recipient, now: Time) -> Result<(), StorageError> {
    queries::add_recipient(on, key, now).await
}

/// Somebody left: nothing is sealed to this key any more, and what was is deleted.
pub(crate) async fn end_reader(on: &mut Session, key: &Recipient, now: Time) -> Result<(), StorageError> {
    queries::end_recipient(on, key, now).await?;
    queries::drop_keys_of(on, key).await
}

struct SetUp {
    salt: [u8; SALT_BYTES],
    now: Time,
}

impl Transact for SetUp {
    const NAME: &'static str = "portal_set_up";
    type Output = [u8; SALT_BYTES];
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<[u8; SALT_BYTES], StorageError> {
        queries::set_up(on, &self.salt, self.now).await
    }
}

struct AddRecipient<'a> {
    key: &'a Recipient,
    now: Time,
}

impl Transact for AddRecipient<'_> {
    const NAME: &'static str = "recipient_add";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::add_recipient(on, self.key, self.now).await
    }
}

struct EndRecipient<'a> {
    key: &'a Recipient,
    now: Time,
}

impl Transact for EndRecipient<'_> {
    const NAME: &'static str = "recipient_end";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        queries::end_recipient(on, self.key, self.now).await
    }
}
