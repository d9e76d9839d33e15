//! The three fingerprint values and their text forms: parsed strictly, printed in lower case, hidden from `Debug`.

use core::fmt;
use core::str::FromStr;

/// Defines a fingerprint of a fixed number of bytes whose text form is hexadecimal.
macro_rules! fingerprint {
    ($(#[$documentation:meta])* $name:ident, $bytes:literal, $hidden:literal) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// The length of the value in bytes; the text form has twice as many digits.
            pub const BYTES: usize = $bytes;

            /// Wraps the bytes, first byte first in the text form. Every value is valid.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes, in the order of the text form.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl From<[u8; $bytes]> for $name {
            fn from(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for [u8; $bytes] {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl FromStr for $name {
            type Err = ParseFingerprintError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; $bytes];
                parse_hexadecimal(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($hidden)
            }
        }
    };
}

fingerprint! {
    /// A PDQ hash: 256 bits, one per low-frequency component of the picture.
    ///
    /// The byte order is the one other tools print: the first hexadecimal digit holds bits 255 to 252, where bit
    /// `16 * row + column` belongs to the component with vertical frequency `row + 1` and horizontal `column + 1`.
    Pdq, 32, "Pdq(..)"
}

fingerprint! {
    /// The MD5 digest of a whole file (RFC 1321). It finds unaltered copies only; it is not a proof of anything, since
    /// collisions are easy to make.
    Md5, 16, "Md5(..)"
}

fingerprint! {
    /// The SHA-256 digest of a whole file (FIPS 180-4). It finds unaltered copies only.
    Sha256, 32, "Sha256(..)"
}

impl Pdq {
    /// The number of bits in which two hashes differ, 0..=256. Copies of one picture are usually within 31.
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(left, right)| (left ^ right).count_ones()).sum()
    }
}

/// Why a text is not a fingerprint. It never repeats the text, which may be most of a real fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseFingerprintError {
    /// The text is too short or too long. Pass exactly the digits: no prefix, no space, no line end.
    Length {
        /// Digits the kind of fingerprint has.
        expected: usize,
        /// Bytes the text has.
        found: usize,
    },
    /// A character is not one of `0-9a-fA-F`. Look at that position of the text.
    NotHexadecimal {
        /// Offset of the first such character, in bytes from 0.
        position: usize,
    },
}

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { expected, found } => {
                write!(f, "expected exactly {expected} hexadecimal digits, found {found} characters")
            }
            Self::NotHexadecimal { position } => {
                write!(f, "the character at offset {position} is not a hexadecimal digit")
            }
        }
    }
}

impl core::error::Error for ParseFingerprintError {}

fn parse_hexadecimal(text: &str, bytes: &mut [u8]) -> Result<(), ParseFingerprintError> {
    let digits = text.as_bytes();
    if digits.len() != 2 * bytes.len() {
        return Err(ParseFingerprintError::Length { expected: 2 * bytes.len(), found: digits.len() });
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = digit(digits, 2 * index)? << 4 | digit(digits, 2 * index + 1)?;
    }
    Ok(())
}

fn digit(digits: &[u8], position: usize) -> Result<u8, ParseFingerprintError> {
    match digits[position] {
        digit @ b'0'..=b'9' => Ok(digit - b'0'),
        digit @ b'a'..=b'f' => Ok(digit - b'a' + 10),
        digit @ b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(ParseFingerprintError::NotHexadecimal { position }),
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString};

    use super::*;

    fn counting() -> String {
        (0..32).map(|byte| format!("{:02x}", byte * 7)).collect()
    }

    #[test]
    fn text_keeps_the_order_of_the_bytes() {
        let mut bytes = [0; 32];
        bytes[0] = 0x80;
        bytes[31] = 0x01;
        let text = Pdq::from_bytes(bytes).to_string();
        assert_eq!(text, format!("80{}01", "0".repeat(60)));
        assert_eq!(text.parse::<Pdq>().unwrap().as_bytes(), &bytes);
    }

    #[test]
    fn either_case_is_read_and_lower_case_is_written() {
        let upper = counting().to_uppercase();
        assert_eq!(upper.parse::<Pdq>().unwrap().to_string(), counting());
        assert_eq!(upper.parse::<Sha256>().unwrap().to_string(), counting());
        assert_eq!(upper[..32].parse::<Md5>().unwrap().to_string(), counting()[..32]);
    }

    #[test]
    fn one_digit_too_few_or_too_many_is_refused() {
        let text = counting();
        for length in [0, 62, 63, 65, 66] {
            let text = text.repeat(2)[..length].to_string();
            let expected = Err(ParseFingerprintError::Length { expected: 64, found: length });
            assert_eq!(text.parse::<Pdq>(), expected);
        }
        assert!(text.parse::<Md5>().is_err());
    }

    #[test]
    fn what_is_not_a_digit_is_refused_with_its_position() {
        for strange in ["g", "G", " ", "\n", "-", "+", "_", "\0", "/", ":", "@", "`"] {
            for position in [0, 31, 63] {
                let mut text = counting();
                text.replace_range(position..=position, strange);
                assert_eq!(text.parse::<Pdq>(), Err(ParseFingerprintError::NotHexadecimal { position }));
            }
        }
        let prefixed = format!("0x{}", &counting()[2..]);
        assert_eq!(prefixed.parse::<Pdq>(), Err(ParseFingerprintError::NotHexadecimal { position: 1 }));
        let accented = format!("é{}", &counting()[2..]);
        assert_eq!(accented.parse::<Pdq>(), Err(ParseFingerprintError::NotHexadecimal { position: 0 }));
    }

    #[test]
    fn debug_and_errors_never_show_the_value() {
        let text = counting();
        assert_eq!(format!("{:?}", text.parse::<Pdq>().unwrap()), "Pdq(..)");
        assert_eq!(format!("{:?}", text.parse::<Sha256>().unwrap()), "Sha256(..)");
        assert_eq!(format!("{:?}", text[..32].parse::<Md5>().unwrap()), "Md5(..)");
        let error = format!("{text}z").parse::<Pdq>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&text[..8]));
    }

    #[test]
    fn distance_counts_differing_bits() {
        let zero = Pdq::from_bytes([0; 32]);
        let one = Pdq::from_bytes([0xff; 32]);
        let mut few = [0; 32];
        few[3] = 0b1010_0000;
        few[30] = 1;
        assert_eq!(zero.distance(&zero), 0);
        assert_eq!(zero.distance(&one), 256);
        assert_eq!(zero.distance(&Pdq::from_bytes(few)), 3);
        assert_eq!(one.distance(&Pdq::from_bytes(few)), 253);
    }
}
