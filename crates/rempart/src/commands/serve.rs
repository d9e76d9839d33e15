//! `rempart serve`: a hotline's node.

use std::net::SocketAddr;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use server::http::{Listening, node_router, serve};
use server::node::{Node, NodeSettings};
use server::{operator, telemetry};

use super::asked_to_end;
use super::node::{NodeArguments, NodeFlags, node_settings, open};
use super::setup::link;
use crate::config::Settings;
use crate::{folder, output};

/// The index between two runs; it may be deleted, and is then made anew.
const INDEX_FILE: &str = "node.index";

/// Run a node: the bank, its feed, and the API for partners
///
/// On an empty folder this sets up a complete node on SQLite and makes its key, node.key. Keep a copy of that key
/// elsewhere: without it nothing in the database can be read. With --database postgres://.. any number of `serve`
/// processes with the same key share one database.
///
/// As long as the portal was never set up, each start prints a new one-time link for that. The key that reads what people
/// write on the portal, hotline.key, is made at the first start.
///
/// Ends on ctrl-c or SIGTERM, after requests that are under way.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    node: NodeArguments,

    /// Where partners reach the node [default: 127.0.0.1:8600]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Where the operator's status page and the metrics are; they need no key, so keep them on a private address
    /// [default: 127.0.0.1 and the port after --listen's]
    #[arg(long, value_name = "ADDR")]
    operator_listen: Option<SocketAddr>,

    /// The disk that the data folder is on is itself encrypted: keep the index between two runs as it is, so that a start
    /// maps it in an instant, instead of sealing it once more
    #[arg(long)]
    disk_encrypted: bool,

    /// A reverse proxy that is believed when it says in X-Forwarded-For who asked: an address or a network; may be given
    /// several times. Only floods of the portal are counted by it [default: one on this machine or in its private network]
    #[arg(long = "trusted-proxy", value_name = "CIDR")]
    trusted_proxies: Vec<String>,

    /// The mail server for neutral alerts to people who leave an address: smtps://host, or smtp://host with STARTTLS; user and
    /// password are settings. Put it in rempart.toml, so that `rempart doctor` tries it too
    #[arg(long, value_name = "URL")]
    smtp_url: Option<String>,

    /// Whom alerts come from, an address; the name beside it is the site's
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// Say the addresses as one line of JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Flags<'a> {
    #[serde(flatten)]
    node: NodeFlags<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "is_not_given")]
    disk_encrypted: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    trusted_proxies: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    smtp_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_from: Option<&'a str>,
}

/// Whether a switch was left out: what other places say of it then holds.
pub(super) const fn is_not_given(switch: &bool) -> bool {
    !*switch
}

/// The first line with `--json`.
#[derive(Serialize)]
pub(super) struct Addresses {
    /// The same as `listening`, under the name that tools expect.
    pub(super) url: String,
    pub(super) listening: String,
    /// Where the operator's page and the metrics are.
    pub(super) operator: String,
    /// Where a node's portal is set up, as long as it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) setup: Option<String>,
}

impl Addresses {
    pub(super) fn of(public: &Listening, operator: &Listening) -> Self {
        let listening = url(public.address);
        Self { url: listening.clone(), listening, operator: url(operator.address), setup: None }
    }
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let flags = Flags {
            node: self.node.flags(),
            listen: self.listen,
            operator_listen: self.operator_listen,
            disk_encrypted: self.disk_encrypted,
            trusted_proxies: &self.trusted_proxies,
            smtp_url: self.smtp_url.as_deref(),
            mail_from: self.mail_from.as_deref(),
        };
        let settings = Settings::read(&self.node.data, self.node.config.as_deref(), &flags)?;
        settings.start_log()?;
        let metrics = telemetry::metrics();
        folder::make(&self.node.data)?;
        let database = open(&self.node.database_url(&settings)?).await?;
        let key = self.node.key(&settings, &database).await?;
        let (index_file, index_form) = (Some(self.node.data.join(INDEX_FILE)), settings.index_form());
        let hotline_key = self.node.hotline_key();
        let kept = NodeSettings {
            index_file,
            index_form,
            hotline_key: Some(hotline_key.clone()),
            ..node_settings(&settings)?
        };
        let (node, operator_right) = Node::open(database, key, kept).await?;
        // Before anybody can write: a case without a recipient is read by nobody, ever.
        node.intake.ensure_recipient(&operator_right, &hotline_key).await?;
        let token = match node.intake.progress().await?.set_up_at {
            Some(_) => None,
            None => Some(node.intake.new_link(&operator_right).await?),
        };
        let public = listen(settings.node_address()).await?;
        let operator = listen(settings.operator_address(settings.node_address())).await?;
        let end = asked_to_end()?;
        node.start();
        let mut addresses = Addresses::of(&public, &operator);
        addresses.setup = token.map(|token| link(&addresses.operator, &token));
        if self.json {
            output::json_line(&addresses)?;
        } else {
            output::line(format_args!("for partners: {}", addresses.listening))?;
            output::line(format_args!("status page:  {}", addresses.operator))?;
            if let Some(setup) = &addresses.setup {
                output::line(format_args!("set up the portal (once, within 24 hours): {setup}"))?;
            }
        }
        let stop = node.stopping().clone();
        let served = tokio::spawn(serve(public, node_router(node.clone()), stop.clone()));
        let shown = tokio::spawn(serve(operator, operator::node_router(node.clone(), metrics), stop.clone()));
        end.await;
        stop.cancel();
        let ended = (served.await, shown.await);
        node.close().await;
        ended.0?;
        Ok(ended.1?)
    }
}

/// Opens a socket, or says which could not be opened.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<Listening> {
    Listening::on(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// How to reach it from this machine.
pub(super) fn url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}
