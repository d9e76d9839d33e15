//! The portal as time goes by: what it warns of, what ends, whose hours it tells, and whom the pages to read speak to.

use exchange::Time;
use server::clock::Clock;
use server::intake::retention::{CASE_DAYS, WARNED_DAYS, WARNED_STRONGLY_DAYS};
use server::intake::{Retention, Settings};
use server::storage::Database;

use crate::portal::{Browser, mark, words_on};
use crate::portal_upload::{allow, send_in_draft};
use crate::support::{Engine, TestNode, manual, on_every_engine};

async fn node_with_clock(engine: Engine) -> (TestNode, Clock) {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    (node, clock.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_month_is_said_and_the_last_week_is_said_first_and_aloud() {
    let (node, clock) = node_with_clock(Engine::Sqlite).await;
    let sent_at = clock.now();
    let words = Browser::of(&node).send_case(&mark(91)).await;
    assert_eq!((WARNED_DAYS, WARNED_STRONGLY_DAYS), (30, 7));
    for (days_left, warns, warns_strongly) in
        [(31, false, false), (30, true, false), (8, true, false), (7, false, true), (1, false, true), (0, false, true)]
    {
        // An hour before the day is full, so that so many whole days are left.
        let end = sent_at.plus_seconds(i64::from(CASE_DAYS) * 86_400);
        clock.set(end.plus_seconds(-(days_left * 86_400 + 3_600)));
        let mut owner = Browser::of(&node);
        owner.send("/o", &[("words", &words)]).await;
        let page = owner.get("/c").await.text;
        let said = match days_left {
            0 => "s’efface aujourd’hui".to_owned(),
            1 => "s’efface demain".to_owned(),
            days => format!("s’efface dans {days} jours"),
        };
        assert_eq!(page.contains(&said), warns || warns_strongly, "{days_left}: {page}");
        let strong = page.find("<div class=\"note danger\" role=\"alert\">");
        assert_eq!(strong.is_some(), warns_strongly, "{days_left}: {page}");
        assert!(strong.is_none_or(|at| at < page.find("<h1>").unwrap()), "before anything else");
        assert_eq!(page.contains("il n’en restera rien"), warns_strongly, "{days_left}");
    }
}

on_every_engine!(after_ten_hours_a_draft_is_gone_and_a_case_is_closed_and_both_are_said, |engine| {
    let (node, clock) = node_with_clock(engine).await;
    let (mut idle, mut owner) = (Browser::of(&node), Browser::of(&node));
    idle.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    idle.answer("/s/1", "/s/1", &[("answer", "13")]).await;
    idle.answer("/s/5", "/s/5", &[("message", "canary of the draft")]).await;
    let words = owner.send_case(&mark(92)).await;
    let visits = async || -> i64 {
        let text = "select count(*) from visits";
        match node.node.database() {
            Database::Sqlite { readers, .. } => sqlx::query_scalar(text).fetch_one(readers).await.unwrap(),
            Database::Postgres { pool, .. } => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
        }
    };
    assert_eq!(visits().await, 3, "with the way from the draft that was sent to its case");
    clock.set(clock.now().plus_seconds(10 * 3_600));
    for path in ["/s/1", "/s/5", "/s/7"] {
        let page = idle.get(path).await;
        assert_eq!(page.status, 410);
        for said in ["rien n’a été envoyé", "tu peux recommencer", "href=\"/\""] {
            assert!(page.text.contains(said), "{path} says {said:?}: {}", page.text);
        }
        assert!(!page.text.contains("canary"));
    }
    assert_eq!(idle.send("/s/6", &[("share", "1"), ("t", "x")]).await.status, 410);
    let closed = owner.get("/c").await;
    assert_eq!(closed.status, 410);
    assert!(closed.text.contains("href=\"/o\""), "{}", closed.text);
    node.node.visits.tidy().await.unwrap();
    assert_eq!(visits().await, 0, "nothing is left of either");
    if engine == Engine::Sqlite {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        server::storage::backup::backup(node.node.database(), &copy, |_| ()).await.unwrap();
        let bytes = std::fs::read(&copy).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
    }
    owner.send("/o", &[("words", &words)]).await;
    assert_eq!(owner.get("/c").await.status, 200, "its words open it again");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_tell_the_time_of_the_hotline_and_say_whose_it_is() {
    let (node, _) = node_with_clock(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    person.send_case(&mark(93)).await;
    // The clock stands at noon, universal time.
    let page = person.get("/c").await.text;
    assert!(page.contains("21\u{a0}novembre 2026 à 13\u{a0}h\u{a0}00") && page.contains(": Paris."), "{page}");
    let link = node.node.intake.new_link(&node.operator).await.unwrap();
    for (country, time_zone, hour, place) in [
        ("BE", "", "13\u{a0}h\u{a0}00", ": Bruxelles."),
        ("FR", "Indian/Reunion", "16\u{a0}h\u{a0}00", ": Reunion."),
        ("EU", "", "12\u{a0}h\u{a0}00", "temps universel (UTC)"),
    ] {
        let settings = Settings { country: country.into(), time_zone: time_zone.into(), ..Settings::default() };
        assert_eq!(settings.check(), Ok(()));
        assert!(node.node.intake.choose(&link, &settings).await.unwrap());
        let page = person.get("/c").await.text;
        assert!(page.contains(hour) && page.contains(place), "{country} {time_zone}: {page}");
        let proof = page.split("<code>").nth(1).unwrap().split(' ').next().unwrap();
        assert_eq!(proof, "2026-11-21T12:00:00.000000Z", "what machines read is universal time: {proof}");
        assert!(proof.parse::<Time>().is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_to_read_speak_to_whoever_has_a_visit_as_their_case_does() {
    let node = TestNode::start(Engine::Sqlite).await;
    const PAGES: [&str; 5] = ["/p/1", "/p/2", "/p/3", "/p/4", "/p/5"];
    let says = |page: &str, words: &[&str]| {
        let main = &page[page.find("<main").unwrap()..page.find("</main>").unwrap()];
        let text = main.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text.to_lowercase());
        let text = text.collect::<Vec<_>>().join(" ");
        text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| words.contains(&word))
    };
    const VOUS: [&str; 3] = ["vous", "votre", "vos"];
    const TU: [&str; 6] = ["tu", "ton", "ta", "tes", "toi", "te"];
    let mut nobody = Browser::of(&node);
    let mut adult = Browser::of(&node);
    adult.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    adult.answer("/s/1", "/s/1", &[("answer", "18")]).await;
    let mut child = Browser::of(&node);
    child.send_case(&mark(94)).await;
    for path in PAGES {
        let pages = [nobody.get(path).await.text, child.get(path).await.text, adult.get(path).await.text];
        // The list of what there is to read shows the first lines of pages for parents too.
        if path != "/p/5" {
            assert!(!says(&pages[0], &VOUS) && !says(&pages[1], &VOUS), "{path} says tu");
            assert!(says(&pages[2], &VOUS), "{path} says vous: {}", pages[2]);
            // At its end there are pages to read for the young.
            assert!(path == "/p/4" || !says(&pages[2], &TU), "{path} says tu too: {}", pages[2]);
        }
    }
    let words = words_on(&{
        adult.answer("/s/6", "/s/6", &[]).await;
        adult.answer("/s/2", "/s/2", &[("answer", "offline")]).await;
        adult.get("/s/7").await.text
    });
    let split: Vec<&str> = words.split(' ').collect();
    adult.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    let page = adult.get("/p/1").await;
    assert!(says(&page.text, &VOUS), "an open case says it too");
    adult.get("/x").await;
    assert!(!says(&adult.get("/p/1").await.text, &VOUS));
}

on_every_engine!(what_the_operator_set_is_what_pages_say_and_what_comes_to_pass, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| {
        clock = Some(manual(settings));
        settings.retention =
            Retention { case_days: 60, warned_days: 20, warned_strongly_days: 5, file_days: 7, ended_days: 90 };
    })
    .await;
    let (clock, began) = (clock.unwrap(), "2026-11-21T12:00:00Z".parse::<Time>().unwrap());
    let at = |days: i64, hours: i64| clock.set(began.plus_seconds(days * 86_400 + hours * 3_600));
    let files = async || -> i64 {
        let text = "select count(*) from upload_parts";
        match node.node.database() {
            Database::Sqlite { readers, .. } => sqlx::query_scalar(text).fetch_one(readers).await.unwrap(),
            Database::Postgres { pool, .. } => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
        }
    };
    allow(&node, true, true).await;
    let mut person = Browser::of(&node);
    let privacy = person.get("/p/1").await.text;
    for said in [
        "60 jours après la dernière fois",
        "les 20 derniers jours",
        "7 jours au plus, regardée ou non",
        "90 jours après sa fin",
    ] {
        assert!(privacy.contains(said), "{said}: {privacy}");
    }
    let privacy = person.get("/p/1?lang=en").await.text;
    for said in ["60 days after", "last 20 days", "7 days at most, looked at or not", "90 days after its end"] {
        assert!(privacy.contains(said), "{said}: {privacy}");
    }
    person.begin(&mark(95)).await;
    assert!(person.get("/s/5").await.text.contains("Au bout de 7 jours au plus"));
    assert_eq!(send_in_draft(&mut person, b"a picture").await, 204);
    let page = person.get("/s/7").await.text;
    assert!(page.contains("s’efface 60 jours après"), "{page}");
    let words = words_on(&page);
    let split: Vec<&str> = words.split(' ').collect();
    person.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    assert!(person.get("/c").await.text.contains("20\u{a0}janvier 2027"), "the day it is deleted");

    at(6, 0);
    node.node.tidy().await;
    assert_eq!(files().await, 1);
    at(7, 1);
    node.node.tidy().await;
    assert_eq!(files().await, 0);
    for (day, said, is_strong) in [(38, None, false), (41, Some(18), false), (56, Some(3), true)] {
        at(day, 1);
        let mut owner = Browser::of(&node);
        owner.send("/o", &[("words", &words)]).await;
        let page = owner.get("/c").await.text;
        assert!(page.contains("7 jours sont passés avant notre décision"), "{page}");
        let warns = said.map(|days| format!("s’efface dans {days} jours"));
        assert!(warns.as_ref().is_none_or(|warns| page.contains(warns)), "{day}: {page}");
        assert_eq!(page.contains("s’efface dans"), warns.is_some(), "{day}: {page}");
        assert_eq!(page.contains("<div class=\"note danger\" role=\"alert\">"), is_strong, "{day}: {page}");
    }
    at(59, 23);
    node.node.tidy().await;
    let mut owner = Browser::of(&node);
    assert_eq!(owner.send("/o", &[("words", &words)]).await.location.as_deref(), Some("/c"));
    at(60, 1);
    node.node.tidy().await;
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await.text;
    assert!(told.contains("effacée d’elle-même"), "{told}");
    at(150, 0);
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await.text;
    assert!(told.contains("effacée d’elle-même"), "still told: {told}");
    at(150, 3);
    node.node.tidy().await;
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await.text;
    assert!(!told.contains("effacée d’elle-même") && told.contains("id=\"wrong\""), "{told}");

    let mut other = Browser::of(&node);
    other.send_case(&mark(96)).await;
    let led = other.answer("/c/6", "/c/6", &[("sure", "1")]).await.location.unwrap();
    assert!(other.get(&led).await.text.contains("pendant 90 jours"));
});
