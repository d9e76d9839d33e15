//! `rempart doctor`: look at everything a node stands on, and say what to do.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use server::alerts::{self, Alerts};
use server::bank::{Bank, Checked};
use server::clock::{Clock, Entropy};
use server::follow::{self, SourceView};
use server::intake::links::platforms;
use server::intake::{self, Intake, KeyFile, helplines};
use server::partners::Partners;
use server::removal::Removal;
use server::removal::notices::{OutboxStanding, walk};
use server::storage::{Database, DatabaseUrl, NODE, StorageError};

use super::node::{NodeArguments, open};
use crate::config::Settings;
use crate::node_key::{self, Absent, Place};
use crate::output;
use crate::progress::Progress;

/// Free space below which a node may soon be unable to write, in bytes.
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;
/// A partner that has acknowledged nothing for so long is worth a call, in seconds.
const SILENT_SECONDS_MAX: u64 = 24 * 3600;
/// Helplines are called again after so long, in seconds.
const LINES_SECONDS_MAX: u64 = 365 * 24 * 3600;

/// Check everything a node stands on, and say what to do
///
/// The data folder's rights, the key, the schema, the database's own integrity, the sequence of changes, that every
/// fingerprint opens, how far partners are, whether systems that are followed are heard, free space, whether the mail server takes what we would send. May run beside a node that serves. The exit code is 1 when
/// something is wrong; what is merely worth knowing does not change it.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    node: NodeArguments,

    /// A JSON object a line, one for each check
    #[arg(long)]
    json: bool,
}

/// How a check went.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Worth knowing.
    Note,
    Wrong,
}

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    /// What was found and, unless all is well, what to do.
    detail: String,
}

impl Finding {
    fn good(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, state: State::Good, detail: detail.into() }
    }

    fn note(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, state: State::Note, detail: detail.into() }
    }

    fn wrong(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, state: State::Wrong, detail: detail.into() }
    }
}

impl Doctor {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut is_well = true;
        for finding in self.examine().await? {
            is_well &= finding.state != State::Wrong;
            if self.json {
                output::json_line(&finding)?;
            } else {
                let mark = match finding.state {
                    State::Good => "good ",
                    State::Note => "note ",
                    State::Wrong => "WRONG",
                };
                output::line(format_args!("{mark} {}: {}", finding.check, finding.detail))?;
            }
        }
        Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn examine(&self) -> anyhow::Result<Vec<Finding>> {
        let settings = self.node.settings()?;
        let mut found = vec![folder(&self.node.data), space(&self.node.data)];
        found.extend(mail_server(&settings).await);
        let url = self.node.database_url(&settings)?;
        if let DatabaseUrl::Sqlite(path) = &url
            && !path.exists()
        {
            found.push(Finding::wrong("database", format!("{} is not there: name the data folder", path.display())));
            return Ok(found);
        }
        match open(&url).await {
            Ok(database) => {
                self.examine_database(&database, &settings, &mut found).await;
                database.close().await;
            }
            Err(error) => found.push(Finding::wrong("database", format!("{error:#}"))),
        }
        Ok(found)
    }

    async fn examine_database(&self, database: &Database, settings: &Settings, found: &mut Vec<Finding>) {
        found.push(match database.integrity().await {
            Ok(wrong) if wrong.is_empty() => Finding::good("database", format!("{} answers", database.engine())),
            Ok(wrong) => Finding::wrong("database", format!("damaged ({}): restore a backup", wrong.join("; "))),
            Err(error) => Finding::wrong("database", format!("cannot be read ({error}): restore a backup")),
        });
        match database.migration_state(&NODE).await {
            Ok(state) if state.applied == state.known => {
                found.push(Finding::good("schema", format!("step {}", state.known)));
            }
            Ok(state) => {
                let detail = format!(
                    "step {}, this version knows {}: run `rempart migrate`, or the version that wrote it",
                    state.applied, state.known
                );
                found.push(Finding::wrong("schema", detail));
                return;
            }
            Err(error) => {
                found.push(Finding::wrong("schema", error.to_string()));
                return;
            }
        }
        let place = self.node.key_place(settings);
        match key(&place, database).await {
            Ok((finding, None)) => found.push(finding),
            Ok((finding, Some(key))) => {
                found.push(finding);
                let progress = Progress::new("entries checked:", None);
                match Bank::check(database, &key, |entries| progress.add(entries)).await {
                    Ok(checked) => found.extend(bank(&checked)),
                    Err(error) => found.push(Finding::wrong("bank", error.to_string())),
                }
            }
            Err(error) => found.push(Finding::wrong("key", format!("{error:#}"))),
        }
        found.push(match self.hotline(database).await {
            Ok(finding) => finding,
            Err(error) => Finding::wrong("hotline", format!("{error:#}")),
        });
        match self.helplines(database).await {
            Ok(finding) => found.extend(finding),
            Err(error) => found.push(Finding::wrong("helplines", format!("{error:#}"))),
        }
        match mails(database).await {
            Ok(finding) => found.extend(finding),
            Err(error) => found.push(Finding::wrong("mails", error.to_string())),
        }
        match notices(database).await {
            Ok(finding) => found.extend(finding),
            Err(error) => found.push(Finding::wrong("notices", error.to_string())),
        }
        found.push(notice_log(database).await);
        match sources(database).await {
            Ok(findings) => found.extend(findings),
            Err(error) => found.push(Finding::wrong("source", error.to_string())),
        }
        match partners(database).await {
            Ok(findings) => found.extend(findings),
            Err(error) => found.push(Finding::wrong("partners", error.to_string())),
        }
    }

    async fn hotline(&self, database: &Database) -> anyhow::Result<Finding> {
        if !Bank::is_set_up(database).await? {
            return Ok(Finding::note("hotline", "the first `rempart serve` makes its key"));
        }
        let progress = Intake::progress_of(database).await?;
        Ok(hotline(progress, &self.node.hotline_key()))
    }

    async fn helplines(&self, database: &Database) -> anyhow::Result<Option<Finding>> {
        if !Bank::is_set_up(database).await? {
            return Ok(None);
        }
        Ok(Some(helplines(Intake::progress_of(database).await?, Clock::System.now())))
    }
}

/// Whether somebody called the numbers that people in danger are shown.
fn helplines(progress: intake::Progress, now: exchange::Time) -> Finding {
    let (lines, channels) = (helplines::written(), platforms().written());
    match progress.lines_checked_at {
        Some(at) if now.micros_since(at) <= LINES_SECONDS_MAX * 1_000_000 => Finding::good(
            "helplines",
            format!("confirmed {at}; try platforms' channels ({channels}) before you use them"),
        ),
        Some(at) => {
            Finding::note("helplines", format!("confirmed {at}, more than a year ago: call each, `rempart setup`"))
        }
        None => {
            let detail = format!(
                "numbers ({lines}) and platforms' channels ({channels}) were written from general knowledge, and nobody here \
                 confirmed them: call each number, then tick the box that `rempart setup` leads to"
            );
            Finding::note("helplines", detail)
        }
    }
}

/// Whether the mail server takes what we would send; nothing is sent.
async fn mail_server(settings: &Settings) -> Option<Finding> {
    let mail = match settings.mail() {
        Ok(mail) => mail?,
        Err(error) => return Some(Finding::wrong("mail server", error.to_string())),
    };
    Some(match mail.server.probe(&mail.from).await {
        Ok(()) => Finding::good("mail server", "it answers and takes the sender"),
        Err(error) => Finding::wrong("mail server", format!("{error}; people are not told of answers")),
    })
}

/// Whether neutral mails leave.
async fn mails(database: &Database) -> Result<Option<Finding>, StorageError> {
    let standing = Alerts::standing_of(&mut database.read().await?, Clock::System.now()).await?;
    let alerts::Standing { waiting, late, given_up, code } = standing;
    let answer = if code == 0 { "no answer".to_owned() } else { format!("answer {code}") };
    Ok(match (late, given_up, waiting) {
        (0, 0, 0) => None,
        (0, 0, _) => Some(Finding::good("mails", format!("{waiting} wait for their moment"))),
        (0, _, _) => {
            let detail = format!("{given_up} could not be delivered in thirty days ({answer}): misspelt addresses?");
            Some(Finding::note("mails", detail))
        }
        _ => {
            let detail =
                format!("{late} wait for more than an hour ({answer}): does `rempart serve` run, with smtp_url?");
            Some(Finding::wrong("mails", detail))
        }
    })
}

/// Whether notices leave.
async fn notices(database: &Database) -> Result<Option<Finding>, StorageError> {
    let standing = Removal::outbox_of(&mut database.read().await?, Clock::System.now()).await?;
    let OutboxStanding { waiting, late, given_up } = standing;
    Ok(match (late, given_up, waiting) {
        (0, 0, 0) => None,
        (0, 0, _) => Some(Finding::good("notices", format!("{waiting} are on their way"))),
        (0, _, _) => {
            let detail = format!("{given_up} could not be handed over: see the dead letters at /desk/notices");
            Some(Finding::wrong("notices", detail))
        }
        _ => {
            let detail =
                format!("{late} wait for more than an hour: does `rempart serve` run, and do platforms answer?");
            Some(Finding::wrong("notices", detail))
        }
    })
}

/// Whether the log of notices is what was written.
async fn notice_log(database: &Database) -> Finding {
    match walk(database).await {
        Ok(walked) => Finding::good("notice log", format!("{} lines hold together", walked.lines)),
        Err(error) => Finding::wrong("notice log", error.to_string()),
    }
}

/// Whether the systems that are followed are heard, and what of them was left out.
async fn sources(database: &Database) -> Result<Vec<Finding>, StorageError> {
    let each = |source: SourceView| {
        let (name, records) = (&source.name, source.records);
        let mut findings = vec![match (&source.trouble, source.complete_at) {
            (Some(trouble), _) => {
                let times = source.failures;
                Finding::wrong("source", format!("{name} is not heard, {times} times in a row: {trouble}"))
            }
            (None, None) => Finding::note("source", format!("{name} was never asked: does `rempart serve` run?")),
            (None, Some(at)) => Finding::good("source", format!("{name}: {records} records, whole at {at}")),
        }];
        if let Some(last) = &source.last_skipped {
            let skipped = source.skipped;
            findings.push(Finding::note("source", format!("{name}: {skipped} records left out, the last: {last}")));
        }
        if let Some(why) = &source.refused {
            let refused = source.feedback_refused;
            findings.push(Finding::note("source", format!("{name} refused {refused} outcomes: {why}")));
        }
        findings
    };
    Ok(follow::list(database).await?.into_iter().flat_map(each).collect())
}

/// Whether anybody can read what people write on the portal, and will if this disk is lost.
fn hotline(progress: intake::Progress, file: &KeyFile) -> Finding {
    let path = file.path().display();
    if progress.recipients == 0 {
        let detail = "nobody can read what people write on the portal: start the node again with `rempart serve`";
        return Finding::wrong("hotline", detail);
    }
    if let Some(mode) = fs::metadata(file.path()).ok().as_ref().and_then(others_may) {
        return Finding::wrong("hotline", format!("others may read {path} ({mode:o}): chmod 600 it"));
    }
    match (progress.sheet_at, file.is_there()) {
        (None, true) => Finding::wrong(
            "hotline",
            format!("its key is in {path} alone: ask for a link with `rempart setup` and print the recovery sheet"),
        ),
        (None, false) => Finding::note("hotline", "its recovery sheet was not printed here: is it on another machine?"),
        (Some(at), true) => Finding::note("hotline", format!("sheet printed {at}; a copy of the key is in {path}")),
        (Some(at), false) => Finding::good("hotline", format!("sheet printed {at}; the key is not on this machine")),
    }
}

fn folder(data: &Path) -> Finding {
    let rights = match fs::metadata(data) {
        Ok(rights) => rights,
        Err(error) => return Finding::wrong("folder", format!("{}: {error}", data.display())),
    };
    if let Some(mode) = others_may(&rights) {
        let detail = format!("others may enter {} ({mode:o}): chmod 700 it", data.display());
        return Finding::wrong("folder", detail);
    }
    Finding::good("folder", data.display().to_string())
}

/// The mode, when anybody but the owner has a right.
fn others_may(rights: &fs::Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&rights.permissions()) & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = rights;
        None
    }
}

fn space(data: &Path) -> Finding {
    match crate::folder::free_bytes(data) {
        Ok(free) if free < FREE_BYTES_MIN => Finding::wrong(
            "space",
            format!("{} MiB are left where the data folder is: free some, or the node stops taking entries", mib(free)),
        ),
        Ok(free) => Finding::good("space", format!("{} MiB are free", mib(free))),
        Err(error) => Finding::note("space", format!("cannot be told: {error}")),
    }
}

const fn mib(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}

async fn key(
    place: &Place,
    database: &Database,
) -> anyhow::Result<(Finding, Option<std::sync::Arc<sealing::NodeKey>>)> {
    if !Bank::is_set_up(database).await? {
        return Ok((Finding::note("key", "nothing was ever sealed here: the first `rempart serve` makes a key"), None));
    }
    let key = node_key::load(place, Absent::Refuse)?;
    Bank::check_key(database, &key).await?;
    if let Place::File { path, .. } = place
        && let Some(mode) = others_may(&fs::metadata(path)?)
    {
        let detail = format!("it opens the bank, but others may read {} ({mode:o}): chmod 600 it", path.display());
        return Ok((Finding::wrong("key", detail), Some(key)));
    }
    Ok((Finding::good("key", "it opens the bank; is there a copy of it elsewhere?"), Some(key)))
}

fn bank(checked: &Checked) -> Vec<Finding> {
    let Checked { head, changes, first, last, entries, opened, shut, shut_in, bare } = checked;
    let sequence = if checked.is_sequence_whole() {
        Finding::good("sequence", format!("{changes} changes without a hole"))
    } else {
        let number = |number: &Option<u64>| number.map_or("none".to_owned(), |number| number.to_string());
        let detail = format!(
            "{changes} changes from {} to {}, yet the bank is at {head}: restore a backup",
            number(first),
            number(last)
        );
        Finding::wrong("sequence", detail)
    };
    let fingerprints = if *shut > 0 {
        let named: Vec<String> = shut_in.iter().map(ToString::to_string).collect();
        let detail = format!("{shut} do not open, in {}: restore a backup", named.join(", "));
        Finding::wrong("fingerprints", detail)
    } else if *bare > 0 {
        Finding::wrong("fingerprints", format!("{bare} standing entries have none: restore a backup"))
    } else {
        Finding::good("fingerprints", format!("all {opened} of {entries} entries open"))
    };
    vec![sequence, fingerprints]
}

async fn partners(database: &Database) -> anyhow::Result<Vec<Finding>> {
    let now = Clock::System.now();
    let partners = Partners::new(database.clone(), Clock::System, Entropy::System).list().await?;
    let head = Bank::head_of(database).await?;
    let mut found = Vec::new();
    for partner in &partners {
        let keys = partner.keys.iter().filter(|key| key.is_current(now));
        for key in keys.filter(|key| key.scopes.has(exchange::Scope::Follow)) {
            let name = format!("{} (key {})", partner.name, key.id);
            found.push(match key.cursor {
                None => {
                    Finding::note("partner", format!("{name} has never acknowledged anything: does its matcher run?"))
                }
                Some((seq, at)) if seq < head && now.micros_since(at) > SILENT_SECONDS_MAX * 1_000_000 => {
                    let detail = format!("{name} is {} changes behind and silent since {at}: ask it", head - seq);
                    Finding::note("partner", detail)
                }
                Some((seq, _)) => {
                    Finding::good("partner", format!("{name} is {} changes behind", head.saturating_sub(seq)))
                }
            });
        }
    }
    if found.is_empty() {
        found.push(Finding::note("partner", "nobody follows this bank yet: `rempart partner add`"));
    }
    Ok(found)
}
