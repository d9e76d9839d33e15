//! `/c`: the case. What was done, where, and what is late; what can be added, taken back, deleted.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use exchange::{OutcomeKind, Time};

use super::addresses::{self, Refusal, Shown};
use super::consent::{Boxes, consent_in};
use super::frame::{Frame, Loads, page};
use super::helplines::Help;
use super::message::cleaned;
use super::sorry::Sorry;
use super::upload;
use super::visit::{Answered, InCase, went};
use crate::http::locale::Texts;
use crate::intake::links;
use crate::intake::{
    Author, CaseView, FILES_PER_CASE_MAX, IntakeError, MESSAGE_CHARACTERS_MAX, Mark, PictureState, PlatformView,
};
use crate::node::Node;

/// Days before its end from which on a case's page says so.
pub(super) const WARNED_DAYS: u64 = 30;

/// Shows the case.
pub(super) async fn show(State(node): State<Node>, visit: InCase) -> Result<Response, Sorry> {
    draw(&node, &visit, Said::default()).await
}

/// What is said on the page about what was just sent.
#[derive(Default)]
struct Said {
    wrong: Option<String>,
    refused: Vec<Refusal>,
    text: String,
}

/// Adds a message.
pub(super) async fn write(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let text = cleaned(fields.one("message"));
    if text.chars().count() > MESSAGE_CHARACTERS_MAX {
        let wrong = Some(visit.t.message_too_long(MESSAGE_CHARACTERS_MAX));
        return draw(&node, &visit, Said { wrong, text, ..Said::default() }).await;
    }
    if !text.is_empty() {
        done(&visit, node.intake.write(&visit.case, Author::Person, &text).await)?;
    }
    Ok(went("/c", None))
}

/// Adds links.
pub(super) async fn add_links(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let read = links::read_beside(view.links.iter().map(|link| link.url.as_str()), fields.one("links"));
    if !read.links.is_empty() {
        let new = read.links.iter().map(|link| link.url.clone()).collect();
        done(&visit, node.intake.add_links(&visit.case, new).await)?;
    }
    if addresses::is_whole(&read) {
        return Ok(went("/c", None));
    }
    let refused = addresses::refusals(visit.t, &read);
    let wrong = addresses::is_too_much(&read).then(|| visit.t.links_cut(links::LINKS_MAX));
    draw(&node, &visit, Said { wrong, refused, ..Said::default() }).await
}

/// Shows the page that takes more pictures.
pub(super) async fn show_pictures(State(node): State<Node>, visit: InCase) -> Result<Response, Sorry> {
    let held = done(&visit, node.intake.view(&visit.case).await)?.pictures.len();
    draw_pictures(&visit, held, None)
}

/// Adds pictures.
pub(super) async fn add_pictures(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let held = done(&visit, node.intake.view(&visit.case).await)?.pictures.len();
    let sent = fields.one("marks");
    let marks = if sent.is_empty() { Ok(Vec::new()) } else { Mark::read_all(sent) };
    let Ok(marks) = marks else {
        return draw_pictures(&visit, held, Some(visit.t.pictures_unreadable().to_owned()));
    };
    if held + marks.len() > FILES_PER_CASE_MAX {
        return draw_pictures(&visit, held, Some(visit.t.pictures_too_many(FILES_PER_CASE_MAX)));
    }
    if !marks.is_empty() {
        done(&visit, node.intake.add_marks(&visit.case, &marks).await)?;
    }
    Ok(went("/c", None))
}

/// Takes one thing back: first says what that does, then does it.
pub(super) async fn withdraw(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let Ok(position) = fields.one("item").parse::<i64>() else { return Ok(went("/c", None)) };
    if fields.has("sure") {
        done(&visit, node.intake.withdraw(&visit.case, position).await)?;
        return Ok(went("/c", None));
    }
    let t = visit.t;
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let is_file = view.uploads.iter().any(|file| file.position == position);
    let sure = Sure {
        frame: visit.frame("/c"),
        t,
        title: t.withdraw_title(),
        does: if is_file {
            [t.upload_withdraw_does(), t.upload_withdraw_cannot(), t.upload_withdraw_again()]
        } else {
            [t.withdraw_does(), t.withdraw_cannot(), t.withdraw_again()]
        },
        action: "/c/4",
        item: Some(position),
        go: t.withdraw_go(),
    };
    Ok(page(t, Loads::Plain, &sure)?)
}

/// Keeps what we may do from here on.
pub(super) async fn consent(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let platforms = done(&visit, node.intake.platforms(view.row.class).await)?;
    let consent = consent_in(&fields, &platforms);
    if consent != view.consent {
        done(&visit, node.intake.consent(&visit.case, &consent).await)?;
    }
    Ok(went("/c", None))
}

/// Deletes the case: first says what that does, then does it.
pub(super) async fn delete(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let t = visit.t;
    if fields.has("sure") {
        done(&visit, node.intake.delete(&visit.case).await)?;
        visit.close(&node).await?;
        return Ok(page(t, Loads::Plain, &Gone { frame: Frame::new(t, "/"), t, help: Help::here() })?);
    }
    let sure = Sure {
        frame: visit.frame("/c"),
        t,
        title: t.delete_title(),
        does: [t.delete_does(), t.withdraw_cannot(), t.delete_again()],
        action: "/c/6",
        item: None,
        go: t.delete_go(),
    };
    Ok(page(t, Loads::Plain, &sure)?)
}

/// Closes the case in this browser.
pub(super) async fn close(
    State(node): State<Node>,
    Answered { visit, .. }: Answered<InCase>,
) -> Result<Response, Sorry> {
    visit.close(&node).await?;
    Ok(went("/", None))
}

fn done<T>(visit: &InCase, result: Result<T, IntakeError>) -> Result<T, Sorry> {
    result.map_err(|error| Sorry::from(error).said_in(visit.t))
}

async fn draw(node: &Node, visit: &InCase, said: Said) -> Result<Response, Sorry> {
    let view = done(visit, node.intake.view(&visit.case).await)?;
    let platforms = done(visit, node.intake.platforms(view.row.class).await)?;
    let links = view.links.iter().map(|link| addresses::shown(&link.url)).collect();
    let t = visit.t;
    let proof = node.intake.proof(&visit.case, view.opened_at);
    let shown = CasePage {
        frame: visit.frame("/c"),
        t,
        boxes: Boxes::of(&view.consent, platforms),
        has_pictures: true,
        has_links: true,
        links,
        said,
        proof,
        takes_files: upload::is_taken(node, &view).await?,
        days_left: view.row.ends_at.micros_since(node.clock.now()) / 86_400_000_000,
        view: &view,
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

/// A moment, in words.
fn moment(t: &Texts, at: &Time) -> String {
    t.language.moment(*at)
}

/// A day, in words.
fn day(t: &Texts, at: &Time) -> String {
    t.language.day(*at)
}

/// What a platform did, in words.
fn said_outcome(t: &Texts, kind: &OutcomeKind, copies: &u32) -> String {
    let copies = u64::from(*copies);
    match kind {
        OutcomeKind::Seen => t.case_did_seen(copies),
        OutcomeKind::Blocked => t.case_did_blocked(copies),
        OutcomeKind::Removed => t.case_did_removed(copies),
        OutcomeKind::Kept => t.case_did_kept(copies),
        OutcomeKind::Mistaken => t.case_did_mistaken(copies),
    }
}

fn draw_pictures(visit: &InCase, held: usize, wrong: Option<String>) -> Result<Response, Sorry> {
    let shown =
        super::pictures::Pictures { frame: visit.frame("/c/3"), t: visit.t, held, wrong, before: "/c", in_case: true };
    Ok(page(visit.t, Loads::Wasm, &shown)?)
}

#[derive(Template)]
#[template(path = "intake/pages/case.html")]
struct CasePage<'a> {
    frame: Frame,
    t: Texts,
    view: &'a CaseView,
    links: Vec<Shown<'a>>,
    boxes: Boxes,
    has_pictures: bool,
    has_links: bool,
    takes_files: bool,
    said: Said,
    proof: String,
    days_left: u64,
}

#[derive(Template)]
#[template(path = "intake/pages/sure.html")]
struct Sure {
    frame: Frame,
    t: Texts,
    title: &'static str,
    does: [&'static str; 3],
    action: &'static str,
    item: Option<i64>,
    go: &'static str,
}

#[derive(Template)]
#[template(path = "intake/pages/gone.html")]
struct Gone {
    frame: Frame,
    t: Texts,
    help: Help,
}
