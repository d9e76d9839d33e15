//! Banks: their names, how much of the traffic they are matched for, and what is said about them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Advice, Class};

/// Bytes of a bank's name, at most.
pub const NAME_BYTES_MAX: usize = 255;

/// A bank's name: capitals, digits and underscores, not beginning with a digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct BankName(String);

/// The text is no bank name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bank's name is 1 to {NAME_BYTES_MAX} of A-Z, 0-9 and _, not beginning with a digit")]
pub struct BankNameError;

impl BankName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bank for what a node's entries of a class are worth: `NODE_EXAMPLE_MINOR_BLOCK`. HMA's users act on names
    /// of banks, so what is for review must not share one with what may be blocked.
    pub fn of_node(host: &str, class: Class, advice: Advice) -> Self {
        let mut name: String = host
            .chars()
            .take(NAME_BYTES_MAX - 32)
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            name.insert(0, '_');
        }
        Self(format!("{name}_{class}_{advice}").to_ascii_uppercase())
    }
}

impl FromStr for BankName {
    type Err = BankNameError;

    fn from_str(text: &str) -> Result<Self, BankNameError> {
        let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let first = text.bytes().next().filter(|byte| !byte.is_ascii_digit());
        let is_name = first.is_some() && text.len() <= NAME_BYTES_MAX && text.bytes().all(fits);
        if is_name { Ok(Self(text.to_owned())) } else { Err(BankNameError) }
    }
}

impl fmt::Display for BankName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part of the traffic that a bank is matched for, 0 to 1. On the wire a number, or a text that is one: Coop
/// sends it so.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Serialize)]
#[serde(transparent)]
pub struct Ratio(f64);

/// Not a part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enabled_ratio is a number from 0 to 1")]
pub struct RatioError;

impl Ratio {
    /// Matched for all of it.
    pub const ALL: Self = Self(1.0);
    /// Not matched.
    pub const NONE: Self = Self(0.0);

    /// 0 to 1.
    pub fn new(ratio: f64) -> Result<Self, RatioError> {
        if (0.0..=1.0).contains(&ratio) { Ok(Self(ratio)) } else { Err(RatioError) }
    }

    /// 0 to 1.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Whether a bank is matched at all.
    pub const fn is_on(self) -> bool {
        self.0 > 0.0
    }
}

/// A number, or a text or truth that stands for one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(f64),
    Truth(bool),
    Text(String),
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Loose::deserialize(deserializer)? {
            Loose::Number(number) => number,
            Loose::Truth(on) => f64::from(u8::from(on)),
            Loose::Text(text) => text.trim().parse().map_err(|_| de::Error::custom(RatioError))?,
        };
        Self::new(number).map_err(de::Error::custom)
    }
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(Some(match Loose::deserialize(deserializer)? {
        Loose::Truth(on) => on,
        Loose::Number(number) => number != 0.0,
        Loose::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => true,
            "false" | "0" | "no" => false,
            _ => return Err(de::Error::custom("enabled is true or false")),
        },
    }))
}

/// What is said about a bank.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Bank {
    /// Its name.
    pub name: BankName,
    /// The part of the traffic that it is matched for.
    pub matching_enabled_ratio: Ratio,
}

/// A bank to be made.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct NewBank {
    /// Its name.
    pub name: String,
    #[serde(default)]
    enabled_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "flag")]
    enabled: Option<bool>,
}

impl NewBank {
    /// Matched for all of the traffic unless it says otherwise.
    pub fn ratio(&self) -> Ratio {
        ratio(self.enabled_ratio, self.enabled).unwrap_or(Ratio::ALL)
    }
}

/// What is to be changed about a bank.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct BankEdit {
    /// Its new name.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    enabled_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "flag")]
    enabled: Option<bool>,
}

impl BankEdit {
    /// The new part of the traffic, if it says one.
    pub fn ratio(&self) -> Option<Ratio> {
        ratio(self.enabled_ratio, self.enabled)
    }
}

/// The ratio is the more exact of the two.
fn ratio(ratio: Option<Ratio>, enabled: Option<bool>) -> Option<Ratio> {
    ratio.or(enabled.map(|on| if on { Ratio::ALL } else { Ratio::NONE }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_capitals_digits_and_underscores_and_does_not_begin_with_a_digit() {
        for good in ["A", "_", "_1", "BANK_2", &"A".repeat(NAME_BYTES_MAX)] {
            assert_eq!(good.parse::<BankName>().unwrap().as_str(), good);
        }
        for bad in ["", "1A", "a", "A B", "É", "A-B", &"A".repeat(NAME_BYTES_MAX + 1)] {
            assert_eq!(bad.parse::<BankName>(), Err(BankNameError), "{bad}");
        }
    }

    #[test]
    fn a_nodes_bank_is_a_name_and_says_what_may_be_done() {
        let name = |host: &str| BankName::of_node(host, Class::Minor, Advice::Block);
        assert_eq!(name("node.example").as_str(), "NODE_EXAMPLE_MINOR_BLOCK");
        assert_eq!(name("127.0.0.1:8600").as_str(), "_127_0_0_1_8600_MINOR_BLOCK");
        for host in ["", "é.example", &"a".repeat(1_000)] {
            assert!(name(host).as_str().parse::<BankName>().is_ok(), "{host}");
        }
    }

    #[test]
    fn a_ratio_is_a_number_a_text_or_a_truth_from_0_to_1() {
        let new = |text: &str| serde_json::from_str::<NewBank>(text).map(|bank| bank.ratio().get());
        assert_eq!(new(r#"{"name":"A"}"#).unwrap(), 1.0);
        assert_eq!(new(r#"{"name":"A","enabled_ratio":"0.25"}"#).unwrap(), 0.25);
        assert_eq!(new(r#"{"name":"A","enabled_ratio":0,"enabled":true}"#).unwrap(), 0.0);
        assert_eq!(new(r#"{"name":"A","enabled":"false"}"#).unwrap(), 0.0);
        for bad in ["1.1", "-0.1", "\"much\"", "\"NaN\""] {
            assert!(new(&format!(r#"{{"name":"A","enabled_ratio":{bad}}}"#)).is_err(), "{bad}");
        }
    }
}
