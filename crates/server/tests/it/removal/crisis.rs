//! Crisis mode: two people, a checklist, 24 hours; what belongs to it goes first and wakes partners.

use exchange::NoticeId;
use server::removal::crisis::{CRITERIA, CrisisError, NAME_CHARACTERS_MAX};
use server::removal::directory::Ourselves;
use server::removal::notices::{Answer, Event, NewNotice, Refusal};

use super::ground::{ANN, BEN, CANARY_REASON, Ground, HOUR, MAILED, PARTNER, Platform, new};
use crate::portal::Browser;
use crate::support::{TestNode, manual, on_every_engine};

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

/// Notices of the crisis that is in force, handed over by hand.
async fn sent(node: &TestNode, count: usize) -> Vec<NoticeId> {
    let removal = &node.node.removal;
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = removal.draft(ANN, &NewNotice { in_crisis: true, ..new(MAILED) }).await.unwrap();
        removal.approve(BEN, id).await.unwrap();
        removal.happened(BEN, id, Event::HandedOver).await.unwrap();
        ids.push(id);
    }
    ids
}

async fn in_force(node: &TestNode) -> [u8; 16] {
    let id = node.node.removal.open_crisis(ANN, "Canary crisis 7261", &criteria()).await.unwrap();
    node.node.removal.confirm_crisis(BEN, id).await.unwrap();
    id
}

on_every_engine!(what_came_of_a_crisis_is_public_when_it_is_over_without_small_numbers_or_names, |engine| {
    let node = TestNode::start_with(engine, |settings| drop(manual(settings))).await;
    let (removal, clock) = (&node.node.removal, &node.node.clock);
    let us = Ourselves {
        sender_name: "Example Hotline".to_owned(),
        sender_email: "notices@hotline.example".to_owned(),
        ..Ourselves::default()
    };
    removal.set_ourselves(ANN, &us).await.unwrap();
    let pass = |seconds| clock.set(clock.now().plus_seconds(seconds));
    let page = async |language: &str| {
        let read = Browser::of(&node).get(&format!("/p/7?lang={language}")).await;
        assert_eq!(read.status, 200, "{}", read.text);
        read.text
    };
    let row = |page: &str, what: &str| -> Vec<String> {
        let mark = format!("<dt>{what}</dt><dd>");
        page.split(&mark).skip(1).map(|rest| rest.split("</dd>").next().unwrap().to_owned()).collect()
    };
    let crisis = in_force(&node).await;
    let ids = sent(&node, 30).await;
    pass(3 * HOUR);
    for id in &ids[..12] {
        removal.answer(BEN, *id, Answer::Removed).await.unwrap();
    }
    for id in &ids[12..15] {
        removal.answer(BEN, *id, Answer::Kept(Refusal::PublicInterest)).await.unwrap();
    }
    for id in &ids[15..19] {
        removal.happened(BEN, *id, Event::Withdrawn).await.unwrap();
    }
    let exact = removal.debrief(crisis).await.unwrap();
    assert_eq!((exact.sent, exact.removed, exact.refused, exact.withdrawn, exact.waiting), (30, 12, 3, 4, 11));
    assert!(page("en").await.contains("It has not happened yet"), "nothing while it is in force");
    pass(2 * HOUR);
    removal.close_crisis(ANN, crisis).await.unwrap();
    let en = page("en").await;
    assert!(en.contains("21\u{a0}November 2026</h2>") && en.contains("It came first for 5 hours."), "{en}");
    for (what, number) in [
        ("Requests to platforms", "30"),
        ("Taken down", "12"),
        ("Hidden in some countries only", "0"),
        ("Left online by the platform", "not shown"),
        ("Taken down, and then there again", "0"),
        ("No answer yet", "11"),
        ("Taken back by us", "not shown"),
        ("Half of what was taken down was gone within", "4 hours"),
    ] {
        assert_eq!(row(&en, what), [number], "{what}");
    }
    let fr = page("fr").await;
    assert!(fr.contains("21\u{a0}novembre 2026</h2>"), "{fr}");
    assert_eq!(
        (row(&fr, "Retirées"), row(&fr, "Laissées en ligne par la plateforme")),
        (vec!["12".to_owned()], vec!["non montré".to_owned()])
    );
    // Whoever looks again within the hour sees no single answer come.
    removal.answer(BEN, ids[19], Answer::Removed).await.unwrap();
    assert_eq!(page("en").await, en);
    pass(HOUR);
    let later = page("en").await;
    assert_eq!([row(&later, "Taken down"), row(&later, "No answer yet")], [["13"], ["10"]]);
    // Of few, nothing; of one that is in force, and of one that nobody confirmed, nothing at all.
    in_force(&node).await;
    for id in sent(&node, 9).await {
        removal.answer(BEN, id, Answer::Removed).await.unwrap();
    }
    pass(24 * HOUR);
    removal.open_crisis(ANN, "Canary crisis 7261", &criteria()).await.unwrap();
    pass(24 * HOUR);
    in_force(&node).await;
    sent(&node, 11).await;
    pass(HOUR);
    let pages = [page("en").await, page("fr").await];
    assert_eq!(pages[0].matches("<div class=\"card\">").count(), 2, "{}", pages[0]);
    assert!(pages[0].contains("21\u{a0}November 2026 to 22\u{a0}November 2026</h2>"), "{}", pages[0]);
    assert!(pages[0].contains("We asked fewer than 10 times") && pages[1].contains("moins de 10 fois"));
    assert_eq!(row(&pages[0], "Requests to platforms"), ["30"]);
    let id = exchange::hex::encode(&crisis);
    for page in &pages {
        let names = ["Canary crisis", CANARY_REASON, "canary7261", "Snapchat", "snapchat", "Example Hotline", &id];
        for hidden in names.into_iter().map(str::to_owned).chain(ids.iter().map(ToString::to_string)) {
            assert!(!page.contains(&hidden), "{hidden} is on the page");
        }
        assert!(page.contains("<a href=\"/p/7\">"), "linked at the foot of each page");
    }
});
