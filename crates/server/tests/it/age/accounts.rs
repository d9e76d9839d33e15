//! Accounts that know a date of birth, at a real provider of OpenID Connect (`oidc-provider` of npm), and at one that lies.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use reqwest::header::{LOCATION, SET_COOKIE};
use serde_json::json;
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
    fn start(peers: &str, how: &serde_json::Value) -> Self {
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
