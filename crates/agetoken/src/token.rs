//! Tokens (RFC 9577, section 2.2; RFC 9578, section 6): what is signed, and the signature.

use sha2::{Digest, Sha256};

use crate::bytes::{Malformed, Reader};
use crate::key::{BLINDED_BYTES, KEY_ID_BYTES, KeyId};

/// Blind RSA, 2048 bits.
pub const TOKEN_TYPE: u16 = 2;
/// Bytes of a token.
pub const TOKEN_BYTES: usize = INPUT_BYTES + BLINDED_BYTES;
/// Bytes of a token's nonce.
pub const NONCE_BYTES: usize = 32;
const INPUT_BYTES: usize = 2 + NONCE_BYTES + 32 + KEY_ID_BYTES;

/// What the issuer signs without seeing it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenInput {
    /// With possession: the digest of the holder's one-time key. Otherwise random.
    pub nonce: [u8; NONCE_BYTES],
    /// The digest of the challenge.
    pub challenge_digest: [u8; 32],
    /// By which key it is to be signed. The holder writes it: only a signature by that very key makes it true.
    pub key_id: KeyId,
}

/// A token: an input and its signature. Not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What was signed.
    pub input: TokenInput,
    /// The signature over it.
    pub authenticator: [u8; BLINDED_BYTES],
}

impl TokenInput {
    /// The bytes that are signed.
    pub fn encode(&self) -> [u8; INPUT_BYTES] {
        let mut out = [0; INPUT_BYTES];
        let (kind, rest) = out.split_at_mut(2);
        let (nonce, rest) = rest.split_at_mut(NONCE_BYTES);
        let (digest, key_id) = rest.split_at_mut(32);
        kind.copy_from_slice(&TOKEN_TYPE.to_be_bytes());
        nonce.copy_from_slice(&self.nonce);
        digest.copy_from_slice(&self.challenge_digest);
        key_id.copy_from_slice(self.key_id.as_bytes());
        out
    }
}

impl Token {
    /// Its bytes.
    pub fn encode(&self) -> [u8; TOKEN_BYTES] {
        let mut out = [0; TOKEN_BYTES];
        let (input, authenticator) = out.split_at_mut(INPUT_BYTES);
        input.copy_from_slice(&self.input.encode());
        authenticator.copy_from_slice(&self.authenticator);
        out
    }

    /// Reads one of type 0x0002.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let token = Self::read(&mut reader)?;
        reader.end()?;
        Ok(token)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.exactly(&TOKEN_TYPE.to_be_bytes())?;
        let (nonce, challenge_digest) = (reader.array()?, reader.array()?);
        let key_id = KeyId::from_bytes(reader.array()?);
        Ok(Self { input: TokenInput { nonce, challenge_digest, key_id }, authenticator: reader.array()? })
    }

    /// What a redemption signs of it.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

impl std::fmt::Debug for Token {
    /// A token is worth a proof: it is not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}
