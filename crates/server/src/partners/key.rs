//! A partner key as it is shown and sent: `rp_<16 hex digits>_<64 hex digits>`, an id and a secret of 256 bits.

use std::fmt;
use std::str::FromStr;

use exchange::{KeyId, hex};
use rand::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A key with its secret. Not stored, not logged; `Debug` shows the id alone.
#[derive(Clone)]
pub struct KeyText {
    id: KeyId,
    secret: [u8; 32],
}

/// The text is no partner key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a partner key is rp_<16 hex digits>_<64 hex digits>")]
pub struct KeyTextError;

impl KeyText {
    /// A new key.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let (mut id, mut secret) = ([0; 8], [0; 32]);
        rng.fill_bytes(&mut id);
        rng.fill_bytes(&mut secret);
        Self { id: KeyId::from_bytes(id), secret }
    }

    /// The public half.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The whole key, for showing it once.
    pub fn reveal(&self) -> String {
        format!("rp_{}_{}", self.id, hex::encode(&self.secret))
    }

    /// What is stored. A plain SHA-256: the secret is random, there is nothing to guess.
    pub fn secret_digest(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// Whether the stored digest is this key's, in constant time.
    pub fn matches(&self, stored: &[u8; 32]) -> bool {
        self.secret_digest().ct_eq(stored).into()
    }
}

impl FromStr for KeyText {
    type Err = KeyTextError;

    fn from_str(text: &str) -> Result<Self, KeyTextError> {
        let (id, secret) = text.strip_prefix("rp_").and_then(|rest| rest.split_once('_')).ok_or(KeyTextError)?;
        Ok(Self {
            id: KeyId::from_bytes(hex::decode(id).ok_or(KeyTextError)?),
            secret: hex::decode(secret).ok_or(KeyTextError)?,
        })
    }
}

impl Drop for KeyText {
    fn drop(&mut self) {
        self.secret.fill(0);
        // Keeps the write from being optimised away.
        std::hint::black_box(&self.secret);
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rp_{}_..", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_key_survives_its_text_and_hides_its_secret() {
        let key = KeyText::generate(&mut rand::rngs::StdRng::seed_from_u64(1));
        let again: KeyText = key.reveal().parse().unwrap();
        assert!(again.matches(&key.secret_digest()));
        assert!(!format!("{key:?}").contains(&hex::encode(&key.secret)));
        assert_eq!(key.reveal().len(), 3 + 16 + 1 + 64);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = KeyText::generate(&mut rand::rngs::StdRng::seed_from_u64(1)).reveal();
        for text in ["", "rp__", "rp_", &good[1..], &good[..good.len() - 1], &good.replace("rp", "xx")] {
            assert!(text.parse::<KeyText>().is_err(), "{text}");
        }
    }
}
