//! The tests' vocabulary: a node on a real socket over a database of its own, partners with keys, fingerprints.

#![expect(unreachable_pub, reason = "a vocabulary for the other modules, read like a library")]

mod staff;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use exchange::{Agreement, Reach, Scope, Tier};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::{Method, RequestBuilder, Response};
use sealing::NodeKey;
use serde_json::{Value, json};
use server::access::Operator;
use server::casework::Program;
use server::clock::{Clock, Entropy};
use server::http::{Listening, node_router, serve};
use server::node::{Node, NodeSettings};
use server::partners::NewPartner;
use server::storage::{Database, DatabaseUrl};

pub use staff::{PASSPHRASE, StaffBrowser, between, platform_staff, staff};

/// The engines to run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Runs a test on every engine at hand; says how to have the other when it is not.
macro_rules! on_every_engine {
    ($(#[$meta:meta])* $name:ident, |$engine:ident| $body:block) => {
        mod $name {
            use super::*;
            async fn run($engine: crate::support::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(crate::support::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if crate::support::has_postgres() {
                    run(crate::support::Engine::Postgres).await;
                }
            }
        }
    };
}
pub(crate) use on_every_engine;

pub fn has_postgres() -> bool {
    let has = std::env::var_os("REMPART_TEST_POSTGRES").is_some();
    if !has {
        eprintln!("not run on PostgreSQL: `cargo xtask test` starts one and sets REMPART_TEST_POSTGRES");
    }
    has
}

/// A database of its own, gone with the value.
pub struct TestDatabase {
    pub url: DatabaseUrl,
    folder: tempfile::TempDir,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);

impl TestDatabase {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => DatabaseUrl::Sqlite(folder.path().join("node.db")),
            Engine::Postgres => {
                let server = std::env::var("REMPART_TEST_POSTGRES").unwrap();
                let number = DATABASES.fetch_add(1, Ordering::SeqCst);
                let name = format!("rempart_test_{}_{number}", std::process::id());
                let pool = sqlx::PgPool::connect(&server).await.unwrap();
                sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&pool).await.unwrap();
                pool.close().await;
                let (base, options) = server.split_once('?').map_or((server.as_str(), ""), |(b, o)| (b, o));
                let base = base.rsplit_once('/').unwrap().0;
                let options = if options.is_empty() { String::new() } else { format!("?{options}") };
                DatabaseUrl::Postgres(format!("{base}/{name}{options}"))
            }
        };
        Self { url, folder }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A node on a real socket.
pub struct TestNode {
    pub node: Node,
    pub operator: Operator,
    pub address: SocketAddr,
    pub http: reqwest::Client,
    pub database: TestDatabase,
    pub key: Arc<NodeKey>,
}

impl TestNode {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| ()).await
    }

    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut NodeSettings)) -> Self {
        let database = TestDatabase::new(engine).await;
        Self::over(database, change).await
    }

    pub async fn over(database: TestDatabase, change: impl FnOnce(&mut NodeSettings)) -> Self {
        let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
        let mut settings = NodeSettings {
            requests_per_second: 10_000.try_into().unwrap(),
            receipt_cost: sealing::Cost::LEAST,
            ..NodeSettings::default()
        };
        if let Some(path) = option_env!("CARGO_BIN_EXE_preview-child") {
            settings.casework.preview = Program { path: path.into(), arguments: vec![] };
        }
        change(&mut settings);
        let open = Database::open(&database.url).await.unwrap();
        let (node, operator) = Node::open(open, key.clone(), settings).await.unwrap();
        // Somebody must be able to read what people write; a node without is in trouble.
        let hotline = sealing::RecipientSecret::generate(&mut StdRng::seed_from_u64(2));
        node.intake.add_recipient(&operator, &hotline.public()).await.unwrap();
        node.start();
        let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listening.address;
        tokio::spawn(serve(listening, node_router(node.clone()), node.stopping().clone()));
        let http = server::http::client().unwrap();
        let this = Self { node, operator, address, http, database, key };
        this.until_ready().await;
        this
    }

    async fn until_ready(&self) {
        let live = self.node.bank.live().clone();
        let mut applied = live.watch();
        applied.wait_for(|_| live.is_ready()).await.unwrap();
    }

    /// A partner that sees and contributes everything, with every scope.
    pub async fn partner(&self, name: &str) -> TestPartner {
        self.partner_with(name, Reach::both(Tier::Reported), Reach::both(Tier::Confirmed), Scope::ALL).await
    }

    pub async fn partner_with(&self, name: &str, sees: Reach, contributes: Reach, scopes: &[Scope]) -> TestPartner {
        let new = NewPartner {
            name: name.parse().unwrap(),
            agreement: Agreement { sees, contributes },
            scopes: scopes.iter().copied().collect(),
            expires_at: None,
        };
        let (_, key) = self.node.partners.add(new).await.unwrap();
        self.with_key(key.reveal())
    }

    pub fn with_key(&self, key: String) -> TestPartner {
        TestPartner { key, http: self.http.clone(), base: self.base() }
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Somebody with a key.
#[derive(Clone)]
pub struct TestPartner {
    pub key: String,
    pub http: reqwest::Client,
    pub base: String,
}

impl TestPartner {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1/{path}", self.base)).bearer_auth(&self.key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body).send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// Contributes one entry with one PDQ hash; gives its id.
    pub async fn protect(&self, class: &str, tier: &str, hash: &str) -> String {
        let answer = self.post("entries", &json!({"entries": [entry(class, tier, hash)]})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["entries"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Ids matched by one PDQ hash.
    pub async fn matches(&self, hash: &str) -> Vec<String> {
        let answer = self.post("match", &json!({"queries": [{"pdq": hash}]})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let matches = answer.body["results"][0]["matches"].as_array().unwrap().clone();
        matches.iter().map(|found| found["entry"].as_str().unwrap().to_owned()).collect()
    }
}

/// An answer that was read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, body, text }
    }

    /// Asserts that it is a problem document of this kind.
    #[track_caller]
    pub fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        assert_eq!(self.body["type"], format!("urn:rempart:problem:{kind}"), "{}", self.text);
        assert_eq!(self.body["status"], status);
        assert!(self.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}", self.text);
    }
}

/// A hash that no other seed is near.
pub fn hash(seed: u64) -> String {
    let mut bytes = [0; 32];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    exchange::hex::encode(&bytes)
}

/// The same with this many bits flipped.
pub fn near(hash: &str, bits: usize) -> String {
    let mut bytes = exchange::hex::decode::<32>(hash).unwrap();
    for bit in 0..bits {
        bytes[bit % 32] ^= 1 << (bit / 32);
    }
    exchange::hex::encode(&bytes)
}

pub fn entry(class: &str, tier: &str, hash: &str) -> Value {
    json!({"class": class, "tier": tier, "fingerprints": [{"kind": "pdq", "value": hash, "quality": 100}]})
}

/// A clock that tests move, and repeatable randomness.
pub fn manual(settings: &mut NodeSettings) -> Clock {
    let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
    (settings.clock, settings.entropy) = (clock.clone(), Entropy::seeded(7));
    clock
}

/// Everything that a thief of the disk has: a backup, and on SQLite the database's own files. Of PostgreSQL's the backup alone.
pub async fn on_disk(node: &Node, database: &TestDatabase) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    server::storage::backup::backup(node.database(), &copy, |_| ()).await.unwrap();
    let mut everything = std::fs::read(&copy).unwrap();
    for file in std::fs::read_dir(database.folder()).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            everything.extend(std::fs::read(file).unwrap());
        }
    }
    everything
}

/// Whether these bytes stand somewhere in those.
pub fn holds(everything: &[u8], needle: &[u8]) -> bool {
    everything.windows(needle.len()).any(|window| window == needle)
}
