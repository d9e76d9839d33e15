//! Who helps at once, by country: `web/data/helplines.toml`, and lines that an operator writes down beside them or instead.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use super::said::Said;
use crate::http::locale::Language;

const DATA: &str = include_str!("../../../../web/data/helplines.toml");

static HELPLINES: LazyLock<Helplines> =
    LazyLock::new(|| toml::from_str(DATA).expect("web/data/helplines.toml is checked by the tests beside this"));

/// The country whose lines are shown where nothing is known of the person or the operator: the Union's.
const ANYWHERE: &str = "eu";

/// Lines that an operator may write down, at most.
pub const LINES_OWN_MAX: usize = 6;
/// Letters of a line's name, at most.
pub const LINE_NAME_CHARACTERS_MAX: usize = 120;
/// Letters of a number or an address, at most.
pub const LINE_NUMBER_CHARACTERS_MAX: usize = 60;

/// The lines of a country (ISO 3166-1 alpha-2, lower-case); of the Union at large where it has none here.
pub fn of(country: &str) -> &'static Country {
    known(country).or_else(|| known(ANYWHERE)).expect("a test finds the Union among the countries")
}

/// The lines of a country, if it has any here.
pub fn known(country: &str) -> Option<&'static Country> {
    HELPLINES.country.iter().find(|known| known.code == country)
}

/// When whoever wrote the list last went through it, as `2026-11`. Nobody called: that is the operator's part.
pub fn written() -> &'static str {
    &HELPLINES.checked
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
    /// Whether a page can show it, and a telephone call it.
    pub(super) fn is_good(&self) -> bool {
        let is_text = |text: &str| {
            (1..=LINE_NAME_CHARACTERS_MAX).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control)
        };
        let is_number = match self.by {
            By::Call | By::Text => {
                self.number.chars().any(|c| c.is_ascii_digit())
                    && self.number.chars().all(|c| c.is_ascii_digit() || " -+".contains(c))
            }
            By::Web => self.number.contains('.') && self.number.chars().all(|c| c.is_ascii_graphic()),
        };
        is_number
            && self.number.len() <= LINE_NUMBER_CHARACTERS_MAX
            && [&self.name.en, &self.name.fr].into_iter().all(|name| is_text(name))
    }

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
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
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

impl Role {
    /// Every one, the most pressing first.
    pub const ALL: [Self; 4] = [Self::Danger, Self::Pictures, Self::Child, Self::Despair];

    /// As a form says it.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Pictures => "pictures",
            Self::Child => "child",
            Self::Despair => "despair",
        }
    }

    /// From a form.
    pub fn from_form(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.form() == text)
    }
}

/// How a line is reached.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By voice.
    Call,
    /// By text message.
    Text,
    /// On the web.
    Web,
}

impl By {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Call, Self::Text, Self::Web];

    /// As a form says it.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Text => "text",
            Self::Web => "web",
        }
    }

    /// From a form.
    pub fn from_form(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.form() == text)
    }
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
    fn a_line_of_ones_own_is_one_that_a_page_can_show_and_a_telephone_call() {
        let line = |by, number: &str, name: &str| Line {
            role: Role::Danger,
            by,
            number: number.to_owned(),
            name: Said { en: name.to_owned(), fr: "Police".to_owned() },
            hours: None,
            free: false,
            anonymous: false,
        };
        assert!(line(By::Call, "+34 091", "Police").is_good() && line(By::Web, "help.example/chat", "Chat").is_good());
        let (longest, longer) = ("x".repeat(LINE_NAME_CHARACTERS_MAX), "x".repeat(LINE_NAME_CHARACTERS_MAX + 1));
        assert!(line(By::Text, "114", &longest).is_good() && !line(By::Text, "114", &longer).is_good());
        let (most, more) = ("1".repeat(LINE_NUMBER_CHARACTERS_MAX), "1".repeat(LINE_NUMBER_CHARACTERS_MAX + 1));
        assert!(line(By::Call, &most, "Police").is_good() && !line(By::Call, &more, "Police").is_good());
        for (by, number, name) in [
            (By::Call, "", "Police"),
            (By::Call, "+ -", "Police"),
            (By::Call, "091;ext=1", "Police"),
            (By::Call, "091", "  "),
            (By::Call, "091", "a\nb"),
            (By::Web, "help", "Chat"),
            (By::Web, "help.example/a b", "Chat"),
        ] {
            assert!(!line(by, number, name).is_good(), "{number:?} {name:?}");
        }
        assert!(Role::ALL.iter().all(|role| Role::from_form(role.form()) == Some(*role)));
        assert!(By::ALL.iter().all(|by| By::from_form(by.form()) == Some(*by)));
    }

    #[test]
    fn an_unknown_country_gets_the_lines_of_the_union() {
        assert_eq!((of("fr").code.as_str(), of("zz").code.as_str()), ("fr", "eu"));
        let line = of("fr").lines(Role::Danger).find(|line| line.by == By::Text);
        assert_eq!(line.and_then(Line::link).as_deref(), Some("sms:114"));
    }
}
