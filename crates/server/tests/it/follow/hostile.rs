//! Servers that break the rules: what they send badly costs them their turn, never the node, and never the credentials.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{ETAG, IF_NONE_MATCH, LOCATION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use exchange::Tier;
use exchange::dialects::stopncii::CaseStatus::Active;
use exchange::dialects::threatexchange::{self, Update};
use server::clock::Clock;
use server::follow::{FollowPace, SourceKind, SourceView};

use super::feeding::stopncii_page;
use super::{Fake, PACE, body, hash, node, node_at, source};
use crate::support::{Engine, TestNode};

async fn following(fake: &Fake) -> TestNode {
    let node = node(Engine::Sqlite).await;
    node.follow(source(SourceKind::StopNcii, &fake.base, Tier::Reported, false)).await;
    node
}

/// A page with records between which some are no records, or not even JSON.
fn spoilt() -> Vec<u8> {
    let page = String::from_utf8(stopncii_page(&[(1, Active), (2, Active)], 100, None)).unwrap();
    let list = page.find("[{").unwrap() + 1;
    let bad = r#"{"hashValue":NaN},{"signalType":"ImagePDQ","hashValue":"zz","hashStatus":"Active","lastModtimestamp":1},7,{"a":"\q"},"#;
    format!("{}{bad}{}", &page[..list], &page[list..]).into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_cannot_be_read_are_left_out_and_said_and_the_page_passes() {
    let fake = Fake::start(|_, _| body(spoilt())).await;
    let node = following(&fake).await;
    let view = node.source("stopncii").await;
    assert_eq!((view.records, view.skipped, view.trouble.as_deref()), (2, 4, None), "{view:?}");
    let said = view.last_skipped.unwrap();
    assert!(said.starts_with("record ") && !said.contains("zz"), "{said}");
    assert_eq!((node.holds(hash(1)), node.holds(hash(2))), (1, 1));
    node.node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_page_is_it_costs_that_source_its_turn_and_nothing_else() {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active)], 100, None))).await;
    let node = following(&fake).await;
    type Answer = fn() -> Response;
    let answers: [(&str, Answer); 7] = [
        ("no JSON at all", || body("<html>")),
        ("cut off", || body(stopncii_page(&[(2, Active)], 100, None)[..60].to_vec())),
        ("an endless nesting", || body("[".repeat(1 << 19))),
        ("too large", || body(vec![b' '; (1 << 20) + 1])),
        ("a second before the one asked for", || body(stopncii_page(&[], 99, None))),
        ("more pages and no token", || {
            body(r#"{"hashRecords":[],"nextSetTimestamp":100,"hasMoreRecords":true,"nextPageToken":null}"#)
        }),
        ("nothing there", || StatusCode::NOT_FOUND.into_response()),
    ];
    for (turn, (what, answer)) in (1..).zip(answers) {
        fake.now(move |_, _| answer());
        let said = node.turn("stopncii").await;
        assert!(said.trouble.is_some() && said.pages <= 1, "{what}: {said:?}");
        let view = node.source("stopncii").await;
        assert_eq!((view.failures, view.records, node.holds(hash(1))), (turn, 1, 1), "{what}: what is held stays");
    }
    // Pages that lead in a circle, and one that trickles for ever.
    fake.now(|asked, _| {
        let next = if asked.line.contains("Token=a") { "b" } else { "a" };
        body(stopncii_page(&[], 100, Some(next)))
    });
    let said = node.turn("stopncii").await;
    assert!(said.trouble.as_deref().is_some_and(|why| why.contains("lead back")) && said.pages < 5, "{said:?}");
    fake.now(|_, _| slow());
    let other = Fake::start(|_, _| body(stopncii_page(&[(9, Active)], 100, None))).await;
    let mut second = source(SourceKind::StopNcii, &other.base, Tier::Reported, false);
    second.name = "other".parse().unwrap();
    let (slowly, ()) = tokio::join!(node.turn("stopncii"), async {
        node.follow(second).await;
        assert_eq!(node.holds(hash(9)), 1, "the others go on meanwhile");
    });
    assert!(
        slowly.trouble.as_deref().is_some_and(|why| why.contains("too slow") || why.contains("more than")),
        "{slowly:?}"
    );
    // And then all is well again.
    fake.now(|_, _| body(stopncii_page(&[(2, Active)], 110, None)));
    let said = node.turn("stopncii").await;
    assert_eq!((said.put, said.trouble), (1, None));
    assert_eq!(node.source("stopncii").await.failures, 0);
    node.node.close().await;
}

/// A page that trickles for ever.
fn slow() -> Response {
    let pieces = futures::stream::unfold(0_u32, |turn| async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), turn + 1))
    });
    Body::from_stream(pieces).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_whose_turn_takes_long_keeps_no_other_waiting() {
    let pace = FollowPace { page_timeout: Duration::from_secs(600), ..PACE };
    let node = TestNode::start_with(Engine::Sqlite, |settings| settings.follow_pace = pace).await;
    let endless = Fake::start(|_, _| slow()).await;
    node.node
        .follow
        .add(&node.operator, source(SourceKind::StopNcii, &endless.base, Tier::Reported, false))
        .await
        .unwrap();
    while endless.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let other = Fake::start(|_, _| body(stopncii_page(&[(1, Active)], 100, None))).await;
    let mut second = source(SourceKind::StopNcii, &other.base, Tier::Reported, false);
    second.name = "other".parse().unwrap();
    assert_eq!(node.follow(second).await.records, 1);
    let first = node.source("stopncii").await;
    assert_eq!((first.failures, first.complete_at, endless.asked().len()), (0, None, 1), "its turn is still under way");
    node.node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_travel_to_no_other_place_and_a_refusal_of_them_is_said() {
    let thief = Fake::start(|_, _| body(stopncii_page(&[(6, Active)], 100, None))).await;
    let away = format!("{}/FetchHashes", thief.base);
    let fake = Fake::start(move |_, _| (StatusCode::FOUND, [(LOCATION, away.clone())]).into_response()).await;
    let node = following(&fake).await;
    assert!(node.source("stopncii").await.trouble.is_some());
    let next = format!("{}/v26.0/777/threat_updates/?after=x", thief.base);
    let page = threatexchange::encode_updates(&threatexchange::Page {
        updates: vec![Update::nothing_new(5)],
        next: Some(next),
        skipped: vec![],
    });
    let graph = Fake::start(move |_, _| body(page.clone())).await;
    let view = node.follow(source(SourceKind::ThreatExchange, &graph.base, Tier::Reported, false)).await;
    assert!(view.trouble.as_deref().is_some_and(|why| why.contains("somewhere else")), "{view:?}");
    assert!(thief.asked().is_empty(), "{:?}", thief.asked());
    fake.now(|_, _| StatusCode::UNAUTHORIZED.into_response());
    let said = node.turn("stopncii").await;
    assert!(said.trouble.as_deref().is_some_and(|why| why.contains("ask for new ones")), "{said:?}");
    node.node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_asks_for_a_pause_has_it_and_an_unchanged_page_is_not_sent_twice() {
    let fake = Fake::start(|asked, _| {
        if asked.headers.to_lowercase().contains(IF_NONE_MATCH.as_str()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(ETAG, "\"v1\"")], stopncii_page(&[(1, Active)], 100, None)).into_response()
        }
    })
    .await;
    let start: exchange::Time = "2026-11-21T10:00:00Z".parse().unwrap();
    let node = node_at(Engine::Sqlite, Clock::manual(start)).await;
    node.follow(source(SourceKind::StopNcii, &fake.base, Tier::Reported, false)).await;
    let said = node.turn("stopncii").await;
    assert_eq!((said.put, said.trouble.as_deref()), (1, None), "the first of an increment has another address");
    let said = node.turn("stopncii").await;
    assert_eq!((said.put, said.pages, said.trouble), (0, 1, None), "unchanged");
    fake.now(|_, _| (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "3000")]).into_response());
    assert!(node.turn("stopncii").await.trouble.is_some());
    let wait = |view: &SourceView| view.due_at.micros_since(start) / 1_000_000;
    assert_eq!(wait(&node.source("stopncii").await), 3_000, "as long as it asks for, and no longer");
    fake.now(|_, _| (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "90000")]).into_response());
    assert!(node.turn("stopncii").await.trouble.is_some());
    assert_eq!(wait(&node.source("stopncii").await), 3_600, "but not for ever");
    node.node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_from_the_beginning_what_is_no_longer_there_goes_once_it_is_whole() {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active), (2, Active), (3, Active)], 100, None))).await;
    let node = following(&fake).await;
    assert_eq!(node.source("stopncii").await.records, 3);
    // It forgot our second; the walk from the beginning breaks off in the middle.
    fake.now(|asked, _| match &asked.line {
        line if line.contains("startTimestamp=100") => StatusCode::GONE.into_response(),
        line if line.contains("Token=two") => StatusCode::BAD_GATEWAY.into_response(),
        _ => body(stopncii_page(&[(1, Active)], 200, Some("two"))),
    });
    assert!(node.turn("stopncii").await.trouble.is_some());
    assert_eq!((node.holds(hash(1)), node.holds(hash(2)), node.holds(hash(3))), (1, 1, 1), "nothing goes too early");
    fake.now(|_, _| body(stopncii_page(&[(3, Active)], 200, None)));
    let said = node.turn("stopncii").await;
    assert_eq!((said.removed, said.trouble.as_deref()), (1, None), "{said:?}");
    assert_eq!((node.holds(hash(1)), node.holds(hash(2)), node.holds(hash(3))), (1, 0, 1));
    node.node.close().await;
}
