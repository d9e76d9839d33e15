//! `rempart bank list`: standing entries, without their fingerprints.

use std::process::ExitCode;

use exchange::{Class, EntryId, Status, Tier, Time};
use serde::Serialize;

use super::export::each_entry;
use crate::commands::node::Listing;
use crate::output;

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

pub(super) async fn run(listing: Listing) -> anyhow::Result<ExitCode> {
    let (node, _) = listing.node.open_node().await?;
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
        if listing.json {
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
