//! Clients of other systems, unmodified, from PyPI: `threatexchange` and `arachnid-shield-sdk` read this bank as theirs.
//! `cargo xtask test` installs them and sets `REMPART_TEST_PYTHON`.

mod flows;
mod proxy;
mod shield;
mod volume;

use std::path::Path;
use std::process::Stdio;

use exchange::{Reach, Scope};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use self::proxy::Proxy;
use crate::support::{Engine, TestNode, TestPartner, hash};

/// The systems whose lists the client reads, by its names for them.
const SYSTEMS: [&str; 4] = ["stop_ncii", "ncmec", "fb_threatexchange", "tat"];
const EVERY: [Scope; 4] = [Scope::Contribute, Scope::Follow, Scope::Match, Scope::Outcome];

/// The clients in a process of their own.
struct Clients {
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    folder: TempDir,
    /// What the last order took of the processor, on the client's side.
    cpu_seconds: f64,
    _process: Child,
}

impl Clients {
    /// `None`, saying how to have them, where they are not installed.
    async fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("REMPART_TEST_PYTHON") else {
            eprintln!("not run: `cargo xtask test` installs other systems' clients and sets REMPART_TEST_PYTHON");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients/clients.py"))
            .env("HOME", folder.path())
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        Some(Self { orders, answers, folder, cpu_seconds: 0.0, _process: process })
    }

    fn authority(&self) -> std::path::PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Whether an order was done, and what was said.
    async fn order(&mut self, order: &Value) -> (bool, String) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        let answer = self.answers.next_line().await.unwrap().expect("the clients' process ended");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        self.cpu_seconds = answer["cpu_seconds"].as_f64().unwrap();
        (answer["ok"].as_bool().unwrap(), answer["said"].as_str().unwrap().to_owned())
    }

    async fn done(&mut self, order: &Value) -> String {
        let (ok, said) = self.order(order).await;
        assert!(ok, "{order}: {said}");
        said
    }
}

/// A platform that reads one system's list through its client.
struct Platform {
    system: &'static str,
    key: String,
    state: String,
    env: Value,
    zone: &'static str,
    /// How far its clock runs before the node's: each fetch is some seconds after the one before.
    ahead: u64,
}

impl Platform {
    /// `direct`: where a client whose address can be changed is sent.
    fn of(system: &'static str, key: &str, clients: &Clients, proxy: &Proxy, name: &str) -> Self {
        let state = clients.folder.path().join(format!("{system}-{name}")).display().to_string();
        let env = json!({
            "HTTPS_PROXY": format!("http://{}", proxy.address),
            "REQUESTS_CA_BUNDLE": clients.authority().display().to_string(),
            "TX_STOPNCII_KEYS": format!("{key},any,http://{}/stopncii/v1", proxy.address),
            "TX_NCMEC_CREDENTIALS": format!("platform:{key}"),
            "TX_ACCESS_TOKEN": graph_token(key),
            "PYTX_TAT_CREDENTIALS": format!("platform:{key}"),
        });
        Self { system, key: key.to_owned(), state, env, zone: "UTC", ahead: 0 }
    }

    fn tx(&self, args: &[&str]) -> Value {
        let mut env = self.env.clone();
        env["TZ"] = json!(self.zone);
        json!({"do": "tx", "args": args, "state": self.state, "env": env, "ahead": self.ahead})
    }

    async fn join(&self, clients: &mut Clients) {
        let mut args = vec!["config", "collab", "edit", self.system, "--create", "ours"];
        match self.system {
            "ncmec" => args.extend(["--environment", "test_Industry"]),
            "fb_threatexchange" => args.extend(["--privacy-group", "1000"]),
            _ => {}
        }
        clients.done(&self.tx(&args)).await;
    }

    async fn fetch(&mut self, clients: &mut Clients) -> String {
        self.ahead += 10;
        clients.done(&self.tx(&["fetch"])).await
    }

    /// What it finds of these hashes, a line each.
    async fn matches(&self, clients: &mut Clients, hashes: &[String]) -> Vec<String> {
        let file = Path::new(&self.state).join("asked.txt");
        std::fs::write(&file, hashes.join("\n")).unwrap();
        let file = file.display().to_string();
        let said =
            clients.done(&self.tx(&["match", "--all", "--only-signal", "pdq", "--hashes", "photo", &file])).await;
        said.lines().filter(|line| line.starts_with("pdq ")).map(str::to_owned).collect()
    }
}

/// A partner key as the graph's access token.
fn graph_token(key: &str) -> String {
    let (id, secret) = key.strip_prefix("rp_").unwrap().split_once('_').unwrap();
    format!("{:020}|{secret}", u64::from_str_radix(id, 16).unwrap())
}

async fn reader(node: &TestNode, name: &str) -> TestPartner {
    node.partner_with(name, Reach::parse("minor:verified").unwrap(), Reach::parse("minor:verified").unwrap(), &EVERY)
        .await
}

fn hashes(seeds: std::ops::Range<u64>) -> Vec<String> {
    seeds.map(hash).collect()
}

async fn start(clients: &Clients) -> (TestNode, Proxy) {
    let node = TestNode::start(Engine::Sqlite).await;
    let proxy = Proxy::start(node.address, &clients.authority()).await;
    (node, proxy)
}
