//! `/`: what happened.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use crate::http::Problem;
use crate::http::locale::{Address, Texts};

/// The page. Its choices are buttons of a form, so that no answer is in an address.
pub(super) async fn show(texts: Texts) -> Result<Response, Problem> {
    let t = Texts { address: Address::Tu, ..texts };
    let frame = Frame { t, site: t.portal_site().to_owned(), path: "/", step: None, form_token: String::new() };
    page(t, Loads::Plain, &Landing { frame, t })
}

#[derive(Template)]
#[template(path = "intake/pages/landing.html")]
struct Landing {
    frame: Frame,
    t: Texts,
}
