//! `/c`: the case. What was done, where, and what is late; what can be added, taken back, deleted.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use exchange::{KeptReason, OutcomeKind, Time};

use super::addresses::{self, Shown};
use super::alert;
use super::chosen;
use super::consent::{Asked, Boxes, consent_in};
use super::frame::{Frame, Loads, page};
use super::helplines::Help;
use super::message::cleaned;
use super::said::Said;
use super::sorry::Sorry;
use super::upload;
use super::visit::{self, Answered, Fields, InCase, went};
use crate::http::locale::{Address, Texts};
use crate::intake::{
    AlertView, Author, CaseView, Consent, Due, FILES_PER_CASE_MAX, IntakeError, MESSAGE_CHARACTERS_MAX, Mark,
    PictureState, PlatformView, Situation,
};
use crate::intake::{links, zones};
use crate::node::Node;
use crate::removal::{NoticeState, NoticeView, OutcomeView};

const PATH: &str = "/c";
const PICTURES: &str = "/c/3";
const WITHDRAW: &str = "/c/4";
const DELETE: &str = "/c/6";
pub(super) const GONE: &str = "/c/6/1";

/// Shows the case.
pub(super) async fn show(State(node): State<Node>, mut visit: InCase) -> Result<Response, Sorry> {
    let said = visit.hear(&node, PATH).await?.unwrap_or_default();
    draw(&node, &visit, said).await
}

/// Adds a message.
pub(super) async fn write(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let text = cleaned(fields.one("message"));
    if text.chars().count() > MESSAGE_CHARACTERS_MAX {
        let said = Said::wrong(PATH, visit.t.message_too_long(MESSAGE_CHARACTERS_MAX)).with(text);
        return visit.say(&node, said).await;
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
    let read = links::read_beside(view.standing_links(), fields.one("links"));
    if !read.links.is_empty() {
        let new = read.links.iter().map(|link| link.url.clone()).collect();
        done(&visit, node.intake.add_links(&visit.case, new).await)?;
    }
    if addresses::is_whole(&read) {
        return Ok(went("/c", None));
    }
    let said = addresses::not_taken(visit.t, PATH, &read);
    visit.say(&node, said).await
}

/// Shows the page that takes more pictures.
pub(super) async fn show_pictures(State(node): State<Node>, mut visit: InCase) -> Result<Response, Sorry> {
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let held = view.standing_pictures();
    let said = visit.hear(&node, PICTURES).await?;
    let boxes = if view.consent.shares() || view.situation == Situation::Appeal {
        None
    } else {
        // Who was never asked is offered what adding pictures is for; who said no finds it open to them.
        let is_first = view.consent.share.is_none();
        let offered = Consent { share: Some(is_first), later: is_first || view.consent.later, ..view.consent.clone() };
        Some(Boxes::of(&offered, done(&visit, node.intake.platforms(view.row.class).await)?))
    };
    let shown = super::pictures::Pictures {
        frame: visit.frame(PICTURES),
        t: visit.t,
        held,
        wrong: said.map(|said| said.wrong),
        before: PATH,
        in_case: true,
        boxes,
        is_appeal: view.situation == Situation::Appeal,
    };
    Ok(page(visit.t, Loads::Wasm, &shown)?)
}

/// Adds pictures.
pub(super) async fn add_pictures(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let held = view.standing_pictures();
    let sent = fields.one("marks");
    let marks = if sent.is_empty() { Ok(Vec::new()) } else { Mark::read_all(sent) };
    let Ok(marks) = marks else {
        let said = Said::wrong(PICTURES, visit.t.pictures_unreadable());
        return visit.say(&node, said).await;
    };
    if held + marks.len() > FILES_PER_CASE_MAX {
        let said = Said::wrong(PICTURES, visit.t.pictures_too_many(FILES_PER_CASE_MAX));
        return visit.say(&node, said).await;
    }
    let (marks, common) = node.intake.screened(marks);
    if !marks.is_empty() {
        let consent = shared_by(&node, &visit, &fields, &view).await?;
        if consent != view.consent {
            done(&visit, node.intake.consent(&visit.case, &consent).await)?;
        }
        done(&visit, node.intake.add_marks(&visit.case, &marks).await)?;
    }
    if common > 0 {
        let said = Said::wrong(PICTURES, visit.t.pictures_common(common));
        return visit.say(&node, said).await;
    }
    Ok(went("/c", None))
}

/// What may be shared after the page that adds pictures: as before where that was allowed, else as ticked there.
async fn shared_by(node: &Node, visit: &InCase, fields: &Fields, view: &CaseView) -> Result<Consent, Sorry> {
    let before = view.consent.clone();
    if before.shares() || view.situation == Situation::Appeal {
        return Ok(before);
    }
    let platforms = done(visit, node.intake.platforms(view.row.class).await)?;
    let asked = Asked { share: true, notices: false };
    let Consent { share, later, without, only, .. } = consent_in(fields, &platforms, asked, &before);
    Ok(Consent { share, later, without, only, ..before })
}

/// Takes one thing back: first says what that does, then does it.
pub(super) async fn withdraw(
    State(node): State<Node>,
    Answered { mut visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let Ok(position) = fields.one("item").parse::<i64>() else { return Ok(went("/c", None)) };
    if fields.has("sure") {
        done(&visit, node.intake.withdraw(&visit.case, position).await)?;
        visit.hear(&node, WITHDRAW).await?;
        return Ok(went("/c", None));
    }
    visit.say(&node, Said::at(WITHDRAW).with(position.to_string())).await
}

/// Says what taking back does. Which thing is asked about stays in the visit until the next answer.
pub(super) async fn show_withdraw(State(node): State<Node>, visit: InCase) -> Result<Response, Sorry> {
    let Some(position) = visit.hears(WITHDRAW).and_then(|said| said.text.parse().ok()) else {
        return Ok(went(PATH, None));
    };
    let t = visit.t;
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let is_file = view.uploads.iter().any(|file| file.position == position);
    let sure = Sure {
        frame: visit.frame(WITHDRAW),
        t,
        title: t.withdraw_title(),
        does: if is_file {
            [t.upload_withdraw_does(), t.upload_withdraw_cannot(), t.upload_withdraw_again()]
        } else {
            [t.withdraw_does(), t.withdraw_cannot(), t.withdraw_again()]
        },
        action: WITHDRAW,
        item: Some(position),
        go: t.withdraw_go(),
    };
    Ok(page(t, Loads::Plain, &sure)?)
}

/// Leaves an address for neutral mails, changes it, or takes it out.
pub(super) async fn alert(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    if fields.has("stop") {
        done(&visit, node.intake.set_alert(&visit.case, None).await)?;
    } else if node.alerts.is_offered() {
        match alert::typed(fields.one("alert")) {
            Ok(Some(to)) => done(&visit, node.intake.set_alert(&visit.case, Some(&to)).await)?,
            Ok(None) => {}
            Err(error) => {
                let alert = Some((fields.one("alert").to_owned(), alert::said(visit.t, error)));
                return visit.say(&node, Said { alert, ..Said::at(PATH) }).await;
            }
        }
    }
    Ok(went("/c", None))
}

/// Keeps what we may do from here on.
pub(super) async fn consent(
    State(node): State<Node>,
    Answered { visit, fields }: Answered<InCase>,
) -> Result<Response, Sorry> {
    let view = done(&visit, node.intake.view(&visit.case).await)?;
    let platforms = done(&visit, node.intake.platforms(view.row.class).await)?;
    let consent = consent_in(&fields, &platforms, asked(&view), &view.consent);
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
    if !fields.has("sure") {
        return Ok(went(DELETE, None));
    }
    done(&visit, node.intake.delete(&visit.case).await)?;
    let gone = Said::at(GONE).to(visit.t.address);
    visit.over(&node, gone).await
}

/// Says what deleting does.
pub(super) async fn show_delete(visit: InCase) -> Result<Response, Sorry> {
    let t = visit.t;
    let sure = Sure {
        frame: visit.frame(DELETE),
        t,
        title: t.delete_title(),
        does: [t.delete_does(), t.withdraw_cannot(), t.delete_again()],
        action: DELETE,
        item: None,
        go: t.delete_go(),
    };
    Ok(page(t, Loads::Plain, &sure)?)
}

/// Says that the case is deleted, once: to whoever deleted it.
pub(super) async fn show_gone(State(node): State<Node>, t: Texts, headers: HeaderMap) -> Result<Response, Sorry> {
    let Some(said) = visit::hear(&node, &headers, GONE).await? else { return Ok(went("/", None)) };
    let address = if said.is_to_adult() { Address::Vous } else { Address::Tu };
    let t = Texts { address, ..t };
    Ok(page(
        t,
        Loads::Plain,
        &Gone { frame: Frame::new(t, "/"), t, days: node.intake.retention().ended_days.into(), help: Help::here() },
    )?)
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
    let (t, asked) = (visit.t, asked(&view));
    let proof = node.intake.proof(&visit.case, view.opened_at);
    let frame = visit.frame("/c");
    let kept = node.intake.retention();
    let (typed, why) = said.alert.clone().map_or((String::new(), None), |(typed, why)| (typed, Some(why)));
    let shown = CasePage {
        ask: alert::Ask::of(node, &frame, &typed, why),
        frame,
        t,
        boxes: Boxes::of(&view.consent, platforms),
        has_pictures: asked.share,
        has_links: asked.notices,
        keeps_pictures: view.pictures.iter().any(|picture| matches!(picture.state, PictureState::Kept)),
        links,
        said,
        proof,
        clock: clock(t),
        is_refused: is_refused(&view),
        now: node.clock.now(),
        takes_files: upload::is_taken(node, &view).await?,
        days_left: view.row.ends_at.micros_since(node.clock.now()) / 86_400_000_000,
        warned_days: kept.warned_days.into(),
        warned_strongly_days: kept.warned_strongly_days.into(),
        file_days: kept.file_days.into(),
        view: &view,
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

/// Which boxes the page has: those of what is there, and whatever was answered before.
fn asked(view: &CaseView) -> Asked {
    if view.situation == Situation::Appeal {
        return Asked { share: false, notices: false };
    }
    Asked {
        share: !view.pictures.is_empty() || view.consent.share.is_some(),
        notices: !view.links.is_empty() || view.consent.notices.is_some(),
    }
}

/// A moment, in words.
fn moment(t: &Texts, at: &Time) -> String {
    t.language.moment(*at, &chosen::zone())
}

/// A day, in words.
fn day(t: &Texts, at: &Time) -> String {
    t.language.day(*at, &chosen::zone())
}

/// Whose hours these are.
fn clock(t: Texts) -> String {
    let city = zones::city(chosen::current().zone_name(), t.language);
    city.map_or_else(|| t.case_clock_world().to_owned(), |city| t.case_clock(city))
}

/// What a platform did, in words.
fn said_outcome(t: &Texts, outcome: &OutcomeView) -> String {
    let copies = u64::from(outcome.count);
    let did = match outcome.kind {
        OutcomeKind::Seen => t.case_did_seen(copies),
        OutcomeKind::Blocked => t.case_did_blocked(copies),
        OutcomeKind::Removed => t.case_did_removed(copies),
        OutcomeKind::Kept => t.case_did_kept(copies),
        OutcomeKind::Mistaken => t.case_did_mistaken(copies),
    };
    let did = format!("{did}, {}", moment(t, &outcome.at));
    outcome.reason.map_or_else(|| did.clone(), |reason| format!("{did}. {}", because(t, reason)))
}

/// Why a platform left something, in words.
fn because(t: &Texts, reason: KeptReason) -> &'static str {
    match reason {
        KeptReason::NotAViolation => t.case_because_not_a_violation(),
        KeptReason::PublicInterest => t.case_because_public_interest(),
        KeptReason::Consent => t.case_because_consent(),
        KeptReason::Legal => t.case_because_legal(),
        KeptReason::UnderReview => t.case_because_under_review(),
    }
}

/// How a notice stands, in words.
fn said_notice(t: &Texts, notice: &NoticeView) -> String {
    let since = moment(t, &notice.since);
    match notice.state {
        NoticeState::Waiting => t.notice_waiting().to_owned(),
        NoticeState::Sent => t.notice_sent(since),
        NoticeState::Acknowledged => t.notice_acknowledged(since),
        NoticeState::Removed => t.notice_removed(since),
        NoticeState::GeoBlocked => t.notice_geo_blocked(since),
        NoticeState::Back => t.notice_back(since),
        NoticeState::Refused { because: None } => t.notice_refused(since),
        NoticeState::Refused { because: Some(reason) } => {
            format!("{} {}", t.notice_refused(since), because(t, reason))
        }
        NoticeState::Undeliverable => t.notice_undeliverable(since),
        NoticeState::Withdrawn => t.notice_withdrawn(since),
    }
}

/// By when something is due, or since when it is late.
fn said_due(t: &Texts, due: &Due) -> String {
    match due.late_since() {
        Some(since) => t.case_late(moment(t, &since)),
        None => t.case_due(moment(t, &due.by)),
    }
}

/// Whether somebody refused something: then the page says what can be done about that.
fn is_refused(view: &CaseView) -> bool {
    let kept = |platform: &PlatformView| platform.outcomes.iter().any(|outcome| outcome.kind == OutcomeKind::Kept);
    let of_picture = view.pictures.iter().any(|picture| match &picture.state {
        PictureState::Shared { platforms, .. } => platforms.iter().any(kept),
        _ => false,
    });
    let notices = || view.links.iter().flat_map(|link| &link.notices);
    of_picture || notices().any(|notice| matches!(notice.state, NoticeState::Refused { .. }))
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
    /// Whether a fingerprint is with us alone.
    keeps_pictures: bool,
    takes_files: bool,
    said: Said,
    /// About the neutral mail, where there is one.
    ask: Option<alert::Ask>,
    proof: String,
    clock: String,
    is_refused: bool,
    now: Time,
    days_left: u64,
    warned_days: u64,
    warned_strongly_days: u64,
    file_days: u64,
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
    /// That it is told how it ended.
    days: u64,
    help: Help,
}
