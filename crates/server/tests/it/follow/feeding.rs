//! Each wire as its system speaks it: first walk, increments, what is taken back, what goes back.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use exchange::dialects::ncmec;
use exchange::dialects::stopncii::{self, CaseStatus, MemberVote, SignalType, Vote};
use exchange::dialects::threatexchange::{self, Opinion, Update};
use exchange::dialects::{Medium, Stance, tat};
use exchange::{Fingerprint, Tier, hex};
use serde_json::json;
use server::clock::Clock;
use server::follow::SourceKind;

use super::{Fake, body, hash, node, node_at, source};
use crate::support::on_every_engine;

/// A page of StopNCII's, of these hashes.
pub(crate) fn stopncii_page(hashes: &[(u8, CaseStatus)], second: i64, next: Option<&str>) -> Vec<u8> {
    let record = |(number, status): &(u8, CaseStatus)| stopncii::Record {
        second,
        signal: SignalType::ImagePdq,
        value: hex::encode(&hash(*number)),
        status: *status,
        cases: vec![],
        votes: vec![MemberVote { source: "CSP".into(), vote: Vote::Blocked, tags: vec![] }],
    };
    stopncii::encode(&stopncii::Page {
        records: hashes.iter().map(record).collect(),
        next: next.map(str::to_owned),
        next_second: second,
        has_more: next.is_some(),
        skipped: vec![],
    })
}

on_every_engine!(stopncii_is_followed_resumed_and_told_what_was_done, |engine| {
    use CaseStatus::{Active, Withdrawn};
    let fake = Fake::start(|asked, _| {
        if asked.line.contains("nextPageToken=two") {
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        } else {
            body(stopncii_page(&[(1, Active), (2, Active)], 100, Some("two")))
        }
    })
    .await;
    let node = node(engine).await;
    let new = source(SourceKind::StopNcii, &format!("{}/v1", fake.base), Tier::Verified, true);
    let view = node.follow(new).await;
    assert!(view.trouble.as_deref().is_some_and(|trouble| trouble.contains("503")), "{view:?}");
    assert_eq!((view.records, node.holds(hash(1))), (2, 1), "what came before the trouble is protected");

    // The walk goes on where it was, not from the beginning.
    fake.now(|_, _| body(stopncii_page(&[(3, Active)], 120, None)));
    let before = fake.asked().len();
    let turn = node.turn("stopncii").await;
    assert_eq!((turn.put, turn.removed, turn.trouble.as_deref()), (1, 0, None), "{turn:?}");
    let asked = fake.asked();
    assert!(asked[before].line.contains("startTimestamp=10&") && asked[before].line.contains("nextPageToken=two"));
    assert!(asked[before].headers.contains("s3cr3t-of-the-source") && asked[before].headers.contains("subscr1ption"));

    // An increment: one is taken back, one is as it was.
    fake.now(|_, _| body(stopncii_page(&[(1, Withdrawn), (2, Active)], 140, None)));
    let turn = node.turn("stopncii").await;
    assert_eq!((turn.removed, node.holds(hash(1)), node.holds(hash(2)), node.holds(hash(3))), (1, 0, 1, 1));
    assert!(fake.asked().last().unwrap().line.contains("startTimestamp=120"));

    // What partners do goes back, what they only saw does not.
    let partner = node.partner("platform").await;
    let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(2))}]})).await;
    let matched = &answer.body["results"][0]["matches"][0];
    assert_eq!(matched["advice"], "block", "the source stands for it, and the operator trusts it that far");
    let entry = matched["entry"].as_str().unwrap();
    let shown = partner.get(&format!("entries/{entry}")).await;
    assert_eq!(shown.body["origin"], "stopncii");
    for (number, kind) in [(1, "seen"), (2, "blocked")] {
        let outcome = json!({"id": format!("01940f5c-7a30-7cc0-8000-00000000000{number}"), "entry": entry, "kind": kind,
            "count": 1, "at": "2026-11-21T10:00:00Z"});
        assert_eq!(partner.post("outcomes", &json!({"outcomes": [outcome]})).await.status, 200);
    }
    assert_eq!(node.source("stopncii").await.feedback_waiting, 1);
    fake.now(
        |asked, _| {
            if asked.line.contains("SubmitFeedback") { body("{}") } else { body(stopncii_page(&[], 140, None)) }
        },
    );
    let turn = node.turn("stopncii").await;
    assert_eq!((turn.fed_back, node.source("stopncii").await.feedback_waiting), (1, 0));
    let last = fake.asked().pop().unwrap();
    assert!(last.line.ends_with("/v1/SubmitFeedback") && last.headers.contains("f33dback"));
    assert!(last.body.contains("\"feedbackValue\":\"Blocked\"") && last.body.contains(&hex::encode(&hash(2))));
    node.node.close().await;
});

on_every_engine!(ncmec_is_followed_and_a_range_that_stays_unreadable_costs_a_second_of_it, |engine| {
    let item = |id: &str, number: u8, is_gone: bool| ncmec::Item {
        member: ncmec::Member { id: 42, name: "M".into() },
        id: id.into(),
        medium: Medium::Picture,
        second: Some(1_000),
        listed: (!is_gone).then(|| ncmec::Detail {
            classification: Some("A1".into()),
            fingerprints: vec![("pdq".into(), hex::encode(&hash(number)))],
        }),
    };
    let page = move |items: Vec<ncmec::Item>, next: Option<&str>| {
        let mut writer = ncmec::Writer::default();
        items.iter().for_each(|item| writer.push(item));
        writer.end(next, None)
    };
    let (first, second) =
        (page(vec![item("a", 1, false)], Some("/v2/entries?start=2")), page(vec![item("b", 2, false)], None));
    let fake = Fake::of(vec![body(first), body(second)]).await;
    let start: exchange::Time = "2026-11-21T10:00:00Z".parse().unwrap();
    let clock = Clock::manual(start);
    let node = node_at(engine, clock.clone()).await;
    let view = node.follow(source(SourceKind::Ncmec, &fake.base, Tier::Reported, true)).await;
    assert_eq!((view.records, view.trouble.as_deref()), (2, None), "{view:?}");
    let asked = fake.asked();
    assert!(asked[0].line.contains("/v2/entries?from=1970-01-01T00:00:00Z&to=") && asked[0].headers.contains("Basic "));
    assert!(asked[1].line.ends_with("/v2/entries?start=2"));

    let gone = page(vec![item("a", 1, true)], None);
    fake.now(move |_, _| body(gone.clone()));
    clock.set(start.plus_seconds(10));
    let turn = node.turn("ncmec").await;
    assert_eq!((turn.removed, node.holds(hash(1)), node.holds(hash(2))), (1, 0, 1), "{turn:?}");

    // What partners keep goes back with a reason that the other side offers.
    let partner = node.partner("platform").await;
    let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(2))}]})).await;
    let entry = answer.body["results"][0]["matches"][0]["entry"].as_str().unwrap().to_owned();
    let outcome = json!({"id": "01940f5c-7a30-7cc0-8000-000000000001", "entry": entry, "kind": "mistaken",
        "count": 1, "at": "2026-11-21T10:00:00Z"});
    assert_eq!(partner.post("outcomes", &json!({"outcomes": [outcome]})).await.status, 200);
    let empty = page(vec![], None);
    fake.now(move |asked, _| match &asked.line {
        line if line.ends_with("/reasons") => body(ncmec::encode_reasons("PDQ")),
        line if line.starts_with("PUT") => body("<submissionResult/>"),
        _ => body(empty.clone()),
    });
    assert_eq!(node.turn("ncmec").await.fed_back, 1);
    let last = fake.asked().pop().unwrap();
    assert!(last.line.ends_with("/v2/entries/42/b/PDQ/feedback") && last.body.contains("<negative>"), "{last:?}");

    // From now on nothing that covers a certain second can be read.
    let empty = page(vec![], None);
    let bad = start.as_micros() / 1_000_000 + 50;
    fake.now(move |asked, _| {
        let of = |name: &str| {
            let text = asked.line.split(&format!("{name}=")).nth(1).unwrap();
            ncmec::second(text.split('&').next().unwrap()).unwrap()
        };
        if (of("from")..of("to")).contains(&bad) { body("<queryResult><images") } else { body(empty.clone()) }
    });
    clock.set(start.plus_seconds(100));
    for failures in 1..=3 {
        assert!(node.turn("ncmec").await.trouble.is_some());
        assert_eq!(node.source("ncmec").await.failures, failures);
    }
    let turn = node.turn("ncmec").await;
    assert_eq!((turn.skipped, turn.trouble.as_deref()), (1, None), "{turn:?}");
    let said = node.source("ncmec").await.last_skipped.unwrap();
    assert!(said.starts_with("the second 2026-11-21T10:00:50Z of the list"), "{said}");
    node.node.close().await;
});

on_every_engine!(threatexchange_is_followed_with_its_tombstones, |engine| {
    let update = |number: u8, second: i64, stands: bool| Update {
        id: format!("900{number}"),
        indicator: hex::encode(&hash(number)),
        kind: "HASH_PDQ".into(),
        second,
        opinions: if stands {
            vec![Opinion { id: format!("800{number}"), owner: 42, stance: Stance::Firm, tags: vec![] }]
        } else {
            vec![]
        },
    };
    let page = move |updates: Vec<Update>, next: Option<String>| {
        threatexchange::encode_updates(&threatexchange::Page { updates, next, skipped: vec![] })
    };
    let fake = Fake::start(|_, _| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await;
    let next = format!("{}/v26.0/777/threat_updates/?access_token=s3cr3t-of-the-source&after=x", fake.base);
    let (first, second) =
        (page(vec![update(1, 50, true)], Some(next)), page(vec![update(2, 60, true), Update::nothing_new(60)], None));
    fake.now(move |asked, _| body(if asked.line.contains("after=x") { second.clone() } else { first.clone() }));
    let node = node(engine).await;
    let view = node.follow(source(SourceKind::ThreatExchange, &fake.base, Tier::Verified, true)).await;
    assert_eq!((view.records, view.skipped, view.trouble.as_deref()), (2, 0, None), "{view:?}");
    let gone = page(vec![update(1, 70, false)], None);
    fake.now(move |_, _| body(gone.clone()));
    assert_eq!((node.turn("threatexchange").await.removed, node.holds(hash(1))), (1, 0));
    assert!(fake.asked().last().unwrap().line.contains("start_time=60"));

    let partner = node.partner("platform").await;
    let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(2))}]})).await;
    let entry = answer.body["results"][0]["matches"][0]["entry"].as_str().unwrap().to_owned();
    let outcome = json!({"id": "01940f5c-7a30-7cc0-8000-000000000001", "entry": entry, "kind": "removed",
        "count": 1, "at": "2026-11-21T10:00:00Z"});
    partner.post("outcomes", &json!({"outcomes": [outcome]})).await;
    let empty = page(vec![Update::nothing_new(70)], None);
    fake.now(move |asked, _| body(if asked.line.starts_with("POST") { b"{}".to_vec() } else { empty.clone() }));
    assert_eq!(node.turn("threatexchange").await.fed_back, 1);
    assert!(fake.asked().last().unwrap().line.starts_with("POST /v26.0/8002/?reactions=HELPFUL&"));
    node.node.close().await;
});

on_every_engine!(tech_against_terrorism_is_followed_with_a_token_of_each_turn, |engine| {
    let row = |number: u8, deleted: bool| tat::Row {
        id: number.into(),
        fingerprint: Fingerprint::Pdq { hash: hash(number), quality: None },
        medium: Medium::Picture,
        ideology: "x".into(),
        deleted,
        second: 5,
    };
    let page = move |rows: Vec<tat::Row>, next: Option<&str>, checkpoint: &str| {
        tat::encode(&tat::Page { rows, next: next.map(str::to_owned), checkpoint: checkpoint.into(), skipped: vec![] })
    };
    let (first, second) = (page(vec![row(1, false)], Some("offset=1"), "5,1"), page(vec![row(2, false)], None, "5,2"));
    let fake = Fake::start(move |asked, _| match &asked.line {
        line if line.contains("/token-auth/tcap/") => body(r#"{"token":"jwt","user":{}}"#),
        line if line.contains("offset=1") => body(second.clone()),
        _ => body(first.clone()),
    })
    .await;
    let node = node(engine).await;
    let view = node.follow(source(SourceKind::Tat, &fake.base, Tier::Verified, true)).await;
    assert_eq!((view.records, view.trouble.as_deref()), (2, None), "{view:?}");
    let asked = fake.asked();
    assert!(asked[0].body.contains("username=user") && asked[1].headers.contains("Bearer jwt"));
    let gone = page(vec![row(1, true)], None, "9,1");
    fake.now(
        move |asked, _| {
            if asked.line.contains("token-auth") { body(r#"{"token":"jwt"}"#) } else { body(gone.clone()) }
        },
    );
    let turn = node.turn("tat").await;
    assert_eq!((turn.removed, node.holds(hash(1)), node.holds(hash(2))), (1, 0, 1));
    assert!(fake.asked().last().unwrap().line.contains("after=5%2C2"));
    let partner = node.partner("platform").await;
    let answer = partner.post("match", &json!({"queries": [{"pdq": hex::encode(&hash(2))}]})).await;
    assert_eq!(answer.body["results"][0]["matches"][0]["tier"], "reported", "a list of leads");
    node.node.close().await;
});
