//! What a site gives each visit to be signed: fresh, its own, and nothing it has to remember.
//!
//! `visit 11 | mode 1 | time 4 |` and the first 16 bytes of an HMAC-SHA-256 over label, those, threshold, origin.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::bytes::Malformed;
use crate::epoch::SKEW_SECONDS_MAX;
use crate::redemption::Origin;
use crate::threshold::Threshold;

/// Bytes of a site nonce.
pub const SITE_NONCE_BYTES: usize = 32;
/// Bytes of it that say which visit.
pub const VISIT_BYTES: usize = 11;
/// How long one is good for.
pub const SITE_NONCE_SECONDS: u64 = 600;
const BEFORE_MAC: usize = 16;
const LABEL: &[u8] = b"rempart age site nonce v1\0";

/// Which browser is to be let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// The one that sends the redemption.
    Here,
    /// The one that showed the square which another device read.
    HandedOver,
}

/// The site's own key for its nonces; all its processes have the same. `Debug` does not show it.
pub struct SiteKey(Zeroizing<[u8; 32]>);

/// A site's nonce.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SiteNonce([u8; SITE_NONCE_BYTES]);

impl SiteKey {
    /// From 32 random bytes.
    pub const fn new(secret: Zeroizing<[u8; 32]>) -> Self {
        Self(secret)
    }

    /// A nonce for one visit, asked by this origin for this threshold at this moment.
    pub fn nonce(
        &self,
        visit: [u8; VISIT_BYTES],
        mode: Mode,
        origin: &Origin,
        threshold: Threshold,
        now_seconds: u64,
    ) -> SiteNonce {
        let mut nonce = [0; SITE_NONCE_BYTES];
        nonce[..VISIT_BYTES].copy_from_slice(&visit);
        nonce[VISIT_BYTES] = mode as u8;
        // Wraps in 2106; what is compared is the difference.
        nonce[VISIT_BYTES + 1..BEFORE_MAC].copy_from_slice(&(now_seconds as u32).to_be_bytes());
        let mac = self.mac(&nonce[..BEFORE_MAC], origin, threshold);
        nonce[BEFORE_MAC..].copy_from_slice(&mac);
        SiteNonce(nonce)
    }

    /// Which visit a nonce was given to, if it is ours, for this origin and threshold, and still good.
    pub(crate) fn visit(
        &self,
        nonce: &SiteNonce,
        origin: &Origin,
        threshold: Threshold,
        now_seconds: u64,
    ) -> Option<([u8; VISIT_BYTES], Mode)> {
        let mac = self.mac(&nonce.0[..BEFORE_MAC], origin, threshold);
        let is_ours: bool = mac[..].ct_eq(&nonce.0[BEFORE_MAC..]).into();
        let (visit, rest) = nonce.0.split_first_chunk::<VISIT_BYTES>()?;
        let (mode, rest) = rest.split_first()?;
        let given = u32::from_be_bytes(*rest.first_chunk()?);
        let age = (now_seconds as u32).wrapping_sub(given);
        let is_good = u64::from(age) <= SITE_NONCE_SECONDS || u64::from(age.wrapping_neg()) <= SKEW_SECONDS_MAX;
        let mode = [Mode::Here, Mode::HandedOver].into_iter().find(|known| *known as u8 == *mode)?;
        (is_ours && is_good).then_some((*visit, mode))
    }

    fn mac(&self, before: &[u8], origin: &Origin, threshold: Threshold) -> [u8; SITE_NONCE_BYTES - BEFORE_MAC] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_ref()).expect("HMAC takes keys of any length");
        mac.update(LABEL);
        mac.update(before);
        mac.update(&[threshold.years()]);
        mac.update(origin.as_str().as_bytes());
        let whole = mac.finalize().into_bytes();
        let mut out = [0; SITE_NONCE_BYTES - BEFORE_MAC];
        out.copy_from_slice(&whole[..SITE_NONCE_BYTES - BEFORE_MAC]);
        out
    }
}

impl SiteNonce {
    /// One as it came.
    pub const fn from_bytes(bytes: [u8; SITE_NONCE_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; SITE_NONCE_BYTES] {
        &self.0
    }

    /// Its text: base64url without padding.
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.0)
    }

    /// Reads its text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; SITE_NONCE_BYTES];
        let read = Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| Malformed)?;
        if read.len() == SITE_NONCE_BYTES { Ok(Self(bytes)) } else { Err(Malformed) }
    }
}

impl std::fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteKey(..)")
    }
}
