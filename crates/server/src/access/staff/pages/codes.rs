//! Codes of a telephone, added as a second factor: shown once, and kept when one of them was typed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;

use super::factor::{mark_cookie, refused, wrong};
use super::halfway::Halfway;
use crate::access::staff::enter::Proved;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::Problem;
use crate::node::Node;

pub(super) async fn show(who: Halfway, State(node): State<Node>) -> Result<Response, Refused> {
    who.is_at(&node, "/staff/codes").await?;
    draw(&node, &who, None).await
}

pub(super) async fn answer(State(node): State<Node>, form: Form<Halfway>) -> Result<Response, Refused> {
    let who = &form.who;
    who.is_at(&node, "/staff/codes").await?;
    let pending = who.session.pending.as_ref().map(|plain| plain.as_slice());
    match node.staff.add_codes((&who.session).into(), pending, form.fields.one("code")).await? {
        Proved::Yes => Ok(went("/staff/on", &[mark_cookie(&node, who)])),
        proved => refused(proved, who.t, draw(&node, who, Some(wrong(proved, who.t))).await?),
    }
}

async fn draw(node: &Node, who: &Halfway, wrong: Option<&str>) -> Result<Response, Refused> {
    let pending = who.session.pending.as_ref().map(|plain| plain.as_slice());
    let secret = node.staff.codes_to_add(&who.session.token, pending).await?;
    let square = square(&secret.address(&who.session.name)).ok_or_else(Problem::internal)?;
    let frame = who.frame("/staff/codes");
    page(who.t, &Codes { frame, token: who.form_token(), square, typed: secret.typed(), wrong })
}

/// The square that a camera reads: dark on light, whatever the page's colours are.
pub(super) fn square(address: &str) -> Option<String> {
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
    square: String,
    typed: String,
    wrong: Option<&'a str>,
}
