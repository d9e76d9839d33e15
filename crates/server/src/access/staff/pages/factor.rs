//! The second factor, after the passphrase.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::halfway::Halfway;
use super::sign_in::MARK_COOKIE;
use crate::access::staff::enter::Proved;
use crate::desk::{Form, Frame, Refused, back_to, page, went};
use crate::http::locale::Texts;
use crate::node::Node;

/// How long a browser stays known.
const MARK_SECONDS: i64 = 365 * 86_400;

pub(super) async fn show(who: Halfway, State(node): State<Node>, uri: Uri) -> Result<Response, Refused> {
    who.is_at(&node, "/staff/factor").await?;
    draw(&who, &to_of(&uri), None)
}

pub(super) async fn answer(State(node): State<Node>, form: Form<Halfway>) -> Result<Response, Refused> {
    let (who, to) = (&form.who, back_to(form.fields.one("to")));
    who.is_at(&node, "/staff/factor").await?;
    match node.staff.prove_with_code((&who.session).into(), form.fields.one("code")).await? {
        Proved::Yes => Ok(went(if to == "/desk" { "/staff/on" } else { to }, &[mark_cookie(&node, who)])),
        proved => refused(proved, who.t, draw(who, to, Some(wrong(proved, who.t)))?),
    }
}

/// The page to come back to, as the address says it.
pub(super) fn to_of(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
    back_to(&to.unwrap_or_default()).to_owned()
}

/// What is said of a code that did not do.
pub(super) fn wrong(proved: Proved, t: Texts) -> &'static str {
    match proved {
        Proved::TooOften => t.staff_too_often(),
        _ => t.staff_code_wrong(),
    }
}

pub(super) fn refused(proved: Proved, _: Texts, mut page: Response) -> Result<Response, Refused> {
    if proved == Proved::TooOften {
        *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    }
    Ok(page)
}

/// Marks the browser as one that this person signed in from.
pub(super) fn mark_cookie(node: &Node, who: &Halfway) -> String {
    let mark = node.staff.mark(who.session.of);
    format!("{MARK_COOKIE}={mark}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={MARK_SECONDS}")
}

fn draw(who: &Halfway, to: &str, wrong: Option<&str>) -> Result<Response, Refused> {
    page(who.t, &Factor { frame: who.frame("/staff/factor"), token: who.form_token(), to, wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/factor.html")]
struct Factor<'a> {
    frame: Frame,
    token: String,
    to: &'a str,
    wrong: Option<&'a str>,
}
