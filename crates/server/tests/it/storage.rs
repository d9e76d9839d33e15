//! The database: every SQL text on both engines, keys, sealing, what is on disk.

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use server::bank::{BankError, IndexForm};
use server::node::{Node, NodeSettings};
use server::storage::{Connection, Database, dialect};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use serde_json::json;

use crate::support::{Engine, TestDatabase, TestNode, hash, on_every_engine};

on_every_engine!(every_sql_text_prepares, |engine| {
    let node = TestNode::start(engine).await;
    let mut texts: Vec<&str> = Vec::new();
    texts.extend(server::bank::SQL);
    texts.extend(server::bank::CLAIMS_SQL);
    texts.extend(server::bank::WITHHELD_SQL);
    texts.extend(server::bank::DIALECTS_SQL);
    texts.extend(server::partners::SQL);
    texts.extend(server::removal::SQL.iter().copied().flatten());
    texts.extend(server::follow::SQL);
    texts.extend(server::access::SQL);
    texts.extend(server::access::audit::SQL);
    texts.extend(server::access::staff::SQL);
    texts.extend(server::access::staff::RECOVERY_SQL);
    texts.extend(server::intake::SQL);
    texts.extend(server::alerts::SQL);
    texts.extend(server::intake::uploads::SQL);
    texts.extend(server::casework::SQL);
    texts.extend(server::casework::EXPOSURE_SQL);
    for pair in dialect::ALL {
        texts.push(if engine == Engine::Sqlite { pair.sqlite } else { pair.postgres });
    }
    assert!(texts.len() > 30);
    let mut session = node.node.database().write().await.unwrap();
    for text in texts {
        let sql = AssertSqlSafe(text.to_owned()).into_sql_str();
        let prepared = match session.connection() {
            Connection::Sqlite(c) => c.prepare(sql).await.map(drop),
            Connection::Postgres(c) => c.prepare(sql).await.map(drop),
        };
        prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
});

on_every_engine!(both_schemas_have_the_same_tables_and_columns, |engine| {
    let node = TestNode::start(engine).await;
    let mut session = node.node.database().read().await.unwrap();
    let sql = match engine {
        Engine::Sqlite => {
            "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
        }
        Engine::Postgres => {
            "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
        }
    };
    let mut columns: Vec<String> = match session.connection() {
        Connection::Sqlite(c) => sqlx::query_scalar(sql).fetch_all(c).await.unwrap(),
        Connection::Postgres(c) => sqlx::query_scalar(sql).fetch_all(c).await.unwrap(),
    };
    columns.retain(|column| !column.starts_with('_') && !column.starts_with("sqlite_"));
    columns.sort();
    insta::assert_snapshot!("schema", columns.join("\n"));
});

on_every_engine!(another_key_is_refused_and_the_bank_stays, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "reported", &hash(1)).await;
    let wrong = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(99)));
    let open = Database::open(&node.database.url).await.unwrap();
    assert!(server::bank::Bank::is_set_up(&open).await.unwrap());
    let refused = Node::open(open, wrong, NodeSettings::default()).await.map(drop);
    assert!(matches!(refused, Err(BankError::WrongKey)), "{refused:?}");
    assert_eq!(partner.matches(&hash(1)).await.len(), 1);
});

on_every_engine!(processes_that_start_at_once_on_an_empty_database_set_up_one_bank, |engine| {
    let database = TestDatabase::new(engine).await;
    let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
    let starts = (0..6).map(|_| {
        let (url, key) = (database.url.clone(), key.clone());
        tokio::spawn(async move { Node::open(Database::open(&url).await?, key, NodeSettings::default()).await })
    });
    for start in futures::future::join_all(starts).await {
        let (node, _) = start.unwrap().unwrap();
        assert_eq!(node.bank.head().await.unwrap(), 0);
        node.close().await;
    }
});

on_every_engine!(a_node_that_starts_again_answers_from_what_was_committed, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let id = partner.protect("minor", "verified", &hash(1)).await;
    let gone = partner.protect("minor", "verified", &hash(2)).await;
    partner.delete(&format!("entries/{gone}")).await;
    node.node.close().await;
    let TestNode { database, .. } = node;
    let again = TestNode::over(database, |_| ()).await;
    let partner = again.with_key(partner.key);
    assert_eq!(partner.matches(&hash(1)).await, [id]);
    assert_eq!(partner.matches(&hash(2)).await, Vec::<String>::new());
});

on_every_engine!(the_index_is_kept_for_the_next_start_which_goes_on_from_there, |engine| {
    for form in [IndexForm::Sealed, IndexForm::Bare] {
        keeps_the_index_for_the_next_start(engine, form).await;
    }
});

async fn keeps_the_index_for_the_next_start(engine: Engine, form: IndexForm) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("node.index");
    let database = TestDatabase::new(engine).await;
    let kept = |settings: &mut NodeSettings| {
        (settings.index_file, settings.index_form) = (Some(file.clone()), form);
    };
    let node = TestNode::over(database, kept).await;
    let partner = node.partner("platform").await;
    let id = partner.protect("minor", "verified", &hash(1)).await;
    let gone = partner.protect("minor", "verified", &hash(2)).await;
    node.node.close().await;
    assert!(file.exists());
    let (TestNode { database, key, .. }, partner_key) = (node, partner.key);

    // A run that does not keep it leaves the file behind the bank.
    let node = TestNode::over(database, |_| ()).await;
    let partner = node.with_key(partner_key.clone());
    partner.delete(&format!("entries/{gone}")).await;
    let late = partner.protect("minor", "verified", &hash(3)).await;
    node.node.close().await;
    let TestNode { database, .. } = node;

    let mut settings = NodeSettings::default();
    kept(&mut settings);
    let (opened, _) = Node::open(Database::open(&database.url).await.unwrap(), key.clone(), settings).await.unwrap();
    let live = opened.bank.live();
    assert_eq!((live.applied(), live.is_ready(), live.size().entries), (2, false, 2));
    opened.close().await;

    let node = TestNode::over(database, kept).await;
    let partner = node.with_key(partner_key);
    assert_eq!(partner.matches(&hash(1)).await, [id]);
    assert_eq!(partner.matches(&hash(2)).await, [""; 0]);
    assert_eq!(partner.matches(&hash(3)).await, [late]);
    node.node.close().await;
    let TestNode { database, .. } = node;

    // Radii are worked out in it: with others it is left aside.
    let settings = |settings: &mut NodeSettings| {
        kept(settings);
        settings.block_radius.minor = 7;
    };
    let mut other = NodeSettings::default();
    settings(&mut other);
    let (opened, _) = Node::open(Database::open(&database.url).await.unwrap(), key, other).await.unwrap();
    assert_eq!(opened.bank.live().applied(), 0);
    opened.close().await;
}

on_every_engine!(two_processes_share_one_database, |engine| {
    let first = TestNode::start(engine).await;
    let open = Database::open(&first.database.url).await.unwrap();
    let (second, _) = Node::open(open, first.key.clone(), NodeSettings::default()).await.unwrap();
    second.start();
    let partner = first.partner("platform").await;
    partner.protect("minor", "verified", &hash(1)).await;
    let mut applied = second.bank.live().watch();
    applied.wait_for(|seq| *seq == 1).await.unwrap();
    assert_eq!(second.bank.live().size().hashes, 1);
    second.close().await;
});

#[tokio::test]
async fn no_fingerprint_stands_open_on_disk_and_none_is_left_after_withdrawal() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    let id = partner.protect("minor", "verified", &hash(1)).await;
    let sealed: Vec<u8> = sealed_of(&node).await;
    assert!(sealed.len() > 32);
    let hash_bytes = exchange::hex::decode::<32>(&hash(1)).unwrap();
    let (files, secret) = (files(&node.database), partner.key.as_bytes()[20..].to_vec());
    assert!(files.iter().any(|file| contains(file, &sealed)), "the sealed form is what is written");
    for file in &files {
        assert!(!contains(file, &hash_bytes) && !contains(file, hash(1).as_bytes()), "a fingerprint is on disk");
        assert!(!contains(file, &secret) && !contains(file, &exchange::hex::decode::<32>(&partner.key[20..]).unwrap()));
        assert!(!contains(file, node.key.to_text().as_bytes()), "the node's key is in its database");
    }
    partner.delete(&format!("entries/{id}")).await;
    node.node.close().await;
    for file in self::files(&node.database) {
        assert!(!contains(&file, &sealed), "a withdrawn fingerprint is still on disk, sealed as it is");
    }
}

#[tokio::test]
async fn a_withdrawn_fingerprint_is_not_in_the_index_that_is_kept() {
    for form in [IndexForm::Sealed, IndexForm::Bare] {
        let database = TestDatabase::new(Engine::Sqlite).await;
        let file = database.folder().join("node.index");
        let kept =
            |settings: &mut NodeSettings| (settings.index_file, settings.index_form) = (Some(file.clone()), form);
        let [withdrawn, held] = [1, 2].map(|seed| exchange::hex::decode::<32>(&hash(seed)).unwrap());
        let on_disk =
            |database: &TestDatabase, hash: &[u8; 32]| files(database).iter().any(|file| contains(file, hash));
        let node = TestNode::over(database, kept).await;
        let partner = node.partner("platform").await;
        let id = partner.protect("minor", "verified", &hash(1)).await;
        partner.protect("minor", "verified", &hash(2)).await;
        node.node.bank.store_index().await;
        assert_eq!(on_disk(&node.database, &withdrawn), form == IndexForm::Bare, "the test would find one");
        partner.delete(&format!("entries/{id}")).await;
        node.node.close().await;
        assert!(!on_disk(&node.database, &withdrawn));
        assert_eq!(on_disk(&node.database, &held), form == IndexForm::Bare);
    }
}

async fn sealed_of(node: &TestNode) -> Vec<u8> {
    let mut session = node.node.database().read().await.unwrap();
    let Connection::Sqlite(c) = session.connection() else { unreachable!("SQLite was asked for") };
    sqlx::query_scalar("select sealed from fingerprints").fetch_one(c).await.unwrap()
}

fn files(database: &TestDatabase) -> Vec<Vec<u8>> {
    let folder = std::fs::read_dir(database.folder()).unwrap();
    folder.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_clearly_writes_nothing_and_passes() {
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(1)).await;
    set_page_limit(&node, "pragma max_page_count = 1").await;
    let entries: Vec<_> = (10..1_000).map(|seed| crate::support::entry("minor", "reported", &hash(seed))).collect();
    let full = partner.post("entries", &serde_json::json!({"entries": entries})).await;
    full.is_problem(503, "storage-full");
    assert!(full.headers.contains_key("retry-after"));
    assert_eq!(partner.get("changes").await.body["head"], 1, "nothing half-written");
    assert_eq!(partner.matches(&hash(1)).await.len(), 1, "what is known is still answered");
    set_page_limit(&node, "pragma max_page_count = 1073741823").await;
    assert_eq!(partner.post("entries", &serde_json::json!({"entries": entries})).await.status, 201);
}

/// SQLite never lets a file grow past this many pages, nor the limit below what is there.
async fn set_page_limit(node: &TestNode, pragma: &'static str) {
    let Database::Sqlite { writer, .. } = node.node.database() else { unreachable!("SQLite was asked for") };
    sqlx::query(pragma).execute(writer).await.unwrap();
}

on_every_engine!(another_history_of_the_same_numbers_asks_followers_for_a_new_snapshot, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(1)).await;
    let token = partner.get("changes").await.body["agreement"].as_str().unwrap().to_owned();
    node.node.close().await;
    let open = Database::open(&node.database.url).await.unwrap();
    server::bank::Bank::renew_epoch(&open, &server::clock::Entropy::System).await.unwrap();
    open.close().await;
    let TestNode { database, .. } = node;
    let again = TestNode::over(database, |_| ()).await;
    let partner = again.with_key(partner.key);
    partner.get(&format!("changes?after=1&agreement={token}")).await.is_problem(409, "agreement-changed");
});

on_every_engine!(one_damaged_entry_keeps_no_other_from_being_protected, |engine| {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    partner.protect("minor", "verified", &hash(1)).await;
    let mut session = node.node.database().write().await.unwrap();
    let damage = "update fingerprints set sealed = digest";
    match session.connection() {
        Connection::Sqlite(c) => drop(sqlx::query(damage).execute(c).await.unwrap()),
        Connection::Postgres(c) => drop(sqlx::query(damage).execute(c).await.unwrap()),
    }
    session.commit().await.unwrap();
    partner.protect("minor", "verified", &hash(2)).await;
    node.node.close().await;
    let TestNode { database, .. } = node;
    let again = TestNode::over(database, |_| ()).await;
    let partner = again.with_key(partner.key);
    assert_eq!(partner.matches(&hash(2)).await.len(), 1);
    let page = partner.get("changes").await.body;
    assert_eq!((page["changes"].as_array().unwrap().len(), &page["through"]), (1, &json!(2)));
    assert_eq!(partner.get("snapshot").await.text.lines().count(), 3, "a header, the good entry, the end");
});
