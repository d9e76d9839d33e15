//! `/p/1`: privacy in plain words.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::intake::retention;

/// The page.
pub(super) async fn show(Reading(t): Reading) -> Result<Response, Problem> {
    page(t, Loads::Plain, &Privacy { frame: frame(t, "/p/1"), t, kept: KEPT })
}

#[derive(Template)]
#[template(path = "intake/pages/privacy.html")]
struct Privacy {
    frame: Frame,
    t: Texts,
    kept: Kept,
}

/// How long things are kept, as the page says it: what the jobs do.
struct Kept {
    draft_hours: u64,
    case_days: u64,
    warned_days: u64,
}

const KEPT: Kept = Kept {
    draft_hours: retention::DRAFT_SECONDS.unsigned_abs() / 3_600,
    case_days: retention::CASE_DAYS.unsigned_abs(),
    warned_days: retention::WARNED_DAYS,
};
