//! A node that follows another through each of the dialects that the other speaks: what one wire carries arrives, and what is
//! taken back goes.

use exchange::{Tier, hex};
use serde_json::{Value, json};
use server::clock::Clock;
use server::follow::{Credentials, NewSource, SourceKind, Terms};

use super::{hash, node, node_at};
use crate::support::{Engine, TestNode, TestPartner};

pub(crate) fn entry(number: u8) -> Value {
    json!({"class": "minor", "tier": "confirmed",
        "fingerprints": [{"kind": "pdq", "value": hex::encode(&hash(number))}]})
}

/// The other node as this system, with a key of its own there.
pub(crate) async fn faces(there: &TestNode) -> Vec<NewSource> {
    let mut sources = Vec::new();
    for (kind, path) in [
        (SourceKind::StopNcii, "/stopncii/v1"),
        (SourceKind::Ncmec, "/ncmec"),
        (SourceKind::ThreatExchange, "/threatexchange"),
        (SourceKind::Tat, "/tat"),
    ] {
        let TestPartner { key, .. } = there.partner(&format!("by-{}", kind.name())).await;
        let secret = if kind == SourceKind::ThreatExchange { as_token(&key) } else { key.clone() };
        let text = format!("user = u\nsecret = {secret}\nsubscription = {key}\nfeedback = {key}\ngroup = 1000");
        sources.push(NewSource {
            name: kind.name().parse().unwrap(),
            kind,
            url: format!("{}{path}", there.base()),
            credentials: Credentials::read(&text).unwrap(),
            terms: Terms { class: Some(exchange::Class::Minor), tier: Tier::Confirmed, pass_on: true },
            every_seconds: NewSource::EVERY_SECONDS_MAX,
        });
    }
    sources
}

/// A key as ThreatExchange's clients send it: a decimal number and the secret.
pub(crate) fn as_token(key: &str) -> String {
    let (id, secret) = key.strip_prefix("rp_").unwrap().split_once('_').unwrap();
    format!("{:020}|{secret}", u64::from_str_radix(id, 16).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_our_own_faces_say_is_followed_updated_and_forgotten() {
    let start: exchange::Time = "2026-11-21T10:00:00Z".parse().unwrap();
    let (there_clock, here_clock) = (Clock::manual(start), Clock::manual(start.plus_seconds(60)));
    let there = TestNode::start_with(Engine::Sqlite, |settings| settings.clock = there_clock.clone()).await;
    let here = node_at(Engine::Sqlite, here_clock.clone()).await;
    let hotline = there.partner("hotline").await;
    let given = hotline.post("entries", &json!({"entries": [entry(1), entry(2), entry(3)]})).await;
    let first = given.body["entries"][0]["id"].as_str().unwrap().to_owned();
    let sources = faces(&there).await;
    for source in &sources {
        let view = here.follow(source.clone()).await;
        assert_eq!((view.records, view.skipped, view.trouble.as_deref()), (3, 0, None), "{view:?}");
    }
    assert_eq!(here.holds(hash(1)), 4, "once for each");

    // One more, and one is taken back.
    there_clock.set(start.plus_seconds(120));
    here_clock.set(start.plus_seconds(180));
    assert_eq!(hotline.post("entries", &json!({"entries": [entry(4)]})).await.status, 201);
    let gone = hotline.request(reqwest::Method::DELETE, &format!("entries/{first}")).send().await.unwrap();
    assert!(gone.status().is_success());
    for source in &sources {
        let turn = here.turn(source.name.as_str()).await;
        assert_eq!((turn.removed, turn.trouble.as_deref()), (1, None), "{} {turn:?}", source.name);
    }
    assert_eq!((here.holds(hash(1)), here.holds(hash(2)), here.holds(hash(4))), (0, 4, 4));

    // What a partner did here is known there, once for each wire.
    let partner = here.partner("platform").await;
    let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(2))}]})).await;
    let matches = answer.body["results"][0]["matches"].as_array().unwrap().clone();
    assert_eq!(matches.len(), 4, "{}", answer.text);
    let outcomes: Vec<Value> = (matches.iter().enumerate())
        .map(|(number, matched)| {
            json!({"id": format!("01940f5c-7a30-7cc0-8000-00000000000{number}"), "entry": matched["entry"],
                "kind": "blocked", "count": 1, "at": "2026-11-21T10:00:00Z"})
        })
        .collect();
    assert_eq!(partner.post("outcomes", &json!({"outcomes": outcomes})).await.status, 200);
    for source in &sources {
        let turn = here.turn(source.name.as_str()).await;
        assert_eq!((turn.fed_back, turn.trouble.as_deref()), (1, None), "{} {turn:?}", source.name);
        let view = here.source(source.name.as_str()).await;
        assert_eq!((view.feedback_waiting, view.feedback_refused), (0, 0), "{view:?}");
    }
    let second = given.body["entries"][1]["id"].as_str().unwrap();
    let known = hotline.get(&format!("entries/{second}/outcomes")).await;
    assert_eq!(known.body["outcomes"].as_array().unwrap().len(), 4, "{}", known.text);
    there.node.close().await;
    here.node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_back_to_tech_against_terrorisms_face_arrives_as_it_was_meant() {
    let (there, here) = (node(Engine::Sqlite).await, node(Engine::Sqlite).await);
    let hotline = there.partner("hotline").await;
    let given = hotline.post("entries", &json!({"entries": [entry(1), entry(2), entry(3), entry(4), entry(5)]})).await;
    let tat = faces(&there).await.pop().unwrap();
    assert_eq!(here.follow(tat).await.records, 5);
    let partner = here.partner("platform").await;
    // Its list is one of leads: nothing of it blocks, whatever it is trusted with.
    let said = ["blocked", "removed", "kept", "mistaken", "seen"];
    for (number, kind) in (1..).zip(said) {
        let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(number))}]})).await;
        let matched = &answer.body["results"][0]["matches"][0];
        assert_eq!(matched["advice"], "review", "{}", answer.text);
        let mut outcome = json!({"id": format!("01940f5c-7a30-7cc0-8000-00000000000{number}"), "kind": kind, "count": 1,
            "entry": matched["entry"], "at": "2026-11-21T10:00:00Z"});
        if kind == "kept" {
            outcome["reason"] = json!("not_a_violation");
        }
        assert_eq!(partner.post("outcomes", &json!({"outcomes": [outcome]})).await.status, 200);
    }
    let turn = here.turn("tat").await;
    assert_eq!((turn.fed_back, turn.trouble.as_deref()), (4, None), "{turn:?}");
    for (place, expected) in [Some("removed"), Some("removed"), Some("kept"), Some("mistaken"), None].iter().enumerate()
    {
        let id = given.body["entries"][place]["id"].as_str().unwrap();
        let known = hotline.get(&format!("entries/{id}/outcomes")).await;
        let kinds: Vec<_> = known.body["outcomes"].as_array().unwrap().iter().map(|one| one["kind"].as_str()).collect();
        assert_eq!(kinds, expected.map(Some).into_iter().collect::<Vec<_>>(), "{} {}", said[place], known.text);
    }
    there.node.close().await;
    here.node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_passed_on_is_shown_by_no_face_either() {
    use exchange::dialects::stopncii::CaseStatus::Active;
    let fake = super::Fake::start(|_, _| super::body(super::feeding::stopncii_page(&[(1, Active)], 100, None))).await;
    let middle = node(Engine::Sqlite).await;
    middle.follow(super::source(SourceKind::StopNcii, &fake.base, Tier::Confirmed, false)).await;
    assert_eq!(middle.holds(hash(1)), 1);
    let far = node(Engine::Sqlite).await;
    for source in faces(&middle).await {
        let view = far.follow(source).await;
        assert_eq!((view.records, view.trouble.as_deref()), (0, None), "{view:?}");
    }
    assert_eq!(far.holds(hash(1)), 0);
    middle.node.close().await;
    far.node.close().await;
}
