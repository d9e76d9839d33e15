//! `/s/4`: where it is online.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::visit::{Answered, Drafting};
use crate::http::locale::Texts;
use crate::intake::Step;
use crate::intake::links::{self, Read, Why};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let said = visit.hear(&node, Step::Links.path()).await?;
    draw(&visit, said.unwrap_or_default())
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
    let read = links::read_beside(visit.draft.links.iter().map(String::as_str), fields.one("links"));
    visit.draft.links.extend(read.links.iter().map(|link| link.url.clone()));
    if is_whole(&read) {
        let next = visit.after(Step::Links);
        return visit.keep(&node, next).await;
    }
    let said = not_taken(visit.t, Step::Links.path(), &read);
    visit.say(&node, said).await
}

/// What the page at a path says of what was not taken.
pub(super) fn not_taken(t: Texts, path: &str, read: &Read) -> Said {
    let wrong = if is_too_much(read) { t.links_cut(links::LINKS_MAX) } else { String::new() };
    Said { refused: refusals(t, read), ..Said::wrong(path, wrong) }
}

/// Whether everything that was pasted was taken.
pub(super) fn is_whole(read: &Read) -> bool {
    read.refused.is_empty() && !is_too_much(read)
}

/// Whether there was more than a case or a page takes.
fn is_too_much(read: &Read) -> bool {
    read.is_cut || read.left_out > 0
}

/// How each link begins that was not taken, and why, in words.
fn refusals(t: Texts, read: &Read) -> Vec<(String, String)> {
    let said = |why: Why| match why {
        Why::Unreadable => t.links_unreadable(),
        Why::Scheme => t.links_scheme(),
        Why::Private => t.links_private(),
        Why::NotPublicName => t.links_not_public(),
        Why::Hidden => t.links_hidden(),
        Why::TooLong => t.links_too_long(),
        Why::CutOff => t.links_cut_off(),
    };
    read.refused.iter().map(|refused| (refused.text_start.clone(), said(refused.why).to_owned())).collect()
}

/// A link as it is shown: with the platform's name where we know it.
pub(super) struct Shown<'a> {
    pub(super) url: &'a str,
    pub(super) platform: Option<&'static str>,
}

pub(super) fn shown(url: &str) -> Shown<'_> {
    let host = url.split('/').nth(2).unwrap_or_default();
    Shown { url, platform: links::platforms().of_host(host).map(|platform| platform.name.as_str()) }
}

fn draw(visit: &Drafting, said: Said) -> Result<Response, Sorry> {
    let t = visit.t;
    let drawn = Addresses {
        frame: visit.frame(Step::Links),
        t,
        links: visit.draft.links.iter().map(|url| shown(url)).collect(),
        said,
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
    said: Said,
    before: &'static str,
}
