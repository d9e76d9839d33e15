//! What it costs to try six words, and whether the time of an answer tells right words from wrong ones:
//! `cargo xtask bench receipt -- 300`. Over HTTP on the loopback address, right and wrong in turn, SQLite in a temporary folder.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

use std::sync::Arc;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sealing::{Cost, Lexicon, NodeKey, Receipt, RecipientSecret};
use server::http::{Listening, node_router, serve};
use server::intake::{Age, Consent, Situation, Stand};
use server::node::{Node, NodeSettings};
use server::storage::{Database, DatabaseUrl};

/// Direct tries, without HTTP.
const TRIES: usize = 50;
const WORDS: f64 = 2_048.0;

#[tokio::main]
async fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(300, |text| text.parse().unwrap());
    let mut rng = StdRng::seed_from_u64(1);
    println!("load of the last minute: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());

    let (salt, rss) = (rng.random(), peak_kilobytes());
    let (mut wall, mut processor) = (vec![], vec![]);
    for _ in 0..TRIES {
        let receipt = Receipt::generate(Lexicon::En, &mut rng);
        let (started, busy) = (Instant::now(), busy_millis());
        std::hint::black_box(receipt.keys(&salt, Cost::V1));
        processor.push(busy_millis() - busy);
        wall.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    let check = median(&mut processor);
    println!("one try, Argon2id as it ships: {check:.1} ms of processor, {:.1} ms waited", median(&mut wall));
    println!("memory at the most: {:.1} MiB more", (peak_kilobytes() - rss) as f64 / 1_024.0);
    let years = WORDS.powi(6) / 2.0 * check / 1_000.0 / (86_400.0 * 365.25);
    println!("half of 2048^6 receipts, one after the other on this core with salt and database: {years:.1e} years");

    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&DatabaseUrl::Sqlite(folder.path().join("node.db"))).await.unwrap();
    let key = Arc::new(NodeKey::generate(&mut rng));
    let (node, operator) = Node::open(database, key, NodeSettings::default()).await.unwrap();
    node.intake.add_recipient(&operator, &RecipientSecret::generate(&mut rng).public()).await.unwrap();
    node.start();
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listening.address);
    tokio::spawn(serve(listening, node_router(node.clone()), node.stopping().clone()));
    let live = node.bank.live().clone();
    live.watch().wait_for(|_| live.is_ready()).await.unwrap();

    let right = case(&node).await;
    let http = server::http::client().unwrap();
    let mut found = [(vec![], vec![]), (vec![], vec![])];
    for round in 0..rounds * 2 {
        // In turn, each first as often as the other.
        let is_right = (round % 2 == 0) == (round / 2 % 2 == 0);
        let words = if is_right { right.clone() } else { Receipt::generate(Lexicon::En, &mut rng).as_str().to_owned() };
        let body = format!("lang=en&words={}", words.replace(' ', "+"));
        // From another address each time: one address may try ten times a minute.
        let address = format!("10.{}.{}.{}", round >> 16 & 255, round >> 8 & 255, round & 255);
        let (started, busy) = (Instant::now(), busy_millis());
        let request = http.post(format!("{base}/o")).header("x-forwarded-for", address).body(body);
        let answer = request.send().await.unwrap();
        let waited = started.elapsed().as_secs_f64() * 1_000.0;
        // 303 to the case or back to the page.
        assert_eq!(answer.status().as_u16(), 303);
        let (wall, processor) = &mut found[usize::from(is_right)];
        wall.push(waited);
        processor.push(busy_millis() - busy);
    }
    let [(mut wrong_wall, mut wrong_busy), (mut right_wall, mut right_busy)] = found;
    for (what, wrong, right) in
        [("waited", &mut wrong_wall, &mut right_wall), ("processor", &mut wrong_busy, &mut right_busy)]
    {
        let (z, share) = ranks(wrong, right);
        println!(
            "{what}: wrong {:.2} ms, right {:.2} ms (medians of {rounds}); a right one is slower in {:.1} % of pairs, z = {z:.1}",
            median(wrong),
            median(right),
            share * 100.0
        );
    }
    node.close().await;
}

/// A case with a message and a link; its words.
async fn case(node: &Node) -> String {
    let mut draft = node.intake.begin("en", Situation::Mine);
    (draft.age, draft.stand) = (Some(Age::From13), Some(Stand::Links));
    draft.links.push("https://example.org/1".to_owned());
    draft.message = "a few lines ".repeat(20);
    draft.consent = Some(Consent { notices: Some(true), ..Consent::default() });
    let words = node.intake.words_of(&mut draft).unwrap().as_str().to_owned();
    node.intake.send(&draft).await.unwrap();
    words
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Mann and Whitney's test: how far from chance, in standard deviations, and how often the second is the larger one.
fn ranks(first: &[f64], second: &[f64]) -> (f64, f64) {
    let larger = |one: &f64| {
        first.iter().map(|other| if one > other { 1.0 } else { 0.5 * f64::from(one == other) }).sum::<f64>()
    };
    let (m, n) = (first.len() as f64, second.len() as f64);
    let u: f64 = second.iter().map(larger).sum();
    ((u - m * n / 2.0) / (m * n * (m + n + 1.0) / 12.0).sqrt(), u / (m * n))
}

/// Processor time of this process, in milliseconds; Linux only.
fn busy_millis() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let nanos = threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok());
    nanos.filter_map(|text| text.split(' ').next()?.parse::<f64>().ok()).sum::<f64>() / 1e6
}

/// The most memory that this process held, in KiB; Linux only.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
