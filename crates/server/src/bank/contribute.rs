//! Adding entries: one transaction a call, whatever its size. With claims or without.

use std::collections::HashMap;

use exchange::{Agreement, Contribution, ENTRIES_PER_CALL_MAX, EntryId, PartnerId, Status, Tier, Time, View};
use sealing::{DIGEST_BYTES, NodeKey};
use serde::{Deserialize, Serialize};

use super::brought::Tiers;
use super::claims::{self, Claiming};
use super::model::BankError;
use super::queries::{self, NewChange, NewEntry, NewFingerprint, Standing};
use super::{Bank, sealed};
use crate::access::Contributor;
use crate::compute::off_runtime_if;
use crate::storage::{Session, StorageError, Transact};

/// Entries that are sealed faster than they are handed to another thread.
pub(super) const ENTRIES_ON_THE_SPOT_MAX: usize = 16;

/// What a contribution became, entry by entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contributed {
    /// The bank's number after the call: a matcher whose cursor is here or beyond protects all of them.
    pub seq: u64,
    /// In the order of the call.
    pub entries: Vec<Given>,
}

/// What one contribution became.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Given {
    /// The entry.
    pub id: EntryId,
    /// How it came to be.
    pub placed: Placed,
}

/// How a contribution came to be an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Placed {
    /// It is new.
    Created,
    /// The same partner had contributed the same fingerprints, at this tier or a higher one.
    Existing,
    /// The same, at a lower tier or without views: the tier was raised, the views were added.
    Upgraded,
}

/// Makes a call safe to send again: the same token with the same body gets the first answer.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Chosen by the caller, 1 to 200 visible ASCII characters.
    pub token: String,
    /// SHA-256 of the body.
    pub request_digest: [u8; 32],
}

impl Bank {
    /// Adds entries: all of them or, on any error, none.
    pub async fn contribute(
        &self,
        who: &Contributor,
        contributions: &[Contribution],
        idempotency: Option<&Idempotency>,
    ) -> Result<Contributed, BankError> {
        self.offer(who.partner(), who.agreement(), contributions, None, idempotency).await
    }

    /// Adds entries of a partner, in the same transaction with one claim for each if claims are given.
    pub(super) async fn offer(
        &self,
        partner: PartnerId,
        agreement: &Agreement,
        contributions: &[Contribution],
        claims: Option<&Claiming<'_>>,
        idempotency: Option<&Idempotency>,
    ) -> Result<Contributed, BankError> {
        if contributions.is_empty() || contributions.len() > ENTRIES_PER_CALL_MAX {
            return Err(BankError::Count(contributions.len()));
        }
        for (position, contribution) in contributions.iter().enumerate() {
            contribution.check().map_err(|error| BankError::Contribution(position, error))?;
            let (class, tier) = (contribution.class, contribution.tier);
            if !agreement.takes(class, tier) {
                return Err(BankError::NotAgreed { position, class, tier });
            }
        }
        // Sealed before the transaction begins: the sequence's lock is held for writing only.
        let (bank, given) = (self.clone(), contributions.to_vec());
        let is_much = given.len() > ENTRIES_ON_THE_SPOT_MAX;
        let offers = off_runtime_if(is_much, move || bank.prepare(&given)).await?;
        let now = self.clock.now();
        let work = Contribute { bank: self, partner, offers: &offers, tiers: Tiers::Rise, claims, idempotency, now };
        let contributed = self.database.run(&work).await?;
        self.stir();
        self.live.wait_for(contributed.seq).await;
        Ok(contributed)
    }

    /// Forgets answers kept for calls that might have been sent again; gives how many.
    pub async fn forget_answers(&self, older_than_hours: i64) -> Result<u64, BankError> {
        let before = self.clock.now().plus_seconds(-older_than_hours * 3_600);
        self.database.run(&ForgetAnswers { before }).await
    }

    pub(super) fn prepare(&self, contributions: &[Contribution]) -> Vec<Offer> {
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        contributions
            .iter()
            .map(|contribution| {
                let id = EntryId::new(now, &mut rng);
                Offer {
                    id,
                    content: sealed::content_digest(&self.key, contribution),
                    fingerprints: seal_all(&self.key, id, contribution, &mut rng),
                    views: contribution.views.clone(),
                    contribution: Slim { class: contribution.class, tier: contribution.tier },
                }
            })
            .collect()
    }
}

fn seal_all(
    key: &NodeKey,
    entry: EntryId,
    contribution: &Contribution,
    rng: &mut impl rand::Rng,
) -> Vec<NewFingerprint> {
    let row = |(position, fingerprint)| NewFingerprint {
        entry,
        position,
        digest: sealed::fingerprint_digest(key, fingerprint),
        sealed: sealed::seal(key, entry, fingerprint, rng),
        kind: fingerprint.kind().code(),
    };
    let mut rows: Vec<_> = (0..).zip(&contribution.fingerprints).map(row).collect();
    rows.extend(seal_views(key, entry, &contribution.views, rng));
    rows
}

/// The row of an entry's views, if there are any.
fn seal_views(key: &NodeKey, entry: EntryId, views: &[View], rng: &mut impl rand::Rng) -> Option<NewFingerprint> {
    (!views.is_empty()).then(|| NewFingerprint {
        entry,
        position: sealed::VIEWS.into(),
        digest: sealed::views_digest(key, views),
        sealed: sealed::seal_views(key, entry, views, rng),
        kind: sealed::VIEWS,
    })
}

#[derive(Clone)]
pub(super) struct Slim {
    class: exchange::Class,
    tier: Tier,
}

#[derive(Clone)]
pub(super) struct Offer {
    id: EntryId,
    content: [u8; DIGEST_BYTES],
    fingerprints: Vec<NewFingerprint>,
    /// Also sealed among the fingerprints; here for an entry that stands and has none.
    views: Vec<View>,
    contribution: Slim,
}

pub(super) struct Contribute<'a> {
    pub(super) bank: &'a Bank,
    pub(super) partner: PartnerId,
    pub(super) offers: &'a [Offer],
    pub(super) tiers: Tiers,
    pub(super) claims: Option<&'a Claiming<'a>>,
    pub(super) idempotency: Option<&'a Idempotency>,
    pub(super) now: Time,
}

impl Transact for Contribute<'_> {
    const NAME: &'static str = "contribute";
    type Output = Contributed;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<Contributed, BankError> {
        let mut seq = queries::lock(on).await?;
        if let Some(idempotency) = self.idempotency
            && let Some((digest, answer)) = queries::answered(on, self.partner, &idempotency.token).await?
        {
            return if digest == idempotency.request_digest {
                serde_json::from_str(&answer).map_err(|_| StorageError::Damaged("a kept answer").into())
            } else {
                Err(BankError::OtherBody)
            };
        }
        let mut claimed = match self.claims {
            Some(claiming) => claims::entries_of(on, claiming.claims).await?,
            None => HashMap::new(),
        };
        let contents: Vec<_> = self.offers.iter().map(|offer| offer.content).collect();
        let mut standing: HashMap<[u8; DIGEST_BYTES], Standing> =
            queries::standing(on, self.partner, &contents).await?;
        let (mut entries, mut fingerprints, mut changes, mut given) = (vec![], vec![], vec![], vec![]);
        let mut new_claims = vec![];
        for (position, offer) in self.offers.iter().enumerate() {
            let mut tier = offer.contribution.tier;
            let met = standing.get(&offer.content).copied();
            let claim = self.claims.map(|claiming| claiming.claims[position]);
            // Anybody may claim anything: what analysts have looked at is not given views by a stranger.
            let may_bring = claim.is_none() || met.is_none_or(|met| met.tier == Tier::Reported);
            let brings_views = may_bring && !offer.views.is_empty();
            if let Some(claim) = claim {
                let entry = met.map_or(offer.id, |met| met.id);
                match claimed.insert(claim, entry) {
                    Some(before) if before == entry => {
                        given.push(Given { id: entry, placed: Placed::Existing });
                        continue;
                    }
                    Some(_) => return Err(BankError::ClaimTaken(position)),
                    None => new_claims.push((claim, entry)),
                }
            }
            if self.tiers == Tiers::Rise {
                tier = tier.max(met.map_or(tier, |met| met.tier));
            }
            let change = |seq, entry, tier_before| NewChange {
                seq,
                at: self.now,
                entry,
                remove: None,
                class: offer.contribution.class,
                tier,
                tier_before,
            };
            match met {
                // Whether a claim is the first of its entry must not show: each writes a change.
                Some(met) if claim.is_none() && met.tier == tier && (met.has_views || !brings_views) => {
                    given.push(Given { id: met.id, placed: Placed::Existing });
                }
                Some(Standing { id, tier: before, status, has_views }) => {
                    seq += 1;
                    if !has_views && brings_views {
                        let (key, rng) = (&self.bank.key, &mut self.bank.entropy.rng());
                        fingerprints.extend(seal_views(key, id, &offer.views, rng));
                    }
                    // An entry made by this very call is not in the table yet: raise it where it waits.
                    let waiting = entries.iter_mut().find(|new: &&mut NewEntry<'_>| new.id == id);
                    match waiting {
                        Some(new) => (new.tier, new.last_seq) = (tier, seq),
                        None => queries::update_entry(on, id, tier, status, seq).await?,
                    }
                    changes.push(change(seq, id, Some(before)));
                    let has_views = has_views || brings_views;
                    standing.insert(offer.content, Standing { id, tier, status, has_views });
                    given.push(Given { id, placed: Placed::Upgraded });
                }
                None => {
                    seq += 1;
                    entries.push(NewEntry {
                        id: offer.id,
                        contributor: self.partner,
                        class: offer.contribution.class,
                        tier,
                        content: &offer.content,
                        last_seq: seq,
                        created_at: self.now,
                    });
                    fingerprints.extend(offer.fingerprints.iter().cloned());
                    changes.push(change(seq, offer.id, None));
                    let status = Status::Active;
                    standing.insert(offer.content, Standing { id: offer.id, tier, status, has_views: brings_views });
                    given.push(Given { id: offer.id, placed: Placed::Created });
                }
            }
        }
        queries::insert_entries(on, &entries).await?;
        queries::insert_fingerprints(on, &fingerprints).await?;
        queries::insert_changes(on, &changes).await?;
        queries::set_head(on, seq).await?;
        if let Some(claiming) = self.claims {
            claiming.write(on, &new_claims, &first_changes(&changes)).await?;
        }
        let contributed = Contributed { seq, entries: given };
        if let Some(idempotency) = self.idempotency {
            let answer = serde_json::to_string(&contributed).map_err(|_| StorageError::Damaged("an answer"))?;
            queries::keep_answer(on, self.partner, idempotency, &answer, self.now).await?;
        }
        on.notify().await?;
        Ok(contributed)
    }
}

/// Of every entry that changed the first change.
fn first_changes(changes: &[NewChange]) -> HashMap<EntryId, u64> {
    let mut first = HashMap::new();
    for change in changes {
        first.entry(change.entry).or_insert(change.seq);
    }
    first
}

struct ForgetAnswers {
    before: Time,
}

impl Transact for ForgetAnswers {
    const NAME: &'static str = "forget_answers";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        Ok(queries::forget_answers(on, self.before).await?)
    }
}
