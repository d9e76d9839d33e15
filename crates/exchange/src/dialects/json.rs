//! JSON of strangers: numbers that may be texts, lists that may be missing, and pages whose records are read one by one.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{DialectError, Flaw, PAGE_BYTES_MAX, Skipped};

/// A page's frame.
pub(super) fn page<'a, Page: Deserialize<'a>>(bytes: &'a [u8]) -> Result<Page, DialectError> {
    if bytes.len() > PAGE_BYTES_MAX {
        return Err(DialectError::TooLarge);
    }
    serde_json::from_slice(bytes).map_err(|_| DialectError::Unreadable)
}

/// The records of a page that can be read, and those that cannot.
pub(super) fn records<'a, Wire: Deserialize<'a>, Record>(
    raw: &[&'a RawValue],
    read: impl Fn(Wire) -> Result<Record, Flaw>,
) -> (Vec<Record>, Vec<Skipped>) {
    let (mut records, mut skipped) = (Vec::with_capacity(raw.len()), Vec::new());
    for (position, raw) in raw.iter().enumerate() {
        match serde_json::from_str(raw.get()).map_err(|_| Flaw::Unreadable).and_then(&read) {
            Ok(record) => records.push(record),
            Err(flaw) => skipped.push(Skipped { position, flaw }),
        }
    }
    (records, skipped)
}

/// A number, written as one or as a text, whole or not. Fractions are cut off.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Whole(i64),
        Fraction(f64),
        Text(String),
    }
    let cut = |number: f64| {
        const MOST: f64 = 9_007_199_254_740_992.0;
        (number.abs() <= MOST).then_some(number as i64)
    };
    let number = match Written::deserialize(deserializer)? {
        Written::Whole(number) => Some(number),
        Written::Fraction(number) => cut(number),
        Written::Text(text) => text.trim().parse().ok().or_else(|| text.trim().parse().ok().and_then(cut)),
    };
    number.ok_or_else(|| serde::de::Error::custom("no whole number"))
}

/// A number that is a name, written as one or as a text.
pub(super) fn whole_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Text(String),
    }
    let digits = match Written::deserialize(deserializer)? {
        Written::Number(number) => number.to_string(),
        Written::Text(text) => text,
    };
    let is_number = (1..=40).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(digits) } else { Err(serde::de::Error::custom("no whole number")) }
}

/// A value or nothing, where nothing may be null, missing, or something else altogether.
pub(super) fn lenient<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Maybe<T> {
        There(T),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Maybe::<T>::deserialize(deserializer)? {
        Maybe::There(value) => value,
        Maybe::Other(_) => T::default(),
    })
}
