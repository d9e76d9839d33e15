//! Rows as values, and what can go wrong with them.

use exchange::{BlockRadius, Class, ContributionError, Entry, EntryId, PartnerId, Status, Tier, Time};

use super::sealed::Marks;
use crate::access::Viewer;
use crate::compute::BrokenOff;
use crate::http::ClientError;
use crate::storage::{StorageError, Transient};

/// Why the bank did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The database belongs to another key. Give the key that it was set up with; there is no other way in.
    #[error("this database was sealed with another node key; give the key it was set up with")]
    WrongKey,
    /// A sealed value does not open although the key is right: damaged or moved. Restore a backup.
    #[error("a fingerprint of entry {0} does not open; the database is damaged, restore a backup")]
    Sealed(EntryId),
    /// A contribution cannot be an entry. Positions count from 0.
    #[error("entry {0}: {1}")]
    Contribution(usize, ContributionError),
    /// None or too many. Split the call.
    #[error("a call has 1 to {most} entries, not {0}", most = exchange::ENTRIES_PER_CALL_MAX)]
    Count(usize),
    /// The agreement does not let the partner contribute that. Ask for another agreement or a lower tier.
    #[error("entry {position}: your agreement does not let you contribute {class} at tier {tier}")]
    NotAgreed {
        /// Which, from 0.
        position: usize,
        /// Its class.
        class: Class,
        /// Its tier.
        tier: Tier,
    },
    /// The idempotency key was used for another body. Use a new key for a new call.
    #[error("this Idempotency-Key was used with another body; use a new one")]
    OtherBody,
    /// No such entry, or one that the caller may not know of.
    #[error("no entry {0}")]
    Unknown(EntryId),
    /// Only its contributor takes an entry back. Dispute it instead.
    #[error("entry {0} was contributed by another partner; dispute it instead")]
    NotYours(EntryId),
    /// Not one claim for each contribution. A defect of the caller.
    #[error("{0} contributions came with {1} claims; each has one")]
    Claims(usize, usize),
    /// This claim was made on other content before. Make a new one at random.
    #[error("entry {0}: its claim stands for other content; make a new claim")]
    ClaimTaken(usize),
    /// No such claim: it was never made, or released more than a day ago.
    #[error("there is no such claim")]
    NoClaim,
    /// What a reader of a list is shown has changed since it began. Fetch the list from the beginning.
    #[error("what you are shown has changed since you began; fetch everything from the beginning")]
    OtherAgreement,
    /// A withdrawn entry cannot be disputed.
    #[error("entry {0} is withdrawn")]
    Withdrawn(EntryId),
    /// See [`BrokenOff`]. Send it again.
    #[error(transparent)]
    BrokenOff(#[from] BrokenOff),
    /// See [`ClientError`].
    #[error(transparent)]
    Client(#[from] ClientError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for BankError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// Entries of one class, tier and status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The class.
    pub class: Class,
    /// The tier.
    pub tier: Tier,
    /// The status.
    pub status: Status,
    /// How many.
    pub entries: u64,
}

/// An entry without its fingerprints.
#[derive(Clone, Debug)]
pub(super) struct EntryRow {
    pub(super) id: EntryId,
    pub(super) contributor: PartnerId,
    pub(super) origin: String,
    pub(super) class: Class,
    pub(super) tier: Tier,
    pub(super) status: Status,
    pub(super) last_seq: u64,
    pub(super) created_at: Time,
    /// The change from which on it is withheld from whoever it was read for; `None`: it is not.
    pub(super) withheld_since: Option<u64>,
}

impl EntryRow {
    /// Whether its reader, for whom the row was read, may know of it: it contributed it, or is shown it.
    pub(super) fn is_known_to(&self, viewer: &Viewer) -> bool {
        let is_shown = viewer.agreement.sees(self.class, self.tier) && self.withheld_since.is_none();
        viewer.partner == Some(self.contributor) || is_shown
    }

    pub(super) fn into_entry(self, marks: Marks, block_radius: BlockRadius) -> Entry {
        Entry {
            id: self.id,
            class: self.class,
            tier: self.tier,
            status: self.status,
            fingerprints: marks.fingerprints,
            views: marks.views,
            block_radius: block_radius.of(self.class, self.tier, self.status),
            origin: self.origin,
            created_at: self.created_at,
        }
    }
}
