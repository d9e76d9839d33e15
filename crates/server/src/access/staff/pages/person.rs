//! One person, for who manages: what they may, where they are signed in, and what can be done.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::access::staff::handles::{Handle, Lead, Manager, SteppedUp};
use crate::access::staff::manage::FACTOR_LINK_HOURS;
use crate::access::staff::model::{Member, Role, StaffId, State as Stays};
use crate::desk::{Form, Frame, Refused, page, role_word, went};
use crate::http::locale::Texts;
use crate::node::Node;

/// What is confirmed on a page of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grave {
    End,
    Role(Role),
    Factor,
}

pub(super) async fn show(who: Manager, State(node): State<Node>, Path(id): Path<String>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let member = member(&node, t, &id).await?;
    let sessions = node.staff.sessions_for(&who, member.id).await?;
    let seen = sessions.first().map(|session| t.language.moment(session.seen_at, &zone));
    let is_lead = who.signed().role() == Role::Lead;
    let is_other = member.id != who.person();
    let person = Person {
        role: role_word(t, member.role),
        since: t.language.day(member.created_at, &zone),
        ended: member.ended_at.map(|at| t.language.day(at, &zone)),
        sessions: sessions.len(),
        seen,
        may_end: is_other && member.state != Stays::Left,
        may_give_role: is_lead && is_other && member.state == Stays::Here && member.role.opens_cases(),
        may_reset: is_lead && is_other && member.state == Stays::Here,
        frame: Frame::of(&node, &who, format!("/desk/people/{}", member.id)).await?,
        member,
    };
    page(t, &person)
}

/// Ends all sessions of somebody.
pub(super) async fn end_sessions(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Manager>,
) -> Result<Response, Refused> {
    let member = member(&node, form.who.t(), &id).await?;
    node.staff.end_sessions(&form.who, member.id).await?;
    Ok(went(&format!("/desk/people/{}", member.id), &[]))
}

pub(super) async fn show_end(
    who: SteppedUp<Manager>,
    State(node): State<Node>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    confirm(&node, who.handle(), &id, |_| Grave::End).await
}

/// Ends somebody's access.
pub(super) async fn end(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<SteppedUp<Manager>>,
) -> Result<Response, Refused> {
    let t = form.who.signed().t;
    let member = member(&node, t, &id).await?;
    node.staff.end(&form.who, member.id).await.map_err(|error| Refused::from(error).said_in(t))?;
    Ok(went("/desk/people", &[]))
}

pub(super) async fn show_role(
    who: SteppedUp<Lead>,
    State(node): State<Node>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    confirm(&node, who.handle(), &id, |member| Grave::Role(other_role(member.role))).await
}

/// Makes an analyst a lead, or a lead an analyst.
pub(super) async fn give_role(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<SteppedUp<Lead>>,
) -> Result<Response, Refused> {
    let t = form.who.signed().t;
    let member = member(&node, t, &id).await?;
    let to = other_role(member.role);
    node.staff.give_role(&form.who, member.id, to).await.map_err(|error| Refused::from(error).said_in(t))?;
    Ok(went(&format!("/desk/people/{}", member.id), &[]))
}

pub(super) async fn show_factor(
    who: SteppedUp<Lead>,
    State(node): State<Node>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    confirm(&node, who.handle(), &id, |_| Grave::Factor).await
}

/// Makes a link for a new factor, and shows it this once.
pub(super) async fn factor(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<SteppedUp<Lead>>,
) -> Result<Response, Refused> {
    let (who, t) = (&form.who, form.who.signed().t);
    let member = member(&node, t, &id).await?;
    let path = node.staff.new_factor_link(who, member.id).await.map_err(|error| Refused::from(error).said_in(t))?;
    let frame = Frame::of(&node, who.handle(), format!("/desk/people/{}", member.id)).await?;
    page(t, &Link { frame, name: &member.name, path: &path, hours: FACTOR_LINK_HOURS.unsigned_abs() })
}

const fn other_role(role: Role) -> Role {
    match role {
        Role::Analyst => Role::Lead,
        _ => Role::Analyst,
    }
}

async fn member(node: &Node, t: Texts, id: &str) -> Result<Member, Refused> {
    let id = StaffId::parse(id).ok_or_else(|| Refused::gone(t))?;
    node.staff.member(id).await?.ok_or_else(|| Refused::gone(t))
}

/// Asks once more, naming whom it is about and what follows.
async fn confirm(
    node: &Node,
    who: &impl Handle,
    id: &str,
    what: impl FnOnce(&Member) -> Grave,
) -> Result<Response, Refused> {
    let t = who.signed().t;
    let member = member(node, t, id).await?;
    let (place, title, says, button) = match what(&member) {
        Grave::End => ("end", t.staff_end_title(&member.name), t.staff_end_says(&member.name), t.staff_end_do()),
        Grave::Role(Role::Lead) => {
            ("role", t.staff_lead_title(&member.name), t.staff_lead_says(&member.name), t.staff_lead_do())
        }
        Grave::Role(_) => {
            ("role", t.staff_analyst_title(&member.name), t.staff_analyst_says(&member.name), t.staff_analyst_do())
        }
        Grave::Factor => {
            ("factor", t.staff_reset_title(&member.name), t.staff_reset_says(&member.name), t.staff_reset_do())
        }
    };
    let path = format!("/desk/people/{}/{place}", member.id);
    let back = format!("/desk/people/{}", member.id);
    page(t, &Sure { frame: Frame::of(node, who, path.clone()).await?, path, back, title, says, button })
}

#[derive(Template)]
#[template(path = "access/staff/pages/person.html")]
struct Person {
    frame: Frame,
    member: Member,
    role: &'static str,
    since: String,
    ended: Option<String>,
    sessions: usize,
    seen: Option<String>,
    may_end: bool,
    may_give_role: bool,
    may_reset: bool,
}

#[derive(Template)]
#[template(path = "access/staff/pages/sure.html")]
struct Sure {
    frame: Frame,
    path: String,
    back: String,
    title: String,
    says: String,
    button: &'static str,
}

#[derive(Template)]
#[template(path = "access/staff/pages/link.html")]
struct Link<'a> {
    frame: Frame,
    name: &'a str,
    path: &'a str,
    hours: u64,
}
