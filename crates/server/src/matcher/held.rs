//! An entry as a matcher keeps it: what matching needs and nothing more, sealed in one envelope.
//!
//! Plain form inside the envelope: `version (1) || class || tier || status || block radius or 255`, then for each
//! fingerprint `kind || quality or 255 || value (16 or 32)` and for each view `255 || code || value (32)`. Where an entry came from and when is not kept. The context
//! is the entry's id and the upstream's number, so that an envelope moved to another row does not open.

use exchange::{Class, Entry, EntryId, Fingerprint, Kind, Status, Tier, Time, View};
use rand::Rng;
use sealing::NodeKey;

const VERSION: u8 = 1;
const NONE: u8 = 255;
/// Where a fingerprint has its kind.
const VIEW: u8 = 255;
const HEADER_BYTES: usize = 5;

/// Seals an entry for its row.
pub(super) fn seal(key: &NodeKey, upstream: i64, entry: &Entry, rng: &mut impl Rng) -> Vec<u8> {
    let mut plain = Vec::with_capacity(HEADER_BYTES + (entry.fingerprints.len() + entry.views.len()) * 34);
    plain.extend([VERSION, entry.class.code(), entry.tier.code(), entry.status.code()]);
    plain.push(entry.block_radius.unwrap_or(NONE));
    for fingerprint in &entry.fingerprints {
        plain.extend([fingerprint.kind().code(), fingerprint.quality().unwrap_or(NONE)]);
        plain.extend_from_slice(fingerprint.bytes());
    }
    for view in &entry.views {
        plain.extend([VIEW, view.code]);
        plain.extend_from_slice(&view.hash);
    }
    key.seal(&context(upstream, entry.id), &plain, rng)
}

/// Opens an entry; `None` when the envelope or what is in it is damaged.
pub(super) fn open(key: &NodeKey, upstream: i64, id: EntryId, sealed: &[u8]) -> Option<Entry> {
    let plain = key.open(&context(upstream, id), sealed).ok()?;
    let (&[version, class, tier, status, radius], mut rest) = plain.split_first_chunk()?;
    let (mut fingerprints, mut views) = (Vec::new(), Vec::new());
    while let Some((&[kind, quality], values)) = rest.split_first_chunk() {
        if kind == VIEW {
            let (hash, more) = values.split_first_chunk()?;
            views.push(View { code: quality, hash: *hash });
            rest = more;
            continue;
        }
        let kind = Kind::from_code(kind)?;
        let (value, more) = values.split_at_checked(kind.bytes_len())?;
        fingerprints.push(Fingerprint::from_parts(kind, value, (quality != NONE).then_some(quality))?);
        rest = more;
    }
    (version == VERSION && rest.is_empty()).then_some(Entry {
        id,
        class: Class::from_code(class)?,
        tier: Tier::from_code(tier)?,
        status: Status::from_code(status)?,
        fingerprints,
        views,
        block_radius: (radius != NONE).then_some(radius),
        origin: String::new(),
        created_at: Time::from_micros(0),
    })
}

fn context(upstream: i64, entry: EntryId) -> [u8; 24] {
    let mut context = [0; 24];
    context[..16].copy_from_slice(entry.as_bytes());
    context[16..].copy_from_slice(&upstream.to_be_bytes());
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn an_entry_opens_in_its_row_alone_and_without_its_origin() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = NodeKey::generate(&mut rng);
        let mut entry = Entry {
            id: EntryId::from_bytes([3; 16]),
            class: Class::Adult,
            tier: Tier::Verified,
            status: Status::Disputed,
            fingerprints: vec![
                Fingerprint::Pdq { hash: [7; 32], quality: Some(99) },
                Fingerprint::Pdq { hash: [8; 32], quality: None },
                Fingerprint::Md5([9; 16]),
                Fingerprint::Sha256([10; 32]),
            ],
            views: vec![View { code: 1, hash: [11; 32] }, View { code: 254, hash: [12; 32] }],
            block_radius: Some(24),
            origin: "hotline".into(),
            created_at: Time::from_micros(5),
        };
        let sealed = seal(&key, 1, &entry, &mut rng);
        assert_eq!(open(&key, 2, entry.id, &sealed), None);
        assert_eq!(open(&key, 1, EntryId::from_bytes([4; 16]), &sealed), None);
        (entry.origin, entry.created_at) = (String::new(), Time::from_micros(0));
        assert_eq!(open(&key, 1, entry.id, &sealed), Some(entry));
    }
}
