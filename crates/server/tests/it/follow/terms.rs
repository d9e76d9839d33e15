//! What a source does not let us pass on no partner sees, by any door; its credentials are shown nowhere.

use exchange::dialects::stopncii::CaseStatus::{Active, Withdrawn};
use exchange::{Tier, hex};
use serde_json::json;
use server::follow::SourceKind;

use super::feeding::stopncii_page;
use super::{Fake, body, hash, node, source};
use crate::support::{TestNode, TestPartner, on_every_engine};

/// How many of a partner's doors show an entry with this hash: match, feed, snapshot.
async fn doors(partner: &TestPartner, number: u8) -> (usize, usize, usize) {
    let value = hex::encode(&hash(number));
    let answer = partner.post("match", &json!({"queries": [{"pdq": value}]})).await;
    let matches = answer.body["results"][0]["matches"].as_array().unwrap().len();
    let feed = partner.get("changes?after=0&limit=5000").await.text;
    let snapshot = partner.get("snapshot").await.text;
    (matches, feed.matches(&value).count(), snapshot.matches(&value).count())
}

async fn with_both(node: &TestNode, fake: &Fake) {
    node.follow(source(SourceKind::StopNcii, &fake.base, Tier::Verified, false)).await;
    let mut passed_on = source(SourceKind::StopNcii, &fake.base, Tier::Verified, true);
    passed_on.name = "passed-on".parse().unwrap();
    node.follow(passed_on).await;
}

on_every_engine!(what_may_not_be_passed_on_is_shown_by_no_door_and_the_rest_by_all, |engine| {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active)], 100, None))).await;
    let node = node(engine).await;
    let early = node.partner("early").await;
    node.follow(source(SourceKind::StopNcii, &fake.base, Tier::Verified, false)).await;
    let late = node.partner("late").await;
    assert_eq!(node.holds(hash(1)), 1, "the node itself knows it");
    for partner in [&early, &late] {
        assert_eq!(doors(partner, 1).await, (0, 0, 0));
    }
    let kept = node.node.bank.live().ids()[0];
    assert_eq!(early.get(&format!("entries/{kept}")).await.status, 404);
    let outcome = json!({"id": "01940f5c-7a30-7cc0-8000-000000000001", "entry": kept, "kind": "blocked", "count": 1,
        "at": "2026-11-21T10:00:00Z"});
    assert_eq!(early.post("outcomes", &json!({"outcomes": [outcome]})).await.status, 422);
    assert!(early.post(&format!("entries/{kept}/dispute"), &json!({})).await.status >= 400);

    // The same content of a source whose terms allow it is another entry, and shown.
    let mut passed_on = source(SourceKind::StopNcii, &fake.base, Tier::Verified, true);
    passed_on.name = "passed-on".parse().unwrap();
    node.follow(passed_on).await;
    for partner in [&early, &late] {
        assert_eq!(doors(partner, 1).await, (1, 1, 1));
    }
    // Taken back: nobody hears of the one, all of the other.
    fake.now(|_, _| body(stopncii_page(&[(1, Withdrawn)], 120, None)));
    node.turn("stopncii").await;
    assert_eq!(doors(&early, 1).await, (1, 1, 1));
    node.turn("passed-on").await;
    assert_eq!(doors(&early, 1).await, (0, 0, 0));
    let feed = early.get("changes?after=0&limit=5000").await;
    assert_eq!(feed.text.matches("\"remove\"").count(), 1, "of the one that it was never shown it hears nothing");
    assert!(!feed.text.contains(&kept.to_string()));
    node.node.close().await;
});

on_every_engine!(after_a_restart_what_may_not_be_passed_on_is_still_shown_to_nobody, |engine| {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active)], 100, None))).await;
    let node = node(engine).await;
    with_both(&node, &fake).await;
    let key = node.partner("platform").await.key;
    node.node.close().await;
    let again = TestNode::over(node.database, |_| ()).await;
    let partner = TestPartner { key, http: again.http.clone(), base: again.base() };
    assert_eq!((again.holds(hash(1)), doors(&partner, 1).await), (2, (1, 1, 1)));
    again.node.close().await;
});

on_every_engine!(credentials_are_sealed_and_names_are_kept_apart, |engine| {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active)], 100, None))).await;
    let node = node(engine).await;
    let partner = node.partner("platform").await;
    let mut taken = source(SourceKind::StopNcii, &fake.base, Tier::Reported, false);
    taken.name = "platform".parse().unwrap();
    assert!(node.node.follow.add(&node.operator, taken).await.is_err(), "a partner has that name");
    node.follow(source(SourceKind::StopNcii, &fake.base, Tier::Reported, false)).await;
    let again = source(SourceKind::StopNcii, &fake.base, Tier::Reported, false);
    assert!(node.node.follow.add(&node.operator, again).await.is_err(), "a source has that name");
    let name = "stopncii".parse().unwrap();
    let keyed = node.node.partners.add_key(&name, exchange::Scopes::all(), None).await;
    assert!(keyed.is_err(), "a source is given no key");
    let shown = format!("{:?}", node.source("stopncii").await);
    assert!(!shown.contains("s3cr3t") && !shown.contains("subscr1ption"), "{shown}");
    assert_eq!(doors(&partner, 1).await, (0, 0, 0));
    node.node.close().await;
    for file in std::fs::read_dir(node.database.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [&b"s3cr3t-of-the-source"[..], b"subscr1ption", b"f33dback"] {
            assert!(!bytes.windows(secret.len()).any(|some| some == secret), "sealed at rest");
        }
        let value = hex::encode(&hash(1));
        assert!(!bytes.windows(value.len()).any(|some| some == value.as_bytes()), "no hash as text either");
    }
});
