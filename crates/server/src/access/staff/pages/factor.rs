//! The second factor, after the passphrase.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::halfway::Halfway;
use super::passkey::{self, Ask};
use super::sign_in::MARK_COOKIE;
use crate::access::staff::StaffError;
use crate::access::staff::enter::{Proved, Proving, TOTP};
use crate::desk::{Form, Frame, Refused, back_to, page, went};
use crate::http::form::Fields;
use crate::http::locale::Texts;
use crate::node::Node;

const PATH: &str = "/staff/factor";
/// How long a browser stays known.
const MARK_SECONDS: i64 = 365 * 86_400;

pub(super) async fn show(who: Halfway, State(node): State<Node>, uri: Uri) -> Result<Response, Refused> {
    who.is_at(&node, PATH).await?;
    draw(&node, &who, &to_of(&uri), None).await
}

pub(super) async fn answer(
    State(node): State<Node>,
    headers: HeaderMap,
    form: Form<Halfway>,
) -> Result<Response, Refused> {
    let (who, to) = (&form.who, back_to(form.fields.one("to")));
    who.is_at(&node, PATH).await?;
    match prove(&node, (&who.session).into(), &headers, &form.fields).await? {
        Proved::Yes => {
            node.staff.refresh_escrow(who.session.of, who.session.role, &who.session.secret).await?;
            Ok(went(if to == "/desk" { "/staff/on" } else { to }, &[mark_cookie(&node, who)]))
        }
        proved => Ok(refused(proved, draw(&node, who, to, Some(wrong(proved, who.t))).await?)),
    }
}

/// Tries whatever factor a form brings.
pub(super) async fn prove(
    node: &Node,
    session: Proving<'_>,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Proved, StaffError> {
    match passkey::sent(fields) {
        Some(sent) => node.staff.prove_with_passkey(session, &passkey::hosts(headers), sent).await,
        None => node.staff.prove_with_code(session, fields.one("code")).await,
    }
}

/// Which factors can be asked for: whether codes, and which passkeys.
pub(super) async fn asked(
    node: &Node,
    session: Proving<'_>,
    path: &'static str,
) -> Result<(bool, Option<Ask>), StaffError> {
    let has_codes = node.staff.factors_of(session.of).await?.iter().any(|factor| factor.kind == TOTP);
    let (challenge, known) = node.staff.challenge(session, None).await?;
    Ok((has_codes, Ask::get(path, &challenge, &known)))
}

/// The page to come back to, as the address says it.
pub(super) fn to_of(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
    back_to(&to.unwrap_or_default()).to_owned()
}

/// What is said of a factor that did not do.
pub(super) fn wrong(proved: Proved, t: Texts) -> &'static str {
    match proved {
        Proved::TooOften => t.staff_too_often(),
        _ => t.staff_code_wrong(),
    }
}

/// The status that goes with it.
pub(super) fn refused(proved: Proved, mut page: Response) -> Response {
    if proved == Proved::TooOften {
        *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    }
    page
}

/// Marks the browser as one that this person signed in from.
pub(super) fn mark_cookie(node: &Node, who: &Halfway) -> String {
    let mark = node.staff.mark(who.session.of);
    format!("{MARK_COOKIE}={mark}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={MARK_SECONDS}")
}

async fn draw(node: &Node, who: &Halfway, to: &str, wrong: Option<&str>) -> Result<Response, Refused> {
    let (has_codes, passkey) = asked(node, (&who.session).into(), PATH).await?;
    page(who.t, &Factor { frame: who.frame(PATH), token: who.form_token(), to, wrong, has_codes, passkey })
}

#[derive(Template)]
#[template(path = "access/staff/pages/factor.html")]
struct Factor<'a> {
    frame: Frame,
    token: String,
    to: &'a str,
    wrong: Option<&'a str>,
    has_codes: bool,
    passkey: Option<Ask>,
}
