//! A case or an appeal, opened with the key of whoever has it: what the person said, what is known, what is to be said of it.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use exchange::{Class, EntryId, Tier};

use super::said::{path, said, to, word};
use super::shown::{KinLine, Reader, Row, code_name, kin, stands};
use super::work::{colleagues, found, frame};
use crate::access::staff::{Analyst, Handle};
use crate::casework::{Basis, CaseworkError, Kind, Look, MayAsk, Picture, Saying, Stage, Voice, Work, taxonomy};
use crate::desk::{Form, Frame, Refused, page};
use crate::http::locale::Texts;
use crate::intake::{Age, Author, CaseView, OpenCase, Situation, Stand};
use crate::node::Node;

/// Opens a case that is this person's to open now. An error says why not.
pub(super) async fn open(node: &Node, who: &Analyst, work: &Work) -> Result<(OpenCase, CaseView), CaseworkError> {
    if work.kind == Kind::Dispute || work.holder(node.clock.now()) != Some(who.person()) {
        return Err(CaseworkError::NotYours);
    }
    let case = node.intake.open_as(who.secret(), work.id.case()).await?.ok_or(CaseworkError::NotSealedToYou)?;
    let view = node.intake.view(&case).await?;
    Ok((case, view))
}

/// Its page. Whoever looks second sees nothing that the first said, did or wrote.
pub(super) async fn show(node: &Node, who: &Analyst, work: &Work, asked: Option<&str>) -> Result<Response, Refused> {
    let t = who.t();
    let (case, view) = match open(node, who, work).await {
        Ok(opened) => opened,
        Err(error) => return shut(node, who, work, word(error)?).await,
    };
    node.casework.renew(who, work.id).await?;
    let blind = work.stage == Stage::Second;
    let pictures = node.casework.pictures(who, work, &view, blind).await;
    let pictures = match pictures {
        Ok(pictures) => pictures,
        Err(error) => return shut(node, who, work, word(error)?).await,
    };
    let before = if work.stage == Stage::Lead || matches!(work.stage, Stage::Answer | Stage::Person) {
        match node.casework.said(who, &case).await {
            Ok(said) => said,
            Err(error) => return shut(node, who, work, word(error)?).await,
        }
    } else {
        Vec::new()
    };
    let zone = who.signed().zone(node).await?;
    let work = node.casework.work(who, work.id).await?.unwrap_or(*work);
    let reader = Reader { t, zone: &zone, now: node.clock.now(), me: who.person() };
    let class = view.row.class;
    let voice = Voice::of(view.age, view.is_adult);
    let mut texts = Vec::new();
    let offered = if work.kind == Kind::Appeal { &["appeal"][..] } else { &["protected", "refused", "unsure"][..] };
    for name in offered {
        let title =
            crate::casework::ANSWERS.iter().find(|one| one.name == *name).map_or("", |one| one.title(t.language));
        if let Some(text) = node.casework.answer(name, &view.language, voice).await? {
            texts.push((*name, title, text));
        }
    }
    let shown_pictures: Vec<PictureLine> =
        pictures.iter().enumerate().map(|(number, one)| picture(t, class, &zone, number, one)).collect();
    let has_kin = pictures.iter().any(|one| one.kin.iter().flatten().any(|kin| kin.carries()));
    let has_seen = match node.casework.has_seen(who, work.id).await {
        Ok(seen) => seen,
        Err(error) => return shut(node, who, &work, word(error)?).await,
    };
    let names: HashMap<_, _> = node.staff.members().await?.into_iter().map(|member| (member.id, member.name)).collect();
    let shown = CasePage {
        frame: frame(node, who, &work).await?,
        t,
        said: said(t, asked),
        row: reader.row(&work),
        stage: super::queue::title(t, work.stage),
        is_blind: blind,
        case: work.id.case(),
        is_appeal: work.kind == Kind::Appeal,
        verdict_due: work.kind == Kind::Case && work.stage.look().is_some(),
        two_always: class == Class::Minor,
        may_wait: work.stage == Stage::First,
        situation: situation(t, view.situation),
        age: age(t, view.age),
        stand: view.stand.map(|one| stand(t, one)),
        writes: if view.language == "fr" { t.answers_fr() } else { t.answers_en() },
        language: if view.language == "fr" { "fr" } else { "en" },
        consent: consent(t, &view),
        opened: t.language.moment(view.opened_at, &zone),
        messages: view
            .messages
            .iter()
            .filter(|message| !blind || message.by == Author::Person)
            .map(|message| MessageLine {
                by_person: message.by == Author::Person,
                at: t.language.moment(message.at, &zone),
                text: message.text.clone(),
            })
            .collect(),
        links: view.standing_links().map(str::to_owned).collect(),
        files: view
            .uploads
            .iter()
            .enumerate()
            .map(|(number, file)| FileLine {
                number: number + 1,
                path: format!("{}/file/{}", path(work.id), file.position),
                is_here: file.upload.is_some(),
                was_checked: file.checked_at.is_some(),
                is_over: file.is_over,
            })
            .collect(),
        pictures: shown_pictures,
        codes: taxonomy().offered(class).map(|code| (code.code.as_str(), code.name(t.language), code.grave)).collect(),
        bases: Basis::ALL
            .into_iter()
            .map(|(basis, form)| {
                let may = match basis {
                    Basis::File => has_seen,
                    Basis::Links => view.standing_links().next().is_some(),
                    Basis::Known => has_kin,
                    Basis::Nothing => true,
                };
                (form, basis_word(t, basis), may)
            })
            .collect(),
        texts,
        before: before
            .into_iter()
            .map(|one| SaidLine {
                look: look(t, one.look),
                by: names.get(&one.by).cloned().unwrap_or_default(),
                code: code_name(t, &one.verdict.code),
                but: one
                    .verdict
                    .but
                    .iter()
                    .filter_map(|(place, code)| {
                        let number = pictures.iter().position(|picture| picture.position == *place)?;
                        Some((number + 1, code_name(t, code)))
                    })
                    .collect(),
                basis: basis_word(t, one.verdict.basis),
                at: t.language.moment(one.verdict.at, &zone),
            })
            .collect(),
        colleagues: colleagues(node, who, &work).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
    };
    page(t, &shown)
}

/// Writes to the person.
pub(super) async fn write(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let (who, fields) = (&form.who, &form.fields);
    let work = found(&node, who, &id).await?;
    let text = fields.one("message").replace("\r\n", "\n");
    if text.trim().is_empty() {
        return Ok(to(&path(work.id), "kept"));
    }
    let written = async {
        let (case, _) = open(&node, who, &work).await?;
        node.casework.write(who, &work, &case, text.trim(), fields.has("waits")).await
    };
    match written.await {
        Ok(()) => Ok(to(&path(work.id), "written")),
        Err(error) => Ok(to(&path(work.id), word(error)?)),
    }
}

/// Says what somebody decided.
pub(super) async fn decide(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let (who, fields) = (&form.who, &form.fields);
    let work = found(&node, who, &id).await?;
    let decided = async {
        let (case, view) = open(&node, who, &work).await?;
        let code = fields.one("code").to_owned();
        let but = view.pictures.iter().filter_map(|picture| {
            let said = fields.one(&format!("but-{}", picture.position));
            (!said.is_empty()).then(|| (picture.position, said.to_owned()))
        });
        let own = fields.one("own").replace("\r\n", "\n");
        let voice = Voice::of(view.age, view.is_adult);
        let answer = match fields.one("answer") {
            _ if !own.trim().is_empty() => Some(own.trim().to_owned()),
            "none" => None,
            "fits" | "" => node.casework.fitting_answer(&code, &view.language, voice).await?,
            name => node.casework.answer(name, &view.language, voice).await?,
        };
        let saying = Saying {
            but: but.collect(),
            basis: Basis::from_form(fields.one("basis")).ok_or(CaseworkError::Basis)?,
            code,
            answer,
            wants_second: fields.has("second"),
        };
        let settled = node.casework.decide(who, &work, &case, &view, &saying).await?;
        // What is to come down and where is known: asking for it comes next.
        let could_ask = view.consent.notifies() && view.standing_links().next().is_some();
        let asks = could_ask && may_be_asked(&node, who, &case, &view).await;
        Ok((settled, asks))
    };
    match decided.await {
        Ok((settled, asks)) => {
            let said = match settled.stage {
                _ if settled.closed => "closed",
                Stage::Second => "second",
                Stage::Lead => "differ",
                _ => "more",
            };
            if asks {
                return Ok(to(&format!("/desk/notices/case/{}", work.id.case()), said));
            }
            Ok(to(&format!("/desk/queue/{}", work.stage.word()), said))
        }
        Err(error) => Ok(to(&path(work.id), word(error)?)),
    }
}

/// Whether a verdict leads to asking platforms. It stands already: what fails here fails nothing of it.
async fn may_be_asked(node: &Node, who: &Analyst, case: &OpenCase, view: &CaseView) -> bool {
    match node.casework.may_ask(who, case, view).await {
        Ok(may) => matches!(may, MayAsk::Yes(_)),
        Err(error) => {
            tracing::warn!(%error, "what was decided of a case could not be read for its notices");
            false
        }
    }
}

/// Contests an entry that an appeal is about.
pub(super) async fn contest(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let work = found(&node, &form.who, &id).await?;
    let Ok(entry) = form.fields.one("entry").parse::<EntryId>() else { return Ok(to(&path(work.id), "gone")) };
    let contested = async {
        let (_, view) = open(&node, &form.who, &work).await?;
        // Only what the appeal's own pictures meet: an id that was typed in is nothing.
        let pictures = node.casework.pictures(&form.who, &work, &view, false).await?;
        let met = pictures.iter().flat_map(|one| one.kin.iter().flatten()).any(|kin| kin.entry == entry);
        if !met {
            return Err(CaseworkError::Gone);
        }
        node.casework.contest(&form.who, &work, entry).await
    };
    match contested.await {
        Ok(()) => Ok(to(&path(work.id), "contested")),
        Err(error) => Ok(to(&path(work.id), word(error)?)),
    }
}

/// Ends an appeal.
pub(super) async fn end(
    State(node): State<Node>,
    Path(id): Path<String>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let work = found(&node, &form.who, &id).await?;
    let ended = async {
        let (case, view) = open(&node, &form.who, &work).await?;
        let voice = Voice::of(view.age, view.is_adult);
        let own = form.fields.one("own").trim().replace("\r\n", "\n");
        let ours = node.casework.answer("appeal", &view.language, voice).await?.unwrap_or_default();
        let answer = if own.is_empty() { ours } else { own };
        node.casework.end_appeal(&form.who, &work, &case, &answer).await
    };
    match ended.await {
        Ok(()) => Ok(to("/desk/queue/disputes", "closed")),
        Err(error) => Ok(to(&path(work.id), word(error)?)),
    }
}

async fn shut(node: &Node, who: &Analyst, work: &Work, why: &str) -> Result<Response, Refused> {
    let t = who.t();
    let zone = who.signed().zone(node).await?;
    let reader = Reader { t, zone: &zone, now: node.clock.now(), me: who.person() };
    let shown = Shut {
        frame: frame(node, who, work).await?,
        t,
        said: said(t, Some(why)),
        row: reader.row(work),
        colleagues: colleagues(node, who, work).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
    };
    page(t, &shown)
}

fn picture(t: Texts, class: Class, zone: &jiff::tz::TimeZone, number: usize, one: &Picture) -> PictureLine {
    PictureLine {
        number: number + 1,
        position: one.position,
        stands: one.stands.map(|(tier, status)| stands(t, tier, status)),
        is_shared: one.entry.is_some(),
        is_loading: one.kin.is_none(),
        kin: one.kin.iter().flatten().map(|one| kin(t, class, zone, one)).collect(),
        carries: one.kin.iter().flatten().any(|kin| kin.carries() && kin.tier >= Tier::Reported),
    }
}

const fn situation(t: Texts, situation: Situation) -> &'static str {
    match situation {
        Situation::Mine => t.item_about_mine(),
        Situation::Threat => t.item_about_threat(),
        Situation::Harassed => t.item_about_harassed(),
        Situation::Witness => t.item_about_witness(),
        Situation::Helper => t.item_about_helper(),
        Situation::Appeal => t.item_about_appeal(),
    }
}

const fn age(t: Texts, age: Age) -> &'static str {
    match age {
        Age::Under13 => t.item_age_child(),
        Age::From13 => t.item_age_13(),
        Age::From15 => t.item_age_15(),
        Age::WasMinor => t.item_age_was(),
        Age::Adult => t.item_age_adult(),
        Age::Unknown => t.item_age_unknown(),
    }
}

const fn stand(t: Texts, stand: Stand) -> &'static str {
    match stand {
        Stand::Offline => t.item_stand_offline(),
        Stand::Threat => t.item_stand_threat(),
        Stand::Links => t.item_stand_links(),
        Stand::NoLinks => t.item_stand_no_links(),
        Stand::Private => t.item_stand_private(),
        Stand::Unknown => t.item_stand_unknown(),
    }
}

/// What the person lets us do: what they did not is what one must know.
fn consent(t: Texts, view: &CaseView) -> Vec<(&'static str, bool)> {
    let consent = &view.consent;
    vec![
        (t.item_may_share(), consent.shares()),
        (t.item_may_notify(), consent.notifies()),
        (t.item_may_police(), consent.police),
    ]
}

const fn basis_word(t: Texts, basis: Basis) -> &'static str {
    match basis {
        Basis::File => t.item_basis_file(),
        Basis::Links => t.item_basis_links(),
        Basis::Known => t.item_basis_known(),
        Basis::Nothing => t.item_basis_nothing(),
    }
}

const fn look(t: Texts, look: Look) -> &'static str {
    match look {
        Look::First => t.item_look_first(),
        Look::Second => t.item_look_second(),
        Look::Lead => t.item_look_lead(),
    }
}

struct MessageLine {
    by_person: bool,
    at: String,
    text: String,
}

struct FileLine {
    number: usize,
    path: String,
    is_here: bool,
    was_checked: bool,
    is_over: bool,
}

struct PictureLine {
    number: usize,
    position: i64,
    stands: Option<String>,
    is_shared: bool,
    is_loading: bool,
    kin: Vec<KinLine>,
    carries: bool,
}

struct SaidLine {
    look: &'static str,
    by: String,
    code: String,
    but: Vec<(usize, String)>,
    basis: &'static str,
    at: String,
}

#[derive(Template)]
#[template(path = "casework/pages/case.html")]
struct CasePage {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    row: Row,
    stage: &'static str,
    is_blind: bool,
    /// Where its notices are; not shown to a second look, which they would tell of the first.
    case: exchange::CaseId,
    is_appeal: bool,
    verdict_due: bool,
    two_always: bool,
    may_wait: bool,
    situation: &'static str,
    age: &'static str,
    stand: Option<&'static str>,
    writes: &'static str,
    language: &'static str,
    consent: Vec<(&'static str, bool)>,
    opened: String,
    messages: Vec<MessageLine>,
    links: Vec<String>,
    files: Vec<FileLine>,
    pictures: Vec<PictureLine>,
    codes: Vec<(&'static str, &'static str, bool)>,
    bases: Vec<(&'static str, &'static str, bool)>,
    texts: Vec<(&'static str, &'static str, String)>,
    before: Vec<SaidLine>,
    colleagues: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "casework/pages/shut.html")]
struct Shut {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    row: Row,
    colleagues: Vec<(String, String)>,
}
