//! What a platform banks for itself, and how it lies in the file.

use exchange::dialects::hma::Signals;
use exchange::{Class, Entry, EntryId, Fingerprint, Status, Tier, Time, View};
use rand::Rng;
use sealing::NodeKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The first half of the ids of entries that are contents of own banks. No node gives such: theirs are of version 7.
const OWN: [u8; 8] = [0, 0, 0, 0, 0, 0, 0x80, 0];
/// Begins the second half, so that it is an id like others.
const VARIANT: u64 = 0x80 << 56;
/// Ends the context of an envelope; those of entries end in the number of a node, which is never this.
const CONTEXT: &[u8; 8] = b"contents";

/// A content: by what it is recognised, and what was said about it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(in crate::matcher) struct Content {
    /// What HMA shows of it.
    pub(in crate::matcher) signals: Map<String, Value>,
    /// Digests of the very file, where it was one.
    #[serde(default)]
    pub(in crate::matcher) beside: Vec<Fingerprint>,
    #[serde(default)]
    pub(in crate::matcher) views: Vec<View>,
    #[serde(default)]
    pub(in crate::matcher) note: Option<String>,
    #[serde(default)]
    pub(in crate::matcher) metadata: Option<Map<String, Value>>,
}

impl Content {
    /// A content known by these signals.
    pub(in crate::matcher) fn of(signals: &Signals) -> Self {
        let signals = match serde_json::to_value(signals) {
            Ok(Value::Object(signals)) => signals,
            _ => Map::new(),
        };
        Self { signals, ..Self::default() }
    }

    /// Its signals again.
    pub(in crate::matcher) fn signals(&self) -> Signals {
        Signals::read(&self.signals, &[]).unwrap_or_default()
    }

    /// As it is matched. Nobody's analysts have looked, so it is for review; what the platform does about its own
    /// banks it decides by their names.
    pub(super) fn entry(&self, id: u64) -> Entry {
        let signals = self.signals();
        let mut fingerprints: Vec<Fingerprint> = signals.iter().map(|(_, signal)| signal.clone()).collect();
        fingerprints
            .extend(self.beside.iter().filter(|one| !signals.iter().any(|(_, signal)| signal == *one)).cloned());
        Entry {
            id: entry_of(id),
            class: Class::Adult,
            tier: Tier::Reported,
            status: Status::Active,
            fingerprints,
            views: self.views.clone(),
            block_radius: None,
            origin: String::new(),
            created_at: Time::from_micros(0),
        }
    }

    pub(super) fn seal(&self, key: &NodeKey, id: u64, rng: &mut impl Rng) -> Option<Vec<u8>> {
        Some(key.seal(&context(id), &serde_json::to_vec(self).ok()?, rng))
    }

    pub(super) fn open(key: &NodeKey, id: u64, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&key.open(&context(id), sealed).ok()?).ok()
    }
}

fn context(id: u64) -> [u8; 16] {
    let mut context = [0; 16];
    context[..8].copy_from_slice(&id.to_be_bytes());
    context[8..].copy_from_slice(CONTEXT);
    context
}

/// The entry that a content of an own bank is in the index.
pub(in crate::matcher) fn entry_of(content: u64) -> EntryId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&OWN);
    bytes[8..].copy_from_slice(&(VARIANT | content).to_be_bytes());
    EntryId::from_bytes(bytes)
}

/// The content that an entry is, if it is one of an own bank.
pub(in crate::matcher) fn content_of(entry: EntryId) -> Option<u64> {
    let (own, number) = entry.as_bytes().split_at(8);
    let number = u64::from_be_bytes(number.try_into().ok()?);
    (own == OWN).then_some(number & !VARIANT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use serde_json::json;

    #[test]
    fn a_content_and_its_entry_know_each_other_and_strangers_are_none() {
        for id in [1, 7, (1 << 53) - 1] {
            assert_eq!(content_of(entry_of(id)), Some(id));
        }
        let id = EntryId::new(Time::from_micros(5), &mut StdRng::seed_from_u64(1));
        assert_eq!(content_of(id), None);
    }

    #[test]
    fn a_content_opens_in_its_row_alone() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = NodeKey::generate(&mut rng);
        let signals = json!({"pdq": "0f".repeat(32), "video_md5": "ab".repeat(16)});
        let content = Content {
            beside: vec![Fingerprint::Md5([0xab; 16]), Fingerprint::Sha256([1; 32])],
            note: Some("seen in chat".into()),
            ..Content::of(&Signals::read(signals.as_object().unwrap(), &[]).unwrap())
        };
        let sealed = content.seal(&key, 7, &mut rng).unwrap();
        assert_eq!(Content::open(&key, 7, &sealed), Some(content.clone()));
        assert_eq!(Content::open(&key, 8, &sealed), None);
        let entry = content.entry(7);
        assert_eq!((entry.fingerprints.len(), entry.block_radius), (3, None), "each once, for review");
    }
}
