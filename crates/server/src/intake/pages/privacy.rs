//! `/p/1`: privacy in plain words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::intake::{KeyFile, Retention, retention};
use crate::node::Node;

/// The page.
pub(super) async fn show(State(node): State<Node>, Reading(t): Reading) -> Result<Response, Problem> {
    let settings = node.intake.settings().await?;
    let shown = Privacy {
        frame: frame(t, "/p/1"),
        t,
        kept: Kept::of(node.intake.retention()),
        team_key_is_here: node.hotline_key.as_ref().is_some_and(KeyFile::is_there),
        has_alert: node.alerts.is_offered(),
        takes_files: settings.upload_minor || settings.upload_adult,
    };
    page(t, Loads::Plain, &shown)
}

#[derive(Template)]
#[template(path = "intake/pages/privacy.html")]
struct Privacy {
    frame: Frame,
    t: Texts,
    kept: Kept,
    /// Whether whoever has this machine has the key that opens every case.
    team_key_is_here: bool,
    /// Whether somebody can leave an address here.
    has_alert: bool,
    /// Whether the operator takes sealed files at all.
    takes_files: bool,
}

/// How long things are kept, as the page says it: what the jobs do.
struct Kept {
    draft_hours: u64,
    /// A file of a draft ends at a full hour, and the job that deletes it comes within another.
    file_hours: u64,
    file_days: u64,
    case_days: u64,
    warned_days: u64,
    ended_days: u64,
}

impl Kept {
    fn of(set: &Retention) -> Self {
        let draft_hours = retention::DRAFT_SECONDS.unsigned_abs() / 3_600;
        Self {
            draft_hours,
            file_hours: draft_hours + 2,
            file_days: set.file_days.into(),
            case_days: set.case_days.into(),
            warned_days: set.warned_days.into(),
            ended_days: set.ended_days.into(),
        }
    }
}
