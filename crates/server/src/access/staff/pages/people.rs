//! Who works here: the list, and inviting somebody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::access::staff::handles::{Handle, Manager, SteppedUp};
use crate::access::staff::invite::{INVITATION_HOURS, InviteError, NewStaff};
use crate::access::staff::model::{NAME_CHARACTERS_MAX, Role, StaffName, State as Stays};
use crate::desk::{Form, Frame, Refused, page, role_word};
use crate::http::locale::Texts;
use crate::node::Node;

const LIST: &str = "/desk/people";
const INVITE: &str = "/desk/people/invite";

/// Somebody as the list shows them.
struct Line {
    id: String,
    name: String,
    role: &'static str,
    state: Stays,
    since: String,
}

pub(super) async fn show(who: Manager, State(node): State<Node>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let members = node.staff.members().await?;
    let lines = members.into_iter().map(|member| Line {
        id: member.id.to_string(),
        role: role_word(t, member.role),
        since: t.language.day(member.ended_at.unwrap_or(member.created_at), &zone),
        state: member.state,
        name: member.name,
    });
    let people = lines.collect();
    page(t, &People { frame: Frame::of(&node, &who, LIST).await?, people })
}

pub(super) async fn show_invite(who: SteppedUp<Manager>, State(node): State<Node>) -> Result<Response, Refused> {
    draw(&node, &who, "", "", None).await
}

/// Invites somebody, and shows the link this once.
pub(super) async fn invite(State(node): State<Node>, form: Form<SteppedUp<Manager>>) -> Result<Response, Refused> {
    let (who, fields) = (&form.who, &form.fields);
    let t = who.signed().t;
    let (name, role) = (fields.one("name"), fields.one("role"));
    let Some(wanted) = Role::from_word(role) else {
        return draw(&node, who, name, role, Some(t.staff_invite_role())).await;
    };
    if !who.signed().role().may_invite(wanted, node.staff.has_lead().await?) {
        return draw(&node, who, name, role, Some(t.staff_invite_not_you())).await;
    }
    let Ok(parsed) = StaffName::parse(name) else {
        return draw(&node, who, name, role, Some(&t.staff_invite_name(NAME_CHARACTERS_MAX))).await;
    };
    let partner = match wanted {
        Role::Platform => {
            let partners = node.partners.list().await?;
            partners.into_iter().find(|partner| partner.name == fields.one("partner")).map(|partner| partner.id)
        }
        _ => None,
    };
    let new = NewStaff { name: parsed, role: wanted, partner };
    match node.staff.invite(who.handle(), new).await {
        Ok(invitation) => {
            let frame = Frame::of(&node, who.handle(), INVITE).await?;
            page(t, &Link { frame, name, path: &invitation.path, hours: INVITATION_HOURS.unsigned_abs() })
        }
        Err(InviteError::NameTaken) => draw(&node, who, name, role, Some(t.staff_invite_taken())).await,
        Err(InviteError::Partner) => draw(&node, who, name, role, Some(t.staff_invite_partner())).await,
        Err(InviteError::Storage(error)) => Err(Refused::from(error).said_in(t)),
    }
}

async fn draw(
    node: &Node,
    who: &SteppedUp<Manager>,
    name: &str,
    role: &str,
    wrong: Option<&str>,
) -> Result<Response, Refused> {
    let (t, has_lead) = (who.signed().t, node.staff.has_lead().await?);
    let may = |role: &Role| who.signed().role().may_invite(*role, has_lead);
    let roles = Role::ALL.into_iter().filter(may).map(|role| (role.word(), role_word(t, role), described(t, role)));
    let partners = node.partners.list().await?.into_iter().filter(|partner| partner.revoked_at.is_none());
    let partners =
        partners.map(|partner| partner.name).filter(|name| !crate::access::RESERVED.contains(&name.as_str()));
    let frame = Frame::of(node, who.handle(), INVITE).await?;
    page(t, &Invite { frame, name, role, roles: roles.collect(), partners: partners.collect(), wrong })
}

fn described(t: Texts, role: Role) -> &'static str {
    match role {
        Role::Analyst => t.staff_role_analyst(),
        Role::Lead => t.staff_role_lead(),
        Role::Mediator => t.staff_role_mediator(),
        Role::Administrator => t.staff_role_administrator(),
        Role::Platform => t.staff_role_platform(),
    }
}

#[derive(Template)]
#[template(path = "access/staff/pages/people.html")]
struct People {
    frame: Frame,
    people: Vec<Line>,
}

#[derive(Template)]
#[template(path = "access/staff/pages/invite.html")]
struct Invite<'a> {
    frame: Frame,
    name: &'a str,
    role: &'a str,
    roles: Vec<(&'static str, &'static str, &'static str)>,
    partners: Vec<String>,
    wrong: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "access/staff/pages/link.html")]
struct Link<'a> {
    frame: Frame,
    name: &'a str,
    path: &'a str,
    hours: u64,
}
