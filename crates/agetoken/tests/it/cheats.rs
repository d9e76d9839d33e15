//! Everybody who cheats, by name.

use agetoken::possession::{self, HolderKey};
use agetoken::{
    BlindSigner, Challenge, Epoch, FinishError, GRACE_SECONDS, IssuerSecret, KeyEntry, KeyRing, Mode, PlainGate,
    Redemption, Refused, RingError, SITE_NONCE_SECONDS, SKEW_SECONDS_MAX, SignError, Threshold, Token, TokenInput,
    Wanted,
};
use base64ct::Encoding;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::support::{Asked, EPOCH, Holder, issuer, published, ring, secret};

#[test]
fn a_token_that_is_held_opens_the_gate_for_its_threshold() {
    let (holder, asked) = (Holder::over18(1), Asked::over18_at("site.example"));
    let redemption = holder.redeem(&asked);
    let spend = asked.check(&redemption).unwrap();
    assert_eq!((spend.nonce, spend.epoch), (holder.token.input.nonce, EPOCH));
    assert_eq!((spend.threshold, spend.visit, spend.mode), (Threshold::Over18, [7; 11], Mode::Here));
    assert_eq!(redemption.to_text().parse(), Ok(redemption.clone()));
    let handed = Asked { mode: Mode::HandedOver, ..asked };
    assert_eq!(handed.check(&holder.redeem(&handed)).unwrap().mode, Mode::HandedOver);
}

#[test]
fn a_redemption_that_one_site_collected_is_worth_nothing_at_another() {
    let holder = Holder::over18(2);
    let (here, there) = (Asked::over18_at("site.example"), Asked::over18_at("other.example"));
    let collected = holder.redeem(&here);
    assert_eq!(there.check(&collected), Err(Refused::OtherVisit));
    // The other site has its own nonce put in, which the holder never signed.
    let forged = Redemption { site_nonce: there.nonce(), ..collected };
    assert_eq!(there.check(&forged), Err(Refused::NotHeld));
    // A site that shows its visitors another site's nonce gets a signature for its own name.
    let statement = possession::statement(&here.origin, &there.nonce(), &holder.token);
    let lured = Redemption { signature: holder.key.sign(&statement), ..forged };
    assert_eq!(there.check(&lured), Err(Refused::NotHeld));
}

#[test]
fn a_stolen_token_without_its_key_opens_nothing() {
    let (holder, asked) = (Holder::over18(3), Asked::over18_at("site.example"));
    let thief = Holder { key: HolderKey::generate(&mut StdRng::seed_from_u64(99)), token: holder.token.clone() };
    assert_eq!(asked.check(&thief.redeem(&asked)), Err(Refused::OtherHolder));
    let with_its_public_key = Redemption { public_key: holder.key.public(), ..thief.redeem(&asked) };
    assert_eq!(asked.check(&with_its_public_key), Err(Refused::NotHeld));
    // The same point written another way is not the same key.
    let mut compressed = holder.redeem(&asked);
    compressed.public_key[0] = 2;
    assert_eq!(asked.check(&compressed), Err(Refused::OtherHolder));
}

#[test]
fn a_token_for_13_does_not_open_a_gate_for_18() {
    let child = Holder::of(secret(0), &Challenge::ahead(&issuer(), EPOCH), 4);
    let asked = Asked::over18_at("site.example");
    let refused = Refused::OtherThreshold { proven: Threshold::Over13, asked: Threshold::Over18 };
    assert_eq!(asked.check(&child.redeem(&asked)), Err(refused));
    let at_13 = Asked { threshold: Threshold::Over13, ..asked };
    assert!(at_13.check(&child.redeem(&at_13)).is_ok());
    let adult = Holder::over18(5);
    assert!(
        matches!(at_13.check(&adult.redeem(&at_13)), Err(Refused::OtherThreshold { .. })),
        "the bit asked, no other"
    );
}

/// A library found keys by the last byte of the id that the client wrote, and took any that verified.
#[test]
fn a_token_that_names_the_key_for_18_and_is_signed_by_one_for_13_that_ends_alike_is_refused() {
    let mut rng = StdRng::seed_from_u64(6);
    let [child, adult] = alike();
    assert_eq!(child.public().id().truncated(), adult.public().id().truncated());
    let mut ring = KeyRing::new(issuer());
    ring.apply(&published(Threshold::Over13, EPOCH, &child)).unwrap();
    let beside = published(Threshold::Over18, EPOCH, &adult);
    assert_eq!(ring.apply(&beside), Err(RingError::Alike(Threshold::Over18, EPOCH)), "never at the same time");
    assert_eq!(
        ring.apply(&published(Threshold::Over18, EPOCH.next(), &adult)),
        Err(RingError::Alike(Threshold::Over18, EPOCH.next()))
    );
    let later = EPOCH.next().next();
    ring.apply(&published(Threshold::Over18, later, &adult)).unwrap();
    // The client blinds an input that names the adult's key, for the child's key to sign.
    let asked = Asked { now: later.begins(), ..Asked::over18_at("site.example") };
    let key = HolderKey::generate(&mut rng);
    let challenge = Challenge::ahead(&issuer(), later);
    let nonce = possession::nonce(&key.public());
    let input = TokenInput { nonce, challenge_digest: challenge.digest(), key_id: adult.public().id() };
    let authenticator = signed_over(&child, &input, &mut rng);
    let forged = Holder { key, token: Token { input, authenticator } };
    // The signature is good, by the other key.
    assert!(!adult.public().has_signed(&forged.token) && !child.public().has_signed(&forged.token));
    assert_eq!(asked.check_with(&ring, &forged.redeem(&asked)), Err(Refused::Unsigned));
    let plain = PlainGate { ring: &ring, threshold: Threshold::Over18, challenges: &[challenge] };
    assert_eq!(plain.check(&forged.token, asked.now), Err(Refused::Unsigned));
}

/// Two keys, made for this test, whose ids end with the same byte.
fn alike() -> [IssuerSecret; 2] {
    let mut keys = include_str!("alike.txt").lines().map(|line| {
        let der = base64ct::Base64::decode_vec(line).unwrap();
        IssuerSecret::from_pkcs8(&der).unwrap()
    });
    [keys.next().unwrap(), keys.next().unwrap()]
}

/// A signature over any input, blinded by hand with the tools below this crate.
fn signed_over(secret: &IssuerSecret, input: &TokenInput, rng: &mut StdRng) -> [u8; 256] {
    use blind_rsa_signatures::{BlindSignature, PublicKeySha384PSSDeterministic};
    let key = PublicKeySha384PSSDeterministic::from_spki(secret.public().spki()).unwrap();
    let blinding = key.blind(rng, input.encode()).unwrap();
    let blinded = blinding.blind_message.0.as_slice().try_into().unwrap();
    let signed = BlindSignature(secret.sign(blinded, rng).unwrap().to_vec());
    key.finalize(&signed, &blinding, input.encode()).unwrap().0.try_into().unwrap()
}

#[test]
fn a_tampered_answer_of_the_issuer_is_seen_by_the_holder() {
    let mut rng = StdRng::seed_from_u64(7);
    let (key, challenge) = (secret(1).public(), Challenge::ahead(&issuer(), EPOCH));
    let wanted = Wanted::plain(key, &challenge, &mut rng).unwrap();
    let mut signed = secret(1).sign(wanted.blinded(), &mut rng).unwrap();
    signed[100] ^= 1;
    assert_eq!(wanted.finish(&signed), Err(FinishError));
    let by_another = secret(0).sign(wanted.blinded(), &mut rng);
    assert!(by_another.is_err() || wanted.finish(&by_another.unwrap()) == Err(FinishError));
    // What was kept over a restart finishes.
    let kept = Wanted::decode(&wanted.encode()).unwrap();
    signed[100] ^= 1;
    assert_eq!(kept.finish(&signed), wanted.finish(&signed));
    assert!(kept.finish(&signed).is_ok());
}

#[test]
fn what_is_not_below_the_modulus_is_not_signed() {
    let mut rng = StdRng::seed_from_u64(8);
    assert_eq!(secret(1).sign(&[0xff; 256], &mut rng), Err(SignError::OutOfRange));
}

#[test]
fn a_week_begins_and_ends_and_clocks_may_be_a_little_apart() {
    let holder = Holder::over18(9);
    let at = |now: u64| {
        let asked = Asked { now, ..Asked::over18_at("site.example") };
        asked.check(&holder.redeem(&asked)).map(drop)
    };
    let (begins, ends) = (EPOCH.begins(), EPOCH.ends() + GRACE_SECONDS);
    assert_eq!(at(begins - SKEW_SECONDS_MAX - 1), Err(Refused::OutOfTime));
    assert_eq!(at(begins - SKEW_SECONDS_MAX), Ok(()));
    assert_eq!(at(ends + SKEW_SECONDS_MAX - 1), Ok(()));
    assert_eq!(at(ends + SKEW_SECONDS_MAX), Err(Refused::OutOfTime));
    assert_eq!(Epoch::of(begins), EPOCH);
    assert_eq!(Epoch::of(begins - 1).next(), EPOCH);
}

#[test]
fn a_question_is_good_for_ten_minutes_at_the_threshold_it_was_asked_for() {
    let (holder, asked) = (Holder::over18(10), Asked::over18_at("site.example"));
    let redemption = holder.redeem(&asked);
    let later = |seconds: u64| Asked { now: asked.now + seconds, ..asked.clone() };
    assert!(later(SITE_NONCE_SECONDS).check(&redemption).is_ok());
    assert_eq!(later(SITE_NONCE_SECONDS + 1).check(&redemption), Err(Refused::OtherVisit));
    let before = |seconds: u64| Asked { now: asked.now - seconds, ..asked.clone() };
    assert!(before(SKEW_SECONDS_MAX).check(&redemption).is_ok());
    assert_eq!(before(SKEW_SECONDS_MAX + 1).check(&redemption), Err(Refused::OtherVisit));
    let for_13 = Asked { threshold: Threshold::Over13, ..asked.clone() };
    let mixed = Redemption { site_nonce: for_13.nonce(), ..redemption };
    assert_eq!(asked.check(&mixed), Err(Refused::OtherVisit));
}

#[test]
fn a_token_of_another_issuer_or_week_is_refused() {
    let asked = Asked::over18_at("site.example");
    for challenge in [
        Challenge::ahead(&"other.example".parse().unwrap(), EPOCH),
        Challenge::ahead(&issuer(), EPOCH.next()),
        Challenge::on_demand(&issuer(), EPOCH.context(), "site.example").unwrap(),
    ] {
        let holder = Holder::of(secret(1), &challenge, 11);
        assert_eq!(asked.check(&holder.redeem(&asked)), Err(Refused::OtherChallenge));
    }
    let unknown = Holder::of(secret(2), &Challenge::ahead(&issuer(), EPOCH), 12);
    assert_eq!(asked.check(&unknown.redeem(&asked)), Err(Refused::UnknownKey));
}

#[test]
fn a_plain_token_is_good_for_the_challenges_of_now_alone() {
    let mut rng = StdRng::seed_from_u64(13);
    let challenge = Challenge::on_demand(&issuer(), [5; 32], "site.example").unwrap();
    let wanted = Wanted::plain(secret(1).public(), &challenge, &mut rng).unwrap();
    let token = wanted.finish(&secret(1).sign(wanted.blinded(), &mut rng).unwrap()).unwrap();
    let (ring, now) = (ring(), EPOCH.begins());
    let next = [Challenge::on_demand(&issuer(), [6; 32], "site.example").unwrap()];
    let gate = |challenges| PlainGate { ring: &ring, threshold: Threshold::Over18, challenges };
    assert_eq!(
        gate(std::slice::from_ref(&challenge)).check(&token, now).map(|spend| spend.nonce),
        Ok(token.input.nonce)
    );
    assert_eq!(gate(&next).check(&token, now), Err(Refused::OtherChallenge));
    assert_eq!(gate(&[]).check(&token, now), Err(Refused::OtherChallenge));
}

#[test]
fn a_log_with_two_keys_for_one_threshold_and_week_is_caught() {
    let mut ring = ring();
    let second = published(Threshold::Over18, EPOCH, secret(2));
    assert_eq!(ring.apply(&second), Err(RingError::TwoKeys(Threshold::Over18, EPOCH)));
    let again = published(Threshold::Over16, EPOCH, secret(0));
    assert_eq!(ring.apply(&again), Err(RingError::Again(Threshold::Over16, EPOCH)));
    let KeyEntry::Published { threshold, epoch, key, .. } = second.clone() else { unreachable!() };
    let foreign = KeyEntry::Published { issuer: "other.example".parse().unwrap(), threshold, epoch, key };
    assert!(matches!(ring.apply(&foreign), Err(RingError::OtherIssuer(_))));
    // Once the first is taken back, another may follow; what the first signed is refused.
    let revoked = |key_id| KeyEntry::Revoked { issuer: issuer(), threshold: Threshold::Over18, epoch: EPOCH, key_id };
    assert_eq!(ring.apply(&revoked(secret(2).public().id())), Err(RingError::Unknown));
    ring.apply(&revoked(secret(1).public().id())).unwrap();
    assert_eq!(ring.apply(&revoked(secret(1).public().id())), Err(RingError::Unknown));
    ring.apply(&second).unwrap();
    let (holder, asked) = (Holder::over18(14), Asked::over18_at("site.example"));
    assert_eq!(asked.check_with(&ring, &holder.redeem(&asked)), Err(Refused::UnknownKey));
    assert_eq!(ring.key(Threshold::Over18, EPOCH), Some(secret(2).public()));
}
