//! Signals: `pdq` of a picture, `video_md5` of a video file; what was met, and what is said about the index.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::shortened;
use crate::{Fingerprint, FingerprintError, Kind, hex};

/// PDQ hashes are the same picture up to this distance, as everywhere in HMA.
pub const COMPARED_DISTANCE_MAX: u32 = 31;

/// A kind of signal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SignalType {
    /// PDQ of a picture, 64 hex digits.
    Pdq,
    /// MD5 of a video file, 32 hex digits.
    VideoMd5,
}

/// Why a signal is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignalError {
    /// Not one of the two. Leave it out.
    #[error("no such signal type: {0:?}; there are pdq and video_md5")]
    Type(String),
    /// Not the digits that it should be, or of a picture too plain to be banked.
    #[error("invalid {} signal: {}", .0.name(), .1)]
    Value(SignalType, FingerprintError),
    /// Neither. Send one.
    #[error("no signals given: send pdq, video_md5 or both")]
    None,
    /// Two are compared.
    #[error("exactly two signals of a type are compared")]
    NotTwo,
}

impl SignalType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pdq, Self::VideoMd5];

    /// As HMA calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdq => "pdq",
            Self::VideoMd5 => "video_md5",
        }
    }

    /// The type that HMA calls so.
    pub fn from_name(name: &str) -> Result<Self, SignalError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| SignalError::Type(shortened(name)))
    }

    /// The content type that it is a signal of.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdq => "photo",
            Self::VideoMd5 => "video",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Pdq => Kind::Pdq,
            Self::VideoMd5 => Kind::Md5,
        }
    }
}

/// The signals of one content: at most one of each type.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Signals {
    /// Of a picture.
    pub pdq: Option<Fingerprint>,
    /// Of a video file.
    pub video_md5: Option<Fingerprint>,
}

impl Signals {
    /// The signals of a JSON object; its other keys are passed over if they are among `beside`.
    pub fn read(object: &Map<String, Value>, beside: &[&str]) -> Result<Self, SignalError> {
        let mut signals = Self::default();
        for (name, value) in object.iter().filter(|(name, _)| !beside.contains(&name.as_str())) {
            signals.add(SignalType::from_name(name)?, value.as_str().unwrap_or_default())?;
        }
        if signals.is_empty() { Err(SignalError::None) } else { Ok(signals) }
    }

    /// One signal, to be looked for.
    pub fn one(kind: SignalType, value: &str) -> Result<Self, SignalError> {
        let mut signals = Self::default();
        signals.put(kind, parse(kind, value)?);
        Ok(signals)
    }

    /// One signal more, to be banked.
    fn add(&mut self, kind: SignalType, value: &str) -> Result<(), SignalError> {
        let signal = parse(kind, value)?;
        signal.check_plainness().map_err(|error| SignalError::Value(kind, error))?;
        self.put(kind, signal);
        Ok(())
    }

    fn put(&mut self, kind: SignalType, signal: Fingerprint) {
        match kind {
            SignalType::Pdq => self.pdq = Some(signal),
            SignalType::VideoMd5 => self.video_md5 = Some(signal),
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.pdq.is_none() && self.video_md5.is_none()
    }

    /// Each with its type.
    pub fn iter(&self) -> impl Iterator<Item = (SignalType, &Fingerprint)> {
        let pdq = self.pdq.iter().map(|signal| (SignalType::Pdq, signal));
        pdq.chain(self.video_md5.iter().map(|signal| (SignalType::VideoMd5, signal)))
    }
}

fn parse(kind: SignalType, value: &str) -> Result<Fingerprint, SignalError> {
    Fingerprint::parse(kind.kind(), value.trim(), None).map_err(|error| SignalError::Value(kind, error))
}

impl Serialize for Signals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(kind, signal)| (kind.name(), hex::encode(signal.bytes()))))
    }
}

/// A content that was met.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Met {
    /// Its number.
    pub bank_content_id: u64,
    /// How far, as text; 0 for a file that is the very same.
    pub distance: String,
}

/// What two signals are to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Compared {
    /// Differing bits; of exact digests there is no such thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u32>,
}

/// Compares signals two by two: `{"pdq": [one, other]}`.
pub fn compare(asked: &BTreeMap<String, Vec<String>>) -> Result<BTreeMap<&'static str, (bool, Compared)>, SignalError> {
    if asked.is_empty() {
        return Err(SignalError::None);
    }
    let each = |(name, values): (&String, &Vec<String>)| {
        let kind = SignalType::from_name(name)?;
        let [one, other] = values.as_slice() else { return Err(SignalError::NotTwo) };
        let (one, other) = (parse(kind, one)?, parse(kind, other)?);
        let differing: u32 = one.bytes().iter().zip(other.bytes()).map(|(a, b)| (a ^ b).count_ones()).sum();
        Ok((
            kind.name(),
            match kind {
                SignalType::Pdq => (differing <= COMPARED_DISTANCE_MAX, Compared { distance: Some(differing) }),
                SignalType::VideoMd5 => (differing == 0, Compared { distance: None }),
            },
        ))
    };
    asked.iter().map(each).collect()
}

/// What `/m/index/status` says of a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct IndexStatus {
    /// Whether it can be searched.
    pub present: bool,
    /// The newest that is in it, seconds since 1970; -1: nothing yet.
    pub built_to: i64,
    /// Signals in it.
    pub size: u64,
}

/// What `/c/signal_type/index` says of a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct SignalTypeStatus {
    /// Signals that are kept.
    pub db_size: u64,
    /// Signals that are searched.
    pub index_size: u64,
    /// Whether those differ.
    pub index_out_of_date: bool,
    /// The newest kept, seconds since 1970.
    pub newest_db_item: i64,
    /// The newest searched, seconds since 1970.
    pub index_built_to: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Signals, SignalError> {
        Signals::read(value.as_object().unwrap(), &["note"])
    }

    #[test]
    fn signals_survive_their_json() {
        let value = json!({"pdq": "0f".repeat(32), "video_md5": "ab".repeat(16)});
        assert_eq!(serde_json::to_value(read(value.clone()).unwrap()).unwrap(), value);
        assert_eq!(
            serde_json::to_value(read(json!({"pdq": "0F".repeat(32), "note": "x"})).unwrap()).unwrap(),
            json!({"pdq": "0f".repeat(32)})
        );
    }

    #[test]
    fn what_is_no_signal_is_named() {
        assert_eq!(read(json!({"note": "x"})), Err(SignalError::None));
        assert_eq!(read(json!({"clip": "x"})), Err(SignalError::Type("clip".into())));
        for bad in [json!({"pdq": ""}), json!({"pdq": 7}), json!({"pdq": "0f"}), json!({"pdq": "0".repeat(64)})] {
            assert!(matches!(read(bad.clone()), Err(SignalError::Value(SignalType::Pdq, _))), "{bad}");
        }
        assert!(Signals::one(SignalType::Pdq, &"0".repeat(64)).is_ok(), "a plain one can be looked for");
    }

    #[test]
    fn two_signals_are_compared_at_the_distance_that_is_the_last() {
        let zero = "0".repeat(64);
        let of = |bits: u32| {
            let mut bytes = [0_u8; 32];
            (0..bits as usize).for_each(|bit| bytes[bit / 8] |= 1 << (bit % 8));
            compare(&BTreeMap::from([("pdq".into(), vec![zero.clone(), hex::encode(&bytes)])])).unwrap()["pdq"]
        };
        assert_eq!(of(31), (true, Compared { distance: Some(31) }));
        assert_eq!(of(32), (false, Compared { distance: Some(32) }));
        let md5 = compare(&BTreeMap::from([("video_md5".into(), vec!["ab".repeat(16); 2])])).unwrap();
        assert_eq!(serde_json::to_value(md5).unwrap(), json!({"video_md5": [true, {}]}));
        for count in [0, 1, 3] {
            let asked = BTreeMap::from([("pdq".into(), vec![zero.clone(); count])]);
            assert_eq!(compare(&asked), Err(SignalError::NotTwo));
        }
    }
}
