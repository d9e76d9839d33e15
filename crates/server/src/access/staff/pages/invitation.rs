//! Behind the link of an invitation: a passphrase is chosen.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sealing::VisitToken;
use zeroize::Zeroizing;

use super::halfway::session_cookie;
use super::sign_in::agent_of;
use crate::access::Tried;
use crate::access::staff::handles::Anybody;
use crate::access::staff::model::Member;
use crate::access::staff::passphrase::{PASSPHRASE_CHARACTERS_MAX, PASSPHRASE_CHARACTERS_MIN, Weak};
use crate::desk::{Form, Frame, Refused, page, role_word, went};
use crate::http::locale::Texts;
use crate::node::Node;

pub(super) async fn show(
    who: Anybody,
    State(node): State<Node>,
    Path(link): Path<String>,
) -> Result<Response, Refused> {
    let (_, member) = invited(&node, who.t, &link).await?;
    draw(who.t, &link, &member, None)
}

pub(super) async fn answer(
    State(node): State<Node>,
    Path(link): Path<String>,
    _: Tried,
    headers: HeaderMap,
    form: Form<Anybody>,
) -> Result<Response, Refused> {
    let t = form.who.t;
    let (token, member) = invited(&node, t, &link).await?;
    let passphrase = Zeroizing::new(form.fields.one("passphrase").to_owned());
    if let Err(weak) = node.staff.check_passphrase(&passphrase, &member.name) {
        return draw(t, &link, &member, Some(weak_in_words(t, weak)));
    }
    if *passphrase != form.fields.one("again") {
        return draw(t, &link, &member, Some(t.staff_passphrase_differs().to_owned()));
    }
    let session = node.staff.accept(&token, passphrase, agent_of(&headers)).await;
    let session = session.map_err(|error| Refused::from(error).said_in(t))?.ok_or_else(|| Refused::gone(t))?;
    Ok(went(&format!("/staff/codes?lang={}", t.language.code()), &[session_cookie(&session)]))
}

async fn invited(node: &Node, t: Texts, link: &str) -> Result<(VisitToken, Member), Refused> {
    let token = VisitToken::parse(link).ok_or_else(|| Refused::gone(t))?;
    let member = node.staff.invited(&token).await.map_err(|error| Refused::from(error).said_in(t))?;
    Ok((token, member.ok_or_else(|| Refused::gone(t))?))
}

/// Why a passphrase is not taken, in words.
pub(super) fn weak_in_words(t: Texts, weak: Weak) -> String {
    match weak {
        Weak::Short => t.staff_passphrase_short(PASSPHRASE_CHARACTERS_MIN),
        Weak::Long => t.staff_passphrase_long(PASSPHRASE_CHARACTERS_MAX),
        Weak::Guessed => t.staff_passphrase_guessed().to_owned(),
    }
}

fn draw(t: Texts, link: &str, member: &Member, wrong: Option<String>) -> Result<Response, Refused> {
    let frame = Frame::before(t, format!("/staff/invitation/{link}"));
    page(t, &Invited { frame, name: &member.name, role: role_word(t, member.role), wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/invitation.html")]
struct Invited<'a> {
    frame: Frame,
    name: &'a str,
    role: &'static str,
    wrong: Option<String>,
}
