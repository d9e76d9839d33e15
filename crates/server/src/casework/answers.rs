//! What the desk writes when a case is decided: `web/data/answers.toml`, and what leads made of it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::model::CaseworkError;
use super::taxonomy::Follows;
use super::{Casework, queries};
use crate::access::audit::{self, Act};
use crate::access::staff::{Lead, StaffId};
use crate::http::locale::Language;
use crate::intake::{Age, MESSAGE_CHARACTERS_MAX};
use crate::storage::{Session, StorageError, Transact};

const DATA: &str = include_str!("../../../../web/data/answers.toml");
const CHANGED: Act = Act::new("answer.changed");

static ALL: LazyLock<File> =
    LazyLock::new(|| toml::from_str(DATA).expect("web/data/answers.toml is checked by the tests beside this"));

/// Every answer of the program, by name.
pub static ANSWERS: LazyLock<&'static [Answers]> = LazyLock::new(|| &ALL.answer);

/// To whom something is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Voice {
    /// Under 13.
    Child,
    /// 13 to 17, and whoever did not say.
    Teen,
    /// Adults.
    Adult,
}

impl Voice {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Child, Self::Teen, Self::Adult];

    /// For whoever wrote: `is_adult` is whether French says « vous » to them.
    pub const fn of(age: Age, is_adult: bool) -> Self {
        match (age, is_adult) {
            (_, true) => Self::Adult,
            (Age::Under13, false) => Self::Child,
            (_, false) => Self::Teen,
        }
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Teen => "teen",
            Self::Adult => "adult",
        }
    }

    /// The voice of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|voice| voice.word() == word)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever edits the file; held to by a test"))]
    version: u32,
    answer: Vec<Answers>,
}

/// One answer in its languages and voices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// By which it is found.
    pub name: String,
    title: Title,
    en: Voices,
    fr: Voices,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    en: String,
    fr: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Voices {
    child: Option<String>,
    teen: Option<String>,
    adult: String,
}

impl Answers {
    /// What it is called.
    pub(crate) fn title(&self, language: Language) -> &str {
        match language {
            Language::En => &self.title.en,
            Language::Fr => &self.title.fr,
        }
    }

    /// Its own words: to adults where a voice has none.
    pub fn own(&self, language: &str, voice: Voice) -> &str {
        let voices = if language == "fr" { &self.fr } else { &self.en };
        let said = match voice {
            Voice::Child => voices.child.as_deref(),
            Voice::Teen => voices.teen.as_deref(),
            Voice::Adult => None,
        };
        said.unwrap_or(&voices.adult)
    }

    /// Whether it has words of its own for a voice.
    pub fn has(&self, language: &str, voice: Voice) -> bool {
        let voices = if language == "fr" { &self.fr } else { &self.en };
        match voice {
            Voice::Child => voices.child.is_some(),
            Voice::Teen => voices.teen.is_some(),
            Voice::Adult => true,
        }
    }
}

/// The answer that goes with what follows of a verdict.
pub(super) const fn fitting(follows: Follows) -> &'static str {
    match follows {
        Follows::Protect => "protected",
        Follows::Refuse => "refused",
        Follows::Unsure => "unsure",
    }
}

pub(super) fn find(name: &str) -> Option<&'static Answers> {
    ANSWERS.iter().find(|answer| answer.name == name)
}

impl Casework {
    /// What an answer says now: what a lead made of it, else the program's own words.
    pub async fn answer(&self, name: &str, language: &str, voice: Voice) -> Result<Option<String>, StorageError> {
        let Some(own) = find(name) else { return Ok(None) };
        let voice = if own.has(language, voice) { voice } else { Voice::Adult };
        let changed = queries::answer(&mut self.database.read().await?, name, language, voice.word()).await?;
        Ok(Some(changed.unwrap_or_else(|| own.own(language, voice).to_owned())))
    }

    /// Every answer that a lead changed: name, language, voice, text.
    pub async fn changed_answers(&self) -> Result<Vec<(String, String, String, String)>, StorageError> {
        queries::answers(&mut self.database.read().await?).await
    }

    /// Changes what an answer says; empty: back to the program's own words.
    pub async fn change_answer(
        &self,
        who: &Lead,
        (name, language, voice): (&str, &str, Voice),
        text: &str,
    ) -> Result<(), CaseworkError> {
        let own = find(name).filter(|own| own.has(language, voice) && ["en", "fr"].contains(&language));
        let own = own.ok_or(CaseworkError::Gone)?;
        if text.chars().count() > MESSAGE_CHARACTERS_MAX {
            return Err(CaseworkError::TooLong);
        }
        let text = Some(text.trim()).filter(|text| !text.is_empty() && *text != own.own(language, voice));
        let change = Change { who: who.person(), place: (name, language, voice.word()), text, now: self.clock.now() };
        Ok(self.database.run(&change).await?)
    }
}

struct Change<'a> {
    who: StaffId,
    place: (&'a str, &'a str, &'a str),
    text: Option<&'a str>,
    now: exchange::Time,
}

impl Transact for Change<'_> {
    const NAME: &'static str = "answer_change";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::set_answer(on, self.place, self.text).await?;
        audit::record(on, self.now, self.who, CHANGED, None).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_there_in_both_languages_and_fits_into_a_message() {
        assert!(ALL.version >= 1);
        for answer in ANSWERS.iter() {
            assert!(!answer.title(Language::En).is_empty() && !answer.title(Language::Fr).is_empty());
            for language in ["en", "fr"] {
                for voice in Voice::ALL {
                    let text = answer.own(language, voice);
                    assert!((40..MESSAGE_CHARACTERS_MAX).contains(&text.chars().count()), "{} {language}", answer.name);
                }
            }
        }
        for follows in [Follows::Protect, Follows::Refuse, Follows::Unsure] {
            assert!(find(fitting(follows)).is_some());
        }
        assert!(find("appeal").is_some());
    }

    #[test]
    fn the_young_are_said_tu_and_adults_vous() {
        for answer in ANSWERS.iter().filter(|answer| answer.name != "appeal") {
            let words = |voice| -> Vec<String> {
                let text = answer.own("fr", voice).to_lowercase();
                text.split(|c: char| !c.is_alphabetic()).map(str::to_owned).collect()
            };
            for young in [Voice::Child, Voice::Teen] {
                let words = words(young);
                assert!(!words.iter().any(|word| ["vous", "votre", "vos"].contains(&word.as_str())), "{}", answer.name);
            }
            let adult = words(Voice::Adult);
            assert!(!adult.iter().any(|word| ["tu", "te", "toi", "ton", "ta", "tes"].contains(&word.as_str())));
        }
    }

    #[test]
    fn whoever_said_under_13_is_spoken_to_as_a_child_and_a_helper_as_an_adult() {
        assert_eq!(Voice::of(Age::Under13, false), Voice::Child);
        assert_eq!(Voice::of(Age::Under13, true), Voice::Adult);
        assert_eq!((Voice::of(Age::Unknown, false), Voice::of(Age::Adult, true)), (Voice::Teen, Voice::Adult));
    }
}
