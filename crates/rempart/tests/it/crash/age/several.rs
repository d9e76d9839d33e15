//! Several verifiers of one site over one PostgreSQL: two spends at the same moment at two of them, one killed between check and
//! record, and the database gone from under both.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use agetoken::{Thresholds, VoucherSigner};

use super::{Running, form, now, proofs, redeem, verifier_with, visit};

/// A database of this test's own.
struct Store {
    server: String,
    name: String,
    url: String,
}

impl Store {
    /// `None`, said so, when there is no PostgreSQL to test on.
    fn new() -> Option<Self> {
        let Ok(server) = std::env::var("REMPART_TEST_POSTGRES") else {
            eprintln!("not run on PostgreSQL: `cargo xtask test` starts one and sets REMPART_TEST_POSTGRES");
            return None;
        };
        let name = format!("rempart_age_{}", std::process::id());
        let (base, options) = server.split_once('?').unwrap_or((&server, ""));
        let options = if options.is_empty() { String::new() } else { format!("?{options}") };
        let url = format!("{}/{name}{options}", base.rsplit_once('/').unwrap().0);
        let store = Self { server, name, url };
        store.say(&store.server, &format!("create database {}", store.name));
        Some(store)
    }

    fn say(&self, database: &str, sql: &str) -> String {
        let output = psql(database).args(["--command", sql]).output().expect("psql comes with PostgreSQL");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Nobody records a spent token until the value is gone.
    fn held(&self) -> Held {
        let mut child = psql(&self.url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let sql = "begin; lock table spent in exclusive mode; select 'held';\n";
        child.stdin.as_mut().unwrap().write_all(sql.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Held(child)
    }

    /// Waits until so many are at the lock.
    async fn until_waiting(&self, count: usize) {
        let asks = "select count(*) from pg_locks where not granted and relation = 'spent'::regclass";
        for _ in 0..600 {
            if self.say(&self.url, asks) == count.to_string() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{count} never came to the lock");
    }
}

fn psql(database: &str) -> Command {
    let mut command = Command::new("psql");
    command.args([
        "--quiet",
        "--no-psqlrc",
        "--no-align",
        "--tuples-only",
        "--set",
        "ON_ERROR_STOP=1",
        "--dbname",
        database,
    ]);
    command
}

struct Held(Child);

impl Drop for Held {
    /// At the end of its input it ends, and with it what it began.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_verifiers_on_postgresql_let_each_proof_in_once_whatever_happens_to_them() {
    let Some(store) = Store::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let signer = VoucherSigner::new(&[4; 32]);
    let public = signer.public().to_string();
    let issuer =
        Running::start("issuer", &at("issuer"), &["--name", "issuer.test", "--age", "18", "--attester", &public]);
    let http = server::http::client().unwrap();
    let first = verifier_with(&at("first"), &issuer, &["--database", &store.url]);
    std::fs::create_dir(at("second")).unwrap();
    std::fs::copy(at("first").join("verifier.key"), at("second").join("verifier.key")).unwrap();
    let second = verifier_with(&at("second"), &issuer, &["--database", &store.url]);
    assert!(!at("first").join("verifier.db").exists() && !at("second").join("verifier.db").exists());
    let voucher = signer.vouch([1; 32], Thresholds::reached_at(18), now() + 86_400);
    let proofs = proofs(&http, &issuer, &first, &voucher).await;

    // Two spends at the same moment, one at each, with questions of either: one is let in.
    for proof in &proofs[..6] {
        let (here, there) = (form(&http, &first, proof).await, form(&http, &second, proof).await);
        let (one, other) = tokio::join!(redeem(&http, &first.url, there), redeem(&http, &second.url, here));
        assert_eq!([one, other].iter().filter(|outcome| **outcome == Some(true)).count(), 1, "{one:?} {other:?}");
    }
    assert_eq!(store.say(&store.url, "select count(*) from spent"), "6");
    // Who was let in at one is in at the other.
    let auth = async |site: &Running, cookie: &str| {
        http.get(format!("{}/age/auth", site.url)).header("cookie", cookie).send().await.unwrap().status().as_u16()
    };
    let cookie = visit(&http, &first.url, form(&http, &first, &proofs[6]).await).await.unwrap().unwrap();
    assert_eq!(auth(&second, &cookie).await, 204);

    // Checked, and waiting to be recorded, when it is killed: nothing is recorded, and the proofs are good at the other.
    let held = store.held();
    let waiting: Vec<_> = futures::future::join_all(proofs[7..9].iter().map(|proof| form(&http, &first, proof))).await;
    let waiting = waiting.into_iter().map(|form| {
        let (http, url) = (http.clone(), first.url.clone());
        tokio::spawn(async move { redeem(&http, &url, form).await })
    });
    let waiting: Vec<_> = waiting.collect();
    store.until_waiting(2).await;
    drop(first);
    drop(held);
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap(), None, "nobody was answered");
    }
    for proof in &proofs[7..9] {
        let sent = form(&http, &second, proof).await;
        assert_eq!(redeem(&http, &second.url, sent.clone()).await, Some(true), "the proof was not lost");
        assert_eq!(redeem(&http, &second.url, sent).await, Some(false), "and works once");
    }

    // The database is gone: nobody is let in, neither with a proof nor with a visit that was opened before.
    let unseen = visit(&http, &second.url, form(&http, &second, &proofs[9]).await).await.unwrap().unwrap();
    let sent = form(&http, &second, &proofs[10]).await;
    store.say(&store.server, &format!("drop database {} with (force)", store.name));
    let refused = visit(&http, &second.url, sent).await.unwrap().unwrap_err();
    assert!(refused.contains("why=unknown"), "{refused}");
    assert!(auth(&second, &unseen).await >= 500, "which no proxy takes for a yes");
}
