//! `/p/2`: what the site leaves on a device, and how to remove it.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;

/// The page.
pub(super) async fn show(Reading(t): Reading) -> Result<Response, Problem> {
    page(t, Loads::Plain, &Traces { frame: frame(t, "/p/2"), t })
}

#[derive(Template)]
#[template(path = "intake/pages/traces.html")]
struct Traces {
    frame: Frame,
    t: Texts,
}
