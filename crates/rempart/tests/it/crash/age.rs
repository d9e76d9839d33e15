//! Issuer, attester and verifier as three processes, each from its own folder; and a verifier that is killed between checking a proof
//! and recording that it was spent. [`several`]: the same where several serve one site.
//!
//! Failure conditions. A process starts that has not its own key and database; a proof opens a visit that is not on record; a
//! proof that opened none is lost, or opens two.

mod several;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use agetoken::possession::{self, HolderKey};
use agetoken::{
    BATCH_TOKENS, BatchRequest, BatchResponse, Challenge, Epoch, IssuerKey, IssuerName, Redemption, SiteNonce,
    Thresholds, Token, Voucher, VoucherSigner, Wanted, header,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

/// One of the three as a process. Killed with the value.
struct Running {
    child: Child,
    url: String,
    key: String,
}

impl Running {
    fn start(role: &str, folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rempart"))
            .args(["age", role, "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .args(arguments)
            .env_remove("REMPART_NODE_KEY")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            let output = child.wait_with_output().unwrap();
            panic!("{role} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let said: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        Self { url: text("url"), key: text("key"), child }
    }
}

impl Drop for Running {
    /// `kill -9`.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the program that is tried runs by this clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn name() -> IssuerName {
    "issuer.test".parse().unwrap()
}

const SITE: &str = "https://site.test";

fn verifier(folder: &Path, issuer: &Running) -> Running {
    verifier_with(folder, issuer, &[])
}

fn verifier_with(folder: &Path, issuer: &Running, more: &[&str]) -> Running {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("verifier.toml"), "plain_tokens = true\ncontact = \"mailto:help@site.test\"\n").unwrap();
    let wallet = "https://wallet.test/";
    let arguments =
        ["--origin", SITE, "--age", "18", "--issuer", "issuer.test", "--log", &issuer.url, "--wallet", wallet];
    Running::start("verifier", folder, &[&arguments[..], &["--log-key", &issuer.key], more].concat())
}

/// A token and what holds it.
struct Proof {
    token: Token,
    holder: HolderKey,
}

/// A batch, as the wallet page fetches it.
async fn proofs(http: &Http, issuer: &Running, site: &Running, voucher: &Voucher) -> Vec<Proof> {
    let asked = http.get(format!("{}/age/token", site.url)).send().await.unwrap();
    let asked = asked.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let key: IssuerKey = header::parse_www_authenticate(&asked).unwrap().remove(0).1.unwrap();
    let (challenge, mut rng) = (Challenge::ahead(&name(), Epoch::of(now())), StdRng::seed_from_u64(1));
    let wanted: Vec<_> = (0..BATCH_TOKENS)
        .map(|_| {
            let holder = HolderKey::generate(&mut rng);
            let wanted = Wanted::held(&key, &challenge, &holder.public(), &mut rng).unwrap();
            (holder, wanted)
        })
        .collect();
    let mut blinded = [[0; 256]; BATCH_TOKENS];
    wanted.iter().zip(&mut blinded).for_each(|((_, wanted), place)| *place = *wanted.blinded());
    let request = BatchRequest { voucher: voucher.clone(), key_id: key.id(), blinded };
    let answer = http.post(format!("{}/age/batch", issuer.url)).body(request.encode()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let answer = BatchResponse::decode(&answer.bytes().await.unwrap()).unwrap();
    let pairs = wanted.into_iter().zip(answer.0);
    pairs.map(|((holder, wanted), signed)| Proof { token: wanted.finish(&signed).unwrap(), holder }).collect()
}

/// reqwest's client, whose name only `server` may say.
type Http = server::age::Http;

async fn form(http: &Http, site: &Running, proof: &Proof) -> String {
    let page = http.get(format!("{}/age/gate", site.url)).send().await.unwrap().text().await.unwrap();
    let nonce = page.split("nonce=").nth(1).unwrap().split(['&', '"']).next().unwrap();
    let (nonce, origin) = (SiteNonce::parse(nonce).unwrap(), SITE.parse().unwrap());
    let signature = proof.holder.sign(&possession::statement(&origin, &nonce, &proof.token));
    let redemption =
        Redemption { token: proof.token.clone(), public_key: proof.holder.public(), site_nonce: nonce, signature };
    format!("proof={}", redemption.to_text())
}

/// Whether a visit was opened; `None`: nobody answered.
async fn redeem(http: &Http, site: &str, form: String) -> Option<bool> {
    Some(visit(http, site, form).await?.is_ok())
}

/// The cookie of the visit, or where whoever was refused is sent; `None`: nobody answered.
async fn visit(http: &Http, site: &str, form: String) -> Option<Result<String, String>> {
    let request = http.post(format!("{site}/age/verify")).body(form);
    let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.ok()?;
    let text = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    Some(
        text("set-cookie")
            .map(|cookie| cookie.split(';').next().unwrap().to_owned())
            .ok_or_else(|| text("location").unwrap()),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_the_three_starts_alone_from_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let at = |role: &str| folder.path().join(role);
    std::fs::create_dir_all(at("attester")).unwrap();
    let settings = "code = true\nparent = true\n[card]\nbase = \"https://bank.test\"\ntoken = \"t\"\n";
    std::fs::write(at("attester").join("attester.toml"), settings).unwrap();
    let reached =
        ["--base", "https://attester.test", "--wallet", "https://wallet.test/", "--contact", "mailto:a@b.test"];
    let attester = Running::start("attester", &at("attester"), &reached);
    let named = ["--name", "issuer.test", "--age", "18", "--attester", &attester.key];
    let issuer = Running::start("issuer", &at("issuer"), &named);
    let site = verifier(&at("verifier"), &issuer);
    for role in ["attester", "issuer", "verifier"] {
        assert!(
            at(role).join(format!("{role}.key")).exists() && at(role).join(format!("{role}.db")).exists(),
            "{role}"
        );
    }
    let http = server::http::client().unwrap();
    for running in [&attester, &issuer, &site] {
        assert_eq!(http.get(format!("{}/healthz", running.url)).send().await.unwrap().status().as_u16(), 200);
    }
    // A code that was drawn at the command line becomes a visit.
    let drawn = Command::new(env!("CARGO_BIN_EXE_rempart"))
        .args(["age", "codes", "--age", "18", "--count", "2", "--data"])
        .arg(at("attester"))
        .output()
        .unwrap();
    let drawn = String::from_utf8(drawn.stdout).unwrap();
    let code = drawn.lines().next().unwrap();
    let request = http.post(format!("{}/age/way/code", attester.url)).body(format!("code={code}"));
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").header("accept", "application/json");
    let given: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    let voucher: Voucher = given["voucher"].as_str().unwrap().parse().unwrap();
    let proofs = proofs(&http, &issuer, &site, &voucher).await;
    let sent = form(&http, &site, &proofs[0]).await;
    assert_eq!(redeem(&http, &site.url, sent).await, Some(true));
    // Anybody may watch, and an auditor gets it written down.
    let watch = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rempart"));
        let output =
            command.args(arguments).args(["--issuer", "issuer.test", "--log-key", &issuer.key]).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let copy = at("copy").display().to_string();
    let (code, said) = watch(&["log", "monitor", &issuer.url, "--data", &copy]);
    assert_eq!(code, Some(0), "{said}");
    let looked: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (looked["entries"].as_u64(), looked["new"].as_u64()),
        (looked["offered"].as_u64(), looked["entries"].as_u64())
    );
    let out = at("audit").display().to_string();
    let (code, said) = watch(&["age", "audit", "--out", &out, "--log", &issuer.url]);
    assert_eq!(code, Some(0), "{said}");
    let written = std::fs::read_to_string(at("audit").join("audit.md")).unwrap();
    assert!(written.contains("## R17.") && written.contains("all of them logged"), "{written}");
}

/// Holds the database's one write lock until told to let go.
struct Held(Child);

impl Held {
    fn on(database: &Path) -> Self {
        let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('begin \
                      immediate')\nprint('held', flush=True)\nsys.stdin.read()\n";
        let python = std::env::var("REMPART_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .args(["-c", script])
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }

    fn let_go(mut self) {
        let _ = self.0.stdin.take().unwrap().flush();
        assert!(self.0.wait().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verifier_killed_between_check_and_record_lets_nobody_in_and_loses_no_proof() {
    let folder = tempfile::tempdir().unwrap();
    let signer = VoucherSigner::new(&[4; 32]);
    let public = signer.public().to_string();
    let issuer = Running::start(
        "issuer",
        &folder.path().join("issuer"),
        &["--name", "issuer.test", "--age", "18", "--attester", &public],
    );
    let (http, data) = (server::http::client().unwrap(), folder.path().join("verifier"));
    let site = verifier(&data, &issuer);
    let voucher = signer.vouch([1; 32], Thresholds::reached_at(18), now() + 86_400);
    let proofs = proofs(&http, &issuer, &site, &voucher).await;
    let mut sent = Vec::new();
    for proof in &proofs[..4] {
        sent.push(form(&http, &site, proof).await);
    }
    // Checked, and waiting to be recorded: somebody else has the lock.
    let held = Held::on(&data.join("verifier.db"));
    let waiting: Vec<_> = sent
        .into_iter()
        .map(|form| {
            let (http, url) = (http.clone(), site.url.clone());
            tokio::spawn(async move { redeem(&http, &url, form).await })
        })
        .collect();
    for _ in 0..20 {
        // It answers others meanwhile; by then the four are at the lock.
        assert_eq!(http.get(format!("{}/age/gate", site.url)).send().await.unwrap().status().as_u16(), 200);
    }
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()), "nobody is let in without a record");
    drop(site);
    held.let_go();
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap(), None, "nobody was answered");
    }
    let site = verifier(&data, &issuer);
    for proof in &proofs[..4] {
        let sent = form(&http, &site, proof).await;
        assert_eq!(redeem(&http, &site.url, sent.clone()).await, Some(true), "the proof was not lost");
        assert_eq!(redeem(&http, &site.url, sent).await, Some(false), "and works once");
    }
    // Killed after the record instead: it stays spent.
    let sent = form(&http, &site, &proofs[5]).await;
    assert_eq!(redeem(&http, &site.url, sent).await, Some(true));
    drop(site);
    let site = verifier(&data, &issuer);
    let again = form(&http, &site, &proofs[5]).await;
    assert_eq!(redeem(&http, &site.url, again).await, Some(false));
}
