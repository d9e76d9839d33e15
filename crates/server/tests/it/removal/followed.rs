//! After handing over: clocks, reminders, looks after 1, 7, 30 and 90 days, escalation, and what is deleted in the end.

use server::removal::By;
use server::removal::notices::{
    Answer, Authority, CHECK_DAYS, Due, Event, Found, NoticeError, Of, Place, Refusal, State, walk,
};

use super::ground::{ANN, BEN, DAY, FORM, Ground, HOUR, PARTNER, Platform, new};
use crate::support::on_every_engine;

on_every_engine!(silence_is_reminded_at_half_and_at_full_time_once_each, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.sent(PARTNER).await;
    let view = &removal.summaries_of(&[id]).await.unwrap()[0];
    assert_eq!(view.deadline_at, Some(ground.now().plus_seconds(72 * HOUR)));
    ground.pass(36 * HOUR - 1);
    assert_eq!(ground.turn().await.half, 0);
    ground.pass(1);
    assert_eq!(ground.turn().await.half, 1);
    assert_eq!(ground.turn().await.half, 0, "once");
    removal.send_due().await.unwrap();
    ground.pass(36 * HOUR);
    assert_eq!(ground.turn().await.over, 1);
    removal.send_due().await.unwrap();
    ground.pass(10 * DAY);
    assert_eq!(ground.turn().await, server::removal::notices::Turned::default());
    let kinds: Vec<_> = platform.arrived().iter().map(|arrived| arrived.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["notice", "reminder_half", "reminder_over"]);
    let view = &removal.summaries_of(&[id]).await.unwrap()[0];
    assert_eq!((view.late_since, view.due.0), (view.deadline_at, Due::Escalate));
    assert_eq!(removal.how_many(&Of::Late).await.unwrap(), 1);
    let (late, next) = removal.list(&Of::Late, Place::default(), 10).await.unwrap();
    assert_eq!((late.len(), late[0].id, next), (1, id, None));
});

on_every_engine!(a_node_that_slept_over_a_whole_clock_reminds_once_and_not_of_its_half, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    ground.node.removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    ground.sent(PARTNER).await;
    ground.pass(20 * DAY);
    let turned = ground.turn().await;
    assert_eq!((turned.half, turned.over), (0, 1));
    ground.node.removal.send_due().await.unwrap();
    let kinds: Vec<_> = platform.arrived().iter().map(|arrived| arrived.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["notice", "reminder_over"]);
});

on_every_engine!(a_reminder_that_is_overtaken_by_an_answer_does_not_go_out, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.sent(PARTNER).await;
    ground.pass(40 * HOUR);
    assert_eq!(ground.turn().await.half, 1);
    removal.answer(BEN, id, Answer::Removed).await.unwrap();
    assert_eq!(removal.send_due().await.unwrap().sent, 0);
    assert_eq!(platform.arrived().len(), 1, "the notice alone");
});

on_every_engine!(what_is_gone_is_looked_at_after_1_7_30_and_90_days_and_what_is_back_is_a_repost, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let id = ground.sent(FORM).await;
    removal.answer(BEN, id, Answer::Removed).await.unwrap();
    let closed = ground.now();
    for days in CHECK_DAYS {
        let due = Of::Due(Due::Check);
        ground.clock.set(closed.plus_seconds(days * DAY - 1));
        assert_eq!(removal.how_many(&due).await.unwrap(), 0, "day {days}");
        ground.clock.set(closed.plus_seconds(days * DAY));
        assert_eq!(removal.how_many(&due).await.unwrap(), 1, "day {days}");
        if days == 30 {
            break;
        }
        assert!(removal.check(ANN, id, Found::Gone).await.unwrap());
    }
    assert!(removal.check(ANN, id, Found::Still).await.unwrap());
    let view = &removal.summaries_of(&[id]).await.unwrap()[0];
    assert_eq!((view.state, view.reposts, view.due.0), (State::Reposted, 1, Due::Escalate));
    assert!(removal.escalated(ANN, id, Authority::Coordinator).await.unwrap());
    let whole = removal.whole(ANN, id).await.unwrap();
    let last = whole.moments.last().unwrap();
    assert_eq!((last.event, last.at), (Event::Escalated(Authority::Coordinator), ground.now()));
});

on_every_engine!(what_a_notice_said_is_deleted_half_a_year_after_its_end_and_what_happened_stays, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let id = ground.sent(FORM).await;
    removal.answer(BEN, id, Answer::Kept(Refusal::PublicInterest)).await.unwrap();
    ground.pass(180 * DAY - 1);
    assert_eq!(ground.turn().await.forgotten, 0);
    ground.pass(1);
    assert_eq!(ground.turn().await.forgotten, 1);
    let whole = removal.whole(ANN, id).await.unwrap();
    assert!(whole.content.is_none() && whole.digest.is_some() && whole.moments.len() == 3);
    assert!(matches!(removal.approve(BEN, id).await, Err(NoticeError::NotNow(_))));
    walk(ground.node.database()).await.unwrap();
});

on_every_engine!(a_partner_reaches_its_own_notices_and_says_of_them_what_it_did_and_no_more, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let (theirs, others) = (ground.sent(PARTNER).await, ground.sent(FORM).await);
    let partner = By::Partner(ground.partner);
    assert!(removal.acknowledge(partner, theirs).await.unwrap());
    assert!(!removal.acknowledge(partner, theirs).await.unwrap(), "once");
    assert!(matches!(removal.acknowledge(partner, others).await, Err(NoticeError::Unknown(_))));
    for event in [Event::Withdrawn, Event::Checked(Found::Gone), Event::Retried, Event::HandedOver] {
        assert!(matches!(removal.happened(partner, theirs, event).await, Err(NoticeError::Unknown(_))), "{event:?}");
    }
    let draft = removal.draft(ANN, &new(PARTNER)).await.unwrap();
    assert!(matches!(removal.whole(partner, draft).await, Err(NoticeError::Unknown(_))), "what is not sent is ours");
});
