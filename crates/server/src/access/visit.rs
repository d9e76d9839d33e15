//! Visits: what a browser's cookie opens, for as long as somebody is there.
//!
//! The row's id is the SHA-256 of the cookie and its content is sealed with a key that comes from the cookie; see
//! docs/design/0009-the-portal.md. What the content means is the business of the room that keeps it.

use exchange::Time;
use sealing::VisitToken;
use zeroize::Zeroizing;

use crate::clock::{Clock, Entropy};
use crate::storage::{Database, Session, StorageError, Transact, on};

const READ: &str = "select sealed, ends_at from visits where id = $1";
const BEGIN: &str = "insert into visits (id, sealed, ends_at) values ($1, $2, $3)";
const KEEP: &str = "update visits set sealed = $2, ends_at = $3 where id = $1";
const END: &str = "delete from visits where id = $1";
const TIDY: &str = "delete from visits where ends_at <= $1";

/// Every text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[READ, BEGIN, KEEP, END, TIDY];

/// The visits of a node. Cheap to clone.
#[derive(Clone)]
pub struct Visits {
    database: Database,
    clock: Clock,
    entropy: Entropy,
}

impl Visits {
    /// Over the node's database.
    pub const fn new(database: Database, clock: Clock, entropy: Entropy) -> Self {
        Self { database, clock, entropy }
    }

    /// A visit that holds this, until `idle_seconds` have passed without a call.
    pub async fn begin(&self, content: &[u8], idle_seconds: i64) -> Result<VisitToken, StorageError> {
        let (token, visit) = self.prepare(content, idle_seconds);
        self.database.run(&visit.0).await?;
        Ok(token)
    }

    /// The same, to be written in a transaction of the caller's, beside what must not be without it.
    pub(crate) fn prepare(&self, content: &[u8], idle_seconds: i64) -> (VisitToken, NewVisit) {
        let token = VisitToken::generate(&mut self.entropy.rng());
        let write = self.sealed(BEGIN, &token, content, idle_seconds);
        (token, NewVisit(write))
    }

    /// What the visit holds; `None` when there is none, or it is over.
    pub async fn read(&self, token: &VisitToken) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        let (id, now) = (token.id(), self.clock.now());
        let mut session = self.database.read().await?;
        let row: Option<(Vec<u8>, i64)> =
            on!(session, |c| sqlx::query_as(READ).bind(&id[..]).fetch_optional(c).await?);
        Ok(row.filter(|(_, ends_at)| now.as_micros() < *ends_at).and_then(|(sealed, _)| token.open(&sealed).ok()))
    }

    /// Keeps what the visit holds until `idle_seconds` have passed without another call. A visit that was ended meanwhile,
    /// from another page, stays ended.
    pub async fn keep(&self, token: &VisitToken, content: &[u8], idle_seconds: i64) -> Result<(), StorageError> {
        self.database.run(&self.sealed(KEEP, token, content, idle_seconds)).await
    }

    fn sealed(&self, sql: &'static str, token: &VisitToken, content: &[u8], idle_seconds: i64) -> Write {
        let sealed = token.seal(content, &mut self.entropy.rng());
        Write { sql, id: token.id(), sealed, ends_at: self.clock.now().plus_seconds(idle_seconds) }
    }

    /// Ends a visit; what it held is gone.
    pub async fn end(&self, token: &VisitToken) -> Result<(), StorageError> {
        self.database.run(&End(token.id())).await
    }

    /// Removes visits that are over; gives how many.
    pub async fn tidy(&self) -> Result<u64, StorageError> {
        self.database.run(&Tidy(self.clock.now())).await
    }
}

/// A visit that begins with the transaction in which it is written.
pub(crate) struct NewVisit(Write);

impl NewVisit {
    pub(crate) async fn write(&self, on: &mut Session) -> Result<(), StorageError> {
        self.0.run(on).await
    }
}

struct Write {
    sql: &'static str,
    id: [u8; 32],
    sealed: Vec<u8>,
    ends_at: Time,
}

impl Transact for Write {
    const NAME: &'static str = "write_visit";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(self.sql)
            .bind(&self.id[..])
            .bind(&self.sealed)
            .bind(self.ends_at.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }
}

struct End([u8; 32]);

impl Transact for End {
    const NAME: &'static str = "end_visit";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(END).bind(&self.0[..]).execute(c).await.map(drop)?);
        Ok(())
    }
}

struct Tidy(Time);

impl Transact for Tidy {
    const NAME: &'static str = "tidy_visits";
    type Output = u64;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<u64, StorageError> {
        Ok(on!(on, |c| sqlx::query(TIDY).bind(self.0.as_micros()).execute(c).await?.rows_affected()))
    }
}
