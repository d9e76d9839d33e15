//! `/p/1`: privacy in plain words.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::{frame, to_the_young};
use crate::http::Problem;
use crate::http::locale::Texts;

/// The page.
pub(super) async fn show(texts: Texts) -> Result<Response, Problem> {
    let t = to_the_young(texts);
    page(t, Loads::Plain, &Privacy { frame: frame(t, "/p/1"), t, kept: KEPT })
}

#[derive(Template)]
#[template(path = "intake/pages/privacy.html")]
struct Privacy {
    frame: Frame,
    t: Texts,
    kept: Kept,
}

/// How long things are kept, as the page says it.
struct Kept {
    draft_hours: u64,
    case_months: u64,
    warned_first_days: u64,
    warned_again_days: u64,
    file_hours: u64,
    fingerprint_years: u64,
    copies_days: u64,
}

/// The defaults of docs/design/0009-the-portal.md; whoever changes what the jobs do changes what is said here.
const KEPT: Kept = Kept {
    draft_hours: 2,
    case_months: 6,
    warned_first_days: 30,
    warned_again_days: 7,
    file_hours: 72,
    fingerprint_years: 2,
    copies_days: 14,
};
