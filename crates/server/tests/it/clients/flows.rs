//! First fetch, more, a change, a withdrawal, what may not be seen, votes, wrong keys, a restart, other zones.

use serde_json::json;

use super::{Clients, Platform, Proxy, SYSTEMS, graph_token, hashes, reader, start};
use crate::support::{Engine, TestNode, hash};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn their_clients_follow_this_bank_from_the_first_fetch_to_the_withdrawal() {
    let Some(mut clients) = Clients::start().await else { return };
    let (node, proxy) = start(&clients).await;
    let hotline = node.partner("hotline").await;
    // Never a power of two: the client's index loses such sets.
    let mut ids = Vec::new();
    for hash in hashes(0..5) {
        ids.push(hotline.protect("minor", "confirmed", &hash).await);
    }
    hotline.protect("minor", "reported", &hash(90)).await;
    hotline.protect("adult", "verified", &hash(91)).await;
    let asked = [hashes(0..8), hashes(90..92)].concat();
    let mut platforms = Vec::new();
    for system in SYSTEMS {
        let partner = reader(&node, &format!("platform-{}", system.replace('_', "-"))).await;
        let mut platform = Platform::of(system, &partner.key, &clients, &proxy, "a");
        platform.join(&mut clients).await;
        platform.fetch(&mut clients).await;
        let found = platform.matches(&mut clients, &asked).await;
        let says = if system == "tat" { "" } else { "POSITIVE_CLASS" };
        assert_eq!(found.len(), 5, "{system}: {found:?}");
        assert!(
            found.iter().all(|line| line.starts_with("pdq 0 (ours)") && line.contains(says)),
            "{system}: {found:?}"
        );
        platforms.push(platform);
    }
    // All within the same second as what was there, if the machine is quick.
    for hash in hashes(5..7) {
        ids.push(hotline.protect("minor", "confirmed", &hash).await);
    }
    for platform in &mut platforms {
        platform.fetch(&mut clients).await;
        assert_eq!(platform.matches(&mut clients, &asked).await.len(), 7, "{}", platform.system);
    }
    // One is contested, one goes.
    assert_eq!(hotline.post(&format!("entries/{}/dispute", ids[0]), &json!({})).await.status, 200);
    assert_eq!(hotline.delete(&format!("entries/{}", ids[1])).await.status, 200);
    for platform in &mut platforms {
        platform.fetch(&mut clients).await;
        let contested = platform.matches(&mut clients, &hashes(0..1)).await;
        let gone = platform.matches(&mut clients, &hashes(1..2)).await;
        let others = platform.matches(&mut clients, &hashes(2..8)).await.len();
        match platform.system {
            "stop_ncii" => {
                assert!(contested[0].contains("DISPUTED -1 -hotline"), "{contested:?}");
                // Its client looks for the withdrawal in the wrong field; this is as far as the wire reaches.
                assert!(gone[0].contains("DISPUTED -1 -rempart"), "{gone:?}");
            }
            "ncmec" => assert_eq!((contested.len(), gone.len()), (0, 0)),
            "fb_threatexchange" => {
                assert!(contested[0].contains("NEGATIVE_CLASS"), "{contested:?}");
                assert_eq!(gone, Vec::<String>::new());
            }
            _ => assert_eq!((contested.len(), gone.len()), (1, 0)),
        }
        assert_eq!(others, 5, "{}", platform.system);
        let known = node.with_key(platform.key.clone()).get("partners/self").await;
        assert!(known.body["cursor"].as_u64() > Some(0), "{}: what it has is acknowledged", platform.system);
    }
    // Begun anew, even StopNCII's client is rid of it.
    let again = &mut platforms[0];
    clients.done(&again.tx(&["fetch", "--clear"])).await;
    again.fetch(&mut clients).await;
    assert_eq!(again.matches(&mut clients, &hashes(1..2)).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn their_clients_vote_contribute_and_ask() {
    let Some(mut clients) = Clients::start().await else { return };
    let (node, proxy) = start(&clients).await;
    let hotline = node.partner("hotline").await;
    let platform = reader(&node, "platform").await;
    let entry = hotline.protect("minor", "confirmed", &hash(1)).await;
    hotline.protect("minor", "reported", &hash(2)).await;
    let one = Platform::of("ncmec", &platform.key, &clients, &proxy, "b");
    let env = one.env.clone();
    let url = format!("{}/stopncii/v1", node.base());
    for (what, seed) in [("submit", 5), ("feedback", 1)] {
        clients.done(&json!({"do": "stopncii", "what": what, "key": platform.key, "url": url, "hash": hash(seed), "env": env})).await;
    }
    let contributed = hotline.matches(&hash(5)).await;
    let known = hotline.get(&format!("entries/{}", contributed[0])).await.body;
    assert_eq!(
        (&known["class"], &known["tier"], &known["origin"]),
        (&json!("minor"), &json!("verified"), &json!("platform"))
    );

    let said = clients.done(&json!({"do": "ncmec", "key": platform.key, "entry": entry, "env": env})).await;
    assert_eq!(said, "platform ['hotline', 'operator', 'platform', 'portal']\n6\n");

    let descriptor = u128::from_str_radix(&entry.replace('-', ""), 16).unwrap().to_string();
    let said = clients
        .done(&json!({"do": "graph", "token": graph_token(&platform.key), "descriptor": descriptor, "hash": hash(6), "env": env}))
        .await;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("'success': True") && lines[2].contains("'success': True"), "{said}");
    assert!(lines[1].starts_with("['Rempart'] ") && !lines[1].ends_with("None"), "{said}");
    assert_eq!((lines[3], lines[4].contains("'success': True")), ("True ['minor', 'verified']", true), "{said}");

    let outcomes = hotline.get(&format!("entries/{entry}/outcomes")).await;
    let mut kinds: Vec<_> =
        outcomes.body["outcomes"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    kinds.sort_by_key(|kind| kind.to_string());
    assert_eq!(json!(kinds), json!(["blocked", "mistaken"]), "three said that it was blocked, and that counts once");

    let shield = json!({"do": "shield", "key": platform.key, "url": format!("{}/arachnid/", node.base()),
        "hashes": [hash(1), hash(2), hash(3)], "env": {"NO_PROXY": "127.0.0.1"}});
    let said = clients.done(&shield).await;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "[('csam', True), ('no-known-match', False), ('no-known-match', False)]", "{said}");
    assert!(lines[1].contains("never pictures") && lines[2].contains("no addresses"), "{said}");

    let query = one.tx(&["api", "fb_threatexchange", "query", "--privacy-group", "1000", "--tags", "minor"]);
    let said = clients.done(&query).await;
    assert!(said.contains(&hash(1)) && said.contains("MALICIOUS") && !said.contains(&hash(2)), "{said}");
    clients.done(&one.tx(&["config", "api", "fb_threatexchange", "-I", "1000"])).await;
    let joined = clients.done(&one.tx(&["config", "collab", "list"])).await;
    assert!(joined.contains("Rempart"), "{joined}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn their_clients_are_told_of_a_wrong_key_and_live_in_any_zone() {
    let Some(mut clients) = Clients::start().await else { return };
    let (node, proxy) = start(&clients).await;
    let hotline = node.partner("hotline").await;
    for hash in hashes(0..3) {
        hotline.protect("minor", "confirmed", &hash).await;
    }
    for system in SYSTEMS {
        let wrong = format!("rp_{}_{}", "1".repeat(16), "2".repeat(64));
        let stranger = Platform::of(system, &wrong, &clients, &proxy, "wrong");
        stranger.join(&mut clients).await;
        let (ok, said) = clients.order(&stranger.tx(&["fetch"])).await;
        assert!(!ok, "{system}: {said}");
        assert_eq!(stranger.matches_quietly(&mut clients, &hashes(0..3)).await, 0, "{system}");
    }
    let mut before = 3;
    for (place, zone) in ["Europe/Paris", "America/Los_Angeles", "Asia/Tokyo"].into_iter().enumerate() {
        let partner = reader(&node, &format!("abroad-{place}")).await;
        let mut platform =
            Platform { zone, ..Platform::of("ncmec", &partner.key, &clients, &proxy, &format!("abroad-{place}")) };
        platform.join(&mut clients).await;
        platform.fetch(&mut clients).await;
        assert_eq!(platform.matches(&mut clients, &hashes(0..40)).await.len(), before, "{zone}");
        for seed in [10, 20] {
            hotline.protect("minor", "confirmed", &hash(seed + place as u64)).await;
            before += 1;
            platform.fetch(&mut clients).await;
            let found = platform.matches(&mut clients, &hashes(0..40)).await.len();
            // The client's index loses a set of 4 or 8 that are near each other, and these are not.
            assert_eq!(found, before, "{zone}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_started_again_in_the_middle_of_their_walk_goes_on() {
    let Some(mut clients) = Clients::start().await else { return };
    let (mut node, proxy) = start(&clients).await;
    let hotline = node.partner("hotline").await;
    let entries: Vec<_> = (0..2_500).map(|seed| crate::support::entry("minor", "confirmed", &hash(seed))).collect();
    for some in entries.chunks(1_000) {
        assert_eq!(hotline.post("entries", &json!({"entries": some})).await.status, 201);
    }
    for (system, held) in [("stop_ncii", 3), ("fb_threatexchange", 9), ("tat", 4)] {
        let partner = reader(&node, &format!("platform-{}", system.replace('_', "-"))).await;
        let mut platform = Platform::of(system, &partner.key, &clients, &proxy, "restart");
        platform.join(&mut clients).await;
        proxy.hold(held);
        let begun = proxy.requests();
        let fetching = platform.fetch(&mut clients);
        let restarting = restarted(node, &proxy);
        let (_, again) = tokio::join!(fetching, restarting);
        node = again;
        assert!(proxy.requests() > begun + held, "{system} was in the middle");
        let asked = [hashes(0..10), hashes(2_490..2_500)].concat();
        assert_eq!(platform.matches(&mut clients, &asked).await.len(), 20, "{system}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_started_again_in_the_middle_of_an_ncmec_clients_pages_goes_on() {
    let Some(mut clients) = Clients::start().await else { return };
    // Pages so small that one second's changes are several.
    let node = TestNode::start_with(Engine::Sqlite, |settings| settings.list_page = 300).await;
    let proxy = Proxy::start(node.address, &clients.authority()).await;
    let hotline = node.partner("hotline").await;
    let entries: Vec<_> = (0..1_000).map(|seed| crate::support::entry("minor", "confirmed", &hash(seed))).collect();
    assert_eq!(hotline.post("entries", &json!({"entries": entries})).await.status, 201);
    let partner = reader(&node, "platform").await;
    let mut platform = Platform::of("ncmec", &partner.key, &clients, &proxy, "pages");
    platform.join(&mut clients).await;
    let (begun, held) = (proxy.requests(), 3);
    proxy.hold(held);
    let fetching = platform.fetch(&mut clients);
    let (_, _again) = tokio::join!(fetching, restarted(node, &proxy));
    assert!(proxy.requests() > begun + held, "{} requests: it was in the middle", proxy.requests() - begun);
    let asked = [hashes(0..10), hashes(990..1_000)].concat();
    assert_eq!(platform.matches(&mut clients, &asked).await.len(), 20);
}

async fn restarted(node: TestNode, proxy: &Proxy) -> TestNode {
    proxy.until_held().await;
    let TestNode { node, database, .. } = node;
    node.close().await;
    let again = TestNode::over(database, |_| ()).await;
    proxy.go_on(again.address);
    again
}

impl Platform {
    /// As many as it finds where it may have no index at all.
    async fn matches_quietly(&self, clients: &mut Clients, hashes: &[String]) -> usize {
        let file = std::path::Path::new(&self.state).join("asked.txt");
        std::fs::create_dir_all(&self.state).unwrap();
        std::fs::write(&file, hashes.join("\n")).unwrap();
        let file = file.display().to_string();
        let (_, said) = clients.order(&self.tx(&["match", "--only-signal", "pdq", "--hashes", "photo", &file])).await;
        said.lines().filter(|line| line.starts_with("pdq ")).count()
    }
}
