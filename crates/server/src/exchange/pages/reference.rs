//! The API's document as a page. Its own texts are English, whatever the language of the page.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;

use super::outline::Outline;
use crate::exchange::api;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::http::page::{Frame, page};

/// The page.
pub(crate) async fn reference(texts: Texts) -> Result<Response, Problem> {
    page(texts.language, &ReferencePage { frame: Frame { texts, path: "/api" }, t: texts, outline: &OUTLINE })
}

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| {
    let document = serde_json::to_value(api::document()).expect("the document is plain values with text keys");
    Outline::of(&document)
});

#[derive(Template)]
#[template(path = "exchange/pages/reference.html")]
struct ReferencePage {
    frame: Frame,
    t: Texts,
    outline: &'static Outline,
}

impl ReferencePage {
    fn place(&self, place: &str) -> &'static str {
        match place {
            "path" => self.t.place_path(),
            "header" => self.t.place_header(),
            _ => self.t.place_query(),
        }
    }
}

/// A stretch of text, and whether it is set as code.
struct Span<'a> {
    text: &'a str,
    is_code: bool,
}

/// Splits a text at its backticks.
fn spans(text: &str) -> Vec<Span<'_>> {
    let spans = text.split('`').enumerate().map(|(position, text)| Span { text, is_code: position % 2 == 1 });
    spans.filter(|span| !span.text.is_empty()).collect()
}

/// Splits a text at its empty lines.
fn paragraphs(text: &str) -> Vec<&str> {
    text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code() {
        let shown: Vec<(&str, bool)> = spans("with `after` = the `x`").iter().map(|s| (s.text, s.is_code)).collect();
        assert_eq!(shown, [("with ", false), ("after", true), (" = the ", false), ("x", true)]);
    }
}
