//! An issuer's log and answers, a holder's batch, a site's gate: what comes out of the one goes into the other.

use std::sync::LazyLock;

use agetoken::possession::{HolderKey, PUBLIC_KEY_BYTES};
use agetoken::{
    BATCH_TOKENS, BatchRequest, BatchResponse, BlindSigner, Epoch, Gate, IssuerName, IssuerSecret, KeyEntry, KeyRing,
    Mode, Origin, Redemption, SiteKey, TOKEN_BYTES, Threshold, Thresholds, VoucherSigner,
};
use ledger::{Checkpoint, Signer, TilePath, Tree};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{AgeError, Batch, Keys, Question, VoucherSays, square};

const EPOCH: Epoch = Epoch(2_969);
const ISSUER: &str = "issuer.test";
const ORIGIN: &str = "https://site.test";

static SECRETS: LazyLock<[IssuerSecret; 2]> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(1);
    [(); 2].map(|()| IssuerSecret::generate(&mut rng).unwrap())
});

/// A log of two keys, signed at a size.
struct Log {
    signer: Signer,
    entries: Vec<Vec<u8>>,
    tree: Tree,
}

impl Log {
    fn new(weeks: [Epoch; 2]) -> Self {
        let issuer: IssuerName = ISSUER.parse().unwrap();
        let entries = SECRETS.iter().zip(weeks).map(|(secret, epoch)| {
            let key = Box::new(secret.public().clone());
            KeyEntry::Published { issuer: issuer.clone(), threshold: Threshold::Over18, epoch, key }.encode()
        });
        let (entries, mut tree): (Vec<_>, _) = (entries.collect(), Tree::default());
        for entry in &entries {
            tree.push(entry);
        }
        Self { signer: Signer::new("issuer.test/age-keys", &[3; 32]).unwrap(), entries, tree }
    }

    fn checkpoint(&self, origin: &str, size: u64) -> String {
        let root = self.tree.root(size).unwrap();
        self.signer.sign(&Checkpoint { origin: origin.to_owned(), size, root }.to_string()).to_string()
    }

    fn keys(&self, size: u64) -> Result<Keys, String> {
        let mut keys = Keys::new(&self.checkpoint("issuer.test/age-keys", size), ISSUER, &self.log_key())?;
        for index in 0..size {
            keys.add(index as f64, &self.entries[index as usize], &self.proof(index, size))?;
        }
        Ok(keys)
    }

    fn proof(&self, index: u64, size: u64) -> Vec<u8> {
        self.tree.inclusion(index, size).unwrap().concat()
    }

    fn log_key(&self) -> String {
        self.signer.verifier().to_string()
    }
}

fn good() -> Log {
    Log::new([EPOCH, EPOCH.next()])
}

#[test]
fn a_batch_becomes_tokens_that_open_a_gate() {
    let (keys, mut rng) = (good().keys(2).unwrap(), StdRng::seed_from_u64(2));
    let held: Vec<HolderKey> = (0..BATCH_TOKENS).map(|_| HolderKey::generate(&mut rng)).collect();
    let publics: Vec<u8> = held.iter().flat_map(HolderKey::public).collect();
    let voucher = VoucherSigner::new(&[4; 32]).vouch([5; 32], Thresholds::reached_at(18), EPOCH.ends()).to_text();
    let says = VoucherSays::new(&voucher).unwrap();
    assert_eq!((says.ages(), says.ends() as u64), (vec![13, 15, 16, 18], EPOCH.ends() + 86_400));

    let batch = Batch::new(&keys, 18, EPOCH.0, &publics, &[6; 32]).unwrap();
    let kept = Batch::resume(&batch.keep()).unwrap();
    let request = kept.request(&voucher).unwrap();
    assert_eq!(request, batch.request(&voucher).unwrap(), "what was kept asks for the same");
    let request = BatchRequest::decode(&request).unwrap();
    assert_eq!(request.key_id.as_bytes().as_slice(), keys.key_id(18, EPOCH.0).unwrap());
    let signed = request.blinded.map(|blinded| SECRETS[0].sign(&blinded, &mut rng).unwrap());
    let tokens = kept.finish(&BatchResponse(signed).encode()).unwrap();
    assert_eq!(tokens.len(), BATCH_TOKENS * TOKEN_BYTES);

    let (site, origin): (_, Origin) = (SiteKey::new([7; 32].into()), ORIGIN.parse().unwrap());
    let now = EPOCH.begins() + 1_000;
    let mut ring = KeyRing::new(ISSUER.parse().unwrap());
    good().entries.iter().for_each(|entry| ring.apply(&KeyEntry::decode(entry).unwrap()).unwrap());
    let gate = Gate { ring: &ring, site: &site, origin: &origin, threshold: Threshold::Over18 };
    for (place, mode) in [(0, Mode::Here), (15, Mode::HandedOver)] {
        let nonce = site.nonce([8; 11], mode, &origin, Threshold::Over18, now);
        let question = Question::new(ORIGIN, "18", &nonce.to_text()).unwrap();
        assert_eq!(question.is_for_another(), mode == Mode::HandedOver);
        let token = &tokens[place * TOKEN_BYTES..][..TOKEN_BYTES];
        let signature = held[place].sign(&question.statement(token).unwrap());
        let answer: Redemption = question.answer(token, &held[place].public(), &signature).unwrap().parse().unwrap();
        assert_eq!(gate.check(&answer, now).map(|spend| spend.mode), Ok(mode));
    }
}

#[test]
fn what_another_key_signed_is_no_token() {
    let (keys, mut rng) = (good().keys(2).unwrap(), StdRng::seed_from_u64(3));
    let publics = [4; BATCH_TOKENS * PUBLIC_KEY_BYTES];
    let batch = Batch::new(&keys, 18, EPOCH.0, &publics, &[6; 32]).unwrap();
    let voucher = VoucherSigner::new(&[4; 32]).vouch([5; 32], Thresholds::reached_at(18), 0).to_text();
    let request = BatchRequest::decode(&batch.request(&voucher).unwrap()).unwrap();
    let signed = request.blinded.map(|blinded| SECRETS[1].sign(&blinded, &mut rng).unwrap_or([0; 256]));
    for answer in [BatchResponse(signed).encode(), vec![0; 5]] {
        assert_eq!(batch.finish(&answer), Err("unsigned".to_owned()));
    }
    for (age, epoch) in [(16, EPOCH.0), (18, EPOCH.0 + 2), (17, EPOCH.0)] {
        assert_eq!(Batch::new(&keys, age, epoch, &publics, &[6; 32]).err(), Some("no key".to_owned()));
    }
    assert_eq!(Batch::new(&keys, 18, EPOCH.0, &publics[1..], &[6; 32]).err(), Some("malformed".to_owned()));
}

#[test]
fn a_key_is_believed_only_where_the_log_has_it() {
    let log = good();
    let begin = |checkpoint: &str, issuer: &str| Keys::new(checkpoint, issuer, &log.log_key()).map(drop);
    let unlogged = Err(AgeError::Unlogged.to_string());
    let signed = log.checkpoint("issuer.test/age-keys", 2);
    assert_eq!(begin(&signed, ISSUER), Ok(()));
    assert_eq!(begin(&signed, "other.test"), unlogged);
    assert_eq!(begin(&log.checkpoint("issuer.test/other", 2), ISSUER), unlogged);
    assert_eq!(begin(&signed.replacen("\n2\n", "\n3\n", 1), ISSUER), unlogged, "changed after it was signed");

    let mut keys = Keys::new(&signed, ISSUER, &log.log_key()).unwrap();
    // The other's proof, a proof cut short, another place.
    assert_eq!(keys.add(0.0, &log.entries[0], &log.proof(1, 2)), unlogged);
    assert_eq!(keys.add(0.0, &log.entries[0], &log.proof(0, 2)[1..]), unlogged);
    assert_eq!(keys.add(1.0, &log.entries[0], &log.proof(0, 2)), unlogged);
    assert!(!keys.has(18, EPOCH.0));
    keys.add(0.0, &log.entries[0], &log.proof(0, 2)).unwrap();
    assert!(keys.has(18, EPOCH.0) && !keys.has(16, EPOCH.0));
    // One of these two would be for a single person.
    assert_eq!(Log::new([EPOCH, EPOCH]).keys(2).err(), Some(AgeError::Unlogged.to_string()));
}

#[test]
fn a_log_that_does_not_begin_as_it_did_is_refused() {
    let log = good();
    let tiled = |log: &Log, size: u64| {
        let mut keys = log.keys(size).unwrap();
        for path in keys.tiles().lines() {
            let path: TilePath = path.parse().unwrap();
            keys.take_tile(&path.of_tree(&log.tree).unwrap()).unwrap();
        }
        keys
    };
    let (before, now) = (log.keys(1).unwrap(), tiled(&log, 2));
    assert_eq!(now.follows(1.0, &before.root()), Ok(()));
    assert_eq!(now.follows(2.0, &now.root()), Ok(()));
    assert_eq!(log.keys(2).unwrap().follows(1.0, &before.root()), Err("unlogged".to_owned()), "without the leaves");
    assert_eq!(now.follows(1.0, &now.root()), Err("rewritten".to_owned()));
    assert_eq!(now.follows(2.0, &before.root()), Err("rewritten".to_owned()));
    assert_eq!(before.follows(2.0, &now.root()), Err("older".to_owned()));
}

#[test]
fn a_question_of_another_form_is_none() {
    let nonce = SiteKey::new([7; 32].into()).nonce([8; 11], Mode::Here, &ORIGIN.parse().unwrap(), Threshold::Over18, 1);
    let nonce = nonce.to_text();
    assert_eq!(Question::new(ORIGIN, "18", &nonce).map(|question| question.host()), Ok("site.test".to_owned()));
    for (origin, age, nonce) in [
        ("javascript://site.test", "18", nonce.as_str()),
        ("http://site.test", "18", &nonce),
        ("https://site.test/", "18", &nonce),
        ("https://site.test", "17", &nonce),
        ("https://site.test", "018", &nonce),
        ("https://site.test", "18", &nonce[1..]),
        ("", "", ""),
    ] {
        assert_eq!(Question::new(origin, age, nonce).err(), Some("malformed".to_owned()), "{origin} {age}");
    }
    assert!(VoucherSays::new("x").is_err());
}

#[test]
fn a_square_is_square_and_what_is_too_long_has_none() {
    let dark = square("https://wallet.test/").unwrap();
    let side = dark.len().isqrt();
    assert_eq!(side * side, dark.len());
    // The corner that cameras look for.
    assert_eq!(dark[..8], [1, 1, 1, 1, 1, 1, 1, 0]);
    assert_eq!(square(&"x".repeat(5_000)), None);
}
