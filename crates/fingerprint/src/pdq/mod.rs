//! From pixels to hash: blur and sample to 64x64, measure how much there is to see ([`quality`]), take the 16x16 lowest
//! frequencies ([`components`]), and keep for each whether it is above their median ([`bits`]).
//!
//! There are two roads to 64x64. [`folded`] is fast and exact but for the reference's own rounding; what that could change
//! is told by [`tolerance`] (closer, after a look at the picture's [`texture`]), and then [`in_order`], which repeats the
//! reference's rounding, has the last word.

pub(crate) mod arch;
mod bits;
mod components;
mod folded;
mod hasher;
mod in_order;
mod mode;
mod quality;
mod texture;
mod tolerance;

use self::arch::Kernel;
pub use self::hasher::{Hasher, HasherError};
pub use self::mode::{Mode, UnknownMode};
use self::tolerance::Tolerance;
use crate::pixels::Brightness;
use crate::{Orientation, Pdq, Pixels};

/// Pictures with fewer columns or rows have no hash: the reference answers zeroes with quality 0.
const HASHABLE_SIDE_MIN: usize = 5;

/// The side of the square every picture is reduced to.
pub(crate) const SIDE: usize = 64;

/// The side of the square of components kept.
pub(crate) const KEPT: usize = 16;

/// The reduced picture, row by row, brightness 0.0..=255.0 up to rounding.
pub(crate) type Reduced = [[f32; SIDE]; SIDE];

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
/// Memory: 18 bytes a channel and column at most. Where rounding decides a bit or the quality, a byte per 32 pixels and 140
/// bytes a column (28 above 65,536 columns) on top: 9 MB for 14142x14142 pixels, but 1.1 GB for 40,000,000x5, so limit the
/// sides of pictures from strangers.
pub fn pdq(pixels: &Pixels<'_>) -> PdqHash {
    hash_with(pixels, Brightness::Rounded)
}

fn hash_with(pixels: &Pixels<'_>, brightness: Brightness) -> PdqHash {
    if !is_hashable(pixels.columns(), pixels.rows()) {
        return PdqHash::NONE;
    }
    let found = folded(pixels).and_then(|mut near| near.look_until(pixels, Near::hash));
    found.unwrap_or_else(|| Near::exact(reduce(pixels, brightness)).decided(Near::hash))
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
    dihedral_with(pixels, Brightness::Rounded)
}

fn dihedral_with(pixels: &Pixels<'_>, brightness: Brightness) -> Dihedral {
    if !is_hashable(pixels.columns(), pixels.rows()) {
        return Dihedral::NONE;
    }
    let found = folded(pixels).and_then(|mut near| near.look_until(pixels, Near::dihedral));
    found.unwrap_or_else(|| Near::exact(in_order::to_64_by_64(pixels, brightness)).decided(Near::dihedral))
}

/// The components the hash is cut from, for measuring how firm its bits are: the reference's `compute_float`.
///
/// Unlike [`pdq`] it also answers for pictures narrower or lower than 5 pixels, and always takes the slow road, in the reference's
/// order. The bits and the quality of a hash are promised to equal the reference's; these numbers are only promised to
/// be on the same side of the median.
pub fn coefficients(pixels: &Pixels<'_>) -> Coefficients {
    let reduced = reduce(pixels, Brightness::Rounded);
    let mut values = [0.0; 256];
    values.copy_from_slice(components::of(&reduced).as_flattened());
    Coefficients { values, quality: Near::exact(reduced).decided(Near::quality) }
}

impl PdqHash {
    /// Of a picture too small for a hash.
    const NONE: Self = Self { hash: Pdq::from_bytes([0; 32]), quality: 0 };
}

impl Dihedral {
    /// Of a picture too small for hashes.
    const NONE: Self = Self { hashes: [Pdq::from_bytes([0; 32]); 8], quality: 0 };
}

/// Why an answer that may be undecided is not.
const NOTHING_TOLERATED: &str = "without a tolerance every comparison has one outcome";

/// Rows of 64 blocks after which is asked whether what was seen is enough.
const ROWS_OF_BLOCKS_AT_ONCE: usize = 16;

/// A reduced picture, its components, and how near they are to the reference's.
struct Near {
    reduced: Reduced,
    components: Components,
    tolerance: Tolerance,
}

impl Near {
    fn new(reduced: Reduced, tolerance: Tolerance) -> Self {
        let components = Kernel::fastest().run(
            #[inline(always)]
            || components::of(&reduced),
        );
        Self { reduced, components, tolerance }
    }

    fn exact(reduced: Reduced) -> Self {
        Self::new(reduced, Tolerance::NONE)
    }

    /// The answer, after as long a look at the texture as it needs. `None` where rounding decides all the same.
    fn look_until<T>(&mut self, pixels: &Pixels<'_>, answer: impl Fn(&Self) -> Option<T>) -> Option<T> {
        let (columns, rows) = (pixels.columns(), pixels.rows());
        let mut found = answer(self);
        if found.is_none() {
            let mut look = texture::Look::new(columns, rows);
            while found.is_none() && look.go_on(pixels, ROWS_OF_BLOCKS_AT_ONCE) {
                // What is not looked at yet can only make the share larger, and what is tolerated smaller.
                self.tolerance = Tolerance::of_texture(columns, rows, pixels.format(), look.share());
                found = answer(self);
            }
        }
        found
    }

    /// What is always decided where nothing is tolerated.
    fn decided<T>(&self, answer: impl FnOnce(&Self) -> Option<T>) -> T {
        answer(self).expect(NOTHING_TOLERATED)
    }

    /// `None` where the reference's rounding decides; so below.
    fn hash(&self) -> Option<PdqHash> {
        Kernel::fastest().run(
            #[inline(always)]
            || {
                let hash = bits::above_median(&self.components, self.tolerance.components)?;
                Some(PdqHash { hash, quality: quality::of(&self.reduced, self.tolerance.step)? })
            },
        )
    }

    fn dihedral(&self) -> Option<Dihedral> {
        Kernel::fastest().run(
            #[inline(always)]
            || self.dihedral_portable(),
        )
    }

    /// What `dihedral` does, compiled for the instruction set of the caller.
    #[inline(always)]
    fn dihedral_portable(&self) -> Option<Dihedral> {
        let mut hashes = [Pdq::from_bytes([0; 32]); 8];
        for mirrored in [Orientation::Original, Orientation::FlipX, Orientation::FlipY, Orientation::Rotate180] {
            let components = components::mirrored(&self.components, mirrored);
            let [hash, transposed] = bits::above_median_and_transposed(&components, self.tolerance.components)?;
            hashes[usize::from(mirrored.code())] = hash;
            hashes[usize::from(mirrored.then_transposed().code())] = transposed;
        }
        Some(Dihedral { hashes, quality: quality::of(&self.reduced, self.tolerance.step)? })
    }

    fn quality(&self) -> Option<u8> {
        Kernel::fastest().run(
            #[inline(always)]
            || quality::of(&self.reduced, self.tolerance.step),
        )
    }
}

fn is_hashable(columns: usize, rows: usize) -> bool {
    columns >= HASHABLE_SIDE_MIN && rows >= HASHABLE_SIDE_MIN
}

/// The hash of a picture reduced by other means, which is used up. Sums are taken in an order that is quicker than the
/// reference's.
#[inline(always)]
pub(crate) fn of_reduced(reduced: &mut Reduced) -> PdqHash {
    let quality = quality::of(reduced, 0.0);
    let hash = bits::above_median(&components::quickly_of(reduced), 0.0);
    let (hash, quality) = hash.zip(quality).expect(NOTHING_TOLERATED);
    PdqHash { hash, quality }
}

/// The components across of one row.
#[inline(always)]
pub(crate) fn components_of_line(samples: &[f32; SIDE]) -> [f32; KEPT] {
    components::of_line(samples)
}

/// The hashes of a picture reduced by other means, of whose lines the components are known, which are used up: if the lines are its rows,
/// and if they are its columns.
#[inline(always)]
pub(crate) fn of_lines(reduced: &Reduced, lines: &mut [[f32; KEPT]; SIDE]) -> [PdqHash; 2] {
    let hashes = bits::above_median_and_transposed(&components::of_lines(lines), 0.0);
    let (hashes, quality) = hashes.zip(quality::of(reduced, 0.0)).expect(NOTHING_TOLERATED);
    hashes.map(|hash| PdqHash { hash, quality })
}

/// By the fast road, where it can take the picture's shape.
fn folded(pixels: &Pixels<'_>) -> Option<Near> {
    let mut folding = folded::Folding::new(pixels.columns(), pixels.rows(), pixels.format())?;
    folding.push(pixels);
    Some(Near::new(folding.finish(), Tolerance::of(pixels.columns(), pixels.rows(), pixels.format())))
}

/// By the slow road.
fn reduce(pixels: &Pixels<'_>, brightness: Brightness) -> Reduced {
    if pixels.columns() == SIDE && pixels.rows() == SIDE {
        let mut reduced = [[0.0; SIDE]; SIDE];
        for (row, luma) in reduced.iter_mut().enumerate() {
            pixels.luma_row(row, brightness, luma);
        }
        reduced
    } else {
        in_order::to_64_by_64(pixels, brightness)
    }
}
