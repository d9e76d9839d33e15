//! How long a matcher takes to receive a bank of N entries, and how long to start again from its own file:
//! `cargo run --release -p server --example cold_start -- 1000000`. Prints one line of JSON.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, put};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sealing::NodeKey;
use server::matcher::{Matcher, MatcherSettings, Standing, Upstream};
use server::partners::KeyText;
use tokio_util::sync::CancellationToken;

const LINES_PER_CHUNK: u64 = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let entries: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let listening = server::http::Listening::on("127.0.0.1:0".parse()?).await?;
    let url = format!("http://{}", listening.address);
    let stop = CancellationToken::new();
    let router = axum::Router::new()
        .route("/api/v1/snapshot", get(move || async move { snapshot(entries) }))
        .route("/api/v1/changes/stream", get(stream))
        .route("/api/v1/cursor", put(|| async {}));
    tokio::spawn(server::http::serve(listening, server::http::layers(router), stop.clone()));

    let mut rng = StdRng::seed_from_u64(1);
    let key = Arc::new(NodeKey::generate(&mut rng));
    let upstream = Upstream::new(&url, KeyText::generate(&mut rng))?;
    let folder = tempfile::tempdir()?;
    let settings = MatcherSettings::new(folder.path().join("matcher.db"), key, vec![upstream]);

    let (matcher, snapshot_seconds) = timed(settings.clone(), |standing| standing.acknowledged.is_some()).await?;
    matcher.close().await;
    drop(matcher);
    let file_bytes = std::fs::metadata(&settings.file)?.len();
    let (matcher, start_seconds) = timed(settings, |standing| standing.loaded).await?;
    let size = matcher.lives()[0].size();
    assert_eq!(size.entries as u64, entries, "everything came back");
    println!(
        "{}",
        serde_json::json!({
            "entries": entries, "snapshot_seconds": snapshot_seconds, "cold_start_seconds": start_seconds,
            "file_bytes": file_bytes, "resident_bytes": resident_bytes(),
        })
    );
    matcher.close().await;
    stop.cancel();
    Ok(())
}

async fn timed(
    settings: MatcherSettings,
    is_there: impl Fn(&Standing) -> bool,
) -> Result<(Matcher, f64), Box<dyn std::error::Error>> {
    let begin = Instant::now();
    let matcher = Matcher::open(settings).await?;
    matcher.start();
    matcher.watch_status().wait_for(|all| is_there(&all[0])).await?;
    Ok((matcher, begin.elapsed().as_secs_f64()))
}

fn snapshot(entries: u64) -> impl IntoResponse {
    let header = format!("{{\"header\":{{\"seq\":{entries},\"agreement\":\"a1\"}}}}\n");
    let chunks = (0..entries.div_ceil(LINES_PER_CHUNK)).map(move |chunk| {
        let ids = chunk * LINES_PER_CHUNK + 1..=((chunk + 1) * LINES_PER_CHUNK).min(entries);
        ids.map(line).collect::<String>()
    });
    let end = format!("{{\"end\":{{\"entries\":{entries}}}}}\n");
    let all = std::iter::once(header).chain(chunks).chain(std::iter::once(end));
    let body = Body::from_stream(futures::stream::iter(all.map(|text| Ok::<_, std::io::Error>(Bytes::from(text)))));
    ([(CONTENT_TYPE, "application/x-ndjson")], body)
}

fn line(id: u64) -> String {
    let mut hash = [0; 32];
    StdRng::seed_from_u64(id).fill_bytes(&mut hash);
    format!(
        "{{\"entry\":{{\"id\":\"01980000-0000-7000-8000-{id:012x}\",\"class\":\"minor\",\"tier\":\"confirmed\",\
         \"status\":\"active\",\"fingerprints\":[{{\"kind\":\"pdq\",\"value\":\"{}\",\"quality\":100}}],\
         \"block_radius\":31,\"origin\":\"hotline\",\"created_at\":\"2026-11-21T00:00:00.000000Z\"}}}}\n",
        exchange::hex::encode(&hash)
    )
}

async fn stream(headers: axum::http::HeaderMap) -> impl IntoResponse {
    let seq = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or("0").to_owned();
    let page = format!(
        "event: page\nid: {seq}\ndata: {{\"changes\":[],\"through\":{seq},\"head\":{seq},\"agreement\":\"a1\"}}\n\n"
    );
    let once = futures::stream::once(async { Ok::<_, std::io::Error>(page) });
    let body = Body::from_stream(futures::StreamExt::chain(once, futures::stream::pending()));
    ([(CONTENT_TYPE, "text/event-stream")], body)
}

/// Linux only; 0 elsewhere.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1_024
}
