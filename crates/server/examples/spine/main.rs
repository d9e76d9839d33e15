//! Measures the spine on this machine, node, matcher and client in one process over loopback HTTP:
//! `cargo xtask bench spine -- [entries] [postgres://..]`, 1,000,000 entries on SQLite unless said otherwise. Prints
//! contributions a second, memory an entry, start times of node and matcher, time from commit to acknowledged, and match
//! queries a second. It asserts nothing.
//!
//! With the word `matcher` before the number of entries, and behind it the number of views of each (none unless said), the
//! node holds next to nothing and the entries are put into its snapshot on the way to the matcher: that is filled in
//! minutes where the node would take hours, and everything is measured at the matcher.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing better to do")]

mod asking;
mod large;
mod made_up;
mod relay;

use std::sync::Arc;
use std::time::{Duration, Instant};

use exchange::{Agreement, Reach, Scope, Tier};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use serde_json::{Value, json};
use server::bank::Live;
use server::http::{Listening, node_router, serve};
use server::matcher::{Matcher, MatcherSettings, Upstream};
use server::node::{Node, NodeSettings};
use server::partners::{KeyText, NewPartner};
use server::storage::{Database, DatabaseUrl};

use crate::asking::Asked;
use crate::made_up::entry;

const BATCH: usize = 1_000;
const SINGLES: usize = 500;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|word| word == "matcher").is_some() {
        let mut number = |otherwise| arguments.next().map_or(otherwise, |text| text.parse().unwrap());
        return large::measure(number(1_000_000), number(0)).await;
    }
    let entries: usize = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let sqlite = DatabaseUrl::Sqlite(folder.path().join("node.db"));
    let url = arguments.next().map_or(sqlite, |text| text.parse().unwrap());
    let node_key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
    let (node, base) = start_node(&url, &node_key).await;
    println!("engine {}, {entries} entries of one PDQ hash and one SHA-256", node.database().engine());
    let key = partner(&node).await;
    let rss = resident_bytes();
    fill(&base, &key, entries).await;
    println!("memory of the node: {:.0} bytes an entry", (resident_bytes() - rss) as f64 / entries as f64);
    let size = node.bank.live().size();
    println!("of which index {:.1} bytes a hash", size.index_bytes as f64 / size.hashes as f64);
    let live = node.bank.live();
    let begun = Instant::now();
    settled(live).await;
    println!("settled after {:.1} s", begun.elapsed().as_secs_f64());
    asking::measure(&Asked { base, key: key.reveal() }, entries).await;
    node.close().await;
    drop(node);

    let started = Instant::now();
    let (node, base) = start_node(&url, &node_key).await;
    println!("node, cold start to ready: {:.1} s", started.elapsed().as_secs_f64());
    let file = folder.path().join("matcher.db");
    let matcher_key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(2)));
    let open = async || {
        let started = Instant::now();
        let upstream = Upstream::new(&base, key.clone()).unwrap();
        let matcher =
            Matcher::open(MatcherSettings::new(file.clone(), matcher_key.clone(), vec![upstream])).await.unwrap();
        matcher.start();
        let head = node.bank.head().await.unwrap();
        let mut status = matcher.watch_status();
        status.wait_for(|all| all[0].loaded && all[0].cursor == Some(head)).await.unwrap();
        (matcher, started.elapsed().as_secs_f64())
    };
    let rss = resident_bytes();
    let (matcher, seconds) = open().await;
    println!("matcher, first start (snapshot) to ready: {seconds:.1} s");
    println!("memory of the matcher: {:.0} bytes an entry", (resident_bytes() - rss) as f64 / entries as f64);
    matcher.close().await;
    drop(matcher);
    let (matcher, seconds) = open().await;
    println!("matcher, cold start from its own file to ready: {seconds:.1} s");
    propagation(&node, &base, &key, entries).await;
    matcher.close().await;
    node.close().await;
}

/// Goes on once the index has been tended.
async fn settled(live: &Live) {
    while live.size().segments > 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn start_node(url: &DatabaseUrl, key: &Arc<NodeKey>) -> (Node, String) {
    let settings = NodeSettings { requests_per_second: 1_000_000.try_into().unwrap(), ..NodeSettings::default() };
    let (node, _) = Node::open(Database::open(url).await.unwrap(), key.clone(), settings).await.unwrap();
    node.start();
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listening.address);
    tokio::spawn(serve(listening, node_router(node.clone()), node.stopping().clone()));
    let live = node.bank.live().clone();
    live.watch().wait_for(|_| live.is_ready()).await.unwrap();
    (node, base)
}

async fn partner(node: &Node) -> KeyText {
    let agreement = Agreement { sees: Reach::both(Tier::Reported), contributes: Reach::both(Tier::Confirmed) };
    let (name, scopes) = ("platform".parse().unwrap(), Scope::ALL.iter().copied().collect());
    node.partners.add(NewPartner { name, agreement, scopes, expires_at: None }).await.unwrap().1
}

async fn fill(base: &str, key: &KeyText, entries: usize) {
    let http = server::http::client().unwrap();
    let started = Instant::now();
    for first in (0..entries).step_by(BATCH) {
        let batch: Vec<Value> = (first..entries.min(first + BATCH)).map(entry).collect();
        let request = http.post(format!("{base}/api/v1/entries")).bearer_auth(key.reveal());
        let response = request.json(&json!({"entries": batch})).send().await.unwrap();
        assert_eq!(response.status(), 201);
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("contributions in calls of {BATCH}: {:.0} entries a second", entries as f64 / seconds);
}

async fn propagation(node: &Node, base: &str, key: &KeyText, first: usize) {
    let http = server::http::client().unwrap();
    let mut millis = Vec::new();
    for number in 0..SINGLES {
        let request = http.post(format!("{base}/api/v1/entries")).bearer_auth(key.reveal());
        let body = json!({"entries": [entry(first + number)]});
        let answer: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
        let seq = answer["seq"].as_u64().unwrap();
        let acknowledged = loop {
            let cursor = node.partners.key(key.id()).await.unwrap().unwrap().cursor;
            match cursor {
                Some((cursor, at)) if cursor >= seq => break at,
                _ => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
        let written = node.bank.written_at(seq).await.unwrap().unwrap();
        millis.push(acknowledged.micros_since(written) as f64 / 1_000.0);
    }
    print_percentiles("from the start of the commit to acknowledged by the matcher", &mut millis);
}

fn print_percentiles(what: &str, millis: &mut [f64]) {
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share) as usize];
    println!("{what}: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms", at(0.5), at(0.99), at(1.0));
}

/// Of this process; Linux only, 0 elsewhere.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}
