//! `rempart feed`: a node's changes, as they are told to a partner.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use exchange::ChangePage;
use server::http::{Remote, RemoteError};

use super::asked_to_end;
use super::remote::{patiently, remote};
use crate::output;
use crate::progress::Progress;

const PAGE: u32 = 1_000;
const WAIT_SECONDS: u32 = 30;
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// A node's changes, one JSON object a line, as this key is shown them
///
/// Each line has the change's number (seq), its time, and `put` with the whole entry or `remove` with its id and the
/// reason. The lines hold fingerprints: treat them as the sensitive data they are.
#[derive(Subcommand, Debug)]
pub(crate) enum Feed {
    /// Print changes as they come, until ctrl-c; goes on by itself after a break
    Follow(From),
    /// Print every change there is so far, and end
    Pull(From),
}

/// Of which node, and from where on.
#[derive(Args, Debug)]
pub(crate) struct From {
    /// The node's address
    #[arg(long, value_name = "URL")]
    from: String,

    /// The file that holds a partner key with the scope follow
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The last number known; changes after it are printed
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
}

impl Feed {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Pull(from) => pull(&from).await,
            Self::Follow(from) => {
                let end = asked_to_end()?;
                tokio::select! {
                    result = follow(&from) => result,
                    () = end => Ok(()),
                }
            }
        }
    }
}

async fn pull(from: &From) -> anyhow::Result<()> {
    let remote = remote(&from.from, Some(&from.key))?;
    let mut at = Place { after: from.after, agreement: None };
    let progress = Progress::new("changes read:", None);
    loop {
        let page = patiently(async || at.page(&remote, 0).await).await?;
        progress.add(page.through.saturating_sub(at.after));
        if at.print(page)? {
            return Ok(());
        }
    }
}

async fn follow(from: &From) -> anyhow::Result<()> {
    let remote = remote(&from.from, Some(&from.key))?;
    let mut at = Place { after: from.after, agreement: None };
    let mut pause = PAUSE_MIN;
    loop {
        match at.page(&remote, WAIT_SECONDS).await {
            Ok(page) => {
                at.print(page)?;
                pause = PAUSE_MIN;
            }
            Err(error) if error.is_passing() => {
                eprintln!("rempart: {error}; trying again in {} s", pause.as_secs_f32());
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

struct Place {
    after: u64,
    agreement: Option<String>,
}

impl Place {
    async fn page(&self, remote: &Remote, wait: u32) -> Result<ChangePage, RemoteError> {
        let agreement = self.agreement.as_ref().map(|token| format!("&agreement={token}")).unwrap_or_default();
        remote.get(&format!("changes?after={}&limit={PAGE}&wait={wait}{agreement}", self.after)).await
    }

    /// Prints a page and moves past it; whether it was the last for now.
    fn print(&mut self, page: ChangePage) -> anyhow::Result<bool> {
        for change in &page.changes {
            output::json_line(change)?;
        }
        self.after = page.through;
        self.agreement = Some(page.agreement);
        Ok(page.through >= page.head)
    }
}
