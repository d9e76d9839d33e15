//! Views: what PDQ gives for the same picture cropped, turned a little, or cut to a usual shape. An entry made where
//! the pixels are carries some, so that a copy that was cut is recognised too.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Fingerprint, FingerprintError, Kind};

/// Views of one entry, at most.
pub const VIEWS_PER_ENTRY_MAX: usize = 64;

/// One view of an entry's picture. Its `Debug` form hides the hash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct View {
    /// Which view it is, 1..=255: the codes of the `fingerprint` crate. One that a reader does not know is matched
    /// like the others and counts as evidence of its own kind.
    pub code: u8,
    /// PDQ of the view, in the byte order of its hex text.
    pub hash: [u8; 32],
}

impl View {
    /// The view of this code, 1..=255, with these hex digits (either case).
    pub fn parse(code: u32, value: &str) -> Result<Self, ViewError> {
        let code = u8::try_from(code).ok().filter(|code| *code > 0).ok_or(ViewError::Code(code))?;
        match Fingerprint::parse(Kind::Pdq, value, None)? {
            Fingerprint::Pdq { hash, .. } => Ok(Self { code, hash }),
            Fingerprint::Sha256(_) | Fingerprint::Md5(_) => unreachable!("a pdq was parsed"),
        }
    }

    /// Whether it may enter a bank: see [`Fingerprint::check_plainness`].
    pub fn check_plainness(&self) -> Result<(), FingerprintError> {
        Fingerprint::Pdq { hash: self.hash, quality: None }.check_plainness()
    }
}

/// Why something is no view.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// Not a code. Send the number of the view.
    #[error("a view is a whole number from 1 to 255, not {0}")]
    Code(u32),
    /// Not a hash.
    #[error(transparent)]
    Value(#[from] FingerprintError),
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "view {}(..)", self.code)
    }
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = View)]
struct Wire<'a> {
    /// Which view: 1..=255.
    #[schema(minimum = 1, maximum = 255)]
    view: u32,
    /// PDQ of the view: 64 hex digits, either case in, lower case out.
    #[serde(borrow)]
    #[schema(value_type = String, min_length = 64, max_length = 64, pattern = "^[0-9a-fA-F]{64}$")]
    value: std::borrow::Cow<'a, str>,
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { view: self.code.into(), value: crate::hex::encode(&self.hash).into() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        Self::parse(wire.view, &wire.value).map_err(de::Error::custom)
    }
}

crate::wire::shaped_as!(View, Wire<'static>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_a_number_and_a_hash_and_does_not_show_it() {
        let text = format!(r#"{{"view":17,"value":"{}"}}"#, "0f".repeat(32));
        let view: View = serde_json::from_str(&text).unwrap();
        assert_eq!((view.code, view.hash), (17, [0x0f; 32]));
        assert_eq!(serde_json::to_string(&view).unwrap(), text);
        assert_eq!(format!("{view:?}"), "view 17(..)");
    }

    #[test]
    fn what_is_no_view_is_refused() {
        for (code, value) in [(0, "0f".repeat(32)), (256, "0f".repeat(32)), (1, "0f".repeat(31))] {
            assert!(View::parse(code, &value).is_err(), "{code} {value}");
        }
        assert!(View { code: 1, hash: [0; 32] }.check_plainness().is_err());
    }
}
