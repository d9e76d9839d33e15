//! The members of the exchange: who they are, their keys, what was agreed with them, and how far they have got.
//!
//! A partner is a name and an [`Agreement`]. It holds one or more keys, each with scopes, an optional end and its own
//! cursor: a platform gives one key to each of its matchers. Only a digest of a key's secret is stored.

mod key;
mod model;
pub(crate) mod pages;
mod queries;

use exchange::{Agreement, KeyId, PartnerId, Scopes, Time};

use crate::access::{Follower, RESERVED};
use crate::bank;
use crate::clock::{Clock, Entropy};
use crate::storage::{Database, Session, StorageError, Transact, Transient};

pub use key::{KeyText, KeyTextError};
pub use model::{KeyView, Member, NameError, PartnerName, PartnerView};
pub use queries::SQL;

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Partners {
    database: Database,
    clock: Clock,
    entropy: Entropy,
}

/// Why a partner could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// There is one of that name. Choose another, or add a key to it.
    #[error("there is a partner named {0} already; choose another name")]
    NameTaken(PartnerName),
    /// It takes part no more, or stands for the node itself, which needs no key.
    #[error("{0} is given no key: it was revoked, or stands for this node itself")]
    NoKeyFor(PartnerName),
    /// Neither a partner's name nor a key's id. See `rempart partner list`.
    #[error("no partner or key called {0}; `rempart partner list` shows them")]
    Unknown(String),
    /// The cursor is ahead of the bank. Take a new snapshot: this node was restored from an older backup, or the
    /// cursor is of another node.
    #[error("cursor {cursor} is ahead of the bank, which is at {head}; take a new snapshot")]
    AheadOfBank {
        /// What was said.
        cursor: u64,
        /// Where the bank is.
        head: u64,
    },
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for PartnerError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// What a partner is made of.
#[derive(Clone, Debug)]
pub struct NewPartner {
    /// Unique.
    pub name: PartnerName,
    /// What it may see and contribute.
    pub agreement: Agreement,
    /// Of its first key.
    pub scopes: Scopes,
    /// Of its first key; `None`: until revoked.
    pub expires_at: Option<Time>,
}

impl Partners {
    /// The room over this database.
    pub const fn new(database: Database, clock: Clock, entropy: Entropy) -> Self {
        Self { database, clock, entropy }
    }

    /// Adds a partner with a first key. The key is shown this once.
    pub async fn add(&self, new: NewPartner) -> Result<(PartnerId, KeyText), PartnerError> {
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let (id, key) = (PartnerId::new(now, &mut rng), KeyText::generate(&mut rng));
        self.database.run(&Add { id, new: &new, key: &key, now }).await?;
        Ok((id, key))
    }

    /// Adds a key to a partner. The key is shown this once.
    pub async fn add_key(
        &self,
        name: &PartnerName,
        scopes: Scopes,
        expires_at: Option<Time>,
    ) -> Result<KeyText, PartnerError> {
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let key = KeyText::generate(&mut rng);
        self.database.run(&AddKey { name, key: &key, scopes, expires_at, now }).await?;
        Ok(key)
    }

    /// Replaces what was agreed. Its followers are told to take a new snapshot.
    pub async fn set_agreement(&self, name: &PartnerName, agreement: Agreement) -> Result<(), PartnerError> {
        self.database.run(&SetAgreement { name, agreement }).await
    }

    /// Revokes a partner by name with all its keys, or one key by its id. Takes effect with the next request, and
    /// ends streams that are open.
    pub async fn revoke(&self, name_or_key: &str) -> Result<(), PartnerError> {
        self.database.run(&Revoke { name_or_key, now: self.clock.now() }).await
    }

    /// Everyone, with keys and cursors, by name.
    pub async fn list(&self) -> Result<Vec<PartnerView>, StorageError> {
        queries::list(&mut self.database.read().await?).await
    }

    /// One key, whatever its state.
    pub async fn key(&self, id: KeyId) -> Result<Option<KeyView>, StorageError> {
        queries::key_view(&mut self.database.read().await?, id).await
    }

    /// Who presents this key, if it is known, not revoked and not over.
    pub async fn member(&self, key: &KeyText) -> Result<Option<Member>, StorageError> {
        let found = queries::key(&mut self.database.read().await?, key.id()).await?;
        let now = self.clock.now();
        // The digest is compared even when the key is over, so that timing tells nothing.
        Ok(found
            .filter(|found| key.matches(&found.secret_digest))
            .filter(|found| !found.revoked && found.expires_at.is_none_or(|end| now < end))
            .map(|found| found.member))
    }

    /// Whether the key is still good: asked again by streams before each piece they send.
    pub async fn is_current(&self, key: KeyId) -> Result<Option<Member>, StorageError> {
        let found = queries::key(&mut self.database.read().await?, key).await?;
        let now = self.clock.now();
        Ok(found
            .filter(|found| !found.revoked && found.expires_at.is_none_or(|end| now < end))
            .map(|found| found.member))
    }

    /// Writes down that every change up to `seq` is in force at this follower. Going back is allowed: a matcher that
    /// lost its file says so. Returns the cursor before.
    pub async fn acknowledge(&self, follower: &Follower, seq: u64, head: u64) -> Result<u64, PartnerError> {
        if seq > head {
            return Err(PartnerError::AheadOfBank { cursor: seq, head });
        }
        self.database.run(&Acknowledge { key: follower.key(), seq, now: self.clock.now() }).await
    }
}

struct Add<'a> {
    id: PartnerId,
    new: &'a NewPartner,
    key: &'a KeyText,
    now: Time,
}

impl Transact for Add<'_> {
    const NAME: &'static str = "partner_add";
    type Output = ();
    type Error = PartnerError;

    async fn run(&self, on: &mut Session) -> Result<(), PartnerError> {
        if !queries::insert(on, self.id, &self.new.name, self.new.agreement, self.now).await? {
            return Err(PartnerError::NameTaken(self.new.name.clone()));
        }
        bank::welcome(on, self.id).await?;
        Ok(queries::insert_key(on, self.id, self.key, self.new.scopes, self.new.expires_at, self.now).await?)
    }
}

struct AddKey<'a> {
    name: &'a PartnerName,
    key: &'a KeyText,
    scopes: Scopes,
    expires_at: Option<Time>,
    now: Time,
}

impl Transact for AddKey<'_> {
    const NAME: &'static str = "partner_key_add";
    type Output = ();
    type Error = PartnerError;

    async fn run(&self, on: &mut Session) -> Result<(), PartnerError> {
        let id = queries::id(on, self.name.as_str()).await?;
        let id = id.ok_or_else(|| PartnerError::Unknown(self.name.to_string()))?;
        let (source, _) = queries::source(on, id).await?;
        if RESERVED.contains(&self.name.as_str()) || source != 0 || queries::is_revoked(on, id).await? {
            return Err(PartnerError::NoKeyFor(self.name.clone()));
        }
        Ok(queries::insert_key(on, id, self.key, self.scopes, self.expires_at, self.now).await?)
    }
}

struct SetAgreement<'a> {
    name: &'a PartnerName,
    agreement: Agreement,
}

impl Transact for SetAgreement<'_> {
    const NAME: &'static str = "partner_agree";
    type Output = ();
    type Error = PartnerError;

    async fn run(&self, on: &mut Session) -> Result<(), PartnerError> {
        if queries::set_agreement(on, self.name, self.agreement).await? {
            on.notify().await?;
            Ok(())
        } else {
            Err(PartnerError::Unknown(self.name.to_string()))
        }
    }
}

struct Revoke<'a> {
    name_or_key: &'a str,
    now: Time,
}

impl Transact for Revoke<'_> {
    const NAME: &'static str = "partner_revoke";
    type Output = ();
    type Error = PartnerError;

    async fn run(&self, on: &mut Session) -> Result<(), PartnerError> {
        let key = exchange::hex::decode::<8>(self.name_or_key).map(KeyId::from_bytes);
        let partner = queries::id(on, self.name_or_key).await?;
        let revoked = match (partner, key) {
            (Some(id), _) => queries::revoke_partner(on, id, self.now).await?,
            (None, Some(key)) => queries::revoke_key(on, key, self.now).await?,
            (None, None) => false,
        };
        on.notify().await?;
        if revoked { Ok(()) } else { Err(PartnerError::Unknown(self.name_or_key.to_owned())) }
    }
}

struct Acknowledge {
    key: KeyId,
    seq: u64,
    now: Time,
}

impl Transact for Acknowledge {
    const NAME: &'static str = "cursor";
    type Output = u64;
    type Error = PartnerError;

    async fn run(&self, on: &mut Session) -> Result<u64, PartnerError> {
        let before = queries::cursor(on, self.key).await?.unwrap_or(0);
        queries::set_cursor(on, self.key, self.seq, self.now).await?;
        Ok(before)
    }
}

/// Everyone, with keys and cursors, by name, as one reading shows them.
pub(crate) async fn everyone(on: &mut Session) -> Result<Vec<PartnerView>, StorageError> {
    queries::list(on).await
}

/// Everyone there is, whatever their state.
pub(crate) async fn ids(on: &mut Session) -> Result<Vec<PartnerId>, StorageError> {
    queries::ids(on).await
}

/// `partners.source` of one whose entries are passed on, and of one whose are not.
const PASSED_ON: i64 = 1;
const KEPT: i64 = 2;

/// Makes sure that a contributor of this name is there that stands for a source, inside another room's transaction; gives its
/// id, or `None` when a partner or another source has the name. One that ended is taken up again.
pub(crate) async fn ensure_source(
    on: &mut Session,
    id: PartnerId,
    name: &PartnerName,
    pass_on: bool,
    now: Time,
) -> Result<Option<PartnerId>, StorageError> {
    let nothing = Agreement { sees: exchange::Reach::default(), contributes: exchange::Reach::default() };
    let is_new = queries::insert(on, id, name, nothing, now).await?;
    let id = queries::id(on, name.as_str()).await?.ok_or(StorageError::Damaged("a partner that was just added"))?;
    if !is_new && !matches!(queries::source(on, id).await?, (PASSED_ON | KEPT, true)) {
        return Ok(None);
    }
    queries::set_source(on, id, if pass_on { PASSED_ON } else { KEPT }, None).await?;
    Ok(Some(id))
}

/// The source that this contributor stood for is followed no longer.
pub(crate) async fn end_source(on: &mut Session, id: PartnerId, now: Time) -> Result<(), StorageError> {
    let (source, _) = queries::source(on, id).await?;
    queries::set_source(on, id, source, Some(now)).await
}

/// Makes sure that a partner of this name is there, inside another room's transaction; gives its id.
pub(crate) async fn ensure(
    on: &mut Session,
    id: PartnerId,
    name: &str,
    agreement: Agreement,
    now: Time,
) -> Result<PartnerId, StorageError> {
    let name = name.parse().map_err(|_| StorageError::Damaged("a partner name"))?;
    queries::insert(on, id, &name, agreement, now).await?;
    queries::id(on, name.as_str()).await?.ok_or(StorageError::Damaged("a partner that was just added"))
}
