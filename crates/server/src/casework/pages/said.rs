//! What a page says after a form, and what goes wrong.

use axum::response::Response;

use crate::casework::preview::PreviewError;
use crate::casework::{CaseworkError, WorkId};
use crate::desk::{Refused, went};
use crate::http::locale::Texts;
use crate::intake::IntakeError;

/// A word in an address, and what it stands for: whether it is trouble, and the sentence.
pub(super) fn said(t: Texts, word: Option<&str>) -> Option<(bool, &'static str)> {
    Some(match word? {
        "held" => (true, t.work_said_held()),
        "lost" => (true, t.work_said_lost()),
        "not-for-you" => (true, t.work_said_not_for_you()),
        "gone" => (true, t.work_said_gone()),
        "code" => (true, t.work_said_code()),
        "basis" => (true, t.work_said_basis()),
        "long" => (true, t.work_said_long()),
        "shut" => (true, t.work_said_shut()),
        "no-picture" => (true, t.work_said_no_picture()),
        "large" => (true, t.work_said_large()),
        "broken" => (true, t.work_said_broken()),
        "empty" => (false, t.work_said_empty()),
        "skipped" => (false, t.work_said_skipped()),
        "back" => (false, t.work_said_back()),
        "handed" => (false, t.work_said_handed()),
        "written" => (false, t.work_said_written()),
        "second" => (false, t.work_said_second()),
        "differ" => (false, t.work_said_differ()),
        "closed" => (false, t.work_said_closed()),
        "more" => (false, t.work_said_more()),
        "stands" => (false, t.work_said_stands()),
        "withdrawn" => (false, t.work_said_withdrawn()),
        "contested" => (false, t.work_said_contested()),
        "kept" => (false, t.work_said_kept()),
        _ => return None,
    })
}

/// The word for an error that a person can do something about; anything else is a failure.
pub(super) fn word(error: CaseworkError) -> Result<&'static str, Refused> {
    Ok(match error {
        CaseworkError::Gone => "gone",
        CaseworkError::Held => "held",
        CaseworkError::NotYours => "lost",
        CaseworkError::NotForYou => "not-for-you",
        CaseworkError::Code => "code",
        CaseworkError::Basis => "basis",
        CaseworkError::TooLong => "long",
        CaseworkError::NotSealedToYou | CaseworkError::Preview(PreviewError::Shut) => "shut",
        CaseworkError::Preview(PreviewError::NoPicture) => "no-picture",
        CaseworkError::Preview(PreviewError::TooLarge) => "large",
        CaseworkError::Preview(PreviewError::Broken | PreviewError::Over) => "broken",
        CaseworkError::Intake(IntakeError::Over) => "gone",
        CaseworkError::Intake(IntakeError::Storage(error)) | CaseworkError::Storage(error) => return Err(error.into()),
        CaseworkError::Enough | CaseworkError::Intake(_) | CaseworkError::Bank(_) => {
            tracing::error!(%error, "the desk failed");
            return Err(crate::http::Problem::internal().into());
        }
    })
}

/// On to a page that says a word.
pub(super) fn to(path: &str, word: &str) -> Response {
    went(&format!("{path}?said={word}"), &[])
}

/// The path of a piece of work.
pub(super) fn path(id: WorkId) -> String {
    format!("/desk/work/{}", id.digits())
}
