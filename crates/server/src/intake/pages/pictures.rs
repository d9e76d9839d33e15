//! `/s/3`: pictures. The device computes their fingerprints; the form sends those and nothing else.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::consent::Boxes;
use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::visit::{Answered, Drafting};
use crate::http::locale::Texts;
use crate::intake::{FILES_PER_CASE_MAX, Mark, MarksError, Situation, Step};
use crate::node::Node;

/// Shows the page.
pub(super) async fn show(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let said = visit.hear(&node, Step::Pictures.path()).await?;
    let shown = Pictures {
        frame: visit.frame(Step::Pictures),
        t: visit.t,
        held: visit.draft.marks.len(),
        wrong: said.map(|said| said.wrong),
        before: visit.before(Step::Pictures),
        in_case: false,
        boxes: None,
        is_appeal: visit.draft.situation == Situation::Appeal,
    };
    Ok(page(visit.t, Loads::Wasm, &shown)?)
}

/// Adds what the device computed to what is there, or forgets all of it. Pictures that very many people have are not taken.
pub(super) async fn answer(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    if fields.has("forget") {
        visit.draft.marks.clear();
        visit.draft.claims.clear();
        return visit.keep(&node, Step::Pictures.path()).await;
    }
    let sent = fields.one("marks");
    let new = if sent.is_empty() { Ok(Vec::new()) } else { Mark::read_all(sent) };
    let wrong = |wrong: String| Said::wrong(Step::Pictures.path(), wrong);
    let (new, common) = match new {
        Ok(new) => node.intake.screened(new),
        Err(error) => {
            let said = wrong(said(visit.t, &error));
            return visit.say(&node, said).await;
        }
    };
    let mut marks = visit.draft.marks.clone();
    for mark in new {
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    if marks.len() > FILES_PER_CASE_MAX {
        let said = wrong(said(visit.t, &MarksError::TooMany(marks.len())));
        return visit.say(&node, said).await;
    }
    visit.draft.marks = marks;
    if common > 0 {
        let said = wrong(visit.t.pictures_common(common));
        return visit.say(&node, said).await;
    }
    let next = visit.after(Step::Pictures);
    visit.keep(&node, next).await
}

fn said(t: Texts, wrong: &MarksError) -> String {
    match wrong {
        MarksError::TooMany(_) => t.pictures_too_many(FILES_PER_CASE_MAX),
        MarksError::Unreadable | MarksError::Refused(_) => t.pictures_unreadable().to_owned(),
    }
}

#[derive(Template)]
#[template(path = "intake/pages/pictures.html")]
pub(super) struct Pictures {
    pub(super) frame: Frame,
    pub(super) t: Texts,
    /// Codes that are there already.
    pub(super) held: usize,
    pub(super) wrong: Option<String>,
    pub(super) before: &'static str,
    /// Whether the case was sent: pictures are added to it then.
    pub(super) in_case: bool,
    /// With whom fingerprints are shared; `None` where it is asked elsewhere.
    pub(super) boxes: Option<Boxes>,
    /// Whether somebody says that what they choose is stopped wrongly.
    pub(super) is_appeal: bool,
}
