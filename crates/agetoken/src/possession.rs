//! The possession proof: whoever redeems a token has the one-time key that went into it. Its argument is in
//! docs/design/0021-age-tokens.md.
//!
//! The key may be held elsewhere, as by a browser that does not give it out: [`nonce`] takes the public half, [`statement`] gives what
//! is to be signed (ECDSA, P-256, SHA-256; r and s in 32 bytes each, as WebCrypto does it). [`HolderKey`] is for programs that hold
//! the key themselves.

use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use rand::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::bytes::put_prefixed;
use crate::redemption::Origin;
use crate::site_nonce::SiteNonce;
use crate::token::{NONCE_BYTES, Token};

/// Bytes of a holder's public key: a point, uncompressed (SEC 1, section 2.3.3), as WebCrypto exports it raw.
pub const PUBLIC_KEY_BYTES: usize = 65;
/// Bytes of a signature: r and s.
pub const SIGNATURE_BYTES: usize = 64;
const NONCE_LABEL: &[u8] = b"rempart age possession v1\0";
const STATEMENT_LABEL: &[u8] = b"rempart age redeem v1\0";

/// The nonce of the token that this key is to hold.
pub fn nonce(public_key: &[u8; PUBLIC_KEY_BYTES]) -> [u8; NONCE_BYTES] {
    Sha256::new().chain_update(NONCE_LABEL).chain_update(public_key).finalize().into()
}

/// What the key signs to redeem a token at an origin, for a nonce that this site gave.
pub fn statement(origin: &Origin, site_nonce: &SiteNonce, token: &Token) -> Vec<u8> {
    let mut out = STATEMENT_LABEL.to_vec();
    put_prefixed(&mut out, origin.as_str().as_bytes());
    out.extend(site_nonce.as_bytes());
    out.extend(token.digest());
    out
}

/// Whether the holder of the public key signed this.
pub(crate) fn is_signed(
    public_key: &[u8; PUBLIC_KEY_BYTES],
    statement: &[u8],
    signature: &[u8; SIGNATURE_BYTES],
) -> bool {
    // Uncompressed and nothing else: one key has one nonce.
    if public_key[0] != 4 {
        return false;
    }
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_sec1_bytes(public_key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify(statement, &signature).is_ok()
}

/// A one-time key in memory. `Debug` does not show it; it is overwritten when dropped.
pub struct HolderKey(SigningKey);

impl HolderKey {
    /// A new one.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        loop {
            rng.fill_bytes(secret.as_mut());
            // All but one in 2^32 are below the group's order.
            if let Ok(key) = SigningKey::from_slice(secret.as_ref()) {
                return Self(key);
            }
        }
    }

    /// Its public half.
    pub fn public(&self) -> [u8; PUBLIC_KEY_BYTES] {
        let point = self.0.verifying_key().to_sec1_point(false);
        let mut bytes = [0; PUBLIC_KEY_BYTES];
        bytes.copy_from_slice(point.as_bytes());
        bytes
    }

    /// Signs a [`statement`].
    pub fn sign(&self, statement: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let signature: Signature = self.0.sign(statement);
        signature.to_bytes().into()
    }
}

impl std::fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HolderKey(..)")
    }
}
