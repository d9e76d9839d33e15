//! The holder's side of issuing: what is asked for, blinded, and the token that comes of the answer.

use std::fmt;

use blind_rsa_signatures::{BlindMessage, BlindSignature, BlindingResult, Secret};
use rand::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use crate::bytes::{Malformed, Reader};
use crate::challenge::Challenge;
use crate::key::{BLINDED_BYTES, IssuerKey, KeyId, SPKI_BYTES};
use crate::possession::{self, PUBLIC_KEY_BYTES};
use crate::token::{NONCE_BYTES, TOKEN_TYPE, Token, TokenInput};

/// Bytes of a request for one token.
pub const TOKEN_REQUEST_BYTES: usize = 2 + 1 + BLINDED_BYTES;
const VERSION: u8 = 1;

/// A request for one token (RFC 9578, section 6.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRequest {
    /// The last byte of the id of the key that is to sign.
    pub truncated_key_id: u8,
    /// The blinded message.
    pub blinded: [u8; BLINDED_BYTES],
}

/// A token that was asked for and has not come yet. Only whoever has this can finish it: `Debug` does not show it, and it
/// is overwritten when dropped.
pub struct Wanted {
    key: IssuerKey,
    input: TokenInput,
    blinded: [u8; BLINDED_BYTES],
    secret: Zeroizing<Vec<u8>>,
}

/// The answer is no signature by that key: the issuer, or somebody between, changed something. Ask again; nothing was spent but
/// the quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not a signature by the key that was asked")]
pub struct FinishError;

impl Wanted {
    /// A token that is held by a key; its public half is needed here, and nothing more.
    pub fn held(
        key: &IssuerKey,
        challenge: &Challenge,
        public_key: &[u8; PUBLIC_KEY_BYTES],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, FinishError> {
        Self::with_nonce(key, challenge, possession::nonce(public_key), rng)
    }

    /// A token that nobody in particular holds, with a random nonce.
    pub fn plain(key: &IssuerKey, challenge: &Challenge, rng: &mut impl CryptoRng) -> Result<Self, FinishError> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        Self::with_nonce(key, challenge, nonce, rng)
    }

    /// With this very nonce, as test vectors have it.
    pub fn with_nonce(
        key: &IssuerKey,
        challenge: &Challenge,
        nonce: [u8; NONCE_BYTES],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, FinishError> {
        let input = TokenInput { nonce, challenge_digest: challenge.digest(), key_id: key.id() };
        // Fails for a modulus that shares a factor with the message: a key that is none.
        let mut result = key.blind_rsa().blind(rng, input.encode()).map_err(|_| FinishError)?;
        let blinded = result.blind_message.0.as_slice().try_into().map_err(|_| FinishError)?;
        let secret = Zeroizing::new(std::mem::take(&mut result.secret.0));
        Ok(Self { key: key.clone(), input, blinded, secret })
    }

    /// Which key is to sign it.
    pub const fn key_id(&self) -> KeyId {
        self.key.id()
    }

    /// What goes to the issuer.
    pub const fn blinded(&self) -> &[u8; BLINDED_BYTES] {
        &self.blinded
    }

    /// The request for it alone.
    pub const fn request(&self) -> TokenRequest {
        TokenRequest { truncated_key_id: self.key.id().truncated(), blinded: self.blinded }
    }

    /// Takes the blinding off and checks the token.
    pub fn finish(&self, blind_signature: &[u8; BLINDED_BYTES]) -> Result<Token, FinishError> {
        let mut result = BlindingResult {
            blind_message: BlindMessage(self.blinded.to_vec()),
            secret: Secret(self.secret.to_vec()),
            msg_randomizer: None,
        };
        let signed = BlindSignature(blind_signature.to_vec());
        let finished = self.key.blind_rsa().finalize(&signed, &result, self.input.encode());
        result.secret.0.zeroize();
        let signature = finished.map_err(|_| FinishError)?;
        let authenticator = signature.0.as_slice().try_into().map_err(|_| FinishError)?;
        Ok(Token { input: self.input, authenticator })
    }

    /// Its bytes, to be kept with the same care as a token until the answer has come.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(vec![VERSION]);
        out.extend(self.key.spki());
        out.extend(self.input.nonce);
        out.extend(self.input.challenge_digest);
        out.extend(self.blinded);
        out.extend(self.secret.iter());
        out
    }

    /// Reads what was kept.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.exactly(&[VERSION])?;
        let key = IssuerKey::decode(reader.slice(SPKI_BYTES)?)?;
        let key_id: KeyId = key.id();
        let input = TokenInput { nonce: reader.array()?, challenge_digest: reader.array()?, key_id };
        let blinded = reader.array()?;
        let secret = Zeroizing::new(reader.slice(BLINDED_BYTES)?.to_vec());
        reader.end()?;
        Ok(Self { key, input, blinded, secret })
    }
}

impl TokenRequest {
    /// Its bytes.
    pub fn encode(&self) -> [u8; TOKEN_REQUEST_BYTES] {
        let mut out = [0; TOKEN_REQUEST_BYTES];
        out[..2].copy_from_slice(&TOKEN_TYPE.to_be_bytes());
        out[2] = self.truncated_key_id;
        out[3..].copy_from_slice(&self.blinded);
        out
    }

    /// Reads one of type 0x0002.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.exactly(&TOKEN_TYPE.to_be_bytes())?;
        let request = Self { truncated_key_id: reader.byte()?, blinded: reader.array()? };
        reader.end()?;
        Ok(request)
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wanted(..)")
    }
}
