//! Entries withheld from single partners (docs/design/0010-withheld.md).
//!
//! A claim may name partners that are not to be shown its entry. An entry is withheld from a partner while every claim
//! on it says so. That is worked out with each change of claims, in its transaction, and kept with the number of the
//! change from which on it holds: so feed and snapshot know it at every number, and the live index is followed by a map
//! in memory.

mod queries;

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use exchange::{Action, Change, Class, EntryId, PartnerId, Tier, Time};

use super::claims::Audience;
use super::model::BankError;
use super::queries as entries;
use super::{Bank, claims, settle};
use crate::access::{Portal, Viewer};
use crate::storage::{Session, StorageError, Transact};

pub use queries::SQL;
pub(super) use queries::{ByEntry, all, forget, of_changes, want};

impl Bank {
    /// Replaces the list of partners from which whoever holds a claim withholds its entry; all of them partners of
    /// this node. Again is the same as once. Returns a number: a partner whose cursor is here or beyond has heard of it.
    pub async fn withhold(&self, portal: &Portal, claim: [u8; 16], from: &[PartnerId]) -> Result<u64, BankError> {
        self.show_to(portal, claim, Audience::AllBut(from)).await
    }

    /// The same with the audience, which says also whether partners that join later see it.
    pub async fn show_to(&self, _: &Portal, claim: [u8; 16], audience: Audience<'_>) -> Result<u64, BankError> {
        let seq = self.database.run(&Withhold { claim, audience, now: self.clock.now() }).await?;
        self.stir();
        self.live.wait_for(seq).await;
        Ok(seq)
    }

    /// What a viewer is shown of the live index, as it stands when it is asked.
    pub async fn shows(
        &self,
        viewer: Viewer,
    ) -> Result<impl Fn(EntryId, Class, Tier) -> bool + Send + Sync + 'static, StorageError> {
        let withheld = self.withheld.clone();
        if let Some(partner) = viewer.partner
            && !withheld.knows(partner)
        {
            // What was withheld from it when it joined came with no change.
            let _following = self.following.lock().await;
            withheld.meet(partner, &queries::of_partner(&mut self.database.read().await?, partner).await?);
        }
        Ok(move |entry, class, tier| {
            viewer.agreement.sees(class, tier) && viewer.partner.is_none_or(|partner| !withheld.is_from(entry, partner))
        })
    }
}

/// From whom the entries of the live index are withheld.
#[derive(Default)]
pub(super) struct Withheld {
    held: RwLock<ByEntry>,
    /// Partners that have asked: what was withheld from them when they joined is in the map.
    met: RwLock<HashSet<PartnerId>>,
}

impl Withheld {
    pub(super) fn new(all: ByEntry) -> Self {
        Self { held: RwLock::new(all), met: RwLock::default() }
    }

    fn knows(&self, partner: PartnerId) -> bool {
        self.met.read().unwrap_or_else(PoisonError::into_inner).contains(&partner)
    }

    fn meet(&self, partner: PartnerId, entries: &[EntryId]) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            let partners = held.entry(*entry).or_default();
            if !partners.contains(&partner) {
                partners.push(partner);
            }
        }
        drop(held);
        self.met.write().unwrap_or_else(PoisonError::into_inner).insert(partner);
    }

    fn is_from(&self, entry: EntryId, partner: PartnerId) -> bool {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.get(&entry).is_some_and(|from| from.iter().any(|one| *one == partner || *one == queries::EVERYONE))
    }

    /// To be called before the changes are in the index: what is withheld from a partner is never met first.
    pub(super) fn before(&self, changes: &[Change], mut rows: ByEntry) {
        self.each(changes, |held, action| {
            if let Action::Put(entry) = action {
                match rows.remove(&entry.id) {
                    Some(partners) => drop(held.insert(entry.id, partners)),
                    None => drop(held.remove(&entry.id)),
                }
            }
        });
    }

    /// To be called once they are: what went is forgotten.
    pub(super) fn after(&self, changes: &[Change]) {
        self.each(changes, |held, action| {
            if let Action::Remove { entry, .. } = action {
                held.remove(entry);
            }
        });
    }

    fn each(&self, changes: &[Change], mut keep: impl FnMut(&mut ByEntry, &Action)) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        changes.iter().for_each(|change| keep(&mut held, &change.action));
    }
}

/// Works out anew from whom standing entries are withheld, after their claims changed; each with the number of the
/// first change that was written for that.
pub(super) async fn settle(on: &mut Session, changed: &HashMap<EntryId, u64>) -> Result<(), StorageError> {
    let ids: Vec<EntryId> = changed.keys().copied().collect();
    let (wanted, held) = (queries::wanted(on, &ids).await?, queries::held(on, &ids).await?);
    for (entry, partner) in held.difference(&wanted) {
        queries::show(on, *entry, *partner).await?;
    }
    let new: Vec<_> = wanted.difference(&held).map(|&(entry, partner)| (entry, partner, changed[&entry])).collect();
    queries::hide(on, &new).await
}

/// See [`super::welcome`].
pub(super) async fn welcome(on: &mut Session, partner: PartnerId) -> Result<(), StorageError> {
    entries::lock(on).await?;
    queries::withhold_from_newcomer(on, partner).await
}

struct Withhold<'a> {
    claim: [u8; 16],
    audience: Audience<'a>,
    now: Time,
}

impl Transact for Withhold<'_> {
    const NAME: &'static str = "withhold";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        let head = entries::lock(on).await?;
        let entry = *claims::entries_of(on, &[self.claim]).await?.get(&self.claim).ok_or(BankError::NoClaim)?;
        let from = self.audience.others(on).await?;
        claims::set_newcomers(on, &self.claim, self.audience.takes_newcomers()).await?;
        if queries::wanted_by(on, &self.claim).await? == from {
            return Ok(head);
        }
        forget(on, &self.claim).await?;
        let list: Vec<PartnerId> = from.into_iter().collect();
        want(on, &[self.claim], &list).await?;
        let row = entries::entry(on, entry, None).await?.ok_or(StorageError::Damaged("a claim on nothing"))?;
        if row.status == exchange::Status::Withdrawn {
            return Ok(head);
        }
        entries::update_entry(on, entry, row.tier, row.status, head + 1).await?;
        settle::write(on, &row, head + 1, self.now, None).await?;
        settle(on, &HashMap::from([(entry, head + 1)])).await?;
        Ok(head + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::RemoveReason;

    #[test]
    fn what_went_is_withheld_until_the_index_has_let_it_go() {
        let (entry, partner) = (EntryId::from_bytes([1; 16]), PartnerId::from_bytes([2; 16]));
        let withheld = Withheld::new(ByEntry::from([(entry, vec![partner])]));
        let action = Action::Remove { entry, reason: RemoveReason::PersonAsked };
        let changes = [Change { seq: 1, at: Time::from_micros(0), action }];
        withheld.before(&changes, ByEntry::new());
        assert!(withheld.is_from(entry, partner) && !withheld.is_from(entry, PartnerId::from_bytes([3; 16])));
        withheld.after(&changes);
        assert!(!withheld.is_from(entry, partner));
    }
}
