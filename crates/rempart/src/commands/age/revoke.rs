//! `rempart age revoke`.

use std::path::PathBuf;

use agetoken::{Epoch, Threshold};
use clap::Args;
use server::age::issuer::{Issuer, IssuerSettings};

use super::open;
use super::settings::parsed;
use crate::output;

/// Take an issuer's key back, when its secret may be known to somebody, and make another for the same week
///
/// Stop the issuer first. What the key signed is refused by every site as soon as it reads the log; people fetch proofs of the new key.
#[derive(Args, Debug)]
pub(crate) struct Revoke {
    /// The issuer's folder
    #[arg(long, value_name = "DIR", default_value = "rempart-age-issuer")]
    data: PathBuf,

    /// The issuer's name
    #[arg(long, value_name = "HOST")]
    name: String,

    /// The age that the key is for
    #[arg(long, value_name = "YEARS")]
    age: u8,

    /// The week that the key is for, as the log counts them
    #[arg(long, value_name = "NUMBER")]
    week: u32,
}

impl Revoke {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (database, key) = open(&self.data, "issuer", None).await?;
        let threshold: Threshold = parsed("age", &self.age.to_string())?;
        let usual = IssuerSettings::new(parsed("name", &self.name)?, Vec::new());
        // Keys for the other ages are left as they are.
        let settings = IssuerSettings { thresholds: [threshold].into_iter().collect(), ..usual };
        let issuer = Issuer::open(database, key, settings).await?;
        issuer.revoke(threshold, Epoch(self.week)).await?;
        let made = issuer.rotate().await?;
        output::line(format_args!("taken back; {made} made anew"))?;
        issuer.close().await;
        Ok(())
    }
}
