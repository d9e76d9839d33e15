//! `rempart migrate`: bring a database's schema to this version.

use clap::Args;
use serde::Serialize;
use server::storage::NODE;

use super::node::{NodeArguments, open};
use crate::{folder, output};

/// Bring the database's schema to this version, creating it if it is not there
///
/// `serve` does the same when it starts. Where several processes share a PostgreSQL database, run this once before
/// starting the new version; the old version goes on working beside it.
#[derive(Args, Debug)]
pub(crate) struct Migrate {
    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Migrated {
    engine: &'static str,
    steps: usize,
}

impl Migrate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = self.node.settings()?;
        folder::make(&self.node.data)?;
        let database = open(&self.node.database_url(&settings)?).await?;
        let state = database.migrate(&NODE).await?;
        let migrated = Migrated { engine: database.engine(), steps: state.known };
        database.close().await;
        if self.json {
            output::json_line(&migrated)
        } else {
            output::line(format_args!("the {} database is at step {}", migrated.engine, migrated.steps))
        }
    }
}
