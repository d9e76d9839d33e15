//! Fingerprints at rest: sealed for their entry, and a keyed digest by which an equal one is found.
//!
//! Plain form inside the envelope: `kind code (1) || quality or 255 (1) || value (16 or 32)`. The context is the
//! entry's id, so that an envelope moved to another entry does not open.

use exchange::{Contribution, EntryId, Fingerprint, Kind};
use rand::Rng;
use sealing::{DIGEST_BYTES, NodeKey};

use super::model::BankError;

const QUALITY_UNKNOWN: u8 = 255;

/// Seals one fingerprint of an entry.
pub(crate) fn seal(key: &NodeKey, entry: EntryId, fingerprint: &Fingerprint, rng: &mut impl Rng) -> Vec<u8> {
    let mut plain = vec![fingerprint.kind().code(), fingerprint.quality().unwrap_or(QUALITY_UNKNOWN)];
    plain.extend_from_slice(fingerprint.bytes());
    key.seal(entry.as_bytes(), &plain, rng)
}

/// Opens one fingerprint of an entry.
pub(crate) fn open(key: &NodeKey, entry: EntryId, sealed: &[u8]) -> Option<Fingerprint> {
    let plain = key.open(entry.as_bytes(), sealed).ok()?;
    let (&[kind, quality], bytes) = plain.split_first_chunk()?;
    Fingerprint::from_parts(Kind::from_code(kind)?, bytes, (quality != QUALITY_UNKNOWN).then_some(quality))
}

/// Opens all fingerprints of an entry.
pub(super) fn open_all(key: &NodeKey, entry: EntryId, sealed: &[Vec<u8>]) -> Result<Vec<Fingerprint>, BankError> {
    sealed.iter().map(|one| open(key, entry, one).ok_or(BankError::Sealed(entry))).collect()
}

/// Finds equal fingerprints; the quality is not part of it.
pub(super) fn fingerprint_digest(key: &NodeKey, fingerprint: &Fingerprint) -> [u8; DIGEST_BYTES] {
    key.digest(&[&[fingerprint.kind().code()], fingerprint.bytes()])
}

/// Finds equal contributions of one partner: class and fingerprints, whatever their order and quality.
pub(super) fn content_digest(key: &NodeKey, contribution: &Contribution) -> [u8; DIGEST_BYTES] {
    let mut parts: Vec<Vec<u8>> = contribution
        .fingerprints
        .iter()
        .map(|fingerprint| [&[fingerprint.kind().code()], fingerprint.bytes()].concat())
        .collect();
    parts.sort_unstable();
    let class = [contribution.class.code()];
    let parts: Vec<&[u8]> = std::iter::once(&class[..]).chain(parts.iter().map(Vec::as_slice)).collect();
    key.digest(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::{Class, Tier};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_fingerprint_opens_for_its_entry_alone() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = NodeKey::generate(&mut rng);
        let (mine, other) = (EntryId::from_bytes([1; 16]), EntryId::from_bytes([2; 16]));
        for fingerprint in [
            Fingerprint::Pdq { hash: [7; 32], quality: None },
            Fingerprint::Pdq { hash: [7; 32], quality: Some(100) },
            Fingerprint::Sha256([8; 32]),
            Fingerprint::Md5([9; 16]),
        ] {
            let sealed = seal(&key, mine, &fingerprint, &mut rng);
            assert_eq!(open(&key, mine, &sealed), Some(fingerprint));
            assert_eq!(open(&key, other, &sealed), None);
        }
    }

    #[test]
    fn the_same_content_in_another_order_is_the_same_and_in_another_class_is_not() {
        let key = NodeKey::generate(&mut StdRng::seed_from_u64(1));
        let (a, b) = (Fingerprint::Md5([1; 16]), Fingerprint::Sha256([2; 32]));
        let make = |class, fingerprints| Contribution { class, tier: Tier::Reported, fingerprints };
        let first = content_digest(&key, &make(Class::Minor, vec![a.clone(), b.clone()]));
        assert_eq!(first, content_digest(&key, &make(Class::Minor, vec![b.clone(), a.clone()])));
        assert_ne!(first, content_digest(&key, &make(Class::Adult, vec![a, b])));
    }
}
