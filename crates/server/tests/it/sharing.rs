//! The sharing rule: a partner is shown what its agreement allows, in feed, stream, snapshot, match and single entries
//! alike.

use exchange::{PartnerId, Reach, Scope};
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use server::node::NodeSettings;

use crate::claims::{claim, picture};
use crate::support::{TestNode, TestPartner, entry, hash, on_every_engine};

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

        let all: Vec<(&str, &str)> = all.iter().map(|(id, .., hash)| (id.as_str(), hash.as_str())).collect();
        assert_eq!(partner.get("changes").await.body["through"], all.len() as u64);
        is_shown_exactly(&partner, &all, &expected, sees).await;
    }
});

/// Walks through every way in and finds the same entries in each; of the others nothing.
pub(crate) async fn is_shown_exactly(partner: &TestPartner, all: &[(&str, &str)], expected: &[&str], whose: &str) {
    let page = partner.get("changes").await.body;
    assert_eq!(page["through"], page["head"], "the page covers what it does not list");
    let put = |change: &Value| change["put"]["id"].as_str().map(str::to_owned);
    let fed: Vec<_> = page["changes"].as_array().unwrap().iter().map(|change| put(change).unwrap()).collect();
    assert_eq!(fed, expected, "feed of {whose}");

    let mut streamed = Vec::new();
    let response = partner.request(Method::GET, "changes/stream").send().await.unwrap();
    let mut body = response.bytes_stream();
    let mut text = String::new();
    while !text.contains("\n\n") {
        text.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    let event: Value = serde_json::from_str(text.lines().find_map(|line| line.strip_prefix("data:")).unwrap()).unwrap();
    streamed.extend(event["changes"].as_array().unwrap().iter().map(|change| put(change).unwrap()));
    assert_eq!(streamed, expected, "stream of {whose}");

    let snapshot = partner.get("snapshot").await.text;
    let lines: Vec<Value> = snapshot.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let held: Vec<&str> = lines.iter().filter_map(|line| line["entry"]["id"].as_str()).collect();
    assert_eq!(held, expected, "snapshot of {whose}");
    assert_eq!(lines.last().unwrap()["end"]["entries"], expected.len(), "and its count");

    let (mut matched, mut packed, mut readable) = (Vec::new(), Vec::new(), Vec::new());
    for (id, hash) in all {
        let is_expected = expected.contains(id);
        matched.extend(partner.matches(hash).await);
        packed.extend(packed_matches(partner, hash).await);
        let answer = partner.get(&format!("entries/{id}")).await;
        match answer.status {
            200 => readable.push(*id),
            _ => answer.is_problem(404, "not-found"),
        }
        assert_eq!(partner.get(&format!("entries/{id}/outcomes")).await.status == 200, is_expected);
        let outcome = json!({"outcomes": [{"id": id, "entry": id, "kind": "seen", "at": "2026-11-21T00:00:00Z"}]});
        assert_eq!(partner.post("outcomes", &outcome).await.status == 200, is_expected);
        if !is_expected {
            partner.post(&format!("entries/{id}/dispute"), &json!({})).await.is_problem(404, "not-found");
            partner.delete(&format!("entries/{id}")).await.is_problem(404, "not-found");
        }
    }
    assert_eq!(matched, expected, "match of {whose}");
    assert_eq!(packed, expected, "packed match of {whose}");
    assert_eq!(readable, expected, "entries of {whose}");
}

async fn packed_matches(partner: &TestPartner, hash: &str) -> Vec<String> {
    let query = exchange::hex::decode::<32>(hash).unwrap().to_vec();
    let request = partner.request(Method::POST, "match").header("content-type", "application/octet-stream");
    let answer = request.body(query).send().await.unwrap().bytes().await.unwrap();
    let response = exchange::packed::decode_response(&answer, 1).unwrap();
    response.results[0].matches.iter().map(|found| found.entry.to_string()).collect()
}

on_every_engine!(what_everyone_who_claims_it_withholds_from_a_partner_it_is_shown_in_no_way, |engine| {
    let folder = tempfile::tempdir().unwrap();
    let kept = |settings: &mut NodeSettings| settings.index_file = Some(folder.path().join("node.index"));
    let node = TestNode::start_with(engine, kept).await;
    let (trusted, shunned) = (node.partner("trusted").await, node.partner("shunned").await);
    let shunned_id: PartnerId = shunned.get("partners/self").await.body["id"].as_str().unwrap().parse().unwrap();
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    let claimed = async |pictures: &[u64], claims: &[u64], from: &[PartnerId]| {
        let pictures: Vec<_> = pictures.iter().map(|seed| picture(*seed)).collect();
        let claims: Vec<_> = claims.iter().map(|seed| claim(*seed)).collect();
        bank.contribute_claimed(portal, &pictures, &claims, from, None).await.unwrap().entries
    };
    // Withheld by its only claim, by both of two, by one of two; by nobody.
    let mut ids = claimed(&[1, 2, 3], &[1, 2, 3], &[shunned_id]).await;
    claimed(&[2], &[12], &[shunned_id]).await;
    ids.extend(claimed(&[4], &[4], &[]).await);
    // The same picture twice in one call, withheld from the first moment on.
    ids.extend_from_slice(&claimed(&[5, 5], &[5, 15], &[shunned_id]).await[..1]);
    claimed(&[3], &[13], &[]).await;
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let hashes: Vec<String> = (1..=5).map(hash).collect();
    let all: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(hashes.iter().map(String::as_str)).collect();
    // The order of their last changes is that of the feed; both claimed twice come last.
    let order = |some: &[usize]| some.iter().map(|place| ids[*place].as_str()).collect::<Vec<_>>();
    assert_eq!(fed(&trusted).await, order(&[0, 1, 3, 4, 2]));
    let text = shunned.get("changes").await.text;
    assert!(order(&[0, 1, 4]).iter().all(|id| !text.contains(id)), "not even as something to forget: {text}");
    // The walk wants one order everywhere: a look from a partner that came later, and saw nothing before.
    let shown = order(&[2, 3]);
    for (id, hash) in [all[2], all[3]] {
        assert_eq!(shunned.matches(hash).await, [id]);
    }
    bank.withhold(portal, claim(4), &[shunned_id]).await.unwrap();
    bank.withhold(portal, claim(4), &[]).await.unwrap();
    is_shown_exactly(&shunned, &all, &shown, "the partner shunned").await;

    // What the file of the index does not hold is read again at the next start.
    let (trusted, shunned) = (trusted.key, shunned.key);
    node.node.close().await;
    let TestNode { database, .. } = node;
    let again = TestNode::over(database, kept).await;
    is_shown_exactly(&again.with_key(shunned), &all, &shown, "the partner shunned, after a restart").await;
    assert_eq!(again.with_key(trusted).matches(&hash(1)).await, [ids[0].clone()]);
});

/// Ids of what the feed puts, in its order.
async fn fed(partner: &TestPartner) -> Vec<String> {
    let page = partner.get("changes").await.body;
    let changes = page["changes"].as_array().unwrap().clone();
    changes.iter().filter_map(|change| change["put"]["id"].as_str().map(str::to_owned)).collect()
}

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
