//! The ages that can be asked for.

use std::fmt;
use std::str::FromStr;

use crate::bytes::Malformed;

/// "So old or older", in years.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Threshold {
    /// 13 or over.
    Over13,
    /// 15 or over.
    Over15,
    /// 16 or over.
    Over16,
    /// 18 or over.
    Over18,
}

/// Some of the thresholds: those that a person has reached.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Thresholds(u8);

impl Threshold {
    /// All of them, the lowest first.
    pub const ALL: [Self; 4] = [Self::Over13, Self::Over15, Self::Over16, Self::Over18];

    /// In years; also its byte on the wire.
    pub const fn years(self) -> u8 {
        match self {
            Self::Over13 => 13,
            Self::Over15 => 15,
            Self::Over16 => 16,
            Self::Over18 => 18,
        }
    }

    /// The threshold of so many years, if there is one.
    pub fn of_years(years: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|threshold| threshold.years() == years)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Thresholds {
    /// None.
    pub const NONE: Self = Self(0);

    /// Those that somebody of so many whole years has reached.
    pub fn reached_at(years: u32) -> Self {
        Threshold::ALL.into_iter().filter(|threshold| u32::from(threshold.years()) <= years).collect()
    }

    /// Whether this one is among them.
    pub const fn contain(self, threshold: Threshold) -> bool {
        self.0 & threshold.bit() != 0
    }

    /// Whether there is none.
    pub const fn are_none(self) -> bool {
        self.0 == 0
    }

    /// Each of them, the lowest first.
    pub fn iter(self) -> impl Iterator<Item = Threshold> {
        Threshold::ALL.into_iter().filter(move |threshold| self.contain(*threshold))
    }

    /// A bit each, the lowest threshold the lowest bit.
    pub const fn to_byte(self) -> u8 {
        self.0
    }

    pub(crate) fn of_byte(byte: u8) -> Result<Self, Malformed> {
        if byte < 1 << Threshold::ALL.len() { Ok(Self(byte)) } else { Err(Malformed) }
    }
}

impl FromIterator<Threshold> for Thresholds {
    fn from_iter<I: IntoIterator<Item = Threshold>>(thresholds: I) -> Self {
        Self(thresholds.into_iter().fold(0, |bits, threshold| bits | threshold.bit()))
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.years())
    }
}

impl fmt::Debug for Thresholds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Threshold::years)).finish()
    }
}

impl FromStr for Threshold {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let threshold = text.parse().ok().and_then(Self::of_years).ok_or(Malformed)?;
        if threshold.to_string() == text { Ok(threshold) } else { Err(Malformed) }
    }
}
