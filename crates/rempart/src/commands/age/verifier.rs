//! `rempart age verifier`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use server::age::keylog::LogSource;
use server::age::verifier::{IDLE_SECONDS_MAX, Verifier as Serving, VerifierSettings};
use server::clock::{Clock, Entropy};
use server::http::serve;
use server::telemetry::{self, TelemetrySettings};

use super::settings::{is_none, parsed, read};
use super::{Started, open};
use crate::commands::asked_to_end;
use crate::commands::serve::{listen, url};
use crate::output;

/// Run a site's verifier: lets in who proves the age asked for, and learns nothing else
///
/// Put it beside the site, and let the site's proxy ask it before each request: deploy/age holds ready configurations for nginx, Caddy
/// and Traefik. Proofs are checked here, without asking anybody; the issuer's key log is read now and then. Its folder holds its own
/// settings (verifier.toml), its own key file and its own database.
///
/// Ends on ctrl-c or SIGTERM, after requests that are under way.
#[derive(Args, Debug)]
pub(crate) struct Verifier {
    /// The verifier's folder
    #[arg(long, value_name = "DIR", default_value = "rempart-age-verifier")]
    data: PathBuf,

    /// The site, as browsers write it: https://site.example
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,

    /// The age that is asked for: 13, 15, 16 or 18
    #[arg(long, value_name = "YEARS")]
    age: Option<u8>,

    /// The issuer's name
    #[arg(long, value_name = "HOST")]
    issuer: Option<String>,

    /// Where the issuer's log is, or a mirror of it [default: https:// and the issuer's name]
    #[arg(long, value_name = "URL")]
    log: Option<String>,

    /// The key of the issuer's log, as `rempart age issuer` prints it
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,

    /// The wallet page that visitors are sent to
    #[arg(long, value_name = "URL")]
    wallet: Option<String>,

    /// Where somebody who is refused can turn: an address of the web, or mailto:
    #[arg(long, value_name = "URL")]
    contact: Option<String>,

    /// Where it listens [default: 127.0.0.1:8630]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// postgres://user:password@host/name, where several processes serve one site [default: SQLite in the folder]
    #[arg(long, value_name = "URL")]
    database: Option<String>,

    /// Say the address as one line of JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Flags<'f> {
    #[serde(skip_serializing_if = "is_none")]
    origin: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    age: &'f Option<u8>,
    #[serde(skip_serializing_if = "is_none")]
    issuer: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    log: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    log_key: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    wallet: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    contact: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    listen: &'f Option<SocketAddr>,
    #[serde(skip_serializing_if = "is_none")]
    database: &'f Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    origin: String,
    age: u8,
    issuer: String,
    log: Option<String>,
    log_key: String,
    wallet: String,
    contact: String,
    #[serde(default = "usual_address")]
    listen: SocketAddr,
    database: Option<String>,
    /// A visit ends when nothing was asked for so many minutes.
    #[serde(default = "usual_idle")]
    idle_minutes: i64,
    /// Serve stock clients of RFC 9577 too, without a possession proof.
    #[serde(default)]
    plain_tokens: bool,
}

fn usual_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8630).into()
}

const fn usual_idle() -> i64 {
    IDLE_SECONDS_MAX / 60
}

impl Verifier {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self { origin, age, issuer, log, log_key, wallet, contact, listen: at, database, .. } = &self;
        let flags = Flags { origin, age, issuer, log, log_key, wallet, contact, listen: at, database };
        let settings: Settings = read(&self.data, "verifier", &flags)?;
        telemetry::init(&TelemetrySettings::default())?;
        let log = settings.log.unwrap_or_else(|| format!("https://{}", settings.issuer));
        let source = LogSource::new(&log, parsed("issuer", &settings.issuer)?, parsed("log_key", &settings.log_key)?)?;
        let kept = VerifierSettings {
            origin: parsed("origin", &settings.origin)?,
            threshold: parsed("age", &settings.age.to_string())?,
            source,
            wallet: settings.wallet,
            contact: settings.contact,
            idle_seconds: settings.idle_minutes.saturating_mul(60),
            is_plain_offered: settings.plain_tokens,
            clock: Clock::System,
            entropy: Entropy::System,
        };
        let (database, key) = open(&self.data, "verifier", settings.database.as_deref()).await?;
        let verifier = Serving::open(database, key, kept).await?;
        if let Err(error) = verifier.look().await {
            // The keys of the last run are good for their weeks.
            eprintln!("rempart: the issuer's log was not taken in: {error}");
        }
        let listening = listen(settings.listen).await?;
        let end = asked_to_end()?;
        verifier.start();
        let address = url(listening.address);
        if self.json {
            output::json_line(&Started { url: address, key: None })?;
        } else {
            output::line(format_args!("verifier: {address}"))?;
        }
        let served = tokio::spawn(serve(listening, verifier.router(), verifier.stopping().clone()));
        end.await;
        verifier.stopping().cancel();
        let ended = served.await;
        verifier.close().await;
        Ok(ended?)
    }
}
