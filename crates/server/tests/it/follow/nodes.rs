//! A node that follows another: what is there is here, what goes there goes here, what was done here is known there.

use exchange::{Reach, Scope, Tier, hex};
use serde_json::{Value, json};
use server::follow::{Credentials, NewSource, SourceKind, Terms};

use super::{hash, node};
use crate::support::{TestNode, TestPartner, on_every_engine};

fn entry(number: u8, tier: &str) -> Value {
    json!({"class": "minor", "tier": tier, "fingerprints": [{"kind": "pdq", "value": hex::encode(&hash(number))}],
        "views": [{"view": 1, "value": hex::encode(&hash(number + 100))}]})
}

fn of_node(there: &TestNode, key: &TestPartner, tier: Tier) -> NewSource {
    NewSource {
        name: "sister".parse().unwrap(),
        kind: SourceKind::Rempart,
        url: there.base(),
        credentials: Credentials::read(&key.key).unwrap(),
        terms: Terms { class: None, tier, pass_on: false },
        every_seconds: NewSource::EVERY_SECONDS_MAX,
    }
}

on_every_engine!(what_a_node_has_another_holds_and_forgets_with_it, |engine| {
    let (there, here) = (node(engine).await, node(engine).await);
    let hotline = there.partner("hotline").await;
    let follower = there.partner("sister-node").await;
    let entries = json!({"entries": [entry(1, "confirmed"), entry(2, "verified"), entry(3, "reported")]});
    let given = hotline.post("entries", &entries).await;
    let id = |place: usize| given.body["entries"][place]["id"].as_str().unwrap().to_owned();
    let view = here.follow(of_node(&there, &follower, Tier::Verified)).await;
    assert_eq!((view.records, view.trouble.as_deref()), (3, None), "{view:?}");
    assert_eq!((here.holds(hash(1)), here.holds(hash(101))), (1, 1), "with its views");
    let self_here = there.node.partners.list().await.unwrap();
    let cursor = self_here.iter().find(|one| one.name == "sister-node").and_then(|one| one.keys[0].cursor);
    assert_eq!(cursor.map(|(seq, _)| seq), Some(3), "it was told how far");

    // Nothing of it is passed on, by any door.
    let partner = here.partner("platform").await;
    let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(1))}]})).await;
    assert_eq!(answer.body["results"][0]["matches"], json!([]));

    // Contested there: for people to look at first here. Withdrawn there: gone here.
    assert!(there.partner("other").await.post(&format!("entries/{}/dispute", id(1)), &json!({})).await.status < 300);
    assert!(
        hotline
            .request(reqwest::Method::DELETE, &format!("entries/{}", id(0)))
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
    let turn = here.turn("sister").await;
    assert_eq!((turn.put, turn.removed, turn.trouble.as_deref()), (1, 1, None), "{turn:?}");
    assert_eq!((here.holds(hash(1)), here.holds(hash(2)), here.holds(hash(3))), (0, 1, 1));
    let query = exchange::Parsed { pdq: vec![hash(2)], ..exchange::Parsed::default() };
    let met = here.node.bank.live().answer(&[query], exchange::Radius::DEFAULT, |_, _| true);
    assert_eq!(met[0].matches[0].tier, Tier::Reported);

    // The agreement is narrowed there: what is no longer shown goes here, once all was read anew.
    let narrow =
        exchange::Agreement { sees: Reach { minor: Some(Tier::Verified), adult: None }, contributes: Reach::default() };
    there.node.partners.set_agreement(&"sister-node".parse().unwrap(), narrow).await.unwrap();
    let turn = here.turn("sister").await;
    assert_eq!(turn.trouble.as_deref(), None, "{turn:?}");
    assert_eq!((here.holds(hash(2)), here.holds(hash(3))), (1, 0));

    // Followed no longer: its entries are withdrawn here, and the name is free again.
    let name = "sister".parse().unwrap();
    assert_eq!(here.node.follow.remove(&here.operator, &name).await.unwrap(), 1);
    here.node.bank.live().wait_for(here.node.bank.head().await.unwrap()).await;
    assert_eq!(here.holds(hash(2)), 0);
    assert!(here.node.follow.list().await.unwrap().is_empty());
    let view = here.follow(of_node(&there, &follower, Tier::Verified)).await;
    assert_eq!((view.records, here.holds(hash(2))), (1, 1));
    there.node.close().await;
    here.node.close().await;
});

on_every_engine!(a_key_that_opens_nothing_is_said_and_what_is_held_stays, |engine| {
    let (there, here) = (node(engine).await, node(engine).await);
    let hotline = there.partner("hotline").await;
    let scopes = [Scope::Follow];
    let follower = there.partner_with("sister-node", Reach::both(Tier::Reported), Reach::default(), &scopes).await;
    hotline.post("entries", &json!({"entries": [entry(1, "confirmed")]})).await;
    here.follow(of_node(&there, &follower, Tier::Reported)).await;
    there.node.partners.revoke("sister-node").await.unwrap();
    let turn = here.turn("sister").await;
    assert!(turn.trouble.as_deref().is_some_and(|why| why.contains("401")), "{turn:?}");
    assert_eq!(here.holds(hash(1)), 1);
    let metrics = here.source("sister").await;
    assert_eq!((metrics.failures, metrics.records), (1, 1));
    there.node.close().await;
    here.node.close().await;
});
