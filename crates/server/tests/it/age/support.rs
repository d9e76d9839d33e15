//! The three servers on sockets, over databases of their own, and a holder who does what the wallet page does.

#![expect(unreachable_pub, reason = "a vocabulary for the other modules, read like a library")]

use std::path::Path;
use std::sync::Arc;

use agetoken::possession::{self, HolderKey};
use agetoken::{
    AttesterKey, BATCH_TOKENS, BatchRequest, BatchResponse, Challenge, Epoch, IssuerKey, IssuerName, KeyEntry, Origin,
    Redemption, SiteNonce, Threshold, Thresholds, Token, Voucher, VoucherSigner, Wanted,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use exchange::Time;
use ledger::{Checkpoint, Note, verify_inclusion};
use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::StatusCode;
use reqwest::header::{LOCATION, SET_COOKIE};
use sealing::NodeKey;
use serde_json::Value;
use server::age::issuer::{Issuer, IssuerSettings};
use server::age::keylog::LogSource;
use server::age::verifier::{IDLE_SECONDS_MAX, Verifier, VerifierSettings};
use server::clock::{Clock, Entropy};
use server::http::{Listening, serve};
use server::storage::{Database, DatabaseUrl};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::support::{Engine, TestDatabase};

/// The week that tests begin in, on its Wednesday.
pub const EPOCH: Epoch = Epoch(2_969);

pub fn wednesday() -> Time {
    at(EPOCH.begins() + 2 * 86_400)
}

pub fn at(seconds: u64) -> Time {
    Time::from_micros(seconds as i64 * 1_000_000)
}

pub fn name() -> IssuerName {
    "issuer.test".parse().unwrap()
}

pub fn key() -> Arc<NodeKey> {
    Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)))
}

/// The attester that the tests' issuer believes.
pub fn attester() -> VoucherSigner {
    VoucherSigner::new(&[4; 32])
}

pub fn voucher(seed: u8, reached: u32) -> Voucher {
    let valid_until = EPOCH.begins() + 90 * 86_400;
    attester().vouch([seed; 32], Thresholds::reached_at(reached), valid_until)
}

/// An issuer's database with the keys of two weeks for 13 and 18: dear to make, so it is made once and copied.
static ISSUED: OnceCell<Vec<u8>> = OnceCell::const_new();

/// An issuer on a socket. Moving its clock moves the others'.
pub struct TestIssuer {
    pub issuer: Issuer,
    pub base: String,
    pub clock: Clock,
    pub folder: TempDir,
    pub http: reqwest::Client,
}

impl TestIssuer {
    pub async fn start() -> Self {
        let made = ISSUED.get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("issuer.db");
            open_issuer(&file, &Clock::manual(wednesday()), attester().public()).await.close().await;
            std::fs::read(&file).unwrap()
        });
        let made = made.await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("issuer.db"), made).unwrap();
        Self::over(folder, Clock::manual(wednesday())).await
    }

    /// One that believes another attester.
    pub async fn start_for(attester: AttesterKey) -> Self {
        let Self { issuer, clock, folder, .. } = Self::start().await;
        issuer.close().await;
        Self::over_for(folder, clock, attester).await
    }

    /// Over a folder that is there, as after a restart.
    pub async fn over(folder: TempDir, clock: Clock) -> Self {
        Self::over_for(folder, clock, attester().public()).await
    }

    async fn over_for(folder: TempDir, clock: Clock, attester: AttesterKey) -> Self {
        let issuer = open_issuer(&folder.path().join("issuer.db"), &clock, attester).await;
        let base = on_a_socket(issuer.router(), issuer.stopping()).await;
        Self { issuer, base, clock, folder, http: server::http::client().unwrap() }
    }

    /// Stops and starts again over the same folder.
    pub async fn restart(self) -> Self {
        let Self { issuer, clock, folder, .. } = self;
        issuer.close().await;
        Self::over(folder, clock).await
    }

    pub fn source(&self) -> LogSource {
        LogSource::new(&self.base, name(), self.issuer.log_key()).unwrap()
    }

    /// The key for a threshold in a week, believed because it is in the log.
    pub async fn key(&self, threshold: Threshold, epoch: Epoch) -> Option<IssuerKey> {
        let answer = self.http.get(format!("{}/age/keys", self.base)).send().await.unwrap();
        let keys: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let note: Note = keys["checkpoint"].as_str().unwrap().parse().unwrap();
        let checkpoint: Checkpoint = note.signed_by(&self.issuer.log_key()).unwrap().parse().unwrap();
        let decode = |text: &Value| Base64UrlUnpadded::decode_vec(text.as_str().unwrap()).unwrap();
        let listed = keys["keys"].as_array().unwrap();
        let one = listed.iter().find(|one| one["age"] == threshold.years() && one["epoch"] == epoch.0)?;
        let entry = decode(&one["entry"]);
        let proof: Vec<_> =
            one["proof"].as_array().unwrap().iter().map(|hash| decode(hash).try_into().unwrap()).collect();
        let leaf = ledger::leaf_hash(&entry);
        assert!(verify_inclusion(&leaf, one["index"].as_u64().unwrap(), checkpoint.size, &proof, &checkpoint.root));
        match KeyEntry::decode(&entry).unwrap() {
            KeyEntry::Published { key, .. } => Some(*key),
            KeyEntry::Revoked { .. } => None,
        }
    }

    pub async fn post_batch(&self, request: &BatchRequest) -> (StatusCode, Vec<u8>) {
        let answer = self.http.post(format!("{}/age/batch", self.base)).body(request.encode()).send().await.unwrap();
        (answer.status(), answer.bytes().await.unwrap().to_vec())
    }

    /// A batch of proofs, as the wallet page fetches it.
    pub async fn proofs(&self, voucher: &Voucher, threshold: Threshold, epoch: Epoch, seed: u64) -> Vec<Proof> {
        let key = self.key(threshold, epoch).await.unwrap();
        let wanted = Wish::of(&key, voucher, epoch, seed);
        let (status, answer) = self.post_batch(&wanted.request).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        wanted.finish(&answer)
    }
}

async fn open_issuer(file: &Path, clock: &Clock, attester: AttesterKey) -> Issuer {
    let settings = IssuerSettings {
        thresholds: [Threshold::Over13, Threshold::Over18].into_iter().collect(),
        clock: clock.clone(),
        entropy: Entropy::System,
        ..IssuerSettings::new(name(), vec![attester])
    };
    let database = Database::open(&DatabaseUrl::Sqlite(file.to_owned())).await.unwrap();
    Issuer::open(database, key(), settings).await.unwrap()
}

pub async fn on_a_socket(router: axum::Router, stop: &tokio_util::sync::CancellationToken) -> String {
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listening.address);
    tokio::spawn(serve(listening, router, stop.clone()));
    base
}

/// A batch on its way.
pub struct Wish {
    pub request: BatchRequest,
    pub wanted: Vec<(HolderKey, Wanted)>,
}

impl Wish {
    pub fn of(key: &IssuerKey, voucher: &Voucher, epoch: Epoch, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let challenge = Challenge::ahead(&name(), epoch);
        let wanted: Vec<_> = (0..BATCH_TOKENS)
            .map(|_| {
                let holder = HolderKey::generate(&mut rng);
                let wanted = Wanted::held(key, &challenge, &holder.public(), &mut rng).unwrap();
                (holder, wanted)
            })
            .collect();
        let mut blinded = [[0; 256]; BATCH_TOKENS];
        for (place, (_, wanted)) in wanted.iter().enumerate() {
            blinded[place] = *wanted.blinded();
        }
        Self { request: BatchRequest { voucher: voucher.clone(), key_id: key.id(), blinded }, wanted }
    }

    pub fn finish(self, answer: &[u8]) -> Vec<Proof> {
        let answer = BatchResponse::decode(answer).unwrap();
        let pairs = self.wanted.into_iter().zip(answer.0);
        pairs.map(|((holder, wanted), signed)| Proof { token: wanted.finish(&signed).unwrap(), holder }).collect()
    }
}

/// A token and the key that holds it.
pub struct Proof {
    pub token: Token,
    pub holder: HolderKey,
}

impl Proof {
    pub fn redemption(&self, question: &Question) -> Redemption {
        let statement = possession::statement(&question.origin, &question.nonce, &self.token);
        Redemption {
            token: self.token.clone(),
            public_key: self.holder.public(),
            site_nonce: question.nonce,
            signature: self.holder.sign(&statement),
        }
    }
}

/// What a gate asks, as the wallet page reads it from its fragment.
#[derive(Clone)]
pub struct Question {
    pub origin: Origin,
    pub nonce: SiteNonce,
    pub back: String,
}

/// A site's verifier on a socket.
pub struct TestVerifier {
    pub verifier: Verifier,
    pub base: String,
    pub http: reqwest::Client,
    pub database: TestDatabase,
}

impl TestVerifier {
    pub async fn start(engine: Engine, issuer: &TestIssuer, origin: &str) -> Self {
        Self::start_with(engine, issuer, origin, |_| ()).await
    }

    pub async fn start_with(
        engine: Engine,
        issuer: &TestIssuer,
        origin: &str,
        change: impl FnOnce(&mut VerifierSettings),
    ) -> Self {
        let database = TestDatabase::new(engine).await;
        Self::over(database, issuer, origin, change).await
    }

    pub async fn over(
        database: TestDatabase,
        issuer: &TestIssuer,
        origin: &str,
        change: impl FnOnce(&mut VerifierSettings),
    ) -> Self {
        let mut settings = VerifierSettings {
            origin: origin.parse().unwrap(),
            threshold: Threshold::Over18,
            source: issuer.source(),
            wallet: "https://wallet.test/".to_owned(),
            contact: "mailto:help@site.test".to_owned(),
            idle_seconds: IDLE_SECONDS_MAX,
            is_plain_offered: false,
            clock: issuer.clock.clone(),
            entropy: Entropy::System,
        };
        change(&mut settings);
        let open = Database::open(&database.url).await.unwrap();
        let verifier = Verifier::open(open, key(), settings).await.unwrap();
        verifier.look().await.unwrap();
        let base = on_a_socket(verifier.router(), verifier.stopping()).await;
        Self { verifier, base, http: server::http::client().unwrap(), database }
    }

    /// What the gate asks now.
    pub async fn question(&self) -> Question {
        let page = self.http.get(format!("{}/age/gate?back=%2Fvideo", self.base)).send().await.unwrap();
        assert_eq!(page.status(), 200);
        question_in(&page.text().await.unwrap())
    }

    /// Sends a redemption as the wallet page does; gives the cookie, or why not.
    pub async fn send(&self, redemption: &Redemption) -> Result<String, String> {
        self.send_text(&redemption.to_text()).await
    }

    pub async fn send_text(&self, proof: &str) -> Result<String, String> {
        let body = format!("proof={proof}&back=%2Fvideo");
        let request = self.http.post(format!("{}/age/verify", self.base)).body(body);
        let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        match answer.headers().get(SET_COOKIE) {
            Some(cookie) => {
                assert_eq!(to, "/video");
                Ok(cookie.to_str().unwrap().to_owned())
            }
            None => Err(to.split("why=").nth(1).unwrap().split('&').next().unwrap().to_owned()),
        }
    }

    /// What the site's proxy hears about a cookie.
    pub async fn auth(&self, cookie: &str) -> StatusCode {
        let pair = cookie.split(';').next().unwrap();
        let request = self.http.get(format!("{}/age/auth", self.base)).header("cookie", pair);
        request.send().await.unwrap().status()
    }
}

/// Reads the question from a page's link to the wallet.
pub fn question_in(page: &str) -> Question {
    let link = page.split("https://wallet.test/#").nth(1).unwrap().split(['"', '<']).next().unwrap();
    let link = link.replace("&amp;", "&").replace("&#38;", "&");
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(link.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!((value("age"), value("issuer")), ("18".to_owned(), "issuer.test".to_owned()));
    Question {
        origin: value("origin").parse().unwrap(),
        nonce: SiteNonce::parse(&value("nonce")).unwrap(),
        back: value("back"),
    }
}
