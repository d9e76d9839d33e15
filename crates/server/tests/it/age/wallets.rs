//! Age proofs of European wallets, by two other implementations' issuers and holders (`@owf/mdoc` and `@auth0/mdl` of npm).

use std::process::Command;

use agetoken::Threshold;
use base64ct::{Base64UrlUnpadded, Encoding};
use reqwest::header::LOCATION;
use serde_json::Value;
use server::age::attester::methods::codes::Codes;
use server::age::attester::methods::wallet::{SCHEME, Wallet};
use server::clock::Clock;
use tempfile::TempDir;

use super::attester::{TestAttester, peers};
use super::documents::{authority, openssl, roots};

const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";
const ADULT: &str = r#"{"age_over_18": true, "age_over_21": false}"#;

/// Somebody else's issuer and holder, by the name of its script.
struct Holder {
    script: String,
}

impl Holder {
    fn present(&self, authority: &TempDir, request: &str, attributes: &str, from: u64) -> String {
        let path = |name: &str| authority.path().join(name).display().to_string();
        let ran = Command::new("node")
            .arg(&self.script)
            .args([&path("signer.key.pem"), &path("signer.pem"), request, attributes])
            .args([&from.to_string(), "30"])
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }
}

async fn ask(attester: &TestAttester) -> String {
    attester.take("wallet", &[]).await.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// As a wallet's application answers (`direct_post`).
async fn answer(attester: &TestAttester, request: &str, token: &str) -> reqwest::Response {
    let state =
        url::Url::parse(request).unwrap().query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let named = serde_json::json!({"age": [token]}).to_string();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("vp_token", &named)
        .append_pair("state", &state)
        .finish();
    let post = attester.http.post(format!("{}/age/way/wallet/back", attester.base)).body(body);
    post.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

fn an_hour_ago() -> u64 {
    (Clock::System.now().as_micros() / 1_000_000) as u64 - 3_600
}

async fn believing(authority: &TempDir, scheme: &str) -> TestAttester {
    let wallet = Wallet::new(roots(authority), scheme).unwrap();
    TestAttester::start_at(Clock::System, |_| vec![Box::new(Codes), Box::new(wallet)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_european_wallets_proof_becomes_a_voucher_once_for_its_own_request() {
    let Some(peers) = peers() else { return };
    let (trusted, stranger) = (authority(P256, P256), authority(P256, P256));
    for script in ["mdoc.mjs", "mdl.mjs"] {
        let holder = Holder { script: format!("{peers}/{script}") };
        let attester = believing(&trusted, SCHEME).await;
        let now = an_hour_ago();

        let request = ask(&attester).await;
        assert!(request.starts_with("av://authorize?response_type=vp_token&response_mode=direct_post&"), "{request}");
        let token = holder.present(&trusted, &request, ADULT, now);
        let answered = answer(&attester, &request, &token).await;
        assert_eq!(answered.status(), 200, "{script}");
        let on: Value = serde_json::from_str(&answered.text().await.unwrap()).unwrap();
        let on = on["redirect_uri"].as_str().unwrap();
        let voucher = attester.voucher(&attester.http.get(on).send().await.unwrap());
        assert!(voucher.reached().contain(Threshold::Over18));
        assert_eq!(attester.http.get(on).send().await.unwrap().status(), 403, "once");
        assert_eq!(answer(&attester, &request, &token).await.status(), 403, "the journey is over");

        let next = ask(&attester).await;
        assert_eq!(answer(&attester, &next, &token).await.status(), 403, "made for another request");
        for (authority, attributes, from) in [
            (&stranger, ADULT, now),
            (&trusted, r#"{"age_over_18": false}"#, now),
            (&trusted, ADULT, now - 40 * 86_400),
            (&trusted, ADULT, now + 40 * 86_400),
        ] {
            let request = ask(&attester).await;
            let token = holder.present(authority, &request, attributes, from);
            assert_eq!(answer(&attester, &request, &token).await.status(), 403, "{script}: {attributes} of {from}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallets_proof_that_was_changed_on_the_way_is_noticed_and_so_is_nonsense() {
    let Some(peers) = peers() else { return };
    let trusted = authority(P256, P256);
    let attester = believing(&trusted, "openid4vp").await;
    for script in ["mdoc.mjs", "mdl.mjs"] {
        let holder = Holder { script: format!("{peers}/{script}") };
        // In the certificate, its signature, the object and the device's signature.
        for hundredth in [35, 50, 70, 95] {
            let request = ask(&attester).await;
            assert!(request.starts_with("openid4vp://authorize?"), "{request}");
            let token = holder.present(&trusted, &request, ADULT, an_hour_ago());
            let place = token.len() * hundredth / 100;
            let other = if &token[place..=place] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
            let status = answer(&attester, &request, &changed).await.status();
            assert!(status.is_client_error(), "{script}: {hundredth} % of {token}");
        }
    }
    // Somebody clever changes what no holder signs: the shown item, against its digest; the end of its time, against the issuer.
    for script in ["mdoc.mjs", "mdl.mjs"] {
        let holder = Holder { script: format!("{peers}/{script}") };
        let long_ago = an_hour_ago() - 40 * 86_400;
        let ended = jiff::Timestamp::from_second(long_ago as i64 + 30 * 86_400).unwrap();
        let year = ended.to_zoned(jiff::tz::TimeZone::UTC).year();
        for (attributes, from, was, becomes) in [
            (r#"{"age_over_18": false}"#, an_hour_ago(), b"elementValue\xf4".to_vec(), b"elementValue\xf5".to_vec()),
            (
                ADULT,
                long_ago,
                [b"validUntil\xc0\x74", year.to_string().as_bytes()].concat(),
                [b"validUntil\xc0\x74", (year + 9).to_string().as_bytes()].concat(),
            ),
        ] {
            let request = ask(&attester).await;
            let token = holder.present(&trusted, &request, attributes, from);
            let bytes = Base64UrlUnpadded::decode_vec(&token).unwrap();
            let forged = forge(&bytes, &was, &becomes);
            let forged = Base64UrlUnpadded::encode_string(&forged);
            assert_eq!(answer(&attester, &request, &forged).await.status(), 403, "{script}: {attributes} of {from}");
        }
    }
    for nonsense in ["", "AAAA", "[]", "{\"age\": []}"] {
        assert!(answer(&attester, &ask(&attester).await, nonsense).await.status().is_client_error(), "{nonsense}");
    }
}

/// These bytes with others of the same length in one place.
fn forge(bytes: &[u8], was: &[u8], becomes: &[u8]) -> Vec<u8> {
    let place = bytes.windows(was.len()).position(|part| part == was).expect("what is forged is there");
    assert_eq!(was.len(), becomes.len());
    [&bytes[..place], becomes, &bytes[place + was.len()..]].concat()
}

/// A signer below an authority below the root, or below somebody who is none.
fn with_one_between(extension: &str) -> TempDir {
    let folder = authority(P256, P256);
    let at = folder.path();
    std::fs::write(at.join("between.ext"), extension).unwrap();
    openssl(at, &format!("req -newkey {P256} -noenc -keyout between.key.pem -out between.csr -subj /C=UT/CN=Between"));
    openssl(
        at,
        "x509 -req -in between.csr -CA root.pem -CAkey root.key.pem -CAcreateserial -out between.pem -days 390 -extfile \
         between.ext",
    );
    openssl(
        at,
        "x509 -req -in signer.csr -CA between.pem -CAkey between.key.pem -CAcreateserial -out signer.pem -days 380",
    );
    let chain = ["signer.pem", "between.pem"].map(|name| std::fs::read_to_string(at.join(name)).unwrap());
    std::fs::write(at.join("signer.pem"), chain.concat()).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallets_issuer_may_be_below_another_authority_and_below_nobody_who_is_none() {
    let Some(peers) = peers() else { return };
    let holder = Holder { script: format!("{peers}/mdoc.mjs") };
    for (extension, expected) in [
        ("basicConstraints=critical,CA:TRUE\n", 200),
        ("basicConstraints=critical,CA:FALSE\n", 403),
        ("subjectKeyIdentifier=hash\n", 403),
    ] {
        let chain = with_one_between(extension);
        let attester = believing(&chain, SCHEME).await;
        let request = ask(&attester).await;
        let token = holder.present(&chain, &request, ADULT, an_hour_ago());
        assert_eq!(answer(&attester, &request, &token).await.status(), expected, "{extension}");
    }
}
