//! Setting the bank up, taking entries back, contesting them.

use exchange::{EntryId, PartnerId, RemoveReason, Status, Time};
use rand::RngExt;
use sealing::NodeKey;

use super::dialects;
use super::model::{BankError, EntryRow};
use super::queries::{self, NewChange};
use crate::access::{Contributor, EVERYTHING, OF_PORTAL, OPERATOR, Operator, PORTAL, Portal};
use crate::casework;
use crate::clock::Entropy;
use crate::partners::ensure;
use crate::storage::{Session, Transact};

/// Sets up the node's row under a key, or checks that the key is the one; makes sure of the partners that stand for
/// the operator and the portal.
pub(super) struct SetUp<'a> {
    pub(super) key: &'a NodeKey,
    pub(super) now: Time,
    pub(super) entropy: &'a Entropy,
}

impl Transact for SetUp<'_> {
    const NAME: &'static str = "set_up";
    type Output = (Operator, Portal, [u8; 16]);
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<Self::Output, BankError> {
        let epoch = self.entropy.rng().random();
        queries::set_up(on, self.key.check(), &epoch, self.now).await?;
        if queries::key_check(on).await? != Some(self.key.check()) {
            return Err(BankError::WrongKey);
        }
        let id = || PartnerId::new(self.now, &mut self.entropy.rng());
        let operator = ensure(on, id(), OPERATOR, EVERYTHING, self.now).await?;
        let portal = ensure(on, id(), PORTAL, OF_PORTAL, self.now).await?;
        Ok((Operator::new(operator), Portal::new(portal), queries::epoch(on).await?))
    }
}

pub(super) struct Withdraw<'a> {
    /// `None`: the operator, who may take back anybody's entry.
    pub(super) who: Option<&'a Contributor>,
    pub(super) id: EntryId,
    pub(super) reason: RemoveReason,
    pub(super) now: Time,
}

impl Transact for Withdraw<'_> {
    const NAME: &'static str = "withdraw";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        let seq = queries::lock(on).await? + 1;
        let entry = match self.who {
            Some(who) => visible(on, who, self.id).await?,
            None => queries::entry(on, self.id, None).await?.ok_or(BankError::Unknown(self.id))?,
        };
        if self.who.is_some_and(|who| entry.contributor != who.partner()) {
            return Err(BankError::NotYours(self.id));
        }
        if entry.status == Status::Withdrawn {
            return Ok(entry.last_seq);
        }
        take_back(on, &entry, seq, self.now, self.reason).await?;
        Ok(seq)
    }
}

pub(super) struct Dispute<'a> {
    pub(super) who: &'a Contributor,
    pub(super) id: EntryId,
    pub(super) now: Time,
}

impl Transact for Dispute<'_> {
    const NAME: &'static str = "dispute";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        let seq = queries::lock(on).await? + 1;
        let entry = visible(on, self.who, self.id).await?;
        match entry.status {
            Status::Withdrawn => return Err(BankError::Withdrawn(self.id)),
            Status::Disputed => return Ok(entry.last_seq),
            Status::Active => {}
        }
        queries::update_entry(on, self.id, entry.tier, Status::Disputed, seq).await?;
        write(on, &entry, seq, self.now, None).await?;
        casework::note_contested(on, self.id, entry.class, self.now).await?;
        Ok(seq)
    }
}

/// The operator's answer to a dispute that was not right: the entry stands again.
pub(super) struct Uphold {
    pub(super) id: EntryId,
    pub(super) now: Time,
}

impl Transact for Uphold {
    const NAME: &'static str = "uphold";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        let seq = queries::lock(on).await? + 1;
        let entry = queries::entry(on, self.id, None).await?.ok_or(BankError::Unknown(self.id))?;
        match entry.status {
            Status::Withdrawn => return Err(BankError::Withdrawn(self.id)),
            Status::Active => return Ok(entry.last_seq),
            Status::Disputed => {}
        }
        queries::update_entry(on, self.id, entry.tier, Status::Active, seq).await?;
        write(on, &entry, seq, self.now, None).await?;
        Ok(seq)
    }
}

/// A new name for this history of the sequence.
pub(super) struct RenewEpoch {
    pub(super) epoch: [u8; 16],
}

impl Transact for RenewEpoch {
    const NAME: &'static str = "renew_epoch";
    type Output = ();
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<(), BankError> {
        Ok(queries::set_epoch(on, &self.epoch).await?)
    }
}

/// The entry, if the caller contributed it or may see it.
async fn visible(on: &mut Session, who: &Contributor, id: EntryId) -> Result<EntryRow, BankError> {
    let entry = queries::entry(on, id, Some(who.partner())).await?;
    entry.filter(|entry| entry.is_known_to(&who.viewer())).ok_or(BankError::Unknown(id))
}

/// Withdraws a standing entry; the sequence is locked.
pub(super) async fn take_back(
    on: &mut Session,
    entry: &EntryRow,
    seq: u64,
    now: Time,
    reason: RemoveReason,
) -> Result<(), BankError> {
    dialects::keep_farewell(on, entry.id, now).await?;
    queries::forget_fingerprints(on, entry.id).await?;
    queries::update_entry(on, entry.id, entry.tier, Status::Withdrawn, seq).await?;
    write(on, entry, seq, now, Some(reason)).await
}

/// Writes the change of an entry that was there, the next in the sequence.
pub(super) async fn write(
    on: &mut Session,
    entry: &EntryRow,
    seq: u64,
    at: Time,
    remove: Option<RemoveReason>,
) -> Result<(), BankError> {
    let (class, tier) = (entry.class, entry.tier);
    let change = NewChange { seq, at, entry: entry.id, remove, class, tier, tier_before: Some(tier) };
    queries::insert_changes(on, &[change]).await?;
    queries::set_head(on, seq).await?;
    Ok(on.notify().await?)
}
