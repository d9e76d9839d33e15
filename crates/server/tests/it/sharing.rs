//! The sharing rule: a partner is shown what its agreement allows, in feed, stream, snapshot, match and single entries
//! alike.

use exchange::{Reach, Scope};
use serde_json::{Value, json};

use crate::support::{TestNode, entry, hash, on_every_engine};

on_every_engine!(one_walk_through_feed_snapshot_match_and_entries_shows_the_same, |engine| {
    let node = TestNode::start(engine).await;
    let owner = node.partner("owner").await;
    let mut all = Vec::new();
    for (seed, (class, tier)) in (0_u64..).zip(
        ["minor", "adult"].iter().flat_map(|class| ["reported", "verified", "confirmed"].map(|tier| (*class, tier))),
    ) {
        all.push((owner.protect(class, tier, &hash(seed)).await, class, tier, hash(seed)));
    }
    for sees in ["none", "minor:reported", "adult:confirmed", "minor:verified,adult:reported", "minor:confirmed"] {
        let reach = Reach::parse(sees).unwrap();
        let name = format!("p{}", sees.replace([':', ','], "-"));
        let partner = node.partner_with(&name, reach, Reach::default(), Scope::ALL).await;
        let agreement = exchange::Agreement { sees: reach, contributes: Reach::default() };
        let may = |class: &str, tier: &str| {
            agreement.sees(exchange::Class::from_name(class).unwrap(), exchange::Tier::from_name(tier).unwrap())
        };
        let expected: Vec<&str> =
            all.iter().filter(|(_, class, tier, _)| may(class, tier)).map(|(id, ..)| id.as_str()).collect();

        let page = partner.get("changes").await.body;
        assert_eq!(page["through"], all.len() as u64, "the page covers what it does not list");
        let fed: Vec<&str> =
            page["changes"].as_array().unwrap().iter().map(|c| c["put"]["id"].as_str().unwrap()).collect();
        assert_eq!(fed, expected, "feed of {sees}");

        let snapshot = partner.get("snapshot").await.text;
        let lines: Vec<Value> = snapshot.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let held: Vec<&str> = lines.iter().filter_map(|line| line["entry"]["id"].as_str()).collect();
        assert_eq!(held, expected, "snapshot of {sees}");

        let mut matched = Vec::new();
        let mut readable = Vec::new();
        for (id, _, _, hash) in &all {
            matched.extend(partner.matches(hash).await);
            let answer = partner.get(&format!("entries/{id}")).await;
            match answer.status {
                200 => readable.push(id.as_str()),
                _ => answer.is_problem(404, "not-found"),
            }
            let dispute = partner.get(&format!("entries/{id}/outcomes")).await;
            assert_eq!(dispute.status == 200, expected.contains(&id.as_str()));
            let outcome = json!({"outcomes": [{"id": id, "entry": id, "kind": "seen", "at": "2026-11-21T00:00:00Z"}]});
            assert_eq!(partner.post("outcomes", &outcome).await.status == 200, expected.contains(&id.as_str()));
        }
        assert_eq!(matched, expected, "match of {sees}");
        assert_eq!(readable, expected, "entries of {sees}");
        let hidden = all.iter().find(|(id, ..)| !expected.contains(&id.as_str()));
        if let Some((id, ..)) = hidden {
            partner.post(&format!("entries/{id}/dispute"), &json!({})).await.is_problem(404, "not-found");
        }
    }
});

on_every_engine!(an_entry_that_rises_into_sight_is_put_and_its_withdrawal_is_told_to_those_who_saw_it, |engine| {
    let node = TestNode::start(engine).await;
    let owner = node.partner("owner").await;
    let verified = Reach::parse("minor:verified").unwrap();
    let partner = node.partner_with("platform", verified, Reach::default(), Scope::ALL).await;
    let id = owner.protect("minor", "reported", &hash(1)).await;
    let unseen = owner.protect("minor", "reported", &hash(2)).await;
    assert_eq!(partner.get("changes").await.body["changes"], json!([]));
    owner.post("entries", &json!({"entries": [entry("minor", "confirmed", &hash(1))]})).await;
    assert_eq!(partner.get("changes?after=2").await.body["changes"][0]["put"]["id"], id.as_str());
    owner.delete(&format!("entries/{id}")).await;
    owner.delete(&format!("entries/{unseen}")).await;
    let page = partner.get("changes?after=3").await.body;
    assert_eq!(page["changes"].as_array().unwrap().len(), 1, "nothing is said of what was never shown");
    assert_eq!(page["changes"][0]["remove"]["entry"], id.as_str());
    assert_eq!(page["through"], 5);
});
