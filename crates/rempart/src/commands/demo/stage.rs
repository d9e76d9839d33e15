//! The demo's actors, each on a socket of its own: a node, a hotline with a key, two platforms with a matcher each.

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use exchange::{Agreement, KeyId, Reach, Scope, Tier};
use rand::rngs::StdRng;
use sealing::NodeKey;
use server::http::{Remote, node_router, serve};
use server::matcher::{Matcher, MatcherSettings, Upstream};
use server::node::{Node, NodeSettings};
use server::partners::{KeyText, NewPartner};
use server::storage::DatabaseUrl;
use server::{operator, telemetry};

use super::Voice;
use crate::commands::node::open;
use crate::commands::serve::{listen, url};
use crate::folder;
use crate::node_key::{self, Absent};

/// Says that a folder is a demo's and may be emptied.
const MARKER: &str = "this-is-a-rempart-demo.txt";
const MARKER_TEXT: &str = "Made by `rempart demo`, which empties this folder when it starts again.\n";
const NODE: &str = "node";
const PLATFORMS: [&str; 2] = ["platform-a", "platform-b"];
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(super) struct Stage {
    pub(super) node: Node,
    /// What the hotline says to the node.
    pub(super) hotline: Remote,
    pub(super) platforms: Vec<Platform>,
    pub(super) status_page: String,
    /// Held, so that no second demo empties the folder meanwhile.
    _marker: File,
}

pub(super) struct Platform {
    pub(super) key: KeyId,
    /// What the platform's services say to their matcher.
    pub(super) matcher_api: Remote,
    matcher: Matcher,
}

impl Stage {
    /// Everything started, loaded and ready to be asked.
    pub(super) async fn set(data: &Path, voice: Voice) -> anyhow::Result<Self> {
        let marker = clear_folder(data)?;
        let (node, node_url, status_page) = start_node(&data.join(NODE)).await?;
        let hotline_key = partner(&node, "hotline", &[Scope::Contribute]).await?;
        let hotline = Remote::new(&node_url, Some(&hotline_key.reveal()))?;
        voice.say(format_args!("A hotline's node listens on {node_url}."))?;
        let mut platforms = Vec::new();
        for name in PLATFORMS {
            let key = partner(&node, name, &[Scope::Follow, Scope::Outcome]).await?;
            let id = key.id();
            let (matcher, matcher_url) = start_matcher(&data.join(name), Upstream::new(&node_url, key)?).await?;
            voice.say(format_args!("The matcher of {name} listens on {matcher_url} and follows the node."))?;
            platforms.push(Platform { key: id, matcher_api: Remote::new(&matcher_url, None)?, matcher });
        }
        Ok(Self { node, hotline, platforms, status_page, _marker: marker })
    }

    /// Ends everything.
    pub(super) async fn clear(self) {
        for platform in self.platforms {
            platform.matcher.close().await;
        }
        self.node.close().await;
    }
}

/// Empties a folder that an earlier demo made, or makes it; a folder of anything else is left alone.
fn clear_folder(data: &Path) -> anyhow::Result<File> {
    folder::make(data)?;
    let path = data.join(MARKER);
    let is_empty = fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))?.next().is_none();
    if !is_empty && !path.is_file() {
        bail!("{} holds something that no demo made; name another folder with --data", data.display());
    }
    let mut marker = File::options().create(true).append(true).open(&path)?;
    if marker.try_lock().is_err() {
        bail!("another demo runs in {}; end it, or name another folder with --data", data.display());
    }
    if is_empty {
        marker.write_all(MARKER_TEXT.as_bytes())?;
    }
    for name in [&[NODE][..], &PLATFORMS].concat() {
        match fs::remove_dir_all(data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot empty {}", data.display()));
            }
            _ => {}
        }
    }
    Ok(marker)
}

/// The node, its address, its operator's.
pub(in crate::commands) async fn start_node(data: &Path) -> anyhow::Result<(Node, String, String)> {
    folder::make(data)?;
    let database = open(&DatabaseUrl::Sqlite(data.join("node.db"))).await?;
    let place = node_key::Place::File { path: data.join("node.key"), made_here: true };
    let key = node_key::load(&place, Absent::Make)?;
    // One key sends in a minute what a hotline sends in a year.
    let requests_per_second = NonZeroU32::new(100_000).unwrap_or(NonZeroU32::MAX);
    let settings = NodeSettings { requests_per_second, ..NodeSettings::default() };
    let (node, _) = Node::open(database, key, settings).await?;
    node.start();
    let (public, operator) = (listen(ANYWHERE).await?, listen(ANYWHERE).await?);
    let addresses = (url(public.address), url(operator.address));
    let page = operator::node_router(node.clone(), telemetry::metrics());
    tokio::spawn(serve(public, node_router(node.clone()), node.stopping().clone()));
    tokio::spawn(serve(operator, page, node.stopping().clone()));
    Ok((node, addresses.0, addresses.1))
}

/// A matcher that follows one node, its address.
pub(in crate::commands) async fn start_matcher(data: &Path, upstream: Upstream) -> anyhow::Result<(Matcher, String)> {
    folder::make(data)?;
    let key = Arc::new(NodeKey::generate(&mut rand::make_rng::<StdRng>()));
    let matcher = Matcher::open(MatcherSettings::new(data.join("matcher.db"), key, vec![upstream])).await?;
    matcher.start();
    let listening = listen(ANYWHERE).await?;
    let address = url(listening.address);
    tokio::spawn(serve(listening, matcher.router(), matcher.stopping().clone()));
    Ok((matcher, address))
}

/// As `rempart partner add` does.
pub(in crate::commands) async fn partner(node: &Node, name: &str, scopes: &[Scope]) -> anyhow::Result<KeyText> {
    let agreement = Agreement { sees: Reach::both(Tier::Reported), contributes: Reach::both(Tier::Confirmed) };
    let scopes = scopes.iter().copied().collect();
    let (_, key) = node.partners.add(NewPartner { name: name.parse()?, agreement, scopes, expires_at: None }).await?;
    Ok(key)
}
