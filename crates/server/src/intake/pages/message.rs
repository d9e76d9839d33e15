//! `/s/5`: a message to the hotline, if the person likes.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::visit::{Answered, Drafting};
use crate::http::locale::Texts;
use crate::intake::{MESSAGE_CHARACTERS_MAX, Step};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let said = visit.hear(&node, Step::Message.path()).await?;
    let text = said.as_ref().map_or(&visit.draft.message, |said| &said.text);
    draw(&visit, text, said.is_some())
}

/// Keeps the message; one that is too long comes back whole.
pub(super) async fn answer(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    let text = cleaned(fields.one("message"));
    if text.chars().count() > MESSAGE_CHARACTERS_MAX {
        return visit.say(&node, Said::at(Step::Message.path()).with(text)).await;
    }
    visit.draft.message = text;
    let next = visit.after(Step::Message);
    visit.keep(&node, next).await
}

/// What was written, without what no page can show.
pub(super) fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.trim().chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}

fn draw(visit: &Drafting, text: &str, is_too_long: bool) -> Result<Response, Sorry> {
    let t = visit.t;
    let shown = Message {
        frame: visit.frame(Step::Message),
        t,
        text,
        is_too_long,
        most: MESSAGE_CHARACTERS_MAX,
        before: visit.before(Step::Message),
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

#[derive(Template)]
#[template(path = "intake/pages/message.html")]
struct Message<'a> {
    frame: Frame,
    t: Texts,
    text: &'a str,
    is_too_long: bool,
    most: usize,
    before: &'static str,
}
