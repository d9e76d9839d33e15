//! Certificates of those who sign wallets' proofs and passports: read, held against a list of roots, in their time.

use der::asn1::ObjectIdentifier;
use der::{Any, Decode, Encode};
use x509_cert::Certificate;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::signature;

/// Certificates between a signer and a root, at most.
pub(super) const CHAIN_MAX: usize = 4;
/// Bytes of a certificate, at most.
const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;

pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
pub(super) const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
pub(super) const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
pub(super) const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(super) const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
pub(super) const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// How something may be signed here: SHA-1, RSA below 2048 bits and curves below P-256 may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    RsaSha256,
    RsaSha384,
    RsaSha512,
    PssSha256,
    PssSha384,
    PssSha512,
    P256Sha256,
    /// r and s in 32 bytes each, as COSE has it.
    P256Sha256Fixed,
    P256Sha384,
    P384Sha256,
    P384Sha384,
}

/// Those whose signatures are taken as they are.
#[derive(Clone, Debug, Default)]
pub struct Roots(Vec<Certificate>);

/// The file holds no certificates. Give them as PEM, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no certificates in PEM")]
pub struct RootsError;

impl Roots {
    /// From PEM, one or more.
    pub fn from_pem(pem: &[u8]) -> Result<Self, RootsError> {
        let roots = Certificate::load_pem_chain(pem).map_err(|_| RootsError)?;
        if roots.is_empty() { Err(RootsError) } else { Ok(Self(roots)) }
    }

    /// The signer's certificate, if it leads to one of these in so many steps and all were in their time at a moment.
    pub(super) fn signer(&self, chain: &[&[u8]], now_seconds: u64) -> Option<Certificate> {
        if chain.is_empty() || chain.len() > CHAIN_MAX || chain.iter().any(|one| one.len() > CERTIFICATE_BYTES_MAX) {
            return None;
        }
        let chain: Vec<Certificate> = chain.iter().map(|der| Certificate::from_der(der).ok()).collect::<Option<_>>()?;
        if !chain.iter().all(|one| is_in_its_time(one, now_seconds)) {
            return None;
        }
        for pair in chain.windows(2) {
            if !may_issue(&pair[1]) || !has_issued(&pair[1], &pair[0]) {
                return None;
            }
        }
        let last = chain.last()?;
        let mut roots = self.0.iter().filter(|root| is_in_its_time(root, now_seconds));
        // A root that is in the list may be sent along.
        roots.any(|root| root == last || has_issued(root, last)).then(|| chain.into_iter().next())?
    }
}

fn is_in_its_time(certificate: &Certificate, now_seconds: u64) -> bool {
    let validity = certificate.tbs_certificate().validity();
    let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
    seconds(&validity.not_before) <= now_seconds && now_seconds <= seconds(&validity.not_after)
}

/// Whether a certificate between signer and root is one of an authority; whoever merely signs documents makes no signers.
fn may_issue(certificate: &Certificate) -> bool {
    let basic = certificate.tbs_certificate().get_extension::<BasicConstraints>();
    matches!(basic, Ok(Some((_, basic))) if basic.ca)
}

fn has_issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    let names_agree = issuer.tbs_certificate().subject() == certificate.tbs_certificate().issuer();
    let (Ok(signed), Some(signature)) = (certificate.tbs_certificate().to_der(), certificate.signature().as_bytes())
    else {
        return false;
    };
    let key = issuer.tbs_certificate().subject_public_key_info();
    names_agree && is_signed(key, certificate.signature_algorithm(), &signed, signature)
}

/// Whether a key signed this, by an algorithm that is strong enough.
pub(super) fn is_signed(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    signed: &[u8],
    signature: &[u8],
) -> bool {
    let Some(point) = key.subject_public_key.as_bytes() else { return false };
    let Some(algorithm) = fitting(key, algorithm) else { return false };
    signature::is_signed(algorithm, point, signed, signature)
}

fn fitting(key: &SubjectPublicKeyInfoOwned, algorithm: &AlgorithmIdentifierOwned) -> Option<Algorithm> {
    let curve = key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    Some(match (key.algorithm.oid, algorithm.oid) {
        (RSA, RSA_SHA256) => Algorithm::RsaSha256,
        (RSA, RSA_SHA384) => Algorithm::RsaSha384,
        (RSA, RSA_SHA512) => Algorithm::RsaSha512,
        (RSA | RSA_PSS, RSA_PSS) => match pss_digest(algorithm.parameters.as_ref()?)? {
            SHA256 => Algorithm::PssSha256,
            SHA384 => Algorithm::PssSha384,
            SHA512 => Algorithm::PssSha512,
            _ => return None,
        },
        (EC, ECDSA_SHA256) if curve == Some(P256) => Algorithm::P256Sha256,
        (EC, ECDSA_SHA384) if curve == Some(P256) => Algorithm::P256Sha384,
        (EC, ECDSA_SHA256) if curve == Some(P384) => Algorithm::P384Sha256,
        (EC, ECDSA_SHA384) if curve == Some(P384) => Algorithm::P384Sha384,
        _ => return None,
    })
}

/// The digest of RSASSA-PSS parameters (RFC 4055, section 3.1); the rest must be what goes with it, or the signature fails.
fn pss_digest(parameters: &Any) -> Option<ObjectIdentifier> {
    let inside = parameters.value();
    // [0] EXPLICIT AlgorithmIdentifier comes first, when it is not SHA-1, which is not taken.
    let explicit = Any::from_der(first_value(inside)?).ok()?;
    let identifier: AlgorithmIdentifierOwned = AlgorithmIdentifierOwned::from_der(explicit.value()).ok()?;
    Some(identifier.oid)
}

/// The first DER value of several.
fn first_value(bytes: &[u8]) -> Option<&[u8]> {
    let short = usize::from(*bytes.get(1)?);
    let length = if short < 0x80 { short.checked_add(2)? } else { return None };
    bytes.get(..length)
}
