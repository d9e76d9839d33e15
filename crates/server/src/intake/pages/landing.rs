//! `/`: what happened.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::helplines::Help;
use super::sorry::Sorry;
use super::visit::{Drafting, Fields, went};
use crate::access::Tried;
use crate::http::locale::{Address, Texts};
use crate::intake::Situation;
use crate::node::Node;

/// Shows the page. Its choices are buttons of a form, so that no answer is in an address.
pub(super) async fn show(t: Texts) -> Result<Response, Sorry> {
    let t = Texts { address: Address::Tu, ..t };
    Ok(page(t, Loads::Plain, &Landing { frame: Frame::new(t, "/"), t, help: Help::here() })?)
}

/// Begins a draft with the first answer.
pub(super) async fn answer(
    State(node): State<Node>,
    t: Texts,
    tried: Tried,
    fields: Fields,
) -> Result<Response, Sorry> {
    let t = Texts { language: fields.language().unwrap_or(t.language), ..t };
    let Some(situation) = Situation::from_form(fields.one("situation")) else {
        // Every choice of the page is one: this was typed by hand.
        return Ok(went("/", None));
    };
    if !node.flood.may_begin(&tried) {
        return Err(Sorry::often(t));
    }
    Drafting::begin(&node, t, situation).await
}

#[derive(Template)]
#[template(path = "intake/pages/landing.html")]
struct Landing {
    frame: Frame,
    t: Texts,
    help: Help,
}
