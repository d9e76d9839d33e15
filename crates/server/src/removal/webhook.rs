//! A webhook: a small signed message that there is something to fetch. Making one, and for whoever gets it, checking one.
//!
//! It names a notice and no address: the notice is fetched with the partner's own key. Signed after RFC 9421 with Ed25519
//! over method, address, digest of the body (RFC 9530) and idempotency key.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use exchange::{NoticeId, Time};
use sealing::NodeKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::signature::{self, SignatureError};

/// What a signature of ours covers, and must cover to count.
pub const COVERED: [&str; 4] = ["@method", "@target-uri", "content-digest", "idempotency-key"];
/// How far a signature's moment may be from the reader's clock, in seconds.
pub const SKEW_SECONDS_MAX: i64 = 300;
const LABEL: &str = "rempart";
/// Of the public key's digest, how many bytes name it.
const KEY_ID_BYTES: usize = 8;

/// What a webhook says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Webhook {
    /// What there is.
    pub kind: WebhookKind,
    /// Which notice: fetch it at `/api/v1/notices/{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeId>,
    /// With `changes`: the number of the bank's last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<u64>,
    /// Whether a crisis is on: read it first.
    pub urgent: bool,
    /// When this was written.
    pub at: Time,
}

/// What there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// A notice.
    Notice,
    /// Half of a notice's time has passed.
    ReminderHalf,
    /// A notice's time is over.
    ReminderOver,
    /// A notice is taken back: nothing is asked any more.
    Withdrawn,
    /// The bank has changed, and a crisis is on: read the feed now.
    Changes,
}

/// The node's key for webhooks; it comes from the node's key.
pub struct Signer {
    pair: Ed25519KeyPair,
    id: String,
}

/// The headers of one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// `Content-Digest`.
    pub content_digest: String,
    /// `Idempotency-Key`.
    pub idempotency_key: String,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
}

/// The public key, as whoever checks webhooks needs it (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PublicKey {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The key, base64url.
    pub x: String,
    /// Its name in `Signature-Input`.
    pub kid: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

/// Why a webhook does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// See [`SignatureError`].
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// None of the signatures covers what it must, or names this key.
    #[error("no signature by this key covers method, address, digest and idempotency key")]
    NotOurs,
    /// The signature is too old or from the future: set the clock, or it was kept and sent again.
    #[error("the signature is more than {SKEW_SECONDS_MAX} seconds off")]
    Stale,
    /// The body is not the one whose digest is signed.
    #[error("the body was changed on the way")]
    Body,
    /// The signature is not this key's.
    #[error("the signature is wrong")]
    Wrong,
}

impl Signer {
    /// The key that comes from this node's.
    pub fn of(key: &NodeKey) -> Self {
        Self::from_seed(&zeroize::Zeroizing::new(key.digest(&[b"rempart webhooks: Ed25519 seed"])))
    }

    fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed");
        let id = exchange::hex::encode(&Sha256::digest(pair.public_key().as_ref())[..KEY_ID_BYTES]);
        Self { pair, id }
    }

    /// What is published.
    pub fn public(&self) -> PublicKey {
        PublicKey {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref()),
            kid: self.id.clone(),
            usage: "sig".to_owned(),
        }
    }

    /// Signs a POST of this body to this address.
    pub fn sign(&self, url: &str, body: &[u8], idempotency_key: &str, now: Time) -> Headers {
        let content_digest = content_digest(body);
        let parameters = signature::parameters(&COVERED, now.as_micros() / 1_000_000, &self.id);
        let covered = COVERED.map(str::to_owned);
        let base =
            signature::base(&covered, &parameters, |component| value(component, url, &content_digest, idempotency_key))
                .expect("our own values are there and have no line breaks");
        let signed = STANDARD.encode(self.pair.sign(base.as_bytes()).as_ref());
        Headers {
            content_digest,
            idempotency_key: idempotency_key.to_owned(),
            signature_input: format!("{LABEL}={parameters}"),
            signature: format!("{LABEL}=:{signed}:"),
        }
    }
}

/// Whether a POST that came to `url` is by this key, whole and fresh. For whoever gets webhooks.
pub fn verify(key: &PublicKey, url: &str, body: &[u8], headers: &Headers, now: Time) -> Result<(), VerifyError> {
    let inputs = signature::inputs(&headers.signature_input)?;
    let signatures = signature::signatures(&headers.signature)?;
    let covers = |input: &signature::Input| COVERED.iter().all(|name| input.components.iter().any(|has| has == name));
    let input = inputs
        .iter()
        .find(|input| input.key_id.as_deref() == Some(&key.kid) && covers(input))
        .ok_or(VerifyError::NotOurs)?;
    let (_, signed) = signatures.iter().find(|(label, _)| *label == input.label).ok_or(VerifyError::NotOurs)?;
    let seconds = now.as_micros() / 1_000_000;
    let age = seconds.saturating_sub(input.created.ok_or(VerifyError::Stale)?);
    if !(-SKEW_SECONDS_MAX..=SKEW_SECONDS_MAX).contains(&age) || input.expires.is_some_and(|end| end < seconds) {
        return Err(VerifyError::Stale);
    }
    if !bool::from(content_digest(body).as_bytes().ct_eq(headers.content_digest.trim().as_bytes())) {
        return Err(VerifyError::Body);
    }
    let base = signature::base(&input.components, &input.parameters, |component| {
        value(component, url, &headers.content_digest, &headers.idempotency_key)
    })?;
    let (signed, public) = (STANDARD.decode(signed), URL_SAFE_NO_PAD.decode(&key.x));
    let (Ok(signed), Ok(public)) = (signed, public) else { return Err(VerifyError::Wrong) };
    UnparsedPublicKey::new(&ED25519, public).verify(base.as_bytes(), &signed).map_err(|_| VerifyError::Wrong)
}

fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

fn value<'a>(component: &str, url: &'a str, digest: &'a str, idempotency_key: &'a str) -> Option<&'a str> {
    match component {
        "@method" => Some("POST"),
        "@target-uri" => Some(url),
        "content-digest" => Some(digest),
        "idempotency-key" => Some(idempotency_key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9421, appendix B.1.4: the seed inside `test-key-ed25519`.
    const RFC_SEED: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
    const RFC_PUBLIC: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";

    fn signer() -> Signer {
        Signer::from_seed(URL_SAFE_NO_PAD.decode(RFC_SEED).unwrap().first_chunk().unwrap())
    }

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn the_signature_of_the_standards_example_is_ours_to_the_byte() {
        let signer = signer();
        assert_eq!(signer.public().x, RFC_PUBLIC);
        let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
                    \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
                    \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
                    \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
        assert_eq!(
            STANDARD.encode(signer.pair.sign(base.as_bytes()).as_ref()),
            "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
        );
    }

    #[test]
    fn a_webhook_counts_as_it_was_sent_and_in_no_other_way() {
        let (signer, now) = (signer(), at("2026-11-21T12:00:00Z"));
        let (url, body) = ("https://p.example/hook?x=1", br#"{"kind":"notice"}"#);
        let headers = signer.sign(url, body, "n-1.notice", now);
        let key = signer.public();
        assert_eq!(verify(&key, url, body, &headers, now), Ok(()));
        assert_eq!(verify(&key, url, b"{}", &headers, now), Err(VerifyError::Body));
        assert_eq!(verify(&key, "https://p.example/other", body, &headers, now), Err(VerifyError::Wrong));
        let other = Headers { idempotency_key: "n-2.notice".to_owned(), ..headers.clone() };
        assert_eq!(verify(&key, url, body, &other, now), Err(VerifyError::Wrong));
        let stranger = Signer::from_seed(&[9; 32]).public();
        assert_eq!(verify(&stranger, url, body, &headers, now), Err(VerifyError::NotOurs));
        let posing = PublicKey { kid: key.kid.clone(), ..stranger };
        assert_eq!(verify(&posing, url, body, &headers, now), Err(VerifyError::Wrong));
        for (seconds, expected) in
            [(300, Ok(())), (301, Err(VerifyError::Stale)), (-300, Ok(())), (-301, Err(VerifyError::Stale))]
        {
            assert_eq!(verify(&key, url, body, &headers, now.plus_seconds(seconds)), expected, "{seconds}");
        }
        let less = headers.signature_input.replace(" \"content-digest\"", "");
        let less = Headers { signature_input: less, ..headers };
        assert_eq!(verify(&key, url, body, &less, now), Err(VerifyError::NotOurs));
    }

    #[test]
    fn a_nodes_key_for_webhooks_is_its_own_and_stays() {
        use rand::SeedableRng;
        let node = |seed| NodeKey::generate(&mut rand::rngs::StdRng::seed_from_u64(seed));
        assert_eq!(Signer::of(&node(1)).public(), Signer::of(&node(1)).public());
        assert_ne!(Signer::of(&node(1)).public(), Signer::of(&node(2)).public());
    }
}
