//! The passphrase is forgotten: with the sheet, or with two leads.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sealing::{Lexicon, RecipientSecret};
use zeroize::Zeroizing;

use super::halfway::session_cookie;
use super::passphrase::chosen;
use super::sign_in::agent_of;
use crate::access::Tried;
use crate::access::staff::handles::Anybody;
use crate::access::staff::recover::{RECOVERY_HOURS, Standing, words_of};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::{Language, Texts};
use crate::node::Node;

const PATH: &str = "/staff/recover";

pub(super) async fn show(who: Anybody) -> Result<Response, Refused> {
    draw(who.t, "", None)
}

/// With the sheet.
pub(super) async fn with_sheet(
    State(node): State<Node>,
    from: Tried,
    headers: HeaderMap,
    form: Form<Anybody>,
) -> Result<Response, Refused> {
    let (t, fields) = (form.who.t, &form.fields);
    let words = Zeroizing::new(fields.one("words").to_owned());
    match node.staff.enter_with_sheet(fields.one("name"), &words, &from, agent_of(&headers)).await? {
        Some(token) => Ok(went("/staff/passphrase", &[session_cookie(&token)])),
        None => draw(t, fields.one("name"), Some(t.staff_recover_wrong())),
    }
}

/// With two leads: the link that is made here is shown to nobody else.
pub(super) async fn with_leads(
    State(node): State<Node>,
    from: Tried,
    form: Form<Anybody>,
) -> Result<Response, Refused> {
    let t = form.who.t;
    match node.staff.ask_for_recovery(form.fields.one("name"), &from).await? {
        Some(link) => Ok(went(
            &format!("/staff/recovery/{}?lang={}", exchange::hex::encode(link.as_bytes()), t.language.code()),
            &[],
        )),
        None => {
            let mut response = draw(t, form.fields.one("name"), Some(t.staff_too_often()))?;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            Ok(response)
        }
    }
}

/// How it stands.
pub(super) async fn show_standing(
    who: Anybody,
    State(node): State<Node>,
    Path(link): Path<String>,
) -> Result<Response, Refused> {
    draw_standing(&node, who.t, &link, None).await
}

/// A new passphrase, once two leads approved.
pub(super) async fn choose(
    State(node): State<Node>,
    Path(link): Path<String>,
    headers: HeaderMap,
    form: Form<Anybody>,
) -> Result<Response, Refused> {
    let t = form.who.t;
    let passphrase = match chosen(&node, t, &form.fields, "") {
        Ok(passphrase) => passphrase,
        Err(wrong) => return draw_standing(&node, t, &link, Some(wrong)).await,
    };
    let secret = read(t, &link)?;
    let session = node.staff.recover(&secret, passphrase, agent_of(&headers)).await?;
    let session = session.ok_or_else(|| Refused::gone(t))?;
    Ok(went("/staff/on", &[session_cookie(&session)]))
}

/// In which list of words a page speaks.
pub(super) const fn lexicon(t: Texts) -> Lexicon {
    match t.language {
        Language::Fr => Lexicon::Fr,
        Language::En => Lexicon::En,
    }
}

fn read(t: Texts, link: &str) -> Result<RecipientSecret, Refused> {
    let bytes = exchange::hex::decode::<32>(link).map(Zeroizing::new);
    bytes.and_then(|bytes| RecipientSecret::from_slice(bytes.as_ref())).ok_or_else(|| Refused::gone(t))
}

fn draw(t: Texts, name: &str, wrong: Option<&str>) -> Result<Response, Refused> {
    page(t, &Recover { frame: Frame::before(t, PATH), name, wrong, hours: RECOVERY_HOURS.unsigned_abs() })
}

async fn draw_standing(node: &Node, t: Texts, link: &str, wrong: Option<String>) -> Result<Response, Refused> {
    let secret = read(t, link)?;
    let standing = node.staff.recovery_standing(&secret).await?;
    let frame = Frame::before(t, format!("/staff/recovery/{link}"));
    let words = words_of(&secret.public(), lexicon(t));
    let approved = match standing {
        Standing::Waits(approved) => Some(approved),
        Standing::Open => None,
    };
    page(t, &Recovery { frame, words, approved, hours: RECOVERY_HOURS.unsigned_abs(), wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/recover.html")]
struct Recover<'a> {
    frame: Frame,
    name: &'a str,
    wrong: Option<&'a str>,
    hours: u64,
}

#[derive(Template)]
#[template(path = "access/staff/pages/recovery.html")]
struct Recovery {
    frame: Frame,
    words: Vec<&'static str>,
    approved: Option<u64>,
    hours: u64,
    wrong: Option<String>,
}
