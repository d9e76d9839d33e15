//! The log: one chain, whoever writes and however many at once, and what verifying finds.

use server::access::audit::{Act, Broken, Head, Who, record, rows, verify};
use server::storage::{Session, StorageError, Transact, Transient};
use sqlx::AssertSqlSafe;

use crate::support::{TestNode, on_every_engine};

const ACT: Act = Act::new("test.done");

struct Record(u8);

impl Transact for Record {
    const NAME: &'static str = "test_record";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        record(on, "2026-11-21T12:00:00Z".parse().unwrap(), Who::Operator, ACT, Some([self.0; 16])).await
    }
}

#[derive(Debug)]
enum Undone {
    Storage(StorageError),
    OnPurpose,
}

impl From<StorageError> for Undone {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Transient for Undone {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// Writes a row, and then what it is about fails.
struct Failing;

impl Transact for Failing {
    const NAME: &'static str = "test_failing";
    type Output = ();
    type Error = Undone;

    async fn run(&self, on: &mut Session) -> Result<(), Undone> {
        Record(255).run(on).await?;
        Err(Undone::OnPurpose)
    }
}

on_every_engine!(many_who_write_at_once_make_one_chain_without_holes, |engine| {
    let node = TestNode::start(engine).await;
    let database = node.node.database().clone();
    assert_eq!(verify(&database, None).await.unwrap().head, Head::NOTHING);
    let writers = (0..8_u8).map(|writer| {
        let database = database.clone();
        tokio::spawn(async move {
            for _ in 0..5 {
                database.run(&Record(writer)).await.unwrap();
                assert!(matches!(database.run(&Failing).await, Err(Undone::OnPurpose)));
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let verified = verify(&database, None).await.unwrap();
    assert_eq!((verified.rows, verified.head.seq), (40, 40), "what was undone left neither a row nor a hole");
    let mine = rows(&mut database.read().await.unwrap(), None, Some([3; 16]), 10).await.unwrap();
    assert!(mine.len() == 5 && mine.iter().all(|row| row.act == "test.done" && row.who == Who::Operator));
    assert!(mine.windows(2).all(|two| two[0].seq > two[1].seq), "the newest first");
});

on_every_engine!(whoever_changes_drops_or_rewrites_rows_is_found_and_where, |engine| {
    let node = TestNode::start(engine).await;
    let database = node.node.database().clone();
    for number in 0..6 {
        database.run(&Record(number)).await.unwrap();
    }
    let head = verify(&database, None).await.unwrap().head;
    assert_eq!(verify(&database, Some(head)).await.unwrap().head, head);
    let tampered = async |text: &str| {
        let mut on = database.write().await.unwrap();
        let sql = AssertSqlSafe(text.to_owned());
        match on.connection() {
            server::storage::Connection::Sqlite(c) => sqlx::query(sql).execute(c).await.map(drop),
            server::storage::Connection::Postgres(c) => sqlx::query(sql).execute(c).await.map(drop),
        }
        .unwrap();
        on.commit().await.unwrap();
    };
    tampered("update audit_log set act = 'test.other' where seq = 3").await;
    assert!(matches!(verify(&database, None).await, Err(Broken::Changed(3))));
    tampered("update audit_log set act = 'test.done' where seq = 3").await;
    tampered("update audit_log set before = hash where seq = 4").await;
    assert!(matches!(verify(&database, None).await, Err(Broken::Chain(4))));
    tampered("update audit_log set before = (select hash from audit_log where seq = 3) where seq = 4").await;
    verify(&database, Some(head)).await.unwrap();
    tampered("delete from audit_log where seq = 2").await;
    assert!(matches!(verify(&database, None).await, Err(Broken::Missing(2))));
    // Rows that are cut off at the end, with the head that is in the database, and with it moved along.
    tampered("delete from audit_log").await;
    assert!(matches!(verify(&database, None).await, Err(Broken::End { found: 0, said: 6 })));
    tampered("delete from audit_head").await;
    assert_eq!(verify(&database, None).await.unwrap().rows, 0, "a whole new chain looks good by itself");
    assert!(matches!(verify(&database, Some(head)).await, Err(Broken::End { .. })), "but not to who kept its head");
    for number in 0..6 {
        database.run(&Record(number + 1)).await.unwrap();
    }
    assert!(matches!(verify(&database, Some(head)).await, Err(Broken::Rewritten(6))));
});
