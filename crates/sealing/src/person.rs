//! What a person who works at a hotline knows and has: a passphrase that wraps their secret, and what that secret seals
//! for nobody but them.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use rand::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::envelope::{EnvelopeKey, KEY_BYTES, OpenError, derive};
use crate::receipt::{Cost, SALT_BYTES};
use crate::recipient::RecipientSecret;

/// Bytes of what tells a right secret from a wrong one.
pub const CHECK_BYTES: usize = 32;

/// What a passphrase opens: one wrapped secret. `Debug` does not show it.
pub struct PassphraseKey(EnvelopeKey);

impl PassphraseKey {
    /// The key of a passphrase under its own salt. Takes as long as `cost` says: keep it off a runtime's threads.
    pub fn of(passphrase: &str, salt: &[u8; SALT_BYTES], cost: Cost) -> Self {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(KEY_BYTES))
            .expect("costs are made of constants that Argon2 takes, or were read as such");
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
            .expect("salt and output have lengths that Argon2 takes");
        Self(EnvelopeKey::new(&derive(key.as_ref(), b"rempart person: passphrase")))
    }

    /// Wraps a secret for the place that `context` names.
    pub fn wrap(&self, context: &[u8], secret: &RecipientSecret, rng: &mut impl Rng) -> Vec<u8> {
        self.0.seal(context, secret.as_bytes(), rng)
    }

    /// The secret that was wrapped for this place; an error is a wrong passphrase, or damaged bytes.
    pub fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<RecipientSecret, OpenError> {
        let plain = Zeroizing::new(self.0.open(context, wrapped)?);
        RecipientSecret::from_slice(&plain).ok_or(OpenError)
    }
}

impl fmt::Debug for PassphraseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassphraseKey(..)")
    }
}

impl RecipientSecret {
    /// Seals what only its holder is to read again, for the place that `context` names.
    pub fn seal_own(&self, context: &[u8], plain: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        self.own_key().seal(context, plain, rng)
    }

    /// Opens what [`RecipientSecret::seal_own`] made for the same place.
    pub fn open_own(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.own_key().open(context, sealed).map(Zeroizing::new)
    }

    /// Tells the right secret from another without saying anything of either, and without being a public key.
    pub fn check_value(&self) -> [u8; CHECK_BYTES] {
        Sha256::digest(derive::<KEY_BYTES>(self.as_bytes(), b"rempart person: check").as_ref()).into()
    }

    fn own_key(&self) -> EnvelopeKey {
        EnvelopeKey::new(&derive(self.as_bytes(), b"rempart person: own"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_passphrase_opens_its_own_secret_under_its_own_salt_and_in_its_place_only() {
        let mut rng = StdRng::seed_from_u64(1);
        let secret = RecipientSecret::generate(&mut rng);
        let key = |words: &str, salt: u8| PassphraseKey::of(words, &[salt; SALT_BYTES], Cost::LEAST);
        let wrapped = key("seven herons", 1).wrap(b"ann", &secret, &mut rng);
        assert_eq!(key("seven herons", 1).unwrap(b"ann", &wrapped).unwrap().as_bytes(), secret.as_bytes());
        assert!(key("seven heron", 1).unwrap(b"ann", &wrapped).is_err());
        assert!(key("seven herons", 2).unwrap(b"ann", &wrapped).is_err());
        assert!(key("seven herons", 1).unwrap(b"ben", &wrapped).is_err());
        assert_eq!(format!("{:?}", key("seven herons", 1)), "PassphraseKey(..)");
    }

    #[test]
    fn what_a_person_sealed_for_themselves_opens_with_their_secret_alone() {
        let mut rng = StdRng::seed_from_u64(2);
        let (mine, other) = (RecipientSecret::generate(&mut rng), RecipientSecret::generate(&mut rng));
        let sealed = mine.seal_own(b"factor 1", b"plain", &mut rng);
        assert_eq!(mine.open_own(b"factor 1", &sealed).unwrap().as_slice(), b"plain");
        assert!(mine.open_own(b"factor 2", &sealed).is_err() && other.open_own(b"factor 1", &sealed).is_err());
        assert_ne!(mine.check_value(), other.check_value());
        assert_ne!(&mine.check_value(), mine.public().as_bytes());
    }
}
