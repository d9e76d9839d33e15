use std::time::Instant;

use fingerprint::{Digests, Dihedral, Md5, Sha256, pdq_dihedral};

use crate::{DecodeError, Format, Limits, decode_within};

/// Every fingerprint of one picture file.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureFingerprints {
    /// PDQ of the picture in its eight orientations, and its quality.
    pub dihedral: Dihedral,
    /// MD5 of the file.
    pub md5: Md5,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file's format.
    pub format: Format,
}

/// Decodes a picture file and takes all its fingerprints; what [`decode`](crate::decode()) says holds here too.
///
/// Hashing follows decoding and holds, in its turn, what [`fingerprint::pdq_dihedral`] says besides the pixels.
///
/// # Errors
/// See [`DecodeError`]. Digests of a file that is no picture are had from [`fingerprint::Digests`].
pub fn fingerprints(bytes: &[u8], limits: &Limits) -> Result<PictureFingerprints, DecodeError> {
    let begin = Instant::now();
    fingerprints_within(bytes, limits, &|| begin.elapsed() >= limits.time_max)
}

/// Like [`fingerprints`](fingerprints()), with the clock as a parameter; see [`decode_within`].
///
/// # Errors
/// See [`DecodeError`].
pub fn fingerprints_within(
    bytes: &[u8],
    limits: &Limits,
    expired: &dyn Fn() -> bool,
) -> Result<PictureFingerprints, DecodeError> {
    let picture = decode_within(bytes, limits, expired)?;
    let mut digests = Digests::new();
    digests.update(bytes);
    let digests = digests.finish();
    Ok(PictureFingerprints {
        dihedral: pdq_dihedral(&picture.pixels()),
        md5: digests.md5,
        sha256: digests.sha256,
        width: picture.width(),
        height: picture.height(),
        format: picture.format(),
    })
}
