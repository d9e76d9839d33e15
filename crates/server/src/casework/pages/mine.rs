//! What somebody has now.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shown::{Reader, Row};
use crate::access::staff::{Analyst, Handle};
use crate::desk::{Frame, Refused, page};
use crate::http::locale::Texts;
use crate::node::Node;

pub(super) async fn show(who: Analyst, State(node): State<Node>) -> Result<Response, Refused> {
    let t = who.t();
    let zone = who.signed().zone(&node).await?;
    let reader = Reader { t, zone: &zone, now: node.clock.now(), me: who.person() };
    let rows = node.casework.mine(&who).await?.iter().map(|work| reader.row(work)).collect();
    page(t, &Mine { frame: Frame::of(&node, &who, "/desk/mine").await?, t, rows })
}

#[derive(Template)]
#[template(path = "casework/pages/mine.html")]
struct Mine {
    frame: Frame,
    t: Texts,
    rows: Vec<Row>,
}
