//! The second factor once more, before the gravest acts.

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::factor::{refused, to_of, wrong};
use crate::access::staff::enter::Proved;
use crate::access::staff::handles::{Handle, Person};
use crate::desk::{Form, Frame, Refused, back_to, page, went};
use crate::node::Node;

pub(super) async fn show(who: Person, State(node): State<Node>, uri: Uri) -> Result<Response, Refused> {
    draw(&node, &who, &to_of(&uri), None).await
}

pub(super) async fn answer(State(node): State<Node>, form: Form<Person>) -> Result<Response, Refused> {
    let (who, to) = (&form.who, back_to(form.fields.one("to")));
    match node.staff.prove_with_code(who.signed().into(), form.fields.one("code")).await? {
        Proved::Yes => Ok(went(to, &[])),
        proved => refused(proved, who.t(), draw(&node, who, to, Some(wrong(proved, who.t()))).await?),
    }
}

async fn draw(node: &Node, who: &Person, to: &str, wrong: Option<&str>) -> Result<Response, Refused> {
    page(who.t(), &StepUp { frame: Frame::of(node, who, "/staff/step-up").await?, to, wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/step_up.html")]
struct StepUp<'a> {
    frame: Frame,
    to: &'a str,
    wrong: Option<&'a str>,
}
