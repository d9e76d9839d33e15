//! `rempart age codes`.

use std::path::PathBuf;

use agetoken::{Threshold, Thresholds};
use clap::Args;
use server::age::attester::Desk;
use server::clock::{Clock, Entropy};

use super::open;
use super::settings::parsed;
use crate::output::{self, Usage};

/// Codes drawn at a time, at most.
const CODES_MAX: usize = 10_000;

/// Draw codes that an institution hands out to people it has seen; each works once
#[derive(Args, Debug)]
pub(crate) struct Codes {
    /// The attester's folder
    #[arg(long, value_name = "DIR", default_value = "rempart-age-attester")]
    data: PathBuf,

    /// The age of whoever gets one, at least
    #[arg(long, value_name = "YEARS")]
    age: u8,

    /// How many
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    count: usize,

    /// For how many days they are good
    #[arg(long, value_name = "NUMBER", default_value_t = 90)]
    days: i64,
}

impl Codes {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if !(1..=CODES_MAX).contains(&self.count) || !(1..=366).contains(&self.days) {
            return Err(Usage(format!("1 to {CODES_MAX} codes for 1 to 366 days are drawn at a time")).into());
        }
        let threshold: Threshold = parsed("age", &self.age.to_string())?;
        let (database, key) = open(&self.data, "attester", None).await?;
        let (desk, _) = Desk::open(database, key, String::new(), Clock::System, Entropy::System).await?;
        let reached = Thresholds::reached_at(u32::from(threshold.years()));
        for code in desk.new_codes(self.count, reached, self.days).await? {
            output::line(code)?;
        }
        desk.close().await;
        Ok(())
    }
}
