//! The recovery sheet: the person's secret as 24 words, shown before the account counts, and two of them asked for.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sealing::{Lexicon, SHEET_WORDS};
use sha2::{Digest, Sha256};

use super::halfway::Halfway;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Language;
use crate::node::Node;

pub(super) async fn show(who: Halfway, State(node): State<Node>) -> Result<Response, Refused> {
    who.is_at(&node, "/staff/sheet").await?;
    draw(&who, false)
}

/// Completes the account when the words are right. The sheet may have been printed in either language.
pub(super) async fn answer(State(node): State<Node>, form: Form<Halfway>) -> Result<Response, Refused> {
    let who = &form.who;
    who.is_at(&node, "/staff/sheet").await?;
    let (first, second) = asked(who);
    let is = |field: &str, word: &str| form.fields.one(field).trim().to_lowercase() == word;
    let is_right = Lexicon::ALL.into_iter().any(|lexicon| {
        let words = who.session.secret.sheet(lexicon);
        is("first", words[first]) && is("second", words[second])
    });
    if !is_right {
        return draw(who, true);
    }
    node.staff.complete(&who.session).await?;
    node.staff.refresh_escrow(who.session.of, who.session.role, &who.session.secret).await?;
    Ok(went("/desk", &[]))
}

/// Which two words are asked for: the same again for the same session.
fn asked(who: &Halfway) -> (usize, usize) {
    let digest = Sha256::digest([b"words of the sheet ", &who.session.handle[..]].concat());
    let first = usize::from(digest[0]) % SHEET_WORDS;
    let second = (first + 1 + usize::from(digest[1]) % (SHEET_WORDS - 1)) % SHEET_WORDS;
    (first.min(second), first.max(second))
}

fn draw(who: &Halfway, is_wrong: bool) -> Result<Response, Refused> {
    let lexicon = match who.t.language {
        Language::Fr => Lexicon::Fr,
        Language::En => Lexicon::En,
    };
    let (first, second) = asked(who);
    let sheet = Sheet {
        frame: who.frame("/staff/sheet"),
        token: who.form_token(),
        name: &who.session.name,
        words: who.session.secret.sheet(lexicon),
        first: first + 1,
        second: second + 1,
        is_wrong,
    };
    page(who.t, &sheet)
}

#[derive(Template)]
#[template(path = "access/staff/pages/sheet.html")]
struct Sheet<'a> {
    frame: Frame,
    token: String,
    name: &'a str,
    words: Vec<&'static str>,
    first: usize,
    second: usize,
    is_wrong: bool,
}
