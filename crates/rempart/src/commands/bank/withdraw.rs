//! `rempart bank withdraw`: take entries back.

use std::process::ExitCode;

use clap::Args;
use exchange::{EntryId, RemoveReason};
use serde::Serialize;

use crate::commands::node::NodeArguments;
use crate::output;

/// Take entries back: their fingerprints are deleted here, and every partner is told to forget them
///
/// Anybody's entries: the operator answers for the bank. What was deleted cannot be brought back; the
/// same picture can be added again.
#[derive(Args, Debug)]
pub(crate) struct Withdraw {
    /// The entries' ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<EntryId>,

    /// Why: person_asked, mistaken, expired, legal or duplicate
    #[arg(long, value_name = "REASON", default_value = "person_asked", value_parser = reason)]
    reason: RemoveReason,

    #[command(flatten)]
    node: NodeArguments,

    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    entry: EntryId,
    seq: u64,
}

impl Withdraw {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let (node, operator) = self.node.open_node().await?;
        for &entry in &self.ids {
            let seq = node.bank.withdraw_any(&operator, entry, self.reason).await?;
            if self.json {
                output::json_line(&Line { entry, seq })?;
            } else {
                output::line(format_args!("{entry} is withdrawn, change {seq}"))?;
            }
        }
        node.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn reason(text: &str) -> Result<RemoveReason, String> {
    // `not_shared` is what a feed says, not what an operator does.
    RemoveReason::from_name(text)
        .filter(|reason| *reason != RemoveReason::NotShared)
        .ok_or_else(|| format!("a reason is person_asked, mistaken, expired, legal or duplicate; not {text:?}"))
}
