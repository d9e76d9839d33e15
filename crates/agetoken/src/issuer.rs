//! The issuer's side: signing what it cannot see.

use std::fmt;

use blind_rsa_signatures::{KeyPairSha384PSSDeterministic, SecretKeySha384PSSDeterministic};
use rand::CryptoRng;
// Not called by name: the version that blind-rsa-signatures compiles with is pinned through it.
use rsa as _;
use zeroize::Zeroizing;

use crate::key::{BLINDED_BYTES, IssuerKey};

const MODULUS_BITS: usize = BLINDED_BYTES * 8;

/// Whatever holds a secret key and signs blindly: this process, or a module of hardware.
pub trait BlindSigner: Send + Sync {
    /// The public half.
    fn public(&self) -> &IssuerKey;

    /// The raw RSA operation on a blinded message. What comes in is chosen by strangers: an implementation blinds its
    /// base and checks its result.
    fn sign(&self, blinded: &[u8; BLINDED_BYTES], rng: &mut dyn CryptoRng) -> Result<[u8; BLINDED_BYTES], SignError>;
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The number is not below the modulus: it was blinded for another key. Blind it anew, for the key of the directory.
    #[error("blinded for another key")]
    OutOfRange,
    /// The signer failed, or its result did not check. Try again; if it stays, replace the machine.
    #[error("the signer failed")]
    Failed,
}

/// These bytes are no secret key of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no secret key of RSA with 2048 bits in PKCS #8")]
pub struct SecretError;

/// A secret key in this process. `Debug` does not show it; the numbers are overwritten when dropped.
pub struct IssuerSecret {
    key: SecretKeySha384PSSDeterministic,
    public: IssuerKey,
}

impl IssuerSecret {
    /// A new key: some tenths of a second of work.
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, SecretError> {
        let pair = KeyPairSha384PSSDeterministic::generate(rng, MODULUS_BITS).map_err(|_| SecretError)?;
        Self::of(pair.sk)
    }

    /// Reads PKCS #8.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, SecretError> {
        Self::of(SecretKeySha384PSSDeterministic::from_der(der).map_err(|_| SecretError)?)
    }

    fn of(key: SecretKeySha384PSSDeterministic) -> Result<Self, SecretError> {
        let public = key.public_key().and_then(|public| public.to_spki()).map_err(|_| SecretError)?;
        Ok(Self { public: IssuerKey::decode(&public).map_err(|_| SecretError)?, key })
    }

    /// PKCS #8, to be sealed.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.key.to_der().expect("a key that was made or read can be written"))
    }
}

impl BlindSigner for IssuerSecret {
    fn public(&self) -> &IssuerKey {
        &self.public
    }

    fn sign(&self, blinded: &[u8; BLINDED_BYTES], rng: &mut dyn CryptoRng) -> Result<[u8; BLINDED_BYTES], SignError> {
        use blind_rsa_signatures::Error::UnsupportedParameters;
        let signed = self.key.blind_sign_with_rng(rng, blinded).map_err(|error| match error {
            UnsupportedParameters => SignError::OutOfRange,
            _ => SignError::Failed,
        })?;
        signed.0.as_slice().try_into().map_err(|_| SignError::Failed)
    }
}

impl fmt::Debug for IssuerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerSecret(of {:?})", self.public)
    }
}
