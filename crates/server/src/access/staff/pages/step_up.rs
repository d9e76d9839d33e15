//! The second factor once more, before the gravest acts.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::factor::{asked, prove, refused, to_of, wrong};
use super::passkey::Ask;
use crate::access::staff::enter::Proved;
use crate::access::staff::handles::{Handle, Person};
use crate::desk::{Form, Frame, Refused, back_to, page, went};
use crate::node::Node;

const PATH: &str = "/staff/step-up";

pub(super) async fn show(who: Person, State(node): State<Node>, uri: Uri) -> Result<Response, Refused> {
    draw(&node, &who, &to_of(&uri), None).await
}

pub(super) async fn answer(
    State(node): State<Node>,
    headers: HeaderMap,
    form: Form<Person>,
) -> Result<Response, Refused> {
    let (who, to) = (&form.who, back_to(form.fields.one("to")));
    match prove(&node, who.signed().into(), &headers, &form.fields).await? {
        Proved::Yes => Ok(went(to, &[])),
        proved => Ok(refused(proved, draw(&node, who, to, Some(wrong(proved, who.t()))).await?)),
    }
}

async fn draw(node: &Node, who: &Person, to: &str, wrong: Option<&str>) -> Result<Response, Refused> {
    let (has_codes, passkey) = asked(node, who.signed().into(), PATH).await?;
    let frame = Frame::of(node, who, PATH).await?;
    page(who.t(), &StepUp { frame, token: who.signed().form_token(), to, wrong, has_codes, passkey })
}

#[derive(Template)]
#[template(path = "access/staff/pages/step_up.html")]
struct StepUp<'a> {
    frame: Frame,
    token: String,
    to: &'a str,
    wrong: Option<&'a str>,
    has_codes: bool,
    passkey: Option<Ask>,
}
