//! Views: copies that were cut are met through them, and one view alone never blocks.

use exchange::{Reach, Scope, Tier};
use fingerprint::View;
use serde_json::{Value, json};

use crate::matcher::support::{Home, upstream};
use crate::support::{Engine, TestNode, TestPartner, entry, hash, near, on_every_engine};

/// Two views that are nearly the same hash, and one of another family.
fn codes() -> [u8; 3] {
    let all: Vec<View> = (1..=255).filter_map(View::from_code).collect();
    let of_family = |first: View, same: bool| {
        let found = all.iter().find(|view| **view != first && (view.family() == first.family()) == same);
        found.map(|view| view.code())
    };
    let first = all.iter().copied().find(|view| of_family(*view, true).is_some()).unwrap();
    [first.code(), of_family(first, true).unwrap(), of_family(first, false).unwrap()]
}

/// An entry of hash 1 with views of hash 2, 3 and 4.
fn viewed() -> Value {
    let mut entry = entry("minor", "confirmed", &hash(1));
    let views = codes().into_iter().zip(2..).map(|(code, seed)| json!({"view": code, "value": hash(seed)}));
    entry["views"] = views.collect();
    entry
}

async fn protect(partner: &TestPartner, entry: Value) -> Value {
    let answer = partner.post("entries", &json!({"entries": [entry]})).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["entries"][0].clone()
}

async fn met(partner: &TestPartner, query: Value) -> Value {
    let answer = partner.post("match", &json!({"queries": [query]})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["results"][0]["matches"][0].clone()
}

on_every_engine!(a_view_alone_is_for_review_and_two_families_block, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    protect(&partner, viewed()).await;
    let [first, _, other] = codes();

    let whole = met(&partner, json!({"pdq": hash(1)})).await;
    assert_eq!((&whole["advice"], &whole["view"]), (&json!("block"), &json!(null)));
    let one = met(&partner, json!({"pdq": near(&hash(2), 5)})).await;
    assert_eq!((&one["advice"], &one["view"], &one["distance"]), (&json!("review"), &json!(first), &json!(5)));
    assert_eq!(one["fingerprint"], 0);
    let same_family = met(&partner, json!({"pdq": [hash(2), near(&hash(3), 1)]})).await;
    assert_eq!(same_family["advice"], "review");
    let two_families = met(&partner, json!({"pdq": [near(&hash(2), 3), near(&hash(4), 1)]})).await;
    assert_eq!((&two_families["advice"], &two_families["view"]), (&json!("block"), &json!(other)));

    let trimmed = met(&partner, json!({"pdq": hash(9), "trimmed": hash(1)})).await;
    assert_eq!((&trimmed["advice"], &trimmed["trimmed"]), (&json!("review"), &json!(true)));
    let agreed = met(&partner, json!({"pdq": hash(2), "trimmed": [hash(9), hash(1)]})).await;
    assert_eq!((&agreed["advice"], &agreed["orientation"]), (&json!("block"), &json!("rotate90")));
    let wide = partner.post("match", &json!({"queries": [{"pdq": [hash(2), hash(4)]}], "radius": 40})).await;
    assert_eq!(wide.body["results"][0]["matches"][0]["advice"], "review");
});

on_every_engine!(views_that_would_match_one_another_are_one_piece_of_evidence, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let [first, _, other] = codes();
    for (bits, advice) in [(31, "review"), (32, "block")] {
        let seed = 100 + bits as u64;
        let mut alike = entry("minor", "confirmed", &hash(seed));
        let views = [(first, hash(seed + 10)), (other, near(&hash(seed + 10), bits))];
        alike["views"] = views.iter().map(|(code, value)| json!({"view": code, "value": value})).collect();
        protect(&partner, alike).await;
        let between = met(&partner, json!({"pdq": near(&hash(seed + 10), 15)})).await;
        assert_eq!(between["advice"], advice, "{bits} bits apart");
    }
});

on_every_engine!(views_that_come_later_are_added_once_and_go_with_the_entry, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let id = protect(&partner, entry("minor", "confirmed", &hash(1))).await["id"].clone();
    assert_eq!(partner.matches(&hash(2)).await, [""; 0]);
    let again = protect(&partner, viewed()).await;
    assert_eq!((&again["id"], &again["placed"]), (&id, &json!("upgraded")));
    assert_eq!(json!(partner.matches(&hash(2)).await), json!([id]));
    let mut lower = viewed();
    lower["tier"] = "reported".into();
    assert_eq!(protect(&partner, lower).await["placed"], "existing");

    let shown = partner.get(&format!("entries/{}", id.as_str().unwrap())).await.body;
    assert_eq!((&shown["tier"], shown["views"].as_array().map(Vec::len)), (&json!("confirmed"), Some(3)));
    let page = partner.get("changes?after=0").await.body;
    assert_eq!(page["changes"][0]["put"]["views"], viewed()["views"]);
    let snapshot = partner.get("snapshot").await.text;
    assert!(snapshot.contains(&hash(4)));

    partner.delete(&format!("entries/{}", id.as_str().unwrap())).await;
    assert_eq!(partner.matches(&hash(2)).await, [""; 0]);
    assert!(!partner.get("snapshot").await.text.contains(&hash(4)));
    assert_eq!(node.node.bank.live().size().views, 0);
});

on_every_engine!(views_of_one_call_meet_in_one_entry, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let both = json!({"entries": [entry("minor", "reported", &hash(1)), viewed()]});
    let answer = partner.post("entries", &both).await;
    let placed: Vec<&Value> = answer.body["entries"].as_array().unwrap().iter().map(|given| &given["placed"]).collect();
    assert_eq!(placed, ["created", "upgraded"]);
    assert_eq!(met(&partner, json!({"pdq": hash(3)})).await["tier"], "confirmed");
});

on_every_engine!(views_follow_the_sharing_rule, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let adults_only = Reach { minor: None, adult: Some(Tier::Reported) };
    let platform = node
        .partner_with("platform", adults_only, Reach { minor: None, adult: None }, &[Scope::Follow, Scope::Match])
        .await;
    protect(&hotline, viewed()).await;
    assert_eq!(platform.matches(&hash(2)).await, [""; 0]);
    let all = [platform.get("changes").await.text, platform.get("snapshot").await.text].concat();
    assert!(!all.contains(&hash(2)));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_the_feed_is_cut_by_what_it_holds() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let heavy = |seed: u64| {
        let mut heavy = entry("minor", "confirmed", &hash(seed));
        let views = (1..=64).map(|code| json!({"view": code, "value": hash(seed * 100 + code)}));
        heavy["views"] = views.collect();
        heavy
    };
    for call in 0..10 {
        let entries: Vec<Value> = (0..100).map(|place| heavy(call * 100 + place + 1)).collect();
        assert_eq!(partner.post("entries", &json!({"entries": entries})).await.status, 201);
    }
    let first = partner.get("changes?after=0&limit=5000").await.body;
    let through = first["through"].as_u64().unwrap();
    assert_eq!(first["head"], 1_000);
    assert_eq!(first["changes"].as_array().unwrap().len() as u64, through);
    assert_eq!(through, 770, "65 hashes an entry, 50,000 a page");
    let rest = partner.get(&format!("changes?after={through}&limit=5000")).await.body;
    assert_eq!((rest["changes"].as_array().unwrap().len(), &rest["through"]), (230, &json!(1_000)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matcher_holds_as_many_views_as_it_is_told_and_has_them_after_a_restart() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    protect(&partner, viewed()).await;
    let (home, follow) = (Home::new(), vec![upstream(&node.base(), &partner)]);
    for (views_max, found) in [(64, [1, 1, 1, 1]), (1, [1, 1, 0, 0]), (0, [1, 0, 0, 0]), (64, [1, 1, 1, 1])] {
        let mut settings = home.settings(follow.clone());
        settings.views_max = views_max;
        let matcher = crate::matcher::support::TestMatcher::start(settings).await;
        matcher.until_acknowledged(1).await;
        for (seed, found) in (1..).zip(found) {
            assert_eq!(matcher.client().matches(&hash(seed)).await.len(), found, "{views_max} views, hash {seed}");
        }
        matcher.matcher.close().await;
    }
}
