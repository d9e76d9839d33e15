//! `GET /age/gate`: what a visitor sees instead of the site. Nothing of the site is on it but its name.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::wished;
use crate::age::pages::{Frame, page};
use crate::age::verifier::Verifier;
use crate::http::Problem;
use crate::http::locale::Texts;

#[derive(Template)]
#[template(path = "age/verifier/pages/gate.html")]
struct Gate<'g> {
    frame: Frame,
    age: u64,
    wallet: String,
    handoff: String,
    contact: &'g str,
}

/// A fresh question each time.
pub(super) async fn show(
    State(verifier): State<Verifier>,
    t: Texts,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (settings, back) = (&verifier.inner.settings, wished(&verifier, query.as_deref()));
    let path = |path: &str| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("back", &back).finish();
        format!("{path}?{query}")
    };
    let gate = Gate {
        frame: Frame { t, whose: settings.origin.host().to_owned(), here: path("/age/gate") },
        age: u64::from(settings.threshold.years()),
        wallet: verifier.wallet_link(&verifier.ask(), &back),
        handoff: path("/age/handoff"),
        contact: &settings.contact,
    };
    page(StatusCode::OK, t, &gate)
}
