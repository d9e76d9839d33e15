//! `/s/4`: where it is online.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::sorry::Sorry;
use super::visit::{Answered, Drafting};
use crate::http::locale::Texts;
use crate::intake::links::{self, Read, Why};
use crate::intake::{LINKS_PER_CASE_MAX, Step};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(visit: Drafting) -> Result<Response, Sorry> {
    draw(&visit, Read::default())
}

/// Adds links; goes on when all of them were understood, else says which were not.
pub(super) async fn answer(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    if let Some(gone) = fields.all("remove").next() {
        visit.draft.links.retain(|link| link != gone);
        return visit.keep(&node, Step::Links.path()).await;
    }
    let mut read = links::read(fields.one("links"));
    merge(&mut visit.draft.links, &mut read);
    if read.refused.is_empty() && !read.is_cut {
        let next = visit.after(Step::Links);
        return visit.keep(&node, next).await;
    }
    visit.keep_here(&node).await?;
    draw(&visit, read)
}

/// Adds what was read to what is there: each once, and no more than a case has.
pub(super) fn merge(kept: &mut Vec<String>, read: &mut Read) {
    for link in read.links.drain(..) {
        if kept.contains(&link.url) {
            continue;
        }
        if kept.len() == LINKS_PER_CASE_MAX {
            read.is_cut = true;
            break;
        }
        kept.push(link.url);
    }
}

/// A link that was not taken, and why, in words.
pub(super) struct Refusal {
    pub(super) start: String,
    pub(super) why: &'static str,
}

pub(super) fn refusals(t: Texts, read: &Read) -> Vec<Refusal> {
    let said = |why: Why| match why {
        Why::Unreadable => t.links_unreadable(),
        Why::Scheme => t.links_scheme(),
        Why::Private => t.links_private(),
        Why::Onion => t.links_onion(),
        Why::TooLong => t.links_too_long(),
    };
    read.refused.iter().map(|refused| Refusal { start: refused.text_start.clone(), why: said(refused.why) }).collect()
}

/// A link as it is shown: with the platform's name where we know it.
pub(super) struct Shown<'a> {
    pub(super) url: &'a str,
    pub(super) platform: Option<&'static str>,
}

pub(super) fn shown(url: &str) -> Shown<'_> {
    Shown { url, platform: links::platform_of(url).map(|platform| platform.name.as_str()) }
}

fn draw(visit: &Drafting, read: Read) -> Result<Response, Sorry> {
    let t = visit.t;
    let drawn = Addresses {
        frame: visit.frame(Step::Links),
        t,
        links: visit.draft.links.iter().map(|url| shown(url)).collect(),
        refused: refusals(t, &read),
        is_cut: read.is_cut,
        most: LINKS_PER_CASE_MAX,
        before: visit.before(Step::Links),
    };
    Ok(page(t, Loads::Plain, &drawn)?)
}

#[derive(Template)]
#[template(path = "intake/pages/addresses.html")]
struct Addresses<'a> {
    frame: Frame,
    t: Texts,
    links: Vec<Shown<'a>>,
    refused: Vec<Refusal>,
    is_cut: bool,
    most: usize,
    before: &'static str,
}
