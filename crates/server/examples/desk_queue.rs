//! How fast the desk's queue is with so many things in it: `cargo run --release -p server --example desk_queue -- 100000`.
//!
//! A node on a real socket, an analyst who is signed in, whole pages over HTTP, one after the other. On SQLite, and on PostgreSQL
//! where `REMPART_TEST_POSTGRES` names a server. It asserts nothing.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is to stop")]

#[path = "../tests/it/support/mod.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the tests' vocabulary, of which this needs a little")]
mod support;

use std::time::Instant;

use exchange::{Class, Time};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use server::access::staff::Role;
use server::casework::Order;
use server::storage::Connection;
use support::{Engine, StaffBrowser, TestNode, staff};

const ASKED: usize = 1_000;
const INSERT: &str = "insert into work
    (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips)
    values ($1, 0, $2, $3, $4, 0, $5, $6, 0, null, 0, 0)";

#[tokio::main]
async fn main() {
    let count: u32 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let mut engines = vec![Engine::Sqlite];
    if support::has_postgres() {
        engines.push(Engine::Postgres);
    }
    println!("| engine | things | page | p50 ms | p99 ms | most ms |\n| --- | --- | --- | --- | --- | --- |");
    for engine in engines {
        measure(engine, count).await;
    }
}

async fn measure(engine: Engine, count: u32) {
    let node = TestNode::start(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let places = fill(&node, count).await;
    let mut rng = StdRng::seed_from_u64(3);
    let line = |what: &str, mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        let of = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!("| {engine:?} | {count} | {what} | {:.1} | {:.1} | {:.1} |", of(0.5), of(0.99), of(1.0));
    };
    let mut times = vec![];
    for _ in 0..ASKED {
        times.push(timed(&mut ann, "/desk/queue/first").await);
    }
    line("the first", times);
    let mut times = vec![];
    for _ in 0..ASKED {
        let place = places[rng.random_range(0..places.len())];
        times.push(timed(&mut ann, &format!("/desk/queue/first?after={place}.{}", "0".repeat(32))).await);
    }
    line("anywhere", times);
    let mut times = vec![];
    for _ in 0..ASKED / 4 {
        let begun = Instant::now();
        let taken = ann.post("/desk/queue/first", &[]).await;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let path = taken.headers["location"].to_str().unwrap().to_owned();
        assert!(path.starts_with("/desk/work/"), "{path}");
    }
    line("taking the next", times);
}

async fn timed(who: &mut StaffBrowser, path: &str) -> f64 {
    let begun = Instant::now();
    let answer = who.get(path).await;
    let time = begun.elapsed().as_secs_f64() * 1e3;
    assert_eq!(answer.status, 200);
    time
}

/// Things of all kinds and hours; gives their places.
async fn fill(node: &TestNode, count: u32) -> Vec<i64> {
    let mut rng = StdRng::seed_from_u64(9);
    let mut session = node.node.database().write().await.unwrap();
    let mut places = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let id: [u8; 16] = rng.random();
        let class = if rng.random_ratio(2, 3) { Class::Minor } else { Class::Adult };
        let danger = if rng.random_ratio(1, 20) { 3 } else { 1 };
        let due_at = Time::from_micros((495_000 + rng.random_range(0..2_000)) * 3_600_000_000);
        let order = Order { danger, class, online: rng.random_ratio(1, 3), due_at, spread: 0 };
        let (class, danger) = (i64::from(order.class.code()), i64::from(order.danger));
        let (online, due, place) = (i64::from(order.online), due_at.as_micros(), order.place());
        places.push(place);
        macro_rules! insert {
            ($c:expr) => {
                sqlx::query(INSERT)
                    .bind(&id[..])
                    .bind(class)
                    .bind(danger)
                    .bind(online)
                    .bind(due)
                    .bind(place)
                    .execute($c)
                    .await
                    .map(drop)
                    .unwrap()
            };
        }
        match session.connection() {
            Connection::Sqlite(c) => insert!(c),
            Connection::Postgres(c) => insert!(c),
        }
    }
    session.commit().await.unwrap();
    places
}
