//! A matcher on a real socket with its own file, and a relay that can cut the line to a node.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use server::http::{Listening, serve};
use server::matcher::{Matcher, MatcherSettings, Pace, Standing, Upstream};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{TestNode, TestPartner};

/// Longest that anything is waited for before a test fails; nothing depends on how long it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a matcher keeps its file, and its key.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    pub(crate) key: Arc<NodeKey>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(11)));
        Self { folder: tempfile::tempdir().unwrap(), key }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("matcher.db")
    }

    /// Settings for these upstreams, with short waits.
    pub(crate) fn settings(&self, upstreams: Vec<Upstream>) -> MatcherSettings {
        let mut settings = MatcherSettings::new(self.file(), self.key.clone(), upstreams);
        let millis = Duration::from_millis;
        settings.pace = Pace { first: millis(5), max: millis(50), revoked: millis(50) };
        settings
    }

    pub(crate) async fn start(&self, upstreams: Vec<Upstream>) -> TestMatcher {
        TestMatcher::start(self.settings(upstreams)).await
    }
}

/// An upstream at this address with this partner's key.
pub(crate) fn upstream(base: &str, partner: &TestPartner) -> Upstream {
    Upstream::new(base, partner.key.parse().unwrap()).unwrap()
}

/// A matcher on a real socket.
pub(crate) struct TestMatcher {
    pub(crate) matcher: Matcher,
    pub(crate) base: String,
}

impl TestMatcher {
    pub(crate) async fn start(settings: MatcherSettings) -> Self {
        let matcher = Matcher::open(settings).await.unwrap();
        matcher.start();
        let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = format!("http://{}", listening.address);
        tokio::spawn(serve(listening, matcher.router(), matcher.stopping().clone()));
        Self { matcher, base }
    }

    /// Asks it, with the vocabulary of a partner; on loopback the key is not looked at.
    pub(crate) fn client(&self) -> TestPartner {
        TestPartner { key: "none".into(), http: server::http::client().unwrap(), base: self.base.clone() }
    }

    /// Goes on once its standing to its only (or first) node is like this.
    pub(crate) async fn until(&self, what: impl FnMut(&Standing) -> bool) -> Standing {
        self.until_at(0, what).await
    }

    pub(crate) async fn until_at(&self, place: usize, mut what: impl FnMut(&Standing) -> bool) -> Standing {
        let mut watch = self.matcher.watch_status();
        let wait = tokio::time::timeout(PATIENCE, watch.wait_for(|all| what(&all[place])));
        match wait.await {
            Ok(all) => all.unwrap()[place].clone(),
            Err(_) => panic!("it never came to that: {:#?}", self.matcher.watch_status().borrow()[place]),
        }
    }

    /// Goes on once everything up to this number is in force and the node knows it.
    pub(crate) async fn until_acknowledged(&self, seq: u64) -> Standing {
        self.until(|standing| standing.acknowledged >= Some(seq)).await
    }
}

/// The last number of a node's bank.
pub(crate) async fn head(node: &TestNode) -> u64 {
    node.node.bank.head().await.unwrap()
}

/// Passes bytes on to a node, writes down what was asked for, and can be cut.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
    open: Arc<AtomicBool>,
    cut: Arc<Mutex<CancellationToken>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    pub(crate) async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Self {
            address: listener.local_addr().unwrap(),
            target: Arc::new(Mutex::new(target)),
            open: Arc::new(AtomicBool::new(true)),
            cut: Arc::default(),
            asked: Arc::default(),
        };
        let (target, open) = (relay.target.clone(), relay.open.clone());
        let (cut, asked) = (relay.cut.clone(), relay.asked.clone());
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if open.load(Ordering::SeqCst) {
                    let (cut, target, asked) = (cut.lock().unwrap().clone(), *target.lock().unwrap(), asked.clone());
                    tokio::spawn(async move { cut.run_until_cancelled(pass(client, target, asked)).await });
                }
            }
        });
        relay
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks every connection; new ones are closed at once.
    pub(crate) fn cut(&self) {
        self.open.store(false, Ordering::SeqCst);
        std::mem::take(&mut *self.cut.lock().unwrap()).cancel();
    }

    pub(crate) fn mend(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    pub(crate) fn lead_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }

    /// How often this was asked for: a method and the beginning of a path.
    pub(crate) fn asked(&self, what: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|line| line.starts_with(what)).count()
    }
}

async fn pass(client: TcpStream, target: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
    let Ok(node) = TcpStream::connect(target).await else { return };
    let ((mut from_client, mut to_client), (mut from_node, mut to_node)) = (client.into_split(), node.into_split());
    let there = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
            // A request's head comes in one piece over loopback.
            if let Some(line) = String::from_utf8_lossy(&bytes[..length]).lines().next() {
                asked.lock().unwrap().push(line.to_owned());
            }
            if to_node.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    let back = async { drop(copy(&mut from_node, &mut to_client).await) };
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}
