//! One symmetric key and what it seals: `nonce (24) || ciphertext || tag (16)`, XChaCha20-Poly1305.
//!
//! The associated data is the caller's context: an envelope moved to another place does not open.

use std::fmt;

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{Aead, AeadInOut, KeyInit, Payload};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand::Rng;
use sha2::Sha256;
use zeroize::Zeroizing;

pub(crate) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
pub(crate) const TAG_BYTES: usize = 16;

/// Bytes that an envelope adds to what it holds.
pub const SEAL_OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// The envelope does not open: another key, another context, or damaged bytes. Restore the key or the store from a
/// backup; nothing can be read without them.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a sealed value does not open: wrong key, wrong place or damaged bytes")]
pub struct OpenError;

/// A symmetric key that seals and opens.
pub(crate) struct EnvelopeKey(XChaCha20Poly1305);

impl EnvelopeKey {
    pub(crate) fn new(secret: &[u8; KEY_BYTES]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(*secret)))
    }

    pub(crate) fn seal(&self, context: &[u8], plain: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context })
            .expect("XChaCha20-Poly1305 seals anything below 256 GiB");
        let mut envelope = Vec::with_capacity(NONCE_BYTES + sealed.len());
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&sealed);
        envelope
    }

    pub(crate) fn open(&self, context: &[u8], envelope: &[u8]) -> Result<Vec<u8>, OpenError> {
        let (nonce, sealed) = envelope.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError)?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context }).map_err(|_| OpenError)
    }

    /// Opens into memory that is there already, which has exactly the bytes that were sealed. If it fails, what is in it is of no
    /// meaning.
    pub(crate) fn open_into(&self, context: &[u8], envelope: &[u8], plain: &mut [u8]) -> Result<(), OpenError> {
        let (nonce, rest) = envelope.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError)?;
        let (sealed, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(OpenError)?;
        let buffer = InOutBuf::new(sealed, plain).map_err(|_| OpenError)?;
        let opened = self.0.decrypt_inout_detached(&XNonce::from(*nonce), context, buffer, &Tag::from(*tag));
        opened.map_err(|_| OpenError)
    }
}

impl fmt::Debug for EnvelopeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnvelopeKey(..)")
    }
}

/// One of several keys that come from one secret, told apart by their labels (HKDF-SHA-256, no salt).
pub(crate) fn derive<const BYTES: usize>(secret: &[u8], label: &[u8]) -> Zeroizing<[u8; BYTES]> {
    let mut key = Zeroizing::new([0; BYTES]);
    Hkdf::<Sha256>::new(None, secret).expand(label, key.as_mut()).expect("HKDF-SHA-256 gives up to 8,160 bytes");
    key
}
