//! An mdoc of the type `eu.europa.ec.av.1`, as a wallet presents it (ISO/IEC 18013-5, OpenID4VP 1.0), read and checked: the issuer's
//! certificate against the list, the digest of each item, the device's signature over this very request, the time and the type.
//! Bytes in, an answer out; no server.

use base64ct::{Base64UrlUnpadded, Encoding};
use ciborium::Value;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::certificate::Roots;
use super::cose::{Signed, carried, carry, field, numbered, point, read, write};

/// The type of the proof, and its namespace.
pub(super) const DOC_TYPE: &str = "eu.europa.ec.av.1";
/// The age that is asked for, and that follows: 18.
pub(super) const CLAIM: &str = "age_over_18";
/// What the presentation is called in the request.
pub(super) const QUERY: &str = "age";
/// Items of a presentation that are looked at, at most.
const ITEMS_MAX: usize = 32;

/// Who asks: nobody but the address that is answered to (OpenID4VP, section 5.9.3).
pub(super) fn client_id(response_uri: &str) -> String {
    format!("redirect_uri:{response_uri}")
}

/// The one presentation in a `vp_token`: an object with a list under our query's name, or, as drafts had it, the text itself.
pub(super) fn presented(token: &str) -> Option<Vec<u8>> {
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
pub(super) fn transcript(response_uri: &str, nonce: &str) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let info = Value::Array(vec![text(&client_id(response_uri)), text(nonce), Value::Null, text(response_uri)]);
    let digest = Sha256::digest(write(&info)).to_vec();
    let handover = Value::Array(vec![text("OpenID4VPHandover"), Value::Bytes(digest)]);
    Value::Array(vec![Value::Null, Value::Null, handover])
}

/// The issuer's signed bytes, if the response shows "18 or over" and everything about it is right.
pub(super) fn check(response: &[u8], roots: &Roots, transcript: &Value, now: u64) -> Option<Vec<u8>> {
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
