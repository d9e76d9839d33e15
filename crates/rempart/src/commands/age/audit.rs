//! `rempart age audit`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use server::age::audit::{ATTACKS, Attack, REQUIREMENTS, Requirement, See};
use server::age::keylog::{KeyLog, LogSource};

use super::settings::parsed;
use crate::{folder, output};

/// Write down, for an auditor, what holds each requirement on age checks and which test or setting shows it
///
/// Writes audit.md and audit.json. With --log the issuer's key log is read and checked, and how it stands is written down too.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// Where to write
    #[arg(long, value_name = "DIR", default_value = "rempart-age-audit")]
    out: PathBuf,

    /// Where the issuer is; needs --issuer and --log-key
    #[arg(long, value_name = "URL", requires = "issuer", requires = "log_key")]
    log: Option<String>,

    /// The issuer's name
    #[arg(long, value_name = "HOST")]
    issuer: Option<String>,

    /// The key of the issuer's log
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,
}

#[derive(Serialize)]
struct Bundle {
    rempart: &'static str,
    requirements: &'static [Requirement],
    attacks: &'static [Attack],
    #[serde(skip_serializing_if = "Option::is_none")]
    key_log: Option<Standing>,
}

#[derive(Serialize)]
struct Standing {
    issuer: String,
    entries: u64,
    keys_not_revoked: usize,
    keys_offered: usize,
    /// As it was signed when this was written.
    checkpoint: String,
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let key_log = match (&self.log, &self.issuer, &self.log_key) {
            (Some(log), Some(issuer), Some(key)) => {
                let source = LogSource::new(log, parsed("issuer", issuer)?, parsed("log-key", key)?)?;
                let (known, note) = source.look(&KeyLog::new(source.issuer().clone())).await?;
                Some(Standing {
                    issuer: issuer.clone(),
                    entries: known.size(),
                    keys_not_revoked: known.ring().live().count(),
                    keys_offered: source.check_offered(&known).await?,
                    checkpoint: note.to_string(),
                })
            }
            _ => None,
        };
        let bundle =
            Bundle { rempart: env!("CARGO_PKG_VERSION"), requirements: &REQUIREMENTS, attacks: &ATTACKS, key_log };
        folder::make(&self.out)?;
        let write = |name: &str, text: &str| {
            let file = self.out.join(name);
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
        };
        write("audit.json", &serde_json::to_string_pretty(&bundle)?)?;
        write("audit.md", &told(&bundle))?;
        output::line(format_args!("written to {}", self.out.display()))
    }
}

fn told(bundle: &Bundle) -> String {
    let mut text = format!("# Age checks by Rempart {}, for an auditor\n", bundle.rempart);
    if let Some(log) = &bundle.key_log {
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\nThe key log of {}: {} entries, {} keys not taken back, {} offered now, all of them logged.\n\n```\n{}```\n",
            log.issuer, log.entries, log.keys_not_revoked, log.keys_offered, log.checkpoint
        );
    }
    for requirement in bundle.requirements {
        let Requirement { id, asks, held_by, tests, see, left_to_people } = requirement;
        let _ = write!(text, "\n## {id}. {asks}\n\nHeld by: {held_by}.\n\nTests: `{}`.\n", tests.join("`, `"));
        if !see.is_empty() {
            let see: Vec<String> = see.iter().map(See::to_string).collect();
            let _ = write!(text, "\nSee: {}.\n", see.join("; "));
        }
        if !left_to_people.is_empty() {
            let _ = write!(text, "\nNot shown here, and left to people: {left_to_people}.\n");
        }
    }
    text.push_str("\n## What was tried against it\n\n");
    for Attack { attempt, tests } in bundle.attacks {
        let _ = writeln!(text, "- {attempt}: `{}`.", tests.join("`, `"));
    }
    text
}
