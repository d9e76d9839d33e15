//! `/s/5`: a message to the hotline, if the person likes; and a sealed file, where the operator takes any.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::upload::{self, Section};
use super::visit::{Answered, Drafting};
use crate::http::locale::Texts;
use crate::intake::{MESSAGE_CHARACTERS_MAX, Step};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let is_lost = upload::prune(&node, &mut visit).await?;
    if is_lost {
        visit.keep_here(&node).await?;
    }
    let said = visit.hear(&node, Step::Message.path()).await?;
    let is_too_long = said.is_some();
    let text = said.map_or_else(|| visit.draft.message.clone(), |said| said.text);
    draw(&node, &visit, &text, Wrong { is_too_long, is_lost }).await
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
    if fields.has("remove") {
        upload::remove(&node, &mut visit, fields.one("remove")).await?;
        return visit.keep(&node, Step::Message.path()).await;
    }
    let next = visit.after(Step::Message);
    visit.keep(&node, next).await
}

/// What was written, without what no page can show.
pub(super) fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.trim().chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}

/// What is said on the page about what was just sent.
struct Wrong {
    is_too_long: bool,
    /// A file of the draft is not there any more.
    is_lost: bool,
}

async fn draw(node: &Node, visit: &Drafting, text: &str, said: Wrong) -> Result<Response, Sorry> {
    let t = visit.t;
    let upload = Section::of_draft(node, visit).await?;
    let loads = if upload.is_some() { Loads::Wasm } else { Loads::Plain };
    let shown = Message {
        frame: visit.frame(Step::Message),
        t,
        text,
        said,
        most: MESSAGE_CHARACTERS_MAX,
        before: visit.before(Step::Message),
        upload,
    };
    Ok(page(t, loads, &shown)?)
}

#[derive(Template)]
#[template(path = "intake/pages/message.html")]
struct Message<'a> {
    frame: Frame,
    t: Texts,
    text: &'a str,
    said: Wrong,
    most: usize,
    before: &'static str,
    upload: Option<Section>,
}
