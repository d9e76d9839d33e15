//! The portal over HTTP: a whole case, what another browser may not, what the disk tells.

use exchange::Time;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use server::clock::Clock;

use crate::support::{Engine, TestNode, holds, manual, on_disk, on_every_engine};

const CANARY: &str = "canary-of-the-story-7261";
const LINK: &str = "https://example.org/canary-of-the-link";

/// A browser with one cookie, which follows no redirect by itself.
pub(crate) struct Browser {
    pub(crate) http: Client,
    pub(crate) base: String,
    pub(crate) cookie: Option<String>,
}

pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn of(node: &TestNode) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { http, base: node.base(), cookie: None }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.http.get(format!("{}{path}", self.base)).header("accept-language", "fr");
        let request = self.cookie.iter().fold(request, |request, cookie| request.header(COOKIE, cookie));
        self.read(request.send().await.unwrap()).await
    }

    /// Sends a form as the page at `from` would: with the token that stands there.
    pub(crate) async fn answer(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> Page {
        let token = token(&self.get(from).await.text);
        self.send(to, &[&[("t", token.as_str())], fields].concat()).await
    }

    pub(crate) async fn send(&mut self, to: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.http.post(format!("{}{to}", self.base)).header("accept-language", "fr").body(form(fields));
        let request = self.cookie.iter().fold(request, |request, cookie| request.header(COOKIE, cookie));
        self.read(request.send().await.unwrap()).await
    }

    /// Sends a form and goes where the answer leads, as a browser does.
    pub(crate) async fn told(&mut self, to: &str, fields: &[(&str, &str)]) -> Page {
        let sent = self.send(to, fields).await;
        assert_eq!(sent.status, 303, "every form is answered with a redirect: {}", sent.text);
        self.get(&sent.location.unwrap()).await
    }

    async fn read(&mut self, response: Response) -> Page {
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict") || cookie.contains("Max-Age=0"));
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        let location = response.headers().get(LOCATION).map(|path| path.to_str().unwrap().to_owned());
        Page { status: response.status().as_u16(), location, text: response.text().await.unwrap() }
    }

    /// Answers every question and sends the case; gives the six words.
    pub(crate) async fn send_case(&mut self, mark: &str) -> String {
        self.send_case_with(mark, &[]).await
    }

    /// The same, with more on the last page.
    pub(crate) async fn send_case_with(&mut self, mark: &str, more: &[(&str, &str)]) -> String {
        self.begin(mark).await;
        let page = self.get("/s/7").await;
        let words = words_on(&page.text);
        let split: Vec<&str> = words.split(' ').collect();
        let typed = [&[("word2", split[1]), ("word5", split[4])], more].concat();
        let sent = self.answer("/s/7", "/s/7", &typed).await;
        assert_eq!(sent.location.as_deref(), Some("/c"), "{}", sent.text);
        words
    }

    /// Answers every question before the words.
    pub(crate) async fn begin(&mut self, mark: &str) {
        self.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
        self.answer("/s/1", "/s/1", &[("answer", "15")]).await;
        self.answer("/s/2", "/s/2", &[("answer", "links")]).await;
        self.answer("/s/3", "/s/3", &[("marks", mark)]).await;
        self.answer("/s/4", "/s/4", &[("links", LINK)]).await;
        self.answer("/s/5", "/s/5", &[("message", CANARY)]).await;
        self.answer("/s/6", "/s/6", &[("share", "1"), ("later", "1"), ("notices", "1")]).await;
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub(crate) fn token(page: &str) -> String {
    let at = page.find("name=\"t\" value=\"").unwrap_or_else(|| panic!("no form in {page}")) + 16;
    page[at..at + 32].to_owned()
}

pub(crate) fn words_on(page: &str) -> String {
    let list = &page[page.find("id=\"words\"").unwrap()..page.find("</ol>").unwrap()];
    let words: Vec<&str> = list.split("<li>").skip(1).map(|word| word.split('<').next().unwrap().trim()).collect();
    assert_eq!(words.len(), 6);
    words.join(" ")
}

pub(crate) fn mark(seed: u8) -> String {
    let hash: String =
        (0..32_u8).map(|byte| format!("{:02x}", seed.wrapping_mul(37).wrapping_add(byte.wrapping_mul(29)))).collect();
    format!(r#"[{{"fingerprints":[{{"kind":"pdq","value":"{hash}","quality":90}}],"quality":90}}]"#)
}

on_every_engine!(a_case_opens_with_its_six_words_alone, |engine| {
    let node = TestNode::start(engine).await;
    let words = Browser::of(&node).send_case(&mark(1)).await;
    let mut other = Browser::of(&node);
    let opened = other.send("/o", &[("words", &words)]).await;
    assert_eq!(opened.location.as_deref(), Some("/c"));
    let page = other.get("/c").await;
    assert!(page.text.contains(CANARY) && page.text.contains("canary-of-the-link"), "{}", page.text);

    let mut guesser = Browser::of(&node);
    let mut wrong: Vec<&str> = words.split(' ').collect();
    wrong.swap(0, 1);
    let refused = guesser.told("/o", &[("words", &wrong.join(" "))]).await;
    assert!(refused.text.contains("n’ouvrent rien"), "{}", refused.text);
    assert_eq!(guesser.get("/c").await.status, 410);
});

on_every_engine!(t4_what_nobody_looked_at_is_matched_at_once_for_review_and_gone_when_taken_back, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    let mut person = Browser::of(&node);
    person.send_case(&mark(2)).await;
    let hash: String = mark(2).split("\"value\":\"").nth(1).unwrap()[..64].to_owned();
    let found = platform.post("match", &serde_json::json!({"queries": [{"pdq": hash}]})).await;
    let matches = found.body["results"][0]["matches"].as_array().unwrap().clone();
    assert_eq!(matches.len(), 1, "{}", found.body);
    assert_eq!(matches[0]["advice"], "review", "nobody has looked at it");
    assert_eq!(matches[0]["class"], "minor");

    let asked = person.answer("/c", "/c/4", &[("item", "2")]).await;
    assert_eq!(asked.location.as_deref(), Some("/c/4"));
    let asked = person.get("/c/4").await;
    assert!(asked.text.contains("Reprendre ceci"), "it says what it does first: {}", asked.text);
    assert_eq!(platform.matches(&hash).await.len(), 1);
    person.answer("/c", "/c/4", &[("item", "2"), ("sure", "1")]).await;
    assert!(platform.matches(&hash).await.is_empty());
    assert!(person.get("/c").await.text.contains("pas encore confirmé"));
});

on_every_engine!(t3_whoever_reports_and_withdraws_somebody_elses_picture_takes_nothing_away, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    let (mut owner, mut other) = (Browser::of(&node), Browser::of(&node));
    owner.send_case(&mark(3)).await;
    other.send_case(&mark(3)).await;
    other.answer("/c", "/c/6", &[("sure", "1")]).await;
    let hash: String = mark(3).split("\"value\":\"").nth(1).unwrap()[..64].to_owned();
    assert_eq!(platform.matches(&hash).await.len(), 1);
    owner.answer("/c", "/c/6", &[("sure", "1")]).await;
    assert!(platform.matches(&hash).await.is_empty());
});

on_every_engine!(t10_the_disk_holds_no_word_no_text_no_link_and_no_way_from_case_to_entry, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let words = Browser::of(&node).send_case(&mark(4)).await;
    let everything = on_disk(&node.node, &node.database).await;
    assert!(holds(&everything, b"portal"), "it reads what is there");
    for canary in [CANARY.as_bytes(), b"canary-of-the-link", words.as_bytes(), b"\"situation\""] {
        assert!(!holds(&everything, canary), "{}", String::from_utf8_lossy(canary));
    }
});

on_every_engine!(a_case_that_nobody_touches_expires_and_its_owner_is_told, |engine| {
    let mut clock: Option<Clock> = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let words = Browser::of(&node).send_case(&mark(5)).await;
    let days = |days: i64| clock.set(clock.now().plus_seconds(days * 86_400));
    days(i64::from(server::intake::CASE_DAYS) - 10);
    let mut owner = Browser::of(&node);
    owner.send("/o", &[("words", &words)]).await;
    assert!(owner.get("/c").await.text.contains("s’efface dans 10 jours"));
    assert_eq!(node.node.intake.tidy().await.unwrap(), 0);
    days(11);
    assert_eq!(node.node.intake.tidy().await.unwrap(), 1);
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await;
    assert!(told.text.contains("effacée d’elle-même"), "{}", told.text);
    days(i64::from(server::intake::ENDED_DAYS) + 1);
    node.node.intake.tidy().await.unwrap();
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await;
    assert!(told.text.contains("n’ouvrent rien"), "{}", told.text);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_keeps_a_case_that_would_have_ended() {
    let mut clock: Option<Clock> = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let words = Browser::of(&node).send_case(&mark(6)).await;
    clock.set(clock.now().plus_seconds((i64::from(server::intake::CASE_DAYS) - 1) * 86_400));
    let mut owner = Browser::of(&node);
    owner.send("/o", &[("words", &words)]).await;
    owner.answer("/c", "/c/1", &[("message", "encore là")]).await;
    clock.set(clock.now().plus_seconds(2 * 86_400));
    assert_eq!(node.node.intake.tidy().await.unwrap(), 0);
    let mut again = Browser::of(&node);
    again.send("/o", &[("words", &words)]).await;
    assert!(again.get("/c").await.text.contains("encore là"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_its_visits_token_or_from_another_site_changes_nothing() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    person.send_case(&mark(7)).await;
    let mut stranger = Browser::of(&node);
    stranger.send("/", &[("situation", "mine")]).await;
    let other = token(&stranger.get("/s/1").await.text);
    for fields in [vec![("sure", "1")], vec![("sure", "1"), ("t", other.as_str())]] {
        assert_eq!(person.send("/c/6", &fields).await.status, 403);
    }
    let good = token(&person.get("/c").await.text);
    let cookie = person.cookie.clone().unwrap();
    let request = person.http.post(format!("{}/c/6", person.base)).header(COOKIE, cookie);
    let request = request.header("sec-fetch-site", "cross-site").body(form(&[("sure", "1"), ("t", good.as_str())]));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 403);
    assert!(person.get("/c").await.text.contains(CANARY), "the case is still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_cookie_opens_nothing_and_is_replaced() {
    let node = TestNode::start(Engine::Sqlite).await;
    let words = Browser::of(&node).send_case(&mark(8)).await;
    let mut person = Browser::of(&node);
    let planted = format!("__Host-v={}", "ab".repeat(32));
    person.cookie = Some(planted.clone());
    assert_eq!(person.get("/c").await.status, 410);
    person.send("/o", &[("words", &words)]).await;
    assert_ne!(person.cookie.as_deref(), Some(planted.as_str()));
    let mut thief = Browser::of(&node);
    thief.cookie = Some(planted);
    assert_eq!(thief.get("/c").await.status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_words_is_slowed_and_leaving_ends_the_visit() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(9)).await;
    let left = person.get("/x").await;
    assert_eq!(left.status, 303);
    assert!(left.location.unwrap().starts_with("https://"));
    assert_eq!(person.get("/c").await.status, 410);
    let mut guesser = Browser::of(&node);
    let mut wrong: Vec<&str> = words.split(' ').collect();
    wrong.reverse();
    let wrong = wrong.join(" ");
    for _ in 0..server::access::TRIES_PER_MINUTE {
        assert_eq!(guesser.send("/o", &[("words", &wrong)]).await.status, 303);
    }
    assert_eq!(guesser.send("/o", &[("words", &wrong)]).await.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_of_filing_verifies_with_the_words_alone() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(10)).await;
    let page = person.get("/c").await.text;
    let proof = page.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(proof.split(' ').next().unwrap().parse::<Time>().is_ok(), "{proof}");
    let other = Browser::of(&node).send_case(&mark(11)).await;
    let mut anybody = Browser::of(&node);
    let yes = anybody.told("/o/1", &[("words", &words), ("proof", &proof)]).await;
    assert!(yes.text.contains("vont ensemble : la demande") || yes.text.contains("la demande est bien arrivée"));
    for (words, proof) in [(&other, proof.as_str()), (&words, "2026-01-01T00:00:00Z 00"), (&words, "")] {
        let no = anybody.told("/o/1", &[("words", words), ("proof", proof)]).await;
        assert!(no.text.contains("ne vont pas ensemble"), "{}", no.text);
    }
    person.answer("/c", "/c/6", &[("sure", "1")]).await;
    let still = anybody.told("/o/1", &[("words", &words), ("proof", &proof)]).await;
    assert!(still.text.contains("la demande est bien arrivée"), "also after it was deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_shared_when_it_is_not_ticked_and_it_is_when_it_is_later() {
    let node = TestNode::start(Engine::Sqlite).await;
    let platform = node.partner("platform").await;
    let mut person = Browser::of(&node);
    person.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    person.answer("/s/1", "/s/1", &[("answer", "18")]).await;
    person.answer("/s/2", "/s/2", &[("answer", "offline")]).await;
    person.answer("/s/3", "/s/3", &[("marks", &mark(12))]).await;
    person.answer("/s/6", "/s/6", &[("count", "1")]).await;
    let words = words_on(&person.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    person.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    let hash: String = mark(12).split("\"value\":\"").nth(1).unwrap()[..64].to_owned();
    assert!(platform.matches(&hash).await.is_empty());
    assert!(person.get("/c").await.text.contains("gardée chez nous"));
    person.answer("/c", "/c/5", &[("share", "1"), ("later", "1")]).await;
    assert_eq!(platform.matches(&hash).await.len(), 1);
    let id = platform.get("partners/self").await.body["id"].as_str().unwrap().to_owned();
    person.answer("/c", "/c/5", &[("share", "1"), ("later", "1"), ("listed", &id)]).await;
    assert!(platform.matches(&hash).await.is_empty(), "this platform was left out");
    person.answer("/c", "/c/5", &[("share", "1"), ("listed", &id), ("platform", &id)]).await;
    assert_eq!(platform.matches(&hash).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hotline_reads_and_answers_with_its_key_and_nobody_without() {
    use rand::SeedableRng;
    let node = TestNode::start(Engine::Sqlite).await;
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let (ours, theirs) = (sealing::RecipientSecret::generate(&mut rng), sealing::RecipientSecret::generate(&mut rng));
    let intake = &node.node.intake;
    intake.add_recipient(&node.operator, &ours.public()).await.unwrap();
    let mut person = Browser::of(&node);
    person.send_case(&mark(13)).await;
    let cases = intake.open_cases(&node.operator, 10).await.unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].waits_for, server::intake::WaitsFor::Hotline);
    assert!(intake.open_as(&theirs, cases[0].id).await.unwrap().is_none());
    let case = intake.open_as(&ours, cases[0].id).await.unwrap().unwrap();
    let view = intake.view(&case).await.unwrap();
    assert_eq!(view.messages[0].text, CANARY);
    assert_eq!((view.age, view.stand), (server::intake::Age::From15, Some(server::intake::Stand::Links)));
    let may = &view.consent;
    assert_eq!((may.share, may.notices, may.police, may.count), (Some(true), Some(true), false, false));
    intake.write(&case, server::intake::Author::Hotline, "Bonjour, tu as bien fait.").await.unwrap();
    assert!(person.get("/c").await.text.contains("tu as bien fait"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t12_a_loaded_node_asks_for_work_or_lets_wait_in_line() {
    let mut clock: Option<Clock> = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    (0..server::access::CALM_CASES_PER_MINUTE).for_each(|_| node.node.flood.note_case());
    let mut ready = Vec::new();
    for _ in 0..2 {
        let mut person = Browser::of(&node);
        person.send("/", &[("situation", "harassed"), ("lang", "fr")]).await;
        person.answer("/s/1", "/s/1", &[("answer", "13")]).await;
        person.answer("/s/6", "/s/6", &[]).await;
        let page = person.get("/s/7").await.text;
        let split: Vec<String> = words_on(&page).split(' ').map(str::to_owned).collect();
        ready.push((person, page, split));
    }
    let (mut patient, _, words) = ready.pop().unwrap();
    let typed = [("word2", words[1].as_str()), ("word5", words[4].as_str())];
    let waits = patient.answer("/s/7", "/s/7", &typed).await;
    assert_eq!(waits.location.as_deref(), Some("/s/7/1"));
    let waits = patient.get("/s/7/1").await;
    assert!(waits.text.contains("puis appuie sur le bouton"), "{}", waits.text);
    assert!(!words.iter().any(|word| waits.text.contains(&format!("\"{word}\""))), "no word lies in the page");
    clock.set(clock.now().plus_seconds(3));
    assert_eq!(patient.answer("/s/7/1", "/s/7", &[]).await.location.as_deref(), Some("/c"));

    clock.set(clock.now().plus_seconds(-3));
    let (mut solver, page, words) = ready.pop().unwrap();
    let challenge = page.split("data-challenge=\"").nth(1).unwrap().split('"').next().unwrap();
    let challenge: [u8; 16] = exchange::hex::decode(challenge).unwrap();
    let bits = page.split("data-bits=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    let work = server::access::Work { bits, until: None };
    let answer = (0_u64..).map(|nonce| nonce.to_string()).find(|nonce| work.is_done_by(&challenge, nonce)).unwrap();
    let typed = [("word2", words[1].as_str()), ("word5", words[4].as_str()), ("nonce", answer.as_str())];
    assert_eq!(solver.answer("/s/7", "/s/7", &typed).await.location.as_deref(), Some("/c"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_below_is_said_in_the_language_of_whoever_asked() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    person.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    node.node.database().close().await;
    for path in ["/s/1", "/c", "/o"] {
        let page = person.get(path).await;
        assert!(page.status >= 500, "{path}: {}", page.status);
        assert!(page.text.contains("<html lang=\"fr\">"), "{path}: {}", page.text);
        assert!(
            page.text.contains("C’est notre faute") && page.text.contains("attends un peu"),
            "{path}: {}",
            page.text
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_language_that_is_not_offered_is_not_spoken_inside_a_visit_either() {
    let node = TestNode::start(Engine::Sqlite).await;
    let link = node.node.intake.new_link(&node.operator).await.unwrap();
    let settings = server::intake::Settings { languages: server::intake::Offered::Fr, ..Default::default() };
    assert!(node.node.intake.choose(&link, &settings).await.unwrap());
    let mut person = Browser::of(&node);
    person.send("/", &[("situation", "mine"), ("lang", "en")]).await;
    for path in ["/s/1?lang=en", "/s/1", "/c?lang=en", "/o?lang=en"] {
        let page = person.get(path).await.text;
        assert!(page.contains("<html lang=\"fr\">"), "{path}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_that_come_after_the_page_of_consent_are_asked_about() {
    let node = TestNode::start(Engine::Sqlite).await;
    let platform = node.partner("platform").await;
    let hash = |mark: &str| mark.split("\"value\":\"").nth(1).unwrap()[..64].to_owned();
    let mut person = Browser::of(&node);
    person.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    person.answer("/s/1", "/s/1", &[("answer", "15")]).await;
    person.answer("/s/2", "/s/2", &[("answer", "offline")]).await;
    assert!(!person.get("/s/6").await.text.contains("name=\"share\""), "there is nothing to share yet");
    person.answer("/s/6", "/s/6", &[]).await;
    person.answer("/s/3", "/s/3", &[("marks", &mark(21))]).await;
    let words = words_on(&person.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let typed = [("word2", split[1]), ("word5", split[4])];
    let asked = person.answer("/s/7", "/s/7", &typed).await;
    assert_eq!(asked.location.as_deref(), Some("/s/6"), "what matters now is asked before the case is sent");
    assert!(person.get("/s/6").await.text.contains("name=\"share\" value=\"1\" checked"));
    person.answer("/s/6", "/s/6", &[("share", "1"), ("later", "1")]).await;
    assert_eq!(person.answer("/s/7", "/s/7", &typed).await.location.as_deref(), Some("/c"));
    assert_eq!(platform.matches(&hash(&mark(21))).await.len(), 1);

    let mut other = Browser::of(&node);
    other.send("/", &[("situation", "harassed"), ("lang", "fr")]).await;
    other.answer("/s/1", "/s/1", &[("answer", "15")]).await;
    other.answer("/s/6", "/s/6", &[]).await;
    let words = words_on(&other.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    other.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    assert!(!other.get("/c").await.text.contains("name=\"share\""));
    assert!(other.get("/c/3").await.text.contains("name=\"share\" value=\"1\" checked"));
    other.answer("/c/3", "/c/3", &[("marks", &mark(22))]).await;
    let page = other.get("/c").await.text;
    assert!(page.contains("aucune plateforme ne peut reconnaître"), "it says so: {page}");
    assert!(platform.matches(&hash(&mark(22))).await.is_empty(), "the box was not ticked");
    other.answer("/c/3", "/c/3", &[("marks", &mark(23)), ("share", "1"), ("later", "1")]).await;
    assert!(!other.get("/c").await.text.contains("aucune plateforme ne peut reconnaître"));
    for seed in [22, 23] {
        assert_eq!(platform.matches(&hash(&mark(seed))).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_writes_for_two_hours_loses_nothing_and_then_is_told_what_is_lost() {
    let mut clock: Option<Clock> = None;
    let node = TestNode::start_with(Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let mut person = Browser::of(&node);
    person.send_case(&mark(24)).await;
    let token = token(&person.get("/c").await.text);
    let written = [("t", token.as_str()), ("message", "long à écrire")];
    clock.set(clock.now().plus_seconds(7_199));
    assert_eq!(person.send("/c/1", &written).await.status, 303);
    assert!(person.get("/c").await.text.contains("long à écrire"));
    clock.set(clock.now().plus_seconds(7_200));
    let lost = person.send("/c/1", &written).await;
    assert!(lost.status == 410 && lost.text.contains("n’est pas parti"), "{}", lost.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_deletes_a_case_twice_is_told_that_it_is_deleted_and_not_to_open_it() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    let words = person.send_case(&mark(25)).await;
    let mut elsewhere = Browser::of(&node);
    elsewhere.send("/o", &[("words", &words)]).await;
    let token = token(&person.get("/c").await.text);
    let sure = [("t", token.as_str()), ("sure", "1")];
    assert!(person.send("/c/6", &sure).await.location.unwrap().starts_with("/c/6/1"));
    let again = person.send("/c/6", &sure).await;
    let other_tab = elsewhere.get("/c").await;
    for page in [again, other_tab] {
        assert!(page.status == 410 && page.text.contains("n’existe plus"), "{}", page.text);
        assert!(!page.text.contains("avec tes six mots"), "there is nothing to open: {}", page.text);
    }
    assert!(person.get("/c/6/1").await.text.contains("C’est effacé"));
    assert!(person.get("/s/1").await.text.contains("href=\"/o\""), "the six words may open what was sent");
}
