//! One piece of work: taking it, passing it over, handing it on; and a dispute, which needs nothing opened.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use exchange::OutcomeKind;
use serde::Deserialize;

use super::said::{path, said, to, word};
use super::shown::{Reader, Row, stands};
use super::{case, queue};
use crate::access::staff::{Analyst, Handle, Role, StaffId, State as Here};
use crate::casework::{Kind, Stage, Work, WorkId};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Texts;
use crate::node::Node;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    said: Option<String>,
}

/// Shows it: what is known in clear to everybody here, what is in it to whoever has it.
pub(super) async fn show(
    who: Analyst,
    State(node): State<Node>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (t, work) = (who.t(), found(&node, &who, &id).await?);
    let is_mine = work.holder(node.clock.now()) == Some(who.person());
    if is_mine && work.kind == Kind::Dispute {
        return dispute(&node, &who, &work, asked.said.as_deref()).await;
    }
    if is_mine {
        return case::show(&node, &who, &work, asked.said.as_deref()).await;
    }
    let zone = who.signed().zone(&node).await?;
    let reader = Reader { t, zone: &zone, now: node.clock.now(), me: who.person() };
    let shown = Closed {
        frame: frame(&node, &who, &work).await?,
        t,
        said: said(t, asked.said.as_deref()),
        row: reader.row(&work),
        stage: queue::title(t, work.stage),
        may_take: work.stage != Stage::Nothing && (work.stage != Stage::Lead || who.is_lead()),
        board: (work.kind == Kind::Case).then(|| format!("/desk/notices/case/{}", work.id.case())),
    };
    page(t, &shown)
}

/// Takes it.
pub(super) async fn take(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let id = parsed(&form.who, &id)?;
    match node.casework.take(&form.who, id).await {
        Ok(_) => Ok(went(&path(id), &[])),
        Err(error) => Ok(to(&path(id), word(error)?)),
    }
}

/// Passes it over, and goes on to the next. Nobody is asked why.
pub(super) async fn skip(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let id = parsed(&form.who, &id)?;
    match node.casework.skip(&form.who, id).await {
        Ok(Some((stage, after))) => {
            let queue = format!("/desk/queue/{}", stage.word());
            match node.casework.take_next(&form.who, stage, Some(after)).await {
                Ok(Some(next)) => Ok(to(&path(next.id), "skipped")),
                Ok(None) => Ok(to(&queue, "empty")),
                Err(error) => Ok(to(&queue, word(error)?)),
            }
        }
        Ok(None) => Ok(to("/desk/queue/first", "gone")),
        Err(error) => Ok(to(&path(id), word(error)?)),
    }
}

/// Puts it back.
pub(super) async fn let_go(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let work = found(&node, &form.who, &id).await?;
    node.casework.let_go(&form.who, work.id).await?;
    Ok(to(&format!("/desk/queue/{}", queue_of(work.stage)), "back"))
}

/// Gives it to somebody else who works here.
pub(super) async fn hand(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let work = found(&node, &form.who, &id).await?;
    let other = StaffId::parse(form.fields.one("to"));
    let other = colleagues(&node, &form.who, &work).await?.into_iter().find(|(id, _)| Some(*id) == other);
    let Some((other, _)) = other else { return Ok(to(&path(work.id), "not-for-you")) };
    match node.casework.hand_over(&form.who, work.id, other).await {
        Ok(()) => Ok(to(&format!("/desk/queue/{}", queue_of(work.stage)), "handed")),
        Err(error) => Ok(to(&path(work.id), word(error)?)),
    }
}

/// Keeps it for another while: the page's script asks while somebody is there.
pub(super) async fn renew(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let id = parsed(&form.who, &id)?;
    let word = if node.casework.renew(&form.who, id).await? { "" } else { "?said=lost" };
    Ok(went(&format!("{}{word}", path(id)), &[]))
}

/// Decides a dispute.
pub(super) async fn settle(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let work = found(&node, &form.who, &id).await?;
    let stands = match form.fields.one("does") {
        "stand" => true,
        "withdraw" => false,
        _ => return Ok(to(&path(work.id), "code")),
    };
    match node.casework.settle(&form.who, &work, stands).await {
        Ok(()) => Ok(to("/desk/queue/disputes", if stands { "stands" } else { "withdrawn" })),
        Err(error) => Ok(to(&path(work.id), word(error)?)),
    }
}

async fn dispute(node: &Node, who: &Analyst, work: &Work, asked: Option<&str>) -> Result<Response, Refused> {
    let t = who.t();
    let Some(known) = node.bank.known(who, work.id.entry()).await? else { return Err(Refused::gone(t)) };
    let zone = who.signed().zone(node).await?;
    let reader = Reader { t, zone: &zone, now: node.clock.now(), me: who.person() };
    let outcomes = node.removal.outcomes(work.id.entry(), None).await?;
    let decision = node.casework.decision_of(who, work.id.entry()).await?;
    let shown = Dispute {
        frame: frame(node, who, work).await?,
        t,
        said: said(t, asked),
        row: reader.row(work),
        entry: known.id.to_string(),
        stands: stands(t, known.tier, known.status),
        origin: known.origin,
        since: t.language.day(known.created_at, &zone),
        ours: decision.map(|decision| super::shown::code_name(t, &decision.code)),
        leads_only: known.tier == exchange::Tier::Confirmed && !who.is_lead(),
        outcomes: outcomes
            .into_iter()
            .map(|one| (one.partner, outcome(t, one.kind), u64::from(one.count), t.language.moment(one.at, &zone)))
            .collect(),
        colleagues: colleagues(node, who, work).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
    };
    page(t, &shown)
}

/// Analysts and leads who are here, but for oneself; where a lead is to decide, leads alone.
pub(super) async fn colleagues(node: &Node, who: &Analyst, work: &Work) -> Result<Vec<(StaffId, String)>, Refused> {
    let may = |role: Role| role.opens_cases() && (work.stage != Stage::Lead || role == Role::Lead);
    let all = node.staff.members().await?.into_iter();
    let here = all.filter(|one| one.state == Here::Here && may(one.role) && one.id != who.person());
    Ok(here.map(|one| (one.id, one.name)).collect())
}

/// The frame of its page.
pub(super) async fn frame(node: &Node, who: &Analyst, work: &Work) -> Result<Frame, Refused> {
    Frame::of(node, who, path(work.id)).await
}

pub(super) async fn found(node: &Node, who: &Analyst, id: &str) -> Result<Work, Refused> {
    let id = parsed(who, id)?;
    node.casework.work(who, id).await?.ok_or_else(|| Refused::gone(who.t()))
}

fn parsed(who: &Analyst, id: &str) -> Result<WorkId, Refused> {
    WorkId::from_digits(id).ok_or_else(|| Refused::gone(who.t()))
}

const fn queue_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Person | Stage::Nothing => Stage::First.word(),
        stage => stage.word(),
    }
}

const fn outcome(t: Texts, kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Seen => t.outcome_seen(),
        OutcomeKind::Blocked => t.outcome_blocked(),
        OutcomeKind::Removed => t.outcome_removed(),
        OutcomeKind::Kept => t.outcome_kept(),
        OutcomeKind::Mistaken => t.outcome_mistaken(),
    }
}

#[derive(Template)]
#[template(path = "casework/pages/closed.html")]
struct Closed {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    row: Row,
    stage: &'static str,
    may_take: bool,
    /// Where its notices are, of a case.
    board: Option<String>,
}

#[derive(Template)]
#[template(path = "casework/pages/dispute.html")]
struct Dispute {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    row: Row,
    entry: String,
    stands: String,
    origin: String,
    since: String,
    ours: Option<String>,
    leads_only: bool,
    outcomes: Vec<(String, &'static str, u64, String)>,
    colleagues: Vec<(String, String)>,
}
