//! The portal under a path of the operator's choice: everything of it is there, and nothing of it is anywhere else.

use server::clock::Clock;
use server::intake::PortalPath;

use crate::portal::{Browser, mark, token, words_on};
use crate::support::{Engine, TestNode, manual};

const PATH: &str = "/my/space";

async fn node() -> (TestNode, Clock) {
    let mut clock = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| {
        clock = Some(manual(settings));
        settings.portal_path = PATH.parse::<PortalPath>().unwrap();
    })
    .await;
    (node, clock.unwrap())
}

/// Every address that a page leads to, loads or sends something to.
fn addresses(page: &str) -> Vec<&str> {
    ["href=\"", "src=\"", "action=\"", "data-path=\""]
        .iter()
        .flat_map(|name| page.split(name).skip(1).map(|rest| rest.split('"').next().unwrap()))
        .collect()
}

/// Somebody who sees every page with these eyes: what leads to this site is below the path.
struct Person<'a> {
    browser: Browser,
    seen: &'a mut Vec<String>,
}

impl Person<'_> {
    async fn see(&mut self, page: &str, status: u16) -> String {
        let answer = self.browser.get(&at(page)).await;
        assert_eq!(answer.status, status, "{page}: {}", answer.text);
        for address in addresses(&answer.text).into_iter().filter(|address| address.starts_with('/')) {
            assert!(is_below(address), "{page} leads to {address}");
            self.seen.push(address.split('?').next().unwrap().to_owned());
        }
        answer.text
    }

    /// Sends the form of a page; gives where it leads, as a page.
    async fn send(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> String {
        let text = self.see(from, 200).await;
        let token = if text.contains("name=\"t\" value=\"") { token(&text) } else { String::new() };
        let sent = self.browser.send(&at(to), &[&[("t", token.as_str())], fields].concat()).await;
        let led = sent.location.unwrap_or_else(|| panic!("{to}: {} {}", sent.status, sent.text));
        assert!(is_below(&led), "{to} leads to {led}");
        match led.strip_prefix(PATH).unwrap() {
            "" => "/".to_owned(),
            page => page.to_owned(),
        }
    }
}

fn at(page: &str) -> String {
    PATH.parse::<PortalPath>().unwrap().at(page)
}

fn is_below(address: &str) -> bool {
    address.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_visit_stays_below_the_path() {
    let (node, clock) = node().await;
    crate::portal_upload::allow(&node, true, true).await;
    let mut seen = Vec::new();
    let mut person = Person { browser: Browser::of(&node), seen: &mut seen };
    for page in ["/s/1", "/s/7", "/c", "/c/3"] {
        person.see(page, 410).await;
    }
    assert_eq!(person.send("/", "/", &[("situation", "mine"), ("lang", "fr")]).await, "/s/1");
    assert_eq!(person.send("/s/1", "/s/1", &[]).await, "/s/1");
    assert_eq!(person.send("/s/1", "/s/1", &[("answer", "15")]).await, "/s/2");
    assert_eq!(person.send("/s/2", "/s/2", &[("answer", "threat")]).await, "/s/2/1");
    person.see("/s/2/1", 200).await;
    assert_eq!(person.send("/s/3", "/s/3", &[("marks", &mark(61))]).await, "/s/4");
    assert_eq!(person.send("/s/4", "/s/4", &[("links", "http://192.168.1.1/a")]).await, "/s/4");
    assert_eq!(person.send("/s/4", "/s/4", &[("links", "https://example.org/a")]).await, "/s/5");
    assert_eq!(person.send("/s/5", "/s/5", &[("message", "help")]).await, "/s/6");
    assert_eq!(person.send("/s/6", "/s/6", &[("share", "1"), ("notices", "1")]).await, "/s/7");
    assert_eq!(person.send("/s/7", "/s/7", &[("word2", "wrong"), ("word5", "wrong")]).await, "/s/7");
    let words = words_on(&person.see("/s/7", 200).await);
    let split: Vec<&str> = words.split(' ').collect();
    (0..server::access::CALM_CASES_PER_MINUTE).for_each(|_| node.node.flood.note_case());
    let typed = [("word2", split[1]), ("word5", split[4])];
    assert_eq!(person.send("/s/7", "/s/7", &typed).await, "/s/7/1");
    clock.set(clock.now().plus_seconds(3));
    assert_eq!(person.send("/s/7/1", "/s/7", &[]).await, "/c");
    assert_eq!(person.send("/c", "/c/1", &[("message", "one more")]).await, "/c");
    assert_eq!(person.send("/c", "/c/2", &[("links", "https://example.org/b")]).await, "/c");
    assert_eq!(person.send("/c/3", "/c/3", &[("marks", &mark(62))]).await, "/c");
    person.see("/c/8", 200).await;
    let page = person.see("/c", 200).await;
    let item = page.split("name=\"item\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let led = person.send("/c", "/c/4", &[("item", &item)]).await;
    assert!(led.starts_with("/c/4"), "{led}");
    assert_eq!(person.send("/c", "/c/5", &[("share", "1")]).await, "/c");
    assert_eq!(person.send("/c", "/c/7", &[]).await, "/");
    assert!(person.send("/o", "/o", &[("words", "no such words")]).await.starts_with("/o"));
    assert_eq!(person.send("/o", "/o", &[("words", &words)]).await, "/c");
    assert!(person.send("/o/1", "/o/1", &[("words", &words), ("proof", "none")]).await.starts_with("/o/1"));
    assert_eq!(person.send("/c", "/c/6", &[]).await, "/c/6");
    let gone = person.send("/c/6", "/c/6", &[("sure", "1")]).await;
    person.see(&gone, 200).await;
    for page in ["/o", "/o/1", "/p/1", "/p/2", "/p/3", "/p/4", "/p/5", "/p/5/1", "/p/6"] {
        person.see(page, 200).await;
        person.see(&format!("{page}?lang=en"), 200).await;
    }
    let left = person.browser.get(&at("/x?lang=fr")).await;
    assert_eq!(left.location.as_deref(), Some("https://meteofrance.com/"), "away, and not below the path");
    drop(person);

    // What pages load is there; and whatever page they led to is one.
    seen.sort();
    seen.dedup();
    assert!(seen.iter().filter(|address| address.contains("/assets/")).count() > 5, "{seen:?}");
    let mut anybody = Browser::of(&node);
    for address in &seen {
        let answer = anybody.get(address).await;
        assert_ne!(answer.status, 404, "{address}");
        assert!(!address.contains("/assets/") || answer.status == 200, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_the_path_there_is_nothing_of_the_portal_and_everything_of_the_node() {
    let (node, _) = node().await;
    let mut anybody = Browser::of(&node);
    for page in ["/", "/s/1", "/s/7", "/o", "/c", "/p/1", "/x", "/my", "/my/spaces", "/my/space2/o", "/space"] {
        let answer = anybody.get(page).await;
        assert_eq!(answer.status, 404, "{page}");
        assert!(!answer.text.contains("<html"), "{page}");
    }
    let first = anybody.get(&format!("{PATH}/")).await;
    assert_eq!((first.status, first.location.as_deref()), (303, Some(PATH)));
    assert_eq!(anybody.get(PATH).await.status, 200);
    assert_eq!(anybody.get("/healthz").await.status, 200);
    assert_eq!(anybody.get("/api").await.status, 200);
    // The desk's pages load what they load from the root, as ever.
    let desk = anybody.get("/staff/sign-in").await;
    assert_eq!(desk.status, 200);
    let loaded: Vec<&str> = addresses(&desk.text).into_iter().filter(|address| address.contains("/assets/")).collect();
    assert!(!loaded.is_empty());
    for address in loaded {
        assert!(address.starts_with("/assets/"), "{address}");
        assert_eq!(anybody.get(address).await.status, 200, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_portal_is_not_there_under_its_path_either() {
    let (node, _) = node().await;
    let link = node.node.intake.new_link(&node.operator).await.unwrap();
    let settings = server::intake::Settings { is_on: false, ..Default::default() };
    assert!(node.node.intake.choose(&link, &settings).await.unwrap());
    let mut anybody = Browser::of(&node);
    for page in ["/", "/o", "/c"] {
        assert_eq!(anybody.get(&at(page)).await.status, 404, "{page}");
    }
    assert_eq!(anybody.get(&at("/x")).await.status, 303, "whoever is here when it is closed still leaves");
}
