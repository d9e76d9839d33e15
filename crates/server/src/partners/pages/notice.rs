//! `/console/notices/<id>`: one notice, whole, and what the platform says it did.

use askama::Template;
use axum::extract::{Path, Query, State as Taken};
use axum::response::Response;
use exchange::NoticeId;
use serde::Deserialize;

use crate::access::staff::{Handle, PlatformStaff};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Texts;
use crate::node::Node;
use crate::removal::By;
use crate::removal::notices::{Answer, NoticeError, Refusal, State, Whole};
use crate::removal::pages::Words;
use crate::removal::regimes::regime;

#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    said: String,
}

#[derive(Template)]
#[template(path = "partners/pages/notice.html")]
struct NoticePage {
    frame: Frame,
    words: Words,
    whole: Whole,
    law: String,
    sent: String,
    deadline: String,
    late: Option<String>,
    digest: String,
    can_answer: bool,
    said: Option<(&'static str, bool)>,
}

pub(super) async fn show(
    who: PlatformStaff,
    Taken(node): Taken<Node>,
    Path(id): Path<NoticeId>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let words = Words(t);
    let whole = node.removal.whole(By::from(&who), id).await.map_err(|error| refused(t, error))?;
    let moment = |at| t.language.moment(at, &zone);
    let drawn = NoticePage {
        frame: Frame::of(&node, &who, format!("/console/notices/{id}")).await?,
        words,
        law: regime(&whole.view.regime).map(|regime| words.regime_with_clock(regime)).unwrap_or_default(),
        sent: whole.view.sent_at.map(moment).unwrap_or_default(),
        deadline: whole.view.deadline_at.map(moment).unwrap_or_default(),
        late: whole.view.late_since.map(moment),
        digest: whole.digest.map(|digest| exchange::hex::encode(&digest)).unwrap_or_default(),
        can_answer: whole.view.state != State::Withdrawn,
        whole,
        said: words.said(&said.said),
    };
    page(t, &drawn)
}

pub(super) async fn act(
    Taken(node): Taken<Node>,
    Path(id): Path<NoticeId>,
    form: Form<PlatformStaff>,
) -> Result<Response, Refused> {
    let (by, fields) = (By::from(&form.who), &form.fields);
    let answer = match fields.one("act") {
        "removed" => Some(Answer::Removed),
        "geo_blocked" => Some(Answer::GeoBlocked),
        "kept" => Refusal::from_name(fields.one("reason")).map(Answer::Kept),
        _ => None,
    };
    let done = match (fields.one("act"), answer) {
        ("acknowledged", _) => node.removal.acknowledge(by, id).await,
        (_, Some(answer)) => node.removal.answer(by, id, answer).await,
        _ => Ok(false),
    };
    let said = match done {
        // The same again is as good as once.
        Ok(_) => "done",
        Err(NoticeError::NotNow(_)) => "not_now",
        Err(error) => return Err(refused(form.who.t(), error)),
    };
    Ok(went(&format!("/console/notices/{id}?said={said}"), &[]))
}

fn refused(t: Texts, error: NoticeError) -> Refused {
    match error {
        NoticeError::Storage(error) => Refused::from(error).said_in(t),
        _ => Refused::gone(t),
    }
}
