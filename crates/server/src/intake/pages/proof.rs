//! `/o/1`: whether a proof of filing and six words belong together.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use sealing::Receipt;

use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::visit::{self, Fields};
use crate::access::Tried;
use crate::http::locale::{Address, Texts};
use crate::node::Node;

const PATH: &str = "/o/1";

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, t: Texts, headers: HeaderMap) -> Result<Response, Sorry> {
    let said = visit::hear(&node, &headers, PATH).await?;
    let t = Texts { address: Address::Vous, ..t };
    let answer = said.map(|said| said.is_good);
    Ok(page(t, Loads::Plain, &ProofPage { frame: Frame::new(t, PATH), t, answer })?)
}

/// Says whether they belong together, and nothing else.
pub(super) async fn answer(
    State(node): State<Node>,
    tried: Tried,
    t: Texts,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Sorry> {
    let t = Texts { language: fields.language().unwrap_or(t.language), ..t };
    if !node.flood.may_try(&tried) {
        return Err(Sorry::often(t));
    }
    let is_good = match Receipt::parse(fields.one("words")) {
        Ok(receipt) => node.intake.proves(&receipt, fields.one("proof")).await,
        Err(_) => Ok(false),
    };
    let is_good = is_good.map_err(|error| Sorry::from(error).said_in(t))?;
    visit::say(&node, &headers, t, Said { is_good, ..Said::at(PATH) }).await
}

#[derive(Template)]
#[template(path = "intake/pages/proof.html")]
struct ProofPage {
    frame: Frame,
    t: Texts,
    answer: Option<bool>,
}
