//! Name and passphrase.

use askama::Template;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use zeroize::Zeroizing;

use super::halfway::{FORGOTTEN, session_cookie};
use crate::access::Tried;
use crate::access::staff::agent;
use crate::access::staff::enter::{Attempt, Entered};
use crate::access::staff::handles::{Anybody, Handle, Person};
use crate::desk::{Form, Frame, Refused, back_to, page, went};
use crate::http::form;
use crate::http::locale::Texts;
use crate::node::Node;

/// The mark of a browser from which somebody signed in before.
pub(super) const MARK_COOKIE: &str = "__Host-k";

pub(super) async fn show(who: Anybody, uri: axum::http::Uri) -> Result<Response, Refused> {
    let query = uri.query().unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
    draw(who.t, back_to(&to.unwrap_or_default()), "", None)
}

pub(super) async fn answer(
    State(node): State<Node>,
    from: Tried,
    headers: HeaderMap,
    form: Form<Anybody>,
) -> Result<Response, Refused> {
    let (t, fields) = (form.who.t, &form.fields);
    let (name, to) = (fields.one("name"), back_to(fields.one("to")));
    let attempt = Attempt {
        name,
        passphrase: Zeroizing::new(fields.one("passphrase").to_owned()),
        from,
        mark: form::cookie(&headers, MARK_COOKIE),
        agent: agent_of(&headers),
    };
    match node.staff.enter(attempt).await.map_err(|error| Refused::from(error).said_in(t))? {
        Entered::Half(token) => {
            let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
            Ok(went(&format!("/staff/factor?to={to}"), &[session_cookie(&token)]))
        }
        Entered::Wrong => draw(t, to, name, Some(t.staff_sign_in_wrong())),
        Entered::TooOften => {
            let mut response = draw(t, to, name, Some(t.staff_too_often()))?;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            Ok(response)
        }
    }
}

/// Ends the session, here and now.
pub(super) async fn sign_out(State(node): State<Node>, form: Form<Person>) -> Result<Response, Refused> {
    node.staff.end_session(form.who.signed().token()).await?;
    Ok(went("/staff/sign-in", &[FORGOTTEN.to_owned()]))
}

/// Browser and system of a request, in words.
pub(super) fn agent_of(headers: &HeaderMap) -> String {
    agent::words(headers.get(USER_AGENT).and_then(|header| header.to_str().ok()))
}

fn draw(t: Texts, to: &str, name: &str, wrong: Option<&str>) -> Result<Response, Refused> {
    page(t, &SignIn { frame: Frame::before(t, "/staff/sign-in"), to, name, wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/sign_in.html")]
struct SignIn<'a> {
    frame: Frame,
    to: &'a str,
    name: &'a str,
    wrong: Option<&'a str>,
}
