//! Time on the wire: RFC 3339 in UTC with microseconds; in memory and storage, integer microseconds since 1970.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant, UTC, microsecond resolution, between the years 1970 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-21T10:15:30.123456Z")]
pub struct Time(i64);

/// The text is not an instant in RFC 3339 form. Write for example `2026-11-21T10:15:30Z`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an RFC 3339 instant: write for example 2026-11-21T10:15:30Z")]
pub struct TimeError;

const LATEST_MICROS: i64 = 253_402_207_200_000_000;

impl Time {
    /// Microseconds since 1970-01-01T00:00:00Z, clamped to what RFC 3339 can say.
    pub const fn from_micros(micros: i64) -> Self {
        Self(if micros < 0 {
            0
        } else if micros > LATEST_MICROS {
            LATEST_MICROS
        } else {
            micros
        })
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Later by this many seconds.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Microseconds from `earlier` to this, 0 when it is not earlier.
    pub const fn micros_since(self, earlier: Self) -> u64 {
        let micros = self.0 - earlier.0;
        if micros < 0 { 0 } else { micros.unsigned_abs() }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = Timestamp::from_microsecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{instant:.6}")
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let instant: Timestamp = text.parse().map_err(|_| TimeError)?;
        let micros = instant.as_microsecond();
        if (0..=LATEST_MICROS).contains(&micros) { Ok(Self(micros)) } else { Err(TimeError) }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_its_text_form() {
        for micros in [0, 1, 1_795_256_130_123_456, LATEST_MICROS] {
            let time = Time::from_micros(micros);
            assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
        }
        assert_eq!(Time::from_micros(1_000_000).to_string(), "1970-01-01T00:00:01.000000Z");
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Time>(), Err(TimeError), "{text}");
        }
    }
}
