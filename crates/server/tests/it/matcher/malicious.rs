//! Nodes that send what they should not: a matcher keeps what is good, says what is not, and never stops for it.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::scripted::{
    Scripted, answer, broken, end, endless, header, held, id, nothing, page, problem, put, snapshot, stalled, stream,
};
use super::support::{Home, TestMatcher};
use crate::support::hash;

/// The answers to a matcher that takes a snapshot and follows, but for what a test changes.
fn usual(what: &str, seq: u64) -> super::scripted::Answer {
    match what {
        "PUT /cursor" => nothing(),
        "GET /snapshot" => snapshot([header(seq), json!({"entry": held(1, &hash(1))}), end(1)]),
        _ => stream([page(vec![], seq)]),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_cannot_be_read_is_skipped_reported_without_its_content_and_the_rest_is_in_force() {
    let node = Scripted::start(|what, _| match what {
        "GET /snapshot" => snapshot([
            header(3),
            json!({"entry": held(1, &hash(1))}),
            json!({"entry": {"id": id(2), "fingerprints": [{"kind": "pdq", "value": hash(2)}]}}),
            json!("rubbish"),
            json!({"entry": held(3, &hash(3))}),
            end(4),
        ]),
        _ if what.starts_with("GET /changes/stream") => {
            let mut unreadable = held(5, &hash(5));
            unreadable["tier"] = hash(5).into();
            let mut remove = json!({"seq": 8, "remove": {"entry": id(3), "reason": "new_reason"}});
            remove["at"] = hash(8).into();
            stream([page(vec![put(4, held(4, &hash(4))), put(5, unreadable), put(6, held(6, &hash(6))), remove], 8)])
        }
        _ => usual(what, 8),
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    let standing = matcher.until_acknowledged(8).await;
    assert_eq!((standing.entries, standing.skipped), (3, 3));
    let client = matcher.client();
    for (seed, known) in [(1, true), (2, false), (3, false), (4, true), (5, false), (6, true)] {
        assert_eq!(!client.matches(&hash(seed)).await.is_empty(), known, "{seed}");
    }
    let status = client.get("status").await;
    assert_eq!(status.body["upstreams"][0]["skipped"], 3);
    assert_eq!(status.body["upstreams"][0]["last_skipped"], format!("change 5, entry {}: it cannot be read", id(5)));
    assert!(!status.text.contains(&hash(5)) && !status.text.contains(&hash(2)), "{}", status.text);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_changed_in_a_way_unknown_here_stays_for_review_only() {
    let node = Scripted::start(|what, _| {
        if !what.starts_with("GET /changes/stream?after=3&") {
            return usual(what, if what.contains("after=4&") { 4 } else { 3 });
        }
        let mut newer = held(1, &hash(1));
        newer["status"] = "quarantined".into();
        stream([page(vec![put(4, newer)], 4)])
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    matcher.until_acknowledged(4).await;
    let advice = async |matcher: &TestMatcher| {
        let answer = matcher.client().post("match", &json!({"queries": [{"pdq": hash(1)}]})).await;
        answer.body["results"][0]["matches"][0]["advice"].clone()
    };
    assert_eq!(advice(&matcher).await, "review");
    matcher.matcher.close().await;
    let matcher = home.start(vec![node.upstream()]).await;
    assert_eq!(matcher.until(|standing| standing.loaded).await.skipped, 1);
    assert_eq!(advice(&matcher).await, "review", "the file says so too");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_without_end_is_given_up_and_the_next_attempt_goes_through() {
    let attempts = AtomicU32::new(0);
    let node = Scripted::start(move |what, _| match what {
        "GET /snapshot" if attempts.fetch_add(1, Ordering::SeqCst) == 0 => answer("application/x-ndjson", endless()),
        _ => usual(what, 3),
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    assert_eq!(matcher.until_acknowledged(3).await.snapshots, 2);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_without_end_is_given_up_and_said() {
    let node = Scripted::start(|what, _| match what {
        _ if what.starts_with("GET /changes/stream") => answer("text/event-stream", endless()),
        _ => usual(what, 3),
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    let standing = matcher.until(|standing| standing.trouble.is_some()).await;
    assert_eq!(standing.trouble.unwrap(), "it sent more than 16777216 bytes without an end");
    assert_eq!(matcher.client().matches(&hash(1)).await.len(), 1, "the snapshot is matched against meanwhile");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_does_not_come_through_is_replaced_by_asking_page_by_page() {
    let node = Scripted::start(|what, _| match what {
        _ if what.starts_with("GET /changes/stream") => answer("text/html", "<h1>sign in</h1>"),
        "GET /changes?after=3&limit=1000&wait=25&agreement=a1" => {
            answer("application/json", page(vec![put(4, held(4, &hash(4)))], 4).to_string())
        }
        _ if what.starts_with("GET /changes?") => answer("application/json", stalled(String::new())),
        _ => usual(what, 3),
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    let standing = matcher.until_acknowledged(4).await;
    assert!(standing.polling);
    assert_eq!(node.asked("GET /changes/stream").len(), 5);
    assert_eq!(matcher.client().matches(&hash(4)).await, [id(4)]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_was_cut_goes_on_where_it_was() {
    let first: String = [header(3), json!({"entry": held(1, &hash(1))}), json!({"entry": held(2, &hash(2))})]
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    let rest = format!("GET /snapshot?at=3&agreement=a1&after={}", id(2));
    let node = Scripted::start(move |what, _| match what {
        "GET /snapshot" => answer("application/x-ndjson", broken(format!("{first}{{\"entry\":"))),
        _ if what == rest => snapshot([header(3), json!({"entry": held(5, &hash(5))}), end(1)]),
        _ => usual(what, 3),
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    let standing = matcher.until_acknowledged(3).await;
    assert_eq!((standing.snapshots, standing.entries, standing.skipped), (2, 3, 0));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rest_of_a_snapshot_that_the_node_no_longer_knows_becomes_a_fresh_one() {
    for (status, name) in [(422, "invalid"), (409, "agreement-changed")] {
        let attempts = AtomicU32::new(0);
        let node = Scripted::start(move |what, _| match what {
            "GET /snapshot" if attempts.fetch_add(1, Ordering::SeqCst) == 0 => {
                snapshot([header(9), json!({"entry": held(7, &hash(7))})])
            }
            _ if what.starts_with("GET /snapshot?") => problem(status, name),
            _ => usual(what, 3),
        })
        .await;
        let home = Home::new();
        let matcher = home.start(vec![node.upstream()]).await;
        // What the first one brought went with the second.
        matcher.until(|standing| standing.acknowledged == Some(3) && standing.entries == 1).await;
        assert_eq!(matcher.client().matches(&hash(7)).await, [""; 0]);
        matcher.matcher.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_or_page_that_contradicts_itself_is_never_taken_for_whole() {
    let entry = |number| json!({"entry": held(number, &hash(number))});
    for (lines, says) in [
        (vec![header(3), entry(1), end(2)], "fewer or more entries"),
        (vec![header(3), entry(1)], "cut short"),
        (vec![entry(1), end(1)], "without a header"),
        (vec![header(3), header(3), end(0)], "two headers"),
        (vec![header(3), entry(2), entry(1), end(2)], "order of ids"),
        (vec![header(3), end(0), entry(1)], "after its end"),
    ] {
        let node = Scripted::start(move |what, _| match what {
            "GET /snapshot" => snapshot(lines.clone()),
            // The rest of one that was cut never comes, so that what was wrong with the first answer stays.
            _ if what.starts_with("GET /snapshot?") => answer("application/x-ndjson", stalled(String::new())),
            _ => usual(what, 3),
        })
        .await;
        let home = Home::new();
        let matcher = home.start(vec![node.upstream()]).await;
        matcher.until(|standing| standing.trouble.as_ref().is_some_and(|trouble| trouble.contains(says))).await;
        let standing = matcher.matcher.watch_status().borrow()[0].clone();
        assert!(!standing.loaded && standing.cursor.is_none(), "{says}");
        let answer = matcher.client().post("match", &json!({"queries": [{"pdq": hash(1)}]})).await;
        answer.is_problem(503, "loading");
        matcher.matcher.close().await;
    }
    let node = Scripted::start(|what, _| match what {
        _ if what.starts_with("GET /changes/stream") => {
            stream([json!({"changes": [put(4, held(4, &hash(4)))], "through": 2, "head": 9, "agreement": "a1"})])
        }
        _ => usual(what, 3),
    })
    .await;
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    let standing = matcher.until(|standing| standing.trouble.is_some()).await;
    assert_eq!(standing.trouble.unwrap(), "the node sent a page whose numbers contradict each other");
    assert_eq!(matcher.client().matches(&hash(4)).await, [""; 0]);
    matcher.matcher.close().await;
}
