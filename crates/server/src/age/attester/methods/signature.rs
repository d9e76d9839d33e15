//! The one door to the library that checks signatures of documents. The parsers ([`super::certificate`], [`super::cose`]) go through it,
//! so that their fuzz targets can put another door here and see what lies behind.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::certificate::Algorithm;

/// Whether a key, as it stands in a certificate or as a point, signed this.
pub(super) fn is_signed(algorithm: Algorithm, key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    let algorithm: &'static dyn VerificationAlgorithm = match algorithm {
        Algorithm::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RsaSha384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RsaSha512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PssSha256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::PssSha384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::PssSha512 => &RSA_PSS_2048_8192_SHA512,
        Algorithm::P256Sha256 => &ECDSA_P256_SHA256_ASN1,
        Algorithm::P256Sha256Fixed => &ECDSA_P256_SHA256_FIXED,
        Algorithm::P256Sha384 => &ECDSA_P256_SHA384_ASN1,
        Algorithm::P384Sha256 => &ECDSA_P384_SHA256_ASN1,
        Algorithm::P384Sha384 => &ECDSA_P384_SHA384_ASN1,
    };
    UnparsedPublicKey::new(algorithm, key).verify(signed, signature).is_ok()
}
