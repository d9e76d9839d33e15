//! `rempart matcher`: a platform's replica of the bank.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use figment::value::magic::RelativePathBuf;
use sealing::NodeKey;
use serde::Serialize;
use server::access::Operator;
use server::http::serve;
use server::matcher::{
    Access, HmaSettings, Matcher as Replica, MatcherError, MatcherSettings, MatcherSources, Upstream,
};
use server::{operator, telemetry};

use super::asked_to_end;
use super::remote::secret;
use super::serve::{Addresses, is_not_given, listen};
use crate::config::{self, Settings};
use crate::node_key::{self, Absent};
use crate::output::Usage;
use crate::{folder, output};

const DATABASE_FILE: &str = "matcher.db";
const KEY_FILE: &str = "matcher.key";

/// Run a platform's matcher: a copy of what one or more nodes share with it, in memory
///
/// Loads the bank, follows every change, says how far it is, and answers whether pictures are known: by fingerprint, or
/// by picture, which is hashed in memory and never written. Reports of what was done are passed on to the node as soon as
/// it can be reached. A restart needs only the changes missed meanwhile; cut off from a node, it goes on answering and
/// says how old its answers are.
///
/// It can follow other systems by itself too: `rempart follow add SYSTEM --matcher DIR`.
///
/// Programs that speak HMA's API find it at the root of the same address, with banks of the platform's own; they show the
/// access token, or begin their URL with http://matcher:8700/hma/TOKEN.
///
/// Ends on ctrl-c or SIGTERM, after requests that are under way.
#[derive(Args, Debug)]
pub(crate) struct Matcher {
    /// A node's address, such as https://node.example; give a --key for each, in the same order
    #[arg(long, value_name = "URL")]
    from: Vec<String>,

    /// The file that holds the partner key for the node, with the scopes follow and outcome
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,

    /// The matcher's folder: its settings (rempart.toml), its key and its file
    #[arg(long, value_name = "DIR", env = "REMPART_DATA", hide_env_values = true, default_value = "rempart-matcher")]
    data: PathBuf,

    /// Read settings from this file instead of rempart.toml in the data folder
    #[arg(long, value_name = "FILE", env = "REMPART_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    /// Where the platform's services reach the matcher [default: 127.0.0.1:8700]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Where the metrics are; they need no token, so keep them on a private address [default: 127.0.0.1 and the port
    /// after --listen's]
    #[arg(long, value_name = "ADDR")]
    operator_listen: Option<SocketAddr>,

    /// The file that holds the token that clients must send; needed on any address but a loopback one
    #[arg(long, value_name = "FILE")]
    access_token_file: Option<PathBuf>,

    /// The file that holds the matcher's own key, which seals its file; REMPART_NODE_KEY, holding the key itself, goes
    /// before it [default: matcher.key in the data folder]
    #[arg(long, value_name = "FILE")]
    node_key_file: Option<PathBuf>,

    /// How many views of each entry to search, 0 to 64 [default: 64]; fewer take less memory and miss more crops
    #[arg(long, value_name = "NUMBER")]
    views: Option<usize>,

    /// The disk that the matcher's folder is on is itself encrypted: keep the index between two runs as it is, so that a
    /// start maps it in an instant, instead of sealing it once more
    #[arg(long)]
    disk_encrypted: bool,

    /// Speak HMA's API (/h, /m, /c) without the access token; on a loopback address only
    #[arg(long)]
    hma_open: bool,

    /// A host, with its port if it is not the usual one, from which a URL given over HMA's API may be fetched
    #[arg(long, value_name = "HOST")]
    hma_fetch_host: Vec<String>,

    /// A host, with its port if it is not the usual one, where an exchange made over HMA's API may be although its system is
    /// elsewhere: a node, or a system under test. Credentials are sent there
    #[arg(long, value_name = "HOST")]
    hma_exchange_host: Vec<String>,

    /// Say the addresses as one line of JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Flags<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from: Vec<config::Upstream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_file: Option<&'a PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_key_file: Option<&'a PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    views: Option<usize>,
    #[serde(skip_serializing_if = "is_not_given")]
    disk_encrypted: bool,
    #[serde(skip_serializing_if = "is_not_given")]
    hma_open: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    hma_fetch_hosts: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    hma_exchange_hosts: &'a [String],
}

impl Matcher {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = Settings::read(&self.data, self.config.as_deref(), &self.flags()?)?;
        let upstreams = upstreams(&settings)?;
        let file = self.data.join(DATABASE_FILE);
        let has_own_banks = settings.hma_open || settings.access_token_file.is_some();
        if upstreams.is_empty() && !has_own_banks && !file.exists() {
            return Err(Usage(MatcherError::NoUpstream.to_string()).into());
        }
        let access = access(&settings)?;
        let address = settings.matcher_address();
        access.check_listen(address).map_err(|error| Usage(error.to_string()))?;
        let hma = HmaSettings {
            is_open: settings.hma_open,
            fetch_hosts: settings.hma_fetch_hosts.clone(),
            exchange_hosts: settings.hma_exchange_hosts.clone(),
        };
        hma.check_listen(address).map_err(|error| Usage(error.to_string()))?;
        settings.start_log()?;
        let metrics = telemetry::metrics();
        folder::make(&self.data)?;
        let key = key(&self.data, &settings)?;
        let usual = MatcherSettings::new(file, key, upstreams);
        let replica = Replica::open(MatcherSettings {
            access,
            hma,
            views_max: settings.views,
            index_form: settings.index_form(),
            block_radius: settings.block_radius,
            ..usual
        })
        .await
        .map_err(|error| match error {
            MatcherError::NoUpstream => anyhow::Error::from(Usage(error.to_string())),
            error => error.into(),
        })?;
        let public = listen(address).await?;
        let operator = listen(settings.operator_address(address)).await?;
        let end = asked_to_end()?;
        replica.start();
        let addresses = Addresses::of(&public, &operator);
        if self.json {
            output::json_line(&addresses)?;
        } else {
            output::line(format_args!("for the platform's services: {}", addresses.listening))?;
            output::line(format_args!("status page:                 {}", addresses.operator))?;
        }
        let stop = replica.stopping().clone();
        let served = tokio::spawn(serve(public, replica.router(), stop.clone()));
        let shown = tokio::spawn(serve(operator, operator::matcher_router(replica.clone(), metrics), stop.clone()));
        end.await;
        stop.cancel();
        let ended = (served.await, shown.await);
        replica.close().await;
        ended.0?;
        Ok(ended.1?)
    }

    fn flags(&self) -> Result<Flags<'_>, Usage> {
        if self.from.len() != self.key.len() {
            let (nodes, keys) = (self.from.len(), self.key.len());
            return Err(Usage(format!("{nodes} --from and {keys} --key were given; give a --key for each --from")));
        }
        let from = self.from.iter().zip(&self.key);
        Ok(Flags {
            from: from
                .map(|(url, key)| config::Upstream { url: url.clone(), key_file: RelativePathBuf::from(key.clone()) })
                .collect(),
            listen: self.listen,
            operator_listen: self.operator_listen,
            access_token_file: self.access_token_file.as_ref(),
            node_key_file: self.node_key_file.as_ref(),
            views: self.views,
            disk_encrypted: self.disk_encrypted,
            hma_open: self.hma_open,
            hma_fetch_hosts: &self.hma_fetch_host,
            hma_exchange_hosts: &self.hma_exchange_host,
        })
    }
}

/// The key that seals a matcher's file; made with the file.
fn key(folder: &Path, settings: &Settings) -> anyhow::Result<Arc<NodeKey>> {
    let named = config::path(settings.node_key_file.as_ref());
    let place = node_key::place(named.as_deref(), folder.join(KEY_FILE));
    let absent = if folder.join(DATABASE_FILE).exists() { Absent::Refuse } else { Absent::Make };
    node_key::load(&place, absent)
}

/// Whether a folder and its file may be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// They are there.
    Existing,
    /// They are made if they are not.
    OrNew,
}

/// What a matcher follows beside nodes, in its folder.
pub(super) async fn sources(
    folder: &Path,
    config: Option<&Path>,
    flags: &impl Serialize,
    opening: Opening,
) -> anyhow::Result<(MatcherSources, Operator)> {
    let settings = Settings::read(folder, config, flags)?;
    let file = folder.join(DATABASE_FILE);
    if opening == Opening::OrNew {
        folder::make(folder)?;
    } else if !file.exists() {
        bail!("there is no matcher in {}: name its folder with --matcher", folder.display());
    }
    let key = key(folder, &settings)?;
    Ok(MatcherSources::open(&file, key).await?)
}

fn upstreams(settings: &Settings) -> anyhow::Result<Vec<Upstream>> {
    settings
        .from
        .iter()
        .map(|node| {
            let file = node.key_file.relative();
            let key = secret(&file)?.parse().with_context(|| format!("{} holds no partner key", file.display()))?;
            let upstream = Upstream::new(&node.url, key).with_context(|| format!("cannot follow {:?}", node.url))?;
            if upstream.is_clear() {
                eprintln!("rempart: {} is reached without encryption: use https", upstream.url());
            }
            Ok(upstream)
        })
        .collect()
}

fn access(settings: &Settings) -> anyhow::Result<Access> {
    let Some(file) = config::path(settings.access_token_file.as_ref()) else { return Ok(Access::Loopback) };
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read the token {}", file.display()))?;
    Access::token(text.trim()).with_context(|| format!("{} holds no access token", file.display()))
}
