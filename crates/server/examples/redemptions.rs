//! What a site's verifier takes at a steady rate: `cargo run --release -p server --example redemptions -- 1000 10`, redemptions a second
//! and seconds. Issuer, verifier and the asking in one process over loopback HTTP, so that they share the cores; SQLite in a temporary
//! folder, each redemption committed and synced before it is answered. Times count from when a redemption was due, not from when it
//! was sent: a verifier that falls behind is not spared what waits.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agetoken::possession::{self, HolderKey};
use agetoken::{
    BATCH_TOKENS, BatchRequest, Challenge, Epoch, IssuerName, Redemption, Threshold, Thresholds, Token, VoucherSigner,
    Wanted,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sealing::NodeKey;
use server::age::issuer::{Issuer, IssuerSettings};
use server::age::keylog::LogSource;
use server::age::verifier::{IDLE_SECONDS_MAX, Verifier, VerifierSettings};
use server::clock::{Clock, Entropy};
use server::http::{Listening, serve};
use server::storage::{Database, DatabaseUrl};

const CONNECTIONS: usize = 32;

#[tokio::main]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>().unwrap());
    let (rate, seconds) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(10));
    println!("load of the last minute: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let folder = tempfile::tempdir().unwrap();
    let (verifier, base, proofs) = begin(folder.path(), rate * seconds).await;

    // Questions last for minutes, and each is asked before its time counts.
    let origin = "https://site.example".parse().unwrap();
    let bodies: Vec<String> = proofs
        .into_iter()
        .map(|(holder, token)| {
            let site_nonce = verifier.ask();
            let signature = holder.sign(&possession::statement(&origin, &site_nonce, &token));
            let redemption = Redemption { public_key: holder.public(), token, site_nonce, signature };
            format!("proof={}&back=%2F", redemption.to_text())
        })
        .collect();

    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (address, begins) = (format!("{base}/age/verify"), Instant::now() + Duration::from_millis(100));
    let bodies = Arc::new(bodies);
    let asking = (0..CONNECTIONS).map(|first| {
        let (http, address, bodies) = (http.clone(), address.clone(), bodies.clone());
        tokio::spawn(async move {
            let mut waited = Vec::new();
            for number in (first..bodies.len()).step_by(CONNECTIONS) {
                let due = begins + Duration::from_secs_f64(number as f64 / rate as f64);
                tokio::time::sleep_until(due.into()).await;
                let asked = http.post(&address).header("content-type", "application/x-www-form-urlencoded");
                let answer = asked.body(bodies[number].clone()).send().await.unwrap();
                assert!(answer.headers().contains_key("set-cookie"), "not let in: {:?}", answer.headers());
                answer.bytes().await.unwrap();
                waited.push(due.elapsed().as_secs_f64() * 1_000.0);
            }
            waited
        })
    });
    let mut waited = Vec::new();
    for connection in asking.collect::<Vec<_>>() {
        waited.extend(connection.await.unwrap());
    }
    let took = begins.elapsed().as_secs_f64();
    waited.sort_by(f64::total_cmp);
    let at = |share: f64| waited[((waited.len() - 1) as f64 * share) as usize];
    println!(
        "{} redemptions over {CONNECTIONS} connections, due at {rate} a second, took {took:.1} s: p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms",
        waited.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    verifier.close().await;
}

/// A verifier on a socket that believes an issuer's log, and as many proofs signed by that issuer.
async fn begin(folder: &Path, count: usize) -> (Verifier, String, Vec<(HolderKey, Token)>) {
    let signer = VoucherSigner::new(&[4; 32]);
    let name: IssuerName = "issuer.example".parse().unwrap();
    let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
    let settings = IssuerSettings {
        thresholds: [Threshold::Over18].into_iter().collect(),
        ..IssuerSettings::new(name.clone(), vec![signer.public()])
    };
    let issuer = Issuer::open(sqlite(folder, "issuer").await, key.clone(), settings).await.unwrap();
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = format!("http://{}", listening.address);
    tokio::spawn(serve(listening, issuer.router(), issuer.stopping().clone()));

    let settings = VerifierSettings {
        origin: "https://site.example".parse().unwrap(),
        threshold: Threshold::Over18,
        source: LogSource::new(&url, name.clone(), issuer.log_key()).unwrap(),
        wallet: "https://wallet.example/".to_owned(),
        contact: "mailto:help@site.example".to_owned(),
        idle_seconds: IDLE_SECONDS_MAX,
        is_plain_offered: false,
        clock: Clock::System,
        entropy: Entropy::System,
    };
    let verifier = Verifier::open(sqlite(folder, "verifier").await, key, settings).await.unwrap();
    verifier.look().await.unwrap();
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listening.address);
    tokio::spawn(serve(listening, verifier.router(), verifier.stopping().clone()));

    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let epoch = Epoch::of(now);
    let log = verifier.log();
    let site = log.ring().key(Threshold::Over18, epoch).unwrap();
    let mut rng = StdRng::seed_from_u64(3);
    let challenge = Challenge::ahead(&name, epoch);
    let mut proofs = Vec::new();
    while proofs.len() < count {
        let voucher = signer.vouch(rng.random(), Thresholds::reached_at(18), now + 86_400);
        let wanted: Vec<(HolderKey, Wanted)> = (0..BATCH_TOKENS)
            .map(|_| {
                let holder = HolderKey::generate(&mut rng);
                let wanted = Wanted::held(site, &challenge, &holder.public(), &mut rng).unwrap();
                (holder, wanted)
            })
            .collect();
        let mut blinded = [[0; 256]; BATCH_TOKENS];
        for (place, (_, wanted)) in wanted.iter().enumerate() {
            blinded[place] = *wanted.blinded();
        }
        let answer = issuer.sign_batch(BatchRequest { voucher, key_id: site.id(), blinded }).await.unwrap();
        let pairs = wanted.into_iter().zip(answer.0);
        proofs.extend(pairs.map(|((holder, wanted), signed)| (holder, wanted.finish(&signed).unwrap())));
    }
    proofs.truncate(count);
    (verifier, base, proofs)
}

async fn sqlite(folder: &Path, name: &str) -> Database {
    Database::open(&DatabaseUrl::Sqlite(folder.join(format!("{name}.db")))).await.unwrap()
}
