//! Following: pages, waiting, streaming, snapshots, cursors.

use std::collections::BTreeMap;

use exchange::{Action, ChangePage, Entry, EntryId, SnapshotLine};
use futures::StreamExt;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Engine, TestNode, TestPartner, entry, hash, manual, near, on_every_engine};

/// The events of a stream, as they come.
struct Events {
    body: futures::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    buffer: String,
}

impl Events {
    async fn open(partner: &TestPartner, path: &str) -> Self {
        let response = partner.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.bytes_stream().boxed(), buffer: String::new() }
    }

    /// Name, id and data of the next event; `None` at the end.
    async fn next(&mut self) -> Option<(String, String, String)> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let event: String = self.buffer.drain(..end + 2).collect();
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                if !field("data:").is_empty() {
                    return Some((field("event:"), field("id:"), field("data:")));
                }
                continue;
            }
            self.buffer.push_str(std::str::from_utf8(&self.body.next().await?.ok()?).unwrap());
        }
    }

    async fn page(&mut self) -> ChangePage {
        let (name, id, data) = self.next().await.unwrap();
        assert_eq!(name, "page", "{data}");
        let page: ChangePage = serde_json::from_str(&data).unwrap();
        assert_eq!(id, page.through.to_string());
        page
    }
}

async fn snapshot(partner: &TestPartner, query: &str) -> Vec<SnapshotLine> {
    let answer = partner.get(&format!("snapshot{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn entries_of(lines: &[SnapshotLine]) -> Vec<Entry> {
    let entry = |line: &SnapshotLine| match line {
        SnapshotLine::Entry(entry) => Some((**entry).clone()),
        _ => None,
    };
    lines.iter().filter_map(entry).collect()
}

on_every_engine!(pages_join_without_a_hole, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    for seed in 0..25 {
        partner.protect("minor", "reported", &hash(seed)).await;
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = partner.get(&format!("changes?after={after}&limit=7")).await.body;
        let changes = page["changes"].as_array().unwrap();
        seen.extend(changes.iter().map(|change| change["seq"].as_u64().unwrap()));
        after = page["through"].as_u64().unwrap();
        if after == page["head"] {
            break;
        }
    }
    assert_eq!(seen, (1..=25).collect::<Vec<_>>());
    partner.get("changes?limit=0").await.is_problem(422, "invalid");
    assert_eq!(partner.get("changes?limit=5000").await.status, 200);
    partner.get("changes?limit=5001").await.is_problem(422, "invalid");
    partner.get("changes?after=26").await.is_problem(409, "ahead-of-bank");
    assert_eq!(partner.get("changes?wait=60&after=24").await.status, 200);
    partner.get("changes?wait=61").await.is_problem(422, "invalid");
});

on_every_engine!(a_long_poll_is_answered_by_the_change_it_waits_for, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let waiting = tokio::spawn({
        let partner = partner.clone();
        async move { partner.get("changes?wait=60").await }
    });
    let id = partner.protect("minor", "reported", &hash(1)).await;
    let page = waiting.await.unwrap().body;
    assert_eq!(page["changes"][0]["put"]["id"], id.as_str());
});

on_every_engine!(a_stream_brings_every_change_and_goes_on_where_it_was_cut, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let mut events = Events::open(&partner, "changes/stream").await;
    assert_eq!(events.page().await.through, 0, "the first event says where the reader stands");
    for seed in 1..=3 {
        partner.protect("minor", "reported", &hash(seed)).await;
        let page = events.page().await;
        assert_eq!((page.through, page.changes.len()), (seed, 1));
    }
    drop(events);
    partner.protect("minor", "reported", &hash(4)).await;
    let request = partner.request(Method::GET, "changes/stream?after=0").header("last-event-id", "3");
    let response = request.send().await.unwrap();
    let mut events = Events { body: response.bytes_stream().boxed(), buffer: String::new() };
    let page = events.page().await;
    assert_eq!((page.through, page.changes[0].seq), (4, 4));
    let request = partner.request(Method::GET, "changes/stream").header("last-event-id", "x");
    Answer::of(request.send().await.unwrap()).await.is_problem(400, "malformed");
});

on_every_engine!(a_partner_revoked_in_mid_stream_is_sent_nothing_more, |engine| {
    let node = TestNode::start(engine).await;
    let (partner, other) = (node.partner("platform").await, node.partner("other").await);
    let mut events = Events::open(&partner, "changes/stream").await;
    events.page().await;
    node.node.partners.revoke("platform").await.unwrap();
    other.protect("minor", "reported", &hash(1)).await;
    let (name, _, data) = events.next().await.unwrap();
    assert_eq!(name, "problem");
    assert!(data.contains("key-unknown") && !data.contains(&hash(1)));
    assert_eq!(events.next().await, None);
});

on_every_engine!(a_changed_agreement_ends_streams_and_asks_for_a_new_snapshot, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let token = partner.get("partners/self").await.body["agreement_token"].as_str().unwrap().to_owned();
    assert_eq!(partner.get(&format!("changes?agreement={token}")).await.status, 200);
    let mut events = Events::open(&partner, &format!("changes/stream?agreement={token}")).await;
    events.page().await;
    let narrower = exchange::Agreement {
        sees: exchange::Reach::parse("adult:verified").unwrap(),
        contributes: exchange::Reach::default(),
    };
    node.node.partners.set_agreement(&"platform".parse().unwrap(), narrower).await.unwrap();
    let (name, _, data) = events.next().await.unwrap();
    assert_eq!(name, "problem");
    assert!(data.contains("agreement-changed"), "{data}");
    for path in ["changes", "changes/stream", "snapshot"] {
        partner.get(&format!("{path}?agreement={token}")).await.is_problem(409, "agreement-changed");
    }
});

on_every_engine!(a_snapshot_and_the_feed_after_it_give_the_bank, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let mut ids = Vec::new();
    for seed in 0..5 {
        ids.push(partner.protect("minor", "reported", &hash(seed)).await);
    }
    partner.delete(&format!("entries/{}", ids[1])).await;
    let lines = snapshot(&partner, "").await;
    let SnapshotLine::Header(header) = &lines[0] else { panic!("{lines:?}") };
    assert_eq!(header.seq, 6);
    assert_eq!(lines.last(), Some(&SnapshotLine::End { entries: 4 }));
    let held: Vec<String> = entries_of(&lines).iter().map(|entry| entry.id.to_string()).collect();
    assert_eq!(held, [&ids[0][..], &ids[2], &ids[3], &ids[4]], "by ascending id, without the withdrawn one");
    // Resumed after the second, as of the same number: what changed since is left to the feed.
    partner.delete(&format!("entries/{}", ids[4])).await;
    partner
        .post(
            "entries",
            &json!({"entries": [entry("minor", "verified", &hash(3)), entry("minor", "reported", &hash(9))]}),
        )
        .await;
    let resumed = snapshot(&partner, &format!("?at=6&after={}&agreement={}", ids[2], header.agreement)).await;
    assert_eq!(entries_of(&resumed), [], "the rest changed after 6");
    partner.get("snapshot?at=99").await.is_problem(409, "ahead-of-bank");
});

on_every_engine!(snapshots_are_compressed_when_the_client_can_read_it, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "reported", &hash(1)).await;
    for coding in ["zstd", "gzip"] {
        let http = reqwest::Client::builder().no_gzip().no_zstd().build().unwrap();
        let request = http.get(format!("{}/api/v1/snapshot", node.base())).bearer_auth(&partner.key);
        let response = request.header("accept-encoding", coding).send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], coding);
    }
});

on_every_engine!(a_cursor_is_kept_for_each_key_and_cannot_be_ahead, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "reported", &hash(1)).await;
    assert_eq!(partner.get("partners/self").await.body["cursor"], json!(null));
    partner.put("cursor", &json!({"seq": 2})).await.is_problem(409, "ahead-of-bank");
    assert_eq!(partner.put("cursor", &json!({"seq": 1})).await.status, 204);
    assert_eq!(partner.get("partners/self").await.body["cursor"], 1);
    assert_eq!(partner.put("cursor", &json!({"seq": 0})).await.status, 204, "a matcher that lost its file says so");
    let second = node.node.partners.add_key(&"platform".parse().unwrap(), exchange::Scopes::all(), None).await.unwrap();
    let second = node.with_key(second.reveal());
    assert_eq!(second.get("partners/self").await.body["cursor"], json!(null));
    partner.put("cursor", &json!({"seq": -1})).await.is_problem(422, "invalid");
});

on_every_engine!(a_clock_set_back_leaves_the_sequence_in_order, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let partner = node.partner("platform").await;
    partner.protect("minor", "reported", &hash(1)).await;
    clock.set(clock.now().plus_seconds(-86_400));
    partner.protect("minor", "reported", &hash(2)).await;
    let page: ChangePage = serde_json::from_value(partner.get("changes").await.body).unwrap();
    assert_eq!(page.changes.iter().map(|change| change.seq).collect::<Vec<_>>(), [1, 2]);
    assert!(page.changes[1].at < page.changes[0].at);
    let lines = snapshot(&partner, "").await;
    assert_eq!(entries_of(&lines).len(), 2, "ids that sort before older ones are in the snapshot all the same");
});

on_every_engine!(many_writers_leave_no_hole_and_no_reader_sees_numbers_out_of_order, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let mut events = Events::open(&partner, "changes/stream").await;
    let writers: Vec<_> = (0..32_u64)
        .map(|writer| {
            let partner = partner.clone();
            tokio::spawn(async move {
                for turn in 0..10 {
                    partner.protect("minor", "reported", &hash(writer * 100 + turn)).await;
                }
            })
        })
        .collect();
    let (mut last, mut seen) = (0, Vec::new());
    while seen.len() < 320 {
        let page = events.page().await;
        assert!(page.through > last || last == 0);
        last = page.through;
        seen.extend(page.changes.iter().map(|change| change.seq));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(seen, (1..=320).collect::<Vec<_>>());
});

#[derive(Clone, Debug)]
enum Step {
    Put { content: u8, tier: usize },
    Withdraw { content: u8 },
    Dispute { content: u8 },
    Read { limit: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..12, 0_usize..3).prop_map(|(content, tier)| Step::Put { content, tier }),
        2 => (0_u8..12).prop_map(|content| Step::Withdraw { content }),
        1 => (0_u8..12).prop_map(|content| Step::Dispute { content }),
        2 => (1_u32..9).prop_map(|limit| Step::Read { limit }),
    ]
}

/// What a reader holds after applying pages in order.
fn fold(held: &mut BTreeMap<EntryId, Entry>, page: ChangePage) -> u64 {
    for change in page.changes {
        match change.action {
            Action::Put(entry) => drop(held.insert(entry.id, *entry)),
            Action::Remove { entry, .. } => drop(held.remove(&entry)),
        }
    }
    page.through
}

/// Whatever is written and whenever a reader reads, folding its pages gives what a fresh snapshot gives; and so for
/// readers of every agreement.
#[test]
fn folding_the_feed_gives_the_snapshot_for_every_agreement() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut config = ProptestConfig::with_cases(24);
    config.failure_persistence = None;
    proptest!(config, |(steps in prop::collection::vec(step(), 1..60))| {
        runtime.block_on(story(Engine::Sqlite, &steps));
    });
    if crate::support::has_postgres() {
        let mut config = ProptestConfig::with_cases(6);
        config.failure_persistence = None;
        proptest!(config, |(steps in prop::collection::vec(step(), 1..60))| {
            runtime.block_on(story(Engine::Postgres, &steps));
        });
    }
}

async fn story(engine: Engine, steps: &[Step]) {
    let node = TestNode::start(engine).await;
    let writer = node.partner("writer").await;
    let mut readers = Vec::new();
    for (number, sees) in ["minor:reported", "minor:verified", "minor:confirmed", "none"].iter().enumerate() {
        let sees = exchange::Reach::parse(sees).unwrap();
        let partner =
            node.partner_with(&format!("reader{number}"), sees, exchange::Reach::default(), exchange::Scope::ALL).await;
        readers.push((partner, 0_u64, BTreeMap::new()));
    }
    let mut ids: BTreeMap<u8, String> = BTreeMap::new();
    let tiers = ["reported", "verified", "confirmed"];
    let read = async |(partner, after, held): &mut (TestPartner, u64, BTreeMap<EntryId, Entry>), limit| {
        let answer = partner.get(&format!("changes?after={after}&limit={limit}")).await;
        *after = fold(held, serde_json::from_value(answer.body).unwrap());
    };
    for step in steps {
        match step {
            Step::Put { content, tier } => {
                let id = writer.protect("minor", tiers[*tier], &hash(u64::from(*content))).await;
                ids.insert(*content, id);
            }
            Step::Withdraw { content } => {
                if let Some(id) = ids.remove(content) {
                    assert_eq!(writer.delete(&format!("entries/{id}")).await.status, 200);
                }
            }
            Step::Dispute { content } => {
                if let Some(id) = ids.get(content) {
                    assert_eq!(writer.post(&format!("entries/{id}/dispute"), &json!({})).await.status, 200);
                }
            }
            Step::Read { limit } => {
                for reader in &mut readers {
                    read(reader, *limit).await;
                }
            }
        }
    }
    let head = node.node.bank.head().await.unwrap();
    for mut reader in readers {
        while reader.1 < head {
            read(&mut reader, 5_000).await;
        }
        let whole: BTreeMap<EntryId, Entry> =
            entries_of(&snapshot(&reader.0, "").await).into_iter().map(|entry| (entry.id, entry)).collect();
        assert_eq!(reader.2, whole);
        // And the live index answers with exactly those.
        for (content, id) in &ids {
            let known = whole.contains_key(&id.parse::<EntryId>().unwrap());
            let found = reader.0.matches(&near(&hash(u64::from(*content)), 4)).await;
            assert_eq!(found.contains(id), known);
        }
    }
    node.node.close().await;
}

on_every_engine!(a_long_poll_over_much_that_is_not_shown_answers_after_one_page, |engine| {
    let node = TestNode::start(engine).await;
    let writer = node.partner("writer").await;
    let blind =
        node.partner_with("blind", exchange::Reach::default(), exchange::Reach::default(), exchange::Scope::ALL).await;
    let entries: Vec<_> = (0..100).map(|seed| entry("minor", "reported", &hash(seed))).collect();
    writer.post("entries", &json!({"entries": entries})).await;
    let page = blind.get("changes?after=0&limit=1&wait=60").await.body;
    assert_eq!((&page["changes"], &page["through"], &page["head"]), (&json!([]), &json!(1), &json!(100)));
});
