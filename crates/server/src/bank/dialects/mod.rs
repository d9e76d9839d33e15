//! The bank as other systems' clients read it (docs/design/0019-dialects.md): under seconds that never fall, and by value.
//!
//! Both are folds over the changes, with the feed's own page underneath: what a reader is shown is decided there.

mod queries;
mod readers;
mod seconds;

use std::collections::HashMap;

use exchange::dialects::{Held, Holder, Medium, owner_number};
use exchange::{Action, Change, EntryId, Fingerprint, PartnerId, Status};
use sealing::DIGEST_BYTES;

use super::model::{BankError, EntryRow};
use super::{Bank, sealed};
use crate::access::Viewer;
use crate::storage::{Session, StorageError};

pub use queries::SQL;
pub(super) use readers::keep_farewell;
pub use readers::{Dialect, FAREWELL_DAYS, Reached};
pub use seconds::CHANGES_PER_SECOND_MAX;
pub(super) use seconds::tell;

/// A change as it is told under its second.
#[derive(Debug)]
pub struct Told {
    /// What.
    pub change: Change,
    /// Under which second.
    pub second: i64,
    /// Whose the entry is.
    pub contributor: PartnerId,
    /// The same by name.
    pub origin: String,
}

/// A stretch of the bank under its seconds.
#[derive(Debug)]
pub struct ToldPage {
    /// By ascending number.
    pub told: Vec<Told>,
    /// Up to where it reaches.
    pub through: u64,
}

/// A stretch of the bank by value.
#[derive(Debug)]
pub struct ValuePage {
    /// By ascending second, each value and medium once.
    pub held: Vec<Held>,
    /// Up to which number it reaches.
    pub through: u64,
}

/// A value that a page speaks of.
struct Value {
    fingerprint: Fingerprint,
    digest: [u8; DIGEST_BYTES],
    second: i64,
    gone: Vec<(EntryId, Medium)>,
}

impl Bank {
    /// The number of the last change that was told before this second; 0: none was.
    pub async fn number_before(&self, second: i64) -> Result<u64, StorageError> {
        queries::number_before(&mut self.database.read().await?, second).await
    }

    /// The second that a number is told under; `None`: nothing was told yet, or it is ahead of the bank.
    pub async fn second_of(&self, number: u64) -> Result<Option<i64>, StorageError> {
        queries::second_of(&mut self.database.read().await?, number).await
    }

    /// What this viewer is shown of the changes after `after`, each under its second; at most `limit` numbers are looked
    /// at, and none after `until`.
    pub async fn told(&self, viewer: Viewer, after: u64, until: u64, limit: u32) -> Result<ToldPage, BankError> {
        let (changes, through) = self.stretch(viewer, after, until, limit).await?;
        let mut on = self.database.read().await?;
        let seconds = queries::seconds(&mut on, after, through).await?;
        let mut owners = queries::owners(&mut on, after, through).await?;
        drop(on);
        let told = changes
            .into_iter()
            .map(|change| {
                let (contributor, origin) =
                    owners.remove(&change.seq).ok_or(StorageError::Damaged("a change of no entry"))?;
                Ok(Told { second: second_in(&seconds, change.seq), change, contributor, origin })
            })
            .collect::<Result<_, StorageError>>()?;
        Ok(ToldPage { told, through })
    }

    /// The same by value: of every fingerprint that a change is about, who stands for it now, as this viewer may know.
    pub async fn told_by_value(
        &self,
        viewer: Viewer,
        after: u64,
        until: u64,
        limit: u32,
    ) -> Result<ValuePage, BankError> {
        let (changes, through) = self.stretch(viewer, after, until, limit).await?;
        let mut on = self.database.read().await?;
        let seconds = queries::seconds(&mut on, after, through).await?;
        let removed: Vec<EntryId> = changes
            .iter()
            .filter(|change| matches!(change.action, Action::Remove { .. }))
            .map(|change| change.action.entry())
            .collect();
        let mut remembered = queries::remembered(&mut on, &removed).await?;
        let mut values: Vec<Option<Value>> = Vec::new();
        let mut places: HashMap<[u8; DIGEST_BYTES], usize> = HashMap::new();
        for change in changes {
            let second = second_in(&seconds, change.seq);
            let (fingerprints, gone) = match change.action {
                Action::Put(entry) => (entry.fingerprints, None),
                Action::Remove { entry, .. } => {
                    let sealed = remembered.remove(&entry).unwrap_or_default();
                    let marks = sealed::open_all(&self.key, entry, &sealed)?;
                    let medium = Medium::of(&marks.fingerprints);
                    (marks.fingerprints, Some((entry, medium)))
                }
            };
            for fingerprint in fingerprints {
                let digest = sealed::fingerprint_digest(&self.key, &fingerprint);
                // Each value once, where it was spoken of last: seconds rise on a page.
                let before = places.insert(digest, values.len()).and_then(|place| values[place].take());
                let mut all_gone = before.map_or_else(Vec::new, |before| before.gone);
                all_gone.extend(gone);
                values.push(Some(Value { fingerprint, digest, second, gone: all_gone }));
            }
        }
        let values: Vec<Value> = values.into_iter().flatten().collect();
        let held = self.held_of(&mut on, viewer, values).await?;
        Ok(ValuePage { held, through })
    }

    /// Who stands for these fingerprints, as this viewer may know. What nobody stands for is left out.
    pub async fn held(&self, viewer: Viewer, fingerprints: &[Fingerprint]) -> Result<Vec<Held>, BankError> {
        let mut on = self.database.read().await?;
        let value = |fingerprint: &Fingerprint| Value {
            digest: sealed::fingerprint_digest(&self.key, fingerprint),
            fingerprint: fingerprint.clone(),
            second: 0,
            gone: Vec::new(),
        };
        self.held_of(&mut on, viewer, fingerprints.iter().map(value).collect()).await
    }

    /// Who stands for the fingerprint of this lasting name, as this viewer may know; `None`: nobody.
    pub async fn held_by_name(&self, viewer: Viewer, name: u128) -> Result<Option<Held>, BankError> {
        let mut on = self.database.read().await?;
        let Some((entry, sealed)) = queries::of_name(&mut on, name.to_be_bytes()).await? else { return Ok(None) };
        let marks = sealed::open_all(&self.key, entry, &[sealed])?;
        let Some(fingerprint) = marks.fingerprints.into_iter().next() else { return Ok(None) };
        let digest = sealed::fingerprint_digest(&self.key, &fingerprint);
        let value = Value { fingerprint, digest, second: 0, gone: Vec::new() };
        Ok(self.held_of(&mut on, viewer, vec![value]).await?.into_iter().next())
    }

    /// The first fingerprint of each of these entries that stands and that this viewer may know.
    pub async fn first_fingerprints(
        &self,
        viewer: Viewer,
        entries: &[EntryId],
    ) -> Result<HashMap<EntryId, Fingerprint>, BankError> {
        let Some(partner) = viewer.partner else { return Ok(HashMap::new()) };
        let mut on = self.database.read().await?;
        let known = super::known_to(&mut on, partner, &viewer.agreement, entries).await?;
        let known: Vec<EntryId> = known.into_iter().collect();
        let mut first = HashMap::new();
        for (entry, sealed) in queries::standing(&mut on, &known).await? {
            let marks = sealed::open_all(&self.key, entry, &sealed)?;
            first.extend(marks.fingerprints.into_iter().next().map(|fingerprint| (entry, fingerprint)));
        }
        Ok(first)
    }

    /// A page of the feed that ends at `until` at the latest.
    async fn stretch(
        &self,
        viewer: Viewer,
        after: u64,
        until: u64,
        limit: u32,
    ) -> Result<(Vec<Change>, u64), BankError> {
        let wanted = u32::try_from(until.saturating_sub(after)).unwrap_or(u32::MAX).min(limit);
        if wanted == 0 {
            return Ok((Vec::new(), after));
        }
        let page = self.changes(viewer, after, wanted).await?;
        Ok((page.changes, page.through))
    }

    async fn held_of(&self, on: &mut Session, viewer: Viewer, values: Vec<Value>) -> Result<Vec<Held>, BankError> {
        let digests: Vec<_> = values.iter().map(|value| value.digest).collect();
        let mut holders = queries::holders_of(on, &digests, viewer.partner).await?;
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            let mut rows = holders.remove(&value.digest).unwrap_or_default();
            rows.retain(|(row, _)| {
                row.status != Status::Withdrawn
                    && row.withheld_since.is_none()
                    && viewer.agreement.sees(row.class, row.tier)
            });
            rows.sort_by_key(|(row, _)| row.id);
            for medium in [Medium::Picture, Medium::Film] {
                let of_medium = rows.iter().filter(|(_, of)| *of == medium);
                let holders: Vec<Holder> = of_medium.map(|(row, _)| self.holder(row)).collect();
                let mut gone: Vec<EntryId> =
                    value.gone.iter().filter(|(_, of)| *of == medium).map(|(entry, _)| *entry).collect();
                gone.retain(|entry| holders.iter().all(|holder| holder.entry != *entry));
                gone.sort_unstable();
                gone.dedup();
                if holders.is_empty() && gone.is_empty() {
                    continue;
                }
                let (name, _) = value.digest.split_first_chunk().ok_or(StorageError::Damaged("a digest"))?;
                all.push(Held {
                    fingerprint: value.fingerprint.clone(),
                    medium,
                    id: u128::from_be_bytes(*name),
                    second: value.second,
                    holders,
                    gone,
                });
            }
        }
        Ok(all)
    }

    fn holder(&self, row: &EntryRow) -> Holder {
        Holder {
            entry: row.id,
            class: row.class,
            tier: row.tier,
            status: row.status,
            firm: self.block_radius.of(row.class, row.tier, row.status).is_some(),
            origin: row.origin.clone(),
            owner: owner_number(row.contributor),
            created: row.created_at.as_micros() / 1_000_000,
        }
    }
}

/// The second of a number among those of its page, which ascend.
fn second_in(seconds: &[(i64, u64)], number: u64) -> i64 {
    let place = seconds.partition_point(|(_, through)| *through < number);
    seconds.get(place).or(seconds.last()).map_or(0, |(second, _)| *second)
}
