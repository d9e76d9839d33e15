//! Claims: who stands behind an entry of the portal.
//!
//! Several people may report the same picture. The bank holds one entry, and each of them a claim on it: 16 random bytes
//! that only their sealed case knows beside the entry's id. The entry goes with its last claim, so that nobody takes
//! away somebody else's protection by reporting the same picture and withdrawing it.
//!
//! A claim is pending until the transaction that writes its case says so ([`confirm`]); one that is not confirmed in time
//! is let go, since nobody is left who could.
//!
//! Nothing that a claim's holder is given tells whether others hold one (docs/design/0010-withheld.md): every claim and
//! every release that leaves the entry standing writes a change of its own, in the same steps. What must not be shown
//! to a person is [`Released::withdrawn`] and [`Stands::last_seq`] of an entry that stands: both depend on the others.

mod queries;

use std::collections::{HashMap, HashSet};

use exchange::{Contribution, EntryId, PartnerId, RemoveReason, Status, Tier, Time};
use sealing::CaseKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model::BankError;
use super::queries as entries;
use super::{Bank, Idempotency, settle, withheld};
use crate::access::{OF_PORTAL, Portal};
use crate::clock::Entropy;
use crate::partners;
use crate::storage::{Session, StorageError, Transact};

pub use queries::SQL;
pub(super) use queries::{entries_of, set_newcomers};

/// What claimed contributions became. Not whether they were new: nobody is to learn that from the portal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// The bank's number after the call: a partner whose cursor is here or beyond has all of them in force.
    pub seq: u64,
    /// In the order of the call; the same one twice where contributions were equal.
    pub entries: Vec<EntryId>,
}

/// What became of a claim that was let go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Released {
    /// A partner whose cursor is here or beyond has heard of it.
    pub seq: u64,
    /// What it was on.
    pub entry: EntryId,
    /// Whether the entry went with it, or had gone before. Not for the person: it tells of others.
    pub withdrawn: bool,
}

/// How an entry of the portal stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stands {
    /// How many analysts have looked.
    pub tier: Tier,
    /// Whether it stands.
    pub status: Status,
    /// Its last change. Moves when others claim or release it, too.
    pub last_seq: u64,
}

/// Hours after which a claim that nobody confirmed is let go: longer than anybody goes on sending the same draft.
pub const PENDING_HOURS: i64 = 12;
const HOUR_MICROS: i64 = 3_600_000_000;
/// Tells the key of a kept answer from everything else that is made of a claim.
const KEPT_ANSWER: &[u8] = b"the kept answer of a release";
/// Claims let go between two looks at what is due.
const CLAIMS_PER_TURN: i64 = 250;

/// To whom a claim's holder shows its entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience<'a> {
    /// To every partner, those that join later too, but these.
    AllBut(&'a [PartnerId]),
    /// To these, and to nobody who joins later.
    Only(&'a [PartnerId]),
}

impl Audience<'_> {
    pub(super) const fn takes_newcomers(self) -> bool {
        matches!(self, Self::AllBut(_))
    }

    /// The partners there are that are not to see it. Under the sequence's lock, so that nobody joins meanwhile.
    pub(super) async fn others(self, on: &mut Session) -> Result<HashSet<PartnerId>, StorageError> {
        Ok(match self {
            Self::AllBut(without) => without.iter().copied().collect(),
            Self::Only(these) => {
                let all = partners::ids(on).await?;
                all.into_iter().filter(|partner| !these.contains(partner)).collect()
            }
        })
    }
}

/// Says, in the transaction that writes the case which holds them, that these claims are held. When one was let go
/// meanwhile nothing may be written: contribute again.
pub(crate) async fn confirm(on: &mut Session, claims: &[[u8; 16]]) -> Result<(), BankError> {
    let claims: Vec<[u8; 16]> = claims.iter().copied().collect::<HashSet<_>>().into_iter().collect();
    if queries::confirm(on, &claims).await? == claims.len() as u64 { Ok(()) } else { Err(BankError::NoClaim) }
}

impl Bank {
    /// Puts content under protection for people, with one claim for each contribution, all or nothing. A claim that
    /// was made before on the same content counts once; on other content it is refused. `withheld_from` is every new
    /// claim's list, as in [`Bank::withhold`]: from these partners the entries are withheld from the first moment on,
    /// unless others claim them without that. The claims are pending: see [`Bank::release_unconfirmed`].
    pub async fn contribute_claimed(
        &self,
        portal: &Portal,
        contributions: &[Contribution],
        claims: &[[u8; 16]],
        withheld_from: &[PartnerId],
        idempotency: Option<&Idempotency>,
    ) -> Result<Claimed, BankError> {
        let audience = Audience::AllBut(withheld_from);
        self.contribute_claimed_to(portal, contributions, claims, audience, idempotency).await
    }

    /// The same, with every new claim's audience.
    pub async fn contribute_claimed_to(
        &self,
        portal: &Portal,
        contributions: &[Contribution],
        claims: &[[u8; 16]],
        audience: Audience<'_>,
        idempotency: Option<&Idempotency>,
    ) -> Result<Claimed, BankError> {
        if contributions.len() != claims.len() {
            return Err(BankError::Claims(contributions.len(), claims.len()));
        }
        let hours = self.clock.now().as_micros().div_euclid(HOUR_MICROS) + 1 + PENDING_HOURS;
        let pending_until = Time::from_micros(hours * HOUR_MICROS);
        let claiming = Claiming { claims, audience, pending_until };
        let given = self.offer(portal.partner(), &OF_PORTAL, contributions, Some(&claiming), idempotency).await?;
        Ok(Claimed { seq: given.seq, entries: given.entries.into_iter().map(|given| given.id).collect() })
    }

    /// Lets a claim go. With the last one its entry is withdrawn for `reason`, whatever tier it was raised to: the
    /// person decides. Again, within a day, is the same as once.
    pub async fn release(&self, portal: &Portal, claim: [u8; 16], reason: RemoveReason) -> Result<Released, BankError> {
        let work = Release { portal, claim, reason, now: self.clock.now(), entropy: &self.entropy };
        let released = self.database.run(&work).await?;
        // No line of the log names the entry: lines of one request would tell what one person had reported.
        self.stir();
        self.live.wait_for(released.seq).await;
        Ok(released)
    }

    /// Lets claims go whose case was not written within [`PENDING_HOURS`] hours, up to an hour more; gives how many.
    pub async fn release_unconfirmed(&self, portal: &Portal) -> Result<u64, BankError> {
        let (now, mut released, mut last) = (self.clock.now(), 0, 0);
        loop {
            let due = queries::pending(&mut self.database.read().await?, now, CLAIMS_PER_TURN).await?;
            for claim in &due {
                if let Some(seq) = self.database.run(&ReleaseUnconfirmed { portal, claim: *claim, now }).await? {
                    (released, last) = (released + 1, seq);
                }
            }
            if due.len() < CLAIMS_PER_TURN as usize {
                self.stir();
                self.live.wait_for(last).await;
                return Ok(released);
            }
        }
    }

    /// How these entries stand; those that are not the portal's are left out.
    pub async fn standing_of(
        &self,
        portal: &Portal,
        entries: &[EntryId],
    ) -> Result<HashMap<EntryId, Stands>, StorageError> {
        queries::standing(&mut self.database.read().await?, portal.partner(), entries).await
    }
}

/// The claims that come with a call's contributions, one for each.
pub(super) struct Claiming<'a> {
    pub(super) claims: &'a [[u8; 16]],
    audience: Audience<'a>,
    pending_until: Time,
}

impl Claiming<'_> {
    /// Writes new claims down. `changed` has the first change of every entry that was claimed.
    pub(super) async fn write(
        &self,
        on: &mut Session,
        new: &[([u8; 16], EntryId)],
        changed: &HashMap<EntryId, u64>,
    ) -> Result<(), StorageError> {
        queries::insert(on, new, self.pending_until, self.audience.takes_newcomers()).await?;
        let claims: Vec<[u8; 16]> = new.iter().map(|(claim, _)| *claim).collect();
        let partners = self.audience.others(on).await?;
        withheld::want(on, &claims, &partners.into_iter().collect::<Vec<_>>()).await?;
        withheld::settle(on, changed).await
    }
}

struct Release<'a> {
    portal: &'a Portal,
    claim: [u8; 16],
    reason: RemoveReason,
    now: Time,
    entropy: &'a Entropy,
}

impl Transact for Release<'_> {
    const NAME: &'static str = "release";
    type Output = Released;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<Released, BankError> {
        let next = entries::lock(on).await? + 1;
        let answered = self.idempotency();
        let Some(&entry) = entries_of(on, &[self.claim]).await?.get(&self.claim) else {
            let kept = entries::answered(on, self.portal.partner(), &answered.token).await?;
            let (_, answer) = kept.ok_or(BankError::NoClaim)?;
            return self.opened(&answer).ok_or_else(|| StorageError::Damaged("a kept answer").into());
        };
        let released = release(on, &self.claim, entry, next, self.now, self.reason).await?;
        // To the hour: its moment would find the change, and with it the entry.
        let hour = Time::from_micros(self.now.as_micros().div_euclid(HOUR_MICROS) * HOUR_MICROS);
        entries::keep_answer(on, self.portal.partner(), &answered, &self.sealed(&released)?, hour).await?;
        Ok(released)
    }
}

/// Drops a claim and writes the change of that.
async fn release(
    on: &mut Session,
    claim: &[u8; 16],
    entry: EntryId,
    next: u64,
    now: Time,
    reason: RemoveReason,
) -> Result<Released, BankError> {
    let row = entries::entry(on, entry, None).await?.ok_or(StorageError::Damaged("a claim on nothing"))?;
    withheld::forget(on, claim).await?;
    queries::delete(on, claim).await?;
    Ok(if row.status == Status::Withdrawn {
        Released { seq: row.last_seq, entry, withdrawn: true }
    } else if queries::is_claimed(on, entry).await? {
        entries::update_entry(on, entry, row.tier, row.status, next).await?;
        settle::write(on, &row, next, now, None).await?;
        withheld::settle(on, &HashMap::from([(entry, next)])).await?;
        Released { seq: next, entry, withdrawn: false }
    } else {
        settle::take_back(on, &row, next, now, reason).await?;
        Released { seq: next, entry, withdrawn: true }
    })
}

struct ReleaseUnconfirmed<'a> {
    portal: &'a Portal,
    claim: [u8; 16],
    now: Time,
}

impl Transact for ReleaseUnconfirmed<'_> {
    const NAME: &'static str = "release_unconfirmed";
    /// The number of that; `None` when its case was written after all.
    type Output = Option<u64>;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<Option<u64>, BankError> {
        let next = entries::lock(on).await? + 1;
        if !queries::let_go(on, &self.claim, self.now).await? {
            return Ok(None);
        }
        let found = entries_of(on, &[self.claim]).await?;
        let &entry = found.get(&self.claim).ok_or(BankError::NoClaim)?;
        let released = release(on, &self.claim, entry, next, self.now, RemoveReason::Expired).await?;
        tracing::info!(portal = %self.portal.partner(), entry = %released.entry, "a claim whose case never came is released");
        Ok(Some(released.seq))
    }
}

impl Release<'_> {
    /// Under which the answer is kept for a while: a digest, so that what is released is not found on the disk.
    fn idempotency(&self) -> Idempotency {
        let request_digest: [u8; 32] = Sha256::digest(self.claim).into();
        Idempotency { token: format!("release {}", exchange::hex::encode(&request_digest)), request_digest }
    }

    /// The answer as it is kept: only who has the claim, which is deleted with this, can tell which entry it was on.
    fn sealed(&self, released: &Released) -> Result<String, StorageError> {
        let plain = serde_json::to_vec(released).map_err(|_| StorageError::Damaged("an answer"))?;
        Ok(exchange::hex::encode(&self.key().seal(KEPT_ANSWER, &plain, &mut self.entropy.rng())))
    }

    fn opened(&self, kept: &str) -> Option<Released> {
        let sealed = exchange::hex::decode_all(kept)?;
        serde_json::from_slice(&self.key().open(KEPT_ANSWER, &sealed).ok()?).ok()
    }

    fn key(&self) -> CaseKey {
        CaseKey::from_bytes(Sha256::new().chain_update(KEPT_ANSWER).chain_update(self.claim).finalize().into())
    }
}
