//! `/p/1`: privacy in plain words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::{frame, to_the_young};
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::node::Node;

/// The page.
pub(super) async fn show(State(node): State<Node>, texts: Texts) -> Result<Response, Problem> {
    let t = to_the_young(texts);
    let settings = node.intake.settings().await?;
    let takes_files = settings.upload_minor || settings.upload_adult;
    page(t, Loads::Plain, &Privacy { frame: frame(t, "/p/1"), t, kept: KEPT, takes_files })
}

#[derive(Template)]
#[template(path = "intake/pages/privacy.html")]
struct Privacy {
    frame: Frame,
    t: Texts,
    kept: Kept,
    /// Whether the operator takes sealed files at all.
    takes_files: bool,
}

/// How long things are kept, as the page says it: what the jobs do.
struct Kept {
    draft_hours: u64,
    /// A file of a draft ends at a full hour, and the job that deletes it comes within another.
    file_hours: u64,
    case_days: u64,
    warned_days: u64,
}

const KEPT: Kept = Kept {
    draft_hours: super::visit::DRAFT_SECONDS.unsigned_abs() / 3_600,
    file_hours: super::visit::DRAFT_SECONDS.unsigned_abs() / 3_600 + 2,
    case_days: crate::intake::CASE_DAYS.unsigned_abs(),
    warned_days: super::case::WARNED_DAYS,
};
