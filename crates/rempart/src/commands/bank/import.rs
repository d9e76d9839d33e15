//! `rempart bank import`: entries from a file.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use exchange::{Class, Contribution, ENTRIES_PER_CALL_MAX, Tier};
use serde::Serialize;
use server::bank::{Contributed, Placed};

use super::lines::{self, Defaults, LineError, Read1};
use super::{Form, contribute};
use crate::commands::node::NodeArguments;
use crate::output;
use crate::progress::Progress;

/// Put the entries of a file under protection, NDJSON or CSV
///
/// NDJSON: a JSON object a line, {"class": "minor", "tier": "reported", "fingerprints": [{"kind": "pdq", "value":
/// "64 hex digits", "quality": 0 to 100}, ..]}, kinds pdq, sha256 and md5; what `bank export` and `hash --json` write
/// is read too.
///
/// CSV: a header, then a row for each entry. Columns, in any order, each may be missing: id, class, tier, status,
/// origin, created_at, pdq, quality, sha256, md5; at least one of pdq, sha256 and md5 must be there. Rows that follow one
/// another with the same id are one entry. Ids, status, origin and time are not taken over: an imported entry is
/// contributed anew, by the operator, and active.
///
/// A bad line is named with its number. Without --skip-bad nothing is imported when there is one; from standard
/// input, where one cannot look ahead, the import then ends at it. Importing the same again changes nothing.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file's form [default: csv if its name ends in .csv, otherwise ndjson]
    #[arg(long, value_name = "FORM")]
    form: Option<Form>,

    /// The class of lines that name none: minor or adult
    #[arg(long, value_name = "CLASS", value_parser = super::class)]
    class: Option<Class>,

    /// The tier of lines that name none
    #[arg(long, value_name = "TIER", default_value = "reported", value_parser = super::tier)]
    tier: Tier,

    /// Import the good lines; bad ones are named on standard error, and the exit code is 1
    #[arg(long)]
    skip_bad: bool,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, Default)]
struct Imported {
    created: u64,
    upgraded: u64,
    existing: u64,
    bad_lines: u64,
}

impl Import {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        if !self.skip_bad && !self.is_standard_input() {
            self.look_ahead()?;
        }
        let (node, operator) = self.node.open_node().await?;
        let progress = Progress::new("entries imported:", None);
        let mut imported = Imported::default();
        let mut read = self.read()?;
        let mut batch: Vec<Contribution> = Vec::with_capacity(ENTRIES_PER_CALL_MAX);
        let mut end = None;
        while end.is_none() {
            while batch.len() < ENTRIES_PER_CALL_MAX && end.is_none() {
                match read.next() {
                    Some(Ok((_, contribution))) => batch.push(contribution),
                    Some(Err(error @ LineError::Bad { .. })) if self.skip_bad => {
                        progress.say(&format!("rempart: {}", self.told(&error)));
                        imported.bad_lines += 1;
                    }
                    Some(Err(error)) => end = Some(Err(error)),
                    None => end = Some(Ok(())),
                }
            }
            if !batch.is_empty() {
                imported.count(&contribute(&node, &operator, &batch).await?);
                progress.add(batch.len() as u64);
                batch.clear();
            }
        }
        drop(progress);
        node.close().await;
        if let Some(Err(error)) = end {
            let before = imported.created + imported.upgraded + imported.existing;
            bail!("{}; the {before} entries before it are imported", self.told(&error));
        }
        self.answer(&imported)
    }

    fn answer(&self, imported: &Imported) -> anyhow::Result<ExitCode> {
        if self.json {
            output::json_line(imported)?;
        } else {
            let Imported { created, upgraded, existing, bad_lines } = imported;
            output::line(format_args!(
                "{created} new, {upgraded} raised to a higher tier, {existing} there already, {bad_lines} bad lines \
                 skipped"
            ))?;
        }
        Ok(if imported.bad_lines == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Names every bad line before anything is imported.
    fn look_ahead(&self) -> anyhow::Result<()> {
        const NAMED_MAX: usize = 20;
        let progress = Progress::new("lines checked:", None);
        let mut bad = Vec::new();
        let mut bad_count = 0_usize;
        for read in self.read()? {
            progress.add(1);
            if let Err(error) = read {
                bad_count += 1;
                if bad.len() < NAMED_MAX {
                    bad.push(self.told(&error));
                }
            }
        }
        drop(progress);
        if bad_count == 0 {
            return Ok(());
        }
        let more =
            if bad_count > bad.len() { format!("\n.. and {} more", bad_count - bad.len()) } else { String::new() };
        bail!("{}{more}\nnothing was imported; mend the lines, or leave them out with --skip-bad", bad.join("\n"))
    }

    fn read(&self) -> anyhow::Result<Box<dyn Iterator<Item = Read1>>> {
        let file: Box<dyn Read> = if self.is_standard_input() {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(&self.file).with_context(|| format!("cannot open {}", self.file.display()))?)
        };
        let defaults = Defaults { class: self.class, tier: self.tier };
        Ok(match Form::of(self.form, Some(&self.file)) {
            Form::Ndjson => Box::new(lines::ndjson(BufReader::new(file), defaults)),
            Form::Csv => Box::new(lines::csv(file, defaults)),
        })
    }

    fn is_standard_input(&self) -> bool {
        self.file == Path::new("-")
    }

    fn told(&self, error: &LineError) -> String {
        format!("{}: {error}", self.file.display())
    }
}

impl Imported {
    fn count(&mut self, contributed: &Contributed) {
        for given in &contributed.entries {
            match given.placed {
                Placed::Created => self.created += 1,
                Placed::Upgraded => self.upgraded += 1,
                Placed::Existing => self.existing += 1,
            }
        }
    }
}
