//! Where somebody goes after a form: to the provider of the way they chose, to an application on their device, or to the wallet page
//! with the voucher. A page says so and leads on by itself.
//!
//! It is no redirect: browsers hold the redirects after a form to `form-action` of the page that sent it (Content Security Policy), and
//! that cannot name every host that a provider passes people through. Programs, which do not ask for pages, are redirected.

use askama::Template;
use axum::http::header::{LOCATION, REFRESH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::accepts;
use super::choose::whose;
use crate::age::attester::Attester;
use crate::age::pages::{Frame, page};
use crate::http::Problem;
use crate::http::locale::Texts;

#[derive(Template)]
#[template(path = "age/attester/pages/onward.html")]
struct Onward<'o> {
    frame: Frame,
    lead: String,
    to: &'o str,
}

pub(super) fn answer(
    attester: &Attester,
    t: Texts,
    headers: &HeaderMap,
    way: &str,
    to: &str,
) -> Result<Response, Problem> {
    if !accepts(headers, "text/html") {
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response());
    }
    let lead = match url::Url::parse(to).ok().filter(|url| matches!(url.scheme(), "https" | "http")) {
        Some(url) => t.age_onward_site(url.host_str().unwrap_or_default()).to_string(),
        None => t.age_onward_application().to_string(),
    };
    let frame = Frame { t, whose: whose(attester), here: format!("/age/way/{way}") };
    let mut response = page(StatusCode::OK, t, &Onward { frame, lead, to })?;
    let refresh = format!("0; url={to}").try_into().map_err(|_| Problem::internal())?;
    response.headers_mut().insert(REFRESH, refresh);
    Ok(response)
}
