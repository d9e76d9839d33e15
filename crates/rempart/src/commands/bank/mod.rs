//! `rempart bank`: the operator's hand on the bank, directly on the database.

mod add;
mod export;
mod import;
mod lines;
mod list;
mod uphold;
mod withdraw;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use exchange::{Class, Contribution, Tier};
use server::access::Operator;
use server::bank::Contributed;
use server::node::Node;

use super::node::Listing;

/// The bank of a node, directly on its database: add, import, export, list and withdraw entries
///
/// A node that runs takes the changes up by itself, and so do its partners. Entries added here are contributed by the
/// partner called `operator`.
#[derive(Subcommand, Debug)]
pub(crate) enum Bank {
    Add(add::Add),
    Import(import::Import),
    Export(export::Export),
    /// List the standing entries, without their fingerprints
    List(Listing),
    Withdraw(withdraw::Withdraw),
    Uphold(uphold::Uphold),
}

impl Bank {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(add) => add.run().await,
            Self::Import(import) => import.run().await,
            Self::Export(export) => export.run().await,
            Self::List(listing) => list::run(listing).await,
            Self::Withdraw(withdraw) => withdraw.run().await,
            Self::Uphold(uphold) => uphold.run().await,
        }
    }
}

/// How entries are written down in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Form {
    /// A JSON object a line
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

impl Form {
    /// The one that was asked for, or that the name's ending says; NDJSON otherwise.
    fn of(asked: Option<Self>, file: Option<&Path>) -> Self {
        let ends_in_csv = file.and_then(Path::extension).is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        asked.unwrap_or(if ends_in_csv { Self::Csv } else { Self::Ndjson })
    }
}

/// The class and tier of what is added.
#[derive(Args, Clone, Copy, Debug)]
struct Grade {
    /// Whether a person under 18 is in it (minor) or only adults are (adult)
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Class,

    /// How many analysts have looked: reported (nobody), verified (one), confirmed (two)
    #[arg(long, value_name = "TIER", default_value = "reported", value_parser = tier)]
    tier: Tier,
}

fn class(text: &str) -> Result<Class, String> {
    Class::from_name(text).ok_or_else(|| format!("a class is minor or adult, not {text:?}"))
}

fn tier(text: &str) -> Result<Tier, String> {
    Tier::from_name(text).ok_or_else(|| format!("a tier is reported, verified or confirmed, not {text:?}"))
}

/// Contributes as the operator.
async fn contribute(node: &Node, operator: &Operator, contributions: &[Contribution]) -> anyhow::Result<Contributed> {
    Ok(node.bank.contribute(&operator.contributor(), contributions, None).await?)
}
