//! `/desk/crises`: crisis mode, opened by one, confirmed by another, with its debrief.

use askama::Template;
use axum::extract::{Query, State as Taken};
use axum::response::Response;

use super::Words;
use super::notice::Said;
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Texts;
use crate::node::Node;
use crate::removal::By;
use crate::removal::crisis::{CONFIRM_HOURS_MAX, CRITERIA, CrisisError};
use crate::removal::debrief::Debrief;

struct Line {
    id: String,
    name: String,
    criteria: Vec<&'static str>,
    status: String,
    is_in_force: bool,
    waits: bool,
    is_own: bool,
    debrief: Option<Debrief>,
}

#[derive(Template)]
#[template(path = "removal/pages/crises.html")]
struct Crises {
    frame: Frame,
    lines: Vec<Line>,
    criteria: Vec<(&'static str, &'static str)>,
    said: Option<(&'static str, bool)>,
}

pub(super) async fn show(
    who: Analyst,
    Taken(node): Taken<Node>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let (now, by) = (node.clock.now(), By::from(&who));
    let moment = |at| t.language.moment(at, &zone);
    let mut lines = Vec::new();
    for crisis in node.removal.crises().await? {
        let (is_in_force, waits) = (crisis.is_in_force(now), crisis.waits(now));
        let status = match (is_in_force, waits, crisis.confirmed_at, crisis.closed_at.or(crisis.ends_at)) {
            (true, ..) => t.removal_crises_in_force(crisis.ends_at.map(moment).unwrap_or_default()),
            (_, true, ..) => t.removal_crises_waits(moment(crisis.opened_at.plus_seconds(CONFIRM_HOURS_MAX * 3_600))),
            (_, _, None, _) => t.removal_crises_lapsed().to_owned(),
            (_, _, _, end) => t.removal_crises_over(end.map(moment).unwrap_or_default()),
        };
        let debrief = match crisis.confirmed_at {
            Some(_) => Some(node.removal.debrief(crisis.id).await?),
            None => None,
        };
        lines.push(Line {
            id: exchange::hex::encode(&crisis.id),
            is_own: crisis.is_opened_by(by),
            criteria: crisis.criteria.iter().map(|name| word(t, name)).collect(),
            name: crisis.name,
            status,
            is_in_force,
            waits,
            debrief,
        });
    }
    let criteria = CRITERIA.iter().map(|name| (*name, word(t, name))).collect();
    let frame = Frame::of(&node, &who, "/desk/crises").await?;
    page(t, &Crises { frame, lines, criteria, said: Words(t).said(&said.said) })
}

pub(super) async fn act(Taken(node): Taken<Node>, form: Form<Analyst>) -> Result<Response, Refused> {
    let (by, fields) = (By::from(&form.who), &form.fields);
    let id = exchange::hex::decode::<16>(fields.one("id"));
    let done = match (fields.one("act"), id) {
        ("open", _) => {
            let criteria: Vec<String> = fields.all("criterion").map(str::to_owned).collect();
            node.removal.open_crisis(by, fields.one("name"), &criteria).await.map(drop)
        }
        ("confirm", Some(id)) => node.removal.confirm_crisis(by, id).await,
        ("close", Some(id)) => node.removal.close_crisis(by, id).await,
        _ => Err(CrisisError::Unknown),
    };
    let said = match done {
        Ok(()) => "done",
        Err(CrisisError::Name) => "crisis_name",
        Err(CrisisError::Criteria) => "crisis_criteria",
        Err(CrisisError::SamePerson) => "crisis_person",
        Err(CrisisError::Unknown) => "crisis_over",
        Err(CrisisError::Storage(error)) => return Err(error.into()),
    };
    Ok(went(&format!("/desk/crises?said={said}"), &[]))
}

fn word(t: Texts, criterion: &str) -> &'static str {
    match criterion {
        "ongoing" => t.removal_crises_ongoing(),
        "by_perpetrator" => t.removal_crises_by_perpetrator(),
        "grave" => t.removal_crises_grave(),
        "spreading" => t.removal_crises_spreading(),
        _ => t.removal_crises_copied(),
    }
}
