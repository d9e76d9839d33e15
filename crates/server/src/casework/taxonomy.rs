//! What an analyst may say: `web/data/taxonomy.toml`.

use std::sync::LazyLock;

use exchange::Class;
use serde::Deserialize;

use crate::http::locale::Language;

const DATA: &str = include_str!("../../../../web/data/taxonomy.toml");

static TAXONOMY: LazyLock<Taxonomy> =
    LazyLock::new(|| toml::from_str(DATA).expect("web/data/taxonomy.toml is checked by the tests beside this"));

/// The list as it stands.
pub fn taxonomy() -> &'static Taxonomy {
    &TAXONOMY
}

/// Every code there is or was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    /// Rises with every change.
    pub version: u32,
    /// When somebody last went through it.
    pub reviewed: String,
    #[serde(rename = "code")]
    codes: Vec<Code>,
}

/// One thing that can be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Short, for ever.
    pub code: String,
    /// Of which class it is; `None`: of either.
    #[serde(default)]
    pub class: Option<Class>,
    /// What follows for the bank.
    pub follows: Follows,
    /// Of the gravest.
    #[serde(default)]
    pub grave: bool,
    /// Under which regimes platforms may be asked to take it down.
    pub regimes: Vec<String>,
    /// In words.
    name: Name,
    /// Offered no more.
    #[serde(default)]
    pub ended: bool,
}

/// What follows of a code for the bank.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Follows {
    /// It belongs there.
    Protect,
    /// It does not.
    Refuse,
    /// That cannot be told.
    Unsure,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    en: String,
    fr: String,
}

impl Taxonomy {
    /// A code by its short name, ended ones too.
    pub fn find(&self, code: &str) -> Option<&Code> {
        self.codes.iter().find(|known| known.code == code)
    }

    /// What may be said of a class now.
    pub fn offered(&self, class: Class) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(move |code| !code.ended && code.class.is_none_or(|of| of == class))
    }
}

impl Code {
    /// Its name in words.
    pub(crate) fn name(&self, language: Language) -> &str {
        match language {
            Language::En => &self.name.en,
            Language::Fr => &self.name.fr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_named_in_both_languages() {
        let all = &taxonomy().codes;
        assert!(taxonomy().version >= 1 && taxonomy().reviewed.len() == 7);
        for (place, code) in all.iter().enumerate() {
            assert!((2..=4).contains(&code.code.len()) && code.code.is_ascii(), "{}", code.code);
            assert!(all[..place].iter().all(|other| other.code != code.code), "{} is there twice", code.code);
            assert!(code.name.en.len() > 5 && code.name.fr.len() > 5 && code.name.en != code.name.fr, "{}", code.code);
        }
    }

    #[test]
    fn what_belongs_in_the_bank_has_a_class_and_a_regime_and_what_does_not_has_neither() {
        for code in &taxonomy().codes {
            let protects = code.follows == Follows::Protect;
            assert_eq!((code.class.is_some(), !code.regimes.is_empty()), (protects, protects), "{}", code.code);
        }
    }

    #[test]
    fn each_class_is_offered_its_own_codes_and_those_of_either() {
        let minor: Vec<&str> = taxonomy().offered(Class::Minor).map(|code| code.code.as_str()).collect();
        assert!(minor.contains(&"M1") && minor.contains(&"N1") && !minor.contains(&"A1"), "{minor:?}");
        let adult: Vec<&str> = taxonomy().offered(Class::Adult).map(|code| code.code.as_str()).collect();
        assert!(adult.contains(&"A1") && adult.contains(&"U1") && !adult.contains(&"M1"), "{adult:?}");
        assert_eq!(taxonomy().find("M1").unwrap().follows, Follows::Protect);
        assert!(taxonomy().find("X9").is_none());
    }
}
