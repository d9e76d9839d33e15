//! `rempart age issuer`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use agetoken::{Threshold, Thresholds};
use clap::Args;
use serde::{Deserialize, Serialize};
use server::age::issuer::{Issuer as Serving, IssuerSettings, QUOTA_PER_WEEK};
use server::http::serve;
use server::telemetry::{self, TelemetrySettings};

use super::settings::{is_none, parsed, read};
use super::{Started, open};
use crate::commands::asked_to_end;
use crate::commands::serve::{listen, url};
use crate::output;

/// Run an issuer: signs proofs of age without seeing them, for whoever has a voucher
///
/// Its keys, one for each age and week, are made ahead and published in a log that anybody can check (`rempart log monitor`). Its
/// folder holds its own settings (issuer.toml), its own key file and its own database.
///
/// Ends on ctrl-c or SIGTERM, after requests that are under way.
#[derive(Args, Debug)]
pub(crate) struct Issuer {
    /// The issuer's folder
    #[arg(long, value_name = "DIR", default_value = "rempart-age-issuer")]
    data: PathBuf,

    /// What the issuer calls itself: the host it is reached under
    #[arg(long, value_name = "HOST")]
    name: Option<String>,

    /// Where it listens [default: 127.0.0.1:8610]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// The key of an attester whose vouchers are taken, as `rempart age attester` prints it; may be repeated
    #[arg(long = "attester", value_name = "KEY", allow_hyphen_values = true)]
    attesters: Vec<String>,

    /// The ages that proofs are for [default: 13, 15, 16, 18]
    #[arg(long = "age", value_name = "YEARS")]
    ages: Vec<u8>,

    /// Proofs that one voucher gets for one age in one week
    #[arg(long, value_name = "NUMBER")]
    quota: Option<u32>,

    /// Say the address and the log's key as one line of JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Flags<'f> {
    #[serde(skip_serializing_if = "is_none")]
    name: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    listen: &'f Option<SocketAddr>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    attesters: &'f [String],
    #[serde(skip_serializing_if = "<[u8]>::is_empty")]
    ages: &'f [u8],
    #[serde(skip_serializing_if = "is_none")]
    quota: &'f Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: String,
    #[serde(default = "usual_address")]
    listen: SocketAddr,
    attesters: Vec<String>,
    #[serde(default = "usual_ages")]
    ages: Vec<u8>,
    #[serde(default = "usual_quota")]
    quota: u32,
}

fn usual_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8610).into()
}

fn usual_ages() -> Vec<u8> {
    Threshold::ALL.into_iter().map(Threshold::years).collect()
}

const fn usual_quota() -> u32 {
    QUOTA_PER_WEEK
}

impl Issuer {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self { name, listen: at, attesters, ages, quota, .. } = &self;
        let settings: Settings = read(&self.data, "issuer", &Flags { name, listen: at, attesters, ages, quota })?;
        telemetry::init(&TelemetrySettings::default())?;
        let ages = settings.ages.iter().map(|years| parsed::<Threshold>("age", &years.to_string()));
        let thresholds: Thresholds = ages.collect::<anyhow::Result<_>>()?;
        let attesters = settings.attesters.iter().map(|key| parsed("attester", key)).collect::<anyhow::Result<_>>()?;
        let usual = IssuerSettings::new(parsed("name", &settings.name)?, attesters);
        let kept = IssuerSettings { thresholds, quota_per_week: settings.quota, ..usual };
        let (database, key) = open(&self.data, "issuer", None).await?;
        let issuer = Serving::open(database, key, kept).await?;
        let listening = listen(settings.listen).await?;
        let end = asked_to_end()?;
        issuer.start();
        let (address, log_key) = (url(listening.address), issuer.log_key().to_string());
        if self.json {
            output::json_line(&Started { url: address, key: Some(log_key) })?;
        } else {
            output::line(format_args!("issuer:          {address}"))?;
            output::line(format_args!("key of its log:  {log_key}"))?;
        }
        let served = tokio::spawn(serve(listening, issuer.router(), issuer.stopping().clone()));
        end.await;
        issuer.stopping().cancel();
        let ended = served.await;
        issuer.close().await;
        Ok(ended?)
    }
}
