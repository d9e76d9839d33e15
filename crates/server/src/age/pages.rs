//! What the pages of attester, verifier and wallet share: a frame that says nobody's name but the site's, one stylesheet, headers. They
//! load nothing from elsewhere, and only the wallet's runs scripts.

use std::sync::LazyLock;

use askama::Template;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::http::Problem;
use crate::http::locale::Texts;

/// Where [`stylesheet`] is to be mounted: below `/age/`, which is all that a site passes on.
pub(super) const STYLE_ROUTE: &str = "/age/style/{file}";

const STYLES: [&str; 4] = [
    include_str!("../../../../web/styles/tokens.css"),
    include_str!("../../../../web/styles/base.css"),
    include_str!("../../../../web/styles/parts.css"),
    include_str!("../../../../web/styles/components.css"),
];

static STYLE: LazyLock<(String, String)> = LazyLock::new(|| {
    let text = STYLES.concat();
    let digest = exchange::hex::encode(&Sha256::digest(&text)[..8]);
    (format!("/age/style/{digest}.css"), text)
});

/// Where the stylesheet is.
pub(super) fn style_path() -> &'static str {
    &STYLE.0
}

/// Forms go back to where they came from, and nothing is loaded but the stylesheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'none'; frame-ancestors 'none'; base-uri 'none'; \
                      form-action 'self'";
pub(super) const NO_INDEX: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));

/// What the frame (`age/frame.html`) needs to know of a page.
pub(super) struct Frame {
    /// Texts in the page's language.
    pub(super) t: Texts,
    /// Whose page it is: the site's or the attester's host.
    pub(super) whose: String,
    /// The page's own path with what goes on behind the question mark, for the other language's link.
    pub(super) here: String,
}

impl Frame {
    pub(super) fn style(&self) -> &'static str {
        style_path()
    }

    /// Whether something stands behind the question mark already.
    pub(super) fn joint(&self) -> char {
        if self.here.contains('?') { '&' } else { '?' }
    }
}

/// The answer that is a page.
pub(super) fn page(status: StatusCode, t: Texts, template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Problem::internal()
    })?;
    let headers = [(CONTENT_LANGUAGE, t.language.code()), (VARY, "accept-language"), (CONTENT_SECURITY_POLICY, POLICY)];
    Ok((status, headers, [NO_INDEX], Html(html)).into_response())
}

/// Serves the stylesheet under the name that holds its digest: it may be kept for ever.
pub(super) async fn stylesheet(axum::extract::Path(file): axum::extract::Path<String>) -> Result<Response, Problem> {
    if STYLE.0.strip_prefix("/age/style/") != Some(&file) {
        return Err(Problem::not_found("there is no such file; load the page anew to get its present stylesheet"));
    }
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, STYLE.1.as_str()).into_response())
}
