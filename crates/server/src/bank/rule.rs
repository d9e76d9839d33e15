//! What the desk rules of entries, in the transaction of its verdict; and what the desk may ask.

use exchange::{Class, EntryId, Kind, Matched, Parsed, Radius, RemoveReason, Status, Tier, Time};

use super::model::BankError;
use super::queries::{self, NewChange};
use super::{Bank, sealed, settle};
use crate::access::staff::Analyst;
use crate::compute::off_runtime;
use crate::storage::{Session, StorageError};

/// What is to become of an entry. Of one that was withdrawn meanwhile: nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ruling {
    /// At least this tier; whether it stands stays as it is.
    Raise(Tier),
    /// At least this tier, and it stands, contested before or not.
    Stand(Tier),
    /// Contested: matched, and never advised to be blocked.
    Doubt,
    /// Taken back.
    Withdraw(RemoveReason),
}

/// An entry as the desk sees it: nothing that it could be recognised by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Which.
    pub id: EntryId,
    /// Its class.
    pub class: Class,
    /// How many looked.
    pub tier: Tier,
    /// Whether it stands.
    pub status: Status,
    /// Who contributed it.
    pub origin: String,
    /// When.
    pub created_at: Time,
}

/// Rules, taking the sequence's lock first. Gives the last number written, or the head if nothing changes.
pub(crate) async fn rule(
    on: &mut Session,
    _: &Analyst,
    rulings: &[(EntryId, Ruling)],
    now: Time,
) -> Result<u64, BankError> {
    let mut seq = queries::lock(on).await?;
    for (id, ruling) in rulings {
        let entry = queries::entry(on, *id, None).await?.ok_or(BankError::Unknown(*id))?;
        if entry.status == Status::Withdrawn {
            continue;
        }
        let (tier, status) = match *ruling {
            Ruling::Raise(tier) => (entry.tier.max(tier), entry.status),
            Ruling::Stand(tier) => (entry.tier.max(tier), Status::Active),
            Ruling::Doubt => (entry.tier, Status::Disputed),
            Ruling::Withdraw(reason) => {
                seq += 1;
                settle::take_back(on, &entry, seq, now, reason).await?;
                continue;
            }
        };
        if (tier, status) == (entry.tier, entry.status) {
            continue;
        }
        seq += 1;
        queries::update_entry(on, *id, tier, status, seq).await?;
        let (class, tier_before) = (entry.class, Some(entry.tier));
        let change = NewChange { seq, at: now, entry: *id, remove: None, class, tier, tier_before };
        queries::insert_changes(on, &[change]).await?;
        queries::set_head(on, seq).await?;
    }
    on.notify().await?;
    Ok(seq)
}

/// The class of an entry that stands, for work about it.
pub(crate) async fn class_of_standing(on: &mut Session, id: EntryId) -> Result<Option<Class>, StorageError> {
    let entry = queries::entry(on, id, None).await?;
    Ok(entry.filter(|entry| entry.status != Status::Withdrawn).map(|entry| entry.class))
}

/// How many looked at an entry that stands.
pub(crate) async fn tier_of_standing(on: &mut Session, id: EntryId) -> Result<Option<Tier>, StorageError> {
    let entry = queries::entry(on, id, None).await?;
    Ok(entry.filter(|entry| entry.status != Status::Withdrawn).map(|entry| entry.tier))
}

impl Bank {
    /// Goes on once what a verdict wrote is matched here; tells whoever follows.
    pub(crate) async fn ruled(&self, seq: u64) {
        self.stir();
        self.live.wait_for(seq).await;
    }

    /// One entry; `None` when there never was one.
    pub async fn known(&self, _: &Analyst, id: EntryId) -> Result<Option<Known>, StorageError> {
        let entry = queries::entry(&mut self.database.read().await?, id, None).await?;
        Ok(entry.map(|entry| Known {
            id: entry.id,
            class: entry.class,
            tier: entry.tier,
            status: entry.status,
            origin: entry.origin,
            created_at: entry.created_at,
        }))
    }

    /// What an entry is recognised by, as a question: never leaves the node.
    pub(crate) async fn question(&self, _: &Analyst, id: EntryId) -> Result<Parsed, BankError> {
        let sealed = queries::fingerprints_of(&mut self.database.read().await?, id).await?;
        let marks = sealed::open_all(&self.key, id, &sealed)?;
        Ok(question(marks.fingerprints.iter()))
    }

    /// What is met by a question within the firm radius, the nearest first; `None` while the bank is loading.
    pub(crate) async fn met(&self, _: &Analyst, question: Parsed) -> Result<Option<Vec<Matched>>, BankError> {
        if !self.live.is_ready() {
            return Ok(None);
        }
        let live = self.live.clone();
        let results = off_runtime(move || live.answer(&[question], Radius::DEFAULT, |_, _| true)).await?;
        Ok(results.into_iter().next().map(|result| result.matches))
    }
}

/// A question out of fingerprints.
pub(crate) fn question<'a>(fingerprints: impl Iterator<Item = &'a exchange::Fingerprint>) -> Parsed {
    let mut question = Parsed::default();
    for fingerprint in fingerprints {
        match fingerprint.kind() {
            Kind::Pdq => {
                question.pdq.extend(<[u8; 32]>::try_from(fingerprint.bytes()).ok().filter(|_| question.pdq.is_empty()))
            }
            Kind::Sha256 => question.sha256 = fingerprint.bytes().try_into().ok(),
            Kind::Md5 => question.md5 = fingerprint.bytes().try_into().ok(),
        }
    }
    question
}
