//! What the portal's pages share: the frame, the headers, the way out.

use askama::Template;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, VARY,
};
use axum::response::{Html, IntoResponse, Response};

use super::chosen;
use crate::http::locale::Texts;
use crate::http::{Problem, assets};
use crate::intake::Offered;

/// What a page may load. Scripts are ours and from files; only where pictures are hashed may wasm be compiled. The one
/// policy for trusted types is that of `start.js`, which makes one address out of anything.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; worker-src 'self'; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      require-trusted-types-for 'script'; trusted-types worker";
const HASHING_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
                              img-src 'self' blob:; worker-src 'self'; connect-src 'self'; form-action 'self'; \
                              frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
                              trusted-types worker";

const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
                           gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";

/// What the frame (`frame.html`) needs to know of a page.
pub(crate) struct Frame {
    /// Texts in the page's language, to whom they are said.
    pub(crate) t: Texts,
    /// What the site calls itself; says nothing of what it is for.
    pub(crate) site: String,
    /// The page's own path, for the other language's link.
    pub(crate) path: &'static str,
    /// Which step of how many, on the pages of a draft.
    pub(crate) step: Option<(usize, usize)>,
    /// What every form of this visit carries; empty without a visit.
    pub(crate) form_token: String,
    /// Whether the page exists in the other language too.
    pub(crate) has_other: bool,
}

impl Frame {
    /// The frame of a page that is no step and has no form of a visit.
    pub(crate) fn new(t: Texts, path: &'static str) -> Self {
        let settings = chosen::current();
        let site = settings.site.in_language(t.language.code()).to_owned();
        let has_other = settings.languages == Offered::Both;
        Self { t, site, path, step: None, form_token: String::new(), has_other }
    }

    /// The same as a step.
    pub(crate) fn at(self, step: Option<(usize, usize)>) -> Self {
        Self { step, ..self }
    }

    /// The same with a visit's forms.
    pub(crate) fn with_form(self, form_token: String) -> Self {
        Self { form_token, ..self }
    }

    /// The address of a page by its own path.
    pub(crate) fn to(&self, page: &str) -> String {
        chosen::reached(page)
    }

    /// The address of a file that the page loads.
    pub(crate) fn asset(&self, name: &str) -> String {
        chosen::reached(&assets::path(name))
    }

    /// What stands in the tab and in the history: where one is, never what for.
    pub(crate) fn title(&self) -> String {
        match self.step {
            Some((step, of)) => format!("{} · {}", self.t.portal_step(step, of), self.site),
            None => self.site.clone(),
        }
    }
}

/// Whether a page compiles wasm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loads {
    /// Text, a stylesheet, perhaps a script.
    Plain,
    /// The wasm that hashes and seals.
    Wasm,
}

/// The answer that is a page of the portal.
pub(crate) fn page(t: Texts, loads: Loads, template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Problem::internal()
    })?;
    let mut response = Html(html).into_response();
    let policy = if loads == Loads::Wasm { HASHING_POLICY } else { POLICY };
    for (name, value) in [
        (CONTENT_LANGUAGE, t.language.code()),
        (VARY, "accept-language, cookie"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, policy),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
