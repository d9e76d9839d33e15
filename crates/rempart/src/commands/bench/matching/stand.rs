//! What is measured when nothing is named: a node on SQLite in a temporary folder, and later a matcher that follows it.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use exchange::{Fingerprint, Scope, hex};
use hamming::Code;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use serde_json::{Value, json};
use server::http::Remote;
use server::matcher::Upstream;
use server::node::Node;
use server::partners::KeyText;
use tempfile::TempDir;

use crate::commands::bench::codes;
use crate::commands::bench::times::{Times, rounded};
use crate::commands::demo::stage::{partner, start_matcher, start_node};
use crate::progress::Progress;

/// Entries in a call that fills the bank.
const ENTRIES_PER_CALL: usize = 1_000;
/// Single entries of which the way is timed.
const SINGLES: usize = 500;
const SINGLES_SEED: u64 = 3;
const DIGEST_SEED: u64 = 4;
/// Longer than this is a failure, not a figure.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(1);

pub(super) struct Stand {
    node: Node,
    pub(super) url: String,
    pub(super) key: KeyText,
    folder: TempDir,
}

/// From the start of the commit of an entry until the node noted that the matcher has it, by the node's clock.
#[derive(Serialize)]
pub(super) struct Acknowledged {
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) entries: usize,
}

impl Stand {
    pub(super) async fn set() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("rempart-bench-").tempdir().context("no temporary folder")?;
        let (node, url, _) = start_node(&folder.path().join("node")).await?;
        let key = partner(&node, "asker", &[Scope::Contribute, Scope::Match]).await?;
        Ok(Self { node, url, key, folder })
    }

    /// Contributes an entry for each code, through the API; entries a second.
    pub(super) async fn fill(&self, bank: &[Code]) -> anyhow::Result<f64> {
        let remote = Remote::new(&self.url, Some(&self.key.reveal()))?;
        let progress = Progress::new("entries contributed:", Some(bank.len() as u64));
        let mut random = StdRng::seed_from_u64(DIGEST_SEED);
        let begun = Instant::now();
        let mut last = 0;
        for codes in bank.chunks(ENTRIES_PER_CALL) {
            last = contribute(&remote, codes, &mut random).await?;
            progress.add(codes.len() as u64);
        }
        let took = begun.elapsed();
        let live = self.node.bank.live();
        live.watch().wait_for(|applied| live.is_ready() && *applied >= last).await?;
        Ok((bank.len() as f64 / took.as_secs_f64()).round())
    }

    /// Starts a matcher, waits until it has everything, and sends single entries.
    pub(super) async fn acknowledged(&self) -> anyhow::Result<Acknowledged> {
        let key = partner(&self.node, "platform", &[Scope::Follow]).await?;
        let id = key.id();
        let (matcher, _) = start_matcher(&self.folder.path().join("matcher"), Upstream::new(&self.url, key)?).await?;
        let head = self.node.bank.head().await?;
        let mut status = matcher.watch_status();
        let is_there = status.wait_for(|nodes| nodes.iter().all(|node| node.loaded && node.cursor >= Some(head)));
        tokio::time::timeout(PATIENCE, is_there).await.context("the matcher did not load the bank")??;
        drop(status);

        let remote = Remote::new(&self.url, Some(&self.key.reveal()))?;
        let progress = Progress::new("entries sent one at a time:", Some(SINGLES as u64));
        let (mut times, mut random) = (Times::default(), StdRng::seed_from_u64(SINGLES_SEED));
        for code in codes::pdq_like(SINGLES_SEED, SINGLES) {
            let seq = contribute(&remote, &[code], &mut random).await?;
            let begun = Instant::now();
            let acknowledged_at = loop {
                let cursor = self.node.partners.key(id).await?.and_then(|key| key.cursor);
                match cursor {
                    Some((cursor, at)) if cursor >= seq => break at,
                    _ if begun.elapsed() > PATIENCE => bail!("the matcher did not acknowledge change {seq}"),
                    _ => tokio::time::sleep(LOOK_EVERY).await,
                }
            };
            let written_at = self.node.bank.written_at(seq).await?.context("a change that was answered is written")?;
            times.extend([Duration::from_micros(acknowledged_at.micros_since(written_at))]);
            progress.add(1);
        }
        matcher.close().await;
        let spread = times.spread();
        Ok(Acknowledged { p50_ms: rounded(spread.p50 / 1e3), p99_ms: rounded(spread.p99 / 1e3), entries: SINGLES })
    }

    /// Ends everything.
    pub(super) async fn clear(self) {
        self.node.close().await;
    }
}

/// Entries of a PDQ hash and a SHA-256 each; the number of the last change.
async fn contribute(remote: &Remote, codes: &[Code], random: &mut StdRng) -> anyhow::Result<u64> {
    let mut entry = |code: &Code| {
        let mut sha256 = [0; 32];
        random.fill_bytes(&mut sha256);
        let pdq = Fingerprint::Pdq { hash: *code, quality: Some(100) };
        json!({"class": "minor", "tier": "confirmed", "fingerprints": [pdq, {"kind": "sha256", "value": hex::encode(&sha256)}]})
    };
    let entries: Vec<Value> = codes.iter().map(&mut entry).collect();
    let answer: Value = remote.post("entries", &json!({ "entries": entries })).await?;
    answer["seq"].as_u64().context("the node did not number the change")
}
