//! `rempart age attester`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::{Deserialize, Serialize};
use server::age::attester::evidence::Evidence;
use server::age::attester::methods::account::{Account, AccountSettings};
use server::age::attester::methods::card::{Card, CardSettings};
use server::age::attester::methods::certificate::Roots;
use server::age::attester::methods::chip::Chip;
use server::age::attester::methods::codes::Codes;
use server::age::attester::methods::wallet::{SCHEME, Wallet};
use server::age::attester::{Attester as Serving, AttesterSettings};
use server::clock::{Clock, Entropy};
use server::http::serve;
use server::telemetry::{self, TelemetrySettings};

use super::settings::{is_none, read};
use super::{Started, open};
use crate::commands::asked_to_end;
use crate::commands::serve::{listen, url};
use crate::output;

/// Run an attester: somebody shows their age in a way they choose, and gets a voucher that names nobody
///
/// At least two ways must be turned on in attester.toml. Its folder holds its own settings, its own key file and its own database;
/// nothing of what is shown is kept.
///
/// Ends on ctrl-c or SIGTERM, after requests that are under way.
#[derive(Args, Debug)]
pub(crate) struct Attester {
    /// The attester's folder
    #[arg(long, value_name = "DIR", default_value = "rempart-age-attester")]
    data: PathBuf,

    /// How it is reached from outside: https://age.example
    #[arg(long, value_name = "URL")]
    base: Option<String>,

    /// The wallet page that takes vouchers
    #[arg(long, value_name = "URL")]
    wallet: Option<String>,

    /// Where somebody who is refused can turn: an address of the web, or mailto:
    #[arg(long, value_name = "URL")]
    contact: Option<String>,

    /// Where it listens [default: 127.0.0.1:8620]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Say the address and the key as one line of JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Flags<'f> {
    #[serde(skip_serializing_if = "is_none")]
    base: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    wallet: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    contact: &'f Option<String>,
    #[serde(skip_serializing_if = "is_none")]
    listen: &'f Option<SocketAddr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    base: String,
    wallet: String,
    contact: String,
    #[serde(default = "usual_address")]
    listen: SocketAddr,
    /// Codes that an institution hands out.
    #[serde(default)]
    code: bool,
    /// Parents vouch for children.
    #[serde(default)]
    parent: bool,
    /// A provider of identities that knows dates of birth (OpenID Connect).
    account: Option<AccountSettings>,
    /// A provider of payments that has a card confirmed by its bank. Transitional.
    card: Option<CardSettings>,
    /// Chips of passports and identity cards: the file with the certificates of the states, PEM.
    chip_roots: Option<PathBuf>,
    /// Age proofs of European wallets: the file with the certificates of their issuers, PEM.
    wallet_roots: Option<PathBuf>,
    /// By which scheme of address those wallets are called.
    #[serde(default = "usual_scheme")]
    wallet_scheme: String,
}

/// The ways that are turned on.
fn ways(settings: &Settings) -> anyhow::Result<Vec<Box<dyn Evidence>>> {
    let mut ways: Vec<Box<dyn Evidence>> = Vec::new();
    if settings.code {
        ways.push(Box::new(Codes));
    }
    if let Some(account) = &settings.account {
        ways.push(Box::new(Account::new(account.clone())));
    }
    if let Some(card) = &settings.card {
        ways.push(Box::new(Card::new(card.clone())));
    }
    let roots = |file: &PathBuf| -> anyhow::Result<Roots> {
        let pem = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Roots::from_pem(&pem).with_context(|| format!("{}", file.display()))
    };
    if let Some(file) = &settings.chip_roots {
        ways.push(Box::new(Chip::new(roots(file)?)));
    }
    if let Some(file) = &settings.wallet_roots {
        ways.push(Box::new(Wallet::new(roots(file)?, &settings.wallet_scheme).context("wallet_scheme")?));
    }
    Ok(ways)
}

fn usual_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8620).into()
}

fn usual_scheme() -> String {
    SCHEME.to_owned()
}

impl Attester {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self { base, wallet, contact, listen: at, .. } = &self;
        let settings: Settings = read(&self.data, "attester", &Flags { base, wallet, contact, listen: at })?;
        telemetry::init(&TelemetrySettings::default())?;
        let (database, key) = open(&self.data, "attester", None).await?;
        let kept = AttesterSettings {
            base: settings.base.trim_end_matches('/').to_owned(),
            wallet: settings.wallet.clone(),
            contact: settings.contact.clone(),
            methods: ways(&settings)?,
            is_parent_offered: settings.parent,
            clock: Clock::System,
            entropy: Entropy::System,
        };
        let attester = Serving::open(database, key, kept).await?;
        let listening = listen(settings.listen).await?;
        let end = asked_to_end()?;
        let (address, key) = (url(listening.address), attester.public().to_string());
        if self.json {
            output::json_line(&Started { url: address, key: Some(key) })?;
        } else {
            output::line(format_args!("attester:            {address}"))?;
            output::line(format_args!("key of its vouchers: {key}"))?;
        }
        let served = tokio::spawn(serve(listening, attester.router(), attester.stopping().clone()));
        end.await;
        attester.stopping().cancel();
        let ended = served.await;
        attester.close().await;
        Ok(ended?)
    }
}
