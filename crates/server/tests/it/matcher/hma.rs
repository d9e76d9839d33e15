//! HMA's API on a matcher, as its integrations call it: own banks, nodes' banks, the token, what is refused and how.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use exchange::dialects::stopncii::CaseStatus::Active;
use media::alter::Alteration;
use media::{Limits, Purpose, draw, encode, fingerprints};
use reqwest::Method;
use serde_json::{Value, json};
use server::clock::Clock;
use server::matcher::{Access, HmaSettings, Matcher};

use super::support::{Home, TestMatcher, upstream};
use crate::follow::faces::{as_token, entry};
use crate::follow::feeding::stopncii_page;
use crate::follow::{Fake, PACE, body, hash as follow_hash};
use crate::support::{Engine, TestNode};

const TOKEN: &str = "a-token-of-the-platform";

/// Somebody who speaks HMA.
struct Client {
    http: reqwest::Client,
    /// What HMA's paths are put behind.
    base: String,
}

impl Client {
    fn of(matcher: &TestMatcher) -> Self {
        Self { http: server::http::client().unwrap(), base: format!("{}/hma/{TOKEN}", matcher.base) }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        said(request).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn file(&self, path: &str, field: &str, file: &[u8], note: Option<&str>) -> (u16, Value) {
        let mut body = Vec::new();
        if let Some(note) = note {
            body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n{note}\r\n").bytes());
        }
        body.extend(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a\"\r\n\r\n").bytes(),
        );
        body.extend(file);
        body.extend(b"\r\n--cut--\r\n");
        let request = self.http.post(format!("{}{path}", self.base));
        said(request.header("content-type", "multipart/form-data; boundary=cut").body(body)).await
    }
}

async fn said(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A matcher that follows nobody and has banks of its own.
async fn alone(home: &Home, hosts: &[&str]) -> TestMatcher {
    let mut settings = home.settings(Vec::new());
    settings.access = Access::token(TOKEN).unwrap();
    settings.hma.fetch_hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    TestMatcher::start(settings).await
}

fn hash(number: u8) -> String {
    [number, !number].iter().cycle().take(32).map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_banked_over_hma_matches_in_the_next_call_and_after_a_restart() {
    let picture = draw::photograph(1, 400, 300);
    let file = encode::png(&picture).unwrap();
    let home = Home::new();
    let matcher = alone(&home, &[]).await;
    let hma = Client::of(&matcher);
    let new = json!({"name": "OWN", "enabled_ratio": "1.0"});
    assert_eq!(hma.post("/c/banks", &new).await, (201, json!({"name": "OWN", "matching_enabled_ratio": 1.0})));
    let (status, banked) = hma.file("/c/bank/OWN/content", "photo", &file, Some("from chat")).await;
    assert_eq!((status, &banked["id"]), (200, &json!(1)), "{banked}");
    let pdq = banked["signals"]["pdq"].as_str().unwrap().to_owned();
    assert_eq!(hma.file("/h/hash", "photo", &file, None).await, (200, json!({"pdq": pdq})));

    let exact = json!({"pdq": {"OWN": [{"bank_content_id": 1, "distance": "0"}]}});
    assert_eq!(hma.file("/m/lookup", "photo", &file, None).await, (200, exact.clone()));
    let found = json!({"OWN": [{"bank_content_id": 1, "distance": "0"}]});
    let by_signal = format!("/m/lookup?signal_type=pdq&signal={pdq}");
    assert_eq!(hma.get(&by_signal).await, (200, found.clone()));
    let turned = Alteration::Rotate90.apply(&picture).unwrap();
    let (_, answer) = hma.file("/m/lookup", "photo", &turned, None).await;
    assert_eq!(answer["pdq"]["OWN"][0]["bank_content_id"], 1, "a turned copy too: {answer}");
    let raw = format!("/m/raw_lookup?signal_type=pdq&signal={pdq}");
    assert_eq!(hma.get(&raw).await, (200, json!({"matches": [1]})));
    let (_, far) = hma.get(&format!("{raw}&include_distance=true")).await;
    assert_eq!(far["matches"][0]["distance"], "0");
    // Our own API answers from the same banks, for review.
    let ours = hma.http.post(format!("{}/api/v1/match", matcher.base)).bearer_auth(TOKEN);
    let ours = ours.json(&json!({"queries": [{"pdq": pdq}]}));
    let (_, answer) = said(ours).await;
    assert_eq!(answer["results"][0]["matches"][0]["advice"], "review", "{answer}");

    let view = "/c/bank/OWN/content/1";
    let (status, content) = hma.get(&format!("{view}?include_signals=True")).await;
    let bank = json!({"name": "OWN", "matching_enabled_ratio": 1.0});
    let whole = json!({"id": 1, "disable_until_ts": 0, "bank": bank, "signals": {"pdq": pdq}, "note": "from chat"});
    assert_eq!((status, content), (200, whole));
    let far = json!({"disable_until_ts": 4_000_000_000_i64});
    assert_eq!(hma.call(Method::PUT, view, Some(&far)).await.0, 400, "more than five years ahead");
    let soon = Clock::System.now().as_micros() / 1_000_000 + 1_000;
    assert_eq!(hma.call(Method::PUT, view, Some(&json!({"disable_until_ts": soon}))).await.0, 200);
    assert_eq!(hma.get(&by_signal).await, (200, json!({})), "not until then");
    assert_eq!(hma.call(Method::PUT, view, Some(&json!({"disable_until_ts": 0}))).await.0, 200);
    assert_eq!(hma.get(&by_signal).await, (200, found.clone()), "again");
    matcher.matcher.close().await;

    let matcher = alone(&home, &[]).await;
    let hma = Client::of(&matcher);
    assert_eq!(hma.get(&by_signal).await, (200, found), "after a restart");
    let bytes = std::fs::read(home.file()).unwrap();
    assert!(!bytes.windows(9).any(|some| some == b"from chat"), "notes are sealed");
    assert_eq!(hma.call(Method::DELETE, view, None).await, (200, json!({"deleted": 1})));
    assert_eq!(hma.call(Method::DELETE, view, None).await, (200, json!({"deleted": 0})));
    assert_eq!(hma.get(&by_signal).await, (200, json!({})), "gone in the next call");
    assert_eq!(hma.get(&raw).await, (200, json!({"matches": []})), "there too");
    let (_, next) = hma.post("/c/bank/OWN/signal", &json!({"pdq": pdq})).await;
    assert_eq!(next["id"], 2, "no number is given twice");
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_videos_md5_is_banked_and_looked_up_and_a_plain_picture_is_known_by_its_file() {
    let home = Home::new();
    let matcher = alone(&home, &[]).await;
    let hma = Client::of(&matcher);
    hma.post("/c/banks", &json!({"name": "VIDEOS"})).await;
    let (_, banked) = hma.file("/c/bank/VIDEOS/content", "video", b"not really a video", None).await;
    let md5 = banked["signals"]["video_md5"].as_str().unwrap();
    let (_, answer) = hma.get(&format!("/m/lookup?signal_type=video_md5&signal={md5}")).await;
    assert_eq!(answer["VIDEOS"][0]["bank_content_id"], banked["id"]);
    let (_, answer) = hma.file("/m/lookup", "video", b"not really a video", None).await;
    assert_eq!(answer["video_md5"]["VIDEOS"][0]["distance"], "0");

    let plain = encode::png(&draw::photograph(3, 64, 64)).unwrap();
    let taken = fingerprints(&plain, &Limits::default(), Purpose::Query).unwrap();
    let flat = if taken.dihedral.quality < 50 { plain } else { flat() };
    let (status, banked) = hma.file("/c/bank/VIDEOS/content", "photo", &flat, None).await;
    assert_eq!((status, &banked["signals"]), (200, &json!({})), "no pdq of a plain picture: {banked}");
    let (_, answer) = hma.file("/m/lookup", "photo", &flat, None).await;
    assert_eq!(answer["pdq"]["VIDEOS"][0]["distance"], "0", "its file is known all the same");
    assert_eq!(hma.get("/m/lookup?signal_type=pdq&signal=").await, (200, json!({})), "an empty signal meets nothing");
    matcher.matcher.close().await;
}

/// One colour, as a bitmap.
fn flat() -> Vec<u8> {
    let (side, pixels) = (64_u32, 64 * 64 * 3_u32);
    let mut file = b"BM".to_vec();
    for number in [54 + pixels, 0, 54, 40, side, side] {
        file.extend(number.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    for number in [0, pixels, 0, 0, 0, 0_u32] {
        file.extend(number.to_le_bytes());
    }
    file.extend(std::iter::repeat_n(200, pixels as usize));
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_shows_is_in_banks_that_say_what_may_be_done_and_cannot_be_changed() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    for (number, tier) in [(0x0f, "confirmed"), (0x35, "reported")] {
        let entry = json!({"class": "minor", "tier": tier, "fingerprints": [{"kind": "pdq", "value": hash(number)}]});
        assert_eq!(partner.post("entries", &json!({"entries": [entry]})).await.status, 201);
    }
    let home = Home::new();
    let mut settings = home.settings(vec![upstream(&node.base(), &partner)]);
    settings.access = Access::token(TOKEN).unwrap();
    let matcher = TestMatcher::start(settings).await;
    matcher.until_acknowledged(2).await;
    let hma = Client::of(&matcher);
    let (_, banks) = hma.get("/c/banks").await;
    let names: Vec<&str> = banks.as_array().unwrap().iter().map(|bank| bank["name"].as_str().unwrap()).collect();
    let of = |ending: &str| names.iter().find(|name| name.ends_with(ending)).copied().unwrap();
    let (block, review) = (of("_MINOR_BLOCK"), of("_MINOR_REVIEW"));
    assert_eq!(names.len(), 4, "{names:?}");
    for (number, bank) in [(0x0f, block), (0x35, review)] {
        let (_, answer) = hma.get(&format!("/m/lookup?signal_type=pdq&signal={}", hash(number))).await;
        let id = answer[bank][0]["bank_content_id"].as_u64().unwrap_or_else(|| panic!("{answer}"));
        assert!(id < 1 << 53, "JavaScript reads it whole");
        let (status, content) = hma.get(&format!("/c/bank/{bank}/content/{id}?include_signals=true")).await;
        assert_eq!((status, &content["signals"]["pdq"]), (200, &json!(hash(number))), "{content}");
    }
    let only = format!("/m/lookup?signal_type=pdq&signal={}&banks={review}", hash(0x0f));
    assert_eq!(hma.get(&only).await, (200, json!({})), "only in the banks that were named");
    let path = format!("/c/bank/{block}");
    assert_eq!(hma.call(Method::DELETE, &path, None).await.0, 403);
    assert_eq!(hma.call(Method::PUT, &path, Some(&json!({"enabled": false}))).await.0, 403);
    assert_eq!(hma.post(&format!("{path}/signal"), &json!({"pdq": hash(1)})).await.0, 403);
    assert_eq!(hma.post("/c/banks", &json!({"name": block})).await.0, 403);
    assert_eq!(hma.get(&path).await.0, 200);
    let (_, exchanges) = hma.get("/c/exchanges").await;
    let status = format!("/c/exchange/{}/status", exchanges[0].as_str().unwrap());
    let (_, status) = hma.get(&status).await;
    assert_eq!((&status["fetched_items"], &status["up_to_date"]), (&json!(2), &json!(true)), "{status}");
    let exchange = format!("/c/exchange/{}", exchanges[0].as_str().unwrap());
    assert_eq!(hma.call(Method::PUT, &exchange, Some(&json!({"enabled": false}))).await.0, 403);
    assert_eq!(hma.call(Method::DELETE, &exchange, None).await.0, 403, "it is set up where the matcher is started");
    assert_eq!(hma.get("/c/exchanges").await.1, exchanges);
    let (_, index) = hma.get("/m/index/status?signal_type=pdq").await;
    assert_eq!((&index["pdq"]["present"], &index["pdq"]["size"]), (&json!(true), &json!(2)));
    assert_eq!(hma.get("/status").await, (200, json!("I-AM-ALIVE")));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_is_taken_in_three_ways_and_without_it_nothing_is_answered() {
    let home = Home::new();
    let matcher = alone(&home, &[]).await;
    let http = server::http::client().unwrap();
    let url = format!("{}/c/banks", matcher.base);
    assert_eq!(said(http.get(&url)).await.0, 401);
    assert_eq!(said(http.get(&url).bearer_auth(TOKEN)).await.0, 200);
    assert_eq!(said(http.get(&url).basic_auth("hma", Some(TOKEN))).await.0, 200);
    assert_eq!(said(http.get(format!("{}/hma/{TOKEN}/c/banks", matcher.base))).await.0, 200);
    for wrong in ["/hma/a-token-of-the-platforn/c/banks", "/hma//c/banks", "/m/lookup", "/h/hash"] {
        let (status, _) = said(http.get(format!("{}{wrong}", matcher.base))).await;
        assert!(status == 401 || status == 404, "{wrong}: {status}");
    }
    assert_eq!(said(http.get(format!("{}/status", matcher.base))).await.0, 200, "its supervisor needs none");
    matcher.matcher.close().await;

    // On loopback a matcher needs no token for its own API, and for HMA's only if that was said.
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let (closed, open) = (Home::new(), Home::new());
    let closed = closed.start(vec![upstream(&node.base(), &partner)]).await;
    assert_eq!(said(http.get(format!("{}/c/banks", closed.base))).await.0, 401);
    closed.matcher.close().await;
    let mut settings = open.settings(vec![upstream(&node.base(), &partner)]);
    settings.hma = HmaSettings { is_open: true, ..HmaSettings::default() };
    let open = TestMatcher::start(settings).await;
    assert_eq!(said(http.get(format!("{}/c/banks", open.base))).await.0, 200);
    open.matcher.close().await;
    let nothing = Matcher::open(Home::new().settings(Vec::new())).await;
    assert!(nothing.is_err(), "no node, and own banks that nobody could reach");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_refused_as_hma_does_with_a_message() {
    let home = Home::new();
    let matcher = alone(&home, &[]).await;
    let hma = Client::of(&matcher);
    let new = |name: &str| json!({"name": name});
    assert_eq!(hma.post("/c/banks", &new("OWN")).await.0, 201);
    for (name, status) in [("OWN", 403), ("1OWN", 400), ("own", 400), ("", 400)] {
        let (was, said) = hma.post("/c/banks", &new(name)).await;
        assert!(was == status && said["message"].is_string(), "{name}: {was} {said}");
    }
    let none = "/c/bank/NONE";
    assert_eq!(hma.get(none).await.0, 404);
    assert_eq!(hma.call(Method::PUT, none, Some(&json!({"enabled": true}))).await.0, 404);
    assert_eq!(hma.call(Method::DELETE, none, None).await, (200, json!({"message": "Done"})));
    assert_eq!(hma.post("/c/bank/NONE/signal", &json!({"pdq": hash(1)})).await.0, 404);
    let bad = [
        json!({}),
        json!({"pdq": "0f"}),
        json!({"clip": hash(1)}),
        json!({"pdq": "0".repeat(64)}),
        json!({"pdq": hash(1), "note": "a".repeat(256)}),
        json!({"pdq": hash(1), "metadata": {"other": 1}}),
    ];
    for bad in bad {
        let (status, said) = hma.post("/c/bank/OWN/signal", &bad).await;
        assert!(status == 400 && said["message"].is_string(), "{bad}: {status} {said}");
    }
    let whole = json!({"pdq": hash(1), "note": "a".repeat(255), "metadata": {"content_id": "7"}});
    assert_eq!(hma.post("/c/bank/OWN/signal", &whole).await.0, 200);
    for path in ["/m/lookup", "/m/lookup?signal=00&signal_type=pdq", "/m/lookup?signal=00&signal_type=clip"] {
        assert_eq!(hma.get(path).await.0, 400, "{path}");
    }
    assert_eq!(hma.file("/m/lookup", "photo", b"hello", None).await.0, 415);
    assert_eq!(hma.file("/m/lookup", "file", b"hello", None).await.0, 400);
    let compared = hma.post("/m/compare", &json!({"pdq": [hash(1), hash(3)]})).await;
    assert_eq!(compared, (200, json!({"pdq": [false, {"distance": 32}]})), "one bit of each byte");
    assert_eq!(hma.post("/m/compare", &json!({"pdq": [hash(1)]})).await.0, 400);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_is_matched_for_its_part_of_the_traffic_and_a_type_that_is_off_for_none() {
    let home = Home::new();
    let matcher = alone(&home, &[]).await;
    let hma = Client::of(&matcher);
    hma.post("/c/banks", &json!({"name": "OWN", "enabled_ratio": 0.5})).await;
    hma.post("/c/bank/OWN/signal", &json!({"pdq": hash(1)})).await;
    let lookup = format!("/m/lookup?signal_type=pdq&signal={}", hash(1));
    let mut met = 0;
    for seed in 0..64 {
        let seeded = format!("{lookup}&seed={seed}");
        let (_, once) = hma.get(&seeded).await;
        assert_eq!(hma.get(&seeded).await.1, once, "the same seed, the same answer");
        met += u32::from(once != json!({}));
        assert_ne!(hma.get(&format!("{seeded}&bypass_coinflip=true")).await.1, json!({}));
    }
    assert!((10..=54).contains(&met), "{met} of 64");
    let edit = json!({"enabled": false, "name": "RENAMED"});
    let (_, bank) = hma.call(Method::PUT, "/c/bank/OWN", Some(&edit)).await;
    assert_eq!(bank, json!({"name": "RENAMED", "matching_enabled_ratio": 0.0}));
    assert_eq!(hma.get(&format!("{lookup}&bypass_coinflip=true")).await.1, json!({}), "a bank that is off");
    hma.call(Method::PUT, "/c/bank/RENAMED", Some(&json!({"enabled_ratio": 1}))).await;
    assert_eq!(hma.get(&lookup).await.1["RENAMED"][0]["bank_content_id"], 1);
    let off = json!({"enabled_ratio": 0});
    assert_eq!(hma.call(Method::PUT, "/c/signal_type/pdq", Some(&off)).await.0, 204);
    assert_eq!(hma.get(&lookup).await.0, 400, "a type that is off");
    assert_eq!(hma.get("/c/signal_type").await.1[0], json!({"name": "pdq", "enabled_ratio": 0.0}));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_url_is_fetched_from_named_hosts_only_and_up_to_the_limit() {
    let file = encode::png(&draw::photograph(1, 100, 100)).unwrap();
    let served = file.clone();
    let routes = axum::Router::new()
        .route("/a.png", axum::routing::get(|| async move { ([("content-type", "image/png")], served) }))
        .route("/away", axum::routing::get(|| async { axum::response::Redirect::temporary("/a.png") }))
        .route("/large", axum::routing::get(|| async { ([("content-type", "image/png")], vec![0_u8; 80 << 20]) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let home = Home::new();
    let matcher = alone(&home, &[&host]).await;
    let hma = Client::of(&matcher);
    let (status, hashed) = hma.get(&format!("/h/hash?url=http://{host}/a.png")).await;
    assert_eq!((status, hashed["pdq"].as_str().map(str::len)), (200, Some(64)), "{hashed}");
    hma.post("/c/banks", &json!({"name": "OWN"})).await;
    let metadata = json!({"metadata": {"content_uri": "https://example.org/1"}});
    let (status, banked) = hma.post(&format!("/c/bank/OWN/content?url=http://{host}/a.png"), &metadata).await;
    assert_eq!(status, 200, "{banked}");
    let (_, content) = hma.get("/c/bank/OWN/content/1?include_metadata=true").await;
    assert_eq!(content["original_media_uri"], "https://example.org/1");
    let (_, answer) = hma.get(&format!("/m/lookup?url=http://{host}/a.png&content_type=photo")).await;
    assert_eq!(answer["pdq"]["OWN"][0]["distance"], "0");
    for (url, status) in [
        (format!("http://{host}/away"), 400),
        (format!("http://{host}/large"), 413),
        (format!("http://{host}/none"), 400),
        ("http://127.0.0.1:1/a.png".into(), 403),
        ("file:///etc/hostname".into(), 403),
    ] {
        assert_eq!(hma.get(&format!("/h/hash?url={url}")).await.0, status, "{url}");
    }
    matcher.matcher.close().await;
}

/// An exchange of each system at the faces of a node of ours: HMA's name for it, how it is set up, its credentials.
async fn exchanges_at(there: &TestNode) -> Vec<(&'static str, Value, Value)> {
    let mut all = Vec::new();
    for (api, path) in [
        ("fb_threatexchange", "/threatexchange"),
        ("ncmec", "/ncmec"),
        ("rempart", ""),
        ("stop_ncii", "/stopncii/v1"),
        ("tat", "/tat"),
    ] {
        let key = there.partner(&format!("by-{}", api.replace('_', "-"))).await.key;
        let mut config = json!({"url": format!("{}{path}", there.base())});
        let credentials = match api {
            "fb_threatexchange" => {
                config["privacy_group"] = json!("1000");
                json!({"api_token": as_token(&key)})
            }
            "ncmec" => json!({"user": "u", "password": key}),
            "rempart" => json!({"key": key}),
            "stop_ncii" => json!({"fetch_function_key": key, "subscription_key": "any", "base_url_override": null}),
            _ => json!({"username": "u", "password": key}),
        };
        all.push((api, config, credentials));
    }
    all
}

/// A matcher whose callers may have what is at these addresses followed.
async fn following(home: &Home, clock: &Clock, bases: &[&str]) -> TestMatcher {
    let mut settings = home.settings(Vec::new());
    settings.access = Access::token(TOKEN).unwrap();
    settings.hma.exchange_hosts = bases.iter().map(|base| base.replace("http://", "")).collect();
    (settings.follow_pace, settings.clock) = (PACE, clock.clone());
    TestMatcher::start(settings).await
}

fn hex_of(number: u8) -> String {
    exchange::hex::encode(&follow_hash(number))
}

/// The names of the banks in which this hash is met.
async fn met(hma: &Client, number: u8) -> Vec<String> {
    let (status, answer) = hma.get(&format!("/m/lookup?signal_type=pdq&signal={}", hex_of(number))).await;
    assert_eq!(status, 200, "{answer}");
    answer.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_made_over_hma_is_followed_at_once_is_a_bank_and_outlasts_a_restart() {
    let there = TestNode::start(Engine::Sqlite).await;
    let hotline = there.partner("hotline").await;
    let given = hotline.post("entries", &json!({"entries": [entry(1), entry(2)]})).await;
    assert_eq!(given.status, 201, "{}", given.text);
    // NCMEC's callers wait behind what was written a moment ago.
    let (home, clock) = (Home::new(), Clock::manual(Clock::System.now().plus_seconds(60)));
    let matcher = following(&home, &clock, &[&there.base()]).await;
    let hma = Client::of(&matcher);
    let exchanges = exchanges_at(&there).await;
    let (_, apis) = hma.get("/c/exchanges/apis").await;
    assert!(exchanges.iter().all(|(api, ..)| apis.as_array().unwrap().contains(&json!(api))), "{apis}");
    assert_eq!(apis.as_array().unwrap().len(), exchanges.len());

    let mut names = Vec::new();
    for (api, config, credentials) in &exchanges {
        let name = format!("COOP_1_{}", api.to_ascii_uppercase());
        // As Coop does it: the exchange first, which is its bank, then what opens it.
        let made = hma.post("/c/exchanges", &json!({"bank": name, "api": api, "api_json": config})).await;
        assert_eq!(made, (201, json!({"message": "Created successfully"})), "{api}");
        let bank = (200, json!({"name": name, "matching_enabled_ratio": 1.0}));
        assert_eq!(hma.get(&format!("/c/bank/{name}")).await, bank, "{api}");
        let (_, waits) = hma.get(&format!("/c/exchange/{name}/status")).await;
        assert_eq!((&waits["last_fetch_succeeded"], &waits["up_to_date"]), (&Value::Null, &json!(false)), "{waits}");
        assert!(waits["trouble"].as_str().is_some_and(|why| why.contains("credentials")), "{waits}");
        let opens = format!("/c/exchanges/api/{api}");
        let not_yet = json!({"supports_authentification": true, "has_set_authentification": false});
        assert_eq!(hma.get(&opens).await, (200, not_yet), "{api}");
        let set = json!({"supports_authentification": true, "has_set_authentification": true});
        assert_eq!(hma.post(&opens, &json!({"credential_json": credentials})).await, (200, set), "{api}");
        let view =
            matcher.until_source(&name.to_lowercase().replace('_', "-"), |view| view.complete_at.is_some()).await;
        assert_eq!((view.records, view.trouble.as_deref()), (2, None), "{api} {view:?}");
        let (_, shown) = hma.get(&format!("/c/exchange/{name}")).await;
        assert_eq!((&shown["api"], &shown["enabled"], &shown["url"]), (&json!(api), &json!(true), &config["url"]));
        let (_, status) = hma.get(&format!("/c/exchange/{name}/status")).await;
        assert_eq!((&status["fetched_items"], &status["up_to_date"]), (&json!(2), &json!(true)), "{status}");
        assert_eq!((&status["last_fetch_succeeded"], &status["trouble"]), (&json!(true), &Value::Null), "{status}");
        assert!(status["last_fetch_complete_ts"].is_i64() && status["running_fetch_start_ts"].is_null(), "{status}");
        names.push(name);
    }
    assert_eq!(met(&hma, 1).await, names, "in each, and nowhere else");
    let (_, content) = hma.get(&format!("/m/raw_lookup?signal_type=pdq&signal={}", hex_of(1))).await;
    let number = content["matches"][0].as_u64().unwrap();
    assert_eq!(hma.get(&format!("/c/bank/{}/content/{number}", names[0])).await.1["bank"]["name"], names[0]);
    let ours = hma.http.post(format!("{}/api/v1/match", matcher.base)).bearer_auth(TOKEN);
    let (_, ours) = said(ours.json(&json!({"queries": [{"pdq": hex_of(1)}]}))).await;
    let matches = ours["results"][0]["matches"].as_array().unwrap();
    assert!(matches.len() == 5 && matches.iter().all(|met| met["advice"] == "review"), "nobody trusted them: {ours}");

    // A part of the traffic, none of it, and switched off.
    let bank = format!("/c/bank/{}", names[0]);
    let off = hma.call(Method::PUT, &bank, Some(&json!({"enabled_ratio": 0}))).await;
    assert_eq!(off, (200, json!({"name": names[0], "matching_enabled_ratio": 0.0})));
    let exchange = format!("/c/exchange/{}", names[1]);
    let (status, shown) = hma.call(Method::PUT, &exchange, Some(&json!({"enabled": false}))).await;
    assert_eq!((status, &shown["enabled"], &shown["name"]), (200, &json!(false), &json!(names[1])), "{shown}");
    assert_eq!(met(&hma, 1).await, names[2..]);
    matcher.matcher.close().await;
    drop(matcher);

    // From its file, as it was left.
    let matcher = following(&home, &clock, &[&there.base()]).await;
    let hma = Client::of(&matcher);
    assert_eq!(met(&hma, 1).await, names[2..]);
    assert_eq!(hma.call(Method::PUT, &exchange, Some(&json!({"enabled": true}))).await.0, 200);
    assert_eq!(hma.call(Method::PUT, &bank, Some(&json!({"enabled_ratio": 1}))).await.0, 200);
    assert_eq!(met(&hma, 1).await, names);
    for (api, ..) in &exchanges {
        assert_eq!(hma.get(&format!("/c/exchanges/api/{api}")).await.1["has_set_authentification"], true, "{api}");
    }

    // Gone with its hashes in the next call, by either way; and its name is free again.
    assert_eq!(hma.call(Method::DELETE, &exchange, None).await, (200, json!({"message": "success"})));
    assert_eq!(hma.call(Method::DELETE, &exchange, None).await, (200, json!({"message": "success"})), "there was none");
    assert_eq!(hma.call(Method::DELETE, &bank, None).await, (200, json!({"message": "Done"})));
    assert_eq!(met(&hma, 1).await, names[2..]);
    assert_eq!((hma.get(&bank).await.0, hma.get(&exchange).await.0), (404, 404));
    assert_eq!(hma.get("/c/exchanges").await.1, json!(names[2..]));
    let (api, config, _) = &exchanges[0];
    let again = json!({"bank": names[0], "api": api, "api_json": config});
    assert_eq!(hma.post("/c/exchanges", &again).await.0, 201, "its credentials are still known");
    matcher.until_source("coop-1-fb-threatexchange", |view| view.complete_at.is_some()).await;
    assert!(met(&hma, 2).await.contains(&names[0]));
    matcher.matcher.close().await;
    there.node.close().await;
    for file in std::fs::read_dir(home.file().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for (api, _, credentials) in &exchanges {
            let secrets = credentials.as_object().unwrap().values().filter_map(Value::as_str);
            for secret in secrets.filter(|secret| secret.len() > 10) {
                assert!(!bytes.windows(secret.len()).any(|some| some == secret.as_bytes()), "{api}: sealed at rest");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_whose_credentials_are_wrong_keeps_no_bank_waiting_and_is_asked_with_the_right_ones_at_once() {
    let fake = Fake::start(|asked, _| {
        if asked.headers.contains("the-right-one") {
            body(stopncii_page(&[(1, Active), (2, Active)], 100, None))
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    })
    .await;
    let (home, clock) = (Home::new(), Clock::manual(Clock::System.now().plus_seconds(60)));
    let matcher = following(&home, &clock, &[&fake.base]).await;
    let hma = Client::of(&matcher);
    assert_eq!(hma.post("/c/banks", &json!({"name": "OWN"})).await.0, 201);
    assert_eq!(hma.post("/c/bank/OWN/signal", &json!({"pdq": hex_of(1)})).await.0, 200);
    let opens = |key: &str| json!({"credential_json": {"fetch_function_key": key, "subscription_key": "any"}});
    let api = "/c/exchanges/api/stop_ncii";
    assert_eq!(hma.post(api, &opens("the-wrong-one")).await.0, 200);
    let new = json!({"bank": "NCII", "api": "stop_ncii", "api_json": {"url": fake.base}});
    assert_eq!(hma.post("/c/exchanges", &new).await.0, 201);
    matcher.until_source("ncii", |view| view.failures > 0).await;
    let (_, status) = hma.get("/c/exchange/NCII/status").await;
    assert_eq!((&status["last_fetch_succeeded"], &status["up_to_date"]), (&json!(false), &json!(false)), "{status}");
    assert!(status["trouble"].as_str().is_some_and(|why| why.contains("credentials")), "{status}");
    assert!(!status.to_string().contains("the-wrong-one"), "{status}");
    assert_eq!(met(&hma, 1).await, ["OWN"], "answered all the same");
    assert_eq!(hma.get("/status").await, (200, json!("I-AM-ALIVE")));
    let ready = hma.http.get(format!("{}/readyz", matcher.base)).bearer_auth(TOKEN);
    assert_eq!(said(ready).await.0, 200);

    assert_eq!(hma.post(api, &opens("the-right-one")).await.0, 200);
    matcher.until_source("ncii", |view| view.complete_at.is_some()).await;
    assert_eq!(met(&hma, 1).await, ["NCII", "OWN"], "before it would have been tried again");
    // Without any it is not asked; what it listed stays.
    assert_eq!(hma.post(api, &json!({"credential_json": {}})).await.1["has_set_authentification"], false);
    assert_eq!(met(&hma, 1).await, ["NCII", "OWN"]);
    assert_eq!(hma.get("/c/exchange/NCII/status").await.1["up_to_date"], false);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ncmecs_list_only_the_members_that_were_named_are_taken() {
    let image = |member: u8, number: u8| {
        format!(
            "<image><member id=\"{member}\">M</member><timestamp>2026-11-01T15:00:00Z</timestamp><id>i{number}</id>\
             <classification>A1</classification><fingerprints><pdq>{}</pdq></fingerprints></image>",
            hex_of(number)
        )
    };
    let list = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\">\
         <images count=\"2\" maxTimestamp=\"2026-11-01T15:00:00Z\">{}{}</images><videos count=\"0\"/></queryResult>",
        image(42, 1),
        image(43, 2)
    );
    let fake = Fake::start(move |_, _| body(list.clone())).await;
    let (home, clock) = (Home::new(), Clock::manual("2026-11-21T10:00:00Z".parse().unwrap()));
    let matcher = following(&home, &clock, &[&fake.base]).await;
    let hma = Client::of(&matcher);
    let opens = json!({"credential_json": {"user": "u", "password": "p"}});
    assert_eq!(hma.post("/c/exchanges/api/ncmec", &opens).await.0, 200);
    let config = json!({"url": fake.base, "only_esp_ids": [43]});
    let new = json!({"bank": "LIST", "api": "ncmec", "api_json": config});
    assert_eq!(hma.post("/c/exchanges", &new).await.0, 201);
    let view = matcher.until_source("list", |view| view.complete_at.is_some() || view.failures > 0).await;
    assert_eq!((view.records, view.skipped, view.trouble.as_deref()), (1, 0, None), "{view:?}");
    assert_eq!((met(&hma, 1).await, met(&hma, 2).await), (Vec::new(), vec!["LIST".to_owned()]));
    assert_eq!(hma.get("/c/exchange/LIST").await.1["only_esp_ids"], json!([43]));
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_exchange_is_refused_changes_nothing_and_sends_no_credentials_anywhere() {
    let (home, clock, fake) = (Home::new(), Clock::manual(Clock::System.now()), Fake::of(Vec::new()).await);
    let matcher = following(&home, &clock, &[]).await;
    let hma = Client::of(&matcher);
    assert_eq!(hma.post("/c/banks", &json!({"name": "OWN"})).await.0, 201);
    assert_eq!(
        hma.post("/c/exchanges/api/tat", &json!({"credential_json": {"username": "u", "password": "p"}})).await.0,
        200
    );
    let new = |bank: &str, api: &str, config: Value| json!({"bank": bank, "api": api, "api_json": config});
    let elsewhere = json!({"url": fake.base});
    for (body, status) in [
        (json!({}), 400),
        (json!([]), 400),
        (new("lower", "tat", json!({})), 400),
        (new("A", "stopncii", json!({})), 400),
        (new("A", "sample", json!({})), 400),
        (new("A", "tat", json!([])), 400),
        (new("A", "tat", json!({"privacy_group": 7})), 400),
        (new("A", "ncmec", json!({})), 400),
        (new("A", "ncmec", json!({"environment": "https://evil.example"})), 400),
        (new("A", "fb_threatexchange", json!({"privacy_group": "x"})), 400),
        (new("A", "tat", json!({"url": "not an address"})), 400),
        (new("A", "tat", elsewhere.clone()), 403),
        (new("A", "rempart", json!({"url": "https://node.example"})), 403),
        (new("OWN", "tat", json!({})), 403),
    ] {
        let (was, said) = hma.post("/c/exchanges", &body).await;
        assert!(was == status && said["message"].is_string(), "{body}: {was} {said}");
    }
    for (api, body) in [
        ("ncmec", json!({"credential_json": {"user": "u"}})),
        ("ncmec", json!({"credential_json": []})),
        ("ncmec", json!({"credential_json": {"user": "u", "password": "é"}})),
        ("ncmec", json!({"credential_json": {"user": "u", "password": "p", "token": "t"}})),
        ("ncmec", json!(7)),
        (
            "stop_ncii",
            json!({"credential_json": {"fetch_function_key": "f", "subscription_key": "s", "base_url_override": fake.base}}),
        ),
        ("sample", json!({"credential_json": {"key": "k"}})),
    ] {
        let (was, said) = hma.post(&format!("/c/exchanges/api/{api}"), &body).await;
        assert!(was == 400 && said["message"].is_string(), "{body}: {was} {said}");
    }
    assert_eq!(hma.get("/c/exchanges").await, (200, json!([])));
    for api in ["ncmec", "stop_ncii"] {
        assert_eq!(hma.get(&format!("/c/exchanges/api/{api}")).await.1["has_set_authentification"], false);
    }
    assert_eq!(hma.get("/c/exchanges/api/sample").await.0, 400);
    assert_eq!(hma.post("/c/exchanges/api/tat", &json!({})).await.1["has_set_authentification"], true, "as it was");
    let (_, schema) = hma.get("/c/exchanges/api/fb_threatexchange/schema").await;
    assert_eq!(schema["config_schema"]["fields"][0]["name"], "privacy_group");
    assert_eq!(schema["credentials_schema"]["fields"][0]["name"], "api_token");

    // Nobody without the token.
    for path in ["/c/exchanges", "/c/exchanges/api/tat"] {
        let asked = hma.http.post(format!("{}{path}", matcher.base)).json(&json!({}));
        assert_eq!(said(asked).await.0, 401, "{path}");
    }

    // One that is there, switched off so that nobody is asked: what can be changed of it, and what cannot.
    assert_eq!(hma.post("/c/exchanges", &new("THEIRS", "tat", json!({"enabled": false}))).await.0, 201);
    assert_eq!(hma.get("/c/exchange/THEIRS").await.1, json!({"name": "THEIRS", "api": "tat", "enabled": false}));
    assert_eq!(hma.post("/c/exchanges", &new("THEIRS", "stop_ncii", json!({}))).await.0, 403, "the name is taken");
    assert_eq!(hma.post("/c/banks", &json!({"name": "THEIRS"})).await.0, 403);
    assert_eq!(hma.call(Method::PUT, "/c/bank/OWN", Some(&json!({"name": "THEIRS"}))).await.0, 403);
    assert_eq!(hma.call(Method::PUT, "/c/bank/THEIRS", Some(&json!({"name": "MINE"}))).await.0, 403);
    assert_eq!(hma.post("/c/bank/THEIRS/signal", &json!({"pdq": hash(1)})).await.0, 403);
    for bad in [json!({"enabled": "perhaps"}), json!({"enabled": true, "url": "https://a.example"}), json!([])] {
        assert_eq!(hma.call(Method::PUT, "/c/exchange/THEIRS", Some(&bad)).await.0, 400, "{bad}");
    }
    assert_eq!(hma.get("/c/exchange/THEIRS").await.1["enabled"], false);
    for path in ["/c/exchange/NONE", "/c/exchange/NONE/status"] {
        assert_eq!(hma.get(path).await.0, 404, "{path}");
    }
    assert_eq!(hma.call(Method::PUT, "/c/exchange/NONE", Some(&json!({}))).await.0, 404);
    assert!(fake.asked().is_empty(), "nothing was sent there");
    matcher.matcher.close().await;
}
