//! `/setup/<link>`: what the portal shows and allows, then the recovery sheet, then two of its words. The link is the
//! right: it is unguessable, and ends with the last page.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue, LOCATION};
use axum::response::{IntoResponse, Response};
use sealing::{Lexicon, RecipientSecret, SHEET_WORDS};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::setup_lines::{Lines, lines_in, said_by, said_role};
use crate::access::staff::{InviteError, NAME_CHARACTERS_MAX, StaffName};
use crate::http::Problem;
use crate::http::locale::{Language, Texts};
use crate::http::page::{Frame, page};
use crate::intake::helplines::{By, Role};
use crate::intake::{InBoth, Offered, SITE_CHARACTERS_MAX, Settings, SettingsError};
use crate::node::Node;

/// As the operator's other pages, and forms go back to where they came from.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// What the first page sends.
#[derive(Deserialize)]
pub(super) struct Chosen {
    is_on: Option<String>,
    site_fr: String,
    site_en: String,
    languages: Offered,
    country: String,
    #[serde(default)]
    time_zone: String,
    leave_fr: String,
    leave_en: String,
    upload_minor: Option<String>,
    upload_adult: Option<String>,
    /// Whether somebody called the lines as the page showed them.
    lines_checked: Option<String>,
    /// Lines of one's own; see [`lines_in`].
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// What the last page sends.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    first: String,
    #[serde(default)]
    second: String,
    keep: Option<String>,
    /// How the first administrator is called, if they want to be one.
    #[serde(default)]
    name: String,
}

/// The first page: the settings as they are.
pub(super) async fn show(State(node): State<Node>, Path(token): Path<String>, t: Texts) -> Result<Response, Problem> {
    good(&node, &token).await?;
    let settings = node.intake.settings().await?;
    draw_settings(t, &token, &settings, None)
}

/// Keeps what was chosen; what cannot be used comes back.
pub(super) async fn choose(
    State(node): State<Node>,
    Path(token): Path<String>,
    t: Texts,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    good(&node, &token).await?;
    let before = node.intake.settings().await?;
    let mut settings = Settings {
        is_on: chosen.is_on.is_some(),
        site: InBoth { fr: chosen.site_fr.trim().to_owned(), en: chosen.site_en.trim().to_owned() },
        languages: chosen.languages,
        country: chosen.country.trim().to_ascii_uppercase(),
        lines: lines_in(&chosen.rest),
        lines_checked_at: None,
        time_zone: chosen.time_zone.trim().to_owned(),
        leave: InBoth { fr: chosen.leave_fr.trim().to_owned(), en: chosen.leave_en.trim().to_owned() },
        upload_minor: chosen.upload_minor.is_some(),
        upload_adult: chosen.upload_adult.is_some(),
    };
    if let Err(wrong) = settings.check() {
        return draw_settings(t, &token, &settings, Some(wrong));
    }
    // What was called are the lines that the page showed: others are shown first.
    let shows_same = settings.has_lines_of(&before);
    if shows_same {
        let now = chosen.lines_checked.map(|_| node.clock.now());
        settings.lines_checked_at = now.or(before.lines_checked_at);
    }
    if !node.intake.choose(&token, &settings).await? {
        return Err(over());
    }
    let next = if shows_same { "/1" } else { "" };
    let part = if shows_same { "" } else { "#lines" };
    Ok(to(&format!("/setup/{token}{next}?lang={}{part}", t.language.code())))
}

/// The recovery sheet, where the secret lies on this machine.
pub(super) async fn sheet(State(node): State<Node>, Path(token): Path<String>, t: Texts) -> Result<Response, Problem> {
    good(&node, &token).await?;
    let secret = secret(&node)?;
    let key = secret.as_ref().map(|secret| secret.public().to_string()).unwrap_or_default();
    let words = secret.map(|secret| secret.sheet(lexicon(t))).unwrap_or_default();
    draw(t, &Sheet { frame: frame(t), t, path: path(&token, "/1"), next: path(&token, "/2"), words, key })
}

/// Asks for two words of the sheet.
pub(super) async fn ask(State(node): State<Node>, Path(token): Path<String>, t: Texts) -> Result<Response, Problem> {
    good(&node, &token).await?;
    let asks = secret(&node)?.is_some();
    draw_ask(t, &node, &token, asks, None).await
}

/// Ends the set-up when the words are right; the secret then leaves this machine unless it is to stay.
pub(super) async fn end(
    State(node): State<Node>,
    Path(token): Path<String>,
    t: Texts,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    good(&node, &token).await?;
    let secret = secret(&node)?;
    if let Some(secret) = &secret {
        let (first, second) = asked(&token);
        // The sheet may have been printed in either language.
        let is_right = |words: Vec<&str>| is_word(&typed.first, words[first]) && is_word(&typed.second, words[second]);
        if !Lexicon::ALL.into_iter().any(|lexicon| is_right(secret.sheet(lexicon))) {
            return draw_ask(t, &node, &token, true, Some(t.setup_words_wrong().to_owned())).await;
        }
    }
    let name = match typed.name.trim() {
        "" => None,
        name => match StaffName::parse(name) {
            Ok(name) => Some(name),
            Err(_) => {
                return draw_ask(t, &node, &token, secret.is_some(), Some(t.setup_admin_wrong(NAME_CHARACTERS_MAX)))
                    .await;
            }
        },
    };
    if !node.intake.end_set_up(&token, secret.is_some()).await? {
        return Err(over());
    }
    let invitation = match name {
        Some(name) => node.staff.invite_first(name).await.map_err(uninvited)?,
        None => None,
    };
    let stays = secret.is_some() && typed.keep.is_some();
    if let (Some(_), false, Some(file)) = (&secret, stays, &node.hotline_key) {
        file.forget().map_err(unreadable)?;
    }
    let link = invitation.map(|invitation| invitation.path);
    draw(t, &Done { frame: frame(t), t, had_key: secret.is_some(), stays, link })
}

fn uninvited(error: InviteError) -> Problem {
    match error {
        InviteError::Storage(error) => error.into(),
        // Nobody is here, so no name is taken; an administrator is of no platform.
        InviteError::NameTaken | InviteError::Partner => Problem::internal(),
    }
}

/// The secret, where it lies on this machine.
fn secret(node: &Node) -> Result<Option<RecipientSecret>, Problem> {
    let Some(file) = &node.hotline_key else { return Ok(None) };
    file.read().map_err(unreadable)
}

fn unreadable(error: crate::intake::KeyFileError) -> Problem {
    tracing::error!(%error, "the hotline's key file");
    Problem::internal()
}

/// Which two words are asked for: the same again for the same link, and of another pair for the next one.
fn asked(token: &str) -> (usize, usize) {
    let digest = Sha256::digest([b"words of the sheet ", token.as_bytes()].concat());
    let first = usize::from(digest[0]) % SHEET_WORDS;
    let second = (first + 1 + usize::from(digest[1]) % (SHEET_WORDS - 1)) % SHEET_WORDS;
    (first.min(second), first.max(second))
}

fn is_word(typed: &str, word: &str) -> bool {
    typed.trim().to_lowercase() == word
}

const fn lexicon(t: Texts) -> Lexicon {
    match t.language {
        Language::Fr => Lexicon::Fr,
        Language::En => Lexicon::En,
    }
}

async fn good(node: &Node, token: &str) -> Result<(), Problem> {
    if node.intake.is_link(token).await? { Ok(()) } else { Err(over()) }
}

fn over() -> Problem {
    Problem::not_found("this link is over or was never one; `rempart setup` prints a new one")
}

fn to(address: &str) -> Response {
    // Only digits that a link is made of and fixed words are in it.
    let Ok(address) = HeaderValue::from_str(address) else { return StatusCode::NOT_FOUND.into_response() };
    (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response()
}

fn path(token: &str, rest: &str) -> String {
    format!("/setup/{token}{rest}")
}

const fn frame(t: Texts) -> Frame {
    // The frame's links would lead out of the set-up; the pages have their own for the other language.
    Frame { texts: t, path: "/status" }
}

fn draw(t: Texts, template: &impl Template) -> Result<Response, Problem> {
    let mut response = page(t.language, template)?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

fn draw_settings(
    t: Texts,
    token: &str,
    settings: &Settings,
    wrong: Option<SettingsError>,
) -> Result<Response, Problem> {
    let wrong = wrong.map(|wrong| match wrong {
        SettingsError::Site => t.setup_wrong_site(SITE_CHARACTERS_MAX),
        SettingsError::Country => t.setup_wrong_country().to_owned(),
        SettingsError::Line => t.setup_wrong_line().to_owned(),
        SettingsError::NoLines => t.setup_wrong_no_lines().to_owned(),
        SettingsError::TimeZone => t.setup_wrong_time_zone().to_owned(),
        SettingsError::Leave => t.setup_wrong_leave().to_owned(),
    });
    let lines = Lines::of(t, settings);
    draw(t, &SettingsPage { frame: frame(t), t, path: path(token, ""), s: settings, lines, wrong })
}

async fn draw_ask(t: Texts, node: &Node, token: &str, asks: bool, wrong: Option<String>) -> Result<Response, Problem> {
    let (first, second) = asked(token);
    let (path, before) = (path(token, "/2"), path(token, "/1"));
    let is_first = !node.staff.is_anybody().await?;
    draw(t, &Ask { frame: frame(t), t, path, before, first: first + 1, second: second + 1, asks, wrong, is_first })
}

#[derive(Template)]
#[template(path = "operator/setup.html")]
struct SettingsPage<'a> {
    frame: Frame,
    t: Texts,
    path: String,
    s: &'a Settings,
    lines: Lines,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "operator/setup_sheet.html")]
struct Sheet {
    frame: Frame,
    t: Texts,
    path: String,
    next: String,
    words: Vec<&'static str>,
    key: String,
}

#[derive(Template)]
#[template(path = "operator/setup_words.html")]
struct Ask {
    frame: Frame,
    t: Texts,
    path: String,
    before: String,
    first: usize,
    second: usize,
    asks: bool,
    wrong: Option<String>,
    /// Whether nobody works here yet.
    is_first: bool,
}

#[derive(Template)]
#[template(path = "operator/setup_done.html")]
struct Done {
    frame: Frame,
    t: Texts,
    had_key: bool,
    stays: bool,
    /// Of the first administrator's invitation.
    link: Option<String>,
}
