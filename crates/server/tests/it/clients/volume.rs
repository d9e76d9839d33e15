//! 50,000 entries through each client, or as many as `REMPART_TEST_LISTED` says, with what it took: docs/measurements.md.

use std::time::Instant;

use serde_json::json;

use super::{Clients, Platform, SYSTEMS, hash, reader, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn their_clients_fetch_fifty_thousand_entries_whole() {
    let Some(mut clients) = Clients::start().await else { return };
    let count: u64 = std::env::var("REMPART_TEST_LISTED").map_or(50_000, |text| text.parse().unwrap());
    let (node, proxy) = start(&clients).await;
    let hotline = node.partner("hotline").await;
    let all: Vec<u64> = (0..count).collect();
    for some in all.chunks(1_000) {
        let entries: Vec<_> =
            some.iter().map(|seed| crate::support::entry("minor", "confirmed", &hash(*seed))).collect();
        assert_eq!(hotline.post("entries", &json!({"entries": entries})).await.status, 201);
    }
    for system in SYSTEMS {
        let partner = reader(&node, &format!("platform-{}", system.replace('_', "-"))).await;
        let mut platform = Platform::of(system, &partner.key, &clients, &proxy, "volume");
        platform.join(&mut clients).await;
        platform.ahead = 10;
        let (begun, started) = (proxy.requests(), Instant::now());
        clients.done(&platform.tx(&["fetch", "--skip-index-rebuild"])).await;
        let (requests, seconds) = (proxy.requests() - begun, started.elapsed().as_secs_f64());
        let cpu = clients.cpu_seconds;
        println!(
            "{system}: {count} entries in {requests} requests, {seconds:.1} s, of which the client's own {cpu:.1} s"
        );
        // A second fetch has next to nothing to do.
        platform.ahead = 20;
        let begun = proxy.requests();
        clients.done(&platform.tx(&["fetch", "--skip-index-rebuild"])).await;
        let again = proxy.requests() - begun;
        let most = match system {
            "stop_ncii" => (count.div_ceil(800) + 1, 4),
            "ncmec" => (1, 1),
            "fb_threatexchange" => (count.div_ceil(100) + 1, 21),
            _ => (2 * (count.div_ceil(1_000) + 1), 2),
        };
        assert!(u64::from(requests) <= most.0 && again <= most.1, "{system}: {requests}, then {again}");
        let told = clients.done(&platform.tx(&["dataset"])).await;
        let counted = told.lines().find_map(|line| {
            line.trim().strip_prefix("pdq")?.rsplit([' ', ':']).find_map(|word| word.trim().parse::<u64>().ok())
        });
        assert_eq!(counted, Some(count), "{system}: {told}");
    }
}
