//! What can go wrong under a room, by what the reader can do about it.

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The address is of no kind we know.
    #[error("a database is postgres://user:password@host/name or sqlite:PATH")]
    Url,
    /// Disk or quota is full. Nothing was written; free space and send again.
    #[error("the disk under the database is full or failing; nothing was written")]
    Full(#[source] sqlx::Error),
    /// Too busy, or out of reach. Nothing was written; try again later.
    #[error("the database is busy or out of reach; nothing was written")]
    Unavailable(#[source] sqlx::Error),
    /// The connection broke while committing: it may have been written or not. Send the same again; everything that is
    /// written here counts once.
    #[error("the database broke off while committing; it may or may not have been written")]
    Uncertain(#[source] sqlx::Error),
    /// Another transaction got in the way. [`super::Database::run`] runs it again by itself.
    #[error("the transaction must be run again")]
    Conflict(#[source] sqlx::Error),
    /// A row holds what no row of ours can hold. Run `rempart doctor`; restore a backup.
    #[error("the database holds something it cannot hold: {0}")]
    Damaged(&'static str),
    /// The schema is of another version. Run `rempart migrate`, or the version that wrote it.
    #[error("the database schema cannot be brought to this version: {0}")]
    Schema(#[source] Box<sqlx::migrate::MigrateError>),
    /// A bug, or a database that is not ours.
    #[error("the database refused: {}", told(.0))]
    Refused(#[source] sqlx::Error),
}

/// Errors that may be a storage conflict, which a second run cures.
pub trait Transient {
    /// Whether running the transaction again may succeed.
    fn is_transient(&self) -> bool;
}

impl Transient for StorageError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

impl StorageError {
    /// What a failed commit means: refused by the engine, nothing was written; broken off, nobody knows.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        match Self::from(error) {
            Self::Unavailable(error) => Self::Uncertain(error),
            Self::Conflict(error) if error.as_database_error().is_none() => Self::Uncertain(error),
            other => other,
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error)
            }
            // What a query that was dropped half-way leaves on its connection: that connection is not used again, and
            // nothing of this transaction was committed.
            sqlx::Error::Protocol(_) => Self::Conflict(error),
            sqlx::Error::Database(refusal) => match refusal.code().as_deref().map(kind) {
                Some(Trouble::Full) => Self::Full(error),
                Some(Trouble::Unavailable) => Self::Unavailable(error),
                Some(Trouble::Conflict) => Self::Conflict(error),
                _ => Self::Refused(error),
            },
            _ => Self::Refused(error),
        }
    }
}

enum Trouble {
    Full,
    Unavailable,
    Conflict,
    Other,
}

/// SQLite gives extended result codes in decimal, PostgreSQL five-character SQLSTATEs.
fn kind(code: &str) -> Trouble {
    if code.len() == 5 {
        return match code {
            "53100" | "58030" => Trouble::Full,
            "40001" | "40P01" => Trouble::Conflict,
            // A lock that was not had in time; a transaction that was ended because it did nothing.
            "55P03" | "25P03" => Trouble::Unavailable,
            _ if ["08", "53", "57"].contains(&&code[..2]) => Trouble::Unavailable,
            _ => Trouble::Other,
        };
    }
    match code.parse::<i32>().map(|extended| extended & 0xff) {
        // SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY
        Ok(13 | 10 | 14 | 8) => Trouble::Full,
        // SQLITE_BUSY, SQLITE_LOCKED
        Ok(5 | 6) => Trouble::Unavailable,
        _ => Trouble::Other,
    }
}

/// The engine's message without its details, which may quote what is in a row.
fn told(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(refusal) => format!("{} ({})", refusal.message(), refusal.code().unwrap_or_default()),
        None => error.to_string(),
    }
}
