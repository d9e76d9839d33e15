//! The two functions that are called PDQ.

use alloc::vec::Vec;
use core::fmt;

use super::{Dihedral, PdqHash, dihedral_with, hash_with};
use crate::Pixels;
use crate::by_name::by_name;
use crate::pixels::Brightness;

/// The side of the square that [`Mode::File512`] samples, in pixels.
const SAMPLED_SIDE: usize = 512;

/// Which reference to be identical to. Their hashes of one picture differ by up to 16 bits at 12 megapixels, half of the
/// usual radius, so nobody should mix them without knowing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Every pixel counts: PyPI `pdqhash` and `threatexchange`. What enters a bank.
    #[default]
    Full,
    /// The reference's C++ tool for files (`pdqHash256FromFile`): when either side is longer than 512 pixels, it first takes
    /// 512x512 of them, column `x` being column `x * width / 512` of the picture, rounded down, and rows likewise. For
    /// comparing with lists that were made with that tool.
    File512,
}

impl Mode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Full, Self::File512];

    /// The stable name, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::File512 => "file512",
        }
    }

    /// The hash and quality of a picture; [`pdq`](crate::pdq()) is short for [`Mode::Full`].
    pub fn pdq(self, pixels: &Pixels<'_>) -> PdqHash {
        match self {
            Self::Full => hash_with(pixels, Brightness::Rounded),
            Self::File512 => on_sampled(pixels, |pixels| hash_with(pixels, Brightness::Single)),
        }
    }

    /// The hashes of all eight orientations; [`pdq_dihedral`](crate::pdq_dihedral()) is short for [`Mode::Full`].
    pub fn pdq_dihedral(self, pixels: &Pixels<'_>) -> Dihedral {
        match self {
            Self::Full => dihedral_with(pixels, Brightness::Rounded),
            Self::File512 => on_sampled(pixels, |pixels| dihedral_with(pixels, Brightness::Single)),
        }
    }
}

/// Asks for the sampled picture, or the picture itself where it is small enough.
fn on_sampled<T>(pixels: &Pixels<'_>, ask: impl Fn(&Pixels<'_>) -> T) -> T {
    let (columns, rows) = (pixels.columns(), pixels.rows());
    if columns <= SAMPLED_SIDE && rows <= SAMPLED_SIDE {
        return ask(pixels);
    }
    let pixel_bytes = pixels.format().bytes_per_pixel();
    let mut sampled = Vec::with_capacity(SAMPLED_SIDE * SAMPLED_SIDE * pixel_bytes);
    for row in 0..SAMPLED_SIDE {
        let row = pixels.row_bytes(source(row, rows));
        for column in 0..SAMPLED_SIDE {
            sampled.extend_from_slice(&row[source(column, columns) * pixel_bytes..][..pixel_bytes]);
        }
    }
    let side = SAMPLED_SIDE as u32;
    let sampled = Pixels::new(&sampled, side, side, SAMPLED_SIDE * pixel_bytes, pixels.format());
    ask(&sampled.expect("the buffer was filled with just so many rows and columns"))
}

/// Which of `length` elements is taken for the one at `index`.
fn source(index: usize, length: usize) -> usize {
    // The product is at most 511 * 200 million, which does not fit 32 bits.
    (index as u64 * length as u64 / SAMPLED_SIDE as u64) as usize
}

by_name!(Mode, UnknownMode, "The text is neither `full` nor `file512`; see [`Mode::name`].");

impl fmt::Display for UnknownMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown mode: expected full or file512")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn names_lead_back_to_the_mode() {
        for mode in Mode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!("File512".parse::<Mode>(), Err(UnknownMode));
    }

    #[test]
    fn the_first_of_each_512th_is_taken() {
        assert_eq!([source(0, 1024), source(1, 1024), source(511, 1024)], [0, 2, 1022]);
        assert_eq!([source(0, 513), source(510, 513), source(511, 513)], [0, 510, 511]);
        // A side that is too short is stretched.
        assert_eq!([source(0, 5), source(102, 5), source(103, 5), source(511, 5)], [0, 0, 1, 4]);
        assert_eq!(source(511, 200_000_000), 199_609_375);
    }
}
