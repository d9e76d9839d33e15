//! What a record of another system is on a matcher: an entry of its own.

use exchange::{BlockRadius, Contribution, Entry, EntryId, Status, Time};
use rand::Rng;
use sealing::NodeKey;

use crate::follow::RecordDigest;
use crate::matcher::held;

/// The beginning of the ids of such entries. No node gives such, and no bank of the platform's own has them.
const THEIRS: [u8; 4] = [0, 0, 0, 1];
/// Ends the context of an envelope, where entries of nodes have the number of their node, which is never this.
const CONTEXT: i64 = i64::from_be_bytes(*b"sourced\0");

/// The id that a record has for as long as its source lists it: of its keyed digest, so that it says nothing of the record.
pub(super) fn entry_of(record: &RecordDigest) -> EntryId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&THEIRS);
    bytes[4..].copy_from_slice(&record[..12]);
    // Of version 8, of our own making; those of nodes are of version 7.
    (bytes[6], bytes[8]) = ((bytes[6] & 0x0f) | 0x80, (bytes[8] & 0x3f) | 0x80);
    EntryId::from_bytes(bytes)
}

/// Whether an entry is, or was, a record of another system.
pub(in crate::matcher) fn is_theirs(entry: EntryId) -> bool {
    let bytes = entry.as_bytes();
    bytes[..4] == THEIRS && bytes[6] & 0xf0 == 0x80
}

/// A record as it is matched.
pub(super) fn entry(record: &RecordDigest, contribution: Contribution, radius: &BlockRadius) -> Entry {
    let Contribution { class, tier, fingerprints, views } = contribution;
    let status = Status::Active;
    Entry {
        id: entry_of(record),
        class,
        tier,
        status,
        fingerprints,
        views,
        block_radius: radius.of(class, tier, status),
        origin: String::new(),
        created_at: Time::from_micros(0),
    }
}

/// For its row.
pub(super) fn seal(key: &NodeKey, entry: &Entry, rng: &mut impl Rng) -> Vec<u8> {
    held::seal(key, CONTEXT, entry, rng)
}

/// From its row; `None` when it is damaged.
pub(super) fn open(key: &NodeKey, id: EntryId, sealed: &[u8]) -> Option<Entry> {
    held::open(key, CONTEXT, id, sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::banks::content_of;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_record_has_one_id_that_nothing_else_has() {
        for record in [[0; 32], [0xff; 32], [7; 32]] {
            let id = entry_of(&record);
            assert_eq!((id, is_theirs(id), content_of(id)), (entry_of(&record), true, None));
        }
        assert_ne!(entry_of(&[1; 32]), entry_of(&[2; 32]));
        for time in [0, 1 << 16, i64::from(u32::MAX)] {
            let of_node = EntryId::new(Time::from_micros(time * 1_000), &mut StdRng::seed_from_u64(1));
            assert!(!is_theirs(of_node), "{of_node}");
        }
    }
}
