//! `rempart bank uphold`: end disputes.

use std::process::ExitCode;

use clap::Args;
use exchange::EntryId;

use crate::commands::node::NodeArguments;
use crate::output;

/// End disputes: the entries stand again, and may be blocked again
///
/// The other answer to a dispute is `bank withdraw`.
#[derive(Args, Debug)]
pub(crate) struct Uphold {
    /// The entries' ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<EntryId>,

    #[command(flatten)]
    node: NodeArguments,
}

impl Uphold {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let (node, operator) = self.node.open_node().await?;
        for &entry in &self.ids {
            let seq = node.bank.uphold(&operator, entry).await?;
            output::line(format_args!("{entry} stands, change {seq}"))?;
        }
        node.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
