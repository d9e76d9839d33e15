//! `/p/3`: the statement on accessibility.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;

/// The page.
pub(super) async fn show(Reading(t): Reading) -> Result<Response, Problem> {
    page(t, Loads::Plain, &Accessible { frame: frame(t, "/p/3"), t })
}

#[derive(Template)]
#[template(path = "intake/pages/accessible.html")]
struct Accessible {
    frame: Frame,
    t: Texts,
}
