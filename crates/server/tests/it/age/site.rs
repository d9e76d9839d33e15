//! A site and its visitors: gate, visit, the square for another device, plain tokens, what a proxy hears.

use agetoken::{Challenge, Threshold, Wanted, header};
use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::header::{AUTHORIZATION, LOCATION, SET_COOKIE, WWW_AUTHENTICATE};
use server::age::verifier::IDLE_SECONDS_MAX;

use crate::age::support::{EPOCH, TestIssuer, TestVerifier, question_in, voucher};
use crate::support::{Engine, on_every_engine};

const SITE: &str = "https://site.test";

on_every_engine!(a_visit_opens_with_a_proof_and_ends_with_an_hour_of_silence, |engine| {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(engine, &issuer, SITE).await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let question = site.question().await;
    assert_eq!((question.origin.as_str(), question.back.as_str()), (SITE, "/video"));
    assert_eq!(site.auth("__Host-age=none").await, 401);
    assert_eq!(site.auth(&format!("__Host-age={}", "a".repeat(64))).await, 401);

    let cookie = site.send(&proofs[0].redemption(&question)).await.unwrap();
    assert!(cookie.starts_with("__Host-age="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "of this session alone: {cookie}");
    for _ in 0..3 {
        issuer.clock.set(issuer.clock.now().plus_seconds(IDLE_SECONDS_MAX - 1));
        assert_eq!(site.auth(&cookie).await, 204);
    }
    issuer.clock.set(issuer.clock.now().plus_seconds(IDLE_SECONDS_MAX));
    assert_eq!(site.auth(&cookie).await, 401);

    let cookie = site.send(&proofs[1].redemption(&site.question().await)).await.unwrap();
    let pair = cookie.split(';').next().unwrap();
    let left = site.http.post(format!("{}/age/leave", site.base)).header("cookie", pair).send().await.unwrap();
    assert_eq!((left.status().as_u16(), left.headers()[LOCATION].to_str().unwrap()), (303, "/age/gate"));
    assert!(left.headers()[SET_COOKIE].to_str().unwrap().ends_with("Max-Age=0"));
    assert_eq!(site.auth(&cookie).await, 401);
});

on_every_engine!(several_processes_of_one_site_agree_on_what_was_spent_and_who_is_in, |engine| {
    let issuer = TestIssuer::start().await;
    let first = TestVerifier::start(engine, &issuer, SITE).await;
    let second = {
        let open = server::storage::Database::open(&first.database.url).await.unwrap();
        let settings = server::age::verifier::VerifierSettings {
            origin: SITE.parse().unwrap(),
            threshold: Threshold::Over18,
            source: issuer.source(),
            wallet: "https://wallet.test/".to_owned(),
            contact: "mailto:help@site.test".to_owned(),
            idle_seconds: IDLE_SECONDS_MAX,
            is_plain_offered: false,
            clock: issuer.clock.clone(),
            entropy: server::clock::Entropy::System,
        };
        // The log was kept by the first: this one needs nobody.
        let verifier = server::age::verifier::Verifier::open(open, crate::age::support::key(), settings).await.unwrap();
        assert_eq!(verifier.log().size(), first.verifier.log().size());
        crate::age::support::on_a_socket(verifier.router(), verifier.stopping()).await
    };
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let redemption = proofs[0].redemption(&first.question().await);
    let base = first.base.clone();
    let second = TestVerifier { base: second, ..first };
    let cookie = second.send(&redemption).await.unwrap();
    let first = TestVerifier { base, ..second };
    assert_eq!(first.send(&redemption).await, Err("spent".to_owned()));
    assert_eq!(first.auth(&cookie).await, 204);
});

on_every_engine!(another_device_answers_for_the_one_that_shows_the_square, |engine| {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(engine, &issuer, SITE).await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let shown = site.http.get(format!("{}/age/handoff?back=%2Fvideo", site.base)).send().await.unwrap();
    let waiting = shown.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = shown.text().await.unwrap();
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains("<svg"));
    let question = question_in(&page);
    let look = |cookie: String| {
        site.http.get(format!("{}/age/handoff?back=%2Fvideo", site.base)).header("cookie", cookie).send()
    };
    assert_eq!(look(waiting.clone()).await.unwrap().status(), 200, "nobody has answered yet");

    // The other device is told that it is done, and gets no visit of its own.
    let body = format!("proof={}", proofs[0].redemption(&question).to_text());
    let request = site.http.post(format!("{}/age/verify", site.base)).body(body);
    let told = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!((told.status().as_u16(), told.headers().get(SET_COOKIE)), (200, None));

    let stranger = format!("__Host-age-waiting={}", "b".repeat(64));
    assert_eq!(look(stranger).await.unwrap().status(), 200, "whoever shows another square waits on");
    let on = look(waiting.clone()).await.unwrap();
    assert_eq!((on.status().as_u16(), on.headers()[LOCATION].to_str().unwrap()), (303, "/video"));
    let cookie = on.headers().get_all(SET_COOKIE).iter().next().unwrap().to_str().unwrap().to_owned();
    assert_eq!(site.auth(&cookie).await, 204);
    assert_eq!(look(waiting).await.unwrap().status(), 200, "once");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stock_client_is_served_where_the_site_wants_it() {
    let issuer = TestIssuer::start().await;
    let without = TestVerifier::start(Engine::Sqlite, &issuer, SITE).await;
    assert_eq!(without.http.get(format!("{}/age/token", without.base)).send().await.unwrap().status(), 404);
    let site =
        TestVerifier::start_with(Engine::Sqlite, &issuer, SITE, |settings| settings.is_plain_offered = true).await;
    let address = format!("{}/age/token", site.base);
    let asked = site.http.get(&address).send().await.unwrap();
    assert_eq!(asked.status(), 401);
    let challenges = header::parse_www_authenticate(asked.headers()[WWW_AUTHENTICATE].to_str().unwrap()).unwrap();
    let (challenge, key) = challenges.into_iter().next().unwrap();
    assert_eq!((challenge.issuer().as_str(), challenge.origin_info()), ("issuer.test", "site.test"));
    let mut rng = StdRng::seed_from_u64(1);
    let wanted = Wanted::plain(&key.unwrap(), &challenge, &mut rng).unwrap();
    let request = issuer.http.post(format!("{}/token-request", issuer.base)).body(wanted.request().encode().to_vec());
    let request = request.header(AUTHORIZATION, format!("Voucher {}", voucher(1, 18).to_text()));
    let signed = request.send().await.unwrap();
    assert_eq!(signed.headers()["content-type"], "application/private-token-response");
    let signed: [u8; 256] = signed.bytes().await.unwrap().to_vec().try_into().unwrap();
    let token = wanted.finish(&signed).unwrap();
    let send = || site.http.get(&address).header(AUTHORIZATION, header::authorization(&token)).send();
    let let_in = send().await.unwrap();
    assert_eq!((let_in.status().as_u16(), let_in.headers().contains_key(SET_COOKIE)), (200, true));
    assert_eq!(send().await.unwrap().status(), 403, "once");
    // A token that was fetched ahead is no answer here.
    assert_ne!(challenge, Challenge::ahead(challenge.issuer(), EPOCH));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gate_shows_nothing_of_the_site_and_every_refusal_says_what_next() {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(Engine::Sqlite, &issuer, SITE).await;
    for language in ["en", "fr"] {
        let get = |path: &str| site.http.get(format!("{}{path}", site.base)).header("accept-language", language).send();
        let gate = get("/age/gate?back=%2F%2Fevil.example").await.unwrap();
        let policy = gate.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(gate.headers()["referrer-policy"], "no-referrer");
        let page = gate.text().await.unwrap();
        assert_eq!(question_in(&page).back, "/", "never another site's address");
        assert!(!page.contains("<script") && page.contains("mailto:help@site.test"));
        for why in ["spent", "too-late", "other-age", "not-of-now", "not-held", "unreadable", "unknown", "anything"] {
            let refused = get(&format!("/age/refused?why={why}&back=%2Fvideo")).await.unwrap();
            assert_eq!(refused.status().as_u16(), if why == "unknown" { 503 } else { 403 });
            let page = refused.text().await.unwrap();
            assert!(page.contains("/age/gate?back=%2Fvideo") && page.contains("mailto:help@site.test"), "{page}");
        }
    }
    let asked: serde_json::Value = serde_json::from_str(
        &site.http.get(format!("{}/age/requirements", site.base)).send().await.unwrap().text().await.unwrap(),
    )
    .unwrap();
    assert_eq!((&asked["age"], &asked["issuer"]), (&serde_json::json!(18), &serde_json::json!("issuer.test")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cloudflares_client_is_issued_to_and_let_in_and_its_origin_believes_our_tokens() {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let Some(peers) = super::attester::peers() else { return };
    let issuer = TestIssuer::start().await;
    let site =
        TestVerifier::start_with(Engine::Sqlite, &issuer, SITE, |settings| settings.is_plain_offered = true).await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let ours = serde_json::json!({
        "token": Base64UrlUnpadded::encode_string(&proofs[0].token.encode()),
        "key": Base64UrlUnpadded::encode_string(key.spki()),
    });
    let ran = tokio::process::Command::new("node")
        .arg(format!("{peers}/privacypass.mjs"))
        .args([&issuer.base, &site.base, &voucher(2, 18).to_text()])
        .arg(Base64UrlUnpadded::encode_string(ours.to_string().as_bytes()))
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let expected = serde_json::json!({
        "asked": 401,
        "challenge": {"issuer": "issuer.test", "origin": ["site.test"]},
        "listed": true,
        "signed": {"status": 200, "type": "application/private-token-response"},
        "first": {"status": 200, "cookie": true},
        "second": 403,
        "ours": true,
    });
    assert_eq!(said, expected);
}
