//! How fast the pages of a large hotline are: `cargo run --release -p server --example desk -- 100000 1000000 300 [FILE]`.
//! So many cases and notices in one bank, so many readings of each page; on PostgreSQL where `REMPART_TEST_POSTGRES` names a
//! server (in a database of its own, which stays), else on SQLite (in FILE, which stays, or in a temporary one).
//!
//! Most rows are made where they lie, as long as real ones and with nothing to open in them; some hundred cases are sent,
//! sealed, taken, decided and asked for as they are in life, and the pages open those. Whole pages over HTTP on the loopback
//! address, as people who are signed in, one after the other, in one process. FILE must not be there yet.
//! It asserts nothing of time.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is to stop")]

mod many_cases;
mod many_notices;
mod pages;
mod real_cases;
mod speech;
#[path = "../../tests/it/support/mod.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the tests' vocabulary, of which this needs a little")]
mod support;

use std::sync::Arc;
use std::time::Instant;

use pages::Readings;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use serde_json::{Value, json};
use server::access::staff::Role;
use server::node::{Node, NodeSettings};
use server::storage::{Database, DatabaseUrl};
use speech::Speech;
use support::{Engine, StaffBrowser, TestDatabase, TestNode, entry, hash, platform_staff, staff};

/// Cases that are real, at most.
const REAL_CASES: usize = 300;
/// Entries of one call.
const ENTRIES: usize = 1_000;

/// Who asks.
struct People {
    ann: StaffBrowser,
    /// Who approves what Ann drafts.
    ben: StaffBrowser,
    /// Somebody at a platform.
    console: StaffBrowser,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |or: usize| arguments.next().map_or(or, |text| text.parse().unwrap());
    let (cases, notices, each) = (number(100_000), number(1_000_000), number(300));
    let file = arguments.next();
    let engine = if support::has_postgres() { Engine::Postgres } else { Engine::Sqlite };
    println!("load: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    println!("\n| engine | page | median ms | p99 ms | most ms | bytes |\n| --- | --- | --- | --- | --- | --- |");
    let mut database = TestDatabase::new(engine).await;
    if let (Engine::Sqlite, Some(file)) = (engine, file) {
        database.url = DatabaseUrl::Sqlite(file.into());
    }
    measure(engine, database, (cases, notices, each)).await;
    println!("\nload: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
}

async fn measure(engine: Engine, database: TestDatabase, (cases, notices, each): (usize, usize, usize)) {
    let begun = Instant::now();
    fill(&database, cases, notices).await;
    let node = TestNode::over(database, |_| ()).await;
    protect(&node, cases).await;
    let of_partners = node.node.partners.list().await.unwrap();
    let partner = of_partners.into_iter().find(|partner| partner.name == many_notices::PARTNERS[0]).unwrap().id;
    let mut people = People {
        ann: staff(&node, Role::Analyst).await,
        ben: staff(&node, Role::Lead).await,
        console: platform_staff(&node, partner).await,
    };
    let speech = Speech(node.node.database());
    many_cases::seen_first_by(&speech, people.ann.id.as_bytes()).await;
    let many = REAL_CASES.min(cases / 10 + 3);
    let real = real_cases::make(&node.node, &mut people.ann, &mut people.ben, many).await;
    speech.settle().await;
    eprintln!("{engine:?}: filled in {:.0} s", begun.elapsed().as_secs_f64());
    let readings = Readings { engine: &format!("{engine:?}"), each };
    pages::measure(&readings, &node, &mut people, &real).await;
    node.node.close().await;
}

/// Fills a bank that has nothing in it, while nobody else is there.
async fn fill(database: &TestDatabase, cases: usize, notices: usize) {
    let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
    let open = Database::open(&database.url).await.unwrap();
    let (node, operator) = Node::open(open, key, NodeSettings::default()).await.unwrap();
    many_cases::fill(&node, &operator, cases).await;
    many_notices::fill(&node, &operator, notices).await;
    Speech(node.database()).settle().await;
    node.close().await;
}

/// A picture of each case is in the bank.
async fn protect(node: &TestNode, cases: usize) {
    let partner = node.partner("bank").await;
    for from in (0..cases).step_by(ENTRIES) {
        let entries: Vec<Value> = (from..(from + ENTRIES).min(cases))
            .map(|number| entry(if number % 3 == 0 { "adult" } else { "minor" }, "verified", &hash(number as u64)))
            .collect();
        let answer = partner.post("entries", &json!({ "entries": entries })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}
