//! Somebody whose passphrase was right, and whose session is not whole yet, or only just.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use crate::access::staff::handles::{SESSION_COOKIE, session};
use crate::access::staff::model::State;
use crate::access::staff::sessions::{Open, Stage};
use crate::desk::{Admits, Admitted, Frame, Refused, Sender, language_of, went};
use crate::http::locale::Texts;
use crate::node::Node;

/// How a browser is made to forget its session.
pub(super) const FORGOTTEN: &str = "__Host-s=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";

/// A session, however far it has come.
pub(super) struct Halfway {
    pub(super) session: Open,
    pub(super) t: Texts,
}

impl Halfway {
    /// Where a session of this stage goes on; `None` when that is the desk.
    pub(super) async fn next(&self, node: &Node) -> Result<Option<&'static str>, Refused> {
        let has_factor = node.staff.has_factor(self.session.of).await?;
        Ok(match (self.session.state, self.session.stage) {
            (_, Stage::Half) if !has_factor => Some("/staff/codes"),
            (_, Stage::Half) => Some("/staff/factor"),
            (State::Here, Stage::Whole) => None,
            (_, Stage::Whole) => Some("/staff/sheet"),
        })
    }

    /// Refuses a page that this session is not at.
    pub(super) async fn is_at(&self, node: &Node, path: &str) -> Result<(), Refused> {
        if self.next(node).await? == Some(path) { Ok(()) } else { Err(Refused::go_on()) }
    }

    pub(super) fn frame(&self, path: &str) -> Frame {
        Frame::before(self.t, path)
    }

    pub(super) fn form_token(&self) -> String {
        self.session.token.form_token()
    }
}

/// On to wherever this session goes on.
pub(super) async fn go_on(
    who: Halfway,
    axum::extract::State(node): axum::extract::State<Node>,
) -> Result<Response, Refused> {
    Ok(went(who.next(&node).await?.unwrap_or("/desk"), &[]))
}

impl FromRequestParts<Node> for Halfway {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Refused> {
        let Some(session) = session(parts, &node.staff).await? else { return Err(Refused::sign_in(parts)) };
        let t = language_of(parts, node, &session.language).await;
        if session.language != t.language.code() {
            node.staff.set_language(session.of, t.language).await?;
        }
        Ok(Self { session, t })
    }
}

impl Admits for Halfway {
    const ADMITS: Admitted = Admitted::Anybody;
    const IS_STEPPED_UP: bool = false;
}

impl Sender for Halfway {
    fn texts(&self) -> Texts {
        self.t
    }

    fn token(&self) -> Option<String> {
        Some(self.form_token())
    }
}

/// The cookie of a session that begins.
pub(super) fn session_cookie(token: &sealing::VisitToken) -> String {
    format!("{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict", token.to_text().as_str())
}
