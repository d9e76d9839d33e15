//! Attacks, by name. Those that need no server are in `agetoken`.

use agetoken::{BATCH_TOKENS, GRACE_SECONDS, SITE_NONCE_SECONDS, SKEW_SECONDS_MAX, Threshold};
use rand::SeedableRng;
use server::age::issuer::{AGAIN_MAX, QUOTA_PER_WEEK};

use crate::age::support::{EPOCH, Proof, TestIssuer, TestVerifier, Wish, at, voucher};
use crate::support::{Engine, on_every_engine};

const SITE: &str = "https://site.test";

on_every_engine!(a_token_is_spent_once_and_a_redemption_is_worth_nothing_at_another_site, |engine| {
    let issuer = TestIssuer::start().await;
    let (site, other) = (
        TestVerifier::start(engine, &issuer, SITE).await,
        TestVerifier::start(engine, &issuer, "https://other.test").await,
    );
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let redemption = proofs[0].redemption(&site.question().await);
    let cookie = site.send(&redemption).await.unwrap();
    assert_eq!(site.auth(&cookie).await, 204);
    // The very same again, then the same token with a new question.
    assert_eq!(site.send(&redemption).await, Err("spent".to_owned()));
    assert_eq!(site.send(&proofs[0].redemption(&site.question().await)).await, Err("spent".to_owned()));
    // What the site collected, at another.
    let collected = proofs[1].redemption(&site.question().await);
    assert_eq!(other.send(&collected).await, Err("too-late".to_owned()));
    assert_eq!(other.auth(&cookie).await, 401, "nor is a visit");
    assert!(site.send(&collected).await.is_ok());
});

on_every_engine!(of_many_spends_at_the_same_moment_one_is_let_in, |engine| {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(engine, &issuer, SITE).await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 2).await;
    let mut sent = Vec::new();
    for _ in 0..8 {
        sent.push(proofs[0].redemption(&site.question().await));
    }
    let outcomes = futures::future::join_all(sent.iter().map(|redemption| site.send(redemption))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err("spent".to_owned())).count(), 7, "{outcomes:?}");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_token_without_its_key_and_a_token_for_13_open_nothing() {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(Engine::Sqlite, &issuer, SITE).await;
    let adult = voucher(1, 18);
    let mut proofs = issuer.proofs(&adult, Threshold::Over18, EPOCH, 3).await;
    let thief = agetoken::possession::HolderKey::generate(&mut rand::rngs::StdRng::seed_from_u64(9));
    let stolen = Proof { token: proofs.remove(0).token, holder: thief };
    assert_eq!(site.send(&stolen.redemption(&site.question().await)).await, Err("not-held".to_owned()));
    let child = issuer.proofs(&voucher(2, 13), Threshold::Over13, EPOCH, 4).await;
    assert_eq!(site.send(&child[0].redemption(&site.question().await)).await, Err("other-age".to_owned()));
    for nonsense in ["", "AAAA", "%FF", &"A".repeat(4_000)] {
        assert_eq!(site.send_text(nonsense).await, Err("unreadable".to_owned()), "{nonsense}");
    }
    // A child's voucher gets nothing signed for adults.
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let (status, _) = issuer.post_batch(&Wish::of(&key, &voucher(2, 16), EPOCH, 5).request).await;
    assert_eq!(status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voucher_that_was_changed_or_is_nobodys_gets_nothing_signed() {
    let issuer = TestIssuer::start().await;
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let mut bytes = voucher(1, 13).encode();
    bytes[41] = 0xf;
    let raised = agetoken::Voucher::decode(&bytes).unwrap();
    let strange = agetoken::VoucherSigner::new(&[5; 32]).vouch([1; 32], raised.reached(), EPOCH.ends());
    let over = crate::age::support::attester().vouch([1; 32], raised.reached(), EPOCH.begins());
    for wrong in [raised, strange, over] {
        let (status, _) = issuer.post_batch(&Wish::of(&key, &wrong, EPOCH, 1).request).await;
        assert_eq!(status, 403);
    }
    // A batch that was cut or lengthened is none.
    let whole = Wish::of(&key, &voucher(1, 18), EPOCH, 1).request.encode();
    for (bytes, expected) in [(&whole[..whole.len() - 1], 422), (&[&whole[..], &[0]].concat()[..], 413)] {
        let answer = issuer.http.post(format!("{}/age/batch", issuer.base)).body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tampered_batch_is_signed_as_it_is_and_finishes_as_nothing() {
    let issuer = TestIssuer::start().await;
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let mut wish = Wish::of(&key, &voucher(1, 18), EPOCH, 1);
    wish.request.blinded[3][200] ^= 1;
    let (status, answer) = issuer.post_batch(&wish.request).await;
    assert_eq!(status, 200);
    let answer = agetoken::BatchResponse::decode(&answer).unwrap();
    for (place, (_, wanted)) in wish.wanted.iter().enumerate() {
        assert_eq!(wanted.finish(&answer.0[place]).is_ok(), place != 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voucher_farms_no_more_than_its_quota_in_a_week_however_it_asks() {
    let issuer = TestIssuer::start().await;
    let (mine, other) = (voucher(1, 18), voucher(2, 18));
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let batches = u64::from(QUOTA_PER_WEEK) / BATCH_TOKENS as u64;
    let wishes: Vec<Wish> = (0..batches + 4).map(|seed| Wish::of(&key, &mine, EPOCH, seed)).collect();
    let answers = futures::future::join_all(wishes.iter().map(|wish| issuer.post_batch(&wish.request))).await;
    let signed = answers.iter().filter(|(status, _)| *status == 200).count() as u64;
    assert_eq!((signed, answers.iter().filter(|(status, _)| *status == 429).count()), (batches, 4));
    // One by one neither; another threshold, week or voucher has its own.
    let one = wishes[0].wanted[0].1.request().encode().to_vec();
    let request = issuer.http.post(format!("{}/token-request", issuer.base)).body(one);
    let answer = request.header("authorization", format!("Voucher {}", mine.to_text())).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(issuer.post_batch(&Wish::of(&key, &other, EPOCH, 50).request).await.0, 200);
    assert_eq!(issuer.proofs(&mine, Threshold::Over13, EPOCH, 51).await.len(), BATCH_TOKENS);
    assert_eq!(issuer.proofs(&mine, Threshold::Over18, EPOCH.next(), 52).await.len(), BATCH_TOKENS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_restarts_in_mid_batch_counts_it_once_and_loses_none() {
    let issuer = TestIssuer::start().await;
    let mine = voucher(1, 18);
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let wish = Wish::of(&key, &mine, EPOCH, 1);
    let (_, first) = issuer.post_batch(&wish.request).await;
    // The answer was lost on the way: the holder asks the same of an issuer that has started again.
    let issuer = issuer.restart().await;
    let (status, again) = issuer.post_batch(&wish.request).await;
    assert_eq!((status, &again), (reqwest::StatusCode::OK, &first));
    let batches = u64::from(QUOTA_PER_WEEK) / BATCH_TOKENS as u64;
    for seed in 2..=batches {
        assert_eq!(issuer.post_batch(&Wish::of(&key, &mine, EPOCH, seed).request).await.0, 200, "batch {seed}");
    }
    assert_eq!(issuer.post_batch(&Wish::of(&key, &mine, EPOCH, 99).request).await.0, 429);
    // What was counted may be asked for again, so often and no more.
    for _ in 1..AGAIN_MAX {
        assert_eq!(issuer.post_batch(&wish.request).await.0, 200);
    }
    assert_eq!(issuer.post_batch(&wish.request).await.0, 429);
}

on_every_engine!(a_token_ends_with_its_week_and_clocks_may_be_a_little_apart, |engine| {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(engine, &issuer, SITE).await;
    let mine = voucher(1, 18);
    let (now, next) = (
        issuer.proofs(&mine, Threshold::Over18, EPOCH, 1).await,
        issuer.proofs(&mine, Threshold::Over18, EPOCH.next(), 2).await,
    );
    let later = EPOCH.next().begins();
    for (moment, of_now, of_next) in [
        (later - SKEW_SECONDS_MAX - 1, true, false),
        (later - SKEW_SECONDS_MAX, true, true),
        (later + GRACE_SECONDS + SKEW_SECONDS_MAX - 1, true, true),
        (later + GRACE_SECONDS + SKEW_SECONDS_MAX, false, true),
    ] {
        issuer.clock.set(at(moment));
        let place = (moment % 7) as usize;
        for (proofs, is_good) in [(&now, of_now), (&next, of_next)] {
            // Each moment has its own token; what was refused was not spent.
            let proof = &proofs[place + usize::from(moment >= later) * 7];
            let outcome = site.send(&proof.redemption(&site.question().await)).await;
            assert_eq!(outcome.is_ok(), is_good, "{moment}: {outcome:?}");
        }
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_too_old_is_not_answered_and_the_token_is_still_good() {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(Engine::Sqlite, &issuer, SITE).await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let asked = site.question().await;
    issuer.clock.set(issuer.clock.now().plus_seconds(SITE_NONCE_SECONDS as i64 + 1));
    assert_eq!(site.send(&proofs[0].redemption(&asked)).await, Err("too-late".to_owned()));
    assert!(site.send(&proofs[0].redemption(&site.question().await)).await.is_ok());
}

on_every_engine!(where_nobody_knows_what_was_spent_nobody_is_let_in, |engine| {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(engine, &issuer, SITE).await;
    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let cookie = site.send(&proofs[0].redemption(&site.question().await)).await.unwrap();
    let asked = site.question().await;
    // Its database is gone from under it.
    site.verifier.database().close().await;
    assert_eq!(site.send(&proofs[1].redemption(&asked)).await, Err("unknown".to_owned()));
    assert_eq!(site.auth(&cookie).await, 503, "which no proxy takes for a yes");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_site_is_on_the_issuers_disk() {
    let issuer = TestIssuer::start().await;
    let site = TestVerifier::start(Engine::Sqlite, &issuer, "https://a-site-with-a-name.test").await;
    let mine = voucher(1, 18);
    let proofs = issuer.proofs(&mine, Threshold::Over18, EPOCH, 1).await;
    let question = site.question().await;
    let redemption = proofs[0].redemption(&question);
    assert!(site.send(&redemption).await.is_ok());
    issuer.issuer.close().await;
    site.verifier.close().await;
    let read = |folder: &std::path::Path| -> Vec<u8> {
        std::fs::read_dir(folder).unwrap().flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    };
    let (at_issuer, at_site) = (read(issuer.folder.path()), read(site.database.folder()));
    // What the site learnt: the token's nonce, and its own question. None of it is at the issuer, nor the other way.
    let token = redemption.token.encode();
    for needle in [
        &token[2..34],
        &token[98..130],
        &redemption.public_key[1..33],
        question.nonce.as_bytes(),
        b"a-site-with-a-name",
    ] {
        assert!(!crate::support::holds(&at_issuer, needle));
    }
    assert!(crate::support::holds(&at_site, &token[2..34]), "spent");
    for needle in [&mine.encode()[1..33], &mine.digest()[..]] {
        assert!(!crate::support::holds(&at_site, needle));
    }
    assert!(crate::support::holds(&at_issuer, &mine.digest()), "counted");
    assert!(!crate::support::holds(&at_issuer, &mine.encode()[1..33]), "by its digest alone");
}
