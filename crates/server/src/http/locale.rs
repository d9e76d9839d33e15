//! In which language a page answers, and every text of the pages.
//!
//! The texts are in `locales/<language>/*.ftl`; the build turns each into a method of [`Texts`], so that a missing key,
//! language or argument does not compile, and one that no page uses is a warning.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use exchange::Time;
use jiff::Zoned;
use jiff::tz::TimeZone;

/// A language of the pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Language {
    /// English, where nothing else is asked for.
    #[default]
    En,
    /// French.
    Fr,
}

/// The languages of a request's place, if not all: the others are answered in the first of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offers(pub(crate) &'static [Language]);

/// How French speaks to whoever reads: the attribute `.vous` of a message is used for [`Address::Vous`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Address {
    /// To children and teenagers.
    Tu,
    /// To adults.
    Vous,
}

/// The texts in one language. Extracted from a request: `?lang=`, else `Accept-Language`, else English; to adults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts {
    pub(crate) language: Language,
    pub(crate) address: Address,
}

/// A whole number as a text takes it; templates hand over references.
pub(crate) trait Whole {
    fn whole(self) -> u64;
}

impl Whole for u64 {
    fn whole(self) -> u64 {
        self
    }
}

impl Whole for &u64 {
    fn whole(self) -> u64 {
        *self
    }
}

impl Whole for usize {
    fn whole(self) -> u64 {
        self as u64
    }
}

impl Whole for &usize {
    fn whole(self) -> u64 {
        *self as u64
    }
}

fn told(time: Time, zone: &TimeZone) -> Zoned {
    jiff::Timestamp::from_microsecond(time.as_micros()).unwrap_or_default().to_zoned(zone.clone())
}

const EN_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const FR_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

impl Offers {
    /// This language, if it is offered.
    pub(crate) fn nearest(self, language: Language) -> Language {
        match self.0 {
            [first, ..] if !self.0.contains(&language) => *first,
            _ => language,
        }
    }
}

impl Texts {
    /// Where nobody was asked yet: see [`FromRequestParts`] for what a request asks for.
    pub(crate) const fn unasked() -> Self {
        Self { language: Language::En, address: Address::Vous }
    }
}

impl<S: Sync> FromRequestParts<S> for Texts {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let asked = parts.uri.query().and_then(|query| {
            query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::from_code)
        });
        let accepted = || parts.headers.get(ACCEPT_LANGUAGE)?.to_str().ok().and_then(Language::accepted);
        let language = asked.or_else(accepted).unwrap_or_default();
        let language = parts.extensions.get().map_or(language, |offers: &Offers| offers.nearest(language));
        Ok(Self { language, address: Address::Vous })
    }
}

impl Language {
    /// Its code, as in the attribute `lang`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// The other language: its code, and what it calls itself.
    pub(crate) const fn other(self) -> (&'static str, &'static str) {
        match self {
            Self::En => ("fr", "Français"),
            Self::Fr => ("en", "English"),
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        [Self::En, Self::Fr].into_iter().find(|language| language.code() == code)
    }

    /// The one that an `Accept-Language` header likes best (RFC 9110, section 12.5.4); regions are not told apart.
    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse().ok());
            let (Some(language), Some(weight)) = (Self::from_code(&primary), weight) else { continue };
            if weight > 0.0 && best.is_none_or(|(highest, _)| weight > highest) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// Whether the language counts this many as one (Unicode CLDR, cardinal category "one", whole numbers).
    pub(crate) const fn counts_as_one(self, number: u64) -> bool {
        match self {
            Self::En => number == 1,
            Self::Fr => number < 2,
        }
    }

    /// A whole number in groups of three.
    pub(crate) fn number(self, number: impl Whole) -> String {
        let separator = match self {
            Self::En => ',',
            Self::Fr => '\u{202f}',
        };
        let digits = number.whole().to_string();
        let mut grouped = String::with_capacity(digits.len() * 2);
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A day and a time of day, to the minute. The page says which zone's.
    pub(crate) fn moment(self, time: Time, zone: &TimeZone) -> String {
        let at = told(time, zone);
        match self {
            Self::En => format!("{} at {}:{:02}", self.day(time, zone), at.hour(), at.minute()),
            Self::Fr => format!("{} à {}\u{a0}h\u{a0}{:02}", self.day(time, zone), at.hour(), at.minute()),
        }
    }

    /// A day.
    pub(crate) fn day(self, time: Time, zone: &TimeZone) -> String {
        let at = told(time, zone);
        let months = match self {
            Self::En => EN_MONTHS,
            Self::Fr => FR_MONTHS,
        };
        let month = usize::try_from(at.month() - 1).ok().and_then(|month| months.get(month)).copied();
        let first = matches!(self, Self::Fr) && at.day() == 1;
        format!("{}{}\u{a0}{} {}", at.day(), if first { "er" } else { "" }, month.unwrap_or_default(), at.year())
    }

    /// A number of bytes in the unit that leaves 1 to 999, one decimal (powers of 1000).
    pub(crate) fn bytes(self, bytes: impl Whole) -> String {
        let (units, comma) = match self {
            Self::En => (["B", "kB", "MB", "GB", "TB"], "."),
            Self::Fr => (["o", "ko", "Mo", "Go", "To"], ","),
        };
        let (mut value, mut unit) = (bytes.whole() as f64, 0);
        while value >= 999.95 && unit + 1 < units.len() {
            (value, unit) = (value / 1000.0, unit + 1);
        }
        let decimals = usize::from(unit > 0);
        format!("{value:.decimals$}\u{a0}{}", units[unit]).replace('.', comma)
    }

    /// A length of time in its two largest units.
    pub(crate) fn duration(self, seconds: impl Whole) -> String {
        let seconds = seconds.whole();
        let day = match self {
            Self::En => "d",
            Self::Fr => "j",
        };
        let units =
            [(day, seconds / 86_400), ("h", seconds / 3_600 % 24), ("min", seconds / 60 % 60), ("s", seconds % 60)];
        let first = units.iter().position(|(_, count)| *count > 0).unwrap_or(units.len() - 1);
        let shown = units[first..].iter().take(2).filter(|(_, count)| *count > 0 || seconds == 0);
        shown.map(|(unit, count)| format!("{count}\u{a0}{unit}")).collect::<Vec<_>>().join("\u{a0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_is_taken_whatever_its_region() {
        for (header, expected) in [
            ("fr", Some(Language::Fr)),
            ("fr-CH, fr;q=0.9, en;q=0.8", Some(Language::Fr)),
            ("de, en-GB;q=0.5, fr;q=0.4", Some(Language::En)),
            ("en;q=0, fr;q=0.1", Some(Language::Fr)),
            ("de, *;q=0.5", None),
            ("fr;q=x", None),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn numbers_bytes_and_durations_are_written_as_each_language_does() {
        assert_eq!(Language::En.number(1_234_567_u64), "1,234,567");
        assert_eq!(Language::Fr.number(1_234_567_u64), "1\u{202f}234\u{202f}567");
        assert_eq!(Language::Fr.number(999_u64), "999");
        assert_eq!(Language::En.bytes(999_u64), "999\u{a0}B");
        assert_eq!(Language::Fr.bytes(1_250_000_u64), "1,2\u{a0}Mo");
        assert_eq!(Language::En.bytes(999_999_u64), "1.0\u{a0}MB");
        assert_eq!(Language::En.duration(0_u64), "0\u{a0}s");
        assert_eq!(Language::En.duration(192_u64), "3\u{a0}min\u{a0}12\u{a0}s");
        assert_eq!(Language::Fr.duration(86_400_u64), "1\u{a0}j");
        assert_eq!(Language::Fr.duration(90_000_u64), "1\u{a0}j\u{a0}1\u{a0}h");
        let time: Time = "2026-08-01T09:05:00Z".parse().unwrap();
        let paris = TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(Language::Fr.moment(time, &paris), "1er\u{a0}août 2026 à 11\u{a0}h\u{a0}05");
        assert_eq!(Language::En.moment(time, &TimeZone::UTC), "1\u{a0}August 2026 at 9:05");
        // Winter, and the day that has begun there.
        let late: Time = "2026-12-31T23:30:00Z".parse().unwrap();
        assert_eq!(Language::En.moment(late, &paris), "1\u{a0}January 2027 at 0:30");
        assert_eq!(Language::Fr.day(late, &TimeZone::UTC), "31\u{a0}décembre 2026");
    }
}
