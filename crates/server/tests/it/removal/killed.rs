//! Killed between any two states: nothing is lost, and nothing counts twice. A kill is a future that is dropped, or a process of
//! which only its database is left.

use std::time::Duration;

use server::removal::notices::{State, counts_anew, walk};

use super::ground::{ANN, BEN, FORM, Ground, HOUR, PARTNER, Platform, beside, new};
use crate::support::on_every_engine;

on_every_engine!(killed_between_approval_and_webhook_the_next_process_hands_it_over, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    ground.node.removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.approved(PARTNER).await;
    ground.node.close().await;
    let next = beside(&ground.database, &ground.clock, |settings| settings.guard = platform.guard()).await;
    assert_eq!(next.removal.send_due().await.unwrap().sent, 1);
    assert_eq!(next.removal.summaries_of(&[id]).await.unwrap()[0].state, State::Sent);
    assert_eq!(platform.arrived().len(), 1);
});

on_every_engine!(killed_between_webhook_and_log_it_goes_again_under_the_same_key_and_counts_once, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = ground.node.removal.clone();
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.approved(PARTNER).await;
    // The far side takes it and we die before hearing of it: the answer never comes.
    platform.answers(599);
    let sending = tokio::spawn({
        let removal = removal.clone();
        async move { removal.send_due().await }
    });
    while platform.arrived().is_empty() {
        tokio::task::yield_now().await;
    }
    sending.abort();
    let _ = sending.await;
    platform.answers(204);
    // The claim is let go after ten minutes at the latest.
    ground.pass(HOUR);
    let next = beside(&ground.database, &ground.clock, |settings| settings.guard = platform.guard()).await;
    next.removal.send_due().await.unwrap();
    let arrived = platform.arrived();
    assert_eq!(arrived.len(), 2, "it came twice");
    assert_eq!(arrived[0].headers.idempotency_key, arrived[1].headers.idempotency_key, "and is folded by its key");
    let whole = next.removal.whole(ANN, id).await.unwrap();
    assert_eq!((whole.view.state, whole.moments.len()), (State::Sent, 2), "approved, and handed over once");
});

on_every_engine!(two_processes_hand_each_notice_over_once, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    ground.node.removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    for _ in 0..12 {
        ground.approved(PARTNER).await;
    }
    let other = beside(&ground.database, &ground.clock, |settings| settings.guard = platform.guard()).await;
    let (one, two) = tokio::join!(ground.node.removal.send_due(), other.removal.send_due());
    assert_eq!(one.unwrap().sent + two.unwrap().sent, 12);
    let mut keys: Vec<String> = platform.arrived().into_iter().map(|arrived| arrived.headers.idempotency_key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), platform.arrived().len()), (12, 12));
});

on_every_engine!(what_is_cut_off_in_the_middle_leaves_all_or_nothing, |engine| {
    let ground = Ground::new(engine).await;
    let removal = ground.node.removal.clone();
    let mut drafts = Vec::new();
    for step in 0..24_u64 {
        let id = removal.draft(ANN, &new(PARTNER)).await.unwrap();
        drafts.push(id);
        // Dropped somewhere on its way: before, in, or after the transaction.
        let cut = tokio::time::timeout(Duration::from_micros(step * 150), removal.approve(BEN, id));
        let _ = cut.await;
    }
    removal.send_due().await.unwrap();
    let views = removal.summaries_of(&drafts).await.unwrap();
    assert_eq!(views.len(), 24);
    for view in &views {
        // Approved without a row in the outbox would be neither.
        assert!(matches!(view.state, State::Draft | State::Sent), "{view:?}");
    }
    walk(ground.node.database()).await.unwrap();
});

on_every_engine!(the_counts_are_what_the_log_gives_when_it_is_folded_anew, |engine| {
    use server::removal::notices::{Answer, Event, Found, Refusal};
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let mut ids = Vec::new();
    for turn in 0..9 {
        let id = ground.sent(if turn % 2 == 0 { PARTNER } else { FORM }).await;
        ids.push(id);
        ground.pass(7 * HOUR);
        match turn {
            0 => drop(removal.acknowledge(BEN, id).await.unwrap()),
            1 => drop(removal.answer(BEN, id, Answer::Removed).await.unwrap()),
            2 => drop(removal.answer(BEN, id, Answer::Kept(Refusal::Consent)).await.unwrap()),
            3 => drop(removal.check(BEN, id, Found::Gone).await.unwrap()),
            4 => drop(removal.happened(BEN, id, Event::Withdrawn).await.unwrap()),
            _ => {}
        }
    }
    assert!(removal.check(BEN, ids[3], Found::Still).await.unwrap(), "a repost");
    for _ in 0..4 {
        ground.pass(40 * HOUR);
        ground.turn().await;
        removal.send_due().await.unwrap();
    }
    let mut drafts = Vec::new();
    for id in ids {
        let standing = removal.whole(ANN, id).await.unwrap().standing;
        drafts.push(server::removal::notices::Standing::draft(
            id,
            standing.platform,
            standing.regime,
            standing.class,
            standing.channel,
            standing.urls,
            standing.partner,
            standing.crisis,
            standing.drafted_at,
        ));
    }
    let anew = counts_anew(ground.node.database(), drafts).await.unwrap();
    let mut stored = removal.counted(0, i64::from(i32::MAX)).await.unwrap();
    stored.sort();
    let mut anew: Vec<_> = anew;
    anew.sort();
    assert_eq!(stored, anew);
    assert!(stored.len() > 15, "{}", stored.len());
});
