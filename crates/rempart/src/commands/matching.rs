//! `rempart match`: are these pictures known?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use exchange::{MatchRequest, MatchResponse, MatchResult, PDQ_QUALITY_MIN, PdqQuery, Query};
use fingerprint::Dihedral;
use media::{PictureFingerprints, Purpose};
use serde::Serialize;
use server::http::Remote;
use tokio::sync::mpsc;

use super::pictures::hash_all;
use super::remote::{patiently, remote};
use crate::output;

/// Pictures asked about in one call.
const BATCH: usize = 100;

/// Ask a node or a matcher whether pictures are known
///
/// The pictures are hashed here; only fingerprints are sent, of all eight orientations, and of what is left without a
/// border or a caption bar. Prints a line for each match:
/// the advice (block, or review by a person), the distance in bits (0 to 31 is close; exact: the very same file), class,
/// tier, the entry, and the picture's path; and a line `unknown` for a picture without a match. With --json, a JSON
/// object for each picture. Of a picture too plain to be recognised safely only identical files are looked for.
///
/// The exit code says whether every picture could be asked about (0) or not (1), not whether any is known.
#[derive(Args, Debug)]
pub(crate) struct Match {
    /// Pictures, folders of pictures, or - for a picture on standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The node's or the matcher's address, such as http://127.0.0.1:8700
    #[arg(long, value_name = "URL")]
    to: String,

    /// The file that holds the partner key, or a matcher's access token
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// How many of the 256 bits may differ, 0 to 60; beyond 31 the advice is always review
    #[arg(long, value_name = "BITS", default_value_t = 31, value_parser = clap::value_parser!(u32).range(0..=60))]
    radius: u32,

    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a Path,
    #[serde(flatten)]
    result: &'a MatchResult,
}

impl Match {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let remote = remote(&self.to, self.key.as_deref())?;
        let (sender, mut hashed) = mpsc::channel(BATCH);
        let paths = self.paths.clone();
        let hashing = tokio::task::spawn_blocking(move || {
            hash_all(&paths, Purpose::Query, |path, found| {
                let asked = (path.to_owned(), query(&found));
                sender.blocking_send(asked).context("the answers are no longer waited for")
            })
        });
        let mut batch = Vec::with_capacity(BATCH);
        while hashed.recv_many(&mut batch, BATCH).await > 0 {
            self.ask(&remote, batch.drain(..).unzip()).await?;
        }
        let tally = hashing.await??;
        Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn ask(&self, remote: &Remote, (paths, queries): (Vec<PathBuf>, Vec<Query>)) -> anyhow::Result<()> {
        let request = MatchRequest { queries, radius: Some(self.radius) };
        let answer: MatchResponse = patiently(async || remote.post("match", &request).await).await?;
        if let Some(seconds) = answer.stale_seconds {
            eprintln!("rempart: the matcher last heard from its node {seconds} s ago");
        }
        for (path, result) in paths.iter().zip(&answer.results) {
            if self.json {
                output::json_line(&Line { path, result })?;
            } else {
                show(path, result)?;
            }
        }
        Ok(())
    }
}

/// Everything by which a picture can be met; a plain one only by its exact digests, since it resembles strangers.
fn query(found: &PictureFingerprints) -> Query {
    let oriented = |of: &Dihedral| {
        let hashes = || of.hashes.iter().map(ToString::to_string).collect();
        (of.quality >= PDQ_QUALITY_MIN).then(|| PdqQuery::Oriented(hashes()))
    };
    Query {
        pdq: oriented(&found.dihedral),
        trimmed: found.trimmed.as_ref().and_then(oriented),
        sha256: Some(found.sha256.to_string()),
        md5: Some(found.md5.to_string()),
    }
}

fn show(path: &Path, result: &MatchResult) -> anyhow::Result<()> {
    if result.matches.is_empty() {
        return output::line(format_args!("unknown {}", path.display()));
    }
    for found in &result.matches {
        let how = if found.kind == exchange::Kind::Pdq { found.distance.to_string() } else { "exact".to_owned() };
        output::line(format_args!(
            "{} {how} {} {} {} {}",
            found.advice,
            found.class,
            found.tier,
            found.entry,
            path.display()
        ))?;
    }
    Ok(())
}
