//! Many changes, and readers that do not read.

use std::collections::HashSet;

use exchange::{Class, Contribution, EntryId, Fingerprint, SnapshotLine, Tier};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::json;

use crate::support::{Engine, TestNode, TestPartner, entry, has_postgres, hash, on_every_engine};

/// How many changes, unless the environment asks for more: a million takes minutes, most of it SQLite's and
/// the unoptimised server's.
const CHANGES: u64 = 100_000;
const HOW_MANY: &str = "REMPART_TEST_CHANGES";

fn how_many() -> u64 {
    std::env::var(HOW_MANY).map_or(CHANGES, |number| number.parse().expect("REMPART_TEST_CHANGES is a number"))
}

fn pdq(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    StdRng::seed_from_u64(number).fill_bytes(&mut bytes);
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn very_many_changes_are_in_the_feed_the_snapshot_and_the_index_after_a_restart_on_sqlite() {
    many_changes(Engine::Sqlite, how_many()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn very_many_changes_are_in_the_feed_the_snapshot_and_the_index_after_a_restart_on_postgresql() {
    if has_postgres() {
        many_changes(Engine::Postgres, how_many()).await;
    }
}

async fn many_changes(engine: Engine, changes: u64) {
    let node = TestNode::start(engine).await;
    let operator = node.operator.contributor();
    let mut random = StdRng::seed_from_u64(3);
    let (withdrawn, put) = (changes / 1_000, changes - changes / 1_000);
    let mut gone = Vec::new();
    for first in (0..put).step_by(1_000) {
        let batch: Vec<Contribution> = (first..put.min(first + 1_000))
            .map(|number| Contribution {
                class: Class::Minor,
                tier: Tier::Verified,
                fingerprints: vec![Fingerprint::Pdq { hash: pdq(number), quality: None }],
                views: Vec::new(),
            })
            .collect();
        let given = node.node.bank.contribute(&operator, &batch, None).await.unwrap();
        gone.push((first, given.entries[0].id));
    }
    gone.truncate(usize::try_from(withdrawn).unwrap());
    for (_, id) in &gone {
        node.node.bank.withdraw(&operator, *id, exchange::RemoveReason::Expired).await.unwrap();
    }
    assert_eq!(node.node.bank.head().await.unwrap(), put + gone.len() as u64);
    let partner = node.partner("platform").await;
    node.node.close().await;

    let TestNode { database, .. } = node;
    let node = TestNode::over(database, |_| ()).await;
    let partner = node.with_key(partner.key);
    let standing = put - gone.len() as u64;
    assert_eq!(node.node.bank.live().size().entries as u64, standing);
    assert_eq!(listed(&partner).await, (standing, gone.len() as u64));
    assert_eq!(in_snapshot(&partner).await, standing);
    let gone: HashSet<u64> = gone.into_iter().map(|(number, _)| number).collect();
    for _ in 0..50 {
        let number = random.next_u64() % put;
        let found = partner.matches(&exchange::hex::encode(&pdq(number))).await;
        assert_eq!(found.len(), usize::from(!gone.contains(&number)));
    }
    for number in gone.iter().take(10) {
        assert_eq!(partner.matches(&exchange::hex::encode(&pdq(*number))).await, Vec::<String>::new());
    }
    node.node.close().await;
}

/// Puts and removes of the whole feed, page by page.
async fn listed(partner: &TestPartner) -> (u64, u64) {
    let (mut after, mut puts, mut removes) = (0, 0, 0);
    loop {
        let response = partner.request(Method::GET, &format!("changes?after={after}&limit=5000")).send().await.unwrap();
        let page: exchange::ChangePage = response.json().await.unwrap();
        for change in &page.changes {
            match change.action {
                exchange::Action::Put(_) => puts += 1,
                exchange::Action::Remove { .. } => removes += 1,
            }
        }
        after = page.through;
        if page.through == page.head {
            return (puts, removes);
        }
    }
}

async fn in_snapshot(partner: &TestPartner) -> u64 {
    let text = partner.get("snapshot").await.text;
    let mut ids = HashSet::<EntryId>::new();
    for line in text.lines() {
        match serde_json::from_str(line).unwrap() {
            SnapshotLine::Header(_) => {}
            SnapshotLine::Entry(entry) => assert!(ids.insert(entry.id)),
            SnapshotLine::End { entries } => assert_eq!(entries, ids.len() as u64),
        }
    }
    ids.len() as u64
}

on_every_engine!(readers_that_never_read_or_never_acknowledge_hold_nobody_up, |engine| {
    let node = TestNode::start(engine).await;
    let (writer, slow, brisk) = (node.partner("writer").await, node.partner("slow").await, node.partner("brisk").await);
    let mut open = Vec::new();
    for _ in 0..16 {
        // Open, and from here on not read from.
        open.push(slow.request(Method::GET, "changes/stream").send().await.unwrap());
    }
    slow.get("changes/stream").await.is_problem(429, "too-many-streams");
    for call in 0..20_u64 {
        let entries: Vec<_> = (0..500).map(|number| entry("minor", "reported", &hash(call * 500 + number))).collect();
        assert_eq!(writer.post("entries", &json!({"entries": entries})).await.status, 201);
    }
    assert_eq!(listed(&brisk).await, (10_000, 0));
    assert_eq!(brisk.put("cursor", &json!({"seq": 10_000})).await.status, 204);
    let views = node.node.partners.list().await.unwrap();
    let cursor = |name: &str| {
        let view = views.iter().find(|view| view.name == name).unwrap();
        view.keys[0].cursor.map(|(seq, _)| seq)
    };
    assert_eq!((cursor("slow"), cursor("brisk")), (None, Some(10_000)), "who never acknowledged is seen to be so");
    // A slow reader that wakes up finds everything, in order.
    let mut last = 0;
    let mut buffer = String::new();
    let mut response = open.pop().unwrap();
    while last < 10_000 {
        buffer.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
        while let Some(end) = buffer.find("\n\n") {
            let event: String = buffer.drain(..end + 2).collect();
            let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
            let page: exchange::ChangePage = serde_json::from_str(data).unwrap();
            for change in page.changes {
                assert_eq!(change.seq, last + 1);
                last = change.seq;
            }
        }
    }
});
