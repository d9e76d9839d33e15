//! `rempart log audit`: the log of who did what to which case.

use clap::{Args, Subcommand};
use serde::Serialize;
use server::access::audit::{Head, verify};

use super::super::node::NodeArguments;
use crate::output;

/// The log of who did what to which case
#[derive(Subcommand, Debug)]
pub(crate) enum Audit {
    /// Walk the log and say whether every row is the one that was written, and where not
    ///
    /// Prints the head: the number and the hash of the last row. Keep it elsewhere, on paper for example: whoever can write
    /// to the database could write the whole log anew, but not so that it still has that row with that hash.
    Verify(Verify),
}

/// See [`Audit::Verify`].
#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    node: NodeArguments,

    /// A head that was kept elsewhere, to be compared: as an earlier run printed it
    #[arg(long, value_name = "NUMBER:HASH")]
    head: Option<Head>,

    /// Answer with one line of JSON
    #[arg(long)]
    json: bool,
}

/// The answer with `--json`.
#[derive(Serialize)]
struct Walked {
    rows: u64,
    dropped: i64,
    head: String,
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self::Verify(this) = self;
        let database = this.node.open_database(&this.node.settings()?).await?;
        let walked = verify(&database, this.head).await;
        database.close().await;
        let walked = walked?;
        if this.json {
            let head = walked.head.to_string();
            return output::json_line(&Walked { rows: walked.rows, dropped: walked.dropped, head });
        }
        let compared = if this.head.is_some() { ", and it goes on from the head that was kept" } else { "" };
        output::line(format_args!("{} rows, each as it was written{compared}\nhead {}", walked.rows, walked.head))
    }
}
