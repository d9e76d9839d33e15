//! A sealed file over HTTP: from the browser's side to the hotline's, what is refused, and that it ends when it should.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::header::COOKIE;
use sealing::{FileKey, RecipientSecret, SEALED_PART_BYTES, sealed_bytes};
use server::clock::Clock;
use server::intake::uploads::{
    CASE_UPLOAD_BYTES_MAX, SealedKey, UNSENT_BYTES_MAX, UPLOAD_BYTES_MAX, UPLOADS_PER_CASE_MAX, Upload,
};
use server::intake::{OpenCase, Settings};
use server::storage::{Connection, Database, backup};

use crate::portal::{Browser, token, words_on};
use crate::support::{Engine, TestDatabase, TestNode, holds, manual, on_disk, on_every_engine};

/// Stands in the file, in clear.
const CANARY: &[u8] = b"canary-of-the-file-5512";
const DAY_SECONDS: i64 = 86_400;

/// The node of the tests is sealed to this one.
pub(crate) fn hotline() -> RecipientSecret {
    RecipientSecret::generate(&mut StdRng::seed_from_u64(2))
}

/// A file of some parts with canaries all over it.
fn file() -> Vec<u8> {
    let mut bytes = vec![0; 600_000];
    StdRng::seed_from_u64(8).fill_bytes(&mut bytes);
    for at in [0, 100_000, 300_000, 599_900] {
        bytes[at..at + CANARY.len()].copy_from_slice(CANARY);
    }
    bytes
}

pub(crate) async fn allow(node: &TestNode, minor: bool, adult: bool) {
    let link = node.node.intake.new_link(&node.operator).await.unwrap();
    let settings = Settings { upload_minor: minor, upload_adult: adult, ..Settings::default() };
    assert!(node.node.intake.choose(&link, &settings).await.unwrap());
}

async fn node_with_a_clock(engine: Engine) -> (TestNode, Clock) {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    allow(&node, true, false).await;
    (node, clock.unwrap())
}

/// A page of the draft or of the case, and what its script does.
struct Sender<'a> {
    browser: &'a mut Browser,
    path: &'static str,
    token: String,
    id: String,
}

/// What a browser would have sealed.
struct Sealed {
    parts: Vec<Vec<u8>>,
    keys: String,
}

fn seal(id: &str, file: &[u8]) -> Sealed {
    let id: [u8; 16] = exchange::hex::decode(id).unwrap();
    // Another device's, or another file's, is another.
    let mut rng = StdRng::seed_from_u64(u64::from_be_bytes(*id.first_chunk().unwrap()));
    let key = FileKey::generate(&mut rng);
    let (mut sealer, mut parts, mut at) = (key.sealer(&id, file.len() as u64), Vec::new(), 0);
    while let Some(wanted) = sealer.wants() {
        parts.push(sealer.seal_next(&file[at..at + wanted]).unwrap());
        at += wanted;
    }
    let recipient = hotline().public();
    let sealed = exchange::hex::encode(&key.seal_to(&recipient, &id, &mut rng));
    Sealed { parts, keys: format!(r#"[{{"recipient":"{recipient}","key":"{sealed}"}}]"#) }
}

impl<'a> Sender<'a> {
    async fn at(browser: &'a mut Browser, page: &str, path: &'static str) -> Self {
        let token = token(&browser.get(page).await.text);
        Self { browser, path, token, id: String::new() }
    }

    async fn post(&self, step: u8, headers: &[(&str, String)], body: Vec<u8>) -> (u16, String) {
        let mut request = self.browser.http.post(format!("{}{}/{step}", self.browser.base, self.path));
        if !headers.iter().any(|(name, _)| *name == "x-form") {
            request = request.header("x-form", &self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let cookie = self.browser.cookie.clone().unwrap_or_default();
        let answer = request.header(COOKIE, cookie).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn begin(&mut self) -> u16 {
        let (status, id) = self.post(1, &[], vec![]).await;
        if status == 200 {
            self.id = id;
        }
        status
    }

    async fn part(&self, position: usize, part: &[u8]) -> u16 {
        let headers = [("x-upload", self.id.clone()), ("x-part", position.to_string())];
        self.post(2, &headers, part.to_vec()).await.0
    }

    async fn finish(&self, parts: usize, keys: &str) -> u16 {
        self.post(3, &[], format!(r#"{{"id":"{}","parts":{parts},"keys":{keys}}}"#, self.id).into_bytes()).await.0
    }

    async fn send(&mut self, file: &[u8]) -> u16 {
        let begun = self.begin().await;
        if begun != 200 {
            return begun;
        }
        let sealed = seal(&self.id, file);
        for (position, part) in sealed.parts.iter().enumerate() {
            assert_eq!(self.part(position, part).await, 204, "part {position}");
        }
        self.finish(sealed.parts.len(), &sealed.keys).await
    }
}

/// A draft up to its message.
async fn draft(browser: &mut Browser, age: &str) {
    browser.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    browser.answer("/s/1", "/s/1", &[("answer", age)]).await;
    browser.answer("/s/2", "/s/2", &[("answer", "offline")]).await;
}

/// From the consent to the case; gives the words.
async fn send_case(browser: &mut Browser) -> String {
    browser.answer("/s/6", "/s/6", &[]).await;
    let words = words_on(&browser.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let sent = browser.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    assert_eq!(sent.location.as_deref(), Some("/c"), "{}", sent.text);
    words
}

pub(crate) async fn send_in_draft(browser: &mut Browser, file: &[u8]) -> u16 {
    Sender::at(browser, "/s/5", "/s/5").await.send(file).await
}

async fn send_in_case(browser: &mut Browser, file: &[u8]) -> u16 {
    Sender::at(browser, "/c", "/c/8").await.send(file).await
}

/// What the hotline sees of the only case.
async fn opened(node: &TestNode) -> (OpenCase, Vec<Option<Upload>>) {
    let intake = &node.node.intake;
    let cases = intake.open_cases(&node.operator, 10).await.unwrap();
    assert_eq!(cases.len(), 1);
    let case = intake.open_as(&hotline(), cases[0].id).await.unwrap().unwrap();
    let view = intake.view(&case).await.unwrap();
    (case, view.uploads.into_iter().map(|file| file.upload).collect())
}

/// The file in clear, as the hotline opens it.
async fn open_file(node: &TestNode, upload: &Upload) -> Vec<u8> {
    let sealed = SealedKey::sealed_for(&upload.keys, &hotline()).unwrap();
    let mut opener = FileKey::open(&hotline(), upload.id.as_bytes(), &sealed).unwrap().opener(upload.id.as_bytes());
    let mut file = Vec::new();
    for position in 0..upload.parts {
        let part = node.node.intake.sealed_part(upload.id, position).await.unwrap().unwrap();
        file.extend_from_slice(&opener.open_next(&part, position + 1 == upload.parts).unwrap());
    }
    file
}

/// Uploads and parts that lie here.
async fn rows(node: &TestNode) -> (i64, i64) {
    let mut session = node.node.database().read().await.unwrap();
    let (uploads, parts) = ("select count(*) from uploads", "select count(*) from upload_parts");
    match session.connection() {
        Connection::Sqlite(c) => (
            sqlx::query_scalar(uploads).fetch_one(&mut *c).await.unwrap(),
            sqlx::query_scalar(parts).fetch_one(c).await.unwrap(),
        ),
        Connection::Postgres(c) => (
            sqlx::query_scalar(uploads).fetch_one(&mut *c).await.unwrap(),
            sqlx::query_scalar(parts).fetch_one(c).await.unwrap(),
        ),
    }
}

async fn change(node: &TestNode, text: String) {
    let mut session = node.node.database().write().await.unwrap();
    match session.connection() {
        Connection::Sqlite(c) => sqlx::query(sqlx::AssertSqlSafe(text)).execute(c).await.map(drop).unwrap(),
        Connection::Postgres(c) => sqlx::query(sqlx::AssertSqlSafe(text)).execute(c).await.map(drop).unwrap(),
    }
    session.commit().await.unwrap();
}

on_every_engine!(a_file_goes_into_the_case_and_comes_back_identical_with_the_hotlines_key_alone, |engine| {
    let node = TestNode::start(engine).await;
    allow(&node, true, false).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, &file()).await, 204);
    assert!(person.get("/s/5").await.text.contains("verrouillé, part avec ta demande"));
    send_case(&mut person).await;
    let (_, uploads) = opened(&node).await;
    let upload = uploads[0].as_ref().unwrap();
    assert_eq!(open_file(&node, upload).await, file());
    let stranger = RecipientSecret::generate(&mut StdRng::seed_from_u64(77));
    assert!(SealedKey::sealed_for(&upload.keys, &stranger).is_none());

    assert_eq!(send_in_case(&mut person, b"a second one").await, 204);
    let (_, uploads) = opened(&node).await;
    assert_eq!(open_file(&node, uploads[1].as_ref().unwrap()).await, b"a second one");
    let page = person.get("/c").await.text;
    assert!(page.contains("Fichier 2") && page.matches("chez l’équipe, verrouillé").count() == 2, "{page}");
});

on_every_engine!(t10_the_disk_holds_a_file_as_ciphertext_alone_and_nothing_of_it_once_it_is_taken_back, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    let sealed = seal(&sender.id, &file());
    for (position, part) in sealed.parts.iter().enumerate() {
        assert_eq!(sender.part(position, part).await, 204);
    }
    assert_eq!(sender.finish(sealed.parts.len(), &sealed.keys).await, 204);
    send_case(&mut person).await;
    // What is found in one piece on a page of the database: runs of 64 bytes.
    let runs: Vec<Vec<u8>> =
        sealed.parts.iter().flat_map(|part| part.chunks_exact(64).step_by(997).map(<[u8]>::to_vec)).collect();
    let before = on_disk(&node.node, &node.database).await;
    let found = runs.iter().filter(|run| holds(&before, run)).count();
    assert!(found > runs.len() / 2, "it reads what is there: {found} of {}", runs.len());
    assert!(!holds(&before, CANARY));
    let keys = seal(&"00".repeat(16), b"").keys;
    let recipient = keys.split('"').nth(3).unwrap().to_owned();
    assert!(!holds(&before, recipient.as_bytes()), "who can open it is sealed");

    let position = 2;
    person.answer("/c", "/c/4", &[("item", &position.to_string()), ("sure", "1")]).await;
    assert!(person.get("/c").await.text.contains("repris"));
    assert_eq!(rows(&node).await, (0, 0));
    node.node.tidy().await;
    // PostgreSQL keeps its files to itself; there it is the backup that is read.
    let after = on_disk(&node.node, &node.database).await;
    assert_eq!(runs.iter().filter(|run| holds(&after, run)).count(), 0);
    assert_eq!(send_in_case(&mut person, &file()).await, 204, "it may be sent again");
});

on_every_engine!(files_end_with_what_they_belong_to, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let pass = |seconds: i64| clock.set(clock.now().plus_seconds(seconds));
    // An abandoned draft, and one whose file was never finished.
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, b"abandoned").await, 204);
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    assert_eq!(sender.part(0, &[1; SEALED_PART_BYTES]).await, 204);
    pass(3_600);
    node.node.intake.tidy().await.unwrap();
    assert_eq!(rows(&node).await, (2, 2), "the draft still lives");
    pass(2 * 3_600 + 1);
    node.node.intake.tidy().await.unwrap();
    assert_eq!(rows(&node).await, (0, 0));

    // A draft that goes on keeps its file.
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, &file()).await, 204);
    for _ in 0..4 {
        pass(7_000);
        person.answer("/s/6", "/s/6", &[]).await;
        node.node.intake.tidy().await.unwrap();
    }
    let words = send_case(&mut person).await;
    let (case, uploads) = opened(&node).await;
    assert_eq!(open_file(&node, uploads[0].as_ref().unwrap()).await, file());

    // Nothing that happens in the case keeps it longer than its three days, and both sides are told.
    for (hours, left) in [(30, (1, 3)), (30, (1, 3)), (13, (0, 0))] {
        pass(hours * 3_600);
        node.node.intake.write(&case, server::intake::Author::Hotline, "Nous sommes là.").await.unwrap();
        node.node.intake.tidy().await.unwrap();
        assert_eq!(rows(&node).await, left, "{hours}");
    }
    let file_of = &node.node.intake.view(&case).await.unwrap().uploads[0];
    assert!(file_of.is_over && file_of.upload.is_none() && file_of.checked_at.is_none());
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await;
    assert!(told.text.contains("trois jours sont passés"), "{}", told.text);
    assert!(node.node.intake.uploads_of(&case).await.unwrap().is_empty(), "there is room for another");
    pass((i64::from(server::intake::CASE_DAYS) + 1) * DAY_SECONDS);
    node.node.intake.tidy().await.unwrap();
    assert_eq!(rows(&node).await, (0, 0));
    let told = Browser::of(&node).told("/o", &[("words", &words)]).await;
    assert!(told.text.contains("effacée d’elle-même"), "{}", told.text);

    // Whoever deletes everything, and whoever leaves.
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, b"to be deleted").await, 204);
    send_case(&mut person).await;
    assert_eq!(rows(&node).await, (1, 1));
    person.answer("/c", "/c/6", &[("sure", "1")]).await;
    assert_eq!(rows(&node).await, (0, 0));
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, b"left behind").await, 204);
    assert_eq!(rows(&node).await, (1, 1));
    person.get("/x").await;
    assert_eq!(rows(&node).await, (0, 0));
});

on_every_engine!(a_part_comes_once_and_in_its_place, |engine| {
    let node = TestNode::start(engine).await;
    allow(&node, true, false).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.part(0, &[1; 9]).await, 410, "nothing was begun");
    assert_eq!(sender.begin().await, 200);
    let sealed = seal(&sender.id, &file());
    let [first, second, third] = [&sealed.parts[0], &sealed.parts[1], &sealed.parts[2]];
    assert_eq!(sender.part(1, second).await, 409, "one is missing before it");
    assert_eq!(sender.part(0, first).await, 204);
    assert_eq!(sender.part(0, first).await, 204, "its answer was lost");
    assert_eq!(sender.part(0, second).await, 409, "another one at its place");
    assert_eq!(sender.part(1, &[]).await, 409);
    assert_eq!(sender.finish(3, &sealed.keys).await, 409, "not whole");
    assert_eq!(sender.part(1, second).await, 204);
    assert_eq!(sender.part(2, third).await, 204);
    assert_eq!(sender.part(3, first).await, 409, "after a last one there is none");
    for keys in ["[]", "{}", r#"[{"recipient":"00","key":"00"}]"#, &sealed.keys.replace("\"key\"", "\"name\"")] {
        assert_eq!(sender.finish(3, keys).await, 400, "{keys}");
    }
    assert_eq!(sender.finish(3, &sealed.keys).await, 204);
    assert_eq!(sender.finish(3, &sealed.keys).await, 204, "its answer was lost");
    assert_eq!(sender.part(3, first).await, 410);
    assert_eq!(rows(&node).await, (1, 3));
    // Taken back before it was sent; giving up, and beginning anew.
    let id = sender.id.clone();
    let answered = person.answer("/s/5", "/s/5", &[("message", "gardé"), ("remove", &id)]).await;
    assert_eq!(answered.location.as_deref(), Some("/s/5"));
    assert!(person.get("/s/5").await.text.contains("gardé"));
    assert_eq!(rows(&node).await, (0, 0));
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    assert_eq!(sender.part(0, first).await, 204);
    assert_eq!(sender.begin().await, 200);
    assert_eq!(rows(&node).await, (1, 0), "the one before was given up");
    assert_eq!(sender.post(4, &[], vec![]).await.0, 204);
    assert_eq!(rows(&node).await, (0, 0));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_case_a_repeated_end_adds_one_file() {
    let node = TestNode::start(Engine::Sqlite).await;
    allow(&node, true, false).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    send_case(&mut person).await;
    let mut sender = Sender::at(&mut person, "/c", "/c/8").await;
    assert_eq!(sender.send(b"once").await, 204);
    let keys = seal(&sender.id, b"once").keys;
    assert_eq!(sender.finish(1, &keys).await, 204);
    assert_eq!(sender.part(1, &[1; 9]).await, 409);
    assert_eq!(opened(&node).await.1.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t3_a_forged_request_a_strangers_cookie_and_another_visits_upload_are_refused() {
    let node = TestNode::start(Engine::Sqlite).await;
    allow(&node, true, false).await;
    let (mut person, mut stranger) = (Browser::of(&node), Browser::of(&node));
    draft(&mut person, "15").await;
    draft(&mut stranger, "15").await;
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    let sealed = seal(&sender.id, b"mine");
    let place = [("x-upload", sender.id.clone()), ("x-part", "0".to_owned())];
    for forged in [
        vec![("x-form", String::new())],
        vec![("x-form", "0".repeat(32))],
        vec![("sec-fetch-site", "cross-site".to_owned())],
        vec![("sec-fetch-site", "same-site".to_owned())],
        vec![("sec-fetch-site", "none".to_owned())],
    ] {
        for step in 1..=4 {
            let headers = [&place[..], &forged].concat();
            assert_eq!(sender.post(step, &headers, sealed.parts[0].clone()).await.0, 403, "{step} {forged:?}");
        }
    }
    let mut theirs = Sender::at(&mut stranger, "/s/5", "/s/5").await;
    theirs.id = sender.id.clone();
    assert_eq!(theirs.part(0, &sealed.parts[0]).await, 410, "they have begun none");
    assert_eq!(theirs.begin().await, 200);
    theirs.id = sender.id.clone();
    assert_eq!(theirs.part(0, &sealed.parts[0]).await, 410, "it is not theirs");
    assert_eq!(theirs.finish(1, &sealed.keys).await, 410);
    theirs.token = sender.token.clone();
    assert_eq!(theirs.part(0, &sealed.parts[0]).await, 403);
    assert_eq!(sender.part(0, &sealed.parts[0]).await, 204);
    sender.browser.cookie = None;
    assert_eq!(sender.part(1, &[1; 9]).await, 410);
    // Nothing of it is ever given back.
    for path in ["/s/5/1", "/s/5/2", "/s/5/3", "/c/8/2"] {
        assert_eq!(stranger.get(path).await.status, 405, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_class_that_the_operator_did_not_allow_is_refused_and_offered_nothing() {
    let node = TestNode::start(Engine::Sqlite).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, b"x").await, 403, "off by default");
    assert!(!person.get("/s/5").await.text.contains("id=\"upload\""));
    allow(&node, false, true).await;
    assert_eq!(send_in_draft(&mut person, b"x").await, 403);
    assert!(!person.get("/s/5").await.text.contains("id=\"upload\""));

    let mut adult = Browser::of(&node);
    draft(&mut adult, "18").await;
    assert!(adult.get("/s/5").await.text.contains("id=\"upload\""));
    assert_eq!(send_in_draft(&mut adult, &file()).await, 204);
    // It turns out to be about a child: the file must not stay.
    adult.answer("/s/1", "/s/1", &[("answer", "13")]).await;
    assert_eq!(rows(&node).await, (0, 0));
    assert!(!adult.get("/s/5").await.text.contains("id=\"upload\""));

    // The operator changes their mind while a file is on its way, and after it has come.
    adult.answer("/s/1", "/s/1", &[("answer", "18")]).await;
    assert_eq!(send_in_draft(&mut adult, &file()).await, 204);
    let mut sender = Sender::at(&mut adult, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    allow(&node, true, false).await;
    assert_eq!(sender.part(0, &[1; 9]).await, 403);
    adult.answer("/s/6", "/s/6", &[]).await;
    let words = words_on(&adult.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let sent = adult.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    assert_eq!(sent.location.as_deref(), Some("/s/5"), "it is told before anything is sent");
    assert!(adult.get("/s/5").await.text.contains("Un fichier n’a pas pu rester"));
    assert_eq!(rows(&node).await, (0, 0));

    // Nobody is asked for a picture of somebody else.
    let mut witness = Browser::of(&node);
    witness.send("/", &[("situation", "witness"), ("lang", "fr")]).await;
    witness.answer("/s/1", "/s/1", &[("answer", "15")]).await;
    assert!(!witness.get("/s/5").await.text.contains("id=\"upload\""));
    assert_eq!(send_in_draft(&mut witness, b"x").await, 403);

    // With nobody to seal to there is nothing to offer.
    let intake = &node.node.intake;
    let mut minor = Browser::of(&node);
    draft(&mut minor, "15").await;
    assert!(minor.get("/s/5").await.text.contains("id=\"upload\""));
    for recipient in intake.recipients().await.unwrap() {
        intake.end_recipient(&node.operator, &recipient).await.unwrap();
    }
    assert!(!minor.get("/s/5").await.text.contains("id=\"upload\""));
    assert_eq!(send_in_draft(&mut minor, b"x").await, 403);
}

on_every_engine!(t12_every_limit_holds_at_its_number_and_one_past_it, |engine| {
    let node = TestNode::start(engine).await;
    allow(&node, true, false).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    let whole = |parts: u64, before: u64| {
        format!(
            "update uploads set parts = {parts}, bytes = {} where bytes = {before}",
            parts * SEALED_PART_BYTES as u64
        )
    };
    // Bytes of one part.
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    assert_eq!(sender.part(0, &[1; SEALED_PART_BYTES + 1]).await, 413);
    assert_eq!(sender.part(0, &[1; SEALED_PART_BYTES]).await, 204);
    // Bytes of one file, which is so many whole parts. What came before the last is written down, not sent.
    let most = sealed_bytes(UPLOAD_BYTES_MAX);
    let parts = (most / SEALED_PART_BYTES as u64) as usize;
    assert_eq!(most % SEALED_PART_BYTES as u64, 0);
    change(&node, whole(parts as u64 - 1, SEALED_PART_BYTES as u64)).await;
    assert_eq!(sender.part(parts - 1, &[1; SEALED_PART_BYTES]).await, 204);
    assert_eq!(sender.part(parts, &[1]).await, 413);
    let keys = seal(&sender.id, b"").keys;
    assert_eq!(sender.finish(parts, &keys).await, 204);

    // Bytes of one case.
    let first = most;
    let left = CASE_UPLOAD_BYTES_MAX - first;
    change(&node, format!("update uploads set bytes = bytes + {} where bytes = {first}", left - 100)).await;
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    assert_eq!(sender.begin().await, 200);
    assert_eq!(sender.part(0, &[1; 101]).await, 413);
    assert_eq!(sender.part(0, &[1; 100]).await, 204);
    assert_eq!(sender.finish(1, &keys).await, 204);

    // Bytes of this node that are in no case; a stranger's count.
    let mut other = Browser::of(&node);
    draft(&mut other, "15").await;
    let mut sender = Sender::at(&mut other, "/s/5", "/s/5").await;
    change(&node, format!("update uploads set bytes = {} where bytes = 100", UNSENT_BYTES_MAX - CASE_UPLOAD_BYTES_MAX))
        .await;
    assert_eq!(sender.begin().await, 200, "a hundred bytes are left");
    assert_eq!(sender.part(0, &[1; 101]).await, 507);
    assert_eq!(sender.part(0, &[1; 100]).await, 204);
    assert_eq!(sender.begin().await, 200, "which gives up the one before");
    assert_eq!(sender.part(0, &[1; 100]).await, 204);
    let mut third = Browser::of(&node);
    draft(&mut third, "15").await;
    assert_eq!(Sender::at(&mut third, "/s/5", "/s/5").await.begin().await, 507);

    // Files of one case, in the draft and in the case.
    change(&node, "update uploads set bytes = 10".to_owned()).await;
    for _ in 0..UPLOADS_PER_CASE_MAX {
        assert_eq!(send_in_draft(&mut third, b"x").await, 204);
    }
    assert_eq!(send_in_draft(&mut third, b"x").await, 413);
    send_case(&mut third).await;
    assert_eq!(send_in_case(&mut third, b"x").await, 413);
    person_takes_one_back(&mut third).await;
    assert_eq!(send_in_case(&mut third, b"x").await, 204);
});

async fn person_takes_one_back(person: &mut Browser) {
    person.answer("/c", "/c/4", &[("item", "2"), ("sure", "1")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t12_one_address_begins_so_many_files_an_hour_and_no_more() {
    let node = TestNode::start(Engine::Sqlite).await;
    allow(&node, true, false).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    let mut sender = Sender::at(&mut person, "/s/5", "/s/5").await;
    for _ in 0..server::access::UPLOADS_PER_HOUR {
        assert_eq!(sender.begin().await, 200);
    }
    assert_eq!(sender.begin().await, 429);
}

on_every_engine!(a_file_opens_from_a_restored_backup, |engine| {
    let node = TestNode::start(engine).await;
    allow(&node, true, false).await;
    let mut person = Browser::of(&node);
    draft(&mut person, "15").await;
    assert_eq!(send_in_draft(&mut person, &file()).await, 204);
    send_case(&mut person).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    backup::backup(node.node.database(), &copy, |_| ()).await.unwrap();
    let place = TestDatabase::new(engine).await;
    let database = Database::open(&place.url).await.unwrap();
    let fine = async |_: &Database| Ok(());
    backup::restore::<_, backup::BackupError>(&copy, &database, place.folder(), fine, |_| ()).await.unwrap();
    database.close().await;
    let again = TestNode::over(place, |_| ()).await;
    let (_, uploads) = opened(&again).await;
    assert_eq!(open_file(&again, uploads[0].as_ref().unwrap()).await, file());
});
