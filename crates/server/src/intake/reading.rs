//! The reading list: `web/data/reading.toml`. Each resource has a number, which is its address for good.

use std::sync::LazyLock;

use serde::Deserialize;

use super::said::french;
use crate::http::locale::{Address, Language};

const DATA: &str = include_str!("../../../../web/data/reading.toml");

static LIST: LazyLock<List> =
    LazyLock::new(|| List::parse(DATA).expect("web/data/reading.toml is checked by the tests beside this"));

/// Every resource, in the order of the file.
pub fn all() -> &'static [Resource] {
    &LIST.resource
}

/// The resource of this number.
pub fn numbered(number: u16) -> Option<&'static Resource> {
    all().iter().find(|resource| resource.number == number)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    version: u32,
    resource: Vec<Resource>,
}

/// Something to read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its address, for good.
    pub number: u16,
    /// For whom.
    pub audience: Audience,
    /// How long it takes.
    pub minutes: u64,
    /// What it is.
    pub kind: Kind,
    /// What it is about, one word, for those who sort.
    pub theme: String,
    /// Under which terms it may be passed on.
    pub licence: String,
    /// Who wrote it.
    pub owner: String,
    /// When it has to be read again by its owner, year and month.
    pub review: String,
    en: Text,
    fr: Text,
    /// Where it is shown.
    #[serde(skip)]
    pub(crate) path: String,
}

impl Resource {
    /// Its text in a language; templates hand over references.
    pub(crate) fn text(&self, language: &Language) -> &Text {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }

    /// How French speaks to its readers.
    pub(crate) const fn address(&self) -> Address {
        match self.audience {
            Audience::Young => Address::Tu,
            Audience::Parents | Audience::Teachers => Address::Vous,
        }
    }
}

/// For whom a resource is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Children and teenagers.
    Young,
    /// Parents.
    Parents,
    /// Teachers.
    Teachers,
}

/// What a resource is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A page to read and to print.
    Card,
}

/// A resource in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// What it is called.
    pub(crate) title: String,
    /// What it says first.
    pub(crate) lead: String,
    /// What it says.
    pub(crate) parts: Vec<Part>,
}

/// One heading and what stands under it: paragraphs or a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) heading: String,
    #[serde(default)]
    pub(crate) say: Vec<String>,
    #[serde(default)]
    pub(crate) list: Vec<String>,
    /// Whether the list is a row of steps.
    #[serde(default)]
    pub(crate) in_order: bool,
}

impl Text {
    fn each(&mut self, mut change: impl FnMut(&mut String)) {
        let parts = self.parts.iter_mut();
        let within = parts.flat_map(|part| [&mut part.heading].into_iter().chain(&mut part.say).chain(&mut part.list));
        [&mut self.title, &mut self.lead].into_iter().chain(within).for_each(&mut change);
    }
}

impl List {
    fn parse(data: &str) -> Result<Self, String> {
        let mut list: Self = toml::from_str(data).map_err(|error| error.to_string())?;
        if list.version != 1 {
            return Err(format!("version {} is not read here", list.version));
        }
        for resource in &mut list.resource {
            resource.path = format!("/p/5/{}", resource.number);
            resource.fr.each(|text| *text = french(text));
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::said::is_typeset;
    use super::*;

    /// Words of offices and of police reports, which frighten or say nothing.
    const UNWANTED: [&str; 8] =
        ["incident", "contenu", "victim", "soumettre", "submit", "content", "procédure", "utilisateur"];

    #[test]
    fn every_resource_is_whole_in_both_languages() {
        let numbers: HashSet<u16> = all().iter().map(|resource| resource.number).collect();
        assert_eq!(numbers.len(), all().len());
        for audience in [Audience::Young, Audience::Parents, Audience::Teachers] {
            assert!(all().iter().any(|resource| resource.audience == audience), "{audience:?}");
        }
        for resource in all() {
            let [en, fr] = [Language::En, Language::Fr].map(|language| resource.text(&language));
            assert_eq!(en.parts.len(), fr.parts.len(), "{}", resource.number);
            assert!(resource.minutes > 0 && resource.licence.starts_with("CC BY") && resource.review.len() == 7);
            for part in en.parts.iter().chain(&fr.parts) {
                assert!(!part.say.is_empty() || !part.list.is_empty(), "{}", part.heading);
            }
        }
    }

    #[test]
    fn the_texts_are_plain_short_and_typeset() {
        let mut list = List::parse(DATA).unwrap();
        for resource in &mut list.resource {
            resource.fr.each(|text| assert!(is_typeset(text), "{text}"));
            for text in [&mut resource.en, &mut resource.fr] {
                text.each(|text| {
                    let lower = text.to_lowercase();
                    assert!(UNWANTED.iter().all(|unwanted| !lower.contains(unwanted)), "{text}");
                    let longest =
                        text.split(['.', '?', '!', ':', ';', '»', '”']).map(|s| s.split_whitespace().count()).max();
                    assert!(longest < Some(30), "too long to be read with fear in one's stomach: {text}");
                });
            }
        }
    }

    #[test]
    fn what_is_not_known_here_is_refused() {
        assert!(List::parse("version = 1\nresource = []\n").is_ok());
        assert!(List::parse("version = 2\nresource = []\n").is_err());
        assert!(List::parse("version = 1\nresource = []\ncolour = 1\n").is_err());
    }
}
