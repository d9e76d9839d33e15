//! `rempart bank add`: hash pictures and put them under protection.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use exchange::{Contribution, ENTRIES_PER_CALL_MAX, EntryId, Fingerprint};
use media::Purpose;
use serde::Serialize;
use server::access::Operator;
use server::bank::Placed;
use server::node::Node;
use tokio::sync::mpsc;

use super::{Grade, contribute};
use crate::commands::node::NodeArguments;
use crate::commands::pictures::{for_the_bank, hash_all, views_for_the_bank};
use crate::output;

/// Put pictures under protection: hash them here and keep their fingerprints
///
/// Prints a line for each: the entry's id, whether it is new (created, existing, upgraded), and the path. The same
/// picture again is the same entry. A picture too plain to be recognised safely is entered by its exact digests alone,
/// and named on standard error.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// Pictures, folders of pictures, or - for a picture on standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    grade: Grade,

    #[command(flatten)]
    node: NodeArguments,

    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    path: PathBuf,
    entry: EntryId,
    placed: Placed,
}

impl Add {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let (node, operator) = self.node.open_node().await?;
        let (sender, mut hashed) = mpsc::channel(ENTRIES_PER_CALL_MAX);
        let (paths, grade) = (self.paths.clone(), self.grade);
        let hashing = tokio::task::spawn_blocking(move || {
            hash_all(&paths, Purpose::Bank, |path, found| {
                let (mut fingerprints, mut views) = (for_the_bank(&found), views_for_the_bank(&found));
                if let Err(error) = fingerprints.iter().try_for_each(Fingerprint::check_plainness) {
                    eprintln!("rempart: {}: {error}; only identical files will be recognised", path.display());
                    fingerprints.retain(|fingerprint| fingerprint.check_plainness().is_ok());
                    views.clear();
                }
                let contribution = Contribution { class: grade.class, tier: grade.tier, fingerprints, views };
                sender.blocking_send((path.to_owned(), contribution)).context("entries are no longer taken")
            })
        });
        let mut batch = Vec::new();
        while hashed.recv_many(&mut batch, ENTRIES_PER_CALL_MAX).await > 0 {
            let (paths, contributions): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
            self.enter(&node, &operator, paths, &contributions).await?;
        }
        let tally = hashing.await??;
        node.close().await;
        Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn enter(
        &self,
        node: &Node,
        operator: &Operator,
        paths: Vec<PathBuf>,
        contributions: &[Contribution],
    ) -> anyhow::Result<()> {
        let contributed = contribute(node, operator, contributions).await?;
        for (path, given) in paths.into_iter().zip(contributed.entries) {
            let line = Line { path, entry: given.id, placed: given.placed };
            if self.json {
                output::json_line(&line)?;
            } else {
                output::line(format_args!("{} {} {}", line.entry, placed(line.placed), line.path.display()))?;
            }
        }
        Ok(())
    }
}

const fn placed(placed: Placed) -> &'static str {
    match placed {
        Placed::Created => "created",
        Placed::Existing => "existing",
        Placed::Upgraded => "upgraded",
    }
}
