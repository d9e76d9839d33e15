//! Asking whether content is known: kinds, distances, advice, orientations, the packed form.

use exchange::packed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestNode, entry, hash, near, on_every_engine};

on_every_engine!(advice_follows_tier_and_distance, |engine| {
    let node = TestNode::start_with(engine, |settings| settings.block_radius.adult = 20).await;
    let partner = node.partner("platform").await;
    for (seed, class, tier, bits, advice) in [
        (1, "minor", "reported", 0, "review"),
        (2, "minor", "verified", 0, "review"),
        (3, "minor", "confirmed", 31, "block"),
        (4, "adult", "verified", 20, "block"),
        (5, "adult", "verified", 21, "review"),
    ] {
        let id = partner.protect(class, tier, &hash(seed)).await;
        let body = json!({"queries": [{"pdq": near(&hash(seed), bits)}]});
        let found = partner.post("match", &body).await.body["results"][0]["matches"][0].clone();
        let want = json!({"entry": id, "class": class, "tier": tier, "status": "active", "advice": advice,
            "distance": bits, "orientation": "original", "kind": "pdq", "fingerprint": 0});
        assert_eq!(found, want);
    }
});

on_every_engine!(a_wide_search_is_for_people_only, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "confirmed", &hash(1)).await;
    let ask = async |bits, radius| {
        let body = json!({"queries": [{"pdq": near(&hash(1), bits)}], "radius": radius});
        partner.post("match", &body).await
    };
    assert_eq!(ask(60, 60).await.body["results"][0]["matches"][0]["distance"], 60);
    assert_eq!(ask(0, 32).await.body["results"][0]["matches"][0]["advice"], "review");
    assert_eq!(ask(0, 31).await.body["results"][0]["matches"][0]["advice"], "block");
    assert_eq!(ask(1, 0).await.body["results"][0]["matches"], json!([]));
    ask(0, 61).await.is_problem(422, "invalid");
});

on_every_engine!(an_exact_digest_is_enough_and_goes_before_a_near_hash, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let (sha256, md5) = (hash(2), hash(3)[..32].to_owned());
    let fingerprints =
        json!([{"kind": "pdq", "value": hash(1)}, {"kind": "sha256", "value": sha256}, {"kind": "md5", "value": md5}]);
    let body = json!({"entries": [{"class": "adult", "tier": "verified", "fingerprints": fingerprints}]});
    assert_eq!(partner.post("entries", &body).await.status, 201);
    for (query, kind, fingerprint) in [
        (json!({"md5": md5.to_uppercase()}), "md5", 2),
        (json!({"sha256": sha256}), "sha256", 1),
        (json!({"pdq": near(&hash(1), 5), "sha256": sha256}), "sha256", 1),
        (json!({"pdq": near(&hash(1), 5), "sha256": hash(9)}), "pdq", 0),
    ] {
        let found = partner.post("match", &json!({"queries": [query]})).await.body["results"][0].clone();
        assert_eq!(found["matches"].as_array().unwrap().len(), 1, "one answer per entry");
        assert_eq!(
            (&found["matches"][0]["kind"], &found["matches"][0]["fingerprint"]),
            (&json!(kind), &json!(fingerprint))
        );
        assert_eq!(found["matches"][0]["advice"], "block");
    }
});

on_every_engine!(the_orientation_that_met_is_named, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(5)).await;
    let mut eight: Vec<String> = (10..18).map(hash).collect();
    eight[3] = near(&hash(5), 2);
    eight[6] = near(&hash(5), 9);
    let found = partner.post("match", &json!({"queries": [{"pdq": eight}]})).await.body;
    let matches = &found["results"][0]["matches"];
    assert_eq!(matches.as_array().unwrap().len(), 1);
    assert_eq!((&matches[0]["orientation"], &matches[0]["distance"]), (&json!("rotate270"), &json!(2)));
});

on_every_engine!(packed_answers_say_what_json_answers_say, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    for seed in 0..20 {
        partner.protect("minor", "verified", &hash(seed)).await;
    }
    let queries: Vec<String> = (0..40).map(|seed| near(&hash(seed), 3)).collect();
    let json_queries: Vec<Value> = queries.iter().map(|query| json!({"pdq": query})).collect();
    let json = partner.post("match", &json!({"queries": json_queries, "radius": 30})).await.body;
    let body: Vec<u8> = queries.iter().flat_map(|query| exchange::hex::decode::<32>(query).unwrap()).collect();
    let request = partner.request(Method::POST, "match?radius=30").header("content-type", "application/octet-stream");
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    let packed = packed::decode_response(&response.bytes().await.unwrap(), 40).unwrap();
    assert_eq!(serde_json::to_value(&packed).unwrap()["results"], json["results"]);
    assert_eq!(packed.results.iter().filter(|result| !result.matches.is_empty()).count(), 20);
});

on_every_engine!(more_than_a_hundred_matches_are_cut_and_said_to_be, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let entries: Vec<Value> = (0..101)
        .map(|n| {
            let mut one = entry("minor", "reported", &near(&hash(1), n % 30));
            one["fingerprints"]
                .as_array_mut()
                .unwrap()
                .push(json!({"kind": "sha256", "value": hash(1_000 + n as u64)}));
            one
        })
        .collect();
    assert_eq!(partner.post("entries", &json!({"entries": entries})).await.status, 201);
    let found = partner.post("match", &json!({"queries": [{"pdq": hash(1)}]})).await.body["results"][0].clone();
    assert_eq!((found["matches"].as_array().unwrap().len(), &found["truncated"]), (100, &json!(true)));
    let distances: Vec<u64> =
        found["matches"].as_array().unwrap().iter().map(|m| m["distance"].as_u64().unwrap()).collect();
    assert!(distances.is_sorted(), "nearest first");
});

on_every_engine!(what_cannot_be_asked_is_refused, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    for body in [
        json!({}),
        json!({"queries": []}),
        json!({"queries": [{}]}),
        json!({"queries": [{"pdq": "00"}]}),
        json!({"queries": [{"sha1": "00"}]}),
    ] {
        partner.post("match", &body).await.is_problem(422, "invalid");
    }
    let request = partner.request(Method::POST, "match?radius=31").json(&json!({"queries": [{"pdq": hash(1)}]}));
    Answer::of(request.send().await.unwrap()).await.is_problem(422, "invalid");
});
