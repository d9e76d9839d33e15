//! A whole list through each wire, by a node and by a matcher: 2,000 entries, or as many as `REMPART_TEST_FOLLOWED` says, with what
//! it took: docs/measurements.md.

use std::time::{Duration, Instant};

use exchange::Tier;
use serde_json::json;
use server::clock::Clock;
use server::follow::{Credentials, FollowPace, NewSource, SourceKind, SourceView, Terms};
use server::matcher::MatcherSources;
use tokio::sync::watch;

use super::PACE;
use super::faces::faces;
use crate::matcher::support::{Home, Relay, TestMatcher};
use crate::support::{Engine, TestNode, hash};

/// Goes on once the list is whole or has failed; the test's own patience is as long as the list.
async fn until_turned(turns: &mut watch::Receiver<u64>, list: impl AsyncFn() -> Vec<SourceView>, name: &str) {
    loop {
        turns.mark_unchanged();
        let is_over =
            |view: &SourceView| view.name.as_str() == name && (view.complete_at.is_some() || view.failures > 0);
        if list().await.iter().any(is_over) {
            return;
        }
        turns.changed().await.unwrap();
    }
}

fn requests_max(kind: SourceKind, count: u64) -> u64 {
    match kind {
        SourceKind::StopNcii => count.div_ceil(800) + 1,
        SourceKind::Ncmec => 1,
        SourceKind::ThreatExchange => count.div_ceil(500) + 1,
        // A token beside its pages.
        SourceKind::Tat => count.div_ceil(1_000) + 2,
        // The acknowledgement.
        SourceKind::Rempart => count.div_ceil(1_000) + 2,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_list_is_followed_through_every_wire_in_as_many_requests_as_it_has_pages() {
    let count: u64 = std::env::var("REMPART_TEST_FOLLOWED").map_or(2_000, |text| text.parse().unwrap());
    let there = TestNode::start(Engine::Sqlite).await;
    let hotline = there.partner("hotline").await;
    for some in (0..count).collect::<Vec<_>>().chunks(1_000) {
        let entries: Vec<_> = some.iter().map(|one| crate::support::entry("minor", "confirmed", &hash(*one))).collect();
        assert_eq!(hotline.post("entries", &json!({"entries": entries})).await.status, 201);
    }
    let relay = Relay::to(there.address).await;
    let mut sources = faces(&there).await;
    sources.push(NewSource {
        name: "sister".parse().unwrap(),
        kind: SourceKind::Rempart,
        url: there.base(),
        credentials: Credentials::read(&there.partner("sister-node").await.key).unwrap(),
        terms: Terms { class: None, tier: Tier::Confirmed, pass_on: false },
        every_seconds: NewSource::EVERY_SECONDS_MAX,
    });
    for source in &mut sources {
        source.url = source.url.replace(&there.base(), &relay.base());
    }
    // Behind what was written a moment ago an NCMEC client waits.
    let clock = Clock::manual(Clock::System.now().plus_seconds(60));
    let here = TestNode::start_with(Engine::Sqlite, |settings| {
        (settings.follow_pace, settings.clock) = (PACE_OF_LARGE_PAGES, clock.clone());
    })
    .await;
    let home = Home::new();
    let mut settings = home.settings(Vec::new());
    (settings.follow_pace, settings.hma.is_open, settings.clock) = (PACE_OF_LARGE_PAGES, true, clock);
    let matcher = TestMatcher::start(settings).await;
    let (_, operator) = MatcherSources::open(&home.file(), home.key.clone()).await.unwrap();
    for source in sources {
        let (name, kind) = (source.name.clone(), source.kind);
        for who in ["a node", "a matcher"] {
            let (begun, started) = (relay.asked(""), Instant::now());
            if who == "a node" {
                here.node.follow.add(&here.operator, source.clone()).await.unwrap();
                let list = async || here.node.follow.list().await.unwrap();
                until_turned(&mut here.node.follow.turns(), list, name.as_str()).await;
            } else {
                let follow = matcher.matcher.follow();
                follow.add(&operator, source.clone()).await.unwrap();
                until_turned(&mut follow.turns(), async || follow.list().await.unwrap(), name.as_str()).await;
            }
            let (requests, seconds) = (relay.asked("") - begun, started.elapsed().as_secs_f64());
            let views = if who == "a node" {
                here.node.follow.list().await.unwrap()
            } else {
                matcher.matcher.follow().list().await.unwrap()
            };
            let view = views.into_iter().find(|view| view.name == name).unwrap();
            assert_eq!((view.records, view.skipped, view.trouble.as_deref()), (count, 0, None), "{who}: {view:?}");
            assert!(requests as u64 <= requests_max(kind, count), "{who}, {name}: {requests} requests");
            let begun = relay.asked("");
            let turn = if who == "a node" {
                here.node.follow.once(&here.operator, &name).await.unwrap()
            } else {
                matcher.matcher.follow().once(&operator, &name).await.unwrap()
            };
            assert_eq!((turn.removed, turn.trouble.as_deref()), (0, None), "{who}, {name}: {turn:?}");
            let again = relay.asked("") - begun;
            println!("{name}, {who}: {count} records in {requests} requests, {seconds:.1} s; nothing new: {again}");
        }
    }
    matcher.matcher.close().await;
    here.node.close().await;
    there.node.close().await;
}

/// A hundred thousand entries of NCMEC's come as one page.
const PACE_OF_LARGE_PAGES: FollowPace =
    FollowPace { page_bytes_max: exchange::dialects::PAGE_BYTES_MAX, page_timeout: Duration::from_secs(600), ..PACE };
