//! `rempart bank list`: standing entries, without their fingerprints.

use std::process::ExitCode;

use clap::Args;
use exchange::{Class, EntryId, Status, Tier, Time};
use serde::Serialize;

use super::export::each_entry;
use crate::commands::node::NodeArguments;
use crate::output;

/// List the standing entries, without their fingerprints
#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    node: NodeArguments,

    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    id: EntryId,
    class: Class,
    tier: Tier,
    status: Status,
    origin: &'a str,
    created_at: Time,
    fingerprints: usize,
}

impl List {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let (node, _) = self.node.open_node().await?;
        each_entry(&node, |entry| {
            let line = Line {
                id: entry.id,
                class: entry.class,
                tier: entry.tier,
                status: entry.status,
                origin: &entry.origin,
                created_at: entry.created_at,
                fingerprints: entry.fingerprints.len(),
            };
            if self.json {
                return output::json_line(&line);
            }
            let Line { id, class, tier, status, origin, created_at, fingerprints } = line;
            output::line(format_args!(
                "{id} {class} {tier} {status} {created_at} {fingerprints} fingerprints from {origin}"
            ))
        })
        .await?;
        node.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
