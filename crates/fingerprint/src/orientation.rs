//! The eight ways a picture can be turned or mirrored without resampling it.

use core::fmt;

use crate::by_name::by_name;

/// One of the eight symmetries of a rectangle (the dihedral group of the square), in the reference's order.
///
/// The hash of a picture in orientation `k` is, up to the few bits that resampling costs, the plain hash of the
/// picture transformed as described at `k`. So when a copy was mirrored by somebody, one of the copy's eight hashes is
/// close to the hash of the original.
///
/// The codes 0..=7 and the wire names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Orientation {
    /// As it is. The only one that is exactly, not nearly, the plain hash (except for pictures of 64x64, see
    /// [`pdq_dihedral`](crate::pdq_dihedral)).
    Original = 0,
    /// Turned by a quarter counter-clockwise: the right edge becomes the top.
    Rotate90 = 1,
    /// Turned upside down.
    Rotate180 = 2,
    /// Turned by a quarter clockwise: the left edge becomes the top.
    Rotate270 = 3,
    /// Mirrored top to bottom: the first row becomes the last.
    FlipX = 4,
    /// Mirrored left to right, as in a looking-glass: the first column becomes the last.
    FlipY = 5,
    /// Rows and columns exchanged: mirrored along the diagonal from the top left corner, which stays.
    FlipPlus1 = 6,
    /// Mirrored along the other diagonal: the top right corner stays.
    FlipMinus1 = 7,
}

impl Orientation {
    /// All eight, ordered by code.
    pub const ALL: [Self; 8] = [
        Self::Original,
        Self::Rotate90,
        Self::Rotate180,
        Self::Rotate270,
        Self::FlipX,
        Self::FlipY,
        Self::FlipPlus1,
        Self::FlipMinus1,
    ];

    /// The stable code, 0..=7: the position in [`Orientation::ALL`].
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The orientation with this code; `None` above 7.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The stable wire name, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Rotate90 => "rotate90",
            Self::Rotate180 => "rotate180",
            Self::Rotate270 => "rotate270",
            Self::FlipX => "flipx",
            Self::FlipY => "flipy",
            Self::FlipPlus1 => "flipplus1",
            Self::FlipMinus1 => "flipminus1",
        }
    }

    /// Whether columns (left to right) and rows (top to bottom) are mirrored, for the four that do nothing else.
    pub(crate) const fn mirrors(self) -> Option<(bool, bool)> {
        match self {
            Self::Original => Some((false, false)),
            Self::FlipX => Some((false, true)),
            Self::FlipY => Some((true, false)),
            Self::Rotate180 => Some((true, true)),
            _ => None,
        }
    }

    /// This orientation, and then rows and columns exchanged: what makes eight orientations of four.
    pub(crate) const fn then_transposed(self) -> Self {
        match self {
            Self::Original => Self::FlipPlus1,
            Self::Rotate90 => Self::FlipY,
            Self::Rotate180 => Self::FlipMinus1,
            Self::Rotate270 => Self::FlipX,
            Self::FlipX => Self::Rotate270,
            Self::FlipY => Self::Rotate90,
            Self::FlipPlus1 => Self::Original,
            Self::FlipMinus1 => Self::Rotate180,
        }
    }
}

by_name!(
    Orientation,
    UnknownOrientation,
    "The text is none of the eight wire names; they are lower case, see [`Orientation::name`]."
);

impl fmt::Display for UnknownOrientation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown orientation: expected one of")?;
        Orientation::ALL.iter().try_for_each(|orientation| write!(f, " {orientation}"))
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn codes_and_names_lead_back_to_the_orientation() {
        for (code, orientation) in (0..).zip(Orientation::ALL) {
            assert_eq!(orientation.code(), code);
            assert_eq!(Orientation::from_code(code), Some(orientation));
            assert_eq!(orientation.to_string().parse(), Ok(orientation));
        }
        assert_eq!(Orientation::from_code(8), None);
        assert_eq!("Original".parse::<Orientation>(), Err(UnknownOrientation));
    }
}
