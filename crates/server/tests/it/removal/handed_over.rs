//! Handing over: by a signed webhook, by a mail server that we did not write, by hand; again until it is taken, and loud when it
//! never is.

use exchange::NoticeId;
use server::removal::notices::{Event, NoticeError, State};

use super::ground::{ANN, BEN, DAY, FORM, Ground, HOUR, MAILED, PARTNER, Platform, beside, mail_to, new};
use crate::alert::Mailbox;
use crate::support::on_every_engine;

on_every_engine!(a_partner_is_told_by_a_signed_webhook_that_names_no_address, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.approved(PARTNER).await;
    assert_eq!(removal.send_due().await.unwrap().sent, 1);
    let arrived = platform.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(platform.verify(&ground.node, &arrived[0], ground.now()), Ok(()));
    let json = arrived[0].json();
    assert_eq!((json["kind"].as_str(), json["notice"].as_str()), (Some("notice"), Some(id.to_string().as_str())));
    assert_eq!(json["urgent"], false);
    assert!(!String::from_utf8(arrived[0].body.clone()).unwrap().contains("tiktok"), "no address travels");
    assert_eq!(arrived[0].headers.idempotency_key, format!("{id}.notice"));
    assert_eq!(ground.state(id).await, State::Sent);
    assert_eq!(removal.send_due().await.unwrap().sent, 0, "once");
});

on_every_engine!(a_webhook_that_fails_is_tried_again_and_becomes_a_dead_letter_that_a_person_sends_anew, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    platform.answers(503);
    let id = ground.approved(PARTNER).await;
    let (mut tries, mut given_up) = (0, 0);
    while given_up == 0 {
        let sent = removal.send_due().await.unwrap();
        assert_eq!(sent.sent, 0);
        tries += sent.put_off + sent.given_up;
        given_up = sent.given_up;
        ground.pass(HOUR);
        assert!(tries < 60, "it is given up in the end");
    }
    // 30 s doubling to 6 h for three days.
    assert!((12..40).contains(&tries), "{tries}");
    assert_eq!(ground.state(id).await, State::Undeliverable);
    let dead = removal.dead_letters().await.unwrap();
    assert_eq!((dead.len(), dead[0].about, dead[0].code), (1, *id.as_bytes(), 503));
    assert_eq!(removal.outbox().await.unwrap().given_up, 1);
    platform.answers(204);
    assert!(removal.happened(BEN, id, Event::Retried).await.unwrap());
    assert_eq!(removal.send_due().await.unwrap().sent, 1);
    assert_eq!(ground.state(id).await, State::Sent);
    assert_eq!(removal.outbox().await.unwrap().given_up, 0);
    let keys: Vec<String> = platform.arrived().iter().map(|arrived| arrived.headers.idempotency_key.clone()).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "every attempt has one key");
});

on_every_engine!(a_partner_without_a_webhook_finds_it_in_its_list, |engine| {
    let ground = Ground::new(engine).await;
    let id = ground.approved(PARTNER).await;
    assert_eq!(ground.node.removal.send_due().await.unwrap().sent, 1);
    assert_eq!(ground.state(id).await, State::Sent);
});

on_every_engine!(t14_a_webhook_that_leads_inside_is_refused_where_it_is_set_and_where_it_is_called, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    for inside in
        ["http://127.0.0.1:1/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "ftp://a.example"]
    {
        assert!(removal.set_webhook(ground.partner, inside).await.is_err(), "{inside}");
    }
    assert_eq!(removal.webhook(ground.partner).await.unwrap(), None);
    // One that was set while the operator permitted it, and is called when it no longer is.
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.approved(PARTNER).await;
    let strict = beside(&ground.database, &ground.clock, |_| ()).await;
    assert_eq!(strict.removal.send_due().await.unwrap().put_off, 1);
    assert!(platform.arrived().is_empty());
    assert_eq!(ground.state(id).await, State::Approved);
});

on_every_engine!(a_notice_by_mail_arrives_whole_and_its_reminders_refer_to_it, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["take"]).await else { return };
    let ground = Ground::with(engine, |settings| settings.mail = Some(mail_to(mailbox.port))).await;
    let removal = &ground.node.removal;
    let id = ground.approved(MAILED).await;
    assert_eq!(removal.send_due().await.unwrap().sent, 1);
    let mail = mailbox.next().await;
    let header = |mail: &serde_json::Value, name: &str| {
        let all = mail["headers"].as_array().unwrap().clone();
        all.iter().find(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap().to_owned())
    };
    assert_eq!(mail["to"][0], "notices@snap.example");
    assert!(header(&mail, "Subject").unwrap().contains(&id.to_string()));
    let body = mail["body"].as_str().unwrap().replace("\r\n", "\n");
    let content = removal.whole(ANN, id).await.unwrap().content.unwrap();
    assert_eq!(body.trim_end(), content.letter.body.trim_end(), "what was approved is what is sent");
    let number = header(&mail, "Message-ID").unwrap();
    ground.pass(36 * HOUR);
    assert_eq!(ground.turn().await.half, 1);
    assert_eq!(removal.send_due().await.unwrap().sent, 1);
    let reminder = mailbox.next().await;
    assert_eq!(header(&reminder, "In-Reply-To"), Some(number));
    assert!(!reminder["body"].as_str().unwrap().contains("https://"), "a reminder says no address");
    assert!(mailbox.rest().await.is_empty());
});

on_every_engine!(a_mail_whose_taking_is_in_doubt_goes_twice_at_most_under_one_number, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["drop"]).await else { return };
    let ground = Ground::with(engine, |settings| settings.mail = Some(mail_to(mailbox.port))).await;
    let id = ground.approved(MAILED).await;
    let mut numbers = Vec::new();
    for _ in 0..4 {
        ground.node.removal.send_due().await.unwrap();
        ground.pass(DAY / 2);
    }
    for _ in 0..2 {
        let mail = mailbox.next().await;
        let headers = mail["headers"].as_array().unwrap().clone();
        numbers.push(headers.iter().find(|pair| pair[0] == "Message-ID").unwrap()[1].clone());
    }
    assert_eq!(numbers[0], numbers[1]);
    assert_eq!(ground.state(id).await, State::Sent, "it counts as handed over");
    assert!(mailbox.rest().await.is_empty(), "and not a third time");
});

on_every_engine!(what_a_server_refuses_for_good_is_undeliverable_at_once, |engine| {
    let Some(mailbox) = Mailbox::open(&["rcpt-550"]).await else { return };
    let ground = Ground::with(engine, |settings| settings.mail = Some(mail_to(mailbox.port))).await;
    let id = ground.approved(MAILED).await;
    assert_eq!(ground.node.removal.send_due().await.unwrap().given_up, 1);
    assert_eq!(ground.state(id).await, State::Undeliverable);
    assert_eq!(ground.node.removal.dead_letters().await.unwrap()[0].code, 550);
});

on_every_engine!(a_form_is_filled_in_by_a_person_who_says_when_it_is_sent, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let id = ground.approved(FORM).await;
    assert_eq!(removal.send_due().await.unwrap().sent, 0, "nothing goes by itself");
    assert_eq!(ground.state(id).await, State::Approved);
    assert!(removal.happened(ANN, id, Event::HandedOver).await.unwrap());
    assert_eq!(ground.state(id).await, State::Sent);
    // What goes out by itself is not ticked by a person.
    let by_api = ground.approved(PARTNER).await;
    assert!(matches!(removal.happened(ANN, by_api, Event::HandedOver).await, Err(NoticeError::NotNow(_))));
});

on_every_engine!(without_a_mail_server_or_an_address_nothing_is_approved_that_would_wait_for_ever, |engine| {
    let ground = Ground::new(engine).await;
    let id = ground.node.removal.draft(ANN, &new(MAILED)).await.unwrap();
    assert!(matches!(ground.node.removal.approve(BEN, id).await, Err(NoticeError::NoWay)));
});

on_every_engine!(what_is_taken_back_on_its_way_does_not_go_out_and_what_went_is_told, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let waiting = ground.approved(PARTNER).await;
    assert!(removal.happened(ANN, waiting, Event::Withdrawn).await.unwrap());
    assert_eq!(removal.send_due().await.unwrap(), server::removal::notices::Sent::default());
    let sent = ground.sent(PARTNER).await;
    assert!(removal.happened(ANN, sent, Event::Withdrawn).await.unwrap());
    assert!(!removal.happened(ANN, sent, Event::Withdrawn).await.unwrap(), "once");
    removal.send_due().await.unwrap();
    let kinds: Vec<_> = platform.arrived().iter().map(|arrived| arrived.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["notice", "withdrawn"]);
    assert_eq!(NoticeId::from_slice(sent.as_bytes()), Some(sent));
});

on_every_engine!(what_is_taken_back_while_it_goes_out_is_told_to_whom_it_went, |engine| {
    let platform = Platform::open().await;
    let ground = Ground::with(engine, |settings| settings.guard = platform.guard()).await;
    let removal = &ground.node.removal;
    removal.set_webhook(ground.partner, &platform.url()).await.unwrap();
    let id = ground.approved(PARTNER).await;
    let held = platform.hold().await;
    let (sent, ()) = tokio::join!(removal.send_due(), async {
        while platform.arrived().is_empty() {
            tokio::task::yield_now().await;
        }
        assert!(removal.happened(ANN, id, Event::Withdrawn).await.unwrap());
        drop(held);
    });
    sent.unwrap();
    removal.send_due().await.unwrap();
    let kinds: Vec<_> = platform.arrived().iter().map(|arrived| arrived.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["notice", "withdrawn"]);
    assert_eq!(ground.state(id).await, State::Withdrawn);
    assert_eq!(removal.outbox().await.unwrap().waiting, 0);
});
