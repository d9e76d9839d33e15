//! `GET /`: the ways there are. Each says who learns what, before anybody takes it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::age::attester::Attester;
use crate::age::attester::evidence::{Declaration, Level, Retains, Told};
use crate::age::pages::{Frame, page};
use crate::http::Problem;
use crate::http::locale::Texts;

#[derive(Template)]
#[template(path = "age/attester/pages/choose.html")]
struct Choose<'c> {
    frame: Frame,
    ways: Vec<Way>,
    contact: &'c str,
}

struct Way {
    id: &'static str,
    name: String,
    what: String,
    said: Vec<String>,
    is_transitional: bool,
}

pub(super) async fn show(State(attester): State<Attester>, t: Texts) -> Result<Response, Problem> {
    let ways = attester.inner.methods.iter().map(|method| way(t, method.declaration())).collect();
    let frame = Frame { t, whose: whose(&attester), here: "/".to_owned() };
    page(StatusCode::OK, t, &Choose { frame, ways, contact: &attester.inner.contact })
}

/// The attester's host.
pub(super) fn whose(attester: &Attester) -> String {
    let base = &attester.inner.desk.base;
    base.split_once("://").map_or(base.as_str(), |(_, host)| host).to_owned()
}

fn way(t: Texts, declared: Declaration) -> Way {
    let mut said = vec![
        match declared.retains {
            Retains::Nothing => t.age_way_retains_nothing().to_string(),
            Retains::CountedDigest => t.age_way_retains_digest().to_string(),
        },
        match declared.told {
            Told::Nobody => t.age_way_told_nobody().to_string(),
            Told::Provider => t.age_way_told_provider().to_string(),
        },
    ];
    said.push(match declared.level {
        Level::Asserted => t.age_way_level_asserted().to_string(),
        Level::Standard => t.age_way_level_standard().to_string(),
        Level::Enhanced => t.age_way_level_enhanced().to_string(),
        Level::Strict => t.age_way_level_strict().to_string(),
    });
    let (name, what) = words(t, declared.id);
    Way { id: declared.id, name, what, said, is_transitional: declared.is_transitional }
}

/// What a way is called, and what happens on it.
pub(super) fn words(t: Texts, id: &str) -> (String, String) {
    match id {
        "code" => (t.age_way_code().to_string(), t.age_way_code_what().to_string()),
        "parent" => (t.age_way_parent().to_string(), t.age_way_parent_what().to_string()),
        "account" => (t.age_way_account().to_string(), t.age_way_account_what().to_string()),
        "wallet" => (t.age_way_wallet().to_string(), t.age_way_wallet_what().to_string()),
        "chip" => (t.age_way_chip().to_string(), t.age_way_chip_what().to_string()),
        "card" => (t.age_way_card().to_string(), t.age_way_card_what().to_string()),
        other => (other.to_owned(), String::new()),
    }
}
