//! A new passphrase: after coming back with the sheet, or because one wants another.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use zeroize::Zeroizing;

use super::halfway::Halfway;
use super::invitation::weak_in_words;
use crate::access::staff::handles::{Handle, Person, SteppedUp};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::form::Fields;
use crate::http::locale::Texts;
use crate::node::Node;

const AFTER_SHEET: &str = "/staff/passphrase";
const OWN: &str = "/staff/account/passphrase";

/// The passphrase that a form chose, twice the same and dear enough; otherwise what is wrong with it.
pub(super) fn chosen(node: &Node, t: Texts, fields: &Fields, name: &str) -> Result<Zeroizing<String>, String> {
    let passphrase = Zeroizing::new(fields.one("passphrase").to_owned());
    node.staff.check_passphrase(&passphrase, name).map_err(|weak| weak_in_words(t, weak))?;
    if *passphrase == fields.one("again") { Ok(passphrase) } else { Err(t.staff_passphrase_differs().to_owned()) }
}

pub(super) async fn show(who: Halfway) -> Result<Response, Refused> {
    is_from_sheet(&who)?;
    draw_after_sheet(&who, None)
}

pub(super) async fn answer(State(node): State<Node>, form: Form<Halfway>) -> Result<Response, Refused> {
    let who = &form.who;
    is_from_sheet(who)?;
    match chosen(&node, who.t, &form.fields, &who.session.name) {
        Ok(passphrase) => {
            node.staff.choose_after_sheet(&who.session, passphrase).await?;
            Ok(went("/staff/on", &[]))
        }
        Err(wrong) => draw_after_sheet(who, Some(wrong)),
    }
}

pub(super) async fn show_own(who: SteppedUp<Person>, State(node): State<Node>) -> Result<Response, Refused> {
    draw_own(&node, &who, None).await
}

pub(super) async fn answer_own(State(node): State<Node>, form: Form<SteppedUp<Person>>) -> Result<Response, Refused> {
    let who = &form.who;
    match chosen(&node, who.signed().t, &form.fields, who.signed().name()) {
        Ok(passphrase) => {
            node.staff.choose_anew(who, passphrase).await?;
            Ok(went("/staff/account", &[]))
        }
        Err(wrong) => draw_own(&node, who, Some(wrong)).await,
    }
}

fn is_from_sheet(who: &Halfway) -> Result<(), Refused> {
    if who.session.pending.may_choose { Ok(()) } else { Err(Refused::go_on()) }
}

fn draw_after_sheet(who: &Halfway, wrong: Option<String>) -> Result<Response, Refused> {
    let frame = who.frame(AFTER_SHEET);
    page(who.t, &Passphrase { frame, path: AFTER_SHEET, token: who.form_token(), wrong })
}

async fn draw_own(node: &Node, who: &SteppedUp<Person>, wrong: Option<String>) -> Result<Response, Refused> {
    let frame = Frame::of(node, who.handle(), OWN).await?;
    let token = who.signed().form_token();
    page(frame.t, &Passphrase { frame, path: OWN, token, wrong })
}

#[derive(Template)]
#[template(path = "access/staff/pages/passphrase.html")]
struct Passphrase {
    frame: Frame,
    path: &'static str,
    token: String,
    wrong: Option<String>,
}
