//! Looking whether a page is still there: status and digest, never a picture. Runs in a process of its own (`rempart look`),
//! which has no key and no database; the node hands it addresses on its standard input and reads what it saw.
//!
//! What is asked for is text; of an answer of another kind not one byte of the body is read.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use url::Url;

use crate::http::{Guard, Refused};

/// Redirects that are followed, at most.
pub const HOPS_MAX: usize = 5;
/// Bytes of a page that are read, at most: the digest is of so much.
pub const PAGE_BYTES_MAX: usize = 262_144;
/// For one hop, in seconds.
const ANSWER_SECONDS_MAX: u64 = 20;
/// For one address with all its hops, as the node waits for it, in seconds.
const LOOK_SECONDS_MAX: u64 = ANSWER_SECONDS_MAX * (HOPS_MAX as u64 + 1) + 10;
/// Bytes of a line between the two processes, at most.
const LINE_BYTES_MAX: usize = 8_192;
const KINDS: [&str; 3] = ["text/html", "application/xhtml+xml", "text/plain"];

/// What was seen at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Somebody answered.
    Answer {
        /// The HTTP status of the last hop.
        status: u16,
        /// SHA-256 of the page, 64 hex digits, where it is text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
        /// Redirects that were followed.
        hops: usize,
    },
    /// It was not connected to: the [`Refused::name`], or `redirects` where there were too many.
    NotAsked(String),
    /// Nobody answered.
    Silent,
}

/// Looks at one address.
pub async fn look(guard: &Guard, address: &str) -> Seen {
    let mut url = match guard.judge(address) {
        Ok(url) => url,
        Err(refused) => return Seen::NotAsked(refused.name().to_owned()),
    };
    for hops in 0..=HOPS_MAX {
        match hop(guard, &url).await {
            Hop::Seen { status, digest } => return Seen::Answer { status, digest, hops },
            Hop::Refused(refused) => return Seen::NotAsked(refused.name().to_owned()),
            Hop::Silent => return Seen::Silent,
            Hop::To(next) => url = next,
        }
    }
    Seen::NotAsked("redirects".to_owned())
}

enum Hop {
    Seen { status: u16, digest: Option<String> },
    To(Url),
    Refused(Refused),
    Silent,
}

async fn hop(guard: &Guard, url: &Url) -> Hop {
    let client = match guard.client(url, ANSWER_SECONDS_MAX).await {
        Ok(client) => client,
        Err(refused) => return Hop::Refused(refused),
    };
    let Ok(answer) = client.get(url.clone()).header(ACCEPT, KINDS.join(", ")).send().await else {
        return Hop::Silent;
    };
    let status = answer.status();
    if status.is_redirection() {
        return match guard.next(url, &answer) {
            Some(next) => next.map_or_else(Hop::Refused, Hop::To),
            None => Hop::Seen { status: status.as_u16(), digest: None },
        };
    }
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = KINDS.contains(&kind.as_str());
    let digest = if is_text { digest(answer).await } else { None };
    Hop::Seen { status: status.as_u16(), digest }
}

/// Of the page's first bytes; nothing of it is kept.
async fn digest(answer: reqwest::Response) -> Option<String> {
    let (mut digest, mut left) = (Sha256::new(), PAGE_BYTES_MAX);
    let mut body = answer.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.ok()?;
        let taken = piece.len().min(left);
        digest.update(&piece[..taken]);
        left -= taken;
        if left == 0 {
            break;
        }
    }
    Some(exchange::hex::encode(&digest.finalize()))
}

/// The other process: an address a line in, what was seen a line out, until the input ends. It does one thing at a time, so
/// that waiting for the next line may block.
pub async fn serve_lines(guard: &Guard, input: impl BufRead, mut out: impl Write) -> std::io::Result<()> {
    for line in input.lines() {
        let line = line?;
        let seen = if line.len() > LINE_BYTES_MAX {
            Seen::NotAsked(Refused::Unreadable.name().to_owned())
        } else {
            look(guard, line.trim()).await
        };
        let said = serde_json::to_string(&seen).expect("plain values with text keys");
        writeln!(out, "{said}")?;
        out.flush()?;
    }
    Ok(())
}

/// How a node has pages looked at. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Looker {
    /// This very program.
    pub program: PathBuf,
    /// What it is started with.
    pub arguments: Vec<String>,
}

impl Looker {
    /// What is seen at these addresses, one after the other, by a process that ends with the answer. Whatever goes wrong with it
    /// is [`Seen::Silent`].
    pub async fn look(&self, addresses: &[String]) -> Vec<Seen> {
        let mut seen = Vec::with_capacity(addresses.len());
        if let Err(error) = self.ask(addresses, &mut seen).await {
            tracing::warn!(%error, "the process that looks at pages failed");
        }
        seen.resize(addresses.len(), Seen::Silent);
        seen
    }

    async fn ask(&self, addresses: &[String], seen: &mut Vec<Seen>) -> std::io::Result<()> {
        let mut process = Command::new(&self.program)
            .args(&self.arguments)
            // Nothing of ours: no key in the environment, no proxy.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let broken = || std::io::Error::other("the process ended early");
        let mut to = process.stdin.take().ok_or_else(broken)?;
        let mut lines = BufReader::new(process.stdout.take().ok_or_else(broken)?).lines();
        for address in addresses {
            to.write_all(format!("{}\n", address.replace(['\n', '\r'], "")).as_bytes()).await?;
            to.flush().await?;
            let line = tokio::time::timeout(Duration::from_secs(LOOK_SECONDS_MAX), lines.next_line()).await;
            let line = line.map_err(|_| broken())??.ok_or_else(broken)?;
            seen.push(serde_json::from_str(&line).map_err(std::io::Error::other)?);
        }
        drop(to);
        process.wait().await.map(drop)
    }
}
