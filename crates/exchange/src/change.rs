//! The feed: changes in the order in which they were committed, and the snapshot that saves reading all of them.
//!
//! Sequence numbers start at 1, have no holes in the bank and never go back. A page covers every number from its
//! `after` (exclusive) to its `through` (inclusive); numbers that it does not list are either superseded by a later
//! change of the same entry or about entries that the reader's agreement does not show.

use serde::{Deserialize, Serialize};

use crate::entry::named;
use crate::{Entry, EntryId, Time};

named! {
    /// Why an entry went.
    RemoveReason {
        /// The person took it back.
        PersonAsked = 0, "person_asked";
        /// It should never have been listed.
        Mistaken = 1, "mistaken";
        /// Its time was over.
        Expired = 2, "expired";
        /// A court or a law said so.
        Legal = 3, "legal";
        /// Another entry stands for it.
        Duplicate = 4, "duplicate";
        /// Only in the feed: the entry may stand, but this reader is no longer shown it.
        NotShared = 5, "not_shared";
    }
}

/// One step of the bank.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// Its place in the sequence, from 1.
    #[schema(minimum = 1)]
    pub seq: u64,
    /// When it was written. Clocks may be set back; `seq` never is.
    pub at: Time,
    /// What it did.
    #[serde(flatten)]
    pub action: Action,
}

/// What a change did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The entry is now as given; what was known of it before is replaced.
    Put(Box<Entry>),
    /// The entry is to be forgotten.
    Remove {
        /// Which.
        entry: EntryId,
        /// Why.
        reason: RemoveReason,
    },
}

impl Action {
    /// The entry that it is about.
    pub const fn entry(&self) -> EntryId {
        match self {
            Self::Put(entry) => entry.id,
            Self::Remove { entry, .. } => *entry,
        }
    }
}

/// A stretch of the feed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChangePage {
    /// By ascending `seq`.
    pub changes: Vec<Change>,
    /// This page covers every number up to here: ask for `after=through` next.
    pub through: u64,
    /// The last number committed when the page was read; `through == head` means up to date.
    pub head: u64,
    /// Names what the reader is shown and how advice is worked out. When it changes, take a new snapshot.
    pub agreement: String,
}

/// First line of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SnapshotHeader {
    /// The snapshot is the active bank at this number, less entries that changed after it: the feed after `seq`
    /// brings those. Applying that feed to it gives the bank exactly.
    pub seq: u64,
    /// As in [`ChangePage::agreement`].
    pub agreement: String,
}

/// A line of a snapshot (newline-delimited JSON).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotLine {
    /// The first line.
    Header(SnapshotHeader),
    /// One entry, by ascending id. To resume after a cut: the same `at`, and `after` = the last id received.
    Entry(Box<Entry>),
    /// The last line; without it the snapshot was cut short.
    End {
        /// Entries sent by this answer.
        entries: u64,
    },
}

/// What a partner says it has applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CursorReport {
    /// Every change up to and with this one is in force at the partner.
    pub seq: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, Status, Tier};

    #[test]
    fn a_change_reads_as_put_or_remove_beside_its_number() {
        let id = EntryId::from_bytes([7; 16]);
        let at = Time::from_micros(0);
        let remove = Change { seq: 3, at, action: Action::Remove { entry: id, reason: RemoveReason::PersonAsked } };
        let text = serde_json::to_string(&remove).unwrap();
        assert_eq!(
            text,
            r#"{"seq":3,"at":"1970-01-01T00:00:00.000000Z","remove":{"entry":"07070707-0707-0707-0707-070707070707","reason":"person_asked"}}"#
        );
        assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), remove);
        let put = Change {
            seq: 4,
            at,
            action: Action::Put(Box::new(Entry {
                id,
                class: Class::Adult,
                tier: Tier::Verified,
                status: Status::Active,
                fingerprints: vec![],
                views: vec![],
                block_radius: Some(31),
                origin: "a".into(),
                created_at: at,
            })),
        };
        assert_eq!(serde_json::from_str::<Change>(&serde_json::to_string(&put).unwrap()).unwrap(), put);
    }
}
