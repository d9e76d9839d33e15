//! What the desk's pages share: the frame with its navigation, the headers.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, VARY,
};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};

use super::{Refused, entries_of};
use crate::access::staff::{Handle, Role, Signed};
use crate::http::locale::{Language, Texts};
use crate::http::{Problem, assets};
use crate::node::Node;

/// What a page of the desk may load: our own files. A page that needs more sets its own policy on the answer.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; \
                                 connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                                 require-trusted-types-for 'script'; trusted-types 'none'";

const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
                           gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";

/// What the frame (`desk/frame.html`) needs to know of a page.
pub(crate) struct Frame {
    /// Texts in the page's language.
    pub(crate) t: Texts,
    /// The page's own path, for the other language's link.
    pub(crate) path: String,
    /// Whoever is signed in; `None` on the pages before.
    pub(crate) who: Option<Present>,
}

/// Whoever is signed in, as the frame shows them.
pub(crate) struct Present {
    /// Their name.
    pub(crate) name: String,
    /// Their role, in words.
    pub(crate) role: &'static str,
    /// What every form of their session carries.
    pub(crate) form_token: String,
    /// Where they can go.
    pub(crate) entries: Vec<Shown>,
    /// What they are to be told.
    pub(crate) notices: Vec<String>,
}

/// An entry of the navigation as shown.
pub(crate) struct Shown {
    pub(crate) label: &'static str,
    pub(crate) path: &'static str,
    pub(crate) is_here: bool,
    pub(crate) count: Option<u64>,
}

impl Frame {
    /// The frame of a page for somebody, at its own path.
    pub(crate) async fn of(node: &Node, who: &impl Handle, path: impl Into<String>) -> Result<Self, Refused> {
        let (signed, path) = (who.signed(), path.into());
        // The entry whose path goes furthest along this page's is the one that the page is behind.
        let here =
            entries_of(signed).map(|entry| entry.path).filter(|entry| is_below(&path, entry)).max_by_key(|at| at.len());
        let mut entries = Vec::new();
        for entry in entries_of(signed) {
            let count = match entry.count {
                Some(count) => count(node.clone(), signed.id()).await,
                None => None,
            };
            let is_here = here == Some(entry.path);
            entries.push(Shown { label: (entry.label)(signed.t), path: entry.path, is_here, count });
        }
        let notices = node.staff.notices_in_words(node, signed).await?;
        let who = Present {
            name: signed.name().to_owned(),
            role: role_word(signed.t, signed.role()),
            form_token: signed.form_token(),
            entries,
            notices,
        };
        Ok(Self { t: signed.t, path, who: Some(who) })
    }

    /// The frame of a page for whoever is not signed in yet.
    pub(crate) fn before(t: Texts, path: impl Into<String>) -> Self {
        Self { t, path: path.into(), who: None }
    }

    /// The path of a file that the page loads.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// What every form of the session carries.
    pub(crate) fn token(&self) -> &str {
        self.who.as_ref().map_or("", |who| &who.form_token)
    }
}

fn is_below(path: &str, entry: &str) -> bool {
    path.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A role in the reader's words.
pub(crate) fn role_word(t: Texts, role: Role) -> &'static str {
    match role {
        Role::Analyst => t.desk_role_analyst(),
        Role::Lead => t.desk_role_lead(),
        Role::Mediator => t.desk_role_mediator(),
        Role::Administrator => t.desk_role_administrator(),
        Role::Platform => t.desk_role_platform(),
    }
}

/// In which language somebody is answered: the one that the address asks for, else theirs, else their browser's.
pub(crate) async fn language_of(parts: &mut Parts, _: &Node, kept: &str) -> Texts {
    let Ok(texts): Result<Texts, Infallible> = Texts::from_request_parts(parts, &()).await;
    let query = parts.uri.query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::from_code);
    Texts { language: asked.or_else(|| Language::from_code(kept)).unwrap_or(texts.language), ..texts }
}

/// The answer that is a page of the desk.
pub(crate) fn page(t: Texts, template: &impl Template) -> Result<Response, Refused> {
    Ok(said_page(t, template)?)
}

/// As [`page`], for a page that says a refusal.
pub(crate) fn said_page(t: Texts, template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Problem::internal()
    })?;
    let mut response = Html(html).into_response();
    for (name, value) in [
        (CONTENT_LANGUAGE, t.language.code()),
        (VARY, "accept-language, cookie"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

impl Signed {
    /// The zone in which a page tells times. Everybody works in the hotline's own.
    pub(crate) async fn zone(&self, node: &Node) -> Result<jiff::tz::TimeZone, Refused> {
        Ok(node.intake.settings().await.map_err(Problem::from)?.zone())
    }
}
