//! What a page says of the answer before it: every form is answered with a redirect, so that going back never makes a
//! browser ask whether to send again, and what was wrong waits in the sealed visit for the page that says it, once.

use serde::{Deserialize, Serialize};

use crate::http::locale::Address;

const TO_ADULT: &str = "vous";

/// What the page at a path is to say, in the words and the language of the answer.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// Which page.
    pub(super) at: String,
    /// What was wrong; empty where the page has its own words for it.
    pub(super) wrong: String,
    /// Links that were not taken: how each begins, and why.
    pub(super) refused: Vec<(String, String)>,
    /// What was typed, or what a question is about. Never words of a receipt.
    pub(super) text: String,
    /// Whether it is good news.
    pub(super) is_good: bool,
}

impl Said {
    /// At this page, in its own words.
    pub(super) fn at(path: &str) -> Self {
        Self { at: path.to_owned(), ..Self::default() }
    }

    /// At this page, in these words.
    pub(super) fn wrong(path: &str, wrong: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), ..Self::at(path) }
    }

    /// The same with what was typed or asked about.
    pub(super) fn with(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self }
    }

    /// The same to whoever French speaks to so: for pages that know nobody.
    pub(super) fn to(self, address: Address) -> Self {
        if address == Address::Vous { self.with(TO_ADULT) } else { self }
    }

    /// Whether French says « vous ».
    pub(super) fn is_to_adult(&self) -> bool {
        self.text == TO_ADULT
    }
}
