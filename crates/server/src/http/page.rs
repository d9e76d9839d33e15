//! What every page shares: its frame, its one stylesheet, its headers.

use std::sync::LazyLock;

use askama::Template;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Problem;
use super::locale::{Language, Texts};

/// Where [`stylesheet`] is to be mounted.
pub(crate) const STYLESHEET_ROUTE: &str = "/assets/{file}";

/// In the order in which they go into one file.
const STYLES: [&str; 4] = [
    include_str!("../../../../web/styles/tokens.css"),
    include_str!("../../../../web/styles/base.css"),
    include_str!("../../../../web/styles/parts.css"),
    include_str!("../../../../web/styles/components.css"),
];

struct Stylesheet {
    text: String,
    path: String,
}

static STYLESHEET: LazyLock<Stylesheet> = LazyLock::new(|| {
    let text = STYLES.concat();
    let digest = exchange::hex::encode(&Sha256::digest(&text)[..8]);
    Stylesheet { text, path: format!("/assets/rempart-{digest}.css") }
});

/// What the frame (`page.html`) needs to know of a page.
pub(crate) struct Frame {
    /// Texts in the page's language.
    pub(crate) texts: Texts,
    /// The page's own path.
    pub(crate) path: &'static str,
}

impl Frame {
    pub(crate) fn stylesheet(&self) -> &'static str {
        &STYLESHEET.path
    }

    pub(crate) const fn language(&self) -> Language {
        self.texts.language
    }

    pub(crate) const fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// The answer that is a page.
pub(crate) fn page(language: Language, template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Problem::internal()
    })?;
    Ok(([(CONTENT_LANGUAGE, language.code()), (VARY, "accept-language")], Html(html)).into_response())
}

/// Serves the stylesheet under the name that holds its digest: it may be kept for ever.
pub(crate) async fn stylesheet(Path(file): Path<String>) -> Result<Response, Problem> {
    if STYLESHEET.path.strip_prefix("/assets/") != Some(&file) {
        return Err(Problem::not_found("there is no such file; load the page anew to get its present stylesheet"));
    }
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, STYLESHEET.text.as_str()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLESHEET_BYTES_MAX: usize = 15_000;

    #[test]
    fn the_stylesheet_is_small_and_loads_nothing() {
        assert!(STYLESHEET.text.len() < STYLESHEET_BYTES_MAX, "{}", STYLESHEET.text.len());
        assert!(!STYLESHEET.text.contains("url(") && !STYLESHEET.text.contains("@import"));
    }

    #[test]
    fn colours_are_named_in_the_tokens_alone() {
        for style in &STYLES[1..] {
            let colour = style.split(['#', ':', ' ']).find(|word| word.starts_with("rgb") || word.starts_with("hsl"));
            assert_eq!(colour, None);
            assert!(!style.lines().any(|line| line.contains(": #")), "a colour outside tokens.css");
        }
    }
}
