//! The portal's pages to read: what they say in both languages, that they are sound, and that they leave no trace.

use crate::pages::{between, is_sound, text_of};
use crate::support::{Answer, Engine, TestNode};

const PAGES: [&str; 12] =
    ["/p/1", "/p/2", "/p/3", "/p/4", "/p/5", "/p/5/1", "/p/5/2", "/p/5/3", "/p/5/4", "/p/5/5", "/p/5/6", "/p/7"];

/// Words of offices and of police reports, which frighten or say nothing.
const UNWANTED: [&str; 7] = ["incident", "contenu", "victim", "soumettre", "submit", "utilisateur", "csam"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_shelf_says_what_it_says_in_both_languages() {
    let node = TestNode::start(Engine::Sqlite).await;
    for path in PAGES {
        for language in ["en", "fr"] {
            let page = get(&node, &format!("{path}?lang={language}")).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            let name = path.trim_start_matches('/').replace('/', "_");
            insta::assert_snapshot!(format!("shelf_{name}_{language}"), main_of(&page.text));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shelf_is_sound_html_with_its_headings_in_order() {
    let node = TestNode::start(Engine::Sqlite).await;
    for path in PAGES {
        for language in ["en", "fr"] {
            let page = get(&node, &format!("{path}?lang={language}")).await.text;
            assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path}");
            let page = main_of(&page);
            is_sound(&format!("<!doctype html><html lang=\"{language}\"><title>Page</title>{page}</html>"));
            let levels: Vec<u32> = page
                .match_indices("<h")
                .filter_map(|(position, _)| page[position + 2..].chars().next()?.to_digit(10))
                .collect();
            assert_eq!(levels.first(), Some(&1), "{path}: {levels:?}");
            for pair in levels.windows(2) {
                assert!(pair[1] <= pair[0] + 1 && pair[1] > 1, "{path} jumps: {levels:?}");
            }
            for label in page.split("aria-labelledby=\"").skip(1) {
                let id = &label[..label.find('"').unwrap()];
                assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{path}: {id}");
            }
            for piece in page.split("<a ").skip(1).chain(page.split("<summary").skip(1)) {
                let name = text_of(&format!("<a {}", piece.split("</a>").next().unwrap()));
                assert!(!name.trim().is_empty(), "{path} has a link without words: {piece:.80}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shelf_speaks_plainly_and_keeps_french_typography() {
    let node = TestNode::start(Engine::Sqlite).await;
    for path in PAGES {
        let [en, fr] = [get(&node, &format!("{path}?lang=en")).await, get(&node, &format!("{path}?lang=fr")).await]
            .map(|page| text_of(main_of(&page.text)));
        for text in [&en, &fr] {
            let lower = text.to_lowercase();
            for unwanted in UNWANTED {
                assert!(!lower.contains(unwanted), "{path}: {unwanted}");
            }
        }
        for broken in [" :", " ;", " ?", " !", "« ", " »", "'"] {
            assert!(!fr.contains(broken), "{path}: {broken:?} in {fr}");
        }
        let says_vous = ["vous", "votre", "vos"].iter().any(|word| words(&fr).any(|said| said == *word));
        let says_tu = ["tu", "ton", "ta", "tes", "toi"].iter().any(|word| words(&fr).any(|said| said == *word));
        let for_adults = ["/p/5/5", "/p/5/6"].contains(&path);
        // The list shows the first lines of all of them.
        assert_eq!(says_vous, for_adults || path == "/p/5", "{path}: {fr}");
        // Parents and teachers are given sentences to say to a child.
        assert!(says_tu || path == "/p/3", "{path}: {fr}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_leaves_no_cookie_and_the_title_says_nothing() {
    let node = TestNode::start(Engine::Sqlite).await;
    for path in PAGES {
        for (language, site) in [("en", "My space"), ("fr", "Mon espace")] {
            let page = get(&node, &format!("{path}?lang={language}")).await;
            assert!(!page.headers.contains_key("set-cookie"), "{path}");
            assert_eq!(page.headers["cache-control"], "no-store");
            assert_eq!(page.headers["referrer-policy"], "no-referrer");
            assert_eq!(between(&page.text, "<title>", "</title>"), Some(site), "{path}");
            assert!(page.text.len() < 60_000, "{path} weighs {} bytes", page.text.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_numbers_of_the_reading_list_are_addresses() {
    let node = TestNode::start(Engine::Sqlite).await;
    for path in ["/p/5/0", "/p/5/7", "/p/5/01", "/p/5/+1", "/p/5/65537", "/p/5/x", "/p/5/%F0%9F%98%A2"] {
        assert_eq!(get(&node, path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_threatened_finds_numbers_to_call_in_every_country() {
    let node = TestNode::start(Engine::Sqlite).await;
    let page = get(&node, "/p/4?lang=fr").await.text;
    for link in
        ["tel:17", "tel:112", "sms:114", "tel:3018", "tel:119", "tel:3114", "tel:08001111", "tel:988", "tel:116111"]
    {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}");
    }
    let [here, elsewhere] = ["tel:3018", "tel:08001111"].map(|link| page.find(link).unwrap());
    let fold = page.find("<details").unwrap();
    assert!(here < fold && fold < elsewhere, "the operator's country is open, the others are folded");
}

/// What the page says itself; the frame around it is looked at elsewhere.
fn main_of(page: &str) -> &str {
    let start = page.find("<main").unwrap();
    let end = page.find("</main>").unwrap() + "</main>".len();
    &page[start..end]
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

async fn get(node: &TestNode, path: &str) -> Answer {
    Answer::of(node.http.get(format!("{}{path}", node.base())).send().await.unwrap()).await
}
