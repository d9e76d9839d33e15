//! From pixels to hash: blur and sample to 64x64 ([`downscale`]), measure how much there is to see ([`quality`]),
//! take the 16x16 lowest frequencies ([`components`]), and keep for each whether it is above their median ([`bits`]).

mod bits;
mod components;
mod downscale;
mod quality;
mod rows;

use crate::{Orientation, Pdq, Pixels};

/// Pictures with fewer columns or rows have no hash: the reference answers zeroes with quality 0.
const HASHABLE_SIDE_MIN: usize = 5;

/// The side of the square every picture is reduced to.
const SIDE: usize = 64;

/// The side of the square of components kept.
const KEPT: usize = 16;

/// The reduced picture, row by row, brightness 0.0..=255.0 up to rounding.
type Reduced = [[f32; SIDE]; SIDE];

/// The components kept: `[v][h]` has `v + 1` half waves down the picture and `h + 1` across.
type Components = [[f32; KEPT]; KEPT];

/// A hash and how much it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PdqHash {
    /// The hash; all zero bits for a picture narrower or lower than 5 pixels.
    pub hash: Pdq,
    /// 0..=100: how much contrast the picture has at 64x64. The usual advice is to neither bank nor match below 50:
    /// nearly uniform pictures have nearly random bits. 0 for a picture narrower or lower than 5 pixels.
    pub quality: u8,
}

/// The hashes of a picture in all eight orientations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dihedral {
    /// One hash per orientation, in the order of [`Orientation::ALL`].
    pub hashes: [Pdq; 8],
    /// As in [`PdqHash::quality`]; one for all, since turning a picture does not change its contrast.
    pub quality: u8,
}

impl Dihedral {
    /// The hash in one orientation.
    pub fn hash(&self, orientation: Orientation) -> Pdq {
        self.hashes[usize::from(orientation.code())]
    }
}

/// The numbers a hash is cut from.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// Component `16 * row + column` has `row + 1` half waves down the picture and `column + 1` across it; its bit in
    /// the hash says whether it is above the median of all 256. How far it is from the median says how firm the bit is.
    pub values: [f32; 256],
    /// As in [`PdqHash::quality`], but computed for small pictures too.
    pub quality: u8,
}

/// The PDQ hash and quality of a picture: identical to the reference's `compute`.
///
/// A picture of exactly 64x64 is taken as already reduced, as the reference does.
///
/// Memory: a byte per 32 pixels and 140 bytes per column (28 above 65,536 columns). That is 9 MB for 14142x14142 pixels,
/// but 1.1 GB for 40,000,000x5: limit the sides of pictures from strangers.
pub fn pdq(pixels: &Pixels<'_>) -> PdqHash {
    if !is_hashable(pixels) {
        return PdqHash { hash: Pdq::from_bytes([0; 32]), quality: 0 };
    }
    let reduced = reduce(pixels);
    let components = components::of(&reduced);
    PdqHash { hash: bits::above_median(&components), quality: quality::of(&reduced) }
}

/// The PDQ hashes of a picture in all eight orientations from one pass over its pixels: identical to the reference's
/// `compute_dihedral`.
///
/// A hash other than the original's is not exactly the [`pdq`] of the turned picture: sampling is not symmetric to the
/// last pixel. It is close enough to match. The original's equals [`pdq`] except for pictures of exactly 64x64, which the
/// reference blurs here and not there; rounding may then change a bit or the quality.
///
/// Memory is as for [`pdq`].
pub fn pdq_dihedral(pixels: &Pixels<'_>) -> Dihedral {
    if !is_hashable(pixels) {
        return Dihedral { hashes: [Pdq::from_bytes([0; 32]); 8], quality: 0 };
    }
    let reduced = downscale::to_64_by_64(pixels);
    let components = components::of(&reduced);
    Dihedral {
        hashes: Orientation::ALL.map(|orientation| bits::above_median(&components::turned(&components, orientation))),
        quality: quality::of(&reduced),
    }
}

/// The components the hash is cut from, for measuring how firm its bits are: the reference's `compute_float`.
///
/// Unlike [`pdq`] it also answers for pictures narrower or lower than 5 pixels. The bits and the quality of a hash are
/// promised to equal the reference's; these numbers are only promised to be on the same side of the median.
pub fn coefficients(pixels: &Pixels<'_>) -> Coefficients {
    let reduced = reduce(pixels);
    let mut values = [0.0; 256];
    values.copy_from_slice(components::of(&reduced).as_flattened());
    Coefficients { values, quality: quality::of(&reduced) }
}

fn is_hashable(pixels: &Pixels<'_>) -> bool {
    pixels.columns() >= HASHABLE_SIDE_MIN && pixels.rows() >= HASHABLE_SIDE_MIN
}

fn reduce(pixels: &Pixels<'_>) -> Reduced {
    if pixels.columns() == SIDE && pixels.rows() == SIDE {
        let mut reduced = [[0.0; SIDE]; SIDE];
        for (row, luma) in reduced.iter_mut().enumerate() {
            pixels.luma_row(row, luma);
        }
        reduced
    } else {
        downscale::to_64_by_64(pixels)
    }
}
