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
    pub async fn withhold(&self, _: &Portal, claim: [u8; 16], from: &[PartnerId]) -> Result<u64, BankError> {
        let from: HashSet<PartnerId> = from.iter().copied().collect();
        let seq = self.database.run(&Withhold { claim, from, now: self.clock.now() }).await?;
        self.stir();
        self.live.wait_for(seq).await;
        Ok(seq)
    }

    /// What a viewer is shown of the live index, as it stands when it is asked.
    pub fn shows(&self, viewer: Viewer) -> impl Fn(EntryId, Class, Tier) -> bool + Send + Sync + 'static {
        let withheld = self.withheld.clone();
        move |entry, class, tier| {
            viewer.agreement.sees(class, tier) && viewer.partner.is_none_or(|partner| !withheld.is_from(entry, partner))
        }
    }
}

/// From whom the entries of the live index are withheld.
#[derive(Default)]
pub(super) struct Withheld(RwLock<ByEntry>);

impl Withheld {
    pub(super) fn new(all: ByEntry) -> Self {
        Self(RwLock::new(all))
    }

    fn is_from(&self, entry: EntryId, partner: PartnerId) -> bool {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.get(&entry).is_some_and(|partners| partners.contains(&partner))
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
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
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

struct Withhold {
    claim: [u8; 16],
    from: HashSet<PartnerId>,
    now: Time,
}

impl Transact for Withhold {
    const NAME: &'static str = "withhold";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        let head = entries::lock(on).await?;
        let entry = *claims::entries_of(on, &[self.claim]).await?.get(&self.claim).ok_or(BankError::NoClaim)?;
        if queries::wanted_by(on, &self.claim).await? == self.from {
            return Ok(head);
        }
        forget(on, &self.claim).await?;
        let list: Vec<PartnerId> = self.from.iter().copied().collect();
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
