//! `/p/5`: the reading list, and `/p/5/1`, `/p/5/2` and so on: what is on it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::shelf::frame;
use super::visit::Reading;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::intake::reading::{self, Audience, Resource, Text};

/// The list.
pub(super) async fn list(Reading(t): Reading) -> Result<Response, Problem> {
    let for_whom = |audience| reading::all().iter().filter(|resource| resource.audience == audience).collect();
    let groups = vec![
        (t.reading_young(), for_whom(Audience::Young)),
        (t.reading_parents(), for_whom(Audience::Parents)),
        (t.reading_teachers(), for_whom(Audience::Teachers)),
    ];
    page(t, Loads::Plain, &List { frame: frame(t, "/p/5"), t, groups })
}

/// One of it.
pub(super) async fn show(texts: Texts, Path(number): Path<String>) -> Result<Response, Problem> {
    // A number is written in one way: what is printed and passed on has one address.
    let number = number.parse().ok().filter(|parsed: &u16| parsed.to_string() == number);
    let found = number.and_then(reading::numbered).ok_or_else(|| Problem::not_found("nothing to read has this number"));
    let resource = found?;
    let t = Texts { address: resource.address(), ..texts };
    let text = resource.text(&t.language);
    page(t, Loads::Plain, &One { frame: frame(t, &resource.path), t, resource, text })
}

#[derive(Template)]
#[template(path = "intake/pages/reading.html")]
struct List {
    frame: Frame,
    t: Texts,
    groups: Vec<(&'static str, Vec<&'static Resource>)>,
}

#[derive(Template)]
#[template(path = "intake/pages/resource.html")]
struct One {
    frame: Frame,
    t: Texts,
    resource: &'static Resource,
    text: &'static Text,
}
