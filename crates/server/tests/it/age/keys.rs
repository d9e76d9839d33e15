//! Keys and their log: rotation with a moving clock, a key taken back, and issuers that lie.

use agetoken::{BlindSigner, Epoch, IssuerSecret, KeyEntry, Threshold};
use axum::Router;
use axum::routing::get;
use ledger::{Checkpoint, Signer, TilePath, Tree, encode_entries};
use rand::SeedableRng;
use rand::rngs::StdRng;
use server::age::keylog::{KeyLog, LogError, LogSource, log_name};
use tokio_util::sync::CancellationToken;

use crate::age::support::{EPOCH, TestIssuer, TestVerifier, at, name, on_a_socket, voucher};
use crate::support::Engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_come_a_week_ahead_and_go_with_their_week() {
    let issuer = TestIssuer::start().await;
    let weeks = |log: &KeyLog| {
        let mut weeks: Vec<u32> = log.ring().live().map(|(_, epoch, _)| epoch.0).collect();
        weeks.sort_unstable();
        weeks.dedup();
        weeks
    };
    let source = issuer.source();
    let look = async || source.look(&KeyLog::new(name())).await.unwrap().0;
    assert_eq!(weeks(&look().await), [EPOCH.0, EPOCH.0 + 1]);
    assert_eq!(issuer.issuer.rotate().await.unwrap(), 0, "nothing is due");
    // A day before the next week its successor's keys are due: eight days before they sign.
    issuer.clock.set(at(EPOCH.next().begins() - 86_400));
    assert_eq!(issuer.issuer.rotate().await.unwrap(), 2);
    assert_eq!(weeks(&look().await), [EPOCH.0, EPOCH.0 + 1, EPOCH.0 + 2]);
    // Overlap: the last moment of a week, and the first of the next.
    issuer.clock.set(at(EPOCH.ends() - 1));
    assert_eq!(issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await.len(), 16);
    issuer.clock.set(at(EPOCH.ends()));
    issuer.issuer.rotate().await.unwrap();
    assert!(issuer.key(Threshold::Over18, EPOCH).await.is_none(), "no longer offered");
    assert_eq!(issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH.next(), 2).await.len(), 16);
    // Its secret is gone from the disk with its week; the log keeps the key for ever.
    let issuer = issuer.restart().await;
    assert!(issuer.key(Threshold::Over18, EPOCH).await.is_none());
    assert!(weeks(&look_at(&issuer).await).contains(&EPOCH.0));
}

async fn look_at(issuer: &TestIssuer) -> KeyLog {
    issuer.source().look(&KeyLog::new(name())).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_compromise_the_key_is_taken_back_another_follows_and_sites_refuse_the_old() {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(Engine::Sqlite, &issuer, "https://site.test").await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    assert!(site.send(&proofs[0].redemption(&site.question().await)).await.is_ok());
    let before = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    issuer.issuer.revoke(Threshold::Over18, EPOCH).await.unwrap();
    assert!(issuer.key(Threshold::Over18, EPOCH).await.is_none(), "taken back at once");
    assert_eq!(issuer.issuer.rotate().await.unwrap(), 1, "and another made for the same week");
    let after = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    assert_ne!(before, after);
    // Until the site has looked, the old is good; then it is not.
    assert!(site.send(&proofs[1].redemption(&site.question().await)).await.is_ok());
    site.verifier.look().await.unwrap();
    assert_eq!(site.send(&proofs[2].redemption(&site.question().await)).await, Err("not-of-now".to_owned()));
    let anew = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 2).await;
    assert!(site.send(&anew[0].redemption(&site.question().await)).await.is_ok());
}

/// An issuer's log and directory as somebody dishonest would serve them.
struct Liar {
    signer: Signer,
    entries: Vec<Vec<u8>>,
    offered: Vec<agetoken::IssuerKey>,
}

impl Liar {
    fn new(entries: Vec<Vec<u8>>) -> Self {
        Self { signer: Signer::new(&log_name(&name()), &[7; 32]).unwrap(), entries, offered: Vec::new() }
    }

    async fn serve(self) -> LogSource {
        let key = self.signer.verifier();
        let tree = Tree::of_leaves(self.entries.iter().map(|entry| ledger::leaf_hash(entry)));
        let note = self.signer.sign(&Checkpoint::of(&log_name(&name()), &tree).to_string()).to_string();
        let mut router = Router::new().route("/log/checkpoint", get(move || async move { note }));
        for path in TilePath::all(None, tree.size()) {
            let from = path.index as usize * 256;
            let bundle = encode_entries(self.entries[from..][..path.width as usize].iter().map(Vec::as_slice)).unwrap();
            router = router.route(&format!("/log/{path}"), get(move || async move { bundle }));
        }
        let offered = self.offered.iter().map(|key| {
            use base64ct::{Base64Url, Encoding};
            serde_json::json!({"token-type": 2, "token-key": Base64Url::encode_string(key.spki())})
        });
        let keys: Vec<_> = offered.collect();
        let directory = serde_json::json!({"issuer-request-uri": "/", "token-keys": keys}).to_string();
        let router = router.route("/.well-known/private-token-issuer-directory", get(move || async move { directory }));
        let base = on_a_socket(router, &CancellationToken::new()).await;
        LogSource::new(&base, name(), key).unwrap()
    }
}

fn made(seed: u64) -> IssuerSecret {
    IssuerSecret::generate(&mut StdRng::seed_from_u64(seed)).unwrap()
}

fn published(threshold: Threshold, epoch: Epoch, secret: &IssuerSecret) -> Vec<u8> {
    KeyEntry::Published { issuer: name(), threshold, epoch, key: Box::new(secret.public().clone()) }.encode()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_offered_and_not_logged_is_an_alarm() {
    let (honest, personal) = (made(1), made(2));
    let mut liar = Liar::new(vec![published(Threshold::Over18, EPOCH, &honest)]);
    liar.offered = vec![honest.public().clone(), personal.public().clone()];
    let source = liar.serve().await;
    let (log, _) = source.look(&KeyLog::new(name())).await.unwrap();
    let error = source.check_offered(&log).await.unwrap_err();
    assert!(matches!(error, LogError::Unlogged(_)) && error.is_alarm(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_for_a_single_person_is_caught_by_the_log() {
    let (honest, personal) = (made(1), made(2));
    let first = published(Threshold::Over18, EPOCH, &honest);
    // In the log beside the other: two keys for one threshold and week.
    let both = vec![first.clone(), published(Threshold::Over18, EPOCH, &personal)];
    let error = Liar::new(both).serve().await.look(&KeyLog::new(name())).await.unwrap_err();
    assert!(matches!(error, LogError::Ring { place: 1, .. }) && error.is_alarm(), "{error}");
    // Or in a log of its own for that person: two faces, which whoever has seen the first notices.
    let (seen, _) = Liar::new(vec![first]).serve().await.look(&KeyLog::new(name())).await.unwrap();
    let face = Liar::new(vec![published(Threshold::Over18, EPOCH, &personal)]).serve().await;
    let error = face.look(&seen).await.unwrap_err();
    assert!(matches!(error, LogError::Forked { seen: 1, shown: 1 }) && error.is_alarm(), "{error}");
    let longer = Liar::new(vec![
        published(Threshold::Over18, EPOCH, &personal),
        published(Threshold::Over18, EPOCH.next(), &made(3)),
    ]);
    let error = longer.serve().await.look(&seen).await.unwrap_err();
    assert!(matches!(error, LogError::Forked { seen: 1, shown: 2 }), "{error}");
    // Another key signs: not believed at all.
    let source = Liar { signer: Signer::new(&log_name(&name()), &[8; 32]).unwrap(), ..Liar::new(Vec::new()) };
    let strange = source.serve().await;
    assert!(strange.look(&KeyLog::new(name())).await.is_ok(), "by its own key it is a log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_copy_of_the_log_changes_nothing_and_is_no_alarm() {
    let (first, second) = (made(1), made(2));
    let whole = vec![published(Threshold::Over18, EPOCH, &first), published(Threshold::Over18, EPOCH.next(), &second)];
    let (seen, _) = Liar::new(whole.clone()).serve().await.look(&KeyLog::new(name())).await.unwrap();
    let error = Liar::new(whole[..1].to_vec()).serve().await.look(&seen).await.unwrap_err();
    assert!(matches!(error, LogError::Older { seen: 2, shown: 1 }) && !error.is_alarm(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_serves_the_same_log_and_says_when_it_saw_it() {
    use server::age::monitor::{Looked, Monitor};
    let issuer = TestIssuer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let (key, clock) = (crate::age::support::key(), issuer.clock.clone());
        Monitor::open(issuer.source(), folder.path(), "mirror.test", &key, clock).unwrap()
    };
    let monitor = open();
    assert_eq!(monitor.look().await.unwrap(), Looked { entries: 4, new: 4, offered: 4 });
    // A site reads it from the mirror, by the issuer's key: the mirror cannot change a byte.
    let base = on_a_socket(monitor.router(), &CancellationToken::new()).await;
    let mirrored = LogSource::new(&base, name(), issuer.issuer.log_key()).unwrap();
    let (log, note) = mirrored.look(&KeyLog::new(name())).await.unwrap();
    assert_eq!(log.entries(), look_at(&issuer).await.entries());
    let now = (issuer.clock.now().as_micros() / 1_000_000) as u64;
    assert_eq!(note.cosigned_by(&monitor.verifier()), Ok(now));
    for wrong in ["log/../mirror.key", "log/%2e%2e/mirror.key", "log/checkpoint.new", "log/tile/0/001"] {
        assert_eq!(issuer.http.get(format!("{base}/{wrong}")).send().await.unwrap().status(), 404, "{wrong}");
    }
    // After a restart it knows what it saw, and a log that was rewritten is an alarm.
    issuer.issuer.revoke(Threshold::Over13, EPOCH).await.unwrap();
    assert_eq!(open().look().await.unwrap(), Looked { entries: 5, new: 1, offered: 3 });
    let other = TestIssuer::start().await;
    other.issuer.revoke(Threshold::Over18, EPOCH).await.unwrap();
    other.issuer.rotate().await.unwrap();
    let (key, clock) = (crate::age::support::key(), issuer.clock.clone());
    let lied_to = Monitor::open(other.source(), folder.path(), "mirror.test", &key, clock).unwrap();
    let error = lied_to.look().await.unwrap_err();
    assert!(error.is_alarm(), "{error}");
}
