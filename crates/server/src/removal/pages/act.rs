//! What a form on a notice's page does.

use axum::extract::{Path, State as Taken};
use axum::response::Response;
use exchange::NoticeId;

use crate::access::staff::Analyst;
use crate::desk::{Form, Refused, went};
use crate::http::form::Fields;
use crate::node::Node;
use crate::removal::By;
use crate::removal::notices::{Answer, Authority, Event, Found, NoticeError, Refusal};

/// Does it, and goes back to the page, which says what came of it.
pub(super) async fn act(
    Taken(node): Taken<Node>,
    Path(id): Path<NoticeId>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let by = By::from(&form.who);
    let done = match form.fields.one("act") {
        "approve" => node.removal.approve(by, id).await.map(|()| true),
        "requeue" => node.removal.requeue(by, id).await,
        _ => match event(&form.fields) {
            Some(event) => node.removal.happened(by, id, event).await,
            None => Ok(false),
        },
    };
    let said = match done {
        Ok(true) => "done",
        Ok(false) => "not_now",
        Err(NoticeError::Storage(error)) => return Err(error.into()),
        Err(error) => code(&error),
    };
    Ok(went(&format!("/desk/notices/of/{id}?said={said}"), &[]))
}

/// What a form says that happened.
fn event(fields: &Fields) -> Option<Event> {
    Some(match fields.one("act") {
        "sent" => Event::HandedOver,
        "acknowledged" => Event::Acknowledged,
        "removed" => Event::Answered(Answer::Removed),
        "geo_blocked" => Event::Answered(Answer::GeoBlocked),
        "kept" => Event::Answered(Answer::Kept(Refusal::from_name(fields.one("reason"))?)),
        "checked" => Event::Checked(Found::from_name(fields.one("found"))?),
        "escalated" => Event::Escalated(Authority::from_name(fields.one("to"))?),
        "withdraw" => Event::Withdrawn,
        "retry" => Event::Retried,
        _ => return None,
    })
}

/// An error as an address carries it to the page that says it.
pub(super) const fn code(error: &NoticeError) -> &'static str {
    match error {
        NoticeError::SamePerson => "same_person",
        NoticeError::NotNow(_) => "not_now",
        NoticeError::Missing(_) => "missing",
        NoticeError::Urls => "urls",
        NoticeError::TooLong(_) => "too_long",
        NoticeError::WrongRegime(_) | NoticeError::UnknownPlatform(_) => "wrong_regime",
        NoticeError::NoWay => "no_way",
        NoticeError::Forgotten => "forgotten",
        NoticeError::Unknown(_) | NoticeError::Settings(_) | NoticeError::Storage(_) => "failed",
    }
}
