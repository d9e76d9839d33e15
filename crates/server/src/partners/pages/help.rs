//! `/console/help`: how a platform puts all this to use, with examples to copy. They name this node's own address.

use askama::Template;
use axum::extract::State as Taken;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::Response;

use super::keys::own;
use crate::access::staff::{Handle, PlatformStaff};
use crate::desk::{Frame, Refused, page};
use crate::exchange::settings::{KEY_PLACE, System};
use crate::node::Node;

#[derive(Template)]
#[template(path = "partners/pages/help.html")]
struct Help {
    frame: Frame,
    host: String,
    kid: String,
    x: String,
    systems: Vec<Client>,
}

/// What is pasted into the clients of another system.
struct Client {
    name: &'static str,
    /// Whether the client that is used most has that system's address built in.
    is_fixed: bool,
    /// What any client asks for: a word and its value.
    values: Vec<(&'static str, String)>,
    /// What a shell is given before the client that is used most.
    lines: String,
}

impl Client {
    fn of(system: System, url: &str, partner: &str) -> Self {
        let lines = system.lines(url, partner, None).join("\n");
        let values = system.values(url, partner, None);
        Self { name: system.name(), is_fixed: system.is_fixed(), values, lines }
    }
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
    let (own, url) = (own(&node, &who).await?, format!("https://{host}"));
    let systems = System::ALL.map(|system| Client::of(system, &url, &own.name)).into();
    page(who.signed().t, &Help { frame, host, kid: key.kid, x: key.x, systems })
}
