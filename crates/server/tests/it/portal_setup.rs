//! Setting the portal up: who may, what it changes, and where the hotline's secret is before and after.

use reqwest::Method;
use sealing::{Lexicon, RecipientSecret};
use server::http::{Listening, serve};
use server::intake::{KeyFile, LINK_SECONDS};
use server::{operator, telemetry};

use crate::support::{Answer, Engine, TestNode, manual, on_every_engine};

struct Desk {
    node: TestNode,
    operator: String,
    file: KeyFile,
    secret: RecipientSecret,
}

impl Desk {
    /// A node as its first start leaves it.
    async fn new(engine: Engine) -> Self {
        let folder = crate::support::TestDatabase::new(engine).await;
        let file = KeyFile::new(folder.folder().join("hotline.key"));
        let node = TestNode::over(folder, |settings| {
            manual(settings);
            settings.hotline_key = Some(file.clone());
        })
        .await;
        // The node of the tests has a recipient already; this one is to begin without.
        for other in node.node.intake.recipients().await.unwrap() {
            assert!(node.node.intake.end_recipient(&node.operator, &other).await.unwrap());
        }
        assert!(node.node.intake.ensure_recipient(&node.operator, &file).await.unwrap());
        assert!(!node.node.intake.ensure_recipient(&node.operator, &file).await.unwrap());
        let secret = file.read().unwrap().unwrap();
        assert_eq!(node.node.intake.recipients().await.unwrap(), [secret.public()]);
        let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let operator = format!("http://{}", listening.address);
        let router = operator::node_router(node.node.clone(), telemetry::metrics());
        tokio::spawn(serve(listening, router, node.node.stopping().clone()));
        Self { node, operator, file, secret }
    }

    async fn link(&self) -> String {
        format!("/setup/{}", self.node.node.intake.new_link(&self.node.operator).await.unwrap())
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::of(self.node.http.get(format!("{}{path}", self.operator)).send().await.unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.node.http.request(Method::POST, format!("{}{path}", self.operator));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        Answer::of(request.send().await.unwrap()).await
    }

    async fn public(&self, path: &str) -> Answer {
        Answer::of(self.node.http.get(format!("{}{path}", self.node.base())).send().await.unwrap()).await
    }

    /// The words that the last page asks for.
    async fn words(&self, link: &str) -> Vec<&'static str> {
        let page = self.get(&format!("{link}/2?lang=en")).await.text;
        let numbers = page.split("<span>Word ").skip(1).map(|rest| rest.split('<').next().unwrap());
        numbers.map(|number| self.secret.sheet(Lexicon::En)[number.parse::<usize>().unwrap() - 1]).collect()
    }
}

fn chosen<'a>(change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("is_on", "on"),
        ("site_fr", "Mon coin"),
        ("site_en", "My corner"),
        ("languages", "both"),
        ("country", "be"),
        ("leave_fr", "https://example.org/meteo"),
        ("leave_en", "https://example.org/weather"),
    ];
    fields.retain(|(name, _)| !change.iter().any(|(other, _)| other == name));
    fields.extend(change.iter().filter(|(_, value)| !value.is_empty()));
    fields
}

on_every_engine!(what_is_set_up_is_what_the_portal_shows, |engine| {
    let desk = Desk::new(engine).await;
    assert!(desk.public("/?lang=en").await.text.contains("My space"), "the defaults work at once");
    let link = desk.link().await;
    for next in ["?lang=en#lines", "/1?lang=en"] {
        let kept = desk.post(&format!("{link}?lang=en"), &chosen(&[])).await;
        assert_eq!((kept.status, &kept.headers["location"]), (303, &format!("{link}{next}").parse().unwrap()));
    }
    assert!(desk.public("/?lang=fr").await.text.contains("Mon coin"));
    let landing = desk.public("/?lang=en").await.text;
    assert!(landing.contains("<title>My corner</title>") && landing.contains("Français"), "{landing}");
    assert_eq!(desk.public("/x?lang=fr").await.headers["location"], "https://example.org/meteo");

    desk.post(&link, &chosen(&[("languages", "fr")])).await;
    let landing = desk.public("/?lang=en").await.text;
    assert!(landing.contains("<html lang=\"fr\">") && !landing.contains("English"), "{landing}");

    desk.post(&link, &chosen(&[("is_on", "")])).await;
    desk.public("/").await.is_problem(404, "not-found");
    desk.public("/o").await.is_problem(404, "not-found");
    assert_eq!(desk.public("/x?lang=en").await.status, 303, "whoever is here still leaves");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_up_is_what_the_pages_to_read_show_too() {
    let desk = Desk::new(Engine::Sqlite).await;
    desk.post(&desk.link().await, &chosen(&[("languages", "fr"), ("is_on", "")])).await;
    for path in ["/p/1", "/p/2", "/p/3", "/p/4", "/p/5", "/p/5/1"] {
        let page = desk.public(&format!("{path}?lang=en")).await.text;
        assert!(page.contains("<title>Mon coin</title>") && page.contains("<html lang=\"fr\">"), "{path}: {page}");
        assert!(!page.contains("English"), "{path} has a link to a language that is not offered");
    }
    let page = desk.public("/p/4").await.text;
    let [here, fold, elsewhere] = ["tel:116000", "<details", "tel:3018"].map(|mark| page.find(mark).unwrap());
    assert!(here < fold && fold < elsewhere, "the numbers of Belgium are open, those of France are folded: {page}");
}

on_every_engine!(the_sheet_opens_what_is_sealed_and_its_words_end_the_set_up, |engine| {
    let desk = Desk::new(engine).await;
    let status = desk.get("/status?lang=en").await.text;
    assert!(status.contains("recovery sheet was never printed"), "{status}");
    let link = desk.link().await;
    for (language, lexicon) in [("en", Lexicon::En), ("fr", Lexicon::Fr)] {
        let page = desk.get(&format!("{link}/1?lang={language}")).await.text;
        let words: Vec<&str> = page.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        assert_eq!(words, desk.secret.sheet(lexicon));
    }
    let said = desk.public("/p/1?lang=en").await.text;
    assert!(said.contains("still on our machine") && !said.contains("has neither"), "{said}");
    let words = desk.words(&link).await;
    assert_eq!(words.len(), 2);
    let wrong = desk.post(&format!("{link}/2?lang=en"), &[("first", words[0]), ("second", "wrong")]).await;
    assert!(wrong.status == 200 && wrong.text.contains("These are not the words"), "{}", wrong.text);
    assert!(desk.file.is_there(), "nothing is removed before the words are right");
    let done = desk.post(&format!("{link}/2?lang=en"), &[("first", words[0]), ("second", words[1])]).await;
    assert!(done.status == 200 && done.text.contains("The key was removed"), "{}", done.text);
    assert!(!desk.file.is_there());
    let said = desk.public("/p/1?lang=en").await.text;
    assert!(!said.contains("still on our machine") && said.contains("has neither"), "{said}");
    assert_eq!(desk.node.node.intake.recipients().await.unwrap(), [desk.secret.public()]);
    assert!(desk.get("/status?lang=en").await.text.contains("Nothing is wrong"));
    for path in [link.clone(), format!("{link}/1"), format!("{link}/2")] {
        desk.get(&path).await.is_problem(404, "not-found");
    }
    let next = desk.link().await;
    let sheet = desk.get(&format!("{next}/1?lang=en")).await.text;
    assert!(sheet.contains("not on this machine") && !sheet.contains("<li>"), "{sheet}");
});

on_every_engine!(a_link_opens_until_it_ends_and_nothing_else_does, |engine| {
    let desk = Desk::new(engine).await;
    let first = desk.link().await;
    assert_eq!(desk.get(&first).await.status, 200);
    let second = desk.link().await;
    desk.get(&first).await.is_problem(404, "not-found");
    desk.post(&first, &chosen(&[])).await.is_problem(404, "not-found");
    desk.get(&format!("/setup/{}", "0".repeat(64))).await.is_problem(404, "not-found");
    desk.public(&second).await.is_problem(404, "not-found");
    let stranger = desk.node.http.get(format!("{}{second}", desk.operator)).header("host", "evil.example");
    Answer::of(stranger.send().await.unwrap()).await.is_problem(421, "host");
    let clock = desk.node.node.clock.clone();
    clock.set(clock.now().plus_seconds(LINK_SECONDS - 1));
    assert_eq!(desk.get(&second).await.status, 200);
    clock.set(clock.now().plus_seconds(1));
    for path in [second.clone(), format!("{second}/1"), format!("{second}/2")] {
        desk.get(&path).await.is_problem(404, "not-found");
    }
    desk.post(&format!("{second}/2"), &[]).await.is_problem(404, "not-found");
});

on_every_engine!(what_cannot_be_used_comes_back_with_what_is_wrong_and_changes_nothing, |engine| {
    let desk = Desk::new(engine).await;
    let link = desk.link().await;
    for (field, value, said) in [
        ("leave_en", "http://example.org/", "whole address"),
        ("leave_fr", "javascript:alert(1)", "whole address"),
        ("country", "FRA", "two letters"),
        ("site_en", "   ", "1 to 40 letters"),
        ("site_fr", "<script>alert(1)</script> that is too long to be a name", "1 to 40 letters"),
    ] {
        let answer = desk.post(&format!("{link}?lang=en"), &chosen(&[(field, value)])).await;
        assert!(answer.status == 200 && answer.text.contains(said), "{field}: {}", answer.text);
        assert!(!answer.text.contains("<script>"));
    }
    assert!(desk.public("/?lang=en").await.text.contains("My space"));
});

on_every_engine!(
    the_lines_that_people_are_shown_are_called_by_somebody_and_a_country_without_any_is_refused,
    |engine| {
        let desk = Desk::new(engine).await;
        let link = desk.link().await;
        let post = async |change: &[(&str, &str)]| desk.post(&format!("{link}?lang=en"), &chosen(change)).await;
        let checked = async || desk.node.node.intake.progress().await.unwrap().lines_checked_at;
        assert!(desk.get(&format!("{link}?lang=en")).await.text.contains("You have not confirmed them yet"));
        let refused = post(&[("country", "es")]).await;
        assert!(refused.status == 200 && refused.text.contains("No helplines are known"), "{}", refused.text);
        let own = [
            ("country", "es"),
            ("line_role_0", "danger"),
            ("line_by_0", "call"),
            ("line_number_0", "091"),
            ("line_fr_0", "Police : en Espagne"),
            ("line_en_0", "Police of Spain"),
            ("line_role_1", "child"),
            ("line_by_1", "call"),
            ("line_number_1", "116 111"),
            ("line_fr_1", "Pour les enfants"),
            ("line_en_1", "For children"),
            ("lines_checked", "on"),
        ];
        let kept = post(&own).await;
        assert_eq!(
            kept.headers["location"],
            format!("{link}?lang=en#lines"),
            "they are shown before they are confirmed"
        );
        assert_eq!(checked().await, None);
        let page = desk.get(&format!("{link}?lang=en")).await.text;
        assert!(page.contains("091") && page.contains("Police of Spain"), "{page}");
        assert_eq!(post(&own).await.headers["location"], format!("{link}/1?lang=en"));
        assert_eq!(checked().await, Some(desk.node.node.clock.now()));
        let landing = desk.public("/?lang=fr").await.text;
        assert!(landing.contains("href=\"tel:091\"") && landing.contains("Police\u{a0}: en Espagne"), "{landing}");
        assert!(desk.public("/p/4?lang=en").await.text.contains("116 111"));
        post(&own[..own.len() - 1]).await;
        assert!(checked().await.is_some(), "leaving the box empty takes nothing back");
        post(&[("country", "fr")]).await;
        assert_eq!(checked().await, None, "other numbers are to be called anew");
        let wrong = post(&[("line_number_0", "call me"), ("line_fr_0", "x"), ("line_en_0", "x")]).await;
        assert!(wrong.status == 200 && wrong.text.contains("A helpline has a number"), "{}", wrong.text);
    }
);

on_every_engine!(another_process_hears_of_a_change_within_two_seconds, |engine| {
    let desk = Desk::new(engine).await;
    let clock = desk.node.node.clock.clone();
    let other_clock = clock.clone();
    let open = server::storage::Database::open(&desk.node.database.url).await.unwrap();
    let settings = server::node::NodeSettings { clock: other_clock, ..server::node::NodeSettings::default() };
    let (other, _) = server::node::Node::open(open, desk.node.key.clone(), settings).await.unwrap();
    assert_eq!(other.intake.settings().await.unwrap().country, "FR");
    desk.post(&desk.link().await, &chosen(&[])).await;
    clock.set(clock.now().plus_seconds(2));
    assert_eq!(other.intake.settings().await.unwrap().country, "BE");
    other.close().await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_a_recipient_says_so_first() {
    let desk = Desk::new(Engine::Sqlite).await;
    assert!(desk.node.node.intake.end_recipient(&desk.node.operator, &desk.secret.public()).await.unwrap());
    let status = desk.get("/status?lang=en").await.text;
    assert!(status.contains("Nobody can read what people write"), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_the_set_up_are_the_same_in_both_languages() {
    let desk = Desk::new(Engine::Sqlite).await;
    let link = desk.link().await;
    for language in ["en", "fr"] {
        for (name, path) in [("settings", ""), ("sheet", "/1"), ("words", "/2")] {
            let page = desk.get(&format!("{link}{path}?lang={language}")).await;
            assert_eq!(page.headers["cache-control"], "no-store");
            assert!(!page.text.contains("<script") && !page.text.contains("style="), "{}", page.text);
            let text = page.text.replace(&link, "/setup/LINK");
            let (before, after) = text.split_once("/assets/rempart-").unwrap();
            let text = format!("{before}/assets/rempart-{}", &after[after.find(".css").unwrap()..]);
            insta::assert_snapshot!(format!("{name}_{language}"), text);
        }
    }
}
