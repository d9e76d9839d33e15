//! The database under every room: SQLite in one file by default, PostgreSQL when several processes share the work.
//!
//! One portable SQL text serves both engines ([`dialect`] holds the few pairs that cannot be one). A room writes its
//! queries as `async fn name(on: &mut Session, ..)` in its `queries.rs`, expands each over the two engines with
//! [`on!`](crate::storage::on), and runs them inside a [`Transact`] value: a named transaction that may be run again.
//!
//! What is promised: when [`Database::run`] returns `Ok`, the transaction is committed and on disk (SQLite: WAL with
//! `synchronous=FULL`; PostgreSQL: `synchronous_commit=on`, set on every connection).

pub mod backup;
pub mod dialect;
mod error;
mod migrations;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgConnection, PgPool, SqliteConnection, SqlitePool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use error::{StorageError, Transient};
pub use migrations::{AGE_ATTESTER, AGE_ISSUER, AGE_VERIFIER, MATCHER, MigrationState, NODE};

const SQLITE_READERS: u32 = 8;
const SQLITE_BUSY_MS: u64 = 15_000;
/// How long one that found a new file being set up by another process waits before it looks again.
const SQLITE_OPEN_AGAIN_MS: u64 = 50;
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
const POSTGRES_WRITERS_MAX: usize = 4;
const POSTGRES_LOCK_TIMEOUT: &str = "15s";
const POSTGRES_IDLE_TIMEOUT: &str = "60s";
const ACQUIRE_TIMEOUT_MS: u64 = 15_000;
const RUNS_MAX: u32 = 5;

/// Where a database is. `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; made when it is not there.
    Sqlite(PathBuf),
    /// A server: `postgres://user:password@host:port/name`.
    Postgres(String),
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://.."),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = StorageError;

    /// `postgres://..`, `postgresql://..` or `sqlite:PATH`.
    fn from_str(text: &str) -> Result<Self, StorageError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else if let Some(path) = text.strip_prefix("sqlite:") {
            Ok(Self::Sqlite(path.trim_start_matches("//").into()))
        } else {
            Err(StorageError::Url)
        }
    }
}

/// A database that is open. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Database {
    /// One writer, several readers, one file.
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// Connections that only read.
        readers: SqlitePool,
        /// The file.
        path: PathBuf,
    },
    /// A pool of connections to a server.
    Postgres {
        /// The pool.
        pool: PgPool,
        /// Taken before a connection to write: writers wait for one another at the sequence, and must not hold every
        /// connection meanwhile.
        writers: Arc<Semaphore>,
    },
}

/// A transaction, or a consistent view for reading. Dropping it undoes what was not committed.
pub enum Session {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>, Option<OwnedSemaphorePermit>),
}

/// The connection inside a [`Session`], for [`on!`].
pub enum Connection<'c> {
    /// To SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// Expands an expression over both engines: `on!(session, |c| sqlx::query(TEXT).execute(c).await)`. The second form,
/// `|c: Engine|`, also names the engine's type, for `sqlx::QueryBuilder::<Engine>`.
macro_rules! on {
    ($session:expr, |$c:ident| $body:expr) => {
        match $session.connection() {
            $crate::storage::Connection::Sqlite($c) => $body,
            $crate::storage::Connection::Postgres($c) => $body,
        }
    };
    ($session:expr, |$c:ident : $engine:ident| $body:expr) => {
        match $session.connection() {
            $crate::storage::Connection::Sqlite($c) => {
                type $engine = sqlx::Sqlite;
                $body
            }
            $crate::storage::Connection::Postgres($c) => {
                type $engine = sqlx::Postgres;
                $body
            }
        }
    };
}
pub(crate) use on;

/// A named transaction over its own input. `run` may be called several times when the engine asks for a retry, so it
/// changes nothing but the database.
pub trait Transact: Sync {
    /// What metrics and logs call it.
    const NAME: &'static str;
    /// What it gives when committed.
    type Output: Send;
    /// Why it fails.
    type Error: From<StorageError> + Transient + Send;

    /// The body.
    fn run(&self, on: &mut Session) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;
}

impl Database {
    /// Connects, creating the file if it is SQLite. The schema is not touched: see [`Database::migrate`].
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StorageError> {
        match url {
            DatabaseUrl::Sqlite(path) => Self::open_sqlite_in_turn(path).await,
            DatabaseUrl::Postgres(url) => Self::open_postgres(url).await,
        }
    }

    /// Runs a named transaction and commits it, again when the engine says "try again" (at most 5 times).
    pub async fn run<T: Transact>(&self, work: &T) -> Result<T::Output, T::Error> {
        let mut runs = 1;
        loop {
            let started = std::time::Instant::now();
            let result = self.run_once(work).await;
            let outcome = if result.is_ok() { "committed" } else { "failed" };
            metrics::histogram!("rempart_transaction_seconds", "name" => T::NAME, "outcome" => outcome)
                .record(started.elapsed().as_secs_f64());
            match result {
                Err(error) if error.is_transient() && runs < RUNS_MAX => runs += 1,
                result => return result,
            }
        }
    }

    async fn run_once<T: Transact>(&self, work: &T) -> Result<T::Output, T::Error> {
        let mut session = self.write().await?;
        let output = work.run(&mut session).await?;
        session.commit().await?;
        Ok(output)
    }

    /// A transaction that writes. On SQLite there is one at a time.
    pub async fn write(&self) -> Result<Session, StorageError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                let pool = writer.clone();
                Session::Sqlite(begun(async move { pool.begin_with("BEGIN IMMEDIATE").await }).await?)
            }
            Self::Postgres { pool, writers } => {
                // The semaphore is never closed.
                let permit = Arc::clone(writers).acquire_owned().await.ok();
                let pool = pool.clone();
                Session::Postgres(begun(async move { pool.begin().await }).await?, permit)
            }
        })
    }

    /// A consistent view: everything read through it is as of one moment.
    pub async fn read(&self) -> Result<Session, StorageError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                let pool = readers.clone();
                Session::Sqlite(begun(async move { pool.begin().await }).await?)
            }
            Self::Postgres { pool, .. } => {
                let pool = pool.clone();
                let view = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Session::Postgres(begun(async move { pool.begin_with(view).await }).await?, None)
            }
        })
    }

    /// On SQLite, moves everything into the one file and stops keeping others beside it: for a file that is to be
    /// carried away.
    async fn gather_into_one_file(&self) -> Result<(), StorageError> {
        if let Self::Sqlite { writer, readers, .. } = self {
            // The journal can only be left by the last connection.
            readers.close().await;
            sqlx::query("pragma journal_mode = delete").execute(writer).await?;
        }
        Ok(())
    }

    /// On SQLite, moves what the log beside the file holds into the file and overwrites the log's length, so that what was
    /// deleted is in neither; waits for readers as long as any writer would, and leaves the rest for the next time. On
    /// PostgreSQL that is the server's business.
    pub(crate) async fn empty_log(&self) -> Result<(), StorageError> {
        if let Self::Sqlite { writer, .. } = self {
            sqlx::query("pragma wal_checkpoint(truncate)").execute(writer).await?;
        }
        Ok(())
    }

    /// What the engine finds wrong with the database's own structures, a line each; nothing: all is well. PostgreSQL
    /// checks pages as it reads them and has nothing to say here.
    pub async fn integrity(&self) -> Result<Vec<String>, StorageError> {
        let mut found: Vec<String> = match self.read().await?.connection() {
            Connection::Sqlite(c) => sqlx::query_scalar(dialect::INTEGRITY.sqlite).fetch_all(c).await?,
            Connection::Postgres(c) => sqlx::query_scalar(dialect::INTEGRITY.postgres).fetch_all(c).await?,
        };
        found.retain(|line| line != "ok");
        Ok(found)
    }

    /// `sqlite` or `postgres`.
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// A new file gets its log from whoever is first, and the engine lets nobody wait for that: others try again.
    async fn open_sqlite_in_turn(path: &Path) -> Result<Self, StorageError> {
        let mut tries_left = SQLITE_BUSY_MS / SQLITE_OPEN_AGAIN_MS;
        loop {
            match Self::open_sqlite(path).await {
                Err(StorageError::Unavailable(error)) if error.as_database_error().is_some() && tries_left > 0 => {
                    tries_left -= 1;
                    tokio::time::sleep(Duration::from_millis(SQLITE_OPEN_AGAIN_MS)).await;
                }
                opened => return opened,
            }
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self, StorageError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_millis(SQLITE_BUSY_MS))
            // What is deleted is overwritten, in the file and in its free pages.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-65536")
            .pragma("journal_size_limit", "67108864");
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
        };
        let writer = pool(1).connect_with(options.clone().create_if_missing(true)).await?;
        let readers = pool(SQLITE_READERS).connect_with(options.pragma("query_only", "ON")).await?;
        Ok(Self::Sqlite { writer, readers, path: path.to_owned() })
    }

    async fn open_postgres(url: &str) -> Result<Self, StorageError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StorageError::Url)?
            .application_name("rempart")
            // A server set to answer before the disk has it would break our promise; say what we need ourselves.
            .options([
                ("synchronous_commit", "on"),
                ("timezone", "UTC"),
                // A process that stops in the middle must not hold the sequence's lock for ever.
                ("lock_timeout", POSTGRES_LOCK_TIMEOUT),
                ("idle_in_transaction_session_timeout", POSTGRES_IDLE_TIMEOUT),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
            .connect_with(options)
            .await?;
        Ok(Self::Postgres { pool, writers: Arc::new(Semaphore::new(POSTGRES_WRITERS_MAX)) })
    }
}

/// Begins a transaction to the end, even when whoever asked for it is gone meanwhile: dropped between sending `BEGIN`
/// and hearing of it, a connection would go back to the pool inside a transaction that nobody knows of.
async fn begun<T: Send + 'static>(
    begin: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
) -> Result<T, StorageError> {
    Ok(tokio::spawn(begin).await.map_err(|_| sqlx::Error::WorkerCrashed)??)
}

impl Session {
    /// The connection, for [`on!`].
    pub fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(transaction) => Connection::Sqlite(&mut *transaction),
            Self::Postgres(transaction, _) => Connection::Postgres(&mut *transaction),
        }
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction, _) => transaction.commit().await,
        }
        .map_err(StorageError::of_commit)
    }
}
