//! `/desk/notices/case/<id>`: the links of a case and the platforms that they lead to, with the state of each; drafting what has
//! no notice yet. Made from the case's sealed items, for whoever can open them.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State as Taken};
use axum::response::Response;
use exchange::{CaseId, NoticeId};

use super::Words;
use super::act::code;
use super::draft::values;
use super::list::Line;
use super::notice::Said;
use crate::access::staff::{Analyst, Handle};
use crate::casework::{CaseworkError, Decided, DraftError, MayAsk};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::Problem;
use crate::intake::{CaseView, IntakeError, OpenCase};
use crate::node::Node;
use crate::removal::directory::Directory;
use crate::removal::notices::{NewNotice, NoticeError, Summary, URLS_PER_NOTICE_MAX};
use crate::removal::regimes::Field;

/// A link, where it leads, and its newest notice.
struct Cell {
    url: String,
    platform: String,
    state: Option<(NoticeId, &'static str, &'static str)>,
}

/// A platform's key and name, and its regimes: key and name of each.
type Without = (String, String, Vec<(String, String)>);

#[derive(Template)]
#[template(path = "removal/pages/board.html")]
struct Board {
    frame: Frame,
    words: Words,
    cells: Vec<Cell>,
    lines: Vec<Line>,
    /// Platforms of links that have no notice: key, name, regimes.
    without: Vec<Without>,
    /// Why nothing may be drafted, as `""`, `consent`, `verdict`, `nothing` or `blind`.
    why_not: &'static str,
    /// Where the case is decided.
    work: String,
    is_crisis: bool,
    said: Option<(&'static str, bool)>,
}

pub(super) async fn show(
    who: Analyst,
    Taken(node): Taken<Node>,
    Path(id): Path<CaseId>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let (t, zone) = (who.t(), who.signed().zone(&node).await?);
    let words = Words(t);
    let (case, view) = opened(&node, &who, id).await?;
    let may = node.casework.may_ask(&who, &case, &view).await.map_err(|error| casework(&who, error))?;
    let is_blind = may == MayAsk::Blind;
    let directory = node.removal.directory().await?;
    let of_links = if is_blind { BTreeMap::new() } else { notices_by_link(&view) };
    let ids: BTreeSet<NoticeId> = of_links.values().flatten().copied().collect();
    let ids: Vec<NoticeId> = ids.into_iter().collect();
    let summaries = node.removal.summaries_of(&ids).await?;
    let summary = |id: &NoticeId| summaries.iter().find(|summary| summary.id == *id);
    let cell = |url: &str| {
        let platform = directory.name(&directory.of_link(url));
        let newest = of_links.get(url).and_then(|ids| ids.iter().filter_map(summary).next_back());
        let state = newest.map(|notice| (notice.id, words.state(&notice.state), Words::tag(&notice.state)));
        Cell { url: url.to_owned(), platform, state }
    };
    let cells: Vec<Cell> = if is_blind { vec![] } else { view.standing_links().map(cell).collect() };
    let without = match &may {
        MayAsk::Yes(decided) => {
            offered(&view, &without(&view, &of_links, &summaries, &directory), decided, &directory, words)
        }
        _ => vec![],
    };
    let lines = summaries.iter().cloned().map(|notice| Line::of(notice, |at| t.language.moment(at, &zone))).collect();
    let why_not = match &may {
        MayAsk::Blind => "blind",
        _ if !view.consent.notifies() => "consent",
        MayAsk::NotYet => "verdict",
        MayAsk::No => "nothing",
        MayAsk::Yes(_) => "",
    };
    let drawn = Board {
        frame: Frame::of(&node, &who, format!("/desk/notices/case/{id}")).await?,
        words,
        cells,
        lines,
        without,
        why_not,
        work: format!("/desk/work/{}", exchange::hex::encode(id.as_bytes())),
        is_crisis: node.removal.crisis_in_force().await?.is_some(),
        said: words.said(&said.said),
    };
    page(t, &drawn)
}

/// Platforms of links that have no notice, each with the laws under which it may be asked for what was decided.
fn offered(
    view: &CaseView,
    without: &BTreeMap<String, Vec<(i64, String)>>,
    decided: &Decided,
    directory: &Directory,
    words: Words,
) -> Vec<Without> {
    let of = |key: &String| {
        let recipient = directory.get(key);
        let regimes = recipient.iter().flat_map(|recipient| recipient.regimes());
        let regimes = regimes.filter(|regime| regime.covers(view.row.class) && decided.regimes.contains(&regime.key));
        let regimes = regimes.map(|regime| (regime.key.clone(), words.regime_with_clock(regime))).collect();
        (key.clone(), directory.name(key), regimes)
    };
    without.keys().map(of).collect()
}

/// Drafts one notice a platform for the links that have none, and names each in the case.
pub(super) async fn draft(
    Taken(node): Taken<Node>,
    Path(id): Path<CaseId>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let who = &form.who;
    let (case, view) = opened(&node, who, id).await?;
    let path = format!("/desk/notices/case/{id}");
    let may = node.casework.may_ask(who, &case, &view).await.map_err(|error| casework(who, error))?;
    let MayAsk::Yes(decided) = may else { return Ok(went(&path, &[])) };
    if !view.consent.notifies() {
        return Ok(went(&path, &[]));
    }
    let directory = node.removal.directory().await?;
    let of_links = notices_by_link(&view);
    let ids: Vec<NoticeId> = of_links.values().flatten().copied().collect();
    let summaries = node.removal.summaries_of(&ids).await?;
    let mut said = "done";
    for (platform, links) in without(&view, &of_links, &summaries, &directory) {
        let law = form.fields.one(&format!("regime_{platform}"));
        if law.is_empty() {
            continue;
        }
        let mut statements = values(&form.fields);
        statements.insert(Field::GoodFaith, "yes".to_owned());
        for some in links.chunks(URLS_PER_NOTICE_MAX) {
            let new = NewNotice {
                platform: platform.clone(),
                regime: law.to_owned(),
                class: decided.class,
                language: None,
                urls: some.iter().map(|(_, url)| url.clone()).collect(),
                values: statements.clone(),
                in_crisis: form.fields.has("in_crisis"),
            };
            let positions = some.iter().map(|(position, _)| *position).collect();
            match node.casework.draft_notice(who, &case, &view, &new, positions).await {
                // Or taken back, or asked for, at this moment: the page that follows shows how it stands.
                Ok(_) => {}
                Err(DraftError::Notice(NoticeError::Storage(error)) | DraftError::Storage(error)) => {
                    return Err(error.into());
                }
                Err(DraftError::Notice(error)) => said = code(&error),
                Err(DraftError::Casework(error)) => return Err(casework(who, error)),
            }
        }
    }
    Ok(went(&format!("{path}?said={said}"), &[]))
}

fn casework(who: &Analyst, error: CaseworkError) -> Refused {
    match error {
        CaseworkError::Storage(error) => error.into(),
        CaseworkError::Intake(error) => intake(who, error),
        error => {
            tracing::warn!(%error, "what was decided of a case could not be read for its notices");
            Problem::internal().into()
        }
    }
}

async fn opened(node: &Node, who: &Analyst, id: CaseId) -> Result<(OpenCase, CaseView), Refused> {
    let case = node.intake.open_as(who.secret(), id).await.map_err(|error| intake(who, error))?;
    let case = case.ok_or(Refused::gone(who.t()))?;
    let view = node.intake.view(&case).await.map_err(|error| intake(who, error))?;
    Ok((case, view))
}

fn intake(who: &Analyst, error: IntakeError) -> Refused {
    match error {
        // Deleted at this moment.
        IntakeError::Over => Refused::gone(who.t()),
        IntakeError::Storage(error) => error.into(),
        error => {
            tracing::warn!(%error, "a case could not be opened for its notices");
            Problem::internal().into()
        }
    }
}

/// The notices that a case's items name, by link, oldest first.
fn notices_by_link(view: &CaseView) -> BTreeMap<String, Vec<NoticeId>> {
    let standing = view.links.iter().filter(|link| link.withdrawn_at.is_none());
    standing.map(|link| (link.url.clone(), link.notices.iter().map(|notice| notice.id).collect())).collect()
}

/// Links that no notice asks for, by platform, with their place in the case. One that was taken back asks for nothing.
fn without(
    view: &CaseView,
    of_links: &BTreeMap<String, Vec<NoticeId>>,
    summaries: &[Summary],
    directory: &Directory,
) -> BTreeMap<String, Vec<(i64, String)>> {
    let asks = |id: &NoticeId| {
        let found = summaries.iter().find(|summary| summary.id == *id);
        found.is_some_and(|summary| summary.state != crate::removal::notices::State::Withdrawn)
    };
    let mut platforms: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for link in view.links.iter().filter(|link| link.withdrawn_at.is_none()) {
        if !of_links.get(&link.url).is_some_and(|ids| ids.iter().any(asks)) {
            platforms.entry(directory.of_link(&link.url)).or_default().push((link.position, link.url.clone()));
        }
    }
    platforms
}
