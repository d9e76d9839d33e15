//! Colleagues who ask to come back: a lead compares four words with them over the telephone, and approves.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use sealing::Lexicon;

use super::recover::lexicon;
use crate::access::staff::handles::{Handle, Lead, SteppedUp};
use crate::access::staff::recover::Waiting;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::node::Node;

const LIST: &str = "/desk/recoveries";

struct Line {
    id: String,
    name: String,
    asked: String,
    approved: u64,
    words: String,
}

pub(super) async fn show(who: Lead, State(node): State<Node>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let waiting = node.staff.recoveries(&who).await?;
    let lines = waiting.into_iter().map(|one| Line {
        id: exchange::hex::encode(&one.id),
        asked: t.language.moment(one.asked_at, &zone),
        approved: one.approved,
        words: said(&one, lexicon(t)),
        name: one.name,
    });
    let lines = lines.collect();
    page(t, &Recoveries { frame: Frame::of(&node, &who, LIST).await?, lines })
}

pub(super) async fn show_one(
    who: SteppedUp<Lead>,
    State(node): State<Node>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let (t, one) = (who.signed().t, one(&node, &who, &id).await?);
    let path = format!("{LIST}/{}", exchange::hex::encode(&one.id));
    let frame = Frame::of(&node, who.handle(), path.clone()).await?;
    let (french, english) = (said(&one, Lexicon::Fr), said(&one, Lexicon::En));
    page(t, &Approve { frame, path, name: one.name.clone(), french, english })
}

/// Passes the lead's shares on.
pub(super) async fn approve(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<SteppedUp<Lead>>,
) -> Result<Response, Refused> {
    let one = one(&node, &form.who, &id).await?;
    let t = form.who.signed().t;
    node.staff.approve(&form.who, &one).await.map_err(|error| Refused::from(error).said_in(t))?;
    Ok(went(LIST, &[]))
}

async fn one(node: &Node, who: &SteppedUp<Lead>, id: &str) -> Result<Waiting, Refused> {
    let gone = || Refused::gone(who.signed().t);
    let id = exchange::hex::decode::<16>(id).ok_or_else(gone)?;
    node.staff.recoveries(who.handle()).await?.into_iter().find(|one| one.id == id).ok_or_else(gone)
}

fn said(one: &Waiting, lexicon: Lexicon) -> String {
    one.words(lexicon).join(" · ")
}

#[derive(Template)]
#[template(path = "access/staff/pages/recoveries.html")]
struct Recoveries {
    frame: Frame,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "access/staff/pages/approve.html")]
struct Approve {
    frame: Frame,
    path: String,
    name: String,
    french: String,
    english: String,
}
