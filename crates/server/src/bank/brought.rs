//! What is followed elsewhere comes in here: inside the transaction of the room that follows, so that the place where it goes on
//! moves with what it brought.

use exchange::{Contribution, EntryId, PartnerId, RemoveReason, Status, Time};

use super::contribute::{Contribute, ENTRIES_ON_THE_SPOT_MAX, Offer};
use super::model::BankError;
use super::{Bank, queries, settle};
use crate::compute::off_runtime_if;
use crate::storage::{Session, StorageError, Transact};

/// What becomes of the tier of an entry that is contributed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tiers {
    /// It only rises: what an analyst said stands.
    Rise,
    /// It is what is said now: a source's word is followed down as well.
    AsSaid,
}

/// Contributions sealed and ready to be written.
pub struct Brought {
    bank: Bank,
    offers: Vec<Offer>,
}

impl Bank {
    /// Seals contributions, each of which has passed its check, before the sequence is locked.
    pub(crate) async fn prepare_brought(&self, contributions: Vec<Contribution>) -> Result<Brought, BankError> {
        let bank = self.clone();
        let is_much = contributions.len() > ENTRIES_ON_THE_SPOT_MAX;
        let offers = off_runtime_if(is_much, move || bank.prepare(&contributions)).await?;
        Ok(Brought { bank: self.clone(), offers })
    }
}

/// Takes the sequence's lock: who holds it writes alone.
pub(crate) async fn lock(on: &mut Session) -> Result<u64, StorageError> {
    queries::lock(on).await
}

/// Writes what was brought as entries of this contributor; gives them in order.
pub(crate) async fn bring(
    on: &mut Session,
    brought: &Brought,
    partner: PartnerId,
    now: Time,
) -> Result<Vec<EntryId>, BankError> {
    let Brought { bank, offers } = brought;
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let work = Contribute { bank, partner, offers, tiers: Tiers::AsSaid, claims: None, idempotency: None, now };
    Ok(work.run(on).await?.entries.into_iter().map(|given| given.id).collect())
}

/// Withdraws entries, those that stand; gives the bank's number.
pub(crate) async fn let_go(on: &mut Session, gone: &[(EntryId, RemoveReason)], now: Time) -> Result<u64, BankError> {
    let mut seq = queries::lock(on).await?;
    for (id, reason) in gone {
        let entry = queries::entry(on, *id, None).await?.ok_or(BankError::Unknown(*id))?;
        if entry.status != Status::Withdrawn {
            seq += 1;
            settle::take_back(on, &entry, seq, now, *reason).await?;
        }
    }
    Ok(seq)
}
