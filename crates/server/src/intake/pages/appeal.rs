//! `/p/6`: content that is stopped wrongly. An appeal is a case of its own kind; nothing on its way says whether anything is on
//! a list.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use crate::http::Problem;
use crate::http::locale::{Address, Texts};

/// The page. French says « vous » here: it is for whoever published something.
pub(super) async fn show(t: Texts) -> Result<Response, Problem> {
    let t = Texts { address: Address::Vous, ..t };
    page(t, Loads::Plain, &Appeal { frame: frame(t, "/p/6"), t })
}

#[derive(Template)]
#[template(path = "intake/pages/appeal.html")]
struct Appeal {
    frame: Frame,
    t: Texts,
}
