//! The neutral mail: left and taken back on the pages, sealed apart, put once a day, sent to a mail server that we did not write.

use std::process::Stdio;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::{Cost, NodeKey, Receipt, RecipientSecret};
use serde_json::{Value, json};
use server::alerts::{MailSettings, SmtpServer};
use server::clock::Clock;
use server::intake::{Age, AlertView, Author, Consent, OpenCase, Opened, Situation};
use server::node::{Node, NodeSettings};
use server::storage::Database;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::portal::{Browser, mark};
use crate::support::{Engine, TestDatabase, TestNode, holds, manual, on_disk, on_every_engine};

const CANARY: &str = "canary.robin.7261@example.org";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A mail server that does what it was told; see mailbox.py.
pub(crate) struct Mailbox {
    pub(crate) port: u64,
    said: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Mailbox {
    /// `None`, saying how to have one, where there is no Python with aiosmtpd.
    pub(crate) async fn open(answers: &[&str]) -> Option<Self> {
        let Some(python) = std::env::var_os("REMPART_TEST_PYTHON") else {
            eprintln!("not run: `cargo xtask test` installs a mail server and sets REMPART_TEST_PYTHON");
            return None;
        };
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mailbox.py"))
            .args(answers)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&said.next_line().await.unwrap().unwrap()).unwrap();
        Some(Self { port: first["port"].as_u64().unwrap(), said, _process: process })
    }

    /// What it got or refused next.
    pub(crate) async fn next(&mut self) -> Value {
        serde_json::from_str(&self.said.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// Ends it; gives what it got and nobody has read.
    pub(crate) async fn rest(mut self) -> Vec<String> {
        self._process.kill().await.unwrap();
        let mut rest = Vec::new();
        while let Some(line) = self.said.next_line().await.unwrap() {
            rest.push(line);
        }
        rest
    }

    fn settings(&self) -> MailSettings {
        mail_to(self.port)
    }
}

pub(crate) fn mail_to(port: u64) -> MailSettings {
    MailSettings {
        server: SmtpServer::parse(&format!("smtp://127.0.0.1:{port}"), None).unwrap(),
        from: "no-reply@space.example".parse().unwrap(),
        site: None,
    }
}

/// A node of which nothing runs by itself: the tests send.
struct Quiet {
    node: Node,
    clock: Clock,
    database: TestDatabase,
}

impl Quiet {
    async fn new(engine: Engine, mail: MailSettings) -> Self {
        let database = TestDatabase::new(engine).await;
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
        let node = Self::beside(&database, &clock, mail).await;
        Self { node, clock, database }
    }

    /// Another process over the same database.
    async fn beside(database: &TestDatabase, clock: &Clock, mail: MailSettings) -> Node {
        let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
        let open = Database::open(&database.url).await.unwrap();
        let settings = NodeSettings {
            receipt_cost: Cost::LEAST,
            mail: Some(mail),
            clock: clock.clone(),
            ..NodeSettings::default()
        };
        Node::open(open, key, settings).await.unwrap().0
    }

    async fn case(&self, to: Option<&str>) -> OpenCase {
        let intake = &self.node.intake;
        let mut draft = intake.begin("fr", Situation::Harassed);
        (draft.age, draft.consent) = (Some(Age::From13), Some(Consent::default()));
        draft.alert = to.map(|to| to.parse().unwrap());
        intake.words_of(&mut draft).unwrap();
        intake.send(&draft).await.unwrap()
    }

    async fn answer(&self, case: &OpenCase) {
        self.node.intake.write(case, Author::Hotline, "Secret of the answer.").await.unwrap();
    }

    async fn send(&self) {
        send(&self.node).await;
    }

    fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    async fn alert(&self, case: &OpenCase) -> AlertView {
        self.node.intake.view(case).await.unwrap().alert
    }
}

async fn send(node: &Node) {
    node.alerts.send_due(|code| if code == "fr" { "Mon espace" } else { "My space" }.to_owned()).await.unwrap();
}

async fn rows(node: &Node, table: &'static str) -> i64 {
    let text = match table {
        "alerts" => "select count(*) from alerts",
        _ => "select count(*) from alert_mails",
    };
    let mut session = node.database().read().await.unwrap();
    match session.connection() {
        server::storage::Connection::Sqlite(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
        server::storage::Connection::Postgres(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
    }
}

on_every_engine!(one_neutral_mail_goes_out_when_the_hotline_writes_and_no_second_one_that_day, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["take"]).await else { return };
    let quiet = Quiet::new(engine, mailbox.settings()).await;
    let (told, untold) = (quiet.case(Some(CANARY)).await, quiet.case(None).await);
    quiet.node.intake.write(&told, Author::Person, "Nobody is told of what they write.").await.unwrap();
    quiet.answer(&untold).await;
    assert_eq!(rows(&quiet.node, "alert_mails").await, 0);
    quiet.answer(&told).await;
    quiet.answer(&told).await;
    assert_eq!(rows(&quiet.node, "alert_mails").await, 1);
    quiet.pass(299);
    quiet.send().await;
    assert_eq!(quiet.node.alerts.standing().await.unwrap().waiting, 1, "the moment of the answer is not told");
    quiet.pass(HOUR);
    quiet.send().await;
    quiet.send().await;
    let mail = mailbox.next().await;
    assert_eq!(mail["to"], serde_json::json!([CANARY]));
    assert_eq!(
        (mail["sender"].as_str(), mail["hello"].as_str()),
        (Some("no-reply@space.example"), Some("space.example"))
    );
    let headers: Vec<(&str, &str)> = mail["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
        .collect();
    let named = |name: &str| headers.iter().find(|header| header.0 == name).unwrap().1;
    let mut names: Vec<&str> = headers.iter().map(|header| header.0).collect();
    names.sort_unstable();
    let expected =
        ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID"];
    assert_eq!(names, [&expected[..], &["Subject", "To"]].concat());
    assert_eq!(named("Subject"), "Du nouveau");
    assert_eq!(named("From"), "Mon espace <no-reply@space.example>");
    assert_eq!(named("Auto-Submitted"), "auto-generated");
    assert_eq!(
        mail["body"].as_str().unwrap().replace("\r\n", "\n").trim_end(),
        "Bonjour,\n\nIl y a du nouveau sur «\u{a0}Mon espace\u{a0}».\n\n\
         Ce message est automatique\u{a0}: personne ne lit les réponses. Il s’arrête sur le site."
    );
    let raw = mail["raw"].as_str().unwrap().to_lowercase();
    let id = exchange::hex::encode(told.id.as_bytes());
    for word in ["secret", "rempart", "http", "image", "photo", "dossier", "signal", "aide", &id[..8], "html", "x-"] {
        assert!(!raw.contains(word), "{word}: {raw}");
    }
    quiet.pass(DAY - HOUR - 300);
    quiet.answer(&told).await;
    assert_eq!(rows(&quiet.node, "alert_mails").await, 0, "not twice in a day");
    quiet.pass(2);
    quiet.answer(&told).await;
    quiet.pass(HOUR);
    quiet.send().await;
    assert_ne!(mailbox.next().await["headers"], mail["headers"]);
    assert_eq!(mailbox.rest().await, [""; 0]);
});

on_every_engine!(what_a_platform_did_is_told_by_whoever_can_open_the_case_and_once, |engine| {
    // Nothing is sent here: what is put is counted.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| {
        clock = Some(manual(settings));
        settings.mail = Some(mail_to(gone.into()));
    })
    .await;
    let (clock, intake) = (clock.unwrap(), &node.node.intake);
    let [hotline, stranger] = [2, 3].map(|seed| RecipientSecret::generate(&mut StdRng::seed_from_u64(seed)));
    let platform = node.partner("platform").await;
    let words = Browser::of(&node).send_case_with(&mark(65), &[("alert", CANARY)]).await;
    Browser::of(&node).send_case(&mark(66)).await;
    let Opened::Case(case) = intake.open_with(&Receipt::parse(&words).unwrap()).await.unwrap() else { panic!() };
    let [entry, other] = [65, 66].map(|seed| mark(seed).split("\"value\":\"").nth(1).unwrap()[..64].to_owned());
    let does = async |hash: &str, kind: &str, number: u8| {
        let entry = platform.matches(hash).await.remove(0);
        let id = format!("01980000-0000-7000-8000-0000000000{number:02x}");
        let at = node.node.clock.now().to_string();
        let outcome = json!({"id": id, "entry": entry, "kind": kind, "count": 1, "at": at});
        assert_eq!(platform.post("outcomes", &json!({"outcomes": [outcome]})).await.body["recorded"], 1);
    };
    let pass = |seconds: i64| clock.set(clock.now().plus_seconds(seconds));
    let tell = async |secret: &RecipientSecret| intake.tell_news_of_all(secret).await.unwrap();
    let before = intake.view(&case).await.unwrap().row;

    assert_eq!(tell(&hotline).await, 0, "nothing came in");
    pass(60);
    does(&entry, "seen", 1).await;
    does(&other, "removed", 2).await;
    assert_eq!(tell(&hotline).await, 0, "a copy that was met is no news, and another case's are not told here");
    does(&entry, "removed", 3).await;
    assert_eq!(tell(&stranger).await, 0, "another key opens nothing");
    assert_eq!(tell(&hotline).await, 1);
    assert_eq!((tell(&hotline).await, rows(&node.node, "alert_mails").await), (0, 1), "once");
    pass(60);
    does(&entry, "blocked", 4).await;
    assert_eq!(tell(&hotline).await, 0, "one a day");
    assert_eq!(intake.view(&case).await.unwrap().row, before, "neither its end nor its hour moved");
    // As if it had been sent.
    assert!(node.node.alerts.standing().await.unwrap().waiting == 1);
    intake.set_alert(&case, None).await.unwrap();
    pass(2 * DAY);
    assert_eq!(tell(&hotline).await, 0, "nobody is told who took the address back");
    intake.set_alert(&case, Some(&CANARY.parse().unwrap())).await.unwrap();
    assert_eq!(tell(&hotline).await, 0, "what was before the address was left is no news");
    pass(60);
    does(&entry, "blocked", 5).await;
    assert_eq!(tell(&hotline).await, 1);
    // What is put waits for its moment; what came in meanwhile is told the day after.
    let everything = on_disk(&node.node, &node.database).await;
    assert!(!holds(&everything, CANARY.as_bytes()));
});

on_every_engine!(a_server_that_is_busy_is_asked_again_later_and_then_has_it_once, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["rcpt-450", "451", "mail-553", "take"]).await else { return };
    let quiet = Quiet::new(engine, mailbox.settings()).await;
    let case = quiet.case(Some(CANARY)).await;
    quiet.answer(&case).await;
    quiet.pass(HOUR);
    for expected in ["refused", "message", "refused", "message"] {
        quiet.send().await;
        // Before its time nobody is asked again.
        quiet.send().await;
        assert_eq!(mailbox.next().await["event"], expected);
        quiet.pass(DAY / 4);
    }
    quiet.send().await;
    assert_eq!(rows(&quiet.node, "alert_mails").await, 0);
    assert_eq!(quiet.alert(&case).await, AlertView::Set);
    assert_eq!(mailbox.rest().await, [""; 0]);
});

on_every_engine!(a_refusal_for_good_is_given_up_shown_and_its_address_dropped, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["rcpt-550", "552", "take"]).await else { return };
    let quiet = Quiet::new(engine, mailbox.settings()).await;
    for code in [550, 552] {
        let case = quiet.case(Some(CANARY)).await;
        quiet.answer(&case).await;
        quiet.pass(HOUR);
        quiet.send().await;
        mailbox.next().await;
        let standing = quiet.node.alerts.standing().await.unwrap();
        assert_eq!((standing.waiting, standing.code), (0, code));
        assert_eq!(quiet.alert(&case).await, AlertView::Failed, "its owner is told");
        quiet.pass(DAY);
        quiet.send().await;
        if code == 552 {
            // Written anew, it is an alert like any other.
            quiet.node.intake.set_alert(&case, Some(&CANARY.parse().unwrap())).await.unwrap();
            assert_eq!(quiet.alert(&case).await, AlertView::Set);
            quiet.answer(&case).await;
            quiet.pass(HOUR);
            quiet.send().await;
            assert_eq!(mailbox.next().await["answer"], "take");
        }
    }
    assert_eq!(quiet.node.alerts.standing().await.unwrap().given_up, 1);
    quiet.pass(31 * DAY);
    quiet.node.alerts.tidy().await.unwrap();
    assert_eq!(rows(&quiet.node, "alert_mails").await, 0);
    assert_eq!(mailbox.rest().await, [""; 0]);
});

on_every_engine!(a_connection_that_ends_after_the_message_is_tried_once_more_and_never_a_third_time, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["drop"]).await else { return };
    let quiet = Quiet::new(engine, mailbox.settings()).await;
    let case = quiet.case(Some(CANARY)).await;
    quiet.answer(&case).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        quiet.pass(HOUR);
        quiet.send().await;
        let headers = mailbox.next().await["headers"].clone();
        let id = headers.as_array().unwrap().iter().find(|header| header[0] == "Message-ID").unwrap()[1].clone();
        ids.push(id);
    }
    assert_eq!(ids[0], ids[1], "so that a server can tell that it is the same");
    for _ in 0..5 {
        quiet.pass(DAY);
        quiet.send().await;
    }
    assert_eq!(rows(&quiet.node, "alert_mails").await, 0);
    assert_eq!(mailbox.rest().await, [""; 0]);
});

on_every_engine!(several_processes_over_one_database_send_each_mail_once, |engine| {
    let Some(mut mailbox) = Mailbox::open(&["take"]).await else { return };
    let quiet = Quiet::new(engine, mailbox.settings()).await;
    let others = [
        Quiet::beside(&quiet.database, &quiet.clock, mailbox.settings()).await,
        Quiet::beside(&quiet.database, &quiet.clock, mailbox.settings()).await,
    ];
    const MAILS: usize = 12;
    for number in 0..MAILS {
        let case = quiet.case(Some(&format!("robin{number}@example.org"))).await;
        quiet.answer(&case).await;
    }
    quiet.pass(HOUR);
    tokio::join!(quiet.send(), send(&others[0]), send(&others[1]));
    let mut to = Vec::new();
    for _ in 0..MAILS {
        to.push(mailbox.next().await["to"][0].as_str().unwrap().to_owned());
    }
    to.sort_unstable();
    to.dedup();
    assert_eq!(to.len(), MAILS);
    quiet.pass(DAY);
    quiet.send().await;
    assert_eq!(mailbox.rest().await, [""; 0]);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_wants_a_password_gets_it_and_one_without_tls_gets_nothing_where_tls_is_asked_for() {
    let Some(mut mailbox) = Mailbox::open(&["login"]).await else { return };
    let with = |password: &str, tls: &str| {
        let login = Some(("robin".to_owned(), zeroize::Zeroizing::new(password.to_owned())));
        SmtpServer::parse(&format!("smtp://127.0.0.1:{}{tls}", mailbox.port), login).unwrap()
    };
    let from = mailbox.settings().from;
    assert!(with("swordfish", "").probe(&from).await.is_ok());
    let refused = with("trout", "").probe(&from).await.unwrap_err().to_string();
    assert!(refused.contains("the user or the password") && !refused.contains("trout"), "{refused}");
    let unprotected = with("swordfish", "?tls=starttls").probe(&from).await.unwrap_err().to_string();
    assert!(unprotected.contains("does not answer as a mail server should"), "{unprotected}");
    let quiet = Quiet::new(Engine::Sqlite, MailSettings { server: with("swordfish", ""), ..mailbox.settings() }).await;
    let case = quiet.case(Some(CANARY)).await;
    quiet.answer(&case).await;
    quiet.pass(HOUR);
    quiet.send().await;
    assert_eq!(mailbox.next().await["event"], "message");
}

on_every_engine!(a_mail_that_nobody_takes_is_late_then_given_up_after_three_days, |engine| {
    // The port of a server that is gone.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let quiet = Quiet::new(engine, mail_to(gone.into())).await;
    let case = quiet.case(Some(CANARY)).await;
    quiet.answer(&case).await;
    let mut hours = 0;
    let standing = || async { quiet.node.alerts.standing().await.unwrap() };
    while standing().await.given_up == 0 {
        quiet.pass(HOUR + 1);
        hours += 1;
        quiet.send().await;
        assert_eq!(
            standing().await.late,
            u64::from(hours > 1 && standing().await.given_up == 0),
            "after {hours} hours"
        );
        assert!(hours < 100);
    }
    assert!((72..=80).contains(&hours), "{hours}");
    assert_eq!(quiet.alert(&case).await, AlertView::Failed);
});

on_every_engine!(the_address_is_found_nowhere_on_the_disk_and_goes_with_the_case, |engine| {
    let quiet = Quiet::new(engine, mail_to(9)).await;
    let case = quiet.case(Some(CANARY)).await;
    quiet.answer(&case).await;
    assert_eq!((rows(&quiet.node, "alerts").await, rows(&quiet.node, "alert_mails").await), (1, 1));
    let disk = on_disk(&quiet.node, &quiet.database).await;
    assert!(holds(&disk, b"Mon espace") || holds(&disk, b"portal"), "it reads what is there");
    for canary in [CANARY.as_bytes(), b"canary.robin", b"7261@example"] {
        assert!(!holds(&disk, canary), "{}", String::from_utf8_lossy(canary));
    }
    quiet.node.intake.delete(&case).await.unwrap();
    assert_eq!((rows(&quiet.node, "alerts").await, rows(&quiet.node, "alert_mails").await), (0, 0));
    assert!(!holds(&on_disk(&quiet.node, &quiet.database).await, b"canary.robin"));
});

on_every_engine!(an_alert_lives_as_long_as_its_case_and_ends_with_the_others_of_its_month, |engine| {
    let quiet = Quiet::new(engine, mail_to(9)).await;
    let (kept, left) = (quiet.case(Some(CANARY)).await, quiet.case(Some(CANARY)).await);
    let tidy = || async {
        quiet.node.intake.tidy().await.unwrap();
        quiet.node.alerts.tidy().await.unwrap();
        rows(&quiet.node, "alerts").await
    };
    quiet.pass(100 * DAY);
    quiet.node.intake.write(&kept, Author::Person, "Still here.").await.unwrap();
    quiet.pass((i64::from(server::intake::CASE_DAYS) - 100 + 32) * DAY);
    assert_eq!(tidy().await, 1, "one case expired, and within a month its address");
    assert!(quiet.node.intake.view(&left).await.is_err());
    assert_eq!(quiet.alert(&kept).await, AlertView::Set);
    quiet.pass(101 * DAY);
    assert_eq!(tidy().await, 0);
});

on_every_engine!(taking_an_address_back_takes_the_waiting_mail_back_too, |engine| {
    let quiet = Quiet::new(engine, mail_to(9)).await;
    let case = quiet.case(Some(CANARY)).await;
    let before = quiet.node.intake.view(&case).await.unwrap().row.waits_for;
    quiet.answer(&case).await;
    let set = |to: Option<&'static str>| {
        let to = to.map(|to| to.parse().unwrap());
        let (intake, case) = (&quiet.node.intake, &case);
        async move { intake.set_alert(case, to.as_ref()).await.unwrap() }
    };
    set(Some("other@example.org")).await;
    assert_eq!((rows(&quiet.node, "alerts").await, rows(&quiet.node, "alert_mails").await), (1, 0));
    quiet.answer(&case).await;
    assert_eq!(rows(&quiet.node, "alert_mails").await, 1);
    set(None).await;
    set(None).await;
    assert_eq!((rows(&quiet.node, "alerts").await, rows(&quiet.node, "alert_mails").await), (0, 0));
    assert_eq!(quiet.alert(&case).await, AlertView::None);
    let after = quiet.node.intake.view(&case).await.unwrap().row.waits_for;
    assert_ne!(before, after, "the hotline wrote");
    assert_eq!(after, server::intake::WaitsFor::Person, "an address is no message");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_tell_neither_their_case_nor_the_length_of_an_address() {
    let quiet = Quiet::new(Engine::Sqlite, mail_to(9)).await;
    let long = format!("{}@{}.example.org", "a".repeat(60), "b".repeat(60));
    for to in ["a@b.fr", &long] {
        let case = quiet.case(Some(to)).await;
        quiet.answer(&case).await;
        quiet.pass(HOUR);
    }
    let mut session = quiet.node.database().read().await.unwrap();
    let server::storage::Connection::Sqlite(c) = session.connection() else { unreachable!("SQLite was asked for") };
    for text in [
        "select count(distinct length(sealed)) from alerts",
        "select count(distinct ends_at) from alerts",
        "select count(distinct length(sealed)) from alert_mails",
        "select count(distinct length(sealed)) from case_items where position = 3",
    ] {
        let kinds: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(&mut *c).await.unwrap();
        assert_eq!(kinds, 1, "{text}");
    }
    let joined = "select count(*) from alerts join cases on alerts.ends_at = cases.ends_at or alerts.id = cases.id";
    let joined: i64 = sqlx::query_scalar(joined).fetch_one(&mut *c).await.unwrap();
    assert_eq!(joined, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_nothing_is_offered_and_nothing_taken() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    assert!(!person.get("/p/1").await.text.contains("e-mail"));
    person.send_case_with(&mark(1), &[("alert", CANARY)]).await;
    person.answer("/c", "/c/9", &[("alert", CANARY)]).await;
    let page = person.get("/c").await.text;
    assert!(!page.contains("e-mail"), "{page}");
    assert_eq!(rows(&node.node, "alerts").await, 0);
}

on_every_engine!(an_address_is_left_on_the_page_of_the_words_changed_and_taken_out_in_the_case, |engine| {
    let node = TestNode::start_with(engine, |settings| {
        manual(settings);
        settings.mail = Some(mail_to(9));
    })
    .await;
    let mut person = Browser::of(&node);
    person.begin(&mark(2)).await;
    let page = person.get("/s/7").await.text;
    assert!(page.contains("name=\"alert\" value=\"\"") && page.contains("autocomplete=\"off\""), "{page}");
    assert!(page.contains("«\u{a0}Du nouveau\u{a0}»") && page.contains("«\u{a0}Mon espace\u{a0}»"), "{page}");
    let words = crate::portal::words_on(&page);
    let split: Vec<&str> = words.split(' ').collect();
    let typed = |alert: &'static str| [("word2", split[1]), ("word5", split[4]), ("alert", alert)];
    for (wrong, said) in [
        ("robin", "n’est pas une adresse e-mail"),
        ("zoé@example.org", "des accents"),
        ("a@example.org, b@example.org", "n’est pas une adresse e-mail"),
        ("a@example.org\r\nBcc: b@example.org", "n’est pas une adresse e-mail"),
    ] {
        let sent = person.answer("/s/7", "/s/7", &typed(wrong)).await;
        assert_eq!(sent.location.as_deref(), Some("/s/7"));
        let page = person.get("/s/7").await;
        assert!(page.text.contains(said), "{wrong}: {}", page.text);
        assert!(
            page.text.contains("<details class=\"more\" open>") && page.text.contains("id=\"alert-wrong\""),
            "{}",
            page.text
        );
    }
    let wrong_words = [("word2", "x"), ("word5", "y"), ("alert", CANARY)];
    person.answer("/s/7", "/s/7", &wrong_words).await;
    let page = person.get("/s/7").await.text;
    assert!(page.contains(&format!("value=\"{CANARY}\"")), "what was typed is not lost");
    let sent = person.answer("/s/7", "/s/7", &typed(CANARY)).await;
    assert_eq!(sent.location.as_deref(), Some("/c"), "{}", sent.text);
    let page = person.get("/c").await.text;
    assert!(page.contains("Une adresse est gardée") && !page.contains(CANARY), "{page}");
    assert_eq!(rows(&node.node, "alerts").await, 1);

    person.answer("/c", "/c/9", &[("alert", "robin@localhost")]).await;
    let wrong = person.get("/c").await;
    assert!(wrong.text.contains("value=\"robin@localhost\"") && wrong.text.contains("n’est pas une adresse"));
    person.answer("/c", "/c/9", &[("alert", "other@example.org")]).await;
    assert_eq!(rows(&node.node, "alerts").await, 1);
    person.answer("/c", "/c/9", &[("stop", "1")]).await;
    assert!(person.get("/c").await.text.contains("Aucune adresse"));
    assert_eq!(rows(&node.node, "alerts").await, 0);
    assert!(person.get("/p/1").await.text.contains("Ton adresse e-mail, si tu en laisses une"));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_and_given_up_mails_are_loud_on_the_status_page_and_in_the_metrics() {
    let Some(mut mailbox) = Mailbox::open(&["rcpt-550", "rcpt-451"]).await else { return };
    let quiet = Quiet::new(Engine::Sqlite, mailbox.settings()).await;
    for _ in 0..2 {
        let case = quiet.case(Some(CANARY)).await;
        quiet.answer(&case).await;
        quiet.pass(2 * HOUR + 1);
        quiet.send().await;
        mailbox.next().await;
    }
    let listening = server::http::Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listening.address;
    let router = server::operator::node_router(quiet.node.clone(), server::telemetry::metrics());
    tokio::spawn(server::http::serve(listening, router, quiet.node.stopping().clone()));
    let get = |path: &str| {
        let url = format!("http://{address}{path}");
        async move {
            let request = server::http::client().unwrap().get(url).header("accept-language", "en");
            request.send().await.unwrap().text().await.unwrap()
        }
    };
    let page = get("/status").await;
    assert!(page.contains("One e-mail has waited for more than an hour"), "{page}");
    assert!(page.contains("One e-mail could not be delivered in the last thirty days"), "{page}");
    assert!(!page.contains("example.org"), "{page}");
    let metrics = get("/metrics").await;
    for line in ["{state=\"waiting\"} 1", "{state=\"late\"} 1", "{state=\"given_up\"} 1"] {
        assert!(metrics.contains(&format!("rempart_alert_mails{line}")), "{metrics}");
    }
}
