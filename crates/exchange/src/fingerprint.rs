//! A fingerprint as it travels: a kind and its bytes, hex in JSON. What a PDQ hash means is the business of whoever
//! made it; here it is 32 bytes that must not be printed by accident.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A PDQ hash whose quality is known and below this is refused: too plain a picture, it would match strangers.
/// The same threshold as Meta's tools use (they drop 49 and below).
pub const PDQ_QUALITY_MIN: u8 = 50;

/// Bits set in the PDQ of any picture with something to see in it. Real ones have 128 or a few less; the bounds are
/// far out, so that only hashes of flat pictures fall outside.
pub const PDQ_BITS_SET: std::ops::RangeInclusive<u32> = 64..=192;

/// What a fingerprint is a hash of and how.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// Perceptual hash of a picture, 256 bits.
    Pdq = 0,
    /// SHA-256 of the file.
    Sha256 = 1,
    /// MD5 of the file.
    Md5 = 2,
}

impl Kind {
    /// Every kind, by ascending code.
    pub const ALL: [Self; 3] = [Self::Pdq, Self::Sha256, Self::Md5];

    /// Its stable number: in storage and in the packed form.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind of a stable number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdq => "pdq",
            Self::Sha256 => "sha256",
            Self::Md5 => "md5",
        }
    }

    /// Bytes of a value of this kind.
    pub const fn bytes_len(self) -> usize {
        match self {
            Self::Pdq | Self::Sha256 => 32,
            Self::Md5 => 16,
        }
    }
}

/// A hash of content. Its `Debug` form hides the value: fingerprints never appear in logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Fingerprint {
    /// Perceptual: 256 bits, and 0..=100 how much there was to see in the picture, when known.
    Pdq {
        /// The hash, in the byte order of its hex text.
        hash: [u8; 32],
        /// 0..=100; `None` in lists that do not carry it.
        quality: Option<u8>,
    },
    /// SHA-256 of the file.
    Sha256([u8; 32]),
    /// MD5 of the file.
    Md5([u8; 16]),
}

/// Why a text is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// Wrong number of digits, or something that is no hex digit. Send the plain hex of the hash.
    #[error("a {} value is exactly {} hex digits", .0.name(), .0.bytes_len() * 2)]
    NotHex(Kind),
    /// The picture was too plain. Send its exact digests alone.
    #[error("pdq quality {0} is below {PDQ_QUALITY_MIN}: too plain to recognise safely; send only its sha256 or md5")]
    TooPlain(u8),
    /// A hash that no picture with something to see in it has. Send only its exact digests.
    #[error("a pdq with {0} of 256 bits set is of a flat picture; send only its sha256 or md5")]
    Degenerate(u32),
    /// Not a percentage. Send 0..=100 or leave it out.
    #[error("quality is a whole number from 0 to 100, not {0}")]
    QualityOutOfRange(u32),
    /// Only PDQ has a quality. Leave it out.
    #[error("quality belongs to pdq only; leave it out of {}", .0.name())]
    QualityUnexpected(Kind),
}

impl Fingerprint {
    /// The fingerprint of this kind with these hex digits (either case).
    pub fn parse(kind: Kind, value: &str, quality: Option<u32>) -> Result<Self, FingerprintError> {
        let quality = match quality {
            None => None,
            Some(_) if kind != Kind::Pdq => return Err(FingerprintError::QualityUnexpected(kind)),
            Some(percent) => Some(
                u8::try_from(percent)
                    .ok()
                    .filter(|percent| *percent <= 100)
                    .ok_or(FingerprintError::QualityOutOfRange(percent))?,
            ),
        };
        let not_hex = || FingerprintError::NotHex(kind);
        Ok(match kind {
            Kind::Pdq => Self::Pdq { hash: hex::decode(value).ok_or_else(not_hex)?, quality },
            Kind::Sha256 => Self::Sha256(hex::decode(value).ok_or_else(not_hex)?),
            Kind::Md5 => Self::Md5(hex::decode(value).ok_or_else(not_hex)?),
        })
    }

    /// The fingerprint of stored bytes; `None` when their number is not the kind's.
    pub fn from_parts(kind: Kind, bytes: &[u8], quality: Option<u8>) -> Option<Self> {
        Some(match kind {
            Kind::Pdq => Self::Pdq { hash: bytes.try_into().ok()?, quality },
            Kind::Sha256 => Self::Sha256(bytes.try_into().ok()?),
            Kind::Md5 => Self::Md5(bytes.try_into().ok()?),
        })
    }

    /// What it is a hash of.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Pdq { .. } => Kind::Pdq,
            Self::Sha256(_) => Kind::Sha256,
            Self::Md5(_) => Kind::Md5,
        }
    }

    /// The value: 32 or 16 bytes by kind.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Pdq { hash, .. } | Self::Sha256(hash) => hash,
            Self::Md5(hash) => hash,
        }
    }

    /// 0..=100, of PDQ when known.
    pub const fn quality(&self) -> Option<u8> {
        match self {
            Self::Pdq { quality, .. } => *quality,
            _ => None,
        }
    }

    /// Whether it may enter a bank: a known quality must reach [`PDQ_QUALITY_MIN`], and about half of the bits must
    /// be set, as PDQ cuts at the median ([`PDQ_BITS_SET`]): lists without qualities carry flat pictures too.
    pub fn check_plainness(&self) -> Result<(), FingerprintError> {
        let Self::Pdq { hash, quality } = self else { return Ok(()) };
        match quality {
            Some(quality) if *quality < PDQ_QUALITY_MIN => return Err(FingerprintError::TooPlain(*quality)),
            _ => {}
        }
        let set = hash.iter().map(|byte| byte.count_ones()).sum();
        if PDQ_BITS_SET.contains(&set) { Ok(()) } else { Err(FingerprintError::Degenerate(set)) }
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.kind().name())
    }
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Fingerprint)]
struct Wire<'a> {
    kind: Kind,
    /// Hex: 64 digits for pdq and sha256, 32 for md5; either case in, lower case out.
    #[serde(borrow)]
    #[schema(value_type = String, min_length = 32, max_length = 64, pattern = "^([0-9a-fA-F]{64}|[0-9a-fA-F]{32})$")]
    value: std::borrow::Cow<'a, str>,
    /// Of pdq only: 0..=100, how much there was to see; below 50 is refused as too plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    quality: Option<u32>,
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { kind: self.kind(), value: hex::encode(self.bytes()).into(), quality: self.quality().map(u32::from) }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        Self::parse(wire.kind, &wire.value, wire.quality).map_err(de::Error::custom)
    }
}

crate::wire::shaped_as!(Fingerprint, Wire<'static>);

/// Hexadecimal, strict: an exact number of digits, either case in, lower case out.
pub mod hex {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    /// Two lower-case digits a byte.
    pub fn encode(bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text
    }

    /// The `N` bytes that these `2 N` digits say; `None` for anything else.
    pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
        let digits = text.as_bytes();
        if digits.len() != N * 2 {
            return None;
        }
        let mut bytes = [0_u8; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (value(pair[0])? << 4) | value(pair[1])?;
        }
        Some(bytes)
    }

    /// However many bytes these digits say; `None` for anything else.
    pub fn decode_all(text: &str) -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks(2);
        pairs
            .map(|pair| if let [high, low] = pair { Some((value(*high)? << 4) | value(*low)?) } else { None })
            .collect()
    }

    const fn value(digit: u8) -> Option<u8> {
        match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            b'A'..=b'F' => Some(digit - b'A' + 10),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_comes_in_and_lower_case_goes_out() {
        let text = format!(r#"{{"kind":"pdq","value":"{}","quality":97}}"#, "Ab".repeat(32));
        let fingerprint: Fingerprint = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&fingerprint).unwrap(), text.to_lowercase());
    }

    #[test]
    fn a_wrong_length_kind_or_quality_is_refused_with_what_to_do() {
        for (text, says) in [
            (r#"{"kind":"pdq","value":"abcd"}"#, "exactly 64 hex digits"),
            (r#"{"kind":"md5","value":"zz000000000000000000000000000000"}"#, "exactly 32 hex digits"),
            (r#"{"kind":"sha1","value":"00"}"#, "unknown variant"),
            (r#"{"kind":"md5","value":"00000000000000000000000000000000","quality":3}"#, "belongs to pdq only"),
        ] {
            let error = serde_json::from_str::<Fingerprint>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert_eq!(
            Fingerprint::parse(Kind::Pdq, &"0".repeat(64), Some(101)),
            Err(FingerprintError::QualityOutOfRange(101))
        );
    }

    #[test]
    fn a_plain_picture_is_named_as_such() {
        let plain = Fingerprint::parse(Kind::Pdq, &"0".repeat(64), Some(49)).unwrap();
        assert_eq!(plain.check_plainness(), Err(FingerprintError::TooPlain(49)));
        let fine = Fingerprint::parse(Kind::Pdq, &"5".repeat(64), Some(50)).unwrap();
        assert_eq!(fine.check_plainness(), Ok(()));
        for (set, hash) in [(63, "7fffffffffffffff"), (64, "ffffffffffffffff")] {
            let hash = Fingerprint::parse(Kind::Pdq, &format!("{hash}{}", "0".repeat(48)), None).unwrap();
            let want = if set == 64 { Ok(()) } else { Err(FingerprintError::Degenerate(63)) };
            assert_eq!(hash.check_plainness(), want);
        }
    }

    #[test]
    fn a_fingerprint_does_not_print_itself() {
        let fingerprint = Fingerprint::Md5([0xab; 16]);
        assert_eq!(format!("{fingerprint:?}"), "md5(..)");
    }
}
