//! What an issuer writes into its key log: keys, and that a key is no longer one.

use crate::bytes::{Malformed, Reader, put_prefixed};
use crate::challenge::{ISSUER_NAME_BYTES_MAX, IssuerName};
use crate::epoch::Epoch;
use crate::key::{IssuerKey, KEY_ID_BYTES, KeyId, SPKI_BYTES};
use crate::threshold::Threshold;

/// Bytes of an entry, at most.
pub const ENTRY_BYTES_MAX: usize = 7 + 2 + ISSUER_NAME_BYTES_MAX + SPKI_BYTES;
const _: () = assert!(KEY_ID_BYTES < SPKI_BYTES, "the longest entry is that of a key");
const VERSION: u8 = 1;
const PUBLISHED: u8 = 1;
const REVOKED: u8 = 2;

/// One entry: `1 | kind | threshold | epoch 4 | issuer<2> |` and the key's SPKI, or for a revocation its id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyEntry {
    /// From its week on, this key signs for this threshold.
    Published {
        /// Whose.
        issuer: IssuerName,
        /// For which age.
        threshold: Threshold,
        /// For which week.
        epoch: Epoch,
        /// The key.
        key: Box<IssuerKey>,
    },
    /// From now on, nothing it signed is accepted.
    Revoked {
        /// Whose.
        issuer: IssuerName,
        /// For which age it was.
        threshold: Threshold,
        /// For which week it was.
        epoch: Epoch,
        /// Which.
        key_id: KeyId,
    },
}

impl KeyEntry {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, issuer, threshold, epoch) = match self {
            Self::Published { issuer, threshold, epoch, .. } => (PUBLISHED, issuer, threshold, epoch),
            Self::Revoked { issuer, threshold, epoch, .. } => (REVOKED, issuer, threshold, epoch),
        };
        let mut out = vec![VERSION, kind, threshold.years()];
        out.extend(epoch.0.to_be_bytes());
        put_prefixed(&mut out, issuer.as_str().as_bytes());
        match self {
            Self::Published { key, .. } => out.extend(key.spki()),
            Self::Revoked { key_id, .. } => out.extend(key_id.as_bytes()),
        }
        out
    }

    /// Reads its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.exactly(&[VERSION])?;
        let kind = reader.byte()?;
        let threshold = Threshold::of_years(reader.byte()?).ok_or(Malformed)?;
        let epoch = Epoch(reader.u32()?);
        let issuer = str::from_utf8(reader.prefixed()?).map_err(|_| Malformed)?.parse()?;
        let entry = match kind {
            PUBLISHED => {
                let key = Box::new(IssuerKey::decode(reader.slice(SPKI_BYTES)?)?);
                Self::Published { issuer, threshold, epoch, key }
            }
            REVOKED => Self::Revoked { issuer, threshold, epoch, key_id: KeyId::from_bytes(reader.array()?) },
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(entry)
    }
}
