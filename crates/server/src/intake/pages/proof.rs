//! `/o/1`: whether a proof of filing and six words belong together.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sealing::Receipt;

use super::frame::{Frame, Loads, page};
use super::sorry::Sorry;
use super::visit::Fields;
use crate::access::Tried;
use crate::http::locale::{Address, Texts};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(t: Texts) -> Result<Response, Sorry> {
    draw(t, None)
}

/// Says whether they belong together, and nothing else.
pub(super) async fn answer(
    State(node): State<Node>,
    tried: Tried,
    t: Texts,
    fields: Fields,
) -> Result<Response, Sorry> {
    let t = Texts { language: fields.language().unwrap_or(t.language), ..t };
    if !node.flood.may_try(&tried) {
        return Err(Sorry::often(t));
    }
    let Ok(receipt) = Receipt::parse(fields.one("words")) else { return draw(t, Some(false)) };
    let is_proof = node.intake.proves(&receipt, fields.one("proof")).await;
    draw(t, Some(is_proof.map_err(|error| Sorry::from(error).said_in(t))?))
}

fn draw(t: Texts, answer: Option<bool>) -> Result<Response, Sorry> {
    let t = Texts { address: Address::Vous, ..t };
    Ok(page(t, Loads::Plain, &ProofPage { frame: Frame::new(t, "/o/1"), t, answer })?)
}

#[derive(Template)]
#[template(path = "intake/pages/proof.html")]
struct ProofPage {
    frame: Frame,
    t: Texts,
    answer: Option<bool>,
}
