//! Accounts that know a date of birth, at a real provider of OpenID Connect (`oidc-provider` of npm), and at one that lies.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::Router;
use axum::routing::{get, post};
use base64ct::{Base64UrlUnpadded, Encoding};
use reqwest::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use server::age::attester::methods::account::{ACCOUNT_USES_MAX, Account, AccountSettings};
use server::age::attester::methods::codes::Codes;
use server::clock::Clock;

use super::attester::{TestAttester, peers, years};
use super::documents::today;

/// A provider as a process. Ended with the value.
struct Provider {
    issuer: String,
    process: Child,
    /// It says more than its address, and ends when nobody can hear it.
    _said: BufReader<ChildStdout>,
}

impl Provider {
    fn start(peers: &str, how: &Value) -> Self {
        let mut process = Command::new("node")
            .arg(format!("{peers}/provider.mjs"))
            .arg(how.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut said, mut line) = (BufReader::new(process.stdout.take().unwrap()), String::new());
        said.read_line(&mut line).unwrap();
        Self { issuer: line.trim().to_owned(), process, _said: said }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An attester that asks one, by the way of this client, and the provider.
async fn asking(peers: &str, client: &str, algorithm: &str, told: &str, birthdate: &str) -> (TestAttester, Provider) {
    let mut running = None;
    let attester = TestAttester::start_at(Clock::System, |base| {
        let redirect = format!("{base}/age/way/account/back");
        let how = json!({"redirect": redirect, "birthdate": birthdate, "client": client, "algorithm": algorithm, "told": told});
        let provider = Provider::start(peers, &how);
        let client_secret = (client != "none").then(|| "a secret: 50% of it + more".to_owned());
        let account = AccountSettings { issuer: provider.issuer.clone(), client_id: "rempart".to_owned(), client_secret };
        running = Some(provider);
        vec![Box::new(Codes), Box::new(Account::new(account))]
    })
    .await;
    (attester, running.unwrap())
}

/// The browser's way: to the provider, through its sign-in, cookies and all, up to where it is sent back.
async fn sign_in(attester: &TestAttester) -> String {
    let mut cookies: BTreeMap<String, String> = BTreeMap::new();
    let sent = attester.take("account", &[]).await;
    let asked = sent.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(asked.contains("scope=openid&") && asked.contains("birthdate") && !asked.contains("email"), "{asked}");
    let mut next = asked;
    for _ in 0..10 {
        if next.starts_with(&attester.base) {
            return next;
        }
        let cookie = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let answer = attester.http.get(&next).header("cookie", cookie).send().await.unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let to = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let to = to.unwrap_or_else(|| panic!("{next} answered {}", answer.status()));
        next = url::Url::parse(&next).unwrap().join(&to).unwrap().to_string();
    }
    panic!("sent on and on, last to {next}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_shows_a_date_of_birth_to_the_attester_and_thresholds_to_nobody_else() {
    let Some(peers) = peers() else { return };
    for (client, algorithm, told, age, expected) in [
        ("none", "RS256", "id_token", 18, Some(vec![13, 15, 16, 18])),
        ("client_secret_basic", "ES256", "userinfo", 17, Some(vec![13, 15, 16])),
        ("client_secret_post", "ES256", "id_token", 6, None),
    ] {
        let birthdate = (today() - jiff::Span::new().years(age).days(2)).to_string();
        let (attester, _provider) = asking(&peers, client, algorithm, told, &birthdate).await;
        let back = sign_in(&attester).await;
        let answer = attester.http.get(&back).send().await.unwrap();
        match expected {
            Some(expected) => assert_eq!(years(&attester.voucher(&answer)), expected, "{client}"),
            None => {
                assert_eq!(answer.status(), 403);
                assert!(answer.text().await.unwrap().contains("none of the ages"), "too young, and not unreadable");
            }
        }
        assert_eq!(attester.http.get(&back).send().await.unwrap().status(), 403, "once");
        let disk = attester.on_disk();
        for needle in [birthdate.as_str(), "robin"] {
            assert!(!crate::support::holds(&disk, needle.as_bytes()), "{needle}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_counts_for_so_many_vouchers_and_only_with_its_own_providers_answer() {
    let Some(peers) = peers() else { return };
    let birthdate = (today() - jiff::Span::new().years(30)).to_string();
    let (attester, provider) = asking(&peers, "none", "ES256", "id_token", &birthdate).await;
    let arrive = async |back: String| attester.http.get(back).send().await.unwrap();
    for (from, to, expected) in [
        // Another provider's answer (RFC 9207), another journey's, a code that was changed.
        ("iss=http", "iss=https", 403),
        ("state=", "state=a", 422),
        ("code=", "code=a", 502),
        ("code=", "error=access_denied&was=", 502),
    ] {
        let back = sign_in(&attester).await;
        assert!(back.contains(from), "{back}");
        let answer = arrive(back.replacen(from, to, 1)).await;
        assert_eq!(answer.status(), expected, "{to}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("mailto:help@attester.test") && page.contains("href=\"/\""),
            "what else there is: {page}"
        );
    }
    // A code that belongs to somebody else's sign-in: its identity token has another nonce.
    let (mine, theirs) = (sign_in(&attester).await, sign_in(&attester).await);
    let code = |address: &str| {
        url::Url::parse(address).unwrap().query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    };
    assert!(arrive(mine.replace(&code(&mine), &code(&theirs))).await.status().as_u16() >= 400);
    for _ in 0..ACCOUNT_USES_MAX {
        assert_eq!(arrive(sign_in(&attester).await).await.status(), 303);
    }
    assert_eq!(arrive(sign_in(&attester).await).await.status(), 429);
    drop(provider);
    assert_eq!(attester.take("account", &[]).await.status(), 502, "nobody answers there");
}

/// A provider whose identity tokens say whatever a test wants, under a key that it publishes or another.
struct Liar {
    issuer: String,
    token: Arc<Mutex<String>>,
    key: EcdsaKeyPair,
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

impl Liar {
    async fn start() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let issuer = format!("http://127.0.0.1:{port}");
        let point = key.public_key().as_ref();
        let keys =
            json!({"keys": [{"kty": "EC", "crv": "P-256", "x": encoded(&point[1..33]), "y": encoded(&point[33..])}]});
        let discovered = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        });
        let token = Arc::new(Mutex::new(String::new()));
        let said = token.clone();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { discovered.to_string() }))
            .route("/keys", get(move || async move { keys.to_string() }))
            .route("/token", post(move || async move { json!({"id_token": *said.lock().unwrap()}).to_string() }));
        let listening = server::http::Listening::on(format!("127.0.0.1:{port}").parse().unwrap()).await.unwrap();
        tokio::spawn(server::http::serve(listening, router, tokio_util::sync::CancellationToken::new()));
        Self { issuer, token, key }
    }

    fn say(&self, header: &Value, claims: &Value, key: &EcdsaKeyPair) {
        let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        *self.token.lock().unwrap() = format!("{signed}.{}", encoded(signature));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_token_counts_for_us_now_for_this_journey_and_by_the_providers_key_alone() {
    let liar = Liar::start().await;
    let account = AccountSettings { issuer: liar.issuer.clone(), client_id: "rempart".to_owned(), client_secret: None };
    let attester =
        TestAttester::start_at(Clock::System, |_| vec![Box::new(Codes), Box::new(Account::new(account))]).await;
    let now = Clock::System.now().as_micros() / 1_000_000;
    let strange = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    // What the provider says of a journey that asked with this nonce, and whether it counts.
    let arrive = async |change: &dyn Fn(&mut Value), algorithm: &str, key: &EcdsaKeyPair| {
        let asked = attester.take("account", &[]).await.headers()[LOCATION].to_str().unwrap().to_owned();
        let asked: BTreeMap<String, String> = url::Url::parse(&asked).unwrap().query_pairs().into_owned().collect();
        let mut claims = json!({
            "iss": liar.issuer, "sub": "robin", "aud": "rempart", "exp": now + 60, "nonce": asked["nonce"],
            "birthdate": "1980-01-01",
        });
        change(&mut claims);
        liar.say(&json!({"alg": algorithm}), &claims, key);
        let back = format!("{}/age/way/account/back?code=c&state={}", attester.base, asked["state"]);
        attester.http.get(back).send().await.unwrap().status().as_u16()
    };
    let set = |name: &'static str, value: Value| move |claims: &mut Value| claims[name] = value.clone();
    assert_eq!(arrive(&|_| (), "ES256", &liar.key).await, 303);
    assert_eq!(arrive(&set("aud", json!(["rempart"])), "ES256", &liar.key).await, 303);
    for (name, value) in [
        ("nonce", json!("another journey's")),
        ("nonce", json!(null)),
        ("iss", json!("https://another.test")),
        ("aud", json!("another")),
        ("aud", json!(["rempart", "another"])),
        ("exp", json!(now - 600)),
        ("birthdate", json!(null)),
        ("birthdate", json!("0000-01-01")),
        ("birthdate", json!("soon")),
    ] {
        assert_eq!(arrive(&set(name, value.clone()), "ES256", &liar.key).await, 403, "{name}: {value}");
    }
    assert_eq!(arrive(&|_| (), "none", &liar.key).await, 403);
    assert_eq!(arrive(&|_| (), "RS256", &liar.key).await, 403);
    assert_eq!(arrive(&|_| (), "ES256", &strange).await, 403);
}
