//! `rempart case`: the hotline reads and answers cases with its key. Nothing is read without it.

mod file;
mod tell;

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use exchange::{CaseId, OutcomeKind, PartnerId, Time, hex};
use sealing::RecipientSecret;
use serde::Serialize;
use server::access::Operator;
use server::intake::{
    Age, AlertView, Author, CaseRow, CaseView, MESSAGE_CHARACTERS_MAX, OpenCase, PictureState, PlatformView, Stand,
    WaitsFor,
};
use server::node::Node;
use zeroize::Zeroizing;

use super::node::{Listing, NodeArguments};
use crate::output::{self, Usage};

/// Cases that one listing shows.
const CASES_MAX: u32 = 10_000;
/// Digits that tell cases apart in a listing.
const SHORT_DIGITS: usize = 8;

/// Cases that people opened on the portal: list, read, answer
///
/// A case is sealed to the hotline's key, which is in hotline.key in the data folder until the operator keeps its 24
/// words on paper alone. Then the words come from a file named with --key, or from standard input.
#[derive(Subcommand, Debug)]
pub(crate) enum Case {
    /// List open cases, the most urgent and oldest first; never what they hold
    List(Listing),
    /// Read a case: what happened, pictures, links, messages
    Show(Show),
    /// Write to the person whose case it is
    Answer(Answer),
    /// Open a file that a person sent sealed, and write it to standard output: into a viewer, never onto the disk
    OpenFile(file::OpenFile),
    /// Look through the open cases and put a neutral mail where a platform did something since the last one; `rempart serve`
    /// does it by itself every hour where hotline.key is
    Tell(tell::Tell),
    /// Remove the hotline's key from this machine; first shows that the sheet is at hand
    ForgetKey(ForgetKey),
}

/// See [`Case::Show`].
#[derive(Args, Debug)]
pub(crate) struct Show {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// See [`Case::Answer`].
#[derive(Args, Debug)]
pub(crate) struct Answer {
    #[command(flatten)]
    which: Which,

    /// What to write; from standard input unless given
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// See [`Case::ForgetKey`].
#[derive(Args, Debug)]
pub(crate) struct ForgetKey {
    /// The file with the 24 words as they were written down; from standard input unless given
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// A case, and the key that opens it.
#[derive(Args, Debug)]
struct Which {
    /// The case's id as `rempart case list` shows it; its beginning is enough
    #[arg(value_name = "ID")]
    id: String,

    /// A file with the hotline's 24 words [default: hotline.key in the data folder, else standard input]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Case {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(listing) => list(listing).await,
            Self::Show(show) => show.run().await,
            Self::Answer(answer) => answer.run().await,
            Self::OpenFile(open) => open.run().await,
            Self::Tell(tell) => tell.run().await,
            Self::ForgetKey(forget) => forget.run().await,
        }
    }
}

/// A case in a listing.
#[derive(Serialize)]
struct Listed {
    id: String,
    class: exchange::Class,
    /// 0 to 3.
    urgency: u8,
    waits_for: &'static str,
    created_at: Time,
    active_at: Time,
    ends_at: Time,
}

impl Listed {
    fn of(row: &CaseRow) -> Self {
        let waits_for = match row.waits_for {
            WaitsFor::Nobody => "nobody",
            WaitsFor::Hotline => "hotline",
            WaitsFor::Person => "person",
        };
        let CaseRow { class, urgency, created_at, active_at, ends_at, .. } = *row;
        Self { id: digits(row.id), class, urgency, waits_for, created_at, active_at, ends_at }
    }
}

async fn list(listing: Listing) -> anyhow::Result<()> {
    let (node, operator) = listing.node.open_node().await?;
    let cases = node.intake.open_cases(&operator, CASES_MAX).await;
    node.close().await;
    for listed in cases?.iter().map(Listed::of) {
        if listing.json {
            output::json_line(&listed)?;
        } else {
            let Listed { id, class, urgency, waits_for, active_at, .. } = listed;
            let id = &id[..SHORT_DIGITS];
            output::line(format_args!("{id}  {class}  urgency {urgency}  waits for {waits_for} since {active_at}"))?;
        }
    }
    Ok(())
}

/// A case that was read.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: Listed,
    situation: &'static str,
    /// How old the person in the picture is.
    age: Age,
    /// Where it stood when the case was sent; nothing where that is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    stand: Option<Stand>,
    language: String,
    may: ShownConsent,
    opened_at: Time,
    pictures: Vec<ShownPicture>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<ShownFile>,
    links: Vec<ShownLink>,
    messages: Vec<ShownMessage>,
    /// Whether a neutral mail tells its owner of an answer; where to, nobody is shown.
    alert: &'static str,
    /// By when the person was told that they are answered, while it is the hotline's turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_by: Option<Time>,
    /// Whether that is over.
    is_late: bool,
}

/// What the person lets us do.
#[derive(Serialize)]
struct ShownConsent {
    /// Nothing while there was no picture to ask about.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<bool>,
    /// Platforms that get nothing, by name; by id when they follow no more.
    without: Vec<String>,
    /// Nothing while there was no link to ask about.
    #[serde(skip_serializing_if = "Option::is_none")]
    notices: Option<bool>,
    police: bool,
    count: bool,
}

impl ShownConsent {
    fn line(&self) -> String {
        let said = |may: Option<bool>| match may {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "NOT ASKED",
        };
        let but =
            if self.without.is_empty() { String::new() } else { format!(", not with {}", self.without.join(", ")) };
        let (share, notices) = (said(self.share), said(self.notices));
        let (police, count) = (said(Some(self.police)), said(Some(self.count)));
        format!("may share: {share}{but} · ask sites: {notices} · tell the police: {police} · be counted: {count}")
    }
}

/// How old, in words.
const fn aged(age: Age) -> &'static str {
    match age {
        Age::Under13 => "under 13",
        Age::From13 => "13 or 14",
        Age::From15 => "15 to 17",
        Age::WasMinor => "adult now, under 18 in the picture",
        Age::Adult => "adult",
        Age::Unknown => "age not known, protected as a child",
    }
}

/// Where it stood, in words.
const fn stood(stand: Option<Stand>) -> &'static str {
    match stand {
        Some(Stand::Offline) => "not online yet",
        Some(Stand::Threat) => "somebody threatens to post it",
        Some(Stand::Links) => "online, with links",
        Some(Stand::NoLinks) => "online, without links",
        Some(Stand::Private) => "in private messages",
        Some(Stand::Unknown) => "not known where it stands",
        None => "not asked where it stands",
    }
}

#[derive(Serialize)]
struct ShownPicture {
    at: Time,
    state: &'static str,
    /// Whether similar copies are found too.
    perceptual: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    platforms: Vec<ShownPlatform>,
}

#[derive(Serialize)]
struct ShownPlatform {
    name: String,
    /// Whether the fingerprint is shared with it; else it was, and is to be forgotten.
    is_shown: bool,
    has_it: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    late_since: Option<Time>,
    outcomes: Vec<(OutcomeKind, u32, Time)>,
}

#[derive(Serialize)]
struct ShownFile {
    /// What `rempart case open-file` calls it.
    item: i64,
    at: Time,
    /// `here`, `withdrawn`, or `destroyed` once it was decided on.
    state: &'static str,
}

#[derive(Serialize)]
struct ShownLink {
    at: Time,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Time>,
}

#[derive(Serialize)]
struct ShownMessage {
    at: Time,
    by: Author,
    text: String,
}

impl Shown {
    fn of(view: CaseView, following: &[(PartnerId, String)]) -> Self {
        let named = |id: &PartnerId| {
            let partner = following.iter().find(|(other, _)| other == id);
            partner.map_or_else(|| id.to_string(), |(_, name)| name.clone())
        };
        let platforms = |all: Vec<PlatformView>| -> Vec<ShownPlatform> {
            let shown = |PlatformView { name, is_shown, has_it, due, outcomes }| ShownPlatform {
                name,
                is_shown,
                has_it,
                late_since: due.and_then(|due| due.late_since()),
                outcomes: outcomes.into_iter().map(|outcome| (outcome.kind, outcome.count, outcome.at)).collect(),
            };
            all.into_iter().map(shown).collect()
        };
        let pictures = view.pictures.into_iter().map(|picture| {
            let (state, platforms) = match picture.state {
                PictureState::Kept => ("kept", vec![]),
                PictureState::Shared { disputed: true, platforms: all, .. } => ("disputed", platforms(all)),
                PictureState::Shared { platforms: all, .. } => ("shared", platforms(all)),
                PictureState::Refused => ("refused", vec![]),
                PictureState::Withdrawn { platforms: all, .. } => ("withdrawn", platforms(all)),
            };
            ShownPicture { at: picture.at, state, perceptual: picture.perceptual, platforms }
        });
        let files = view.uploads.into_iter().map(|file| {
            let state = match (&file.upload, file.checked_at) {
                (Some(_), _) => "here",
                (None, Some(_)) => "destroyed",
                (None, None) if file.is_over => "over",
                (None, None) => "withdrawn",
            };
            ShownFile { item: file.position, at: file.at, state }
        });
        let links = view.links.into_iter();
        let messages = view.messages.into_iter();
        let alert = match view.alert {
            AlertView::None => "none",
            AlertView::Set => "set",
            AlertView::Failed => "failed",
        };
        Self {
            row: Listed::of(&view.row),
            situation: view.situation.form(),
            age: view.age,
            stand: view.stand,
            language: view.language,
            may: ShownConsent {
                share: view.consent.share,
                without: view.consent.without.iter().map(named).collect(),
                notices: view.consent.notices,
                police: view.consent.police,
                count: view.consent.count,
            },
            opened_at: view.opened_at,
            pictures: pictures.collect(),
            files: files.collect(),
            links: links
                .map(|link| ShownLink { at: link.at, url: link.url, withdrawn_at: link.withdrawn_at })
                .collect(),
            messages: messages
                .map(|message| ShownMessage { at: message.at, by: message.by, text: message.text })
                .collect(),
            alert,
            answer_by: view.answer.map(|due| due.by),
            is_late: view.answer.is_some_and(|due| due.is_late),
        }
    }

    fn print(&self) -> anyhow::Result<()> {
        let Listed { id, class, urgency, waits_for, ends_at, .. } = &self.row;
        output::line(format_args!("case {id}"))?;
        output::line(format_args!(
            "{} · {class} · urgency {urgency} · writes {} · waits for {waits_for}",
            self.situation, self.language
        ))?;
        output::line(format_args!("{} · {}", aged(self.age), stood(self.stand)))?;
        output::line(format_args!("opened {} · deleted {ends_at} unless something happens", self.opened_at))?;
        match self.answer_by {
            Some(by) if self.is_late => output::line(format_args!("LATE: an answer was promised by {by}"))?,
            Some(by) => output::line(format_args!("an answer was promised by {by}"))?,
            None => {}
        }
        output::line(self.may.line())?;
        match self.alert {
            "set" => output::line("a neutral mail tells them of an answer")?,
            "failed" => output::line("a neutral mail should tell them of an answer, but the last one did not arrive")?,
            _ => {}
        }
        for picture in &self.pictures {
            let how = if picture.perceptual { "similar copies" } else { "this very file" };
            let shown = || picture.platforms.iter().filter(|platform| platform.is_shown);
            let (having, of) = (shown().filter(|platform| platform.has_it).count(), shown().count());
            output::line(format_args!("picture {}: {} ({how}), with {having} of {of}", picture.at, picture.state))?;
        }
        for file in &self.files {
            let item = file.item;
            let how = if file.state == "here" {
                format!("sealed; `rempart case open-file {} {item}`", &id[..SHORT_DIGITS])
            } else if file.state == "destroyed" {
                "looked at, and destroyed".to_owned()
            } else {
                "taken back".to_owned()
            };
            output::line(format_args!("file {}: {how}", file.at))?;
        }
        for link in &self.links {
            let over = if link.withdrawn_at.is_some() { " (withdrawn)" } else { "" };
            output::line(format_args!("link {}: {}{over}", link.at, link.url))?;
        }
        for message in &self.messages {
            let by = if message.by == Author::Person { "the person" } else { "the hotline" };
            output::line(format_args!("\n{} wrote {}:\n{}", by, message.at, on_a_terminal(&message.text)))?;
        }
        Ok(())
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        let secret = self.which.secret(&self.node)?;
        let (node, operator) = self.node.open_node().await?;
        let read = async {
            let case = self.which.open(&node, &operator, &secret).await?;
            let view = node.intake.view(&case).await?;
            let following = node.intake.platforms(view.row.class).await?;
            anyhow::Ok(Shown::of(view, &following))
        };
        let shown = read.await;
        node.close().await;
        let shown = shown?;
        if self.json { output::json_line(&shown) } else { shown.print() }
    }
}

impl Answer {
    async fn run(self) -> anyhow::Result<()> {
        if self.text.is_none() && self.which.key.is_none() && !self.node.hotline_key().is_there() {
            return Err(Usage(
                "the key and the answer cannot both come from standard input: give --key or --text".into(),
            )
            .into());
        }
        let secret = self.which.secret(&self.node)?;
        let text = match self.text {
            Some(text) => text,
            None => io::read_to_string(io::stdin().lock()).context("cannot read the answer")?,
        };
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MESSAGE_CHARACTERS_MAX {
            return Err(Usage(format!("an answer is 1 to {MESSAGE_CHARACTERS_MAX} characters")).into());
        }
        let (node, operator) = self.node.open_node().await?;
        let written = async {
            let case = self.which.open(&node, &operator, &secret).await?;
            node.intake.write(&case, Author::Hotline, text).await?;
            anyhow::Ok(case.id)
        };
        let written = written.await;
        node.close().await;
        let id = digits(written?);
        if self.json {
            output::json_line(&serde_json::json!({"id": id}))
        } else {
            output::line(format_args!("answered {}", &id[..SHORT_DIGITS]))
        }
    }
}

impl ForgetKey {
    async fn run(self) -> anyhow::Result<()> {
        let file = self.node.hotline_key();
        let Some(here) = file.read()? else {
            bail!("the hotline's key is not on this machine: there is no {}", file.path().display())
        };
        let written_down = read_sheet(self.key.as_ref())?;
        if written_down.public() != here.public() {
            bail!("these are the words of another key; {} stays", file.path().display());
        }
        let (node, operator) = self.node.open_node().await?;
        let kept = node.intake.keep_sheet(&operator).await;
        node.close().await;
        kept?;
        file.forget()?;
        let path = file.path().display().to_string();
        if self.json {
            output::json_line(&serde_json::json!({"removed": path}))
        } else {
            output::line(format_args!("removed {path}: from now on the 24 words are the only key"))
        }
    }
}

impl Which {
    fn secret(&self, node: &NodeArguments) -> anyhow::Result<RecipientSecret> {
        if self.key.is_none()
            && let Some(secret) = node.hotline_key().read()?
        {
            return Ok(secret);
        }
        read_sheet(self.key.as_ref())
    }

    async fn open(&self, node: &Node, operator: &Operator, secret: &RecipientSecret) -> anyhow::Result<OpenCase> {
        let wanted = self.id.to_ascii_lowercase().replace('-', "");
        // Looked up by what the ids begin with, so that no flood of others hides one.
        let end = |rest: &str| {
            let digits = format!("{wanted}{}", rest.repeat(32_usize.saturating_sub(wanted.len())));
            hex::decode::<16>(&digits).map(CaseId::from_bytes)
        };
        let (Some(first), Some(last)) = (end("0"), end("f")) else {
            bail!("{} is no beginning of a case's id: see `rempart case list`", self.id)
        };
        let found = node.intake.open_cases_between(operator, first, last, 2).await?;
        let id = match found.as_slice() {
            [one] => one.id,
            [] => bail!("no open case begins with {}: see `rempart case list`", self.id),
            _ => bail!("several cases begin with {}: give more digits", self.id),
        };
        let case = node.intake.open_as(secret, id).await?;
        case.context("the case was not sealed to this key: it came before the key was made, or after it was ended")
    }
}

/// 24 words from a file, or from standard input.
fn read_sheet(file: Option<&PathBuf>) -> anyhow::Result<RecipientSecret> {
    let text = Zeroizing::new(match file {
        Some(path) => fs::read_to_string(path).with_context(|| format!("cannot read the key {}", path.display()))?,
        None => {
            let mut text = String::new();
            io::stdin().lock().read_to_string(&mut text).context("cannot read the 24 words")?;
            text
        }
    });
    RecipientSecret::from_sheet(&text).map_err(|error| Usage(error.to_string()).into())
}

fn digits(id: CaseId) -> String {
    hex::encode(id.as_bytes())
}

/// Without what a terminal would obey: a stranger wrote it.
fn on_a_terminal(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_hotline_may_not_do_is_loud_and_who_gets_nothing_is_named() {
        let may = ShownConsent {
            share: Some(true),
            without: vec!["Bravo".to_owned()],
            notices: None,
            police: false,
            count: true,
        };
        assert_eq!(
            may.line(),
            "may share: yes, not with Bravo · ask sites: NOT ASKED · tell the police: NO · be counted: yes"
        );
    }
}
