//! What a node says of itself: metrics, and log lines that never hold a fingerprint or a key.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use server::telemetry::{self, LogFormat, TelemetrySettings};

use crate::pages::operator_of;
use crate::support::{Answer, Engine, TestNode, hash, manual, near};

/// Hex digits in a row that no id has (they are 16 digits, or have dashes) and every fingerprint and secret does.
const HEX_DIGITS: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_holds_a_fingerprint_or_a_key_at_any_level() {
    LazyLock::force(&LOG);
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let stranger = node.with_key(format!("rp_{}_{}", "0".repeat(16), hash(7)));
    let mut answers = Vec::new();
    let entry = json!({"class": "minor", "tier": "reported", "fingerprints": [
        {"kind": "pdq", "value": hash(1), "quality": 100},
        {"kind": "sha256", "value": hash(2)}, {"kind": "md5", "value": &hash(3)[..32]}]});
    answers.push(partner.post("entries", &json!({"entries": [entry]})).await);
    let queries = json!({"queries": [{"pdq": near(&hash(1), 9), "sha256": hash(2)}]});
    answers.push(partner.post("match", &queries).await);
    answers.push(stranger.post("match", &queries).await);
    // Errors, which like to show what they choke on.
    for body in
        [json!({"queries": [{"pdq": format!("{}g", hash(1))}]}), json!({"queries": [{hash(4): 1}]}), json!(hash(5))]
    {
        answers.push(partner.post("match", &body).await);
        answers.push(partner.post("entries", &body).await);
    }
    answers.push(partner.get(&format!("entries/{}", hash(1))).await);
    answers.push(partner.get(&format!("changes?after={}", hash(1))).await);
    answers.push(Answer::of(partner.request(Method::POST, "match").body(hash(6)).send().await.unwrap()).await);
    answers.push(partner.get("changes").await);
    answers.push(partner.get("snapshot").await);
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert!(statuses.contains(&201) && statuses.contains(&200) && statuses.contains(&401), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status >= 400).count() >= 9, "{statuses:?}");
    let log = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for answer in &answers {
        let id = answer.headers["x-request-id"].to_str().unwrap();
        let line = lines.iter().find(|line| line["span"]["id"] == id && line["message"] == "answered");
        assert_eq!(line.expect("a line for each request")["status"], answer.status);
    }
    assert!(lines.iter().any(|line| line["level"] == "TRACE" || line["level"] == "DEBUG" || line["level"] == "INFO"));
    for line in log.lines() {
        assert!(longest_hex(line) < HEX_DIGITS, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_have_what_an_alarm_needs_and_no_fingerprint() {
    let metrics = telemetry::metrics();
    let mut clock = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let (clock, operator) = (clock.unwrap(), operator_of(&node).await);
    let partner = node.partner("metered").await;
    partner.protect("minor", "verified", &hash(11)).await;
    clock.set(clock.now().plus_seconds(2));
    assert_eq!(partner.put("cursor", &json!({"seq": 1})).await.status, 204);
    partner.protect("adult", "verified", &hash(12)).await;
    clock.set(clock.now().plus_seconds(90));
    let key = partner.key[3..19].to_owned();
    let text = scrape(&node, &operator).await;
    let labels = format!("{{partner=\"metered\",key=\"{key}\"}}");
    for line in [
        "rempart_head_seq 2",
        "rempart_ready 1",
        "rempart_index_entries 2",
        "rempart_index_hashes 2",
        "rempart_index_seq 2",
        "rempart_index_lag_changes 0",
        "rempart_index_age_seconds 90",
        "rempart_partners{state=\"revoked\"} 0",
        "rempart_entries{class=\"minor\",tier=\"verified\",status=\"active\"} 1",
        &format!("rempart_feed_lag_changes{labels} 1"),
        &format!("rempart_feed_lag_seconds{labels} 90"),
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    for series in [
        "rempart_requests_total{",
        "rempart_request_seconds_bucket{",
        "rempart_index_bytes ",
        "rempart_commit_to_acknowledged_seconds_bucket{change=\"newest\",le=\"2.5\"}",
        "rempart_transaction_seconds_count{",
        "rempart_build_info{",
    ] {
        assert!(text.contains(series), "{series} is not in\n{text}");
    }
    assert!(text.contains("route=\"/api/v1/cursor\""), "{text}");
    for line in text.lines() {
        assert!(longest_hex(line) < HEX_DIGITS, "{line}");
    }
    assert!(metrics.render().contains("rempart_requests_total"));
    node.node.partners.revoke("metered").await.unwrap();
    let text = scrape(&node, &operator).await;
    assert!(!text.contains(&key), "what is revoked has no lag any more:\n{text}");
}

async fn scrape(node: &TestNode, operator: &str) -> String {
    let answer = Answer::of(node.http.get(format!("{operator}/metrics")).send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text
}

fn longest_hex(line: &str) -> usize {
    line.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0)
}

/// Everything that this process logs, at every level: other tests' lines are welcome.
static LOG: LazyLock<Kept> = LazyLock::new(|| {
    let (kept, settings) = (Kept::default(), TelemetrySettings { format: LogFormat::Json, filter: "trace".to_owned() });
    let writer = kept.clone();
    let subscriber = telemetry::subscriber(&settings, move || writer.clone()).unwrap();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    kept
});

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
