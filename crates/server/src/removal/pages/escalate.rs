//! `/desk/notices/of/<id>/to/<authority>`: a draft for an authority, to print or to save. Nothing is sent by itself.

use askama::Template;
use axum::extract::{Path, State as Taken};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use exchange::NoticeId;

use super::Words;
use super::notice::refused;
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Frame, Refused, page};
use crate::node::Node;
use crate::removal::By;
use crate::removal::directory::Ourselves;
use crate::removal::notices::{Authority, Whole};

#[derive(Template)]
#[template(path = "removal/pages/escalate.html")]
struct Escalation {
    frame: Frame,
    words: Words,
    title: &'static str,
    asked: &'static str,
    to: Option<String>,
    us: Ourselves,
    whole: Whole,
    company: String,
    moments: Vec<(String, String)>,
    digest: String,
    authority: Authority,
}

pub(super) async fn show(
    who: Analyst,
    Taken(node): Taken<Node>,
    Path((id, authority)): Path<(NoticeId, String)>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let words = Words(t);
    let authority = Authority::from_name(&authority).ok_or(Refused::gone(t))?;
    let whole = node.removal.whole(By::from(&who), id).await.map_err(|error| refused(t, error))?;
    let directory = node.removal.directory().await?;
    let us = directory.ourselves.clone();
    let (title, asked, to) = match authority {
        Authority::Coordinator => {
            (t.removal_escalate_title_coordinator(), t.removal_escalate_asked(), us.coordinator.clone())
        }
        Authority::Police => (t.removal_escalate_title_police(), t.removal_escalate_police_asked(), us.police.clone()),
    };
    let company = directory.get(&whole.view.platform).map(|recipient| recipient.company).unwrap_or_default();
    let moment = |at| t.language.moment(at, &zone);
    let drawn = Escalation {
        frame: Frame::of(&node, &who, format!("/desk/notices/of/{id}/to/{}", authority.name())).await?,
        words,
        title,
        asked,
        to: Some(to).filter(|to| !to.is_empty()),
        us,
        company,
        moments: whole.moments.iter().map(|happened| (moment(happened.at), words.event(&happened.event))).collect(),
        digest: whole.digest.map(|digest| exchange::hex::encode(&digest)).unwrap_or_default(),
        whole,
        authority,
    };
    page(t, &drawn)
}

/// The same for a program: `rempart.referral.1`.
pub(super) async fn json(
    who: Analyst,
    Taken(node): Taken<Node>,
    Path((id, authority)): Path<(NoticeId, String)>,
) -> Result<Response, Refused> {
    let t = who.t();
    let authority = Authority::from_name(&authority).ok_or(Refused::gone(t))?;
    let whole = node.removal.whole(By::from(&who), id).await.map_err(|error| refused(t, error))?;
    let directory = node.removal.directory().await?;
    let content = whole.content.as_ref();
    let file = serde_json::json!({
        "format": "rempart.referral.1",
        "to": authority.name(),
        "from": { "name": directory.ourselves.sender_name, "email": directory.ourselves.sender_email },
        "reference": id,
        "platform": { "key": whole.view.platform, "name": whole.view.name,
            "company": directory.get(&whole.view.platform).map(|recipient| recipient.company) },
        "class": whole.view.class.name(),
        "regime": whole.view.regime,
        "state": whole.view.state.name(),
        "urls": content.map(|content| content.urls.clone()),
        "reason": content.and_then(|content| content.values.get(&crate::removal::regimes::Field::Reason)),
        "sent_at": whole.view.sent_at,
        "deadline_at": whole.view.deadline_at,
        "acknowledged_at": whole.view.acknowledged_at,
        "refused_because": whole.view.reason.map(crate::removal::notices::Refusal::name),
        "reposts": whole.view.reposts,
        "text_sha256": whole.digest.map(|digest| exchange::hex::encode(&digest)),
        "history": whole.moments.iter()
            .map(|happened| serde_json::json!({ "at": happened.at, "codes": happened.event.codes() }))
            .collect::<Vec<_>>(),
    });
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.json\"")),
    ];
    Ok((headers, file.to_string()).into_response())
}
