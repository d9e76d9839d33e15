//! Who does what next: the order and why, nobody twice, passing over, handing on, what a page hears.

use futures::StreamExt;
use reqwest::Method;
use server::access::staff::Role;

use super::{Filing, acts, file, fill, listed, node_with_a_clock, number, pass, take};
use crate::portal::mark;
use crate::support::{Engine, between, on_every_engine, staff};

on_every_engine!(what_is_most_dangerous_is_first_and_each_row_says_why, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let adult = file(&node, Filing { age: "18", marks: mark(1), ..Filing::default() }).await;
    pass(&clock, 3_600);
    let minor = file(&node, Filing { marks: mark(2), ..Filing::default() }).await;
    let late_minor_online = file(&node, Filing { stand: "links", marks: mark(3), ..Filing::default() }).await;
    let threatened = file(&node, Filing { age: "18", situation: "threat", marks: mark(4), ..Filing::default() }).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let page = ann.page("/desk/queue/first").await.text;
    let order = [&threatened, &late_minor_online, &minor, &adult].map(|filed| filed.path());
    assert_eq!(listed(&page), order);
    for words in ["threat", "online now", "due in", "Why this order", "somebody is threatened, now"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    pass(&clock, 30 * 3_600);
    ann.sign_in().await;
    assert!(ann.page("/desk/queue/first").await.text.contains("late by"), "the target is over");
    assert_eq!(number(&node, "select count(*) from work where stage = 0").await, 4);
});

on_every_engine!(nobody_is_on_what_somebody_else_is_on, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let filed = file(&node, Filing::default()).await;
    let path = filed.path();
    take(&mut ann, &path).await;
    let refused = ben.submit(&format!("{path}/take"), &[]).await;
    assert!(refused.text.contains("Somebody else is on it"), "{}", refused.text);
    assert!(!refused.text.contains("canary-of-the-story"), "T8: who has not taken it reads nothing of it");
    let empty = ben.submit("/desk/queue/first", &[]).await;
    assert!(empty.text.contains("Nothing more is free"), "{}", empty.text);
    // A page renews; silence lets it go.
    pass(&clock, 14 * 60);
    assert!(ann.page(&path).await.text.contains("canary-of-the-story"));
    pass(&clock, 14 * 60);
    assert!(ben.submit(&format!("{path}/take"), &[]).await.text.contains("Somebody else is on it"));
    pass(&clock, 2 * 60);
    take(&mut ben, &path).await;
    let lost = ann.submit(&format!("{path}/write"), &[("message", "too late")]).await;
    assert!(lost.text.contains("not yours any more"), "{}", lost.text);
    let lost = ann.submit(&format!("{path}/verdict"), &[("code", "U1"), ("basis", "nothing")]).await;
    assert!(lost.text.contains("not yours any more"), "{}", lost.text);
});

on_every_engine!(those_who_take_at_the_same_moment_get_different_things, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    for seed in 1..=2 {
        file(&node, Filing { marks: mark(seed), ..Filing::default() }).await;
    }
    let (one, other) = tokio::join!(ann.post("/desk/queue/first", &[]), ben.post("/desk/queue/first", &[]));
    let places = [&one, &other].map(|answer| answer.headers["location"].to_str().unwrap().to_owned());
    assert!(places.iter().all(|place| place.starts_with("/desk/work/")), "{places:?}");
    assert_ne!(places[0], places[1]);
});

on_every_engine!(passing_over_is_counted_on_the_thing_and_leads_to_the_next, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    for seed in 1..=2 {
        file(&node, Filing { marks: mark(seed), ..Filing::default() }).await;
    }
    let order = listed(&ann.page("/desk/queue/first").await.text);
    take(&mut ann, &order[0]).await;
    let next = ann.post(&format!("{}/skip", order[0]), &[]).await;
    assert!(next.headers["location"].to_str().unwrap().starts_with(&order[1]), "{:?}", next.headers);
    let page = ben.page("/desk/queue/first").await.text;
    assert!(page.contains("passed over once"), "{page}");
    assert_eq!(number(&node, "select cast(sum(skips) as bigint) from work").await, 1);
    let acts = acts(&node).await;
    assert!(!acts.iter().any(|act| act.contains("skip")), "no log says who passed over: {acts:?}");
    let over = ann.submit(&format!("{}/skip", order[1]), &[]).await;
    assert!(over.text.contains("Nothing more is free"), "{}", over.text);
});

on_every_engine!(a_thing_is_put_back_or_handed_to_somebody_who_works_here, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let boss = staff(&node, Role::Administrator).await;
    let path = file(&node, Filing::default()).await.path();
    let page = take(&mut ann, &path).await.text;
    assert!(page.contains(&ben.name) && !page.contains(&boss.name), "{page}");
    for stranger in [boss.id.to_string(), ann.id.to_string(), "x".to_owned()] {
        let refused = ann.submit(&format!("{path}/hand"), &[("to", &stranger)]).await;
        assert!(refused.text.contains("for somebody else"), "{}", refused.text);
    }
    ann.submit(&format!("{path}/hand"), &[("to", &ben.id.to_string())]).await;
    assert!(ann.submit(&format!("{path}/take"), &[]).await.text.contains("Somebody else is on it"));
    pass(&clock, 3_600);
    for who in [&mut ann, &mut ben] {
        who.sign_in().await;
    }
    assert_eq!(
        listed(&ben.page("/desk/mine").await.text),
        std::slice::from_ref(&path),
        "it waits for whoever it was handed to"
    );
    assert!(ben.page(&path).await.text.contains("canary-of-the-story"));
    ben.submit(&format!("{path}/back"), &[]).await;
    take(&mut ann, &path).await;
});

on_every_engine!(who_wants_none_of_something_is_not_given_it_and_nobody_asks_why, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let minor = file(&node, Filing { marks: mark(1), ..Filing::default() }).await;
    let adult = file(&node, Filing { age: "18", marks: mark(2), ..Filing::default() }).await;
    let page = ann.submit("/desk/me", &[("out-0", "1"), ("out-99", "1")]).await;
    assert!(page.text.contains("Kept."), "{}", page.text);
    let page = ann.page("/desk/queue/first").await.text;
    assert_eq!(listed(&page), [adult.path()]);
    assert!(page.contains("hidden from you"), "{page}");
    assert_eq!(listed(&ben.page("/desk/queue/first").await.text), [minor.path(), adult.path()]);
    let taken = ann.post("/desk/queue/first", &[]).await;
    assert_eq!(taken.headers["location"].to_str().unwrap(), adult.path());
    ann.submit("/desk/me", &[]).await;
    assert_eq!(listed(&ann.page("/desk/queue/first").await.text).len(), 2);
});

on_every_engine!(t12_a_long_queue_is_read_page_by_page_without_a_hole_or_a_double, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    fill(&node, 127).await;
    let (mut path, mut seen) = ("/desk/queue/first".to_owned(), vec![]);
    for rows in [50, 50, 27] {
        let page = ann.page(&path).await.text;
        let here = listed(&page);
        assert_eq!(here.len(), rows);
        seen.extend(here);
        if let Some(next) = page.split("?after=").nth(1) {
            path = format!("/desk/queue/first?after={}", next.split('"').next().unwrap());
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (127, 127));
    let navigation = ann.page("/desk/mine").await.text;
    assert!(navigation.contains("127"), "{navigation}");
});

on_every_engine!(a_page_hears_that_its_queue_changed_and_nothing_of_what_is_in_it, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let ann = staff(&node, Role::Analyst).await;
    let stream = ann.request(Method::GET, "/desk/queue/first/events").send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut body = stream.bytes_stream();
    file(&node, Filing::default()).await;
    let mut heard = String::new();
    while !heard.contains("event: changed") {
        heard.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    assert_eq!(heard.replace(":\n\n", "").trim(), "event: changed\ndata: 1");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t8_t9_a_case_opens_for_whoever_took_it_and_for_no_administrator() {
    let (node, _) = node_with_a_clock(Engine::Sqlite).await;
    let (mut ann, mut lead) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    let mut boss = staff(&node, Role::Administrator).await;
    let path =
        file(&node, Filing { links: "https://example.org/canary-of-the-link", ..Filing::default() }).await.path();
    for who in [&mut ann, &mut lead] {
        let page = who.page(&path).await.text;
        assert!(!page.contains("canary") && page.contains("opens once you take it"), "{page}");
        for what in ["write", "verdict", "contest", "end", "settle"] {
            let refused = who.submit(&format!("{path}/{what}"), &[("message", "x"), ("does", "stand")]).await;
            assert!(!refused.text.contains("canary"), "{what}");
        }
    }
    for place in [&path, "/desk/queue/first", "/desk/mine", "/desk/me", "/desk/overview", "/desk/answers"] {
        assert_eq!(boss.get(place).await.status, 403, "{place}");
    }
    take(&mut ann, &path).await;
    let page = ann.page(&path).await.text;
    assert!(page.contains("canary-of-the-story") && page.contains("canary-of-the-link"));
    // The link is text: nothing that a slip of the hand opens.
    assert!(!page.contains("href=\"https://example.org"), "{page}");
    assert_eq!(ann.get("/desk/queue/lead").await.status, 403);
    assert_eq!(ann.get("/desk/overview").await.status, 403);
}

on_every_engine!(pages_go_on_behind_what_somebody_wants_none_of, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let threatened = file(&node, Filing { age: "18", situation: "threat", marks: mark(1), ..Filing::default() }).await;
    fill(&node, 240).await;
    let mut pages = async |out: &[(&str, &str)]| {
        ann.submit("/desk/me", out).await;
        let (mut all, mut path) = (vec![], "/desk/queue/first".to_owned());
        loop {
            let page = ann.page(&path).await.text;
            all.extend(listed(&page));
            let Some(after) = between(&page, "/desk/queue/first?after=", "\"") else { return all };
            path = format!("/desk/queue/first?after={after}");
        }
    };
    let everything = pages(&[]).await;
    assert_eq!(everything.len(), 241);
    let (adults, minors) = (pages(&[("out-0", "1")]).await, pages(&[("out-1", "1")]).await);
    assert_eq!((adults.len(), minors.len()), (121, 120), "what is wanted lies before and behind what is not");
    assert_eq!(adults[0], threatened.path(), "in the same order");
    assert_eq!([&adults[..1], &minors, &adults[1..]].concat(), everything);
    assert_eq!(pages(&[("out-0", "1"), ("out-2", "1")]).await, adults[1..]);
    assert!(pages(&[("out-0", "1"), ("out-1", "1")]).await.is_empty());
});
