//! `rempart bench match`: the whole way of a question, over HTTP on the loopback address.

mod load;
mod stand;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::super::asked_to_end;
use super::super::remote::secret;
use super::{Shown, codes};
use load::{Form, Load, Single};
use stand::{Acknowledged, Stand};

/// Made-up fingerprints asked about when it is not known what the bank holds.
const STRANGERS: usize = 10_000;
const BANK_SEED: u64 = 1;
const QUERIES_SEED: u64 = 2;
/// Different questions asked.
const QUESTIONS: usize = 50_000;

/// Measure matching over HTTP: batches, single queries, and how soon a change is known everywhere
///
/// Without --to, starts a node in a temporary folder, fills it with made-up fingerprints through its API, and asks: half of
/// the questions are 0 to 31 bits from an entry. Then starts a matcher that follows the node, and measures how long it takes
/// from the commit of an entry until the node knows that the matcher has it. Node, matcher and the asking share this machine.
/// Single queries are asked first as fast as answers come, then at half that rate; times count from when a query was due.
///
/// With --to, asks a node or a matcher that is running, where every question is about a stranger; nothing is written there.
#[derive(Args, Debug)]
pub(crate) struct Match {
    /// Entries to fill the node with
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=50_000_000))]
    entries: u32,

    /// A node or a matcher that is running, such as http://127.0.0.1:8700, instead of one started for this
    #[arg(long, value_name = "URL", conflicts_with = "entries")]
    to: Option<String>,

    /// The file that holds the partner key, or a matcher's access token
    #[arg(long, value_name = "FILE", requires = "to")]
    key: Option<PathBuf>,

    /// Connections that ask at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=32))]
    connections: u32,

    /// How long each kind of question is asked
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,

    #[command(flatten)]
    shown: Shown,
}

/// What was measured.
#[derive(Serialize)]
struct Figures {
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u32>,
    connections: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    contributions_per_second: Option<f64>,
    /// Of a hundred questions, those with a match.
    known_percent: f64,
    json_100_per_second: f64,
    json_1000_per_second: f64,
    packed_1000_per_second: f64,
    single: Single,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<Acknowledged>,
}

impl Match {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let end = asked_to_end()?;
        let figures = tokio::select! {
            figures = self.measure() => figures?,
            () = end => return Ok(()),
        };
        self.shown.show(&figures)
    }

    async fn measure(&self) -> anyhow::Result<Figures> {
        if let Some(url) = &self.to {
            let token = self.key.as_deref().map(secret).transpose()?;
            let strangers = codes::pdq_like(QUERIES_SEED, STRANGERS);
            return self.ask(&Load::on(url, token, &strangers, self.connections)).await;
        }
        let bank = codes::pdq_like(BANK_SEED, self.entries as usize);
        let questions = codes::queries(&bank, QUERIES_SEED, QUESTIONS);
        let stand = Stand::set().await?;
        let contributions_per_second = stand.fill(&bank).await?;
        let load = Load::on(&stand.url, Some(stand.key.reveal()), &questions, self.connections);
        let figures = self.ask(&load).await?;
        let acknowledged = stand.acknowledged().await?;
        stand.clear().await;
        Ok(Figures {
            entries: Some(self.entries),
            contributions_per_second: Some(contributions_per_second),
            acknowledged: Some(acknowledged),
            ..figures
        })
    }

    async fn ask(&self, load: &Load) -> anyhow::Result<Figures> {
        let time = Duration::from_secs(self.seconds);
        Ok(Figures {
            entries: None,
            connections: self.connections,
            contributions_per_second: None,
            known_percent: load.known_percent().await?,
            json_100_per_second: load.per_second(Form::Json(100), time).await?,
            json_1000_per_second: load.per_second(Form::Json(1_000), time).await?,
            packed_1000_per_second: load.per_second(Form::Packed(1_000), time).await?,
            single: load.single(time).await?,
            acknowledged: None,
        })
    }
}
