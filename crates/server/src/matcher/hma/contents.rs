//! `/c/bank/{name}/content`, `/c/bank/{name}/signal` and `/c/bank/{name}/content/{id}`.

use ::media::Purpose;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use exchange::dialects::hma::{
    ContentEdit, ContentView, DISABLE_YEARS_MAX, Signals, check_metadata, check_note, shortened,
};
use exchange::{Advice, Kind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::hash::no_file;
use super::lookup::is_true;
use super::media::{self, Hashed, Wanted};
use super::names::{check_own, number_of, upstream_of};
use super::refused::{Asked, At, Body, Refused};
use crate::http::Json;
use crate::matcher::Matcher;
use crate::matcher::banks::{BanksError, Content};

const YEAR_SECONDS: i64 = 366 * 86_400;

/// What became of a content.
#[derive(Serialize)]
pub(super) struct Banked {
    id: u64,
    signals: Signals,
}

/// Where a file comes from, and what is said about it.
#[derive(Debug, Deserialize)]
pub(super) struct NewContent {
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    metadata: Option<String>,
    #[serde(flatten)]
    wanted: Wanted,
}

/// What is to be shown of a content.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parts {
    #[serde(default)]
    include_signals: Option<String>,
    #[serde(default)]
    include_metadata: Option<String>,
}

impl Parts {
    fn signals(&self) -> bool {
        is_true(self.include_signals.as_deref())
    }

    fn metadata(&self) -> bool {
        is_true(self.include_metadata.as_deref())
    }
}

/// A file, by URL or in a form. Beside its signals its digests and views are kept: its very copies and its crops are
/// recognised too.
pub(super) async fn add(
    State(matcher): State<Matcher>,
    At(name): At<String>,
    Asked(new): Asked<NewContent>,
    request: Request,
) -> Result<Json<Banked>, Refused> {
    let _place = matcher.picture_place()?;
    check_there(&matcher, &name)?;
    let (mut note, mut metadata) = (new.note, new.metadata.as_deref().map(object).transpose()?);
    let media = if new.wanted.url.is_some() {
        if let Some(said) = said(request).await? {
            metadata = said.get("metadata").cloned().or(metadata);
            note = said.get("note").and_then(Value::as_str).map(str::to_owned).or(note);
        }
        media::of_url(&matcher, &new.wanted).await?
    } else {
        let mut form = media::form(&matcher, request).await?;
        note = form.fields.remove("note").or(note);
        metadata = form.fields.remove("metadata").as_deref().map(object).transpose()?.or(metadata);
        form.media.ok_or_else(no_file)?
    };
    let Hashed { signals, content, .. } = media::hashed(&matcher, media, &new.wanted, Purpose::Bank).await?;
    bank(&matcher, &name, signals, content, note, metadata).await
}

/// Signals that were taken elsewhere.
pub(super) async fn add_signals(
    State(matcher): State<Matcher>,
    At(name): At<String>,
    Body(said): Body<Map<String, Value>>,
) -> Result<Json<Banked>, Refused> {
    check_there(&matcher, &name)?;
    let signals = Signals::read(&said, &["note", "metadata"])?;
    let content = Content::of(&signals);
    let note = said.get("note").and_then(Value::as_str).map(str::to_owned);
    bank(&matcher, &name, signals, content, note, said.get("metadata").cloned()).await
}

pub(super) async fn show(
    State(matcher): State<Matcher>,
    At((name, id)): At<(String, u64)>,
    Asked(parts): Asked<Parts>,
) -> Result<Json<ContentView>, Refused> {
    if upstream_of(&matcher, &name).is_some() {
        return of_upstream(&matcher, &name, id, &parts).await;
    }
    view(&matcher, &name, id, &parts).await
}

pub(super) async fn edit(
    State(matcher): State<Matcher>,
    At((name, id)): At<(String, u64)>,
    Body(edit): Body<ContentEdit>,
) -> Result<Json<ContentView>, Refused> {
    check_own(&matcher, &name)?;
    if let Some(note) = &edit.note {
        check_note(note)?;
    }
    let latest = matcher.now().as_micros() / 1_000_000 + DISABLE_YEARS_MAX * YEAR_SECONDS;
    if edit.disable_until_ts.is_some_and(|until| !(0..=latest).contains(&until)) {
        return Err(Refused::bad(format!(
            "disable_until_ts is 0, or a second at most {DISABLE_YEARS_MAX} years ahead"
        )));
    }
    matcher.inner.banks.edit_content(&name, id, edit.disable_until_ts, edit.note).await?;
    view(&matcher, &name, id, &Parts::default()).await
}

pub(super) async fn remove(
    State(matcher): State<Matcher>,
    At((name, id)): At<(String, u64)>,
) -> Result<Json<Value>, Refused> {
    check_own(&matcher, &name)?;
    let removed = matcher.inner.banks.remove_content(&name, id).await?;
    Ok(Json(json!({"deleted": u8::from(removed)})))
}

async fn bank(
    matcher: &Matcher,
    name: &str,
    signals: Signals,
    mut content: Content,
    note: Option<String>,
    metadata: Option<Value>,
) -> Result<Json<Banked>, Refused> {
    content.note = note.filter(|note| !note.is_empty());
    if let Some(note) = &content.note {
        check_note(note)?;
    }
    content.metadata = metadata.filter(|value| !value.is_null()).map(check_metadata).transpose()?;
    if signals.is_empty() && content.beside.is_empty() {
        return Err(Refused::bad("No signals given"));
    }
    let id = matcher.inner.banks.bank_content(name, &content).await?;
    Ok(Json(Banked { id, signals }))
}

/// An own bank that is there: said before a file is read.
fn check_there(matcher: &Matcher, name: &str) -> Result<(), Refused> {
    check_own(matcher, name)?;
    let missing = || BanksError::NoBank(shortened(name));
    Ok(matcher.inner.banks.bank(name).map(drop).ok_or_else(missing)?)
}

async fn view(matcher: &Matcher, name: &str, id: u64, parts: &Parts) -> Result<Json<ContentView>, Refused> {
    let content = matcher.inner.banks.content(name, id).await?;
    let place = matcher.inner.banks.whereabouts(id).ok_or(BanksError::NoContent(id))?;
    let uri = content.metadata.as_ref().and_then(|metadata| metadata.get("content_uri")).and_then(Value::as_str);
    Ok(Json(ContentView {
        id,
        disable_until_ts: place.disable_until,
        original_media_uri: uri.map(str::to_owned),
        bank: place.bank,
        signals: parts.signals().then(|| content.signals()),
        metadata: if parts.metadata() { content.metadata } else { None },
        note: content.note,
    }))
}

/// A followed entry by its number, found among all that is held of its upstream.
async fn of_upstream(matcher: &Matcher, name: &str, id: u64, parts: &Parts) -> Result<Json<ContentView>, Refused> {
    let missing = || Refused::from(BanksError::NoContent(id));
    let upstream = upstream_of(matcher, name).ok_or_else(missing)?;
    let find = move |live: &crate::bank::Live| live.ids().into_iter().find(|entry| number_of(*entry) == id);
    let found = upstream.live().aside(find).await.map_err(BanksError::from)?.ok_or_else(missing)?;
    let entry = upstream.entry(matcher, found).await?.ok_or_else(missing)?;
    let of_kind = |kind| entry.fingerprints.iter().find(|one| one.kind() == kind).cloned();
    let signals = Signals { pdq: of_kind(Kind::Pdq), video_md5: of_kind(Kind::Md5) };
    let advice = Advice::of(entry.block_radius, exchange::MatchKind::Exact);
    let bank = upstream.bank(entry.class, advice);
    // It is shown under what it is worth, from whichever bank of its class it is asked for.
    let other = if advice == Advice::Block { Advice::Review } else { Advice::Block };
    if bank.name.as_str() != name && upstream.bank(entry.class, other).name.as_str() != name {
        return Err(missing());
    }
    Ok(Json(ContentView {
        id,
        disable_until_ts: 0,
        original_media_uri: None,
        bank,
        signals: parts.signals().then_some(signals),
        metadata: parts
            .metadata()
            .then(|| Map::from_iter([("content_id".to_owned(), Value::String(entry.id.to_string()))])),
        note: None,
    }))
}

fn object(text: &str) -> Result<Value, Refused> {
    serde_json::from_str(text).map_err(|_| Refused::bad("metadata is a JSON object"))
}

/// What a JSON body says, where there is one.
async fn said(request: Request) -> Result<Option<Map<String, Value>>, Refused> {
    let is_json =
        request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Ok(None);
    }
    let Body(said) = Body::from_request(request, &()).await?;
    Ok(Some(said))
}
