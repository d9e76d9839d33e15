//! What a site asks, as it stands behind the wallet's address, and the answer to it.

use agetoken::possession::{PUBLIC_KEY_BYTES, SIGNATURE_BYTES, statement};
use agetoken::{Mode, Origin, Redemption, SiteNonce, TOKEN_BYTES, Threshold, Token, VISIT_BYTES, Voucher};
use wasm_bindgen::prelude::wasm_bindgen;

use super::AgeError;

/// A question that can be answered.
#[wasm_bindgen]
pub struct Question {
    origin: Origin,
    threshold: Threshold,
    nonce: SiteNonce,
}

#[wasm_bindgen]
impl Question {
    /// Reads its parts.
    #[wasm_bindgen(constructor)]
    pub fn new(origin: &str, age: &str, nonce: &str) -> Result<Question, String> {
        let origin = origin.parse().map_err(|_| AgeError::Malformed)?;
        let threshold = age.parse().map_err(|_| AgeError::Malformed)?;
        let nonce = SiteNonce::parse(nonce).map_err(|_| AgeError::Malformed)?;
        Ok(Self { origin, threshold, nonce })
    }

    /// Who gets the answer, as browsers write it.
    pub fn origin(&self) -> String {
        self.origin.to_string()
    }

    /// The same without `https://`.
    pub fn host(&self) -> String {
        self.origin.host().to_owned()
    }

    /// The age that is asked for.
    pub fn age(&self) -> u8 {
        self.threshold.years()
    }

    /// Whether the answer lets in another browser: the one that shows a square.
    pub fn is_for_another(&self) -> bool {
        self.nonce.as_bytes()[VISIT_BYTES] == Mode::HandedOver as u8
    }

    /// What the token's one-time key is to sign.
    pub fn statement(&self, token: &[u8]) -> Result<Vec<u8>, String> {
        Ok(statement(&self.origin, &self.nonce, &read(token)?))
    }

    /// The answer, as it stands in the form.
    pub fn answer(&self, token: &[u8], public_key: &[u8], signature: &[u8]) -> Result<String, String> {
        let public_key: [u8; PUBLIC_KEY_BYTES] = public_key.try_into().map_err(|_| AgeError::Malformed)?;
        let signature: [u8; SIGNATURE_BYTES] = signature.try_into().map_err(|_| AgeError::Malformed)?;
        Ok(Redemption { token: read(token)?, public_key, site_nonce: self.nonce, signature }.to_text())
    }
}

fn read(token: &[u8]) -> Result<Token, AgeError> {
    let token: &[u8; TOKEN_BYTES] = token.try_into().map_err(|_| AgeError::Malformed)?;
    Token::decode(token).map_err(|_| AgeError::Malformed)
}

/// What a voucher says of whoever has it.
#[wasm_bindgen]
pub struct VoucherSays(Voucher);

#[wasm_bindgen]
impl VoucherSays {
    /// Reads its text.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<VoucherSays, String> {
        Ok(Self(text.parse().map_err(|_| AgeError::Malformed)?))
    }

    /// The ages that tokens may be asked for.
    pub fn ages(&self) -> Vec<u8> {
        self.0.reached().iter().map(Threshold::years).collect()
    }

    /// Until when, in seconds since 1970.
    pub fn ends(&self) -> f64 {
        self.0.ends() as f64
    }
}
