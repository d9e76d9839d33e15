//! Fingerprints at rest: sealed for their entry, and a keyed digest by which an equal one is found.
//!
//! Plain form inside the envelope of a fingerprint: `kind code (1) || quality or 255 (1) || value (16 or 32)`. All views
//! of an entry share one envelope: `255 (1) || (view (1) || value (32)) ..`. The context is the entry's id, so that an
//! envelope moved to another entry does not open.

use exchange::{Contribution, EntryId, Fingerprint, Kind, View};
use rand::Rng;
use sealing::{DIGEST_BYTES, NodeKey};

use super::model::BankError;

const QUALITY_UNKNOWN: u8 = 255;
/// Where a fingerprint has the code of its kind. Also the row's kind and place.
pub(super) const VIEWS: u8 = 255;

/// What an envelope holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// One fingerprint.
    Fingerprint(Fingerprint),
    /// All views.
    Views(Vec<View>),
}

/// By what an entry is recognised.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) views: Vec<View>,
}

/// Seals one fingerprint of an entry.
pub(super) fn seal(key: &NodeKey, entry: EntryId, fingerprint: &Fingerprint, rng: &mut impl Rng) -> Vec<u8> {
    let mut plain = vec![fingerprint.kind().code(), fingerprint.quality().unwrap_or(QUALITY_UNKNOWN)];
    plain.extend_from_slice(fingerprint.bytes());
    key.seal(entry.as_bytes(), &plain, rng)
}

/// Seals all views of an entry.
pub(super) fn seal_views(key: &NodeKey, entry: EntryId, views: &[View], rng: &mut impl Rng) -> Vec<u8> {
    let mut plain = vec![VIEWS];
    for view in views {
        plain.push(view.code);
        plain.extend_from_slice(&view.hash);
    }
    key.seal(entry.as_bytes(), &plain, rng)
}

/// Opens an envelope of an entry.
pub(super) fn open(key: &NodeKey, entry: EntryId, sealed: &[u8]) -> Option<Part> {
    let plain = key.open(entry.as_bytes(), sealed).ok()?;
    if let Some((&VIEWS, rest)) = plain.split_first() {
        let (views, []) = rest.as_chunks::<33>() else { return None };
        let view = |&[code, ref hash @ ..]: &[u8; 33]| View { code, hash: *hash };
        return Some(Part::Views(views.iter().map(view).collect()));
    }
    let (&[kind, quality], bytes) = plain.split_first_chunk()?;
    let quality = (quality != QUALITY_UNKNOWN).then_some(quality);
    Fingerprint::from_parts(Kind::from_code(kind)?, bytes, quality).map(Part::Fingerprint)
}

/// Opens all envelopes of an entry.
pub(super) fn open_all(key: &NodeKey, entry: EntryId, sealed: &[Vec<u8>]) -> Result<Marks, BankError> {
    let mut marks = Marks::default();
    for one in sealed {
        match open(key, entry, one).ok_or(BankError::Sealed(entry))? {
            Part::Fingerprint(fingerprint) => marks.fingerprints.push(fingerprint),
            Part::Views(views) => marks.views = views,
        }
    }
    Ok(marks)
}

/// Digest of an entry's views: only so that the row has one; nobody looks for it.
pub(super) fn views_digest(key: &NodeKey, views: &[View]) -> [u8; DIGEST_BYTES] {
    let parts: Vec<&[u8]> =
        std::iter::once(&[VIEWS][..]).chain(views.iter().map(|view| view.hash.as_slice())).collect();
    key.digest(&parts)
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
            assert_eq!(open(&key, mine, &sealed), Some(Part::Fingerprint(fingerprint)));
            assert_eq!(open(&key, other, &sealed), None);
        }
        let views = vec![View { code: 1, hash: [3; 32] }, View { code: 255, hash: [255; 32] }];
        let sealed = seal_views(&key, mine, &views, &mut rng);
        assert_eq!(open(&key, mine, &sealed), Some(Part::Views(views)));
        assert_eq!(open(&key, other, &sealed), None);
    }

    #[test]
    fn the_same_content_in_another_order_is_the_same_and_in_another_class_is_not() {
        let key = NodeKey::generate(&mut StdRng::seed_from_u64(1));
        let (a, b) = (Fingerprint::Md5([1; 16]), Fingerprint::Sha256([2; 32]));
        let make = |class, fingerprints| Contribution { class, tier: Tier::Reported, fingerprints, views: Vec::new() };
        let first = content_digest(&key, &make(Class::Minor, vec![a.clone(), b.clone()]));
        assert_eq!(first, content_digest(&key, &make(Class::Minor, vec![b.clone(), a.clone()])));
        assert_ne!(first, content_digest(&key, &make(Class::Adult, vec![a, b])));
    }
}
