//! A batch on its way: what is sent, what must be kept until the answer has come, and the tokens that come of it.

use agetoken::possession::PUBLIC_KEY_BYTES;
use agetoken::{BATCH_TOKENS, BatchRequest, BatchResponse, Challenge, Epoch, TOKEN_BYTES, Voucher, Wanted};
use rand::SeedableRng;
use rand::rngs::StdRng;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{AgeError, Keys};

const SEED_BYTES: usize = 32;

/// A batch that was asked for, or is about to be.
#[wasm_bindgen]
pub struct Batch {
    wanted: Vec<Wanted>,
}

#[wasm_bindgen]
impl Batch {
    /// Blinds a batch for an age and week. `public_keys` are those of its one-time keys, 65 bytes each; `seed` are 32 bytes of the
    /// system's randomness, which all blinding comes from: never the same twice.
    #[wasm_bindgen(constructor)]
    pub fn new(keys: &Keys, age: u8, epoch: u32, public_keys: &[u8], seed: &[u8]) -> Result<Batch, String> {
        Ok(Self::begin(keys, age, epoch, public_keys, seed)?)
    }

    /// A batch that was kept.
    pub fn resume(kept: &[u8]) -> Result<Batch, String> {
        let one = kept.len() / BATCH_TOKENS;
        if one == 0 || !kept.len().is_multiple_of(BATCH_TOKENS) {
            return Err(AgeError::Malformed.into());
        }
        let wanted = kept.chunks_exact(one).map(Wanted::decode).collect::<Result<Vec<_>, _>>();
        Ok(Self { wanted: wanted.map_err(|_| AgeError::Malformed)? })
    }

    /// What must be kept to finish it; with it and the answer anybody can.
    pub fn keep(&self) -> Vec<u8> {
        self.wanted.iter().flat_map(|wanted| wanted.encode().to_vec()).collect()
    }

    /// What goes to the issuer.
    pub fn request(&self, voucher: &str) -> Result<Vec<u8>, String> {
        let voucher: Voucher = voucher.parse().map_err(|_| AgeError::Malformed)?;
        let key_id = self.wanted.first().ok_or(AgeError::Malformed)?.key_id();
        let mut blinded = [[0; agetoken::BLINDED_BYTES]; BATCH_TOKENS];
        self.wanted.iter().zip(&mut blinded).for_each(|(wanted, place)| *place = *wanted.blinded());
        Ok(BatchRequest { voucher, key_id, blinded }.encode())
    }

    /// Takes the blinding off the answer and checks each token: 354 bytes each, in the order of the keys.
    pub fn finish(&self, answer: &[u8]) -> Result<Vec<u8>, String> {
        let answer = BatchResponse::decode(answer).map_err(|_| AgeError::Unsigned)?;
        let mut tokens = Vec::with_capacity(BATCH_TOKENS * TOKEN_BYTES);
        for (wanted, signed) in self.wanted.iter().zip(&answer.0) {
            tokens.extend(wanted.finish(signed).map_err(|_| AgeError::Unsigned)?.encode());
        }
        Ok(tokens)
    }
}

impl Batch {
    fn begin(keys: &Keys, age: u8, epoch: u32, public_keys: &[u8], seed: &[u8]) -> Result<Self, AgeError> {
        let seed: [u8; SEED_BYTES] = seed.try_into().map_err(|_| AgeError::Malformed)?;
        let (publics, rest) = public_keys.as_chunks::<PUBLIC_KEY_BYTES>();
        if publics.len() != BATCH_TOKENS || !rest.is_empty() {
            return Err(AgeError::Malformed);
        }
        let (key, challenge) = (keys.find(age, epoch)?, Challenge::ahead(keys.issuer(), Epoch(epoch)));
        let mut rng = StdRng::from_seed(seed);
        let wanted = publics.iter().map(|public| Wanted::held(key, &challenge, public, &mut rng));
        Ok(Self { wanted: wanted.collect::<Result<_, _>>().map_err(|_| AgeError::NoKey)? })
    }
}
