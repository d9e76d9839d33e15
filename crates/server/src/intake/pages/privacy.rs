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
    let has_alert = node.alerts.is_offered();
    page(t, Loads::Plain, &Privacy { frame: frame(t, "/p/1"), t, kept: KEPT, has_alert })
}

#[derive(Template)]
#[template(path = "intake/pages/privacy.html")]
struct Privacy {
    frame: Frame,
    t: Texts,
    kept: Kept,
    /// Whether somebody can leave an address here.
    has_alert: bool,
}

/// How long things are kept, as the page says it: what the jobs do.
struct Kept {
    draft_hours: u64,
    case_days: u64,
    warned_days: u64,
}

const KEPT: Kept = Kept {
    draft_hours: super::visit::DRAFT_SECONDS.unsigned_abs() / 3_600,
    case_days: crate::intake::CASE_DAYS.unsigned_abs(),
    warned_days: super::case::WARNED_DAYS,
};
