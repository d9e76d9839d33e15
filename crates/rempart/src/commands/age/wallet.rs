//! `rempart age wallet`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use server::age::wallet::{PACE_SECONDS, Wallet as Serving, WalletSettings};
use server::http::serve;
use server::telemetry::{self, TelemetrySettings};

use super::Started;
use super::settings::{is_none, parsed, read};
use crate::commands::asked_to_end;
use crate::commands::serve::{listen, url};
use crate::output;

/// Serve the wallet page: it keeps a person's proofs in their browser, and answers sites that ask for an age
///
/// The page is the same for everybody and works without this server once it was loaded. Its folder holds nothing but its settings
/// (wallet.toml). Give it a host of its own: whoever serves the page could serve another one.
///
/// Ends on ctrl-c or SIGTERM, after requests that are under way.
#[derive(Args, Debug)]
pub(crate) struct Wallet {
    /// The wallet's folder
    #[arg(long, value_name = "DIR", default_value = "rempart-age-wallet")]
    data: PathBuf,

    /// The issuer's name
    #[arg(long, value_name = "HOST")]
    issuer: Option<String>,

    /// Where the issuer is, as browsers write it [default: https:// and the issuer's name]
    #[arg(long, value_name = "ORIGIN")]
    issuer_url: Option<String>,

    /// The key of the issuer's log, as `rempart age issuer` prints it
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,

    /// Where an age can be shown, as browsers write it; may be repeated
    #[arg(long = "attester", value_name = "ORIGIN")]
    attesters: Vec<String>,

    /// Where somebody can turn: an address of the web, or mailto:
    #[arg(long, value_name = "URL")]
    contact: Option<String>,

    /// Seconds that a batch of proofs waits before it is fetched, on average [default: 20]
    #[arg(long, value_name = "SECONDS")]
    pace_seconds: Option<u32>,

    /// Where it listens [default: 127.0.0.1:8640]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Say the address as one line of JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Flags<'f> {
    #[serde(skip_serializing_if = "is_none")]
    issuer: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    issuer_url: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    log_key: &'f Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    attesters: &'f [String],
    #[serde(skip_serializing_if = "is_none")]
    contact: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    pace_seconds: &'f Option<u32>,
    #[serde(skip_serializing_if = "is_none")]
    listen: &'f Option<SocketAddr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    issuer: String,
    issuer_url: Option<String>,
    log_key: String,
    attesters: Vec<String>,
    contact: String,
    #[serde(default = "usual_pace_seconds")]
    pace_seconds: u32,
    #[serde(default = "usual_address")]
    listen: SocketAddr,
}

fn usual_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8640).into()
}

const fn usual_pace_seconds() -> u32 {
    PACE_SECONDS
}

impl Wallet {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self { issuer, issuer_url, log_key, attesters, contact, pace_seconds, listen: at, .. } = &self;
        let flags = Flags { issuer, issuer_url, log_key, attesters, contact, pace_seconds, listen: at };
        let settings: Settings = read(&self.data, "wallet", &flags)?;
        telemetry::init(&TelemetrySettings::default())?;
        let wallet = Serving::new(&WalletSettings {
            issuer_url: settings.issuer_url.unwrap_or_else(|| format!("https://{}", settings.issuer)),
            issuer: parsed("issuer", &settings.issuer)?,
            log_key: parsed("log_key", &settings.log_key)?,
            attesters: settings.attesters,
            contact: settings.contact,
            pace_seconds: settings.pace_seconds,
        })?;
        let listening = listen(settings.listen).await?;
        let end = asked_to_end()?;
        let address = url(listening.address);
        if self.json {
            output::json_line(&Started { url: address, key: None })?;
        } else {
            output::line(format_args!("wallet: {address}"))?;
        }
        let served = tokio::spawn(serve(listening, wallet.router(), wallet.stopping().clone()));
        end.await;
        wallet.stopping().cancel();
        Ok(served.await?)
    }
}
