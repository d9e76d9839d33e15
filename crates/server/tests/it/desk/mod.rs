//! The desk over HTTP: what people file on one side, what those who work here do on the other.

mod contested;
mod looking;
mod newcomers;
mod queue;
mod verdicts;

use exchange::CaseId;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::header::COOKIE;
use sealing::FileKey;
use serde_json::json;
use server::clock::Clock;
use server::intake::Settings;
use server::storage::Connection;

use crate::portal::{Browser, token, words_on};
use crate::support::{Answer, Engine, StaffBrowser, TestNode, manual};

/// A node whose clock tests move and whose portal takes files.
pub(crate) async fn node_with_a_clock(engine: Engine) -> (TestNode, Clock) {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let link = node.node.intake.new_link(&node.operator).await.unwrap();
    let settings = Settings { upload_minor: true, upload_adult: true, ..Settings::default() };
    assert!(node.node.intake.choose(&link, &settings).await.unwrap());
    (node, clock.unwrap())
}

pub(crate) fn pass(clock: &Clock, seconds: i64) {
    clock.set(clock.now().plus_seconds(seconds));
}

/// What somebody files.
pub(crate) struct Filing<'a> {
    pub(crate) situation: &'a str,
    pub(crate) age: &'a str,
    pub(crate) stand: &'a str,
    pub(crate) marks: String,
    pub(crate) links: &'a str,
    pub(crate) message: &'a str,
    pub(crate) file: Option<Vec<u8>>,
}

impl Default for Filing<'_> {
    fn default() -> Self {
        Self {
            situation: "mine",
            age: "15",
            stand: "offline",
            marks: crate::portal::mark(1),
            links: "",
            message: "canary-of-the-story-4471",
            file: None,
        }
    }
}

/// A case that was sent, and the browser in which it is open.
pub(crate) struct Filed {
    pub(crate) id: CaseId,
    pub(crate) browser: Browser,
}

impl Filed {
    /// Where it is on the desk.
    pub(crate) fn path(&self) -> String {
        format!("/desk/work/{}", exchange::hex::encode(self.id.as_bytes()))
    }

    /// What its owner reads.
    pub(crate) async fn page(&mut self) -> String {
        self.browser.get("/c").await.text
    }
}

/// Files a case through the portal, page by page.
pub(crate) async fn file(node: &TestNode, filing: Filing<'_>) -> Filed {
    let before = open_ids(node).await;
    let mut browser = Browser::of(node);
    browser.send("/", &[("situation", filing.situation), ("lang", "fr")]).await;
    browser.answer("/s/1", "/s/1", &[("answer", filing.age)]).await;
    browser.answer("/s/2", "/s/2", &[("answer", filing.stand)]).await;
    browser.answer("/s/3", "/s/3", &[("marks", &filing.marks)]).await;
    browser.answer("/s/4", "/s/4", &[("links", filing.links)]).await;
    if let Some(bytes) = &filing.file {
        upload(node, &mut browser, "/s/5", "/s/5", bytes).await;
    }
    browser.answer("/s/5", "/s/5", &[("message", filing.message)]).await;
    browser.answer("/s/6", "/s/6", &[("share", "1"), ("later", "1"), ("notices", "1")]).await;
    send(&mut browser).await;
    let id = *open_ids(node).await.iter().find(|id| !before.contains(id)).expect("a case came");
    Filed { id, browser }
}

/// From the words to the case.
pub(crate) async fn send(browser: &mut Browser) -> String {
    let words = words_on(&browser.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let sent = browser.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    assert_eq!(sent.location.as_deref(), Some("/c"), "{}", sent.text);
    words
}

pub(crate) async fn open_ids(node: &TestNode) -> Vec<CaseId> {
    let all = node.node.intake.open_cases(&node.operator, 1_000).await.unwrap();
    all.into_iter().map(|row| row.id).collect()
}

/// Sends a file as a page's script does: sealed to everybody who reads here.
pub(crate) async fn upload(node: &TestNode, browser: &mut Browser, page: &str, path: &str, file: &[u8]) {
    let recipients = node.node.intake.recipients().await.unwrap();
    upload_to(browser, page, path, file, &recipients).await;
}

/// The same, sealed to these alone.
pub(crate) async fn upload_to(
    browser: &mut Browser,
    page: &str,
    path: &str,
    file: &[u8],
    recipients: &[sealing::Recipient],
) {
    let form = token(&browser.get(page).await.text);
    let cookie = browser.cookie.clone().unwrap();
    let post = async |step: u8, headers: Vec<(&str, String)>, body: Vec<u8>| {
        let mut request = browser.http.post(format!("{}{path}/{step}", browser.base)).header("x-form", &form);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.header(COOKIE, &cookie).body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    };
    let (status, digits) = post(1, vec![], vec![]).await;
    assert_eq!(status, 200, "{digits}");
    let id: [u8; 16] = exchange::hex::decode(&digits).unwrap();
    let mut rng = StdRng::seed_from_u64(5);
    let key = FileKey::generate(&mut rng);
    let (mut sealer, mut at, mut parts) = (key.sealer(&id, file.len() as u64), 0, 0);
    while let Some(wanted) = sealer.wants() {
        let part = sealer.seal_next(&file[at..at + wanted]).unwrap();
        at += wanted;
        let place = vec![("x-upload", digits.clone()), ("x-part", parts.to_string())];
        assert_eq!(post(2, place, part).await.0, 204);
        parts += 1;
    }
    let keys: Vec<_> = recipients
        .iter()
        .map(|to| json!({"recipient": to.to_string(), "key": exchange::hex::encode(&key.seal_to(to, &id, &mut rng))}))
        .collect();
    let whole = json!({"id": digits, "parts": parts, "keys": keys}).to_string();
    assert_eq!(post(3, vec![], whole.into_bytes()).await.0, 204);
}

/// A drawn picture: its file, and the mark that a device makes of it.
pub(crate) fn picture(seed: u64) -> (Vec<u8>, String) {
    let file = media::encode::png(&media::draw::photograph(seed, 320, 240)).unwrap();
    let made = media::fingerprints(&file, &media::Limits::default(), media::Purpose::Plain).unwrap();
    let mark = json!([{
        "fingerprints": [
            {"kind": "pdq", "value": made.dihedral.hashes[0].to_string(), "quality": made.dihedral.quality},
            {"kind": "sha256", "value": made.sha256.to_string()},
        ],
        "quality": made.dihedral.quality,
    }]);
    (file, mark.to_string())
}

/// The PDQ hash of a mark.
pub(crate) fn pdq(mark: &str) -> String {
    mark.split("\"value\":\"").nth(1).unwrap()[..64].to_owned()
}

/// Takes a case; it must be free.
pub(crate) async fn take(who: &mut StaffBrowser, path: &str) -> Answer {
    let page = who.submit(&format!("{path}/take"), &[]).await;
    assert!(page.text.contains("yours"), "{}", page.text);
    page
}

/// Says a verdict about a case that one has; gives the page that comes of it.
pub(crate) async fn say(who: &mut StaffBrowser, path: &str, code: &str, basis: &str) -> Answer {
    who.submit(&format!("{path}/verdict"), &[("code", code), ("basis", basis), ("answer", "fits")]).await
}

/// The position of the first file of a case, as the desk's page links it.
pub(crate) fn file_path(page: &str) -> String {
    let at = page.find("/file/").unwrap_or_else(|| panic!("no file in {page}"));
    let start = page[..at].rfind('"').unwrap() + 1;
    page[start..].split('"').next().unwrap().to_owned()
}

/// Holds one place of a file for one tick; the status.
pub(crate) async fn look(who: &mut StaffBrowser, file: &str, cell: u32) -> u16 {
    who.post(&format!("{file}/look"), &[("cell", &cell.to_string())]).await.status
}

/// Opens a file and sees a little of it: what a verdict may rest on.
pub(crate) async fn see(who: &mut StaffBrowser, path: &str) {
    let page = who.page(path).await;
    let file = file_path(&page.text);
    let opened = who.page(&file).await;
    assert!(opened.text.contains("id=\"looking\""), "{}", opened.text);
    assert_eq!(look(who, &file, 12).await, 200);
}

/// The only value of a query.
pub(crate) async fn number(node: &TestNode, text: &'static str) -> i64 {
    let mut session = node.node.database().read().await.unwrap();
    match session.connection() {
        Connection::Sqlite(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
        Connection::Postgres(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
    }
}

/// What the log says was done.
pub(crate) async fn acts(node: &TestNode) -> Vec<String> {
    let mut session = node.node.database().read().await.unwrap();
    let rows = server::access::audit::rows(&mut session, None, None, 1_000).await.unwrap();
    rows.into_iter().map(|row| row.act).collect()
}

/// Puts so many cases into the queue that nobody filed: rows alone, of all kinds.
pub(crate) async fn fill(node: &TestNode, count: u32) {
    let mut session = node.node.database().write().await.unwrap();
    const INSERT: &str = "insert into work
        (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips)
        values ($1, 0, $2, 1, 0, 0, $3, $4, 0, null, 0, 0)";
    let mut rng = StdRng::seed_from_u64(9);
    for number in 0..count {
        let id: [u8; 16] = rand::RngExt::random(&mut rng);
        let (class, hour) = (i64::from(number % 2), 496_000 + i64::from(number % 40));
        let class_of = if class == 0 { exchange::Class::Minor } else { exchange::Class::Adult };
        let due_at = exchange::Time::from_micros(hour * 3_600_000_000);
        let order = server::casework::Order { danger: 1, class: class_of, online: false, due_at, spread: 0 };
        let (place, due) = (order.place(), due_at.as_micros());
        match session.connection() {
            Connection::Sqlite(c) => {
                sqlx::query(INSERT).bind(&id[..]).bind(class).bind(due).bind(place).execute(c).await.map(drop)
            }
            Connection::Postgres(c) => {
                sqlx::query(INSERT).bind(&id[..]).bind(class).bind(due).bind(place).execute(c).await.map(drop)
            }
        }
        .unwrap();
    }
    session.commit().await.unwrap();
}

/// Paths of the cases on a page of the queue, in order.
pub(crate) fn listed(page: &str) -> Vec<String> {
    let rows = page.split("<tr data-row>").skip(1);
    rows.map(|row| row.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}
