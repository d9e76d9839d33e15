//! `/o`: opening a case with its words.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use sealing::{Receipt, ReceiptError};

use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::visit::{self, Fields, open_case};
use crate::access::Tried;
use crate::http::locale::{Address, Texts};
use crate::intake::{Ended, Opened};
use crate::node::Node;

const PATH: &str = "/o";

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, t: Texts, headers: HeaderMap) -> Result<Response, Sorry> {
    let said = visit::hear(&node, &headers, PATH).await?;
    let t = Texts { address: Address::Tu, ..t };
    let wrong = said.map(|said| said.wrong);
    Ok(page(t, Loads::Plain, &OpenPage { frame: Frame::new(t, PATH), t, wrong })?)
}

/// Opens the case, or says what is wrong with the words; which of them are right it does not say.
pub(super) async fn answer(
    State(node): State<Node>,
    tried: Tried,
    t: Texts,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Sorry> {
    let t = Texts { language: fields.language().unwrap_or(t.language), address: Address::Tu };
    let say = async |wrong: String| visit::say(&node, &headers, t, Said::wrong(PATH, wrong)).await;
    let receipt = match Receipt::parse(fields.one("words")) {
        Ok(receipt) => receipt,
        // What is said is kept for the page that says it: nobody fills the disk with what are no words.
        Err(_) if !node.flood.may_begin(&tried) => return Err(Sorry::often(t)),
        Err(error) => return say(said(t, &error)).await,
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
        Opened::Ended(Ended::Deleted) => say(t.open_deleted().to_owned()).await,
        Opened::Ended(Ended::Expired) => say(t.open_expired().to_owned()).await,
        Opened::Nothing => say(t.open_nothing().to_owned()).await,
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

#[derive(Template)]
#[template(path = "intake/pages/open.html")]
struct OpenPage {
    frame: Frame,
    t: Texts,
    wrong: Option<String>,
}
