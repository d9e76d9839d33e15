//! `GET notices`, `GET notices/{id}`: what a platform was asked to take down.

use axum::extract::State;
use exchange::{Class, NoticeId, Time};
use serde::{Deserialize, Serialize};

use crate::access::Teller;
use crate::http::{Json, Path, Problem, Query};
use crate::node::Node;
use crate::removal::notices::{By, NoticeError, Of, Place, Refusal, State as NoticeState, Summary, Whole};
use crate::removal::regimes;

/// Notices on one page, at most.
const PAGE_MAX: usize = 200;

/// A notice without its addresses.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Notice {
    id: NoticeId,
    /// How it stands.
    state: NoticeState,
    /// Whether it is about a minor or an adult.
    class: Class,
    /// Key of the law or custom under which it asks, as `dsa_16`.
    regime: String,
    /// The law as it is cited; empty for a plain request.
    law: &'static str,
    /// Whether a crisis is on: read it first.
    urgent: bool,
    /// How many addresses it names.
    addresses: u32,
    /// When it was handed over; its clock began then.
    sent_at: Option<Time>,
    /// When its time is over.
    deadline_at: Option<Time>,
    /// Since when you are late, if you are.
    #[serde(skip_serializing_if = "Option::is_none")]
    late_since: Option<Time>,
    /// When you said that you have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_at: Option<Time>,
    /// When it was last answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Time>,
    /// Why it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Refusal>,
}

impl From<Summary> for Notice {
    fn from(view: Summary) -> Self {
        Self {
            id: view.id,
            state: view.state,
            class: view.class,
            law: regimes::regime(&view.regime).map_or("", |regime| regime.law.as_str()),
            regime: view.regime,
            urgent: view.is_urgent,
            addresses: view.urls,
            sent_at: view.sent_at,
            deadline_at: view.deadline_at,
            late_since: view.late_since,
            acknowledged_at: view.acknowledged_at,
            closed_at: view.closed_at,
            reason: view.reason,
        }
    }
}

/// A page of notices.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Notices {
    /// At most 200.
    notices: Vec<Notice>,
    /// Where there is more: give it as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NoticeId>,
}

/// Which notices.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Only those that wait for an answer. Otherwise all that were ever sent.
    #[serde(default)]
    open: bool,
    /// Behind this one: `next` of the page before.
    after: Option<NoticeId>,
}

/// What you were asked to take down
///
/// In no order but that of ids, which are random. A webhook says when there is one more.
#[utoipa::path(
    get, path = "/notices", tag = "notices", operation_id = "notices", params(Which),
    responses(
        (status = 200, description = "A page.", body = Notices),
        (status = "4XX", description = "Not for this key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn notices(
    State(node): State<Node>,
    who: Teller,
    Query(which): Query<Which>,
) -> Result<Json<Notices>, Problem> {
    let after = Place { micros: 0, id: which.after.map_or([0; 16], |id| *id.as_bytes()) };
    let (list, next) = node.removal.list(&Of::Partner(who.partner(), which.open), after, PAGE_MAX).await?;
    let notices = list.into_iter().map(Notice::from).collect();
    Ok(Json(Notices { notices, next: next.map(|place| NoticeId::from_bytes(place.id)) }))
}

/// A notice with its addresses and its text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WholeNotice {
    #[serde(flatten)]
    notice: Notice,
    /// The addresses; empty once what it said has been deleted.
    urls: Vec<String>,
    /// Code of the text's language.
    language: String,
    /// The text's first line.
    subject: String,
    /// The text.
    text: String,
    /// SHA-256 of subject, an empty line, and text: what two people approved.
    digest: String,
}

impl From<Whole> for WholeNotice {
    fn from(whole: Whole) -> Self {
        let digest = whole.digest.map(|digest| exchange::hex::encode(&digest)).unwrap_or_default();
        let notice = whole.view.into();
        match whole.content {
            Some(content) => Self {
                notice,
                urls: content.urls,
                language: content.language,
                subject: content.letter.subject,
                text: content.letter.body,
                digest,
            },
            None => Self {
                notice,
                urls: vec![],
                language: String::new(),
                subject: String::new(),
                text: String::new(),
                digest,
            },
        }
    }
}

/// One notice whole
///
/// With the exact addresses and the text that two people approved. Reading it does not acknowledge it.
#[utoipa::path(
    get, path = "/notices/{id}", tag = "notices", operation_id = "notice",
    params(("id" = NoticeId, Path, description = "The notice.")),
    responses(
        (status = 200, description = "The notice.", body = WholeNotice),
        (status = "4XX", description = "No such notice, or not for this key.", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "The node failed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn notice(
    State(node): State<Node>,
    who: Teller,
    Path(id): Path<NoticeId>,
) -> Result<Json<WholeNotice>, Problem> {
    Ok(Json(node.removal.whole(By::from(&who), id).await?.into()))
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        let detail = error.to_string();
        match error {
            NoticeError::Storage(error) => error.into(),
            NoticeError::Unknown(_) => Self::not_found(detail),
            NoticeError::NotNow(_) => {
                Self::new(axum::http::StatusCode::CONFLICT, "not-now", "Not as the notice stands", detail)
            }
            _ => Self::invalid(detail),
        }
    }
}
