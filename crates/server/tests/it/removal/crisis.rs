//! Crisis mode: two people, a checklist, 24 hours; what belongs to it goes first and wakes partners.

use server::removal::crisis::{CRITERIA, CrisisError, NAME_CHARACTERS_MAX};
use server::removal::notices::{Answer, NewNotice};

use super::ground::{ANN, BEN, Ground, HOUR, PARTNER, Platform, new};
use crate::support::on_every_engine;

fn criteria() -> Vec<String> {
    CRITERIA[..2].iter().map(|name| (*name).to_owned()).collect()
}

on_every_engine!(a_crisis_needs_two_criteria_and_two_people_and_ends_by_itself, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    assert!(matches!(removal.open_crisis(ANN, "x", &criteria()[..1]).await, Err(CrisisError::Criteria)));
    assert!(matches!(
        removal.open_crisis(ANN, "x", &["grave".into(), "made_up".into()]).await,
        Err(CrisisError::Criteria)
    ));
    assert!(matches!(removal.open_crisis(ANN, " ", &criteria()).await, Err(CrisisError::Name)));
    let long = |characters| "é".repeat(characters);
    assert!(matches!(
        removal.open_crisis(ANN, &long(NAME_CHARACTERS_MAX + 1), &criteria()).await,
        Err(CrisisError::Name)
    ));
    let id = removal.open_crisis(ANN, &long(NAME_CHARACTERS_MAX), &criteria()).await.unwrap();
    assert_eq!(removal.crisis_in_force().await.unwrap(), None, "one alone puts nothing in force");
    assert!(matches!(removal.confirm_crisis(ANN, id).await, Err(CrisisError::SamePerson)));
    removal.confirm_crisis(BEN, id).await.unwrap();
    assert!(matches!(removal.confirm_crisis(BEN, id).await, Err(CrisisError::Unknown)), "once");
    assert_eq!(removal.crisis_in_force().await.unwrap(), Some(id));
    ground.pass(24 * HOUR - 1);
    assert_eq!(removal.crisis_in_force().await.unwrap(), Some(id));
    ground.pass(1);
    assert_eq!(removal.crisis_in_force().await.unwrap(), None);
    // One that nobody confirms lapses, and one in force can be ended.
    let lapsed = removal.open_crisis(ANN, "lapsed", &criteria()).await.unwrap();
    ground.pass(24 * HOUR);
    assert!(matches!(removal.confirm_crisis(BEN, lapsed).await, Err(CrisisError::Unknown)));
    let ended = removal.open_crisis(BEN, "ended", &criteria()).await.unwrap();
    removal.confirm_crisis(ANN, ended).await.unwrap();
    removal.close_crisis(ANN, ended).await.unwrap();
    assert_eq!(removal.crisis_in_force().await.unwrap(), None);
    assert_eq!(removal.crises().await.unwrap().len(), 3);
});

on_every_engine!(in_a_crisis_its_notices_go_first_and_the_debrief_counts_them, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let before = ground.approved(PARTNER).await;
    let crisis = removal.open_crisis(ANN, "x", &criteria()).await.unwrap();
    removal.confirm_crisis(BEN, crisis).await.unwrap();
    ground.pass(60);
    let id = removal.draft(ANN, &NewNotice { in_crisis: true, ..new(PARTNER) }).await.unwrap();
    removal.approve(BEN, id).await.unwrap();
    removal.send_due().await.unwrap();
    let order: Vec<String> = platform.arrived().iter().map(|arrived| arrived.headers.idempotency_key.clone()).collect();
    assert_eq!(order, [format!("{id}.notice"), format!("{before}.notice")], "the later one went first");
    assert_eq!(platform.arrived()[0].json()["urgent"], true);
    ground.pass(3 * HOUR);
    removal.answer(BEN, id, Answer::Removed).await.unwrap();
    let debrief = removal.debrief(crisis).await.unwrap();
    assert_eq!((debrief.sent, debrief.removed, debrief.waiting), (1, 1, 0));
    assert_eq!(debrief.hours_to_removal, Some(3));
});

on_every_engine!(in_a_crisis_a_change_of_the_bank_wakes_partners_once_and_otherwise_it_does_not, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    assert_eq!(removal.turn(7).await.unwrap().woken, 0, "no crisis is on");
    let crisis = removal.open_crisis(ANN, "x", &criteria()).await.unwrap();
    removal.confirm_crisis(BEN, crisis).await.unwrap();
    assert_eq!(removal.turn(7).await.unwrap().woken, 1);
    removal.send_due().await.unwrap();
    assert_eq!(removal.turn(7).await.unwrap().woken, 0, "nothing is new");
    assert_eq!(removal.turn(8).await.unwrap().woken, 1);
    removal.send_due().await.unwrap();
    let heads: Vec<_> = platform.arrived().iter().map(|arrived| arrived.json()["head"].clone()).collect();
    assert_eq!(heads, [7, 8]);
    assert_eq!(platform.arrived()[0].json()["kind"], "changes");
});
