//! The security object of a chip, EF.SOD: which digest each data group has, signed by a state (ICAO Doc 9303, part 10, section 4.6.2;
//! CMS is RFC 5652). No server.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Sequence};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::{
    CHAIN_MAX, RSA, RSA_SHA256, RSA_SHA384, RSA_SHA512, Roots, SHA256, SHA384, SHA512, is_signed,
};
use super::zone::unwrapped;

/// Digests of data groups, at most: there are 16.
const GROUPS_MAX: usize = 16;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

/// LDSSecurityObject: which digest each data group has. Newer ones say a version of the file system last.
#[derive(Sequence)]
struct SecurityObject {
    version: u8,
    algorithm: AlgorithmIdentifierOwned,
    groups: Vec<GroupDigest>,
    #[asn1(optional = "true")]
    file_system: Option<Any>,
}

#[derive(Sequence)]
struct GroupDigest {
    number: u8,
    digest: OctetString,
}

/// Whether a state of the list signed the digest of these data; `None` where that cannot be read.
pub(super) fn is_signed_by_a_state(sod: &[u8], dg1: &[u8], roots: &Roots, now: u64) -> Option<bool> {
    let content = ContentInfo::from_der(unwrapped(sod, &[0x77])?).ok()?;
    if content.content_type != SIGNED_DATA {
        return None;
    }
    let signed: SignedData = content.content.decode_as().ok()?;
    let inside = &signed.encap_content_info;
    if inside.econtent_type != SECURITY_OBJECT {
        return None;
    }
    let object = inside.econtent.as_ref()?.value().to_vec();
    let certificates = signed.certificates.as_ref()?;
    let ders = certificates.0.iter().take(CHAIN_MAX + 1).filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => certificate.to_der().ok(),
        CertificateChoices::Other(_) => None,
    });
    let [signer_info] = signed.signer_infos.0.as_slice() else { return None };
    // The signer's certificate comes along; a state's root may too, and is not needed.
    let is_good = ders.into_iter().any(|der| {
        roots.signer(&[&der], now).is_some_and(|certificate| {
            is_signers(signer_info, &object, certificate.tbs_certificate().subject_public_key_info()).unwrap_or(false)
        })
    });
    let listed = SecurityObject::from_der(&object).ok()?;
    if listed.groups.len() > GROUPS_MAX {
        return None;
    }
    let group = listed.groups.iter().find(|group| group.number == 1)?;
    Some(is_good && digest(&listed.algorithm.oid, dg1)? == group.digest.as_bytes())
}

/// The signature over the attributes, and in them the digest of the object (RFC 5652, section 5.4).
fn is_signers(info: &SignerInfo, object: &[u8], key: &x509_cert::spki::SubjectPublicKeyInfoOwned) -> Option<bool> {
    let attributes = info.signed_attrs.as_ref()?;
    let value = |oid| {
        let attribute = attributes.iter().find(|attribute| attribute.oid == oid)?;
        attribute.values.iter().next().cloned()
    };
    let kind: ObjectIdentifier = value(CONTENT_TYPE)?.decode_as().ok()?;
    let said: OctetString = value(MESSAGE_DIGEST)?.decode_as().ok()?;
    let is_it = kind == SECURITY_OBJECT && digest(&info.digest_alg.oid, object)? == said.as_bytes();
    let algorithm = signing(info);
    Some(is_it && is_signed(key, &algorithm, &attributes.to_der().ok()?, info.signature.as_bytes()))
}

/// Some write only the kind of key as the algorithm, and the digest apart.
fn signing(info: &SignerInfo) -> AlgorithmIdentifierOwned {
    let oid = match (info.signature_algorithm.oid, info.digest_alg.oid) {
        (RSA, SHA256) => RSA_SHA256,
        (RSA, SHA384) => RSA_SHA384,
        (RSA, SHA512) => RSA_SHA512,
        _ => return info.signature_algorithm.clone(),
    };
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn digest(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match *algorithm {
        SHA256 => Sha256::digest(bytes).to_vec(),
        SHA384 => Sha384::digest(bytes).to_vec(),
        SHA512 => Sha512::digest(bytes).to_vec(),
        // SHA-1 and SHA-224 of documents before 2015 are not taken.
        _ => return None,
    })
}
