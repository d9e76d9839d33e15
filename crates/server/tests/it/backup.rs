//! Backups: from either engine into either, whole, sealed, and only into what is empty.

use std::path::Path;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use serde_json::json;
use server::bank::{Bank, BankError};
use server::node::{Node, NodeSettings};
use server::storage::backup::{self, BackupError, Holds, TABLES};
use server::storage::{Connection, Database, DatabaseUrl, NODE};

use crate::claims::{claim, picture};
use crate::support::{Engine, TestDatabase, TestNode, entry, has_postgres, hash, on_every_engine};

/// A node with something in every table.
async fn node(engine: Engine) -> TestNode {
    let node = TestNode::start(engine).await;
    let partner = node.partner("platform").await;
    let entries: Vec<_> = (0..600).map(|seed| entry("adult", "verified", &hash(seed))).collect();
    let body = json!({"entries": entries});
    let call = partner.request(reqwest::Method::POST, "entries").header("idempotency-key", "once").json(&body);
    let answer: serde_json::Value = call.send().await.unwrap().json().await.unwrap();
    let ids: Vec<&str> = answer["entries"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(partner.delete(&format!("entries/{}", ids[0])).await.status, 200);
    assert_eq!(partner.post(&format!("entries/{}/dispute", ids[1]), &json!({})).await.status, 200);
    assert_eq!(partner.put("cursor", &json!({"seq": 600})).await.status, 204);
    let outcome = json!({"outcomes": [{
        "id": "01890000-0000-7000-8000-000000000001", "entry": ids[2], "kind": "kept", "reason": "consent",
        "at": "2026-11-21T12:00:00Z",
    }]});
    assert_eq!(partner.post("outcomes", &outcome).await.status, 200);
    let id = partner.get("partners/self").await.body["id"].as_str().unwrap().parse().unwrap();
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    bank.contribute_claimed(portal, &[picture(9_999)], &[claim(1)], &[id], None).await.unwrap();
    open_case(&node).await;
    let lead = crate::support::staff(&node, server::access::staff::Role::Lead).await;
    told_and_held(&node, &exchange::hex::encode(lead.id.as_bytes())).await;
    decided(&node, &exchange::hex::encode(lead.id.as_bytes())).await;
    noticed_and_followed(&node).await;
    node
}

/// A notice and all that goes with it, a source that is followed, and what readers of other systems' lists were told.
async fn noticed_and_followed(node: &TestNode) {
    let bytes = |length: usize| format!("%'{}'", "ad".repeat(length));
    let (id, link) = (bytes(16), bytes(32));
    let (partner, entry) =
        ("(select id from partners order by id limit 1)", "(select id from entries order by id limit 1)");
    let key = "(select id from partner_keys order by id limit 1)";
    insert(
        node,
        [
            format!("insert into crises (id, sealed, criteria, opened_at) values ({id}, {link}, 1, 0)"),
            format!(
                "insert into notices (id, platform, regime, class, state, channel, urls, sealed, drafted_at, reminders, checks,
                 reposts, escalations, due) values ({id}, 'p', 'plain', 0, 0, 0, 1, {link}, 0, 0, 0, 0, 0, 0)"
            ),
            format!("insert into notice_log (seq, notice_id, at, kind, detail, link) values (1, {id}, 0, 0, 0, {link})"),
            format!("insert into notice_head (one, seq, link) values (1, 1, {link}) on conflict do nothing"),
            "insert into notice_counts (platform, regime, class, month, measure, value, amount)
             values ('p', 'plain', 0, 0, 0, 0, 1)"
                .to_owned(),
            "insert into platform_settings (key, data, updated_at) values ('p', '{}', 0)".to_owned(),
            format!("insert into partner_webhooks (partner_id, url, set_at, woken_seq) values ({partner}, 'https://a.test', 0, 0)"),
            format!(
                "insert into sources (id, kind, url, sealed, tier, pass_on, every_seconds, due_at, created_at)
                 values ({partner}, 'tat', 'https://b.test', {link}, 0, 0, 60, 4102444800000000, 0)"
            ),
            format!(
                "insert into followed (source_id, record, entry_id, generation, sealed) values ({partner}, {link}, {entry}, 0, {link})"
            ),
            format!(
                "insert into feedback (partner_id, outcome_id, source_id, entry_id, kind, copies, done_at, queued_at)
                 values ({partner}, {id}, {partner}, {entry}, 0, 1, 0, 0)"
            ),
            format!(
                "insert into farewells (entry_id, position, sealed, ends_at) values ({entry}, 0, {link}, 4102444800000000)"
            ),
            format!(
                "insert into dialect_readers (key_id, dialect, agreement, seen_at, told_seq, told_second)
                 values ({key}, 0, '', 0, 0, 0)"
            ),
        ],
    )
    .await;
}

/// What somebody said and saw on the desk.
async fn decided(node: &TestNode, id: &str) {
    let work = format!("%'{}'", "ac".repeat(16));
    insert(
        node,
        [
            format!(
                "insert into work (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips)
                 values ({work}, 0, 0, 1, 0, 0, 9, 9, 1, %'{id}', 9, 2)"
            ),
            format!("insert into verdicts (work_id, look, by_id, sealed) values ({work}, 1, %'{id}', %'abab')"),
            format!("insert into sights (work_id, staff_id, seconds) values ({work}, %'{id}', 3)"),
            format!("insert into decisions (entry_id, code, looks, month) values ({work}, 'M1', 2, 0)"),
            "insert into desk_counts (day, measure, number) values (1, 0, 4)".to_owned(),
            "insert into agreements (month, first, second, number) values (0, 'M1', 'N1', 1)".to_owned(),
            format!(
                "insert into exposure (staff_id, day, seconds, since_break, break_until) values (%'{id}', 1, 60, 3, 0)"
            ),
            format!("insert into opt_outs (staff_id, category) values (%'{id}', 2)"),
            "insert into desk_answers (name, language, voice, text) values ('refused', 'fr', 'teen', 'Non.')".to_owned(),
        ],
    )
    .await;
}

/// A link, a notice and a share, of somebody who works here.
async fn told_and_held(node: &TestNode, id: &str) {
    let bytes = |length: usize| format!("%'{}'", "ab".repeat(length));
    insert(
        node,
        [
            format!("insert into staff_links (id, staff_id, kind, ends_at) values ({}, %'{id}', 2, 9)", bytes(32)),
            format!("insert into staff_notices (id, staff_id, code, by_id, at) values ({}, %'{id}', 1, %'{id}', 0)", bytes(16)),
            format!(
                "insert into staff_escrow (staff_id, holder_id, other_id, sealed) values (%'{id}', %'{id}', %'{id}', {})",
                bytes(80)
            ),
        ],
    )
    .await;
}

/// A case as the portal writes it, with bytes that open nothing: what is copied is rows.
async fn open_case(node: &TestNode) {
    let bytes = |length: usize| format!("%'{}'", "ab".repeat(length));
    let rows = [
        format!(
            "insert into portal (one, salt, settings, created_at) values (1, {}, '', 0) on conflict do nothing",
            bytes(16)
        ),
        format!("insert into recipients (public_key, created_at) values ({}, 0)", bytes(32)),
        format!(
            "insert into cases (id, class, urgency, waits_for, sealed_key, created_at, active_at, ends_at, ended)
             values ({}, 0, 0, 0, {}, 0, 0, 9, 0)",
            bytes(16),
            bytes(60)
        ),
        format!(
            "insert into case_recipients (case_id, public_key, sealed_key) values ({}, {}, {})",
            bytes(16),
            bytes(32),
            bytes(60)
        ),
        format!("insert into case_items (case_id, position, sealed) values ({}, 0, {})", bytes(16), bytes(60)),
        format!("insert into alerts (id, sealed, ends_at) values ({}, {}, 4102444800000000)", bytes(16), bytes(60)),
        format!("insert into uploads (id, parts, bytes, sent, ends_at) values ({}, 1, 60, 1, 9)", bytes(16)),
        format!("insert into upload_parts (upload_id, position, sealed) values ({}, 0, {})", bytes(16), bytes(60)),
    ];
    insert(node, rows).await;
}

/// Rows in either engine's words: bytes stand as `%'..'`.
async fn insert(node: &TestNode, rows: impl IntoIterator<Item = String>) {
    let mut session = node.node.database().write().await.unwrap();
    for row in rows {
        match session.connection() {
            Connection::Sqlite(c) => {
                sqlx::query(sqlx::AssertSqlSafe(row.replace('%', "x"))).execute(c).await.unwrap();
            }
            Connection::Postgres(c) => {
                let row = row.replace("%'", "'\\x");
                sqlx::query(sqlx::AssertSqlSafe(row)).execute(c).await.unwrap();
            }
        }
    }
    session.commit().await.unwrap();
}

/// Every row of every table, as text that is the same on both engines.
async fn contents(database: &Database) -> Vec<String> {
    let mut rows = Vec::new();
    for table in TABLES {
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let mut session = database.read().await.unwrap();
        let text = |(name, holds): &(&str, Holds), bytes: &str| match holds {
            Holds::Bytes => bytes.replace('?', name),
            _ => format!("coalesce(cast({name} as text), '-')"),
        };
        let list = |bytes| table.columns.iter().map(|it| text(it, bytes)).collect::<Vec<_>>().join(" || ' ' || ");
        let sql = |bytes| sqlx::AssertSqlSafe(format!("select {} from {} order by 1", list(bytes), table.name));
        let found: Vec<String> = match session.connection() {
            Connection::Sqlite(c) => sqlx::query_scalar(sql("case when ? is null then '-' else lower(hex(?)) end"))
                .fetch_all(c)
                .await
                .unwrap(),
            Connection::Postgres(c) => {
                sqlx::query_scalar(sql("coalesce(encode(?, 'hex'), '-')")).fetch_all(c).await.unwrap()
            }
        };
        assert!(!found.is_empty(), "{} ({}) has no row to copy", table.name, columns.join(", "));
        let mut found: Vec<String> = found.iter().map(|row| format!("{}: {row}", table.name)).collect();
        // The engines order text differently.
        found.sort();
        rows.extend(found);
    }
    rows
}

async fn restored(file: &Path, engine: Engine, key: &NodeKey) -> (TestDatabase, Database) {
    let place = TestDatabase::new(engine).await;
    let database = Database::open(&place.url).await.unwrap();
    let check = async |from: &Database| match Bank::check_key(from, key).await {
        Ok(true) => Ok(()),
        other => panic!("{other:?}"),
    };
    backup::restore::<_, BackupError>(file, &database, place.folder(), check, |_| ()).await.unwrap();
    (place, database)
}

on_every_engine!(a_backup_holds_every_row_and_is_restored_into_both_engines, |engine| {
    let node = node(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    let counts = backup::backup(node.node.database(), &file, |_| ()).await.unwrap();
    let count = |name| counts.iter().find(|(table, _)| *table == name).unwrap().1;
    assert_eq!((count("entries"), count("changes"), count("outcomes")), (601, 603, 1));
    assert_eq!((count("claims"), count("claim_withholds"), count("withheld")), (1, 1, 1));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["copy.db"], "one file, and nothing beside it");

    let original = contents(node.node.database()).await;
    let targets = [Some(Engine::Sqlite), has_postgres().then_some(Engine::Postgres)];
    for target in targets.into_iter().flatten() {
        let (_place, database) = restored(&file, target, &node.key).await;
        assert!(contents(&database).await == original, "{engine:?} to {target:?} differs");
        let checked = Bank::check(&database, &node.key, |_| ()).await.unwrap();
        assert!(checked.is_sound(), "{checked:?}");
        assert_eq!((checked.head, checked.opened), (603, 600));
        let (again, _) = Node::open(database, node.key.clone(), NodeSettings::default()).await.unwrap();
        assert_eq!(again.bank.head().await.unwrap(), 603);
    }
});

on_every_engine!(a_copy_goes_into_an_empty_database_only_and_changes_nothing_otherwise, |engine| {
    let (node, other) = (node(engine).await, node(engine).await);
    let before = contents(other.node.database()).await;
    let refused = backup::copy_all(node.node.database(), other.node.database(), |_| ()).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty("node"))), "{refused:?}");
    assert!(contents(other.node.database()).await == before);
});

on_every_engine!(a_database_of_another_version_is_not_copied, |engine| {
    let (from, to) = (TestDatabase::new(engine).await, TestDatabase::new(engine).await);
    let (from, to) = (Database::open(&from.url).await.unwrap(), Database::open(&to.url).await.unwrap());
    to.migrate(&NODE).await.unwrap();
    let refused = backup::copy_all(&from, &to, |_| ()).await;
    assert!(matches!(refused, Err(BackupError::Version { applied: 0, known: 1.. })), "{refused:?}");
});

on_every_engine!(every_table_and_column_of_the_schema_is_copied, |engine| {
    let place = TestDatabase::new(engine).await;
    let database = Database::open(&place.url).await.unwrap();
    database.migrate(&NODE).await.unwrap();
    let mut session = database.read().await.unwrap();
    let found: Vec<String> = match session.connection() {
        Connection::Sqlite(c) => sqlx::query_scalar(
            "select m.name || '.' || c.name || ' ' || lower(c.type) from sqlite_master m join pragma_table_info(m.name) c
             where m.type = 'table'",
        )
        .fetch_all(c)
        .await
        .unwrap(),
        Connection::Postgres(c) => sqlx::query_scalar(
            "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
             where table_schema = current_schema()",
        )
        .fetch_all(c)
        .await
        .unwrap(),
    };
    let is_left = |line: &str| backup::NOT_KEPT.iter().any(|table| line.starts_with(&format!("{table}.")));
    let ours = |line: &&String| !line.starts_with('_') && !line.starts_with("sqlite_") && !is_left(line);
    let mut schema: Vec<String> = found.iter().filter(ours).cloned().collect();
    let kind = |holds| match (engine, holds) {
        (Engine::Sqlite, Holds::Integer) => "integer",
        (Engine::Sqlite, Holds::Bytes) => "blob",
        (Engine::Postgres, Holds::Integer) => "bigint",
        (Engine::Postgres, Holds::Bytes) => "bytea",
        (_, Holds::Text) => "text",
    };
    let column =
        |table: &backup::Table, (name, holds): &(&str, Holds)| format!("{}.{name} {}", table.name, kind(*holds));
    let mut copied: Vec<String> =
        TABLES.iter().flat_map(|table| table.columns.iter().map(move |it| column(table, it))).collect();
    schema.sort();
    copied.sort();
    assert_eq!(copied, schema);
});

#[tokio::test]
async fn a_backup_cut_short_or_damaged_is_refused_and_the_target_stays_empty() {
    let node = node(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    backup::backup(node.node.database(), &file, |_| ()).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let cut = folder.path().join("cut.db");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let place = TestDatabase::new(Engine::Sqlite).await;
    let database = Database::open(&place.url).await.unwrap();
    let refused = backup::restore::<_, BackupError>(&cut, &database, place.folder(), async |_| Ok(()), |_| ()).await;
    assert!(matches!(refused, Err(BackupError::Storage(_))), "{refused:?}");
    database.migrate(&NODE).await.unwrap();
    assert!(!Bank::is_set_up(&database).await.unwrap());
}

#[tokio::test]
async fn the_look_through_a_bank_finds_holes_and_what_does_not_open() {
    let node = node(Engine::Sqlite).await;
    let database = node.node.database();
    assert!(Bank::check(database, &node.key, |_| ()).await.unwrap().is_sound());
    let wrong = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(5)));
    let checked = Bank::check(database, &wrong, |_| ()).await.unwrap();
    assert_eq!((checked.opened, checked.shut, checked.shut_in.len()), (0, 600, 10));
    assert!(matches!(Bank::check_key(database, &wrong).await, Err(BankError::WrongKey)));
    for (damage, is_whole) in [
        ("update node set seq = 604", false),
        ("update node set seq = 603", true),
        ("delete from changes where seq = 300", false),
    ] {
        let mut session = database.write().await.unwrap();
        if let Connection::Sqlite(c) = session.connection() {
            sqlx::query(damage).execute(c).await.unwrap();
        }
        session.commit().await.unwrap();
        let checked = Bank::check(database, &node.key, |_| ()).await.unwrap();
        assert_eq!(checked.is_sequence_whole(), is_whole, "{damage}: {checked:?}");
    }
}

#[tokio::test]
async fn a_backup_never_replaces_a_file() {
    let node = TestNode::start(Engine::Sqlite).await;
    let file = node.database.folder().join("precious");
    std::fs::write(&file, "x").unwrap();
    let refused = backup::backup(node.node.database(), &file, |_| ()).await;
    assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"x");
    let url = DatabaseUrl::Sqlite(node.database.folder().join("fresh.db"));
    let missing = node.database.folder().join("missing");
    let fresh = Database::open(&url).await.unwrap();
    let refused =
        backup::restore::<_, BackupError>(&missing, &fresh, node.database.folder(), async |_| Ok(()), |_| ()).await;
    assert!(matches!(refused, Err(BackupError::Missing(_))), "{refused:?}");
}
