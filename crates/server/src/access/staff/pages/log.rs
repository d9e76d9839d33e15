//! The log, for leads: who did what to which case, the newest first.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::access::audit::{self, Who};
use crate::access::staff::handles::{Handle, Lead};
use crate::access::staff::model::StaffId;
use crate::desk::{Frame, Refused, page};
use crate::node::Node;

/// Rows of one page.
const ROWS_PER_PAGE: u32 = 100;

struct Line {
    seq: i64,
    at: String,
    who: String,
    act: String,
    about: String,
}

pub(super) async fn show(who: Lead, State(node): State<Node>, uri: Uri) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let query = uri.query().unwrap_or_default();
    let below = query.split('&').find_map(|pair| pair.strip_prefix("below=")).and_then(|text| text.parse().ok());
    let rows = audit::rows(&mut node.database.read().await?, below, None, ROWS_PER_PAGE).await?;
    let names: HashMap<StaffId, String> =
        node.staff.members().await?.into_iter().map(|member| (member.id, member.name)).collect();
    let next = (rows.len() == ROWS_PER_PAGE as usize).then(|| rows.last().map(|row| row.seq)).flatten();
    let lines = rows.into_iter().map(|row| Line {
        seq: row.seq,
        at: t.language.moment(row.at, &zone),
        who: match row.who {
            Who::Staff(id) => names.get(&id).cloned().unwrap_or_else(|| id.to_string()),
            Who::Operator => t.staff_log_operator().to_owned(),
            Who::Node => t.staff_log_node().to_owned(),
            Who::Stranger => t.staff_log_stranger().to_owned(),
        },
        act: row.act,
        about: row.about.map(|about| said(about, &names)).unwrap_or_default(),
    });
    let lines = lines.collect();
    page(t, &Log { frame: Frame::of(&node, &who, "/desk/log").await?, lines, next })
}

/// A person's name, or the bare id of anything else.
fn said(about: [u8; 16], names: &HashMap<StaffId, String>) -> String {
    let id = StaffId::from_bytes(about);
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

#[derive(Template)]
#[template(path = "access/staff/pages/log.html")]
struct Log {
    frame: Frame,
    lines: Vec<Line>,
    next: Option<i64>,
}
