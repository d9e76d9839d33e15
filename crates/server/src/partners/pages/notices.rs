//! `/console/notices`: what a platform was asked to take down, open ones first.

use askama::Template;
use axum::extract::{Query, State as Taken};
use axum::response::Response;
use exchange::{NoticeId, Time};
use serde::Deserialize;

use crate::access::staff::{Handle, PlatformStaff};
use crate::desk::{Frame, Refused, page};
use crate::node::Node;
use crate::removal::notices::{Of, Place, Summary};
use crate::removal::pages::Words;

/// Notices on one page, at most.
const PAGE_MAX: usize = 50;

#[derive(Deserialize)]
pub(super) struct Which {
    /// `all`, or only those that wait for an answer.
    #[serde(default)]
    all: Option<String>,
    after: Option<NoticeId>,
}

struct Line {
    notice: Summary,
    sent: String,
    deadline: String,
    late: Option<String>,
}

#[derive(Template)]
#[template(path = "partners/pages/notices.html")]
struct Notices {
    frame: Frame,
    words: Words,
    lines: Vec<Line>,
    is_all: bool,
    next: Option<NoticeId>,
}

pub(super) async fn show(
    who: PlatformStaff,
    Taken(node): Taken<Node>,
    Query(which): Query<Which>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let is_all = which.all.is_some();
    let after = Place { micros: 0, id: which.after.map_or([0; 16], |id| *id.as_bytes()) };
    let (mut list, next) = node.removal.list(&Of::Partner(who.partner(), !is_all), after, PAGE_MAX).await?;
    // Of a page, what ends first comes first; ids are random.
    list.sort_by_key(|notice| (!notice.is_urgent, notice.deadline_at));
    let said = |at: Option<Time>| at.map(|at| t.language.moment(at, &zone)).unwrap_or_default();
    let line = |notice: Summary| Line {
        sent: said(notice.sent_at),
        deadline: said(notice.deadline_at),
        late: notice.late_since.map(|at| t.language.moment(at, &zone)),
        notice,
    };
    let lines = list.into_iter().map(line).collect();
    let next = next.map(|place| NoticeId::from_bytes(place.id));
    let frame = Frame::of(&node, &who, "/console/notices").await?;
    page(t, &Notices { frame, words: Words(t), lines, is_all, next })
}
