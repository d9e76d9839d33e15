//! `rempart backup` and `rempart restore`: a whole node in one file, from either engine, into either.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use server::bank::Bank;
use server::clock::Entropy;
use server::storage::backup::{self, Counts};

use super::node::{NodeArguments, open};
use crate::node_key::{self, Absent};
use crate::progress::Progress;
use crate::{folder, output};

/// Write a whole node into one file, while it runs
///
/// From SQLite or PostgreSQL, as of one moment: partners, entries, changes, outcomes. The fingerprints in it are sealed
/// with the node's key, and THE KEY IS NOT IN IT: keep a copy of the key (node.key) too, elsewhere. A backup without its
/// key cannot be read by anyone.
#[derive(Args, Debug)]
pub(crate) struct Backup {
    /// A new file
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// Read a backup into an empty database, SQLite or PostgreSQL
///
/// The node's key must be in its place first: node.key in the data folder, --node-key-file or REMPART_NODE_KEY. Nothing
/// is written unless the key is the backup's and the database is empty. This is also the way from SQLite to PostgreSQL.
///
/// After a restore partners may be ahead of the node, and entries withdrawn since the backup stand again: withdraw them
/// anew. Matchers notice and load the bank again.
#[derive(Args, Debug)]
pub(crate) struct Restore {
    /// The backup
    #[arg(long, value_name = "FILE")]
    from: PathBuf,

    #[command(flatten)]
    node: NodeArguments,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Copied<'a> {
    file: &'a PathBuf,
    rows: std::collections::BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<u64>,
}

const KEY_NOTE: &str = "The node's key is not in it. Keep a copy of the key elsewhere: without it the backup cannot be \
                        read.";

impl Backup {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = self.node.settings()?;
        let database = self.node.open_database(&settings).await?;
        let progress = Progress::new("rows copied:", None);
        let copied = backup::backup(&database, &self.to, |rows| progress.add(rows)).await;
        drop(progress);
        database.close().await;
        let counts = copied?;
        if self.json {
            eprintln!("rempart: {KEY_NOTE}");
            return output::json_line(&Copied { file: &self.to, rows: counts.into_iter().collect(), opened: None });
        }
        output::line(format_args!("{} holds the node: {}", self.to.display(), told(&counts)))?;
        output::line(KEY_NOTE)
    }
}

impl Restore {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = self.node.settings()?;
        folder::make(&self.node.data)?;
        let key = node_key::load(&self.node.key_place(&settings), Absent::Refuse)
            .context("a backup is restored with the key of the node it was taken from")?;
        let database = open(&self.node.database_url(&settings)?).await?;
        let progress = Progress::new("rows copied:", None);
        let counts: anyhow::Result<Counts> = backup::restore(
            &self.from,
            &database,
            &self.node.data,
            async |from| match Bank::check_key(from, &key).await? {
                true => Ok(()),
                false => bail!("{} is not the backup of a node that was set up", self.from.display()),
            },
            |rows| progress.add(rows),
        )
        .await;
        drop(progress);
        let counts = counts?;
        Bank::renew_epoch(&database, &Entropy::System).await?;
        let progress = Progress::new("entries checked:", None);
        let checked = Bank::check(&database, &key, |entries| progress.add(entries)).await?;
        drop(progress);
        database.close().await;
        if !checked.is_sound() {
            bail!("the backup is restored, but what it holds is damaged: `rempart doctor` says what");
        }
        if self.json {
            let (file, rows) = (&self.from, counts.into_iter().collect());
            return output::json_line(&Copied { file, rows, opened: Some(checked.opened) });
        }
        output::line(format_args!(
            "restored: {}; every one of {} fingerprints opens with the key",
            told(&counts),
            checked.opened
        ))
    }
}

fn told(counts: &Counts) -> String {
    let count = |name| counts.iter().find(|(table, _)| *table == name).map_or(0, |(_, rows)| *rows);
    format!(
        "{} partners, {} entries, {} changes, {} outcomes",
        count("partners"),
        count("entries"),
        count("changes"),
        count("outcomes")
    )
}
