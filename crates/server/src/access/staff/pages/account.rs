//! One's own account: the sessions that are open, the factors, and what one is to be told.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::access::staff::enter::PASSKEY;
use crate::access::staff::handles::{Handle, Person, SteppedUp};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::node::Node;

/// A session as the page shows it.
struct Line {
    handle: String,
    agent: String,
    began: String,
    seen: String,
    is_this: bool,
    is_whole: bool,
}

/// A factor as the page shows it.
struct Factor {
    id: String,
    is_passkey: bool,
    added: String,
    used: Option<String>,
}

pub(super) async fn show(who: Person, State(node): State<Node>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let moment = |at| t.language.moment(at, &zone);
    let factors = node.staff.factors_of(who.person()).await?.into_iter().map(|factor| Factor {
        id: exchange::hex::encode(&factor.id),
        is_passkey: factor.kind == PASSKEY,
        added: moment(factor.created_at),
        used: factor.used_at.map(moment),
    });
    let factors = factors.collect();
    let lines = node.staff.sessions_of(who.person()).await?.into_iter().map(|session| Line {
        handle: exchange::hex::encode(&session.handle),
        began: moment(session.created_at),
        seen: moment(session.seen_at),
        is_this: session.handle == *who.signed().session(),
        is_whole: session.is_whole,
        agent: session.agent,
    });
    let frame = Frame::of(&node, &who, "/staff/account").await?;
    page(t, &Account { sessions: lines.collect(), factors, frame })
}

/// Ends one of one's own sessions, or all the others.
pub(super) async fn end_session(State(node): State<Node>, form: Form<Person>) -> Result<Response, Refused> {
    let who = &form.who;
    match exchange::hex::decode::<16>(form.fields.one("handle")) {
        Some(handle) => node.staff.end_own(who, &handle).await?,
        None => node.staff.end_own_others(who).await?,
    }
    Ok(went("/staff/account", &[]))
}

/// Asks once more before a factor goes.
pub(super) async fn show_remove(
    who: SteppedUp<Person>,
    State(node): State<Node>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let path = format!("/staff/account/factor/{id}");
    let frame = Frame::of(&node, who.handle(), path).await?;
    page(frame.t, &Remove { frame })
}

/// Removes one of one's own factors, unless it is the only one.
pub(super) async fn remove_factor(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<SteppedUp<Person>>,
) -> Result<Response, Refused> {
    let t = form.who.signed().t;
    let id = exchange::hex::decode::<16>(&id).ok_or_else(|| Refused::gone(t))?;
    if node.staff.remove_factor(&form.who, &id).await? {
        Ok(went("/staff/account", &[]))
    } else {
        Err(Refused::gone(t))
    }
}

/// One read what one was told.
pub(super) async fn read_notices(State(node): State<Node>, form: Form<Person>) -> Result<Response, Refused> {
    node.staff.read_notices(form.who.person()).await?;
    Ok(went("/staff/account", &[]))
}

#[derive(Template)]
#[template(path = "access/staff/pages/account.html")]
struct Account {
    frame: Frame,
    sessions: Vec<Line>,
    factors: Vec<Factor>,
}

#[derive(Template)]
#[template(path = "access/staff/pages/remove.html")]
struct Remove {
    frame: Frame,
}
