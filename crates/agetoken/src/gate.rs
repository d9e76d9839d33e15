//! The site's check of what a browser hands over. It stands alone: it needs nobody's answer, and knows keys from their log only.

use crate::challenge::Challenge;
use crate::epoch::Epoch;
use crate::possession;
use crate::redemption::{Origin, Redemption};
use crate::ring::KeyRing;
use crate::site_nonce::{Mode, SiteKey, VISIT_BYTES};
use crate::threshold::Threshold;
use crate::token::{NONCE_BYTES, Token};

/// What a site checks with.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'g> {
    /// The keys that are believed.
    pub ring: &'g KeyRing,
    /// The site's own key.
    pub site: &'g SiteKey,
    /// The site.
    pub origin: &'g Origin,
    /// What it asks for.
    pub threshold: Threshold,
}

/// The same for stock clients of RFC 9577, without a possession proof.
#[derive(Clone, Copy, Debug)]
pub struct PlainGate<'g> {
    /// The keys that are believed.
    pub ring: &'g KeyRing,
    /// What it asks for.
    pub threshold: Threshold,
    /// The challenges that a token may answer now.
    pub challenges: &'g [Challenge],
}

/// A token that is good if it was not spent before: record the nonce for the week, and only when that is committed let the
/// visit in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// What may be recorded once.
    pub nonce: [u8; NONCE_BYTES],
    /// For which week it is to be remembered.
    pub epoch: Epoch,
    /// What was proven.
    pub threshold: Threshold,
    /// Which visit asked; of a plain token all zero.
    pub visit: [u8; VISIT_BYTES],
    /// Which browser is let in.
    pub mode: Mode,
}

/// Why nobody is let in. None of it says anything about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The key is in no log that this site follows, or was revoked. Prove it again with a proof of this week.
    #[error("signed by no key that is accepted here")]
    UnknownKey,
    /// The key's week has not begun or is long over. Set the clock, or prove it again.
    #[error("the key's week has not begun, or is over")]
    OutOfTime,
    /// The signature is not that of the key which the token names.
    #[error("not signed by the key that it names")]
    Unsigned,
    /// It proves another age than the one asked for.
    #[error("proves {proven} and {asked} is asked for")]
    OtherThreshold {
        /// What the verifying key is for.
        proven: Threshold,
        /// What the site asks for.
        asked: Threshold,
    },
    /// It answers another challenge: it was made for another issuer, week or place.
    #[error("made for another issuer, week or place")]
    OtherChallenge,
    /// The key that came with it is not the one it was made for.
    #[error("not made for the key that came with it")]
    OtherHolder,
    /// The site's nonce is not ours, for another origin or threshold, or too old. Open the page again.
    #[error("the question it answers was not asked here, or too long ago")]
    OtherVisit,
    /// Whoever sent it does not hold its key.
    #[error("whoever sent it does not hold its key")]
    NotHeld,
}

impl Gate<'_> {
    /// Checks a redemption at a moment, seconds since 1970.
    pub fn check(&self, redemption: &Redemption, now_seconds: u64) -> Result<Spend, Refused> {
        let token = &redemption.token;
        let (epoch, issuer) = (check_token(self.ring, self.threshold, token, now_seconds)?, self.ring.issuer());
        if token.input.challenge_digest != Challenge::ahead(issuer, epoch).digest() {
            return Err(Refused::OtherChallenge);
        }
        if token.input.nonce != possession::nonce(&redemption.public_key) {
            return Err(Refused::OtherHolder);
        }
        let (visit, mode) = self
            .site
            .visit(&redemption.site_nonce, self.origin, self.threshold, now_seconds)
            .ok_or(Refused::OtherVisit)?;
        let statement = possession::statement(self.origin, &redemption.site_nonce, token);
        if !possession::is_signed(&redemption.public_key, &statement, &redemption.signature) {
            return Err(Refused::NotHeld);
        }
        Ok(Spend { nonce: token.input.nonce, epoch, threshold: self.threshold, visit, mode })
    }
}

impl PlainGate<'_> {
    /// Checks a token at a moment, seconds since 1970.
    pub fn check(&self, token: &Token, now_seconds: u64) -> Result<Spend, Refused> {
        let epoch = check_token(self.ring, self.threshold, token, now_seconds)?;
        if !self.challenges.iter().any(|challenge| challenge.digest() == token.input.challenge_digest) {
            return Err(Refused::OtherChallenge);
        }
        let (threshold, visit) = (self.threshold, [0; VISIT_BYTES]);
        Ok(Spend { nonce: token.input.nonce, epoch, threshold, visit, mode: Mode::Here })
    }
}

/// By the whole key id, with that key and no other, and the threshold that the key is for.
fn check_token(ring: &KeyRing, asked: Threshold, token: &Token, now_seconds: u64) -> Result<Epoch, Refused> {
    let (proven, epoch, key) = ring.find(&token.input.key_id).ok_or(Refused::UnknownKey)?;
    if !epoch.is_accepted_at(now_seconds) {
        return Err(Refused::OutOfTime);
    }
    if !key.has_signed(token) {
        return Err(Refused::Unsigned);
    }
    if proven != asked {
        return Err(Refused::OtherThreshold { proven, asked });
    }
    Ok(epoch)
}
