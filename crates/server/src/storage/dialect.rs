//! The few places where the engines need different words, side by side.

use super::{Connection, Session, StorageError};

/// A text for each engine.
pub struct Pair {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// Locks the sequence until the transaction ends and reads its last number. Taken first by every transaction that
/// writes a change: numbers are then given in the order of commits, without a hole. On SQLite `BEGIN IMMEDIATE`
/// has already taken the one write lock.
pub const LOCK_SEQUENCE: Pair =
    Pair { sqlite: "select seq from node where one = 1", postgres: "select seq from node where one = 1 for update" };

/// Locks the head of the audit log until the transaction ends, and reads it: rows are numbered in the order of commits.
pub const LOCK_AUDIT: Pair = Pair {
    sqlite: "select seq, hash from audit_head where one = 1",
    postgres: "select seq, hash from audit_head where one = 1 for update",
};

/// Locks the head of the log of notices until the transaction ends, and reads it: lines are numbered in the order of commits.
pub const LOCK_NOTICES: Pair = Pair {
    sqlite: "select seq, link from notice_head where one = 1",
    postgres: "select seq, link from notice_head where one = 1 for update",
};

/// Tells other processes that there is something to read. PostgreSQL delivers it at commit.
pub const NOTIFY: Pair = Pair { sqlite: "select 1", postgres: "select pg_notify('rempart_changes', '')" };

/// The channel of [`NOTIFY`].
pub const CHANNEL: &str = "rempart_changes";

/// 1 once any step of a schema was taken.
pub const MIGRATIONS_BEGUN: Pair = Pair {
    sqlite: "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'",
    postgres: "select count(*) from pg_tables where schemaname = current_schema() and tablename = '_sqlx_migrations'",
};

/// Lines that say what is wrong with the database's structures; `ok` when nothing is.
pub const INTEGRITY: Pair = Pair { sqlite: "pragma integrity_check", postgres: "select 'ok'" };

/// Every pair, for the test that prepares them all.
pub const ALL: &[&Pair] = &[&LOCK_SEQUENCE, &LOCK_AUDIT, &LOCK_NOTICES, &NOTIFY, &MIGRATIONS_BEGUN, &INTEGRITY];

impl Session {
    /// Runs [`LOCK_SEQUENCE`]; `None` when the node has not been set up.
    pub async fn lock_sequence(&mut self) -> Result<Option<i64>, StorageError> {
        Ok(match self.connection() {
            Connection::Sqlite(c) => sqlx::query_scalar(LOCK_SEQUENCE.sqlite).fetch_optional(c).await?,
            Connection::Postgres(c) => sqlx::query_scalar(LOCK_SEQUENCE.postgres).fetch_optional(c).await?,
        })
    }

    /// Runs [`LOCK_AUDIT`]; `None` before the first row.
    pub async fn lock_audit(&mut self) -> Result<Option<(i64, Vec<u8>)>, StorageError> {
        Ok(match self.connection() {
            Connection::Sqlite(c) => sqlx::query_as(LOCK_AUDIT.sqlite).fetch_optional(c).await?,
            Connection::Postgres(c) => sqlx::query_as(LOCK_AUDIT.postgres).fetch_optional(c).await?,
        })
    }

    /// Runs [`LOCK_NOTICES`]; `None` before the first line.
    pub async fn lock_notices(&mut self) -> Result<Option<(i64, Vec<u8>)>, StorageError> {
        Ok(match self.connection() {
            Connection::Sqlite(c) => sqlx::query_as(LOCK_NOTICES.sqlite).fetch_optional(c).await?,
            Connection::Postgres(c) => sqlx::query_as(LOCK_NOTICES.postgres).fetch_optional(c).await?,
        })
    }

    /// Runs [`NOTIFY`].
    pub async fn notify(&mut self) -> Result<(), StorageError> {
        if let Connection::Postgres(c) = self.connection() {
            sqlx::query(NOTIFY.postgres).execute(c).await?;
        }
        Ok(())
    }
}
