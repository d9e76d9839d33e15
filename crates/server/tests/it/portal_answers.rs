//! What a page says of the answer before it: after a redirect, once, and without keeping words.

use server::node::NodeSettings;

use crate::portal::{Browser, mark, words_on};
use crate::support::{Engine, TestNode, on_every_engine};

/// Sends a wrong answer from its own page; the page then says what was wrong, and on the next look no more.
async fn is_said_once(person: &mut Browser, path: &str, fields: &[(&str, &str)], said: &str) -> String {
    let sent = person.answer(path, path, fields).await;
    assert_eq!((sent.status, sent.location.as_deref()), (303, Some(path)), "{}", sent.text);
    let page = person.get(path).await.text;
    assert!(page.contains(said), "{path} says {said:?}: {page}");
    assert!(!person.get(path).await.text.contains(said), "{path} says it again");
    page
}

on_every_engine!(what_was_wrong_is_said_once_on_every_page_of_the_flow, |engine| {
    let node = TestNode::start(engine).await;
    let mut person = Browser::of(&node);
    assert_eq!(person.send("/", &[("situation", "x")]).await.location.as_deref(), Some("/"));
    person.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    is_said_once(&mut person, "/s/1", &[], "id=\"missing\"").await;
    person.answer("/s/1", "/s/1", &[("answer", "13")]).await;
    is_said_once(&mut person, "/s/2", &[("answer", "x")], "id=\"missing\"").await;
    person.answer("/s/2", "/s/2", &[("answer", "links")]).await;
    is_said_once(&mut person, "/s/3", &[("marks", "[1]")], "ne sont pas arrivés entiers").await;
    let links = "http://192.168.0.1/a https://example.org/ok";
    let page = is_said_once(&mut person, "/s/4", &[("links", links)], "192.168.0.1").await;
    assert!(page.contains("https://example.org/ok"), "the good one is kept: {page}");
    assert!(person.get("/s/4").await.text.contains("https://example.org/ok"));
    let long = "é".repeat(server::intake::MESSAGE_CHARACTERS_MAX + 1);
    let page = is_said_once(&mut person, "/s/5", &[("message", &long)], "id=\"too-long\"").await;
    assert!(page.contains(&long), "what was written comes back whole");
    person.answer("/s/6", "/s/6", &[]).await;
    let page = is_said_once(&mut person, "/s/7", &[("word2", "canarymot"), ("word5", "x")], "id=\"wrong\"").await;
    assert!(!page.contains("canarymot"), "words that were typed are not kept");
});

on_every_engine!(what_was_wrong_in_an_open_case_and_without_a_visit_is_said_once, |engine| {
    let node = TestNode::start(engine).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(61)).await;
    let long = "a".repeat(server::intake::MESSAGE_CHARACTERS_MAX + 1);
    let sent = person.answer("/c", "/c/1", &[("message", &long)]).await;
    assert_eq!(sent.location.as_deref(), Some("/c"));
    assert!(person.get("/c").await.text.contains(&long));
    assert!(!person.get("/c").await.text.contains(&long));
    person.answer("/c", "/c/2", &[("links", "http://10.0.0.1/x")]).await;
    assert!(person.get("/c").await.text.contains("10.0.0.1"));
    assert!(!person.get("/c").await.text.contains("10.0.0.1"));
    is_said_once(&mut person, "/c/3", &[("marks", "x")], "ne sont pas arrivés entiers").await;

    // Somebody who tries words in a browser with an open case loses neither.
    let told = person.told("/o", &[("words", "un deux"), ("lang", "fr")]).await;
    assert!(told.text.contains("id=\"wrong\""), "{}", told.text);
    assert_eq!(person.get("/c").await.status, 200);
    assert!(!person.get("/o").await.text.contains("id=\"wrong\""));

    let mut other = Browser::of(&node);
    let told = other.told("/o/1", &[("words", &words), ("proof", "x"), ("lang", "en")]).await;
    let answer = "<div class=\"note warm\" role=\"alert\">";
    assert!(told.text.contains("lang=\"en\"") && told.text.contains(answer), "{}", told.text);
    assert!(!other.get("/o/1").await.text.contains(answer));

    let asked = person.answer("/c", "/c/6", &[]).await;
    assert_eq!(asked.location.as_deref(), Some("/c/6"));
    let gone = person.answer("/c/6", "/c/6", &[("sure", "1")]).await;
    assert_eq!(gone.status, 303);
    assert!(person.get(&gone.location.unwrap()).await.text.contains("<h1>"));
    assert_eq!(person.get("/c").await.status, 410);
    assert_eq!(person.get("/c/6/1").await.location.as_deref(), Some("/"), "it is said once");
});

/// A mark whose codes stand on the list.
fn common() -> String {
    let line = include_str!("../../../../web/data/common.jsonl").lines().find(|line| line.contains("rempart-blue"));
    let line: serde_json::Value = serde_json::from_str(line.unwrap()).unwrap();
    let value = line["orientations"][3].as_str().unwrap();
    format!(r#"{{"fingerprints":[{{"kind":"pdq","value":"{value}","quality":90}}],"quality":90}}"#)
}

fn with_common(mark: &str) -> String {
    format!("[{},{}]", common(), &mark[1..mark.len() - 1])
}

on_every_engine!(a_picture_that_very_many_people_have_is_refused_kindly_and_the_others_are_kept, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    let mut person = Browser::of(&node);
    person.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    person.answer("/s/1", "/s/1", &[("answer", "13")]).await;
    person.answer("/s/2", "/s/2", &[("answer", "offline")]).await;
    let marks = with_common(&mark(71));
    let page = is_said_once(&mut person, "/s/3", &[("marks", &marks)], "beaucoup de gens ont exactement la même").await;
    assert!(page.contains("Un code est déjà là"), "the other is kept: {page}");
    person.answer("/s/6", "/s/6", &[("share", "1"), ("later", "1")]).await;
    let words = words_on(&person.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    person.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    is_said_once(&mut person, "/c/3", &[("marks", &with_common(&mark(72)))], "exactement la même").await;
    let hash = |mark: &str| mark.split("\"value\":\"").nth(1).unwrap()[..64].to_owned();
    assert!(platform.matches(&hash(&common())).await.is_empty());
    for kept in [71, 72] {
        assert_eq!(platform.matches(&hash(&mark(kept))).await.len(), 1);
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_the_operators_own_is_in_force_beside_ours() {
    let hash = mark(73).split("\"value\":\"").nth(1).unwrap()[..64].to_owned();
    let theirs = server::intake::Screen::read(&format!("{hash} 100 logos/ours.png")).unwrap();
    let add = |settings: &mut NodeSettings| settings.screen = server::intake::Screen::ours().and(theirs.clone());
    let node = TestNode::start_with(Engine::Sqlite, add).await;
    let marks = |text: String| server::intake::Mark::read_all(&text).unwrap();
    let (kept, refused) = node.node.intake.screened(marks(with_common(&mark(73))));
    assert_eq!((kept.len(), refused), (0, 2));
    let view = format!(r#""quality":90}}],"views":[{{"view":1,"value":"{hash}"}}]"#);
    let (kept, refused) = node.node.intake.screened(marks(mark(74).replacen(r#""quality":90}]"#, &view, 1)));
    assert_eq!((kept.len(), refused, kept[0].views.len()), (1, 0, 0), "a view that would meet it is dropped alone");
}
