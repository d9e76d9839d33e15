//! A second factor is added: codes of a telephone, kept when one of them was typed, or a passkey. After the passphrase, or from
//! one's own account.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;

use super::factor::{mark_cookie, refused, wrong};
use super::halfway::Halfway;
use super::passkey::{self, Ask};
use crate::access::staff::StaffError;
use crate::access::staff::enter::{Proved, Proving};
use crate::access::staff::handles::{Handle, Person, SteppedUp};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::Problem;
use crate::http::form::Fields;
use crate::node::Node;

const PATH: &str = "/staff/codes";
const OWN: &str = "/staff/account/factor";

pub(super) async fn show(who: Halfway, State(node): State<Node>) -> Result<Response, Refused> {
    who.is_at(&node, PATH).await?;
    draw_first(&node, &who, None).await
}

pub(super) async fn answer(
    State(node): State<Node>,
    headers: HeaderMap,
    form: Form<Halfway>,
) -> Result<Response, Refused> {
    let who = &form.who;
    who.is_at(&node, PATH).await?;
    match add(&node, (&who.session).into(), &headers, &form.fields).await? {
        Proved::Yes => Ok(went("/staff/on", &[mark_cookie(&node, who)])),
        proved => Ok(refused(proved, draw_first(&node, who, Some(wrong(proved, who.t))).await?)),
    }
}

pub(super) async fn show_own(who: SteppedUp<Person>, State(node): State<Node>) -> Result<Response, Refused> {
    draw_own(&node, &who, None).await
}

pub(super) async fn answer_own(
    State(node): State<Node>,
    headers: HeaderMap,
    form: Form<SteppedUp<Person>>,
) -> Result<Response, Refused> {
    let who = &form.who;
    match add(&node, who.signed().into(), &headers, &form.fields).await? {
        Proved::Yes => Ok(went("/staff/account", &[])),
        proved => Ok(refused(proved, draw_own(&node, who, Some(wrong(proved, who.signed().t))).await?)),
    }
}

async fn add(node: &Node, session: Proving<'_>, headers: &HeaderMap, fields: &Fields) -> Result<Proved, StaffError> {
    match passkey::sent(fields) {
        Some(sent) => node.staff.add_passkey(session, &passkey::hosts(headers), sent).await,
        None => node.staff.add_codes(session, fields.one("code")).await,
    }
}

async fn draw_first(node: &Node, who: &Halfway, wrong: Option<&str>) -> Result<Response, Refused> {
    let page_of = codes(node, (&who.session).into(), &who.session.name, who.frame(PATH), PATH, who.form_token(), wrong);
    page(who.t, &page_of.await?)
}

async fn draw_own(node: &Node, who: &SteppedUp<Person>, wrong: Option<&str>) -> Result<Response, Refused> {
    let (signed, frame) = (who.signed(), Frame::of(node, who.handle(), OWN).await?);
    let page_of = codes(node, signed.into(), signed.name(), frame, OWN, signed.form_token(), wrong);
    page(signed.t, &page_of.await?)
}

async fn codes<'a>(
    node: &Node,
    session: Proving<'_>,
    name: &str,
    frame: Frame,
    path: &'static str,
    token: String,
    wrong: Option<&'a str>,
) -> Result<Codes<'a>, Refused> {
    let secret = node.staff.codes_to_add(session).await?;
    let (challenge, known) = node.staff.challenge(session, Some(&secret)).await?;
    let passkey = Some(Ask::create(path, &challenge, &known, session.of, name));
    let square = square(&secret.address(name)).ok_or_else(Problem::internal)?;
    Ok(Codes { frame, token, to: "", square, typed: secret.typed(), wrong, passkey })
}

/// The square that a camera reads: dark on light, whatever the page's colours are.
fn square(address: &str) -> Option<String> {
    let code = QrCode::new(address.as_bytes()).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // The declaration before the element is none in a page.
    drawn.find("<svg").map(|start| drawn[start..].to_owned())
}

#[derive(Template)]
#[template(path = "access/staff/pages/codes.html")]
struct Codes<'a> {
    frame: Frame,
    token: String,
    to: &'static str,
    square: String,
    typed: String,
    wrong: Option<&'a str>,
    passkey: Option<Ask>,
}
