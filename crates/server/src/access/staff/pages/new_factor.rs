//! Behind a link from a lead: whoever lost their second factor shows that they know the passphrase, and adds another.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sealing::VisitToken;
use zeroize::Zeroizing;

use super::halfway::session_cookie;
use super::sign_in::agent_of;
use crate::access::Tried;
use crate::access::staff::enter::Entered;
use crate::access::staff::handles::Anybody;
use crate::access::staff::model::Member;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Texts;
use crate::node::Node;

pub(super) async fn show(
    who: Anybody,
    State(node): State<Node>,
    Path(link): Path<String>,
) -> Result<Response, Refused> {
    let (_, member) = of(&node, who.t, &link).await?;
    draw(who.t, &link, &member, None)
}

pub(super) async fn answer(
    State(node): State<Node>,
    Path(link): Path<String>,
    from: Tried,
    headers: HeaderMap,
    form: Form<Anybody>,
) -> Result<Response, Refused> {
    let t = form.who.t;
    let (token, member) = of(&node, t, &link).await?;
    let passphrase = Zeroizing::new(form.fields.one("passphrase").to_owned());
    match node.staff.begin_new_factor(&token, passphrase, &from, agent_of(&headers)).await? {
        Entered::Half(session) => Ok(went("/staff/codes", &[session_cookie(&session)])),
        Entered::Wrong => draw(t, &link, &member, Some(t.staff_passphrase_wrong())),
        Entered::TooOften => {
            let mut response = draw(t, &link, &member, Some(t.staff_too_often()))?;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            Ok(response)
        }
    }
}

async fn of(node: &Node, t: Texts, link: &str) -> Result<(VisitToken, Member), Refused> {
    let token = VisitToken::parse(link).ok_or_else(|| Refused::gone(t))?;
    let member = node.staff.of_factor_link(&token).await.map_err(|error| Refused::from(error).said_in(t))?;
    Ok((token, member.ok_or_else(|| Refused::gone(t))?))
}

fn draw(t: Texts, link: &str, member: &Member, wrong: Option<&str>) -> Result<Response, Refused> {
    page(t, &NewFactor { frame: Frame::before(t, format!("/staff/new-factor/{link}")), name: &member.name, wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/new_factor.html")]
struct NewFactor<'a> {
    frame: Frame,
    name: &'a str,
    wrong: Option<&'a str>,
}
