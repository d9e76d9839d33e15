//! `/partners/<name>/clients`: what a partner pastes into its clients of other systems. A key is never shown: only its digest
//! is kept.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::exchange::settings::{KEY_PLACE, System, URL_PLACE};
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::http::page::{Frame, page};
use crate::node::Node;

/// The page.
pub(super) async fn clients(
    State(node): State<Node>,
    Path(name): Path<String>,
    texts: Texts,
) -> Result<Response, Problem> {
    let known = node.partners.list().await?.into_iter().any(|partner| partner.name == name);
    if !known {
        return Err(Problem::not_found("there is no partner of this name; the status page lists them"));
    }
    page(texts.language, &ClientsPage { frame: Frame { texts, path: "/status" }, t: texts, name })
}

#[derive(Template)]
#[template(path = "operator/clients.html")]
struct ClientsPage {
    frame: Frame,
    t: Texts,
    name: String,
}

impl ClientsPage {
    const fn systems() -> [System; 5] {
        System::ALL
    }

    fn values(&self, system: System) -> Vec<(&'static str, String)> {
        system.values(URL_PLACE, &self.name, None)
    }

    fn lines(&self, system: System) -> String {
        system.lines(URL_PLACE, &self.name, None).join("\n")
    }
}
