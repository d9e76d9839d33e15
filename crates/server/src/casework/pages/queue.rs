//! What waits at a stage, in the order in which it is done, and why.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::said::{path, said, to, word};
use super::shown::{Reader, Row};
use crate::access::staff::{Analyst, Handle};
use crate::casework::{After, Category, Stage};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Texts;
use crate::node::Node;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    said: Option<String>,
}

/// Shows a page.
pub(super) async fn show(
    who: Analyst,
    State(node): State<Node>,
    Path(stage): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let t = who.t();
    let stage = stage_for(&who, &stage)?;
    let after = asked.after.as_deref().and_then(After::parse);
    let (rows, has_more) = node.casework.page(&who, stage, after).await?;
    let zone = who.signed().zone(&node).await?;
    let reader = Reader { t, zone: &zone, now: node.clock.now(), me: who.person() };
    let next = rows.last().filter(|_| has_more).map(|last| After { place: last.place, id: last.id }.text());
    let rate = node.casework.rate().await?;
    let hidden = !node.casework.opt_outs(&who).await?.is_empty();
    let shown = Queue {
        frame: Frame::of(&node, &who, format!("/desk/queue/{}", stage.word())).await?,
        t,
        title: title(t, stage),
        stage: stage.word(),
        said: said(t, asked.said.as_deref()),
        rows: rows.iter().map(|work| reader.row(work)).collect(),
        is_first: after.is_none(),
        next,
        rate: rate.percent().map(|percent| t.work_rate(percent, rate.decided)),
        hidden,
    };
    page(t, &shown)
}

/// Takes the first that is free, or the first after the one that was passed over.
pub(super) async fn next(
    State(node): State<Node>,
    Path(stage): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let stage = stage_for(&form.who, &stage)?;
    let after = After::parse(form.fields.one("after"));
    let queue = format!("/desk/queue/{}", stage.word());
    match node.casework.take_next(&form.who, stage, after).await {
        Ok(Some(work)) => Ok(went(&path(work.id), &[])),
        Ok(None) => Ok(to(&queue, "empty")),
        Err(error) => Ok(to(&queue, word(error)?)),
    }
}

/// A stage that has a queue; that of leads for leads alone.
pub(super) fn stage_for(who: &Analyst, word: &str) -> Result<Stage, Refused> {
    match Stage::from_word(word) {
        Some(Stage::Lead) if !who.is_lead() => Err(Refused::not_yours(who.t())),
        Some(stage @ (Stage::First | Stage::Second | Stage::Lead | Stage::Answer | Stage::Contested)) => Ok(stage),
        _ => Err(Refused::gone(who.t())),
    }
}

pub(super) const fn title(t: Texts, stage: Stage) -> &'static str {
    match stage {
        Stage::Second => t.work_title_second(),
        Stage::Lead => t.work_title_lead(),
        Stage::Answer => t.work_title_answers(),
        Stage::Contested => t.work_title_disputes(),
        Stage::First | Stage::Person | Stage::Nothing => t.work_title_first(),
    }
}

/// A category in words.
pub(super) const fn category(t: Texts, category: Category) -> &'static str {
    match category {
        Category::Minors => t.me_out_minors(),
        Category::Adults => t.me_out_adults(),
        Category::Threats => t.me_out_threats(),
        Category::Contested => t.me_out_contested(),
    }
}

#[derive(Template)]
#[template(path = "casework/pages/queue.html")]
struct Queue {
    frame: Frame,
    t: Texts,
    title: &'static str,
    stage: &'static str,
    said: Option<(bool, &'static str)>,
    rows: Vec<Row>,
    is_first: bool,
    next: Option<String>,
    rate: Option<String>,
    hidden: bool,
}
