//! `/o`: opening a case with its words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sealing::{Receipt, ReceiptError};

use super::frame::{Frame, Loads, page};
use super::sorry::Sorry;
use super::visit::{Fields, open_case};
use crate::access::Tried;
use crate::http::locale::{Address, Texts};
use crate::intake::{Ended, Opened};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(t: Texts) -> Result<Response, Sorry> {
    draw(t, None)
}

/// Opens the case, or says what is wrong with the words; which of them are right it does not say.
pub(super) async fn answer(
    State(node): State<Node>,
    tried: Tried,
    t: Texts,
    fields: Fields,
) -> Result<Response, Sorry> {
    let t = Texts { language: fields.language().unwrap_or(t.language), ..t };
    let receipt = match Receipt::parse(fields.one("words")) {
        Ok(receipt) => receipt,
        Err(error) => return draw(t, Some(said(t, &error))),
    };
    if !node.flood.may_try(&tried) {
        return Err(Sorry::often(t));
    }
    match node.intake.open_with(&receipt).await.map_err(|error| Sorry::from(error).said_in(t))? {
        Opened::Case(case) => {
            let view = node.intake.view(&case).await.map_err(|error| Sorry::from(error).said_in(t))?;
            let address = if view.is_adult { Address::Vous } else { Address::Tu };
            open_case(&node, &case, Texts { address, ..t }).await
        }
        Opened::Ended(Ended::Deleted) => draw(t, Some(t.open_deleted().to_owned())),
        Opened::Ended(Ended::Expired) => draw(t, Some(t.open_expired().to_owned())),
        Opened::Nothing => draw(t, Some(t.open_nothing().to_owned())),
    }
}

fn said(t: Texts, error: &ReceiptError) -> String {
    match error {
        ReceiptError::Count(words) => t.open_count(*words),
        ReceiptError::Unknown { position, nearest } if nearest.is_empty() => t.open_unknown(*position),
        ReceiptError::Unknown { position, nearest } => t.open_unknown_near(*position, nearest.join(", ")),
        ReceiptError::Mixed => t.open_mixed().to_owned(),
    }
}

fn draw(t: Texts, wrong: Option<String>) -> Result<Response, Sorry> {
    let t = Texts { address: Address::Tu, ..t };
    Ok(page(t, Loads::Plain, &OpenPage { frame: Frame::new(t, "/o"), t, wrong })?)
}

#[derive(Template)]
#[template(path = "intake/pages/open.html")]
struct OpenPage {
    frame: Frame,
    t: Texts,
    wrong: Option<String>,
}
