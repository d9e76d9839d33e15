//! An issuer's public key (RFC 9578, section 6.5): RSA of 2048 bits with the exponent 65537, and no other.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use blind_rsa_signatures::{PublicKeySha384PSSDeterministic, Signature};
use sha2::{Digest, Sha256};

use crate::bytes::Malformed;
use crate::token::Token;

/// Bytes of a blinded message and of a signature: those of the modulus.
pub const BLINDED_BYTES: usize = 256;
/// Bytes of a key's SPKI.
pub const SPKI_BYTES: usize = BEFORE_MODULUS.len() + BLINDED_BYTES + AFTER_MODULUS.len();
/// Bytes of a key's id.
pub const KEY_ID_BYTES: usize = 32;

/// DER of everything before the modulus: RSASSA-PSS, SHA-384 and MGF1 with it (parameters left out), a salt of 48 bytes, a bit
/// string, a sequence, an integer of 2048 bits.
const BEFORE_MODULUS: [u8; 81] = [
    0x30, 0x82, 0x01, 0x52, 0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x30,
    0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a, 0x30, 0x18,
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
    0x65, 0x03, 0x04, 0x02, 0x02, 0xa2, 0x03, 0x02, 0x01, 0x30, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a,
    0x02, 0x82, 0x01, 0x01, 0x00,
];
/// DER of the exponent 65537.
const AFTER_MODULUS: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// The SHA-256 of a key's SPKI.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY_ID_BYTES]);

/// A public key.
#[derive(Clone)]
pub struct IssuerKey {
    spki: [u8; SPKI_BYTES],
    id: KeyId,
    key: PublicKeySha384PSSDeterministic,
}

impl KeyId {
    /// An id as it came.
    pub const fn from_bytes(bytes: [u8; KEY_ID_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; KEY_ID_BYTES] {
        &self.0
    }

    /// Its last byte: what a request of RFC 9578 names a key by.
    pub const fn truncated(&self) -> u8 {
        self.0[KEY_ID_BYTES - 1]
    }
}

impl IssuerKey {
    /// Reads an SPKI.
    pub fn decode(spki: &[u8]) -> Result<Self, Malformed> {
        let spki: [u8; SPKI_BYTES] = spki.try_into().map_err(|_| Malformed)?;
        let modulus = &spki[BEFORE_MODULUS.len()..][..BLINDED_BYTES];
        let is_plain = spki.starts_with(&BEFORE_MODULUS) && spki.ends_with(&AFTER_MODULUS);
        if !is_plain || modulus[0] < 0x80 || modulus[BLINDED_BYTES - 1] & 1 == 0 {
            return Err(Malformed);
        }
        let key = PublicKeySha384PSSDeterministic::from_spki(&spki).map_err(|_| Malformed)?;
        Ok(Self { spki, id: KeyId(Sha256::digest(spki).into()), key })
    }

    /// Its SPKI.
    pub const fn spki(&self) -> &[u8; SPKI_BYTES] {
        &self.spki
    }

    /// Its id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether this very key signed the token.
    pub fn has_signed(&self, token: &Token) -> bool {
        let signature = Signature(token.authenticator.to_vec());
        token.input.key_id == self.id && self.key.verify(&signature, None, token.input.encode()).is_ok()
    }

    pub(crate) const fn blind_rsa(&self) -> &PublicKeySha384PSSDeterministic {
        &self.key
    }
}

impl PartialEq for IssuerKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for IssuerKey {}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKey({})", self.id)
    }
}
