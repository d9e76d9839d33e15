//! One issuer with keys for a week, its holders, a site.

use std::sync::LazyLock;

use agetoken::possession::{self, HolderKey};
use agetoken::{
    BlindSigner, Challenge, Epoch, Gate, IssuerName, IssuerSecret, KeyEntry, KeyRing, Mode, Origin, Redemption,
    Refused, SiteKey, Spend, Threshold, Token, Wanted,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use zeroize::Zeroizing;

pub(crate) const EPOCH: Epoch = Epoch(2_969);

/// Keys are dear to make: three for all tests.
static SECRETS: LazyLock<[IssuerSecret; 3]> =
    LazyLock::new(|| [1, 2, 3].map(|seed| IssuerSecret::generate(&mut StdRng::seed_from_u64(seed)).unwrap()));

pub(crate) fn secret(which: usize) -> &'static IssuerSecret {
    &SECRETS[which]
}

pub(crate) fn issuer() -> IssuerName {
    "issuer.example".parse().unwrap()
}

pub(crate) fn published(threshold: Threshold, epoch: Epoch, secret: &IssuerSecret) -> KeyEntry {
    KeyEntry::Published { issuer: issuer(), threshold, epoch, key: Box::new(secret.public().clone()) }
}

/// 13 by the first key, 18 by the second.
pub(crate) fn ring() -> KeyRing {
    let mut ring = KeyRing::new(issuer());
    ring.apply(&published(Threshold::Over13, EPOCH, secret(0))).unwrap();
    ring.apply(&published(Threshold::Over18, EPOCH, secret(1))).unwrap();
    ring
}

pub(crate) fn site_key() -> SiteKey {
    SiteKey::new(Zeroizing::new([9; 32]))
}

pub(crate) fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

/// A token and whoever holds it.
pub(crate) struct Holder {
    pub(crate) key: HolderKey,
    pub(crate) token: Token,
}

impl Holder {
    pub(crate) fn of(secret: &IssuerSecret, challenge: &Challenge, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let key = HolderKey::generate(&mut rng);
        let wanted = Wanted::held(secret.public(), challenge, &key.public(), &mut rng).unwrap();
        let signed = secret.sign(wanted.blinded(), &mut rng).unwrap();
        Self { token: wanted.finish(&signed).unwrap(), key }
    }

    /// Held for 18 or over, in [`EPOCH`].
    pub(crate) fn over18(seed: u64) -> Self {
        Self::of(secret(1), &Challenge::ahead(&issuer(), EPOCH), seed)
    }

    pub(crate) fn redeem(&self, asked: &Asked) -> Redemption {
        let nonce = asked.nonce();
        let statement = possession::statement(&asked.origin, &nonce, &self.token);
        Redemption {
            token: self.token.clone(),
            public_key: self.key.public(),
            site_nonce: nonce,
            signature: self.key.sign(&statement),
        }
    }
}

/// A site that asks for a threshold at a moment.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) origin: Origin,
    pub(crate) threshold: Threshold,
    pub(crate) now: u64,
    pub(crate) mode: Mode,
}

impl Asked {
    pub(crate) fn over18_at(host: &str) -> Self {
        let origin = origin(&format!("https://{host}"));
        Self { origin, threshold: Threshold::Over18, now: EPOCH.begins() + 3_600, mode: Mode::Here }
    }

    pub(crate) fn nonce(&self) -> agetoken::SiteNonce {
        site_key().nonce([7; 11], self.mode, &self.origin, self.threshold, self.now)
    }

    pub(crate) fn check(&self, redemption: &Redemption) -> Result<Spend, Refused> {
        self.check_with(&ring(), redemption)
    }

    pub(crate) fn check_with(&self, ring: &KeyRing, redemption: &Redemption) -> Result<Spend, Refused> {
        let gate = Gate { ring, site: &site_key(), origin: &self.origin, threshold: self.threshold };
        gate.check(redemption, self.now)
    }
}
