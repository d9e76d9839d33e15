//! Who helps at once, by country: `web/data/helplines.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::said::Said;
use crate::http::locale::Language;

const DATA: &str = include_str!("../../../../web/data/helplines.toml");

static HELPLINES: LazyLock<Helplines> =
    LazyLock::new(|| toml::from_str(DATA).expect("web/data/helplines.toml is checked by the tests beside this"));

/// The country whose lines are shown where nothing is known of the person or the operator: the Union's.
const ANYWHERE: &str = "eu";

/// The lines of a country (ISO 3166-1 alpha-2, lower-case); of the Union at large where it has none here.
pub fn of(country: &str) -> &'static Country {
    let find = |code: &str| HELPLINES.country.iter().find(|country| country.code == code);
    find(country).or_else(|| find(ANYWHERE)).expect("a test finds the Union among the countries")
}

/// Every country that has lines here.
pub fn countries() -> &'static [Country] {
    &HELPLINES.country
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Helplines {
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever edits the file; held to by a test"))]
    version: u32,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever runs a node; held to by a test"))]
    checked: String,
    country: Vec<Country>,
}

/// A country and whom one calls there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// ISO 3166-1 alpha-2 in lower case, or `eu`.
    pub code: String,
    /// What it is called.
    pub name: Said,
    #[serde(rename = "line")]
    lines: Vec<Line>,
}

impl Country {
    /// Its lines of one kind, those to be tried first before the others.
    pub fn lines(&self, role: Role) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.role == role)
    }
}

/// One line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What it is for.
    pub role: Role,
    /// How it is reached.
    pub by: By,
    /// Its number as it is written there, or a web address without its scheme.
    pub number: String,
    /// What it is called and for whom.
    pub name: Said,
    /// When somebody answers, where that is known.
    #[serde(default)]
    pub hours: Option<Said>,
    /// Costs nothing from any phone of the country.
    #[serde(default)]
    pub free: bool,
    /// No name has to be given.
    #[serde(default)]
    pub anonymous: bool,
}

impl Line {
    /// What a link to it begins and ends with; none for a web address, which is shown and not linked: the way there would
    /// say from where one comes.
    pub(crate) fn link(&self) -> Option<String> {
        let scheme = match self.by {
            By::Call => "tel",
            By::Text => "sms",
            By::Web => return None,
        };
        let digits: String = self.number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Some(format!("{scheme}:{digits}"))
    }

    pub(crate) fn name(&self, language: &Language) -> &str {
        self.name.to(language)
    }

    pub(crate) fn hours(&self, language: &Language) -> &str {
        self.hours.as_ref().map_or("", |hours| hours.to(language))
    }
}

/// What a line is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Somebody is in danger now.
    Danger,
    /// Pictures, threats, harassment.
    Pictures,
    /// Any trouble of a child.
    Child,
    /// Thoughts of dying.
    Despair,
}

/// How a line is reached.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By voice.
    Call,
    /// By text message.
    Text,
    /// On the web.
    Web,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::said::is_typeset;
    use super::*;

    #[test]
    fn every_country_of_the_list_has_help_in_danger_and_somebody_to_talk_to() {
        assert_eq!((HELPLINES.version, HELPLINES.checked.len()), (1, "2026-11".len()));
        let codes: Vec<&str> = countries().iter().map(|country| country.code.as_str()).collect();
        assert_eq!(codes, ["fr", "be", "ch", "lu", "ca", "gb", "ie", "us", "eu"]);
        for country in countries() {
            for role in [Role::Danger, Role::Child] {
                assert!(country.lines(role).any(|line| line.by == By::Call), "{}: {role:?}", country.code);
            }
            assert!(country.code == "eu" || country.lines(Role::Despair).count() > 0, "{}", country.code);
        }
    }

    #[test]
    fn lines_are_well_written_in_both_languages() {
        for country in countries() {
            let mut seen = HashSet::new();
            for line in &country.lines {
                assert!(seen.insert((line.by as u8, &line.number)), "{} stands twice in {}", line.number, country.code);
                let is_number = line.number.chars().all(|c| c.is_ascii_digit() || " -+".contains(c));
                assert_eq!(is_number, line.by != By::Web, "{}", line.number);
                for text in [Some(&line.name), line.hours.as_ref()].into_iter().flatten() {
                    assert!(!text.en.is_empty() && is_typeset(&text.fr), "{}", text.fr);
                }
            }
        }
    }

    #[test]
    fn an_unknown_country_gets_the_lines_of_the_union() {
        assert_eq!((of("fr").code.as_str(), of("zz").code.as_str()), ("fr", "eu"));
        let line = of("fr").lines(Role::Danger).find(|line| line.by == By::Text);
        assert_eq!(line.and_then(Line::link).as_deref(), Some("sms:114"));
    }
}
