//! Batches: so many tokens of one key at a time, always the same number, so that no holder stands out.

use sha2::{Digest, Sha256};

use crate::bytes::{Malformed, Reader};
use crate::key::{BLINDED_BYTES, KEY_ID_BYTES, KeyId};
use crate::voucher::{VOUCHER_BYTES, Voucher};

/// Tokens of a batch.
pub const BATCH_TOKENS: usize = 16;
/// Bytes of a request.
pub const BATCH_REQUEST_BYTES: usize = 1 + VOUCHER_BYTES + KEY_ID_BYTES + BATCH_TOKENS * BLINDED_BYTES;
/// Bytes of the answer.
pub const BATCH_RESPONSE_BYTES: usize = BATCH_TOKENS * BLINDED_BYTES;
const VERSION: u8 = 1;

/// What a holder asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchRequest {
    /// Why it may be asked.
    pub voucher: Voucher,
    /// By which key.
    pub key_id: KeyId,
    /// The blinded messages.
    pub blinded: [[u8; BLINDED_BYTES]; BATCH_TOKENS],
}

/// What the issuer answers: a blind signature for each, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchResponse(pub [[u8; BLINDED_BYTES]; BATCH_TOKENS]);

impl BatchRequest {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(BATCH_REQUEST_BYTES);
        out.push(VERSION);
        out.extend(self.voucher.encode());
        out.extend(self.key_id.as_bytes());
        out.extend(self.blinded.as_flattened());
        out
    }

    /// Reads its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.exactly(&[VERSION])?;
        let voucher = Voucher::read(&mut reader)?;
        let key_id = KeyId::from_bytes(reader.array()?);
        let blinded = read_all(&mut reader)?;
        reader.end()?;
        Ok(Self { voucher, key_id, blinded })
    }

    /// What tells a batch that is sent again from a new one.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

impl BatchResponse {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.0.as_flattened().to_vec()
    }

    /// Reads its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let signatures = read_all(&mut reader)?;
        reader.end()?;
        Ok(Self(signatures))
    }
}

fn read_all(reader: &mut Reader<'_>) -> Result<[[u8; BLINDED_BYTES]; BATCH_TOKENS], Malformed> {
    let mut all = [[0; BLINDED_BYTES]; BATCH_TOKENS];
    for one in &mut all {
        *one = reader.array()?;
    }
    Ok(all)
}
