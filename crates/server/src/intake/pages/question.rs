//! `/s/1` and `/s/2`: questions with one answer out of a few.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::upload;
use super::visit::{Answered, Drafting};
use crate::http::locale::Texts;
use crate::intake::{Age, Situation, Stand, Step};
use crate::node::Node;

/// Shows how old.
pub(super) async fn show_age(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let is_missing = visit.hear(&node, Step::Age.path()).await?.is_some();
    draw_age(&visit, is_missing)
}

/// Keeps how old.
pub(super) async fn answer_age(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    let Some(age) = Age::from_form(fields.one("answer")) else {
        return visit.say(&node, Said::at(Step::Age.path())).await;
    };
    visit.draft.age = Some(age);
    // A file that was taken for an adult's case is not for a child's.
    upload::prune(&node, &mut visit).await?;
    let next = visit.after(Step::Age);
    visit.keep(&node, next).await
}

/// Shows where it stands.
pub(super) async fn show_stand(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let is_missing = visit.hear(&node, Step::Stand.path()).await?.is_some();
    draw_stand(&visit, is_missing)
}

/// Keeps where it stands. Whoever is threatened first reads what to do about that.
pub(super) async fn answer_stand(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    let Some(stand) = Stand::from_form(fields.one("answer")) else {
        return visit.say(&node, Said::at(Step::Stand.path())).await;
    };
    visit.draft.stand = Some(stand);
    let threatened = stand == Stand::Threat || visit.draft.situation == Situation::Threat;
    let next = if threatened { "/s/2/1" } else { visit.after(Step::Stand) };
    visit.keep(&node, next).await
}

/// What to do when threatened, between two questions.
pub(super) async fn show_threat(visit: Drafting) -> Result<Response, Sorry> {
    let shown = Threat { frame: visit.frame(Step::Stand), t: visit.t, next: visit.after(Step::Stand) };
    Ok(page(visit.t, Loads::Plain, &shown)?)
}

fn draw_age(visit: &Drafting, is_missing: bool) -> Result<Response, Sorry> {
    let (t, draft) = (visit.t, &visit.draft);
    let said = |age: Age| match age {
        Age::Under13 => (t.age_under_13(), ""),
        Age::From13 => (t.age_13(), ""),
        Age::From15 => (t.age_15(), ""),
        Age::WasMinor => (t.age_was(), t.age_was_more()),
        Age::Adult => (t.age_18(), ""),
        Age::Unknown => (t.answer_unknown(), t.age_unknown_more()),
    };
    let is_mine = matches!(draft.situation, Situation::Mine | Situation::Threat | Situation::Harassed);
    let choices = Age::ALL.iter().map(|age| Choice::of(age.form(), said(*age), draft.age == Some(*age))).collect();
    let shown = Question {
        frame: visit.frame(Step::Age),
        t,
        title: if is_mine { t.age_title() } else { t.age_title_other() },
        lead: if is_mine { t.age_lead() } else { t.age_lead_other() },
        choices,
        is_missing,
        before: visit.before(Step::Age),
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

fn draw_stand(visit: &Drafting, is_missing: bool) -> Result<Response, Sorry> {
    let (t, draft) = (visit.t, &visit.draft);
    let said = |stand: Stand| match stand {
        Stand::Offline => (t.stand_offline(), t.stand_offline_more()),
        Stand::Threat => (t.stand_threat(), t.stand_threat_more()),
        Stand::Links => (t.stand_links(), t.stand_links_more()),
        Stand::NoLinks => (t.stand_no_links(), t.stand_no_links_more()),
        Stand::Private => (t.stand_private(), t.stand_private_more()),
        Stand::Unknown => (t.answer_unknown(), ""),
    };
    let choices =
        Stand::ALL.iter().map(|stand| Choice::of(stand.form(), said(*stand), draft.stand == Some(*stand))).collect();
    let shown = Question {
        frame: visit.frame(Step::Stand),
        t,
        title: t.stand_title(),
        lead: t.stand_lead(),
        choices,
        is_missing,
        before: visit.before(Step::Stand),
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

/// One answer that can be chosen.
struct Choice {
    value: &'static str,
    name: &'static str,
    more: &'static str,
    is_chosen: bool,
}

impl Choice {
    const fn of(value: &'static str, (name, more): (&'static str, &'static str), is_chosen: bool) -> Self {
        Self { value, name, more, is_chosen }
    }
}

#[derive(Template)]
#[template(path = "intake/pages/question.html")]
struct Question {
    frame: Frame,
    t: Texts,
    title: &'static str,
    lead: &'static str,
    choices: Vec<Choice>,
    is_missing: bool,
    before: &'static str,
}

#[derive(Template)]
#[template(path = "intake/pages/threat.html")]
struct Threat {
    frame: Frame,
    t: Texts,
    next: &'static str,
}
