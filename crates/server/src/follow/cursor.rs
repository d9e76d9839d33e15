//! How far a source was read: kept as JSON in its row, written in the transaction of what it brought. It holds no credentials.

use serde::{Deserialize, Serialize};

/// Where to go on. Which fields say what is the business of each wire.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Cursor {
    /// Where the next walk begins: a second, a number or the source's own text; empty: at the beginning.
    pub(super) from: String,
    /// A walk under way: the page to ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<String>,
    /// A walk under way: where it ends, or what the next one begins at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<String>,
    /// What the source shows us, where it names that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agreement: Option<String>,
    /// Of the last first page: what it answered to, and its validator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validator: Option<(String, String)>,
    /// The walk began at the beginning: what it does not bring is no longer there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) whole: bool,
}

impl Cursor {
    /// At the beginning.
    pub(super) fn new() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// As it was kept; one that cannot be read begins at the beginning.
    pub(super) fn read(text: Option<&str>) -> Self {
        // A list would be read too, each field from its place.
        let object = text.filter(|text| text.starts_with('{'));
        match object.map(serde_json::from_str) {
            Some(Ok(kept)) => kept,
            _ => Self::new(),
        }
    }

    /// To be kept.
    pub(super) fn text(&self) -> String {
        // Texts cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The number that `from` is; 0 for the beginning.
    pub(super) fn number(&self) -> i64 {
        self.from.parse().unwrap_or(0)
    }

    /// The walk is over, and the next begins here.
    pub(super) fn over(self, from: String) -> Self {
        Self { from, page: None, until: None, whole: false, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_a_broken_one_begins_at_the_beginning() {
        let cursor = Cursor { page: Some("x".into()), ..Cursor::new() }.over("7".into());
        assert_eq!(Cursor::read(Some(&cursor.text())), cursor);
        assert_eq!((cursor.number(), cursor.whole), (7, false));
        for text in [None, Some("{"), Some("[]")] {
            assert_eq!(Cursor::read(text), Cursor::new());
        }
        assert!(Cursor::new().whole);
    }
}
