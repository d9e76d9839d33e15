//! `/console/help`: how a platform puts all this to use, with examples to copy. They name this node's own address.

use askama::Template;
use axum::extract::State as Taken;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::Response;

use crate::access::staff::{Handle, PlatformStaff};
use crate::desk::{Frame, Refused, page};
use crate::node::Node;

#[derive(Template)]
#[template(path = "partners/pages/help.html")]
struct Help {
    frame: Frame,
    host: String,
    kid: String,
    x: String,
}

pub(super) async fn show(
    who: PlatformStaff,
    headers: HeaderMap,
    Taken(node): Taken<Node>,
) -> Result<Response, Refused> {
    // As this browser reached us; it is shown back to it alone.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("node.example").to_owned();
    let key = node.removal.webhook_key();
    let frame = Frame::of(&node, &who, "/console/help").await?;
    page(who.signed().t, &Help { frame, host, kid: key.kid, x: key.x })
}
