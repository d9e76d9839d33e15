//! Contributing, withdrawing, disputing, outcomes: what is answered, and who may not.

use exchange::{Reach, Scope, Tier};
use reqwest::Method;
use serde_json::{Value, json};
use utoipa::openapi::path::Operation;

use crate::support::{Answer, TestNode, entry, hash, manual, near, on_every_engine};

on_every_engine!(an_entry_is_in_the_feed_and_matched_when_its_contribution_is_answered, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let id = partner.protect("minor", "confirmed", &hash(1)).await;
    assert_eq!(partner.matches(&near(&hash(1), 31)).await, [id.as_str()]);
    assert_eq!(partner.matches(&near(&hash(1), 32)).await, Vec::<String>::new());
    let page = partner.get("changes").await.body;
    assert_eq!(page["changes"][0]["put"]["id"], id.as_str());
    assert_eq!((&page["through"], &page["head"]), (&json!(1), &json!(1)));
    let entry = partner.get(&format!("entries/{id}")).await.body;
    assert_eq!(entry["fingerprints"], json!([{"kind": "pdq", "value": hash(1), "quality": 100}]));
    assert_eq!((&entry["origin"], &entry["block_radius"]), (&json!("platform"), &json!(31)));
});

on_every_engine!(the_same_content_from_the_same_partner_is_one_entry_and_a_higher_tier_raises_it, |engine| {
    let node = TestNode::start(engine).await;
    let (first, second) = (node.partner("first").await, node.partner("second").await);
    let send = |tier: &str| json!({"entries": [entry("adult", tier, &hash(1)), entry("adult", tier, &hash(1))]});
    let placed = |answer: &Answer| -> Vec<String> {
        let entries = answer.body["entries"].as_array().unwrap();
        entries.iter().map(|entry| entry["placed"].as_str().unwrap().to_owned()).collect()
    };
    let created = first.post("entries", &send("reported")).await;
    assert_eq!(placed(&created), ["created", "existing"]);
    let again = first.post("entries", &send("reported")).await;
    assert_eq!(placed(&again), ["existing", "existing"]);
    assert_eq!(again.body["seq"], 1);
    let raised = first.post("entries", &send("verified")).await;
    assert_eq!(placed(&raised), ["upgraded", "existing"]);
    assert_eq!(raised.body["entries"][0]["id"], created.body["entries"][0]["id"]);
    let lower = first.post("entries", &send("reported")).await;
    assert_eq!(placed(&lower), ["existing", "existing"]);
    let other = second.post("entries", &send("reported")).await;
    assert_eq!(placed(&other), ["created", "existing"]);
    assert_ne!(other.body["entries"][0]["id"], created.body["entries"][0]["id"]);
    // One page shows each entry once, as it stands.
    let page = first.get("changes").await.body;
    let seqs: Vec<_> = page["changes"].as_array().unwrap().iter().map(|change| change["seq"].clone()).collect();
    assert_eq!(seqs, [json!(2), json!(3)]);
    assert_eq!(page["changes"][0]["put"]["tier"], "verified");
});

on_every_engine!(a_batch_that_raises_what_it_creates_gives_one_entry_at_the_higher_tier, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let body = json!({"entries": [entry("adult", "reported", &hash(1)), entry("adult", "confirmed", &hash(1))]});
    let answer = partner.post("entries", &body).await;
    assert_eq!(answer.body["seq"], 2);
    let id = answer.body["entries"][1]["id"].as_str().unwrap();
    assert_eq!(partner.get(&format!("entries/{id}")).await.body["tier"], "confirmed");
    let page = partner.get("changes").await.body;
    assert_eq!(page["changes"].as_array().unwrap().len(), 1);
    assert_eq!((&page["changes"][0]["seq"], &page["through"]), (&json!(2), &json!(2)));
});

on_every_engine!(a_call_sent_again_under_its_idempotency_key_gets_the_first_answer, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let send = async |token: &str, hash: &str| {
        let body = json!({"entries": [entry("minor", "reported", hash)]});
        let request = partner.request(Method::POST, "entries").header("Idempotency-Key", token).json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    let first = send("call-1", &hash(1)).await;
    let id = first.body["entries"][0]["id"].as_str().unwrap();
    partner.delete(&format!("entries/{id}")).await;
    let again = send("call-1", &hash(1)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(partner.matches(&hash(1)).await, Vec::<String>::new(), "the second sending adds nothing");
    send("call-1", &hash(2)).await.is_problem(422, "idempotency-other-body");
    send("", &hash(2)).await.is_problem(400, "malformed");
    send(&"x".repeat(201), &hash(2)).await.is_problem(400, "malformed");
    assert_eq!(send(&"x".repeat(200), &hash(3)).await.status, 201);
});

on_every_engine!(kept_answers_are_forgotten_after_a_day, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let partner = node.partner("platform").await;
    let send = async |hash: &str| {
        let body = json!({"entries": [entry("minor", "reported", hash)]});
        let request = partner.request(Method::POST, "entries").header("Idempotency-Key", "k").json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    assert_eq!(send(&hash(1)).await.status, 201);
    clock.set(clock.now().plus_seconds(24 * 3_600 - 1));
    node.node.bank.forget_answers(24).await.unwrap();
    send(&hash(2)).await.is_problem(422, "idempotency-other-body");
    clock.set(clock.now().plus_seconds(2));
    node.node.bank.forget_answers(24).await.unwrap();
    assert_eq!(send(&hash(2)).await.status, 201);
});

on_every_engine!(one_bad_entry_refuses_the_whole_call_and_is_named, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let good = entry("minor", "reported", &hash(1));
    let plain = json!({"class": "minor", "fingerprints": [{"kind": "pdq", "value": hash(2), "quality": 49}]});
    for (bad, says) in [
        (json!({"class": "minor", "fingerprints": []}), "entry 1: an entry needs 1 to 64"),
        (plain, "entry 1: fingerprint 0: pdq quality 49 is below 50"),
        (json!({"class": "minor", "fingerprints": [{"kind": "pdq", "value": "xyz"}]}), "exactly 64 hex digits"),
        (json!({"class": "child", "fingerprints": []}), "unknown variant `child`"),
    ] {
        let answer = partner.post("entries", &json!({"entries": [good.clone(), bad]})).await;
        answer.is_problem(422, "invalid");
        assert!(answer.text.contains(says), "{}", answer.text);
    }
    partner.post("entries", &json!({"entries": []})).await.is_problem(422, "invalid");
    let many = |count: u64| -> Value { (0..count).map(|seed| entry("minor", "reported", &hash(seed))).collect() };
    partner.post("entries", &json!({"entries": many(1_001)})).await.is_problem(422, "invalid");
    assert_eq!(partner.get("changes").await.body["head"], 0, "nothing was changed");
    assert_eq!(partner.post("entries", &json!({"entries": many(1_000)})).await.status, 201);
});

on_every_engine!(bodies_that_cannot_be_read_are_refused_as_problems, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let send = async |path: &str, kind: &str, body: Vec<u8>| {
        let request = partner.request(Method::POST, path).header("content-type", kind).body(body);
        Answer::of(request.send().await.unwrap()).await
    };
    send("entries", "application/json", b"{".to_vec()).await.is_problem(400, "malformed");
    send("entries", "text/plain", b"{}".to_vec()).await.is_problem(415, "media-type");
    send("entries", "application/json", vec![b' '; 8 * 1024 * 1024 + 1]).await.is_problem(413, "too-large");
    send("match", "application/octet-stream", vec![0; 33]).await.is_problem(422, "invalid");
    send("match", "application/octet-stream", vec![0; 9 * 1024 * 1024]).await.is_problem(413, "too-large");
    partner.get("entries/7").await.is_problem(400, "malformed");
    partner.get("changes?after=x").await.is_problem(400, "malformed");
    partner.get("changes?unknown=1").await.is_problem(400, "malformed");
    partner.get("nothing/here").await.is_problem(404, "not-found");
    partner.delete("match").await.is_problem(405, "method-not-allowed");
});

on_every_engine!(only_its_contributor_withdraws_an_entry_and_only_once, |engine| {
    let node = TestNode::start(engine).await;
    let (owner, other) = (node.partner("owner").await, node.partner("other").await);
    let id = owner.protect("minor", "verified", &hash(1)).await;
    other.delete(&format!("entries/{id}")).await.is_problem(403, "not-yours");
    owner.delete(&format!("entries/{id}?reason=not_shared")).await.is_problem(422, "invalid");
    owner.delete(&format!("entries/{id}?reason=because")).await.is_problem(400, "malformed");
    assert_eq!(owner.delete(&format!("entries/{id}?reason=mistaken")).await.body, json!({"seq": 2}));
    assert_eq!(owner.delete(&format!("entries/{id}")).await.body, json!({"seq": 2}));
    assert_eq!(other.matches(&hash(1)).await, Vec::<String>::new());
    let entry = owner.get(&format!("entries/{id}")).await.body;
    assert_eq!((&entry["status"], &entry["fingerprints"]), (&json!("withdrawn"), &json!([])));
    let page = other.get("changes").await.body;
    assert_eq!(
        page["changes"],
        json!([{"seq": 2, "at": page["changes"][0]["at"], "remove": {"entry": id, "reason": "mistaken"}}])
    );
    owner.post(&format!("entries/{id}/dispute"), &json!({})).await.is_problem(409, "withdrawn");
    // The same content may be protected anew.
    assert_ne!(owner.protect("minor", "verified", &hash(1)).await, id);
});

on_every_engine!(a_disputed_entry_is_matched_and_never_advised_to_be_blocked, |engine| {
    let node = TestNode::start(engine).await;
    let (owner, other) = (node.partner("owner").await, node.partner("other").await);
    let id = owner.protect("adult", "confirmed", &hash(1)).await;
    let advice = async || other.post("match", &json!({"queries": [{"pdq": hash(1)}]})).await.body;
    assert_eq!(advice().await["results"][0]["matches"][0]["advice"], "block");
    assert_eq!(other.post(&format!("entries/{id}/dispute"), &json!({})).await.body, json!({"seq": 2}));
    assert_eq!(other.post(&format!("entries/{id}/dispute"), &json!({})).await.body, json!({"seq": 2}));
    let found = advice().await["results"][0]["matches"][0].clone();
    assert_eq!((&found["advice"], &found["status"]), (&json!("review"), &json!("disputed")));
    let page = owner.get("changes?after=1").await.body;
    assert_eq!(page["changes"][0]["put"]["block_radius"], Value::Null);
});

on_every_engine!(outcomes_count_once_and_are_shown_to_whom_they_concern, |engine| {
    let node = TestNode::start(engine).await;
    let (owner, platform, third) =
        (node.partner("owner").await, node.partner("platform").await, node.partner("third").await);
    let id = owner.protect("minor", "verified", &hash(1)).await;
    let outcome = |number: u8, kind: &str| {
        json!({"id": format!("00000000-0000-0000-0000-0000000000{number:02}"), "entry": id, "kind": kind,
            "at": "2026-11-21T10:00:00Z", "count": 3})
    };
    let report = json!({"outcomes": [outcome(1, "blocked"), outcome(2, "removed")]});
    assert_eq!(platform.post("outcomes", &report).await.body, json!({"recorded": 2, "repeated": 0}));
    assert_eq!(platform.post("outcomes", &report).await.body, json!({"recorded": 0, "repeated": 2}));
    // The same id from another partner is another outcome.
    assert_eq!(third.post("outcomes", &report).await.body, json!({"recorded": 2, "repeated": 0}));
    let path = format!("entries/{id}/outcomes");
    let seen = async |partner: &crate::support::TestPartner| {
        partner.get(&path).await.body["outcomes"].as_array().unwrap().len()
    };
    assert_eq!((seen(&owner).await, seen(&platform).await, seen(&third).await), (4, 2, 2));
    platform.post("outcomes", &json!({"outcomes": [outcome(3, "kept")]})).await.is_problem(422, "invalid");
    let mut stray = outcome(4, "seen");
    stray["entry"] = json!("00000000-0000-0000-0000-000000000000");
    let mixed = json!({"outcomes": [outcome(5, "seen"), stray]});
    platform.post("outcomes", &mixed).await.is_problem(422, "unknown-entry");
    assert_eq!(seen(&platform).await, 2, "nothing of a refused report is kept");
});

on_every_engine!(without_a_good_key_nothing_is_answered, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let partner = node.partner("platform").await;
    for (method, path) in ROUTES {
        let request = node.http.request(method.clone(), format!("{}/api/v1/{path}", node.base()));
        Answer::of(request.send().await.unwrap()).await.is_problem(401, "key-missing");
    }
    let with = |key: &str| node.with_key(key.to_owned());
    with("nonsense").get("partners/self").await.is_problem(401, "key-malformed");
    let wrong = format!("{}{}", &partner.key[..84 - 4], "0000");
    with(&wrong).get("partners/self").await.is_problem(401, "key-unknown");
    assert_eq!(partner.get("partners/self").await.status, 200);
    // A key ends when it ends.
    let name = "platform".parse().unwrap();
    let end = clock.now().plus_seconds(60);
    let key = node.node.partners.add_key(&name, exchange::Scopes::all(), Some(end)).await.unwrap();
    let short = with(&key.reveal());
    assert_eq!(short.get("partners/self").await.body["expires_at"], "2026-11-21T12:01:00.000000Z");
    clock.set(end);
    short.get("partners/self").await.is_problem(401, "key-unknown");
    // Revoking a key leaves the partner's others; revoking the partner ends all.
    let third = node.node.partners.add_key(&name, exchange::Scopes::all(), None).await.unwrap();
    node.node.partners.revoke(&third.id().to_string()).await.unwrap();
    with(&third.reveal()).get("partners/self").await.is_problem(401, "key-unknown");
    assert_eq!(partner.get("partners/self").await.status, 200);
    node.node.partners.revoke("platform").await.unwrap();
    partner.get("partners/self").await.is_problem(401, "key-unknown");
});

/// Every route with the scope it needs. `api_lists_every_route` keeps it whole.
const ROUTES: &[(Method, &str)] = &[
    (Method::POST, "entries"),
    (Method::GET, "entries/00000000-0000-0000-0000-000000000000"),
    (Method::DELETE, "entries/00000000-0000-0000-0000-000000000000"),
    (Method::POST, "entries/00000000-0000-0000-0000-000000000000/dispute"),
    (Method::GET, "entries/00000000-0000-0000-0000-000000000000/outcomes"),
    (Method::GET, "changes"),
    (Method::GET, "changes/stream"),
    (Method::GET, "snapshot"),
    (Method::PUT, "cursor"),
    (Method::POST, "match"),
    (Method::POST, "outcomes"),
    (Method::GET, "partners/self"),
    (Method::GET, "notices"),
    (Method::GET, "notices/00000000-0000-0000-0000-000000000000"),
    (Method::POST, "notices/00000000-0000-0000-0000-000000000000/acknowledgement"),
    (Method::POST, "notices/00000000-0000-0000-0000-000000000000/outcome"),
    (Method::GET, "notices/key"),
];

const NEEDS: &[Option<Scope>] = &[
    Some(Scope::Contribute),
    None,
    Some(Scope::Contribute),
    Some(Scope::Contribute),
    None,
    Some(Scope::Follow),
    Some(Scope::Follow),
    Some(Scope::Follow),
    Some(Scope::Follow),
    Some(Scope::Match),
    Some(Scope::Outcome),
    None,
    Some(Scope::Outcome),
    Some(Scope::Outcome),
    Some(Scope::Outcome),
    Some(Scope::Outcome),
    None,
];

#[test]
fn the_table_of_who_may_has_every_route() {
    let document = server::exchange::api::document();
    let methods = document.paths.paths.values().map(|item| {
        // Dialects take other systems' credentials and answer in their words; their own tests try who may.
        let is_ours = |operation: &&Operation| operation.tags.iter().flatten().all(|tag| tag != "dialects");
        [&item.get, &item.put, &item.post, &item.delete].into_iter().flatten().filter(is_ours).count()
    });
    assert_eq!(methods.sum::<usize>(), ROUTES.len());
    assert_eq!(ROUTES.len(), NEEDS.len());
}

on_every_engine!(a_key_without_the_scope_is_refused_on_every_route, |engine| {
    let node = TestNode::start(engine).await;
    for missing in Scope::ALL {
        let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope != missing).collect();
        let everything = (Reach::both(Tier::Reported), Reach::both(Tier::Confirmed));
        let partner = node.partner_with(&format!("no-{missing}"), everything.0, everything.1, &scopes).await;
        for ((method, path), needs) in ROUTES.iter().zip(NEEDS) {
            if *needs == Some(*missing) {
                let answer = Answer::of(partner.request(method.clone(), path).send().await.unwrap()).await;
                answer.is_problem(403, "scope-missing");
                assert!(answer.text.contains(missing.name()));
            }
        }
    }
});

on_every_engine!(a_partner_contributes_only_what_was_agreed, |engine| {
    let node = TestNode::start(engine).await;
    let contributes = Reach::parse("adult:verified").unwrap();
    let partner = node.partner_with("p", Reach::both(Tier::Reported), contributes, Scope::ALL).await;
    assert_eq!(partner.post("entries", &json!({"entries": [entry("adult", "verified", &hash(1))]})).await.status, 201);
    for (class, tier) in [("adult", "confirmed"), ("minor", "reported")] {
        let answer = partner.post("entries", &json!({"entries": [entry(class, tier, &hash(2))]})).await;
        answer.is_problem(403, "not-agreed");
    }
});

on_every_engine!(a_key_that_asks_too_often_is_told_when_to_come_back, |engine| {
    let node = TestNode::start_with(engine, |settings| settings.requests_per_second = 1.try_into().unwrap()).await;
    let (hasty, calm) = (node.partner("hasty").await, node.partner("calm").await);
    let mut refused = None;
    for _ in 0..10 {
        let answer = hasty.get("partners/self").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("ten requests at once pass a limit of one a second");
    refused.is_problem(429, "too-often");
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(calm.get("partners/self").await.status, 200);
});

on_every_engine!(a_key_that_may_only_ask_does_not_read_fingerprints, |engine| {
    let node = TestNode::start(engine).await;
    let owner = node.partner("owner").await;
    let id = owner.protect("minor", "verified", &hash(1)).await;
    for (scope, reads) in
        [(Scope::Match, false), (Scope::Outcome, false), (Scope::Contribute, false), (Scope::Follow, true)]
    {
        let everything = Reach::both(Tier::Reported);
        let partner = node.partner_with(&format!("p-{scope}"), everything, Reach::default(), &[scope]).await;
        let entry = partner.get(&format!("entries/{id}")).await;
        assert_eq!((entry.status, entry.text.contains(&hash(1))), (200, reads), "{scope}");
    }
});

on_every_engine!(the_operator_ends_disputes_and_takes_back_anybodys_entry, |engine| {
    let node = TestNode::start(engine).await;
    let (owner, other) = (node.partner("owner").await, node.partner("other").await);
    let id = owner.protect("adult", "confirmed", &hash(1)).await;
    other.post(&format!("entries/{id}/dispute"), &json!({})).await;
    let (bank, operator, entry) = (&node.node.bank, &node.operator, id.parse().unwrap());
    assert_eq!(bank.uphold(operator, entry).await.unwrap(), 3);
    assert_eq!(bank.uphold(operator, entry).await.unwrap(), 3);
    let found = other.post("match", &json!({"queries": [{"pdq": hash(1)}]})).await.body;
    assert_eq!(found["results"][0]["matches"][0]["advice"], "block");
    assert_eq!(bank.withdraw_any(operator, entry, exchange::RemoveReason::Legal).await.unwrap(), 4);
    assert_eq!(other.matches(&hash(1)).await, Vec::<String>::new());
    assert!(bank.uphold(operator, entry).await.is_err());
});

on_every_engine!(no_key_is_given_to_the_operator_or_to_whom_was_revoked, |engine| {
    let node = TestNode::start(engine).await;
    node.partner("gone").await;
    node.node.partners.revoke("gone").await.unwrap();
    for name in ["gone", "operator"] {
        let given = node.node.partners.add_key(&name.parse().unwrap(), exchange::Scopes::all(), None).await;
        assert!(matches!(given, Err(server::partners::PartnerError::NoKeyFor(_))), "{name}");
    }
});
