//! `/console/feed`: how far a platform's replica is behind the bank, key by key.

use askama::Template;
use axum::extract::State as Taken;
use axum::response::Response;
use exchange::Scope;

use crate::access::staff::{Handle, PlatformStaff};
use crate::desk::{Frame, Refused, page};
use crate::http::Problem;
use crate::node::Node;

struct Line {
    key: String,
    seq: Option<u64>,
    behind: u64,
    at: String,
    is_behind: bool,
}

#[derive(Template)]
#[template(path = "partners/pages/feed.html")]
struct Feed {
    frame: Frame,
    head: u64,
    lines: Vec<Line>,
}

pub(super) async fn show(who: PlatformStaff, Taken(node): Taken<Node>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let head = node.bank.head().await.map_err(Problem::from)?;
    let now = node.clock.now();
    let own = node.partners.list().await?.into_iter().find(|partner| partner.id == who.partner());
    let keys = own.map(|partner| partner.keys).unwrap_or_default();
    let lines = keys
        .into_iter()
        .filter(|key| key.is_current(now) && key.scopes.has(Scope::Follow))
        .map(|key| {
            let seq = key.cursor.map(|(seq, _)| seq);
            let behind = head.saturating_sub(seq.unwrap_or(0));
            let at = key.cursor.map(|(_, at)| t.language.moment(at, &zone)).unwrap_or_default();
            Line { key: key.id.to_string(), seq, behind, at, is_behind: behind > 0 }
        })
        .collect();
    let frame = Frame::of(&node, &who, "/console/feed").await?;
    page(t, &Feed { frame, head, lines })
}
