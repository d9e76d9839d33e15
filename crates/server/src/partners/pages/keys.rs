//! `/console/keys`: a platform's keys; a new one like an old one, and ending an old one.

use askama::Template;
use axum::extract::State as Taken;
use axum::response::Response;
use exchange::Scope;

use crate::access::staff::{Handle, PlatformStaff, SteppedUp};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::Problem;
use crate::node::Node;
use crate::partners::{KeyView, PartnerView};

/// Keys that one platform has at a time, at most: enough to move over.
pub(super) const KEYS_MAX: usize = 20;

struct Line {
    id: String,
    scopes: String,
    created: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "partners/pages/keys.html")]
struct Keys {
    frame: Frame,
    lines: Vec<Line>,
    /// Shown this once.
    fresh: Option<String>,
    is_full: bool,
}

pub(super) async fn show(who: SteppedUp<PlatformStaff>, Taken(node): Taken<Node>) -> Result<Response, Refused> {
    draw(&node, &who, None).await
}

pub(super) async fn act(Taken(node): Taken<Node>, form: Form<SteppedUp<PlatformStaff>>) -> Result<Response, Refused> {
    let who = &form.who;
    let own = own(&node, who).await?;
    let now = node.clock.now();
    let current: Vec<&KeyView> = own.keys.iter().filter(|key| key.is_current(now)).collect();
    let named = current.iter().find(|key| key.id.to_string() == form.fields.one("key"));
    let Some(key) = named else { return Ok(went("/console/keys", &[])) };
    match form.fields.one("act") {
        // A key like this one: what it may be used for, nobody here makes more of.
        "renew" if current.len() < KEYS_MAX => {
            let name = own.name.parse().map_err(|_| Problem::internal())?;
            let fresh = node.partners.add_key(&name, key.scopes, key.expires_at).await.map_err(Problem::from)?;
            draw(&node, who, Some(fresh.reveal())).await
        }
        "end" => {
            node.partners.revoke(&key.id.to_string()).await.map_err(Problem::from)?;
            Ok(went("/console/keys", &[]))
        }
        _ => Ok(went("/console/keys", &[])),
    }
}

pub(super) async fn own(node: &Node, who: &PlatformStaff) -> Result<PartnerView, Refused> {
    let own = node.partners.list().await?.into_iter().find(|partner| partner.id == who.partner());
    own.ok_or(Refused::gone(who.t()))
}

async fn draw(node: &Node, who: &SteppedUp<PlatformStaff>, fresh: Option<String>) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(node).await?);
    let now = node.clock.now();
    let keys = own(node, who).await?.keys;
    let day = |at| t.language.day(at, &zone);
    let lines: Vec<Line> = keys
        .iter()
        .filter(|key| key.is_current(now))
        .map(|key| Line {
            id: key.id.to_string(),
            scopes: Scope::ALL
                .iter()
                .filter(|scope| key.scopes.has(**scope))
                .map(Scope::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            created: day(key.created_at),
            ends: key.expires_at.map(day).unwrap_or_default(),
        })
        .collect();
    let is_full = lines.len() >= KEYS_MAX;
    let frame = Frame::of(node, who, "/console/keys").await?;
    page(t, &Keys { frame, lines, fresh, is_full })
}
