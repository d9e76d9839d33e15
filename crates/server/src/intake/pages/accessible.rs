//! `/p/3`: the statement on accessibility.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::{frame, to_the_young};
use crate::http::Problem;
use crate::http::locale::Texts;

/// The page.
pub(super) async fn show(texts: Texts) -> Result<Response, Problem> {
    let t = to_the_young(texts);
    page(t, Loads::Plain, &Accessible { frame: frame(t, "/p/3"), t })
}

#[derive(Template)]
#[template(path = "intake/pages/accessible.html")]
struct Accessible {
    frame: Frame,
    t: Texts,
}
