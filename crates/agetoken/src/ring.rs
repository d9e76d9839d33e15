//! The keys of one issuer as its log tells them, and the rules that the log must keep.

use std::collections::BTreeMap;

use crate::challenge::IssuerName;
use crate::entry::KeyEntry;
use crate::epoch::Epoch;
use crate::key::{IssuerKey, KeyId};
use crate::threshold::Threshold;

/// Every key that a log holds, and whether it still is one.
#[derive(Clone, Debug)]
pub struct KeyRing {
    issuer: IssuerName,
    keys: BTreeMap<KeyId, Held>,
}

#[derive(Clone, Debug)]
struct Held {
    threshold: Threshold,
    epoch: Epoch,
    key: IssuerKey,
    is_revoked: bool,
}

/// A log that breaks its rules: nothing of it is believed any more, until somebody has explained it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RingError {
    /// Two keys for one threshold and week: one could be for a single person.
    #[error("two keys for {0} in week {1}: one of them may be made for a single person")]
    TwoKeys(Threshold, Epoch),
    /// One key under two thresholds or weeks.
    #[error("the same key a second time, for {0} in week {1}")]
    Again(Threshold, Epoch),
    /// Two keys that are valid at the same time have ids which end with the same byte: requests could not tell them apart.
    #[error("the key for {0} in week {1} ends like another of its time")]
    Alike(Threshold, Epoch),
    /// Taking back what was not there.
    #[error("a key is revoked that was never published, or not as it says")]
    Unknown,
    /// An entry of another issuer.
    #[error("an entry of the issuer {0} in a log that is not its")]
    OtherIssuer(IssuerName),
}

impl KeyRing {
    /// No keys yet.
    pub const fn new(issuer: IssuerName) -> Self {
        Self { issuer, keys: BTreeMap::new() }
    }

    /// Whose keys they are.
    pub const fn issuer(&self) -> &IssuerName {
        &self.issuer
    }

    /// Takes the log's next entry in. After an error nothing was taken in.
    pub fn apply(&mut self, entry: &KeyEntry) -> Result<(), RingError> {
        match entry {
            KeyEntry::Published { issuer, threshold, epoch, key } => {
                self.check_issuer(issuer)?;
                if self.keys.contains_key(&key.id()) {
                    return Err(RingError::Again(*threshold, *epoch));
                }
                for held in self.keys.values().filter(|held| !held.is_revoked) {
                    if (held.threshold, held.epoch) == (*threshold, *epoch) {
                        return Err(RingError::TwoKeys(*threshold, *epoch));
                    }
                    // A week's keys are asked for beside those of the week before and after.
                    let is_near = held.epoch.0.abs_diff(epoch.0) <= 1;
                    if is_near && held.key.id().truncated() == key.id().truncated() {
                        return Err(RingError::Alike(*threshold, *epoch));
                    }
                }
                let held = Held { threshold: *threshold, epoch: *epoch, key: (**key).clone(), is_revoked: false };
                self.keys.insert(key.id(), held);
            }
            KeyEntry::Revoked { issuer, threshold, epoch, key_id } => {
                self.check_issuer(issuer)?;
                let held = self.keys.get_mut(key_id).filter(|held| !held.is_revoked);
                let held = held.filter(|held| (held.threshold, held.epoch) == (*threshold, *epoch));
                held.ok_or(RingError::Unknown)?.is_revoked = true;
            }
        }
        Ok(())
    }

    fn check_issuer(&self, issuer: &IssuerName) -> Result<(), RingError> {
        if *issuer == self.issuer { Ok(()) } else { Err(RingError::OtherIssuer(issuer.clone())) }
    }

    /// The key with this whole id, unless it was revoked: which threshold and week it is for.
    pub fn find(&self, id: &KeyId) -> Option<(Threshold, Epoch, &IssuerKey)> {
        let held = self.keys.get(id).filter(|held| !held.is_revoked)?;
        Some((held.threshold, held.epoch, &held.key))
    }

    /// The one key of a threshold and week.
    pub fn key(&self, threshold: Threshold, epoch: Epoch) -> Option<&IssuerKey> {
        self.live().find(|(of, week, _)| (*of, *week) == (threshold, epoch)).map(|(_, _, key)| key)
    }

    /// Every key that was not revoked.
    pub fn live(&self) -> impl Iterator<Item = (Threshold, Epoch, &IssuerKey)> {
        self.keys.values().filter(|held| !held.is_revoked).map(|held| (held.threshold, held.epoch, &held.key))
    }
}
