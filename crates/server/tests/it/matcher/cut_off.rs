//! Out of reach, restarted, revoked: what a matcher goes on answering, and what it says about it.

use std::time::Duration;

use exchange::Time;
use serde_json::json;
use server::clock::Clock;
use server::matcher::Access;

use super::support::{Home, Relay, TestMatcher, upstream};
use crate::support::{Engine, TestNode, hash};

fn noon() -> Time {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_it_answers_and_says_how_stale_until_it_is_too_stale_and_recovers() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    let known = partner.protect("minor", "verified", &hash(1)).await;
    let (home, clock) = (Home::new(), Clock::manual(noon()));
    let mut settings = home.settings(vec![upstream(&relay.base(), &partner)]);
    (settings.clock, settings.stale_max) = (clock.clone(), Duration::from_secs(1_000));
    let matcher = TestMatcher::start(settings.clone()).await;
    matcher.until_acknowledged(1).await;
    relay.cut();
    matcher.until(|standing| !standing.connected && standing.trouble.is_some()).await;
    clock.set(noon().plus_seconds(100));
    let asked = json!({"queries": [{"pdq": hash(1)}]});
    let answer = matcher.client().post("match", &asked).await;
    assert_eq!(answer.body["stale_seconds"], 100);
    assert_eq!(answer.body["results"][0]["matches"][0]["entry"], known);
    let ready = reqwest_text(&format!("{}/readyz", matcher.base)).await;
    assert_eq!(ready.0, 200);
    assert!(ready.1.contains("not heard, for 100 seconds"), "{}", ready.1);

    // A restart while the node is out of reach answers at once, and knows since when.
    matcher.matcher.close().await;
    drop(matcher);
    let matcher = TestMatcher::start(settings).await;
    matcher.until(|standing| standing.loaded).await;
    assert_eq!(matcher.client().post("match", &asked).await.body["stale_seconds"], 100);
    clock.set(noon().plus_seconds(1_000));
    assert_eq!(matcher.client().post("match", &asked).await.status, 200, "at the limit");
    clock.set(noon().plus_seconds(1_001));
    matcher.client().post("match", &asked).await.is_problem(503, "too-stale");
    assert_eq!(reqwest_text(&format!("{}/readyz", matcher.base)).await.0, 503);
    let status = matcher.client().get("status").await;
    assert_eq!(status.body["upstreams"][0]["too_stale"], true);
    assert_eq!(status.body["upstreams"][0]["stale_seconds"], 1_001);

    relay.mend();
    matcher.until(|standing| standing.connected && standing.trouble.is_none()).await;
    let answer = matcher.client().post("match", &asked).await;
    assert_eq!((answer.status, &answer.body["stale_seconds"]), (200, &json!(null)));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_restarted_is_followed_on() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    partner.protect("minor", "verified", &hash(1)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&relay.base(), &partner)]).await;
    matcher.until_acknowledged(1).await;
    node.node.close().await;
    matcher.until(|standing| !standing.connected).await;
    let node = TestNode::over(node.database, |_| ()).await;
    relay.lead_to(node.address);
    let late = node.with_key(partner.key.clone()).protect("minor", "verified", &hash(2)).await;
    let standing = matcher.until_acknowledged(2).await;
    assert_eq!(standing.snapshots, 1);
    assert_eq!(matcher.client().matches(&hash(2)).await, [late]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_restored_from_an_older_backup_is_taken_anew() {
    let (old, node) = (TestNode::start(Engine::Sqlite).await, TestNode::start(Engine::Sqlite).await);
    let relay = Relay::to(node.address).await;
    let partner = node.partner("platform").await;
    let twin = old.partner("platform").await;
    let kept = twin.protect("minor", "verified", &hash(1)).await;
    for seed in 1..=3 {
        partner.protect("minor", "verified", &hash(seed)).await;
    }
    let home = Home::new();
    let matcher = home.start(vec![upstream(&relay.base(), &partner)]).await;
    matcher.until_acknowledged(3).await;
    matcher.matcher.close().await;
    drop(matcher);
    relay.cut();
    relay.lead_to(old.address);
    relay.mend();
    let matcher = home.start(vec![upstream(&relay.base(), &twin)]).await;
    matcher.until(|standing| standing.acknowledged == Some(1) && standing.entries == 1).await;
    assert_eq!(matcher.client().matches(&hash(1)).await, [kept]);
    assert_eq!(matcher.client().matches(&hash(3)).await, [""; 0]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_revoked_in_mid_stream_is_said_everywhere_while_what_is_held_is_still_matched() {
    let node = TestNode::start(Engine::Sqlite).await;
    let (hotline, platform) = (node.partner("hotline").await, node.partner("platform").await);
    let known = hotline.protect("minor", "verified", &hash(1)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &platform)]).await;
    matcher.until_acknowledged(1).await;
    node.node.partners.revoke("platform").await.unwrap();
    hotline.protect("minor", "verified", &hash(2)).await;
    let standing = matcher.until(|standing| standing.revoked).await;
    assert!(!standing.connected && standing.trouble.unwrap().contains("the key opens nothing"));
    let client = matcher.client();
    assert_eq!(client.matches(&hash(1)).await, [known]);
    assert_eq!(client.matches(&hash(2)).await, [""; 0], "nothing came after the revocation");
    let status = client.get("status").await;
    assert_eq!(status.body["upstreams"][0]["revoked"], true);
    let ready = reqwest_text(&format!("{}/readyz", matcher.base)).await;
    assert!(ready.0 == 200 && ready.1.contains("the key opens nothing there"), "{}", ready.1);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_are_answered_for_as_one_and_the_loss_of_one_does_not_stop_the_other() {
    let (north, south) = (TestNode::start(Engine::Sqlite).await, TestNode::start(Engine::Sqlite).await);
    let (at_north, at_south) = (north.partner("platform").await, south.partner("platform").await);
    let relay = Relay::to(north.address).await;
    let from_north = at_north.protect("minor", "verified", &hash(1)).await;
    let from_south = at_south.protect("minor", "verified", &hash(1)).await;
    at_south.protect("adult", "verified", &hash(2)).await;
    let follow = vec![upstream(&relay.base(), &at_north), upstream(&south.base(), &at_south)];
    let home = Home::new();
    let matcher = home.start(follow).await;
    matcher.until_at(0, |standing| standing.acknowledged == Some(1)).await;
    matcher.until_at(1, |standing| standing.acknowledged == Some(2)).await;
    let mut both = [from_north, from_south];
    both.sort();
    assert_eq!(matcher.client().matches(&hash(1)).await, both);
    let asked = json!({"queries": [{"pdq": hash(3)}]});
    assert_eq!(matcher.client().post("match", &asked).await.body["seq"], 1, "that of the one least ahead");

    relay.cut();
    matcher.until_at(0, |standing| !standing.connected).await;
    let late = at_south.protect("minor", "verified", &hash(3)).await;
    matcher.until_at(1, |standing| standing.acknowledged == Some(3)).await;
    let answer = matcher.client().post("match", &asked).await;
    assert_eq!(answer.body["results"][0]["matches"][0]["entry"], late);
    assert!(answer.body["stale_seconds"].is_u64(), "{}", answer.text);
    assert_eq!(matcher.client().matches(&hash(1)).await, both, "what is held of the lost one still counts");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_longer_followed_is_forgotten() {
    let (north, south) = (TestNode::start(Engine::Sqlite).await, TestNode::start(Engine::Sqlite).await);
    let (at_north, at_south) = (north.partner("platform").await, south.partner("platform").await);
    at_north.protect("minor", "verified", &hash(1)).await;
    let (home, both) = (Home::new(), vec![upstream(&north.base(), &at_north), upstream(&south.base(), &at_south)]);
    let matcher = home.start(both.clone()).await;
    matcher.until(|standing| standing.acknowledged == Some(1)).await;
    matcher.until_at(1, |standing| standing.loaded).await;
    matcher.matcher.close().await;
    drop(matcher);
    let matcher = home.start(both[1..].to_vec()).await;
    matcher.until(|standing| standing.loaded && standing.connected).await;
    matcher.matcher.close().await;
    drop(matcher);
    let matcher = home.start(both).await;
    let standing = matcher.until(|standing| standing.acknowledged == Some(1)).await;
    assert_eq!(standing.snapshots, 1, "it had to be taken anew");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_token_is_set_only_who_shows_it_is_answered() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let home = Home::new();
    let mut settings = home.settings(vec![upstream(&node.base(), &partner)]);
    settings.access = Access::token("a-token-of-the-platform").unwrap();
    let matcher = TestMatcher::start(settings).await;
    matcher.until(|standing| standing.loaded).await;
    let mut client = matcher.client();
    for (path, method) in [("status", "GET"), ("match", "POST"), ("match/image", "POST"), ("outcomes", "POST")] {
        let answer = client.request(method.parse().unwrap(), path).send().await.unwrap();
        crate::support::Answer::of(answer).await.is_problem(401, "token-needed");
    }
    for open in ["healthz", "readyz", "api/openapi.json"] {
        assert_eq!(reqwest_text(&format!("{}/{open}", matcher.base)).await.0, 200, "{open}");
    }
    client.key = "a-token-of-the-platform".into();
    assert_eq!(client.get("status").await.status, 200);
    assert_eq!(client.matches(&hash(1)).await, [""; 0]);
    matcher.matcher.close().await;
}

async fn reqwest_text(url: &str) -> (u16, String) {
    let response = server::http::client().unwrap().get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}
