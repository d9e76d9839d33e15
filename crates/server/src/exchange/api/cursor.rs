//! `PUT cursor`: a partner says what it has applied.

use axum::extract::State;
use axum::http::StatusCode;
use exchange::CursorReport;

use crate::access::Follower;
use crate::http::{Json, Problem};
use crate::node::Node;
use crate::partners::PartnerError;

/// Say what is in force
///
/// Every change up to and with `seq` is in force at this key's matcher. The base of measured propagation: a person is
/// told that a platform protects them only once its cursor has passed.
#[utoipa::path(
    put, path = "/cursor", tag = "follow", operation_id = "cursor",
    request_body(content = CursorReport, example = json!({"seq": 1})),
    responses(
        (status = 204, description = "Written down."),
        (status = 409, description = "The cursor is ahead of the bank: take a new snapshot.", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "Nothing was changed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn cursor(
    State(node): State<Node>,
    who: Follower,
    Json(report): Json<CursorReport>,
) -> Result<StatusCode, Problem> {
    let who = who.renewed(&node).await?;
    let head = node.bank.head().await?;
    let before = node.partners.acknowledge(&who, report.seq, head).await?;
    if report.seq > before {
        // The change that waited longest and the one that waited least: neither alone says how it went.
        for (change, seq) in [("oldest", before + 1), ("newest", report.seq)] {
            if let Some(written_at) = node.bank.written_at(seq).await? {
                let seconds = node.clock.now().micros_since(written_at) as f64 / 1e6;
                metrics::histogram!("rempart_commit_to_acknowledged_seconds", "change" => change).record(seconds);
            }
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

impl From<PartnerError> for Problem {
    fn from(error: PartnerError) -> Self {
        let detail = error.to_string();
        match error {
            PartnerError::Storage(error) => error.into(),
            PartnerError::AheadOfBank { .. } => {
                Self::new(StatusCode::CONFLICT, "ahead-of-bank", "Ahead of the bank", detail)
            }
            PartnerError::NameTaken(_) | PartnerError::NoKeyFor(_) | PartnerError::Unknown(_) => Self::invalid(detail),
        }
    }
}
