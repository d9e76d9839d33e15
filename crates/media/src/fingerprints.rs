use std::time::Instant;

use fingerprint::{Digests, Dihedral, Md5, Pdq, PdqHash, Pixels, Sha256, View, pdq_dihedral, views_beside};

use crate::decode::{Hashed, dihedral_by_rows};
use crate::{DecodeError, Fidelity, Format, Limits, decode_with};

/// What fingerprints are for; it decides what is taken beside PDQ and digests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To ask whether a picture is known: also what is left of it without a border or a caption. A JPEG is decoded in
    /// brightness alone ([`Fidelity::Luma`]), so its PDQ may be a few bits off.
    Query,
    /// To protect a picture: also its views.
    Bank,
    /// Neither: nothing beside them. A PNG that is not interlaced is then hashed row by row as it is decoded, and the picture is
    /// never held: memory is some rows, however high it is.
    Plain,
}

/// Every fingerprint of one picture file.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureFingerprints {
    /// PDQ of the picture in its eight orientations, and its quality.
    pub dihedral: Dihedral,
    /// For [`Purpose::Query`], PDQ of the picture without the border or the caption around it, in its eight
    /// orientations; `None` when there is none. See [`fingerprint::trimmed`].
    pub trimmed: Option<Dihedral>,
    /// For [`Purpose::Bank`], at most 64 views, the most telling first. See [`fingerprint::views`].
    pub views: Vec<(View, Pdq)>,
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
pub fn fingerprints(bytes: &[u8], limits: &Limits, purpose: Purpose) -> Result<PictureFingerprints, DecodeError> {
    let begin = Instant::now();
    fingerprints_within(bytes, limits, purpose, &|| begin.elapsed() >= limits.time_max)
}

/// Like [`fingerprints`](fingerprints()), with the clock as a parameter; see [`decode_within`].
///
/// # Errors
/// See [`DecodeError`].
pub fn fingerprints_within(
    bytes: &[u8],
    limits: &Limits,
    purpose: Purpose,
    expired: &dyn Fn() -> bool,
) -> Result<PictureFingerprints, DecodeError> {
    // What enters a bank is the reference's to the bit; a query may be a few bits off, and is decoded faster for it.
    let fidelity = match purpose {
        Purpose::Query => Fidelity::Luma,
        Purpose::Bank | Purpose::Plain => Fidelity::Exact,
    };
    let mut digests = Digests::new();
    digests.update(bytes);
    let digests = digests.finish();
    if purpose == Purpose::Plain
        && let Some(Hashed { width, height, dihedral }) = dihedral_by_rows(bytes, limits, expired)?
    {
        let (md5, sha256) = (digests.md5, digests.sha256);
        return Ok(PictureFingerprints {
            dihedral,
            trimmed: None,
            views: Vec::new(),
            md5,
            sha256,
            width,
            height,
            format: Format::Png,
        });
    }
    let picture = decode_with(bytes, limits, fidelity, expired)?;
    let pixels = picture.pixels();
    let dihedral = pdq_dihedral(&pixels);
    Ok(PictureFingerprints {
        dihedral,
        trimmed: if purpose == Purpose::Query { trimmed(&pixels) } else { None },
        views: if purpose == Purpose::Bank { views(&pixels, &dihedral) } else { Vec::new() },
        md5: digests.md5,
        sha256: digests.sha256,
        width: picture.width(),
        height: picture.height(),
        format: picture.format(),
    })
}

fn trimmed(pixels: &Pixels<'_>) -> Option<Dihedral> {
    let window = fingerprint::trimmed(pixels)?;
    Some(pdq_dihedral(&pixels.window(window)?))
}

fn views(pixels: &Pixels<'_>, dihedral: &Dihedral) -> Vec<(View, Pdq)> {
    let primary = PdqHash { hash: dihedral.hashes[0], quality: dihedral.quality };
    views_beside(pixels, &primary).into_iter().map(|(view, hash, _)| (view, hash)).collect()
}
