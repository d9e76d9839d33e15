//! A text that comes from a data file, in every language. (What pages say themselves is in the catalogues.)

use serde::{Deserialize, Serialize};

use crate::http::locale::Language;

/// One text in every language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// In English.
    pub en: String,
    /// In French, with plain spaces; [`french`] puts the others in.
    #[serde(deserialize_with = "french_text")]
    pub fr: String,
}

impl Said {
    /// A text of the operator's own.
    pub(crate) fn of(en: &str, fr: &str) -> Self {
        Self { en: en.to_owned(), fr: french(fr) }
    }

    /// In a language; templates hand over references.
    pub(crate) fn to(&self, language: &Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

fn french_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| french(&text))
}

/// Puts the no-break spaces of French: before `: ; ? ! »` and after `«`.
pub(super) fn french(text: &str) -> String {
    let mut text = text.replace("« ", "«\u{a0}").replace(" »", "\u{a0}»").replace(" :", "\u{a0}:");
    for mark in [';', '?', '!'] {
        text = text.replace(&format!(" {mark}"), &format!("\u{202f}{mark}"));
    }
    text
}

/// Whether a mark of French stands without its no-break space.
#[cfg(test)]
pub(super) fn is_typeset(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.iter().enumerate().all(|(position, mark)| {
        let (before, after) = (position.checked_sub(1).map(|before| characters[before]), characters.get(position + 1));
        match mark {
            ':' | '»' => before == Some('\u{a0}'),
            ';' | '?' | '!' => before == Some('\u{202f}'),
            '«' => after == Some(&'\u{a0}'),
            '\'' => false,
            _ => true,
        }
    })
}
