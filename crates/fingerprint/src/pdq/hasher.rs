//! Hashing while the rows arrive.

use alloc::boxed::Box;
use core::fmt;

use super::folded::Folding;
use super::in_order::Blur;
use super::texture::Look;
use super::{Dihedral, Near, PdqHash, Reduced, SIDE, Tolerance, is_hashable};
use crate::pixels::Brightness;
use crate::{PixelFormat, Pixels, PixelsError};

/// A picture's hash in the making, fed with rows as a decoder gives them.
///
/// It holds at most 18 bytes a channel and column instead of the picture, and 9 KB. The price: where the reference's rounding could
/// decide a bit or the quality, it answers [`HasherError::Undecided`]: one photograph in twenty, and every flat or symmetric
/// picture. Then the rows must come once more, to one [in the reference's order](Hasher::in_order); or
/// [`pdq`](crate::pdq()) or [`pdq_dihedral`](crate::pdq_dihedral()) is given the whole picture.
///
/// Pictures with a side below 129 or above 32,640 pixels are always decided, at the memory that [`pdq`](crate::pdq()) tells.
///
/// ```
/// use fingerprint::{Hasher, PixelFormat, Pixels, pdq};
///
/// let (width, height) = (200u32, 160u32);
/// let data: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| ((x * y) % 251) as u8)).collect();
///
/// let mut hasher = Hasher::new(width, height, PixelFormat::Luma8)?;
/// for rows in data.chunks(16 * width as usize) {
///     hasher.push(&Pixels::new(rows, width, rows.len() as u32 / width, width as usize, PixelFormat::Luma8)?)?;
/// }
/// let whole = Pixels::new(&data, width, height, width as usize, PixelFormat::Luma8)?;
/// assert_eq!(hasher.finish().unwrap_or_else(|_| pdq(&whole)), pdq(&whole));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Hasher {
    columns: usize,
    rows: usize,
    format: PixelFormat,
    rows_pushed: usize,
    road: Road,
}

/// How the picture is reduced.
enum Road {
    /// It is too small for a hash.
    Nowhere,
    Folded(Box<(Folding, Look)>),
    /// Its shape cannot be folded, or it was asked for.
    InOrder(Box<Blur>),
    /// It has 64x64 pixels, which are blurred for the eight hashes and not for the one.
    AsIs(Box<(Reduced, Blur)>),
}

impl Hasher {
    /// Begins a picture of `width` x `height` pixels, 1..=[`PIXELS_MAX`](crate::PIXELS_MAX) in all.
    ///
    /// # Errors
    /// [`PixelsError::Empty`] and [`PixelsError::TooLarge`], as [`Pixels::new`].
    pub fn new(width: u32, height: u32, format: PixelFormat) -> Result<Self, PixelsError> {
        let (columns, rows) = Pixels::check_size(width, height)?;
        let road = if !is_hashable(columns, rows) {
            Road::Nowhere
        } else if columns == SIDE && rows == SIDE {
            Road::AsIs(Box::new(([[0.0; SIDE]; SIDE], Blur::new(columns, rows))))
        } else if let Some(folding) = Folding::new(columns, rows, format) {
            Road::Folded(Box::new((folding, Look::new(columns, rows))))
        } else {
            Road::InOrder(Box::new(Blur::new(columns, rows)))
        };
        Ok(Self { columns, rows, format, rows_pushed: 0, road })
    }

    /// As [`new`](Self::new), in the reference's own order of additions: some ten times slower, 140 bytes a column (28 above 65,536
    /// columns) and a byte per 32 pixels, and never [`HasherError::Undecided`].
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn in_order(width: u32, height: u32, format: PixelFormat) -> Result<Self, PixelsError> {
        let mut hasher = Self::new(width, height, format)?;
        if matches!(hasher.road, Road::Folded(_)) {
            hasher.road = Road::InOrder(Box::new(Blur::new(hasher.columns, hasher.rows)));
        }
        Ok(hasher)
    }

    /// Takes the next rows, top to bottom: `rows` is a piece of the picture in its whole width. Pieces of eight rows and more
    /// are quickest.
    ///
    /// # Errors
    /// [`HasherError::OtherPixels`] and [`HasherError::TooManyRows`]; nothing was taken then.
    pub fn push(&mut self, rows: &Pixels<'_>) -> Result<(), HasherError> {
        if rows.columns() != self.columns || rows.format() != self.format {
            return Err(HasherError::OtherPixels);
        }
        if rows.rows() > self.rows - self.rows_pushed {
            return Err(HasherError::TooManyRows);
        }
        match &mut self.road {
            Road::Nowhere => {}
            Road::Folded(both) => {
                both.0.push(rows);
                both.1.push(rows);
            }
            Road::InOrder(blur) => blur.push(rows, Brightness::Rounded),
            Road::AsIs(both) => {
                for (row, luma) in both.0[self.rows_pushed..].iter_mut().take(rows.rows()).enumerate() {
                    rows.luma_row(row, Brightness::Rounded, luma);
                }
                both.1.push(rows, Brightness::Rounded);
            }
        }
        self.rows_pushed += rows.rows();
        Ok(())
    }

    /// The hash and quality, equal to those of [`pdq`](crate::pdq()).
    ///
    /// # Errors
    /// [`HasherError::TooFewRows`] and [`HasherError::Undecided`].
    pub fn finish(self) -> Result<PdqHash, HasherError> {
        self.check_rows()?;
        match self.road {
            Road::Nowhere => Ok(PdqHash::NONE),
            Road::Folded(both) => {
                near(self.columns, self.rows, self.format, &both).hash().ok_or(HasherError::Undecided)
            }
            Road::InOrder(blur) => Ok(Near::exact(blur.finish()).decided(Near::hash)),
            Road::AsIs(both) => Ok(Near::exact(both.0).decided(Near::hash)),
        }
    }

    /// The hashes of all eight orientations and the quality, equal to those of
    /// [`pdq_dihedral`](crate::pdq_dihedral()).
    ///
    /// # Errors
    /// [`HasherError::TooFewRows`] and [`HasherError::Undecided`].
    pub fn finish_dihedral(self) -> Result<Dihedral, HasherError> {
        self.check_rows()?;
        match self.road {
            Road::Nowhere => Ok(Dihedral::NONE),
            Road::Folded(both) => {
                near(self.columns, self.rows, self.format, &both).dihedral().ok_or(HasherError::Undecided)
            }
            Road::InOrder(blur) => Ok(Near::exact(blur.finish()).decided(Near::dihedral)),
            Road::AsIs(both) => Ok(Near::exact(both.1.finish()).decided(Near::dihedral)),
        }
    }

    fn check_rows(&self) -> Result<(), HasherError> {
        if self.rows_pushed < self.rows { Err(HasherError::TooFewRows) } else { Ok(()) }
    }
}

/// What was folded, with what is tolerated for what was seen.
fn near(columns: usize, rows: usize, format: PixelFormat, (folding, look): &(Folding, Look)) -> Near {
    Near::new(folding.finish(), Tolerance::of_texture(columns, rows, format, look.share()))
}

/// Why a [`Hasher`] has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasherError {
    /// The rows have another width or format than was said at the beginning. Begin anew with the right ones.
    OtherPixels,
    /// More rows came than were said at the beginning. Begin anew with the right height.
    TooManyRows,
    /// Not all rows came. Push the rest, or give the picture up: a decoder that stopped early has no whole picture.
    TooFewRows,
    /// A bit or the quality depends on the reference's rounding, which only its slow order of additions repeats. Give the
    /// rows once more, to a hasher [in that order](Hasher::in_order).
    Undecided,
}

impl fmt::Display for HasherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherPixels => "the rows have another width or format than the picture",
            Self::TooManyRows => "more rows came than the picture has",
            Self::TooFewRows => "the picture's last rows did not come",
            Self::Undecided => "rounding decides: hash the rows once more, in the reference's order",
        })
    }
}

impl core::error::Error for HasherError {}
