//! `/console/webhook`: where a platform wants to be told, and what it checks that by.

use askama::Template;
use axum::extract::{Query, State as Taken};
use axum::response::Response;
use serde::Deserialize;

use crate::access::staff::{Handle, PlatformStaff, SteppedUp};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::Problem;
use crate::node::Node;
use crate::removal::RemovalError;

#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    said: String,
}

#[derive(Template)]
#[template(path = "partners/pages/webhook.html")]
struct WebhookPage {
    frame: Frame,
    url: String,
    since: String,
    key: String,
    is_wrong: bool,
    is_kept: bool,
}

pub(super) async fn show(
    who: SteppedUp<PlatformStaff>,
    Taken(node): Taken<Node>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let hook = node.removal.webhook(who.partner()).await?;
    let drawn = WebhookPage {
        frame: Frame::of(&node, &who, "/console/webhook").await?,
        since: hook.as_ref().map(|hook| t.language.moment(hook.set_at, &zone)).unwrap_or_default(),
        url: hook.map(|hook| hook.url).unwrap_or_default(),
        key: serde_json::to_string_pretty(&node.removal.webhook_key()).unwrap_or_default(),
        is_wrong: said.said == "wrong",
        is_kept: said.said == "done",
    };
    page(t, &drawn)
}

pub(super) async fn keep(Taken(node): Taken<Node>, form: Form<SteppedUp<PlatformStaff>>) -> Result<Response, Refused> {
    match node.removal.set_webhook(form.who.partner(), form.fields.one("url")).await {
        Ok(()) => Ok(went("/console/webhook?said=done", &[])),
        Err(RemovalError::Webhook(_)) => Ok(went("/console/webhook?said=wrong", &[])),
        Err(error) => Err(Problem::from(error).into()),
    }
}
