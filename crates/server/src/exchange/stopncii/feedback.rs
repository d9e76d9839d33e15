//! `POST SubmitFeedback`: a member votes.

use axum::body::Bytes;
use axum::extract::State;
use exchange::dialects::stopncii::{Feedback, Vote, decode_feedback};
use exchange::{KeptReason, OutcomeKind};

use crate::access::Teller;
use crate::exchange::dialect::{Shown, Taken, tell};
use crate::http::{Json, Problem};
use crate::node::Node;

/// Say what was done, as StopNCII's clients do
///
/// A vote is about a value, whatever its type: it becomes an outcome of every entry that holds it. `Blocked` is blocked,
/// `NotBlocked` kept as no violation, `PendingReview` and `QualityUnknown` seen; the others say nothing that is kept.
#[utoipa::path(
    post, path = "/SubmitFeedback", tag = "dialects", operation_id = "stopncii_submit_feedback",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "What was taken.", body = Taken),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn feedback(
    State(node): State<Node>,
    Shown(who, _): Shown<Teller>,
    body: Bytes,
) -> Result<Json<Taken>, Problem> {
    let who = who.renewed(&node).await?;
    let (feedbacks, skipped) = decode_feedback(&body)?;
    let said = |feedback: &Feedback| {
        let (kind, reason) = match feedback.vote {
            Vote::Blocked => (OutcomeKind::Blocked, None),
            Vote::NotBlocked => (OutcomeKind::Kept, Some(KeptReason::NotAViolation)),
            Vote::PendingReview | Vote::QualityUnknown => (OutcomeKind::Seen, None),
            Vote::Unknown | Vote::None | Vote::Withdrawn | Vote::Deleted => return None,
        };
        Some((feedback.fingerprints(), kind, reason))
    };
    tell(&node, &who, &feedbacks.iter().filter_map(said).collect::<Vec<_>>()).await?;
    Ok(Json(Taken::of(feedbacks.len(), &skipped)))
}
