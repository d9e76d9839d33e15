//! A matcher killed while it applies: afterwards its state is the fold of the feed.

use std::collections::BTreeMap;

use exchange::{Action, EntryId, Fingerprint};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::load::{self, Load};
use super::process::Site;

const ROUNDS: u64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matcher_killed_twenty_times_while_applying_holds_the_fold_of_the_feed() {
    let site = Site::sqlite();
    drop(site.serve());
    let (hotline, platform) = (site.partner("hotline"), site.partner("platform"));
    let node = site.serve();
    let mut random = StdRng::seed_from_u64(17);
    for round in 0..ROUNDS {
        let mut matcher = site.matcher(&node, &platform);
        let load = Load::start(&node.url, &hotline, 500 + round);
        load.until_answered(random.random_range(1..40)).await;
        matcher.kill();
        load.stop().await;
    }
    let matcher = site.matcher(&node, &platform);
    let mut standing: BTreeMap<EntryId, String> = BTreeMap::new();
    let mut gone: Vec<String> = Vec::new();
    let pages = load::all_changes(&node.url, &hotline).await;
    let head = pages.last().unwrap().head;
    for change in pages.into_iter().flat_map(|page| page.changes) {
        match change.action {
            Action::Put(entry) => {
                let Fingerprint::Pdq { hash, .. } = &entry.fingerprints[0] else { panic!("only PDQ was sent") };
                standing.insert(entry.id, exchange::hex::encode(hash));
            }
            Action::Remove { entry, .. } => gone.extend(standing.remove(&entry)),
        }
    }
    assert!(standing.len() > 100);
    until_applied(&matcher.url, head).await;
    let http = server::http::client().unwrap();
    let all: Vec<(EntryId, String)> = standing.into_iter().collect();
    for some in all.chunks(1_000) {
        let queries: Vec<Value> = some.iter().map(|(_, hash)| json!({"pdq": hash})).collect();
        let request =
            http.post(format!("{}/api/v1/match", matcher.url)).json(&json!({"queries": queries, "radius": 0}));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        for ((id, _), result) in some.iter().zip(answer["results"].as_array().unwrap()) {
            assert_eq!(result["matches"][0]["entry"], id.to_string());
        }
    }
    for hash in gone {
        let body = json!({"queries": [{"pdq": hash}], "radius": 0});
        let request = http.post(format!("{}/api/v1/match", matcher.url)).json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["results"][0]["matches"], json!([]));
    }
    let status: Value = http.get(format!("{}/api/v1/status", matcher.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(status["upstreams"][0]["entries"], all.len(), "{status}");
}

/// Asks until the matcher stands at `seq`: each answer says where it stands.
async fn until_applied(url: &str, seq: u64) {
    let http = server::http::client().unwrap();
    loop {
        let body = json!({"queries": [{"md5": "0".repeat(32)}]});
        let answer = http.post(format!("{url}/api/v1/match")).json(&body).send().await.unwrap();
        if answer.status() == 200 {
            let answer: Value = answer.json().await.unwrap();
            if answer["seq"].as_u64() >= Some(seq) {
                return;
            }
        }
        tokio::task::yield_now().await;
    }
}
