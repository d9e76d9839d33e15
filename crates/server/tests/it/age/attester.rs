//! An attester and its ways: what each gives, what it refuses, and what stays of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use agetoken::{Threshold, Thresholds, Voucher};
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use server::age::attester::evidence::Evidence;
use server::age::attester::methods::account::{Account, AccountSettings};
use server::age::attester::methods::card::{CARD_USES_MAX, Card, CardSettings};
use server::age::attester::methods::codes::Codes;
use server::age::attester::methods::face::Face;
use server::age::attester::methods::parent::CHILDREN_MAX;
use server::age::attester::{Attester, AttesterError, AttesterSettings, JOURNEY_SECONDS, VOUCHER_SECONDS};
use server::clock::{Clock, Entropy};
use server::http::{Listening, serve};
use server::storage::{Database, DatabaseUrl};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::age::support::{EPOCH, TestIssuer, key, on_a_socket, wednesday};

/// An attester on a socket.
pub(super) struct TestAttester {
    pub attester: Attester,
    pub base: String,
    pub http: reqwest::Client,
    pub clock: Clock,
    folder: TempDir,
}

fn settings(base: &str, methods: Vec<Box<dyn Evidence>>, clock: &Clock) -> AttesterSettings {
    AttesterSettings {
        base: base.to_owned(),
        wallet: "https://wallet.test/".to_owned(),
        contact: "mailto:help@attester.test".to_owned(),
        methods,
        is_parent_offered: true,
        clock: clock.clone(),
        entropy: Entropy::System,
    }
}

/// An account at a provider that nobody asks.
pub(super) fn nowhere() -> Box<dyn Evidence> {
    let issuer = "http://127.0.0.1:9".to_owned();
    Box::new(Account::new(AccountSettings { issuer, client_id: "rempart".to_owned(), client_secret: None }))
}

impl TestAttester {
    pub(super) async fn start(methods: impl FnOnce(&str) -> Vec<Box<dyn Evidence>>) -> Self {
        Self::start_at(Clock::manual(wednesday()), methods).await
    }

    pub(super) async fn start_at(clock: Clock, methods: impl FnOnce(&str) -> Vec<Box<dyn Evidence>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&DatabaseUrl::Sqlite(folder.path().join("attester.db"))).await.unwrap();
        let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = format!("http://{}", listening.address);
        let attester = Attester::open(database, key(), settings(&base, methods(&base), &clock)).await.unwrap();
        tokio::spawn(serve(listening, attester.router(), attester.stopping().clone()));
        Self { attester, base, http: server::http::client().unwrap(), clock, folder }
    }

    pub(super) async fn take(&self, way: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}/age/way/{way}", self.base)).body(body);
        request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
    }

    /// The voucher in the wallet's fragment, checked.
    pub(super) fn voucher(&self, answer: &reqwest::Response) -> Voucher {
        assert_eq!(answer.status(), 303);
        let to = answer.headers()[LOCATION].to_str().unwrap();
        let voucher: Voucher = to.strip_prefix("https://wallet.test/#voucher=").unwrap().parse().unwrap();
        let now = (self.clock.now().as_micros() / 1_000_000) as u64;
        assert!(voucher.is_good(&self.attester.public(), now + VOUCHER_SECONDS));
        assert!(!voucher.is_good(&self.attester.public(), now + VOUCHER_SECONDS + 86_400));
        voucher
    }

    pub(super) fn on_disk(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

pub(super) fn years(voucher: &Voucher) -> Vec<u8> {
    voucher.reached().iter().map(Threshold::years).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_works_once_and_gives_a_voucher_that_names_nobody() {
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere()]).await;
    let codes = attester.attester.desk().new_codes(2, Thresholds::reached_at(18), 30).await.unwrap();
    let typed = codes[0].to_lowercase().replace('-', " ");
    let voucher = attester.voucher(&attester.take("code", &[("code", &typed)]).await);
    assert_eq!(years(&voucher), [13, 15, 16, 18]);
    let again = attester.take("code", &[("code", &codes[0])]).await;
    assert_eq!(again.status(), 403);
    let page = again.text().await.unwrap();
    assert!(page.contains("mailto:help@attester.test") && page.contains("href=\"/\""), "what else there is: {page}");
    for wrong in ["", "AAAA", "0000-0000-0000-0000"] {
        assert!(attester.take("code", &[("code", wrong)]).await.status().is_client_error(), "{wrong}");
    }
    // As JSON, for programs.
    let body = format!("code={}", codes[1]);
    let request = attester.http.post(format!("{}/age/way/code", attester.base)).body(body);
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").header("accept", "application/json");
    let given: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    let other: Voucher = given["voucher"].as_str().unwrap().parse().unwrap();
    assert_ne!(other.digest(), voucher.digest(), "each has a number of its own");
    // One that was not used ends.
    let late = attester.attester.desk().new_codes(1, Thresholds::reached_at(13), 1).await.unwrap();
    attester.clock.set(attester.clock.now().plus_seconds(86_401));
    assert_eq!(attester.take("code", &[("code", &late[0])]).await.status(), 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_becomes_a_voucher_becomes_proofs_becomes_a_visit() {
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere()]).await;
    let codes = attester.attester.desk().new_codes(1, Thresholds::reached_at(18), 30).await.unwrap();
    let voucher = attester.voucher(&attester.take("code", &[("code", &codes[0])]).await);
    // An issuer that believes this attester, over a folder of its own.
    let issuer = TestIssuer::start_for(attester.attester.public()).await;
    let site =
        crate::age::support::TestVerifier::start(crate::support::Engine::Sqlite, &issuer, "https://site.test").await;
    let proofs = issuer.proofs(&voucher, Threshold::Over18, EPOCH, 1).await;
    let cookie = site.send(&proofs[0].redemption(&site.question().await)).await.unwrap();
    assert_eq!(site.auth(&cookie).await, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_vouches_for_a_childs_age_group_and_for_so_many_children() {
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere()]).await;
    let desk = attester.attester.desk();
    let codes = [desk.new_codes(1, Thresholds::reached_at(18), 30), desk.new_codes(1, Thresholds::reached_at(16), 30)];
    let codes = futures::future::try_join_all(codes).await.unwrap().concat();
    let parent = attester.voucher(&attester.take("code", &[("code", &codes[0])]).await).to_text();
    let teenager = attester.voucher(&attester.take("code", &[("code", &codes[1])]).await).to_text();
    let child = attester.take("parent", &[("voucher", &parent), ("bracket", "15")]).await;
    assert_eq!(years(&attester.voucher(&child)), [13, 15]);
    for (voucher, bracket) in [(&parent, "18"), (&parent, "12"), (&teenager, "13")] {
        let refused = attester.take("parent", &[("voucher", voucher), ("bracket", bracket)]).await;
        assert!(refused.status().is_client_error(), "{bracket}");
    }
    for _ in 1..CHILDREN_MAX {
        assert_eq!(attester.take("parent", &[("voucher", &parent), ("bracket", "13")]).await.status(), 303);
    }
    assert_eq!(attester.take("parent", &[("voucher", &parent), ("bracket", "13")]).await.status(), 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attester_with_one_way_does_not_start() {
    let open = async |methods: Vec<Box<dyn Evidence>>| {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&DatabaseUrl::Sqlite(folder.path().join("attester.db"))).await.unwrap();
        Attester::open(database, key(), settings("http://a.test", methods, &Clock::System)).await.map(drop)
    };
    // A parent needs a voucher first: that way lets nobody in by itself.
    assert!(matches!(open(vec![Box::new(Codes)]).await, Err(AttesterError::TooFewMethods(1))));
    assert!(matches!(open(Vec::new()).await, Err(AttesterError::TooFewMethods(0))));
    assert!(matches!(open(vec![Box::new(Codes), Box::new(Codes)]).await, Err(AttesterError::Twice("code"))));
    assert!(matches!(open(vec![Box::new(Codes), Box::new(Face)]).await, Err(AttesterError::NotOffered("face"))));
    assert!(open(vec![Box::new(Codes), nowhere()]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_ways_says_what_each_keeps_and_who_hears_of_it() {
    let card = || Box::new(Card::new(CardSettings { base: String::new(), token: String::new() }));
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere(), card()]).await;
    for (language, words) in [
        (
            "en",
            [
                "Nothing of it is kept.",
                "learns that an age was asked for",
                "for a time only",
                "stays for 90 days",
                "your bank never asks for your code here",
            ],
        ),
        (
            "fr",
            [
                "Rien n’en est gardé.",
                "apprend qu’un âge a été demandé",
                "que pour un temps",
                "reste 90 jours",
                "votre banque ne demande jamais votre code ici",
            ],
        ),
    ] {
        let page = attester.http.get(&attester.base).header("accept-language", language).send().await.unwrap();
        assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        let page = page.text().await.unwrap();
        for word in words {
            assert!(page.contains(word), "{word} is not in {page}");
        }
        for way in ["code", "account", "card", "parent"] {
            let path = format!("{}/age/way/{way}", attester.base);
            let form = attester.http.get(path).header("accept-language", language).send().await.unwrap();
            assert_eq!(form.status(), 200);
        }
    }
    assert_eq!(attester.http.get(format!("{}/age/way/face", attester.base)).send().await.unwrap().status(), 404);
    let said: Value = serde_json::from_str(
        &attester.http.get(format!("{}/age/attester", attester.base)).send().await.unwrap().text().await.unwrap(),
    )
    .unwrap();
    assert_eq!(said["key"], attester.attester.public().to_string());
    assert_eq!(
        said["ways"][2],
        json!({"id": "card", "level": "standard", "retains": "counted-digest", "told": "provider", "transitional": true})
    );
}

/// A provider of payments that speaks the HTTP of `methods/card.rs`; a test says what the bank answers.
#[derive(Clone, Default)]
struct Bank {
    checks: Arc<Mutex<BTreeMap<String, Value>>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Bank {
    fn router(&self) -> Router {
        Router::new()
            .route("/checks", post(begin))
            .route("/checks/{id}", get(look).delete(let_go))
            .with_state(self.clone())
    }

    /// The person confirms, or does not, in their bank's application.
    fn decide(&self, id: &str, status: &str, authenticated: bool, card: &str) {
        let ended = json!({"status": status, "authenticated": authenticated, "card": card});
        self.checks.lock().unwrap().insert(id.to_owned(), ended);
    }
}

async fn begin(State(bank): State<Bank>, Json(wanted): Json<Value>) -> Json<Value> {
    let id = format!("check-{}", bank.asked.lock().unwrap().len());
    bank.asked.lock().unwrap().push(wanted);
    Json(json!({"id": id, "url": format!("https://bank.test/{id}")}))
}

async fn look(State(bank): State<Bank>, Path(id): Path<String>) -> Json<Value> {
    Json(
        bank.checks
            .lock()
            .unwrap()
            .get(&id)
            .cloned()
            .unwrap_or_else(|| json!({"status": "open", "authenticated": false, "card": ""})),
    )
}

async fn let_go(State(bank): State<Bank>, Path(id): Path<String>) -> Json<Value> {
    bank.checks.lock().unwrap().remove(&id);
    Json(json!({}))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_counts_only_when_its_bank_asked_for_a_second_step() {
    let bank = Bank::default();
    let provider = on_a_socket(bank.router(), &CancellationToken::new()).await;
    let card = CardSettings { base: provider, token: "ours".to_owned() };
    let attester = TestAttester::start(|_| vec![Box::new(Codes), Box::new(Card::new(card))]).await;
    let pay = async |status: &str, authenticated: bool| {
        let sent = attester.take("card", &[]).await;
        let id = sent.headers()[LOCATION].to_str().unwrap().strip_prefix("https://bank.test/").unwrap().to_owned();
        bank.decide(&id, status, authenticated, "4970-fingerprint");
        let asked = bank.asked.lock().unwrap().last().cloned().unwrap();
        assert_eq!((&asked["amount"], &asked["challenge"]), (&json!(0), &json!("required")));
        let back = asked["return_url"].as_str().unwrap().to_owned();
        (attester.http.get(&back).send().await.unwrap(), back, id)
    };
    let (answer, back, id) = pay("confirmed", true).await;
    assert_eq!(years(&attester.voucher(&answer)), [13, 15, 16, 18]);
    assert!(!bank.checks.lock().unwrap().contains_key(&id), "nothing stays reserved");
    assert_eq!(attester.http.get(back).send().await.unwrap().status(), 403, "a journey ends once");
    assert_eq!(pay("confirmed", false).await.0.status(), 403);
    assert_eq!(pay("refused", true).await.0.status(), 403);
    for _ in 1..CARD_USES_MAX {
        assert_eq!(pay("confirmed", true).await.0.status(), 303);
    }
    assert_eq!(pay("confirmed", true).await.0.status(), 429, "one card, so many people");
    // Whoever comes back too late begins again.
    let sent = attester.take("card", &[]).await;
    assert_eq!(sent.status(), 303);
    let asked = bank.asked.lock().unwrap().last().cloned().unwrap();
    attester.clock.set(attester.clock.now().plus_seconds(JOURNEY_SECONDS));
    assert_eq!(attester.http.get(asked["return_url"].as_str().unwrap()).send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_evidence_is_on_the_attesters_disk() {
    let bank = Bank::default();
    let provider = on_a_socket(bank.router(), &CancellationToken::new()).await;
    let card = CardSettings { base: provider, token: "ours".to_owned() };
    let attester = TestAttester::start(|_| vec![Box::new(Codes), Box::new(Card::new(card))]).await;
    let codes = attester.attester.desk().new_codes(1, Thresholds::reached_at(18), 30).await.unwrap();
    let voucher = attester.voucher(&attester.take("code", &[("code", &codes[0])]).await);
    let sent = attester.take("card", &[]).await;
    let id = sent.headers()[LOCATION].to_str().unwrap().strip_prefix("https://bank.test/").unwrap().to_owned();
    bank.decide(&id, "confirmed", true, "fingerprint-of-a-card");
    let back = bank.asked.lock().unwrap()[0]["return_url"].as_str().unwrap().to_owned();
    let other = attester.voucher(&attester.http.get(&back).send().await.unwrap());
    let disk = attester.on_disk();
    let plain = codes[0].replace('-', "");
    for needle in
        [plain.as_bytes(), b"fingerprint-of-a-card", id.as_bytes(), &voucher.encode()[1..33], &other.encode()[1..33]]
    {
        assert!(!crate::support::holds(&disk, needle), "{}", String::from_utf8_lossy(needle));
    }
    assert!(disk.len() > 4_096, "something was looked through");
}

/// What tests of this project call other people's programs by.
pub(super) fn peers() -> Option<String> {
    let peers = std::env::var("REMPART_TEST_AGE_PEERS").ok();
    if peers.is_none() {
        eprintln!("not run: `cargo xtask with ..` installs the peers and sets REMPART_TEST_AGE_PEERS");
    }
    peers
}
