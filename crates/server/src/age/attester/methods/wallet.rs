//! An age proof of a European wallet: an mdoc of the type `eu.europa.ec.av.1`, presented by OpenID4VP 1.0 (`direct_post`, DCQL, the
//! request by value, the client named by where it is answered). What comes out is "18 or over", and blind tokens follow: issuer and
//! site of the wallet's proof would see the same signature, ours do not.
//!
//! Checked: the issuer's certificate against the list, the digest of each item, the device's signature over this very request, the
//! time, the type, and that no proof serves twice.

use std::sync::Arc;

use agetoken::{Threshold, Thresholds};
use base64ct::{Base64UrlUnpadded, Encoding};
use ciborium::Value;
use futures::FutureExt;
use futures::future::BoxFuture;
use rand::Rng;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::certificate::Roots;
use super::cose::{Signed, carried, carry, field, numbered, point, read, write};
use crate::age::attester::Desk;
use crate::age::attester::evidence::{Declaration, Evidence, Field, Level, NotProven, Retains, Sent, Step, Told};

/// The type of the proof, and its namespace.
pub const DOC_TYPE: &str = "eu.europa.ec.av.1";
/// The age that is asked for, and that follows: 18.
const CLAIM: &str = "age_over_18";
/// What the presentation is called in the request.
const QUERY: &str = "age";
/// Items of a presentation that are looked at, at most.
const ITEMS_MAX: usize = 32;

/// The way itself.
#[derive(Clone, Debug)]
pub struct Wallet {
    roots: Arc<Roots>,
}

impl Wallet {
    /// Proofs of these issuers are taken.
    pub fn new(roots: Roots) -> Self {
        Self { roots: Arc::new(roots) }
    }

    fn depart(&self, desk: &Desk, journey: &str) -> Result<Step, NotProven> {
        let mut nonce = [0; 24];
        desk.entropy.rng().fill_bytes(&mut nonce);
        let nonce = Base64UrlUnpadded::encode_string(&nonce);
        let response_uri = format!("{}/age/way/wallet/back", desk.base);
        let query = json!({"credentials": [{
            "id": QUERY,
            "format": "mso_mdoc",
            "meta": {"doctype_value": DOC_TYPE},
            "claims": [{"path": [DOC_TYPE, CLAIM]}],
        }]});
        let to = url::Url::parse_with_params(
            "openid4vp://authorize",
            [
                ("response_type", "vp_token"),
                ("response_mode", "direct_post"),
                ("client_id", &client_id(&response_uri)),
                ("response_uri", &response_uri),
                ("nonce", &nonce),
                ("state", journey),
                ("dcql_query", &query.to_string()),
            ],
        );
        let to = to.map_err(|_| NotProven::Unreadable)?.to_string();
        Ok(Step::Elsewhere { to, state: nonce.into_bytes() })
    }

    async fn arrive(&self, desk: &Desk, state: &[u8], sent: &Sent) -> Result<Step, NotProven> {
        let nonce = str::from_utf8(state).map_err(|_| NotProven::Unreadable)?;
        let token = presented(sent.text("vp_token").ok_or(NotProven::Unreadable)?).ok_or(NotProven::Unreadable)?;
        let response_uri = format!("{}/age/way/wallet/back", desk.base);
        let transcript = transcript(&response_uri, nonce);
        let issued = check(&token, &self.roots, &transcript, desk.now()).ok_or(NotProven::NotConfirmed)?;
        // Each of a batch serves once; its issuer's signature is its name.
        desk.count_use("wallet", &issued, 1).await?;
        Ok(Step::Reached(Thresholds::reached_at(u32::from(Threshold::Over18.years()))))
    }
}

fn client_id(response_uri: &str) -> String {
    format!("redirect_uri:{response_uri}")
}

/// The one presentation in a `vp_token`: an object with a list under our query's name, or, as drafts had it, the text itself.
fn presented(token: &str) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Named {
        age: Vec<String>,
    }
    let text = match serde_json::from_str::<Named>(token) {
        Ok(named) if named.age.len() == 1 => named.age.into_iter().next()?,
        Ok(_) => return None,
        Err(_) => token.trim_matches('"').to_owned(),
    };
    Base64UrlUnpadded::decode_vec(text.trim_end_matches('=')).ok()
}

/// What the device signs besides: OpenID4VP 1.0, appendix B.2.6.1, without a key for encryption.
fn transcript(response_uri: &str, nonce: &str) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let info = Value::Array(vec![text(&client_id(response_uri)), text(nonce), Value::Null, text(response_uri)]);
    let digest = Sha256::digest(write(&info)).to_vec();
    let handover = Value::Array(vec![text("OpenID4VPHandover"), Value::Bytes(digest)]);
    Value::Array(vec![Value::Null, Value::Null, handover])
}

/// The issuer's signed bytes, if the response shows "18 or over" and everything about it is right.
fn check(response: &[u8], roots: &Roots, transcript: &Value, now: u64) -> Option<Vec<u8>> {
    let response = read(response)?;
    let [document] = field(&response, "documents")?.as_array()?.as_slice() else { return None };
    if field(&response, "status")?.as_integer().map(i128::from) != Some(0)
        || field(document, "docType")?.as_text() != Some(DOC_TYPE)
    {
        return None;
    }
    let signed = field(document, "issuerSigned")?;
    let issuer_auth = Signed::of(field(signed, "issuerAuth")?)?;
    let certificate = roots.signer(&issuer_auth.chain(), now)?;
    let spki = certificate.tbs_certificate().subject_public_key_info();
    if !issuer_auth.is_by(spki.subject_public_key.as_bytes()?, None) {
        return None;
    }
    let payload = issuer_auth.payload?;
    let tagged = read(payload)?;
    let object = read(carried(&tagged)?)?;
    if field(&object, "docType")?.as_text() != Some(DOC_TYPE)
        || field(&object, "digestAlgorithm")?.as_text() != Some("SHA-256")
    {
        return None;
    }
    is_in_its_time(field(&object, "validityInfo")?, now)?;
    shows_18(field(signed, "nameSpaces")?, field(&object, "valueDigests")?)?;
    let device_key = point(field(field(&object, "deviceKeyInfo")?, "deviceKey")?)?;
    is_the_devices(field(document, "deviceSigned")?, &device_key, transcript)?;
    Some(payload.to_vec())
}

fn is_in_its_time(validity: &Value, now: u64) -> Option<()> {
    let seconds = |name| {
        let Value::Tag(0, inner) = field(validity, name)? else { return None };
        let moment: jiff::Timestamp = inner.as_text()?.parse().ok()?;
        u64::try_from(moment.as_second()).ok()
    };
    (seconds("validFrom")? <= now && now < seconds("validUntil")?).then_some(())
}

/// The item `age_over_18` is true, and its digest is the one that the issuer signed.
fn shows_18(spaces: &Value, digests: &Value) -> Option<()> {
    let (items, digests) = (field(spaces, DOC_TYPE)?.as_array()?, field(digests, DOC_TYPE)?);
    let mut is_shown = None;
    for item in items.iter().take(ITEMS_MAX) {
        let inside = read(carried(item)?)?;
        let number = field(&inside, "digestID")?.as_integer()?;
        let digest = numbered(digests, i128::from(number))?.as_bytes()?;
        if Sha256::digest(write(item)).as_slice() != digest.as_slice() {
            return None;
        }
        if field(&inside, "elementIdentifier")?.as_text() == Some(CLAIM) {
            is_shown = Some(field(&inside, "elementValue")?.as_bool()?);
        }
    }
    (items.len() <= ITEMS_MAX && is_shown == Some(true)).then_some(())
}

/// The device signed this request's transcript (ISO/IEC 18013-5, section 9.1.3.4).
fn is_the_devices(signed: &Value, key: &[u8], transcript: &Value) -> Option<()> {
    let spaces = field(signed, "nameSpaces")?;
    let authentication = Value::Array(vec![
        Value::Text("DeviceAuthentication".to_owned()),
        transcript.clone(),
        Value::Text(DOC_TYPE.to_owned()),
        carry(carried(spaces)?.to_vec()),
    ]);
    let bytes = write(&carry(write(&authentication)));
    let signature = Signed::of(field(field(signed, "deviceAuth")?, "deviceSignature")?)?;
    (signature.payload.is_none() && signature.is_by(key, Some(&bytes))).then_some(())
}

impl Evidence for Wallet {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "wallet",
            level: Level::Strict,
            retains: Retains::CountedDigest,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: true,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, journey: &'e str, _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async move { self.depart(desk, journey) }.boxed()
    }

    fn finish<'e>(&'e self, desk: &'e Desk, state: &'e [u8], sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.arrive(desk, state, sent).boxed()
    }
}
