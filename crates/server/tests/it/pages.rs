//! The pages: what they show, in which language, and that they are sound HTML that loads nothing from elsewhere.

use std::collections::HashSet;

use exchange::{Reach, Scope, Tier, Time};
use serde_json::{Value, json};
use server::clock::Clock;
use server::http::{Listening, serve};
use server::partners::NewPartner;
use server::{operator, telemetry};

use crate::matcher::support::{Home, Relay, TestMatcher, upstream};
use crate::support::{Answer, Engine, TestNode, hash, manual, on_every_engine};

const VOID: [&str; 4] = ["meta", "link", "br", "path"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_page_says_how_the_node_stands_in_both_languages() {
    let (node, operator) = a_node_with_a_past().await;
    for language in ["en", "fr"] {
        let page = get(&node, &format!("{operator}/status?lang={language}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        insta::assert_snapshot!(format!("status_{language}"), without_digest(&page.text));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_node_says_what_will_appear() {
    let node = TestNode::start_with(Engine::Sqlite, |settings| drop(manual(settings))).await;
    let operator = operator_of(&node).await;
    for language in ["en", "fr"] {
        let page = get(&node, &format!("{operator}/?lang={language}")).await;
        insta::assert_snapshot!(format!("status_empty_{language}"), without_digest(&page.text));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_the_api_is_drawn_from_its_document_in_both_languages() {
    let node = TestNode::start(Engine::Sqlite).await;
    for language in ["en", "fr"] {
        let page = get(&node, &format!("{}/api?lang={language}", node.base())).await;
        assert_eq!(page.status, 200, "{}", page.text);
        // The rest of the articles is what the document says, which is snapshotted as the document.
        let page = with_articles(&without_digest(&page.text), &["\"match\"", "\"schema-MatchRequest\""]);
        insta::assert_snapshot!(format!("api_{language}"), page);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_partner_pastes_into_its_clients_has_a_page_that_shows_no_key() {
    let node = TestNode::start(Engine::Sqlite).await;
    let operator = operator_of(&node).await;
    let platform = node.partner("platform").await;
    for language in ["en", "fr"] {
        let page = get(&node, &format!("{operator}/partners/platform/clients?lang={language}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        is_sound(&page.text);
        for shown in [
            "https://NODE/stopncii/v1",
            "https://NODE/ncmec",
            "https://NODE/threatexchange/",
            "TX_NCMEC_CREDENTIALS",
            "platform:rp_KEY",
        ] {
            assert!(page.text.contains(shown), "{shown} is not there in {language}");
        }
        assert!(!page.text.contains(&platform.key));
    }
    assert_eq!(get(&node, &format!("{operator}/partners/nobody/clients")).await.status, 404);
}

on_every_engine!(a_partner_that_falls_behind_is_on_top_of_the_status_page, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let operator = operator_of(&node).await;
    let platform = node.partner("platform").await;
    platform.protect("adult", "verified", &hash(1)).await;
    platform.put("cursor", &json!({"seq": 1})).await;
    platform.protect("adult", "verified", &hash(2)).await;
    let page = get(&node, &format!("{operator}/status?lang=en")).await;
    assert!(page.text.contains("Nothing is wrong"), "a change that is new makes nobody late: {}", page.text);
    clock.set(clock.now().plus_seconds(60));
    let page = get(&node, &format!("{operator}/status?lang=en")).await;
    assert!(page.text.contains("Nothing is wrong"), "60 seconds are allowed: {}", page.text);
    clock.set(clock.now().plus_seconds(1));
    let page = get(&node, &format!("{operator}/status?lang=en")).await;
    let trouble = page.text.find("platform is late").expect(&page.text);
    assert!(trouble < page.text.find("<table>").unwrap());
    assert!(page.text[trouble..].contains("one change has been waiting for 1\u{a0}min\u{a0}1\u{a0}s"), "{}", page.text);
    platform.put("cursor", &json!({"seq": 2})).await;
    let page = get(&node, &format!("{operator}/status?lang=en")).await;
    assert!(page.text.contains("Nothing is wrong") && page.text.contains("Up to date"), "{}", page.text);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operators_pages_answer_under_no_strangers_name() {
    let node = TestNode::start(Engine::Sqlite).await;
    let operator = operator_of(&node).await;
    for path in ["/", "/status", "/metrics", "/healthz", "/readyz"] {
        let request = node.http.get(format!("{operator}{path}"));
        let stranger = Answer::of(request.header("host", "evil.example").send().await.unwrap()).await;
        stranger.is_problem(421, "host");
        assert_eq!(stranger.headers["x-content-type-options"], "nosniff");
        let request = node.http.get(format!("{operator}{path}"));
        let local = Answer::of(request.header("host", "localhost:9101").send().await.unwrap()).await;
        assert_eq!(local.status, 200, "{path}: {}", local.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_is_asked_for_or_accepted_or_english() {
    let node = TestNode::start(Engine::Sqlite).await;
    let cases = [
        ("?lang=fr", Some("en"), "fr"),
        ("?lang=en", Some("fr"), "en"),
        ("", Some("fr-FR,fr;q=0.9,en;q=0.8"), "fr"),
        ("?lang=de", Some("fr"), "fr"),
        ("", Some("de"), "en"),
        ("", None, "en"),
    ];
    for (query, accepted, expected) in cases {
        let mut request = node.http.get(format!("{}/api{query}", node.base()));
        if let Some(accepted) = accepted {
            request = request.header("accept-language", accepted);
        }
        let page = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(page.headers["content-language"], expected, "{query} {accepted:?}");
        assert!(page.text.contains(&format!("<html lang=\"{expected}\">")), "{query} {accepted:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_sound_html_without_scripts_inline_styles_or_strangers() {
    let (node, operator) = a_node_with_a_past().await;
    for language in ["en", "fr"] {
        for page in [format!("{operator}/status"), format!("{}/api", node.base())] {
            let answer = get(&node, &format!("{page}?lang={language}")).await;
            assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
            is_sound(&answer.text);
            let style = between(&answer.text, "rel=\"stylesheet\" href=\"", "\"").unwrap();
            let base = page.rsplit_once('/').unwrap().0;
            let sheet = get(&node, &format!("{base}{style}")).await;
            assert_eq!(sheet.status, 200);
            assert_eq!(sheet.headers["content-type"], "text/css; charset=utf-8");
            assert!(sheet.headers["cache-control"].to_str().unwrap().contains("immutable"));
            get(&node, &format!("{base}/assets/rempart.css")).await.is_problem(404, "not-found");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn french_keeps_its_no_break_spaces() {
    let (node, operator) = a_node_with_a_past().await;
    let page = get(&node, &format!("{operator}/status?lang=fr")).await;
    let text = text_of(&page.text);
    assert!(text.contains("\u{a0}:") && text.contains("\u{202f};"), "{text}");
    for broken in [" :", " ;", " ?", " !", "« ", " »"] {
        assert!(!text.contains(broken), "{broken:?} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_the_api_has_every_operation_and_every_value() {
    let node = TestNode::start(Engine::Sqlite).await;
    let document = get(&node, &format!("{}/api/openapi.json", node.base())).await.body;
    let page = get(&node, &format!("{}/api?lang=en", node.base())).await.text;
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            let id = operation["operationId"].as_str().unwrap();
            let start = page.find(&format!("<article class=\"operation\" id=\"{id}\"")).expect(id);
            let article = &page[start..start + page[start..].find("</article>").unwrap()];
            for shown in [method.to_uppercase().as_str(), path, operation["summary"].as_str().unwrap()] {
                assert!(article.contains(&shown.replace('\'', "&#39;")), "{id}: {shown}");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                assert!(article.contains(&format!("<code>{name}</code>")), "{id}: {name}");
            }
            for status in operation["responses"].as_object().unwrap().keys() {
                assert!(article.contains(&format!("<code>{status}</code>")), "{id}: {status}");
            }
            assert!(article.contains("curl "), "{id} has no example");
        }
    }
    assert!(operations >= 12, "{operations}");
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let start = page.find(&format!("id=\"schema-{name}\"")).expect(name);
        let article = &page[start..start + page[start..].find("</article>").unwrap()];
        for member in schema["properties"].as_object().into_iter().flatten().map(|(member, _)| member) {
            assert!(article.contains(&format!("<code>{member}</code>")), "{name}: {member}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bodies_of_the_examples_are_taken() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let page = get(&node, &format!("{}/api?lang=en", node.base())).await.text;
    let body = |id: &str| -> Value {
        let article = &page[page.find(&format!("<article class=\"operation\" id=\"{id}\"")).unwrap()..];
        let call = between(article, "-d ", "</code>").unwrap();
        let call = call.replace("&#34;", "\"").replace("&#39;", "'").replace("&quot;", "\"").replace("&#x27;", "'");
        serde_json::from_str(call.trim_matches('\'')).expect(&call)
    };
    assert_eq!(partner.post("entries", &body("contribute")).await.status, 201);
    let matched = partner.post("match", &body("match")).await;
    assert_eq!(matched.body["results"][0]["matches"][0]["distance"], 0, "{}", matched.text);
    assert_eq!(partner.put("cursor", &body("cursor")).await.status, 204);
    // It names an entry that only the example knows.
    partner.post("outcomes", &body("report_outcomes")).await.is_problem(422, "unknown-entry");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matcher_shows_its_operator_what_it_hears_and_what_it_does_not() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(21)).await;
    let relay = Relay::to(node.address).await;
    let (home, clock) = (Home::new(), Clock::manual("2026-11-21T12:00:00Z".parse().unwrap()));
    let mut settings = home.settings(vec![upstream(&relay.base(), &partner)]);
    settings.clock = clock.clone();
    let matcher = TestMatcher::start(settings).await;
    matcher.until_acknowledged(1).await;
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let operator = format!("http://{}", listening.address);
    let router = operator::matcher_router(matcher.matcher.clone(), telemetry::metrics());
    tokio::spawn(serve(listening, router, matcher.matcher.stopping().clone()));
    let shown = |page: &str| page.replace(&relay.address.to_string(), "node.example");
    let page = get(&node, &format!("{operator}/status?lang=en")).await;
    assert!(page.text.contains("Nothing is wrong") && page.text.contains("Heard"), "{}", page.text);
    relay.cut();
    matcher.until(|standing| !standing.connected && standing.trouble.is_some()).await;
    clock.set(clock.now().plus_seconds(125));
    for (language, expected) in
        [("en", "has not been heard for 2\u{a0}min\u{a0}5\u{a0}s"), ("fr", "ne répond plus depuis")]
    {
        let page = get(&node, &format!("{operator}/?lang={language}")).await;
        let text = shown(&page.text);
        assert!(text.contains(&format!("http://node.example {expected}")), "{text}");
        is_sound(&text);
    }
    let metrics = get(&node, &format!("{operator}/metrics")).await.text;
    assert!(metrics.contains(&format!("rempart_index_entries{{upstream=\"{}\"}} 1", relay.base())), "{metrics}");
    assert_eq!(get(&node, &format!("{operator}/readyz")).await.status, 200);
    let stranger = node.http.get(format!("{operator}/status")).header("host", "evil.example");
    Answer::of(stranger.send().await.unwrap()).await.is_problem(421, "host");
    matcher.matcher.close().await;
}

/// A node on which something of everything happened, and the address of its operator's pages.
async fn a_node_with_a_past() -> (TestNode, String) {
    let mut clock = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let operator = operator_of(&node).await;
    let everything = Reach::both(Tier::Reported);
    let hotline = node.partner_with("hotline", everything, Reach::both(Tier::Confirmed), &[Scope::Contribute]).await;
    let verified = Reach { minor: Some(Tier::Verified), adult: None };
    let good = node.partner_with("good-platform", everything, Reach::default(), Scope::ALL).await;
    let late = node.partner_with("late-platform", verified, Reach::default(), &[Scope::Follow, Scope::Match]).await;
    let left = node.partner_with("left-platform", everything, Reach::default(), &[Scope::Follow]).await;
    let ending = NewPartner {
        name: "silent-platform".parse().unwrap(),
        agreement: exchange::Agreement { sees: everything, contributes: Reach::default() },
        scopes: [Scope::Follow].into_iter().collect(),
        expires_at: Some(clock.now().plus_seconds(5 * 86_400)),
    };
    node.node.partners.add(ending).await.unwrap();
    hotline.protect("minor", "confirmed", &hash(1)).await;
    hotline.protect("minor", "reported", &hash(2)).await;
    let taken_back = hotline.protect("adult", "verified", &hash(3)).await;
    late.put("cursor", &json!({"seq": 2})).await;
    left.put("cursor", &json!({"seq": 1})).await;
    node.node.partners.revoke("left-platform").await.unwrap();
    clock.set(clock.now().plus_seconds(3 * 3_600 + 125));
    let disputed = hotline.protect("adult", "reported", &hash(4)).await;
    assert_eq!(hotline.post(&format!("entries/{disputed}/dispute"), &json!({})).await.status, 200);
    assert_eq!(hotline.delete(&format!("entries/{taken_back}")).await.status, 200);
    clock.set(clock.now().plus_seconds(42));
    assert_eq!(good.put("cursor", &json!({"seq": 6})).await.status, 204);
    let outcome = |id: u8, kind: &str, at: Time| {
        let id = format!("01980e4b-1200-7c11-8a40-0000000000{id:02x}");
        json!({"id": id, "entry": disputed, "kind": kind, "at": at})
    };
    let report = json!({"outcomes": [outcome(1, "blocked", clock.now()), outcome(2, "mistaken", clock.now())]});
    assert_eq!(good.post("outcomes", &report).await.status, 200);
    (node, operator)
}

/// Serves the operator's pages of a node; gives their address.
pub(crate) async fn operator_of(node: &TestNode) -> String {
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listening.address;
    let router = operator::node_router(node.node.clone(), telemetry::metrics());
    tokio::spawn(serve(listening, router, node.node.stopping().clone()));
    format!("http://{address}")
}

async fn get(node: &TestNode, address: &str) -> Answer {
    Answer::of(node.http.get(address).send().await.unwrap()).await
}

/// The stylesheet's name holds its digest, and the index takes what memory it takes: neither is what a snapshot is
/// about.
fn without_digest(page: &str) -> String {
    let digest = between(page, "/assets/rempart-", ".css").unwrap();
    let mut page = page.replace(digest, "[digest]");
    for label in ["Memory of the search</dt><dd>", "Mémoire de la recherche</dt><dd>"] {
        if let Some(bytes) = between(&page, label, " <").map(|bytes| format!("{label}{bytes}")) {
            page = page.replace(&bytes, &format!("{label}[bytes]"));
        }
    }
    page
}

/// A page without the articles but those with these ids.
fn with_articles(page: &str, ids: &[&str]) -> String {
    let mut pieces = page.split("<article ");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (article, after) = piece.split_once("</article>").expect("an article ends");
        if ids.iter().any(|id| article.contains(&format!(" id={id} "))) {
            kept.push_str(&format!("<article {article}</article>"));
        }
        kept.push_str(after);
    }
    kept
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

/// Every element is closed in order; one title, one h1, a language; no script, style or address of elsewhere; every
/// id once, and every link within the page leads somewhere.
pub(crate) fn is_sound(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = HashSet::new();
    let mut rest = page.strip_prefix("<!doctype html>").expect("a doctype");
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag that ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed out of order, before {:.80}", rest.trim_start());
            continue;
        }
        assert!(!["script", "style", "iframe", "object", "form"].contains(&name), "{tag}");
        for forbidden in [" style=", " on", "javascript:", "http:", "https:", "=\"//"] {
            assert!(!tag.contains(forbidden), "{tag}");
        }
        if let Some(id) = between(tag, " id=\"", "\"") {
            assert!(ids.insert(id), "the id {id} stands twice");
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    assert_eq!((page.matches("<h1").count(), page.matches("<title>").count()), (1, 1));
    for link in page.split("href=\"#").skip(1) {
        let target = &link[..link.find('"').unwrap()];
        assert!(ids.contains(target), "nothing has the id {target}");
    }
}

/// A page without its tags.
pub(crate) fn text_of(page: &str) -> String {
    let mut text = String::new();
    for piece in page.split('<').skip(1) {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    text
}
