//! `rempart setup`: a new one-time link to the pages on which the operator sets the portal up.

use clap::Args;
use serde::Serialize;
use server::intake::LINK_SECONDS;

use super::node::NodeArguments;
use super::serve::url;
use crate::output;

/// Print a new one-time link to the pages on which the portal is set up
///
/// The node must be serving. The link opens on its operator's address only, ends when the set-up is finished, after 24
/// hours, or when another one is asked for.
#[derive(Args, Debug)]
pub(crate) struct Setup {
    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// The answer with `--json`.
#[derive(Serialize)]
struct Link {
    url: String,
    seconds: i64,
}

impl Setup {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = self.node.settings()?;
        let operator_url = url(settings.operator_address(settings.node_address()));
        let (node, operator) = self.node.open_node().await?;
        let token = node.intake.new_link(&operator).await;
        node.close().await;
        let url = link(&operator_url, &token?);
        if self.json {
            output::json_line(&Link { url, seconds: LINK_SECONDS })
        } else {
            output::line(format_args!("{url}\ngood once, for {} hours", LINK_SECONDS / 3_600))
        }
    }
}

/// The address under which a link opens.
pub(super) fn link(operator: &str, token: &str) -> String {
    format!("{operator}/setup/{token}")
}
