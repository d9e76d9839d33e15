//! Outcomes: written down here, passed on once, to the node that holds the entry.

use serde_json::{Value, json};

use super::scripted::{self, Scripted, header, held, nothing, problem, snapshot, stream};
use super::support::{Home, Relay, upstream};
use crate::support::{Engine, TestNode, TestPartner, hash};

fn outcome(number: u64, entry: &str, kind: &str) -> Value {
    let id = format!("01990000-0000-7000-8000-{number:012x}");
    json!({"id": id, "entry": entry, "kind": kind, "at": "2026-11-21T12:00:00Z"})
}

async fn outcomes_at(partner: &TestPartner, entry: &str) -> Vec<Value> {
    let answer = partner.get(&format!("entries/{entry}/outcomes")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["outcomes"].as_array().or_else(|| answer.body.as_array()).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_outlasts_a_restart_and_reaches_the_node_once() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    let entry = partner.protect("minor", "verified", &hash(1)).await;
    let (home, follow) = (Home::new(), vec![upstream(&relay.base(), &partner)]);
    let matcher = home.start(follow.clone()).await;
    matcher.until_acknowledged(1).await;
    relay.cut();
    let report = json!({"outcomes": [outcome(1, &entry, "blocked"), outcome(2, &entry, "removed")]});
    let answer = matcher.client().post("outcomes", &report).await;
    assert_eq!((answer.status, &answer.body), (200, &json!({"recorded": 2, "repeated": 0})));
    let answer = matcher.client().post("outcomes", &report).await;
    assert_eq!(answer.body, json!({"recorded": 0, "repeated": 2}));
    matcher.until(|standing| standing.outcomes_waiting == 2 && standing.outcomes_trouble.is_some()).await;
    matcher.matcher.close().await;
    drop(matcher);

    let matcher = home.start(follow).await;
    matcher.until(|standing| standing.loaded && standing.outcomes_waiting == 2).await;
    assert_eq!(outcomes_at(&partner, &entry).await.len(), 0);
    relay.mend();
    let standing = matcher.until(|standing| standing.outcomes_waiting == 0).await;
    assert_eq!((standing.outcomes_refused, standing.outcomes_trouble), (0, None));
    assert_eq!(outcomes_at(&partner, &entry).await.len(), 2);
    // Sent once more by the platform, it is passed on and counts once at the node.
    assert_eq!(matcher.client().post("outcomes", &report).await.status, 200);
    matcher.until(|standing| standing.outcomes_waiting == 0).await;
    assert_eq!(outcomes_at(&partner, &entry).await.len(), 2);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_node_is_told_of_its_own_entries_even_of_those_that_went() {
    let (north, south) = (TestNode::start(Engine::Sqlite).await, TestNode::start(Engine::Sqlite).await);
    let (at_north, at_south) = (north.partner("platform").await, south.partner("platform").await);
    let from_north = at_north.protect("minor", "verified", &hash(1)).await;
    let from_south = at_south.protect("minor", "verified", &hash(2)).await;
    let follow = vec![upstream(&north.base(), &at_north), upstream(&south.base(), &at_south)];
    let home = Home::new();
    let matcher = home.start(follow).await;
    matcher.until(|standing| standing.acknowledged == Some(1)).await;
    matcher.until_at(1, |standing| standing.acknowledged == Some(1)).await;
    at_south.delete(&format!("entries/{from_south}")).await;
    matcher.until_at(1, |standing| standing.acknowledged == Some(2)).await;
    let report = json!({"outcomes": [outcome(1, &from_north, "blocked"), outcome(2, &from_south, "seen")]});
    let answer = matcher.client().post("outcomes", &report).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    matcher.until(|standing| standing.outcomes_waiting == 0).await;
    matcher.until_at(1, |standing| standing.outcomes_waiting == 0).await;
    assert_eq!(outcomes_at(&at_north, &from_north).await.len(), 1);
    assert_eq!(outcomes_at(&at_south, &from_south).await.len(), 1);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused_at_once() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let entry = partner.protect("minor", "verified", &hash(1)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(1).await;
    let client = matcher.client();
    let unknown = json!({"outcomes": [outcome(1, &entry, "seen"), outcome(2, &scripted::id(9), "seen")]});
    client.post("outcomes", &unknown).await.is_problem(422, "unknown-entry");
    client.post("outcomes", &json!({"outcomes": [outcome(1, &entry, "kept")]})).await.is_problem(422, "invalid");
    client.post("outcomes", &json!({"outcomes": []})).await.is_problem(422, "invalid");
    assert_eq!(matcher.until(|_| true).await.outcomes_waiting, 0, "nothing of it was queued");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_outcome_that_the_node_refuses_is_shown_and_does_not_hold_up_the_others() {
    let refused = outcome(2, &scripted::id(1), "seen")["id"].as_str().unwrap().to_owned();
    let node = {
        let refused = refused.clone();
        Scripted::start(move |what, body| match what {
            "POST /outcomes" if body.contains(&refused) => problem(422, "unknown-entry"),
            "POST /outcomes" => scripted::answer("application/json", r#"{"recorded":1,"repeated":0}"#),
            "PUT /cursor" => nothing(),
            "GET /snapshot" => snapshot([header(1), json!({"entry": held(1, &hash(1))}), scripted::end(1)]),
            _ => stream([scripted::page(vec![], 1)]),
        })
        .await
    };
    let home = Home::new();
    let matcher = home.start(vec![node.upstream()]).await;
    matcher.until_acknowledged(1).await;
    let outcomes: Vec<Value> = (1..=3).map(|number| outcome(number, &scripted::id(1), "seen")).collect();
    assert_eq!(matcher.client().post("outcomes", &json!({"outcomes": outcomes})).await.status, 200);
    let standing = matcher.until(|standing| standing.outcomes_waiting == 0 && standing.outcomes_refused == 1).await;
    assert_eq!(standing.outcomes_trouble.unwrap(), "an outcome was refused: 422 (unknown-entry)");
    let sent = node.asked("POST /outcomes");
    assert_eq!(sent.len(), 4, "together, then one by one");
    let status = matcher.client().get("status").await;
    assert_eq!(status.body["upstreams"][0]["outcomes_refused"], 1);
    matcher.matcher.close().await;
}
