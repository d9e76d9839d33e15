//! Cases that end by the job that deletes, and what a thief of the disk finds afterwards: neither what was in them nor what it
//! was sealed into.

use std::collections::HashSet;

use server::clock::Clock;
use server::intake::{Author, CASE_DAYS, ENDED_DAYS};
use server::storage::{Connection, Database};

use crate::alert::mail_to;
use crate::portal::{Browser, mark, words_on};
use crate::portal_upload::{allow, hotline, send_in_draft};
use crate::support::{TestNode, manual, on_disk, on_every_engine};

const DAY_SECONDS: i64 = 86_400;
/// Addresses of cases that ended go within so many days more.
const ADDRESS_DAYS: i64 = 32;
const STORY: &str = "canary-of-the-story-4417";
const LINK: &str = "https://example.org/canary-of-the-link-4417";
const NAME: &str = "IMG_canary-of-the-name-4417.jpg";
const ADDRESS: &str = "canary.robin.4417@example.org";
const ANSWER: &str = "canary-of-the-answer-4417";
/// Bytes that are looked for in one piece: short enough to lie on one page of the database, too long to be there by chance.
const RUN_BYTES: usize = 16;
/// Of each engine's tables: everything about a person or a case that is sealed.
const SEALED: [&str; 6] = [
    "select sealed from visits",
    "select sealed_key from cases where sealed_key is not null",
    "select sealed_key from case_recipients",
    "select sealed from case_items",
    "select sealed from upload_parts",
    "select sealed from alerts",
];

/// What is looked for: pieces of what is sealed or in clear.
struct Pieces(HashSet<[u8; RUN_BYTES]>);

impl Pieces {
    fn of<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(texts.into_iter().flat_map(|text| text.as_chunks().0).copied().collect())
    }

    /// How many of them stand somewhere in these bytes.
    fn found_in(&self, everything: &[u8]) -> usize {
        let windows = everything.array_windows::<RUN_BYTES>().filter(|window| self.0.contains(*window));
        windows.collect::<HashSet<_>>().len()
    }
}

/// What somebody says in a case: texts, and the name of a file.
pub(crate) struct Tale {
    pub(crate) seed: u8,
    pub(crate) link: &'static str,
    pub(crate) name: &'static str,
    pub(crate) story: &'static str,
    pub(crate) address: &'static str,
}

/// Sends a case with all that one may hold but an answer; gives the words. An address is left last.
pub(crate) async fn file(person: &mut Browser, tale: &Tale, consent: &[(&str, &str)]) -> String {
    let Tale { seed, link, name, story, address } = *tale;
    person.send("/", &[("situation", "mine"), ("lang", "fr")]).await;
    person.answer("/s/1", "/s/1", &[("answer", "15")]).await;
    person.answer("/s/2", "/s/2", &[("answer", "links")]).await;
    person.answer("/s/3", "/s/3", &[("marks", &mark(seed))]).await;
    person.answer("/s/4", "/s/4", &[("links", link)]).await;
    let picture = [name.as_bytes(), &[0xA5; 70_000], story.as_bytes()].concat();
    assert_eq!(send_in_draft(person, &picture).await, 204);
    person.answer("/s/5", "/s/5", &[("message", &format!("{story} {name}"))]).await;
    person.answer("/s/6", "/s/6", consent).await;
    let words = words_on(&person.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let typed = [("word2", split[1]), ("word5", split[4]), ("alert", "")];
    let sent = person.answer("/s/7", "/s/7", &typed).await;
    assert_eq!(sent.location.as_deref(), Some("/c"), "{}", sent.text);
    person.answer("/c", "/c/9", &[("alert", address)]).await;
    words
}

/// The hotline writes to everybody.
pub(crate) async fn answer_all(node: &TestNode, text: &str) {
    for case in node.node.intake.open_cases(&node.operator, 10).await.unwrap() {
        let case = node.node.intake.open_as(&hotline(), case.id).await.unwrap().unwrap();
        node.node.intake.write(&case, Author::Hotline, text).await.unwrap();
    }
}

/// Rows of one column of bytes.
async fn column(database: &Database, text: &'static str) -> Vec<Vec<u8>> {
    match database.read().await.unwrap().connection() {
        Connection::Sqlite(c) => sqlx::query_scalar(text).fetch_all(c).await.unwrap(),
        Connection::Postgres(c) => sqlx::query_scalar(text).fetch_all(c).await.unwrap(),
    }
}

async fn sealed(database: &Database) -> Vec<Vec<u8>> {
    let mut sealed = Vec::new();
    for text in SEALED {
        let rows = column(database, text).await;
        assert!(!rows.is_empty(), "{text}");
        sealed.extend(rows);
    }
    sealed
}

/// The files of PostgreSQL's tables and indexes themselves, once it has tidied up behind what was deleted.
async fn heap(database: &Database, tidied: &'static str) -> Vec<u8> {
    let Database::Postgres { pool, .. } = database else { return Vec::new() };
    for text in [tidied, "checkpoint"] {
        sqlx::query(text).execute(pool).await.unwrap();
    }
    let files: Vec<Vec<u8>> = sqlx::query_scalar(
        "select pg_read_binary_file(pg_relation_filepath(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('public', 'pg_toast') and c.relkind in ('r', 't', 'i')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    files.concat()
}

on_every_engine!(
    t10_of_a_case_that_ends_by_itself_the_disk_holds_neither_a_word_nor_what_it_was_sealed_into,
    |engine| {
        let mut clock: Option<Clock> = None;
        let node = TestNode::start_with(engine, |settings| {
            clock = Some(manual(settings));
            settings.mail = Some(mail_to(9));
        })
        .await;
        let (clock, database) = (clock.unwrap(), node.node.database());
        let pass = |days: i64| clock.set(clock.now().plus_seconds(days * DAY_SECONDS));
        allow(&node, true, false).await;
        let mut words = Vec::new();
        let share: &[(&str, &str)] = &[("share", "1"), ("later", "1"), ("notices", "1")];
        // The fingerprint of the second is in the case alone.
        for (seed, consent) in [(41, share), (42, &[("count", "1")])] {
            let tale = Tale { seed, link: LINK, name: NAME, story: STORY, address: ADDRESS };
            words.push(file(&mut Browser::of(&node), &tale, consent).await);
        }
        answer_all(&node, ANSWER).await;
        let ids = column(database, "select id from cases").await;
        assert_eq!(ids.len(), 2);
        let theirs = Pieces::of(sealed(database).await.iter().map(Vec::as_slice));
        let marks = [mark(41), mark(42)].map(|mark| mark.split("\"value\":\"").nth(1).unwrap()[..64].to_owned());
        let raw = marks.each_ref().map(|hash| exchange::hex::decode::<32>(hash).unwrap());
        let mut plain: Vec<&[u8]> = vec![STORY.as_bytes(), LINK.as_bytes(), NAME.as_bytes(), ADDRESS.as_bytes()];
        plain.push(ANSWER.as_bytes());
        plain.extend(words.iter().chain(&marks).map(String::as_bytes));
        plain.extend(raw.iter().map(|hash| &hash[..]));
        let plain = Pieces::of(plain);
        let before = [on_disk(&node.node, &node.database).await, heap(database, "vacuum").await].concat();
        let (found, all) = (theirs.found_in(&before), theirs.0.len());
        assert!(all > 9_000 && found > all * 9 / 10, "it reads what is there: {found} of {all}");
        assert_eq!(plain.found_in(&before), 0, "in clear");

        // Another case, which goes on.
        pass(100);
        node.node.tidy().await;
        let mut other = Browser::of(&node);
        let others_words = other.send_case(&mark(43)).await;
        pass(i64::from(CASE_DAYS) - 100 + ADDRESS_DAYS);
        node.node.tidy().await;
        let others = column(database, "select sealed from case_items").await;
        assert!(!others.is_empty());
        let others = Pieces::of(others.iter().map(Vec::as_slice));
        let after = [on_disk(&node.node, &node.database).await, heap(database, "vacuum full").await].concat();
        assert!(others.found_in(&after) > others.0.len() * 9 / 10, "it still reads what is there");
        assert_eq!(theirs.found_in(&after), 0, "what it was sealed into");
        assert_eq!(plain.found_in(&after), 0, "in clear");
        for words in &words {
            let told = Browser::of(&node).told("/o", &[("words", words)]).await;
            assert!(told.text.contains("effacée d’elle-même"), "{}", told.text);
        }
        let mut other = Browser::of(&node);
        other.send("/o", &[("words", &others_words)]).await;
        assert_eq!(other.get("/c").await.status, 200);

        // In the end not even that they were.
        let ids = Pieces::of(ids.iter().map(Vec::as_slice));
        assert_eq!(ids.found_in(&after), 2);
        pass(ENDED_DAYS.into());
        node.node.tidy().await;
        let after = [on_disk(&node.node, &node.database).await, heap(database, "vacuum full").await].concat();
        assert_eq!(ids.found_in(&after), 0);
    }
);
