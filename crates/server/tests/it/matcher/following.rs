//! Snapshot, feed, restart: what is in force at the matcher is what the node shows.

use exchange::{Agreement, Reach, Scope, Tier};
use serde_json::json;
use server::matcher::{Matcher, MatcherError};

use super::support::{Home, Relay, head, upstream};
use crate::support::{Engine, TestNode, hash, near};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_and_what_comes_is_matched_and_acknowledged() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let early = partner.protect("minor", "verified", &hash(1)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(1).await;
    assert_eq!(matcher.client().matches(&hash(1)).await, [early]);
    let late = partner.protect("adult", "reported", &hash(2)).await;
    matcher.until_acknowledged(2).await;
    assert_eq!(matcher.client().matches(&near(&hash(2), 31)).await, [late]);
    assert_eq!(partner.get("partners/self").await.body["cursor"], 2);
    let answer = matcher.client().post("match", &json!({"queries": [{"pdq": hash(1)}, {"pdq": hash(3)}]})).await;
    assert_eq!(answer.body["seq"], 2);
    assert_eq!(answer.body["stale_seconds"], json!(null));
    assert_eq!(answer.body["results"][0]["matches"][0]["advice"], "block");
    assert_eq!(answer.body["results"][1]["matches"], json!([]));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_asks_for_what_came_since_and_for_no_snapshot() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let relay = Relay::to(node.address).await;
    let (home, follow) = (Home::new(), vec![upstream(&relay.base(), &partner)]);
    let kept = partner.protect("minor", "verified", &hash(1)).await;
    let gone = partner.protect("minor", "verified", &hash(2)).await;
    let matcher = home.start(follow.clone()).await;
    matcher.until_acknowledged(2).await;
    matcher.matcher.close().await;
    assert_eq!((relay.asked("GET /api/v1/snapshot"), relay.asked("GET /api/v1/changes/stream")), (1, 1));

    partner.delete(&format!("entries/{gone}")).await;
    let new = partner.protect("minor", "verified", &hash(3)).await;
    let matcher = home.start(follow).await;
    let standing = matcher.until_acknowledged(4).await;
    assert_eq!((standing.snapshots, standing.entries), (0, 2));
    assert_eq!(relay.asked("GET /api/v1/snapshot"), 1, "the first one was the only one");
    assert_eq!(relay.asked("GET /api/v1/changes/stream?after=2&"), 2, "it went on where it was");
    assert_eq!(matcher.client().matches(&hash(1)).await, [kept]);
    assert_eq!(matcher.client().matches(&hash(2)).await, [""; 0]);
    assert_eq!(matcher.client().matches(&hash(3)).await, [new]);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_and_a_dispute_take_effect() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let (gone, contested) =
        (partner.protect("minor", "confirmed", &hash(1)).await, partner.protect("minor", "confirmed", &hash(2)).await);
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(2).await;
    assert_eq!(partner.delete(&format!("entries/{gone}")).await.status, 200);
    assert_eq!(partner.post(&format!("entries/{contested}/dispute"), &json!({})).await.status, 200);
    matcher.until_acknowledged(head(&node).await).await;
    let asked = json!({"queries": [{"pdq": hash(1)}, {"pdq": hash(2)}]});
    let answer = matcher.client().post("match", &asked).await;
    assert_eq!(answer.body["results"][0]["matches"], json!([]));
    assert_eq!(answer.body["results"][1]["matches"][0]["advice"], "review");
    assert_eq!(answer.body["results"][1]["matches"][0]["status"], "disputed");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_and_a_second_matcher_are_refused() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(1)).await;
    let (mut home, follow) = (Home::new(), vec![upstream(&node.base(), &partner)]);
    let matcher = home.start(follow.clone()).await;
    matcher.until_acknowledged(1).await;
    let second = Matcher::open(home.settings(follow.clone())).await;
    assert!(matches!(second.err(), Some(MatcherError::InUse(_))));
    matcher.matcher.close().await;
    drop(matcher);
    home.key = std::sync::Arc::new(sealing::NodeKey::parse(&"ab".repeat(32)).unwrap());
    let error = Matcher::open(home.settings(follow.clone())).await.err().unwrap();
    assert!(matches!(error, MatcherError::WrongKey), "{error}");
    let twice = Matcher::open(home.settings([follow.clone(), follow].concat())).await;
    assert!(matches!(twice.err(), Some(MatcherError::Twice(_))));
    assert!(matches!(Matcher::open(home.settings(vec![])).await.err(), Some(MatcherError::NoUpstream)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrowed_agreement_takes_away_what_it_no_longer_shows_and_a_wider_one_gives_more() {
    let node = TestNode::start(Engine::Sqlite).await;
    let contributor = node.partner("hotline").await;
    let (everything, nothing) = (Reach::both(Tier::Reported), Reach::default());
    let platform = node.partner_with("platform", everything, nothing, &Scope::ALL).await;
    let reported = contributor.protect("minor", "reported", &hash(1)).await;
    let confirmed = contributor.protect("minor", "confirmed", &hash(2)).await;
    let home = Home::new();
    let matcher = home.start(vec![upstream(&node.base(), &platform)]).await;
    matcher.until_acknowledged(2).await;
    let client = matcher.client();
    assert_eq!(client.matches(&hash(1)).await, [reported.clone()]);

    let agree = async |sees: Reach| {
        let agreement = Agreement { sees, contributes: nothing };
        node.node.partners.set_agreement(&"platform".parse().unwrap(), agreement).await.unwrap();
        // The stream notices with the next change, or after 5 seconds.
        contributor.protect("minor", "confirmed", &hash(10 + head(&node).await)).await;
    };
    agree(Reach::both(Tier::Confirmed)).await;
    matcher.until(|standing| standing.snapshots == 2 && standing.entries == 2 && standing.cursor == Some(3)).await;
    assert_eq!(client.matches(&hash(1)).await, [""; 0]);
    assert_eq!(client.matches(&hash(2)).await, [confirmed.clone()]);
    agree(everything).await;
    matcher.until(|standing| standing.snapshots == 3 && standing.entries == 4 && standing.cursor == Some(4)).await;
    assert_eq!(client.matches(&hash(1)).await, [reported]);
    assert_eq!(client.matches(&hash(2)).await, [confirmed]);
    matcher.matcher.close().await;
}
