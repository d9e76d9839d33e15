//! An open case: what its owner is told and others must not learn, what is sent twice, what a full one still allows.

use rand::SeedableRng;
use sealing::{Receipt, RecipientSecret};
use serde_json::json;
use server::intake::{Author, IntakeError, OpenCase, Opened, WaitsFor};

use crate::claims::raise;
use crate::portal::{Browser, mark};
use crate::support::{Engine, TestNode, TestPartner, manual, on_every_engine};

fn code(seed: u8) -> String {
    mark(seed).split("\"value\":\"").nth(1).unwrap()[..64].to_owned()
}

async fn opened(node: &TestNode, words: &str) -> OpenCase {
    match node.node.intake.open_with(&Receipt::parse(words).unwrap()).await.unwrap() {
        Opened::Case(case) => case,
        other => panic!("{other:?}"),
    }
}

async fn blocks(platform: &TestPartner, node: &TestNode, entry: &str, number: u8) {
    let at = node.node.clock.now();
    let id = format!("01980000-0000-7000-8000-0000000000{number:02x}");
    let outcome = json!({"id": id, "entry": entry, "kind": "blocked", "count": 3, "at": at.to_string()});
    let sent = platform.post("outcomes", &json!({"outcomes": [outcome]})).await;
    assert_eq!(sent.body["recorded"], 1, "{}", sent.body);
}

on_every_engine!(a_platform_that_was_struck_off_is_never_shown_as_having_the_picture, |engine| {
    let node = TestNode::start(engine).await;
    let (kept, struck) = (node.partner("kept").await, node.partner("struck").await);
    let id = struck.get("partners/self").await.body["id"].as_str().unwrap().to_owned();
    let other = kept.get("partners/self").await.body["id"].as_str().unwrap().to_owned();
    let mut person = Browser::of(&node);
    person.send_case(&mark(30)).await;
    let fields = [("share", "1"), ("listed", id.as_str()), ("listed", other.as_str()), ("platform", other.as_str())];
    person.answer("/c", "/c/5", &fields).await;
    let head = node.node.bank.head().await.unwrap();
    for platform in [&kept, &struck] {
        assert_eq!(platform.put("cursor", &json!({"seq": head})).await.status, 204);
    }
    let page = person.get("/c").await.text;
    let table = page.split("<ul class=\"platforms\">").nth(1).unwrap();
    let row = |name: &str| table.split("<li>").find(|row| row.contains(name)).unwrap();
    assert!(row(">kept<").contains("✓ reçue"), "{table}");
    let gone = row(">struck<");
    assert!(
        gone.contains("nous ne la partageons plus") && gone.contains("✓ à jour") && !gone.contains("reçue"),
        "{gone}"
    );
});

on_every_engine!(t2_whoever_files_a_known_picture_learns_nothing_of_what_came_before, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let platform = node.partner("platform").await;
    let mut victim = Browser::of(&node);
    victim.send_case(&mark(31)).await;
    raise(&node, &code(31)).await;
    let entry = platform.matches(&code(31)).await.remove(0);
    blocks(&platform, &node, &entry, 1).await;
    clock.set(clock.now().plus_seconds(86_400));
    let other = Browser::of(&node).send_case(&mark(31)).await;
    let never_seen = Browser::of(&node).send_case(&mark(32)).await;
    let of = async |words: &str| {
        let view = node.node.intake.view(&opened(&node, words).await).await.unwrap();
        format!("{:?}", view.pictures[0].state)
    };
    assert_eq!(of(&other).await, of(&never_seen).await, "a picture that is known looks like one that is not");
    clock.set(clock.now().plus_seconds(60));
    blocks(&platform, &node, &entry, 2).await;
    assert!(of(&other).await.contains("Blocked"), "what is done from then on is told");
});

on_every_engine!(a_form_that_is_sent_twice_adds_nothing_the_second_time, |engine| {
    let node = TestNode::start(engine).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(33)).await;
    for _ in 0..2 {
        person.answer("/c", "/c/1", &[("message", "deux fois")]).await;
        person.answer("/c/3", "/c/3", &[("marks", &mark(34))]).await;
        person.answer("/c", "/c/2", &[("links", "https://example.org/twice")]).await;
    }
    let view = node.node.intake.view(&opened(&node, &words).await).await.unwrap();
    assert_eq!((view.messages.len(), view.pictures.len(), view.links.len()), (2, 2, 2), "with those of the beginning");
});

on_every_engine!(what_was_taken_back_can_be_added_again_and_the_hotline_still_knows_who_writes_next, |engine| {
    let node = TestNode::start(engine).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(35)).await;
    let case = opened(&node, &words).await;
    let view = node.node.intake.view(&case).await.unwrap();
    let (link, url) = (view.links[0].position.to_string(), view.links[0].url.clone());
    let picture = view.pictures[0].position.to_string();
    for item in [&link, &picture] {
        person.answer("/c", "/c/4", &[("item", item), ("sure", "1")]).await;
    }
    let view = node.node.intake.view(&case).await.unwrap();
    assert_eq!(view.row.waits_for, WaitsFor::Hotline, "taking something back answers nobody");
    assert_eq!((view.standing_pictures(), view.standing_links().count()), (0, 0));
    person.answer("/c", "/c/2", &[("links", &url)]).await;
    person.answer("/c/3", "/c/3", &[("marks", &mark(35))]).await;
    let view = node.node.intake.view(&case).await.unwrap();
    assert_eq!((view.standing_pictures(), view.standing_links().count()), (1, 1));
});

on_every_engine!(a_full_case_can_still_be_undone, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(36)).await;
    let (case, intake) = (opened(&node, &words).await, &node.node.intake);
    let view = intake.view(&case).await.unwrap();
    let room = 1_000 - 5;
    let links = (0..room).map(|number| format!("https://example.org/{number}")).collect();
    intake.add_links(&case, links).await.unwrap();
    assert!(matches!(intake.write(&case, Author::Person, "une de trop").await, Err(IntakeError::Full)));
    intake.withdraw(&case, view.pictures[0].position).await.unwrap();
    assert!(platform.matches(&code(36)).await.is_empty());
    intake.delete(&case).await.unwrap();
    assert!(matches!(intake.view(&case).await, Err(IntakeError::Over)));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_whose_release_was_forgotten_can_still_be_deleted() {
    let node = TestNode::start(Engine::Sqlite).await;
    let words = Browser::of(&node).send_case(&mark(37)).await;
    let (case, intake) = (opened(&node, &words).await, &node.node.intake);
    // As when the call that let the claim go ended before the case could say so, and its answer was forgotten since.
    let mut session = node.node.database().write().await.unwrap();
    let server::storage::Connection::Sqlite(on) = session.connection() else { panic!("SQLite") };
    for text in ["delete from claim_withholds", "delete from claims"] {
        sqlx::query(text).execute(&mut *on).await.unwrap();
    }
    session.commit().await.unwrap();
    intake.delete(&case).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_origin_or_of_too_many_fields_changes_nothing_also_in_old_browsers() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(38)).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let send = async |origin: &str, body: String| {
        let request = http.post(format!("{}/o", node.base())).header("origin", origin).body(body);
        request.send().await.unwrap()
    };
    let body = format!("words={}", words.replace(' ', "+"));
    for origin in ["https://example.org", "null", ""] {
        let answer = send(origin, body.clone()).await;
        assert_eq!(answer.status(), 403, "{origin}");
        assert!(!answer.headers().contains_key(reqwest::header::SET_COOKIE));
    }
    assert_eq!(send(&node.base(), "a&".repeat(1_001)).await.status(), 413);
    assert_eq!(send(&node.base(), body).await.status(), 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_that_was_ended_from_another_page_stays_ended() {
    let node = TestNode::start(Engine::Sqlite).await;
    let visits = &node.node.visits;
    let token = visits.begin(b"open", 60).await.unwrap();
    visits.end(&token).await.unwrap();
    visits.keep(&token, b"open", 60).await.unwrap();
    assert!(visits.read(&token).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_begins_so_many_drafts_an_hour_and_no_more() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    for _ in 0..120 {
        person.cookie = None;
        assert_eq!(person.send("/", &[("situation", "mine")]).await.status, 303);
    }
    assert_eq!(person.send("/", &[("situation", "mine")]).await.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipient_that_was_ended_and_comes_back_reads_new_cases_again() {
    let node = TestNode::start(Engine::Sqlite).await;
    let key = RecipientSecret::generate(&mut rand::rngs::StdRng::seed_from_u64(1)).public();
    let intake = &node.node.intake;
    intake.add_recipient(&node.operator, &key).await.unwrap();
    let before = intake.recipients().await.unwrap();
    assert!(intake.end_recipient(&node.operator, &key).await.unwrap());
    intake.add_recipient(&node.operator, &key).await.unwrap();
    assert_eq!(intake.recipients().await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t12_a_page_opened_in_calm_gives_no_right_to_send_under_load() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    person.send("/", &[("situation", "harassed"), ("lang", "fr")]).await;
    person.answer("/s/1", "/s/1", &[("answer", "13")]).await;
    person.answer("/s/6", "/s/6", &[]).await;
    let words = crate::portal::words_on(&person.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    (0..server::access::CALM_CASES_PER_MINUTE).for_each(|_| node.node.flood.note_case());
    let sent = person.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    assert_eq!(sent.location.as_deref(), Some("/s/7/1"), "it waits in line");
    assert_eq!(person.get("/c").await.status, 410);
}
