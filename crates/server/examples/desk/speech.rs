//! What the two engines say differently, for rows that are made where they lie.

use server::storage::Database;
use sqlx::AssertSqlSafe;

/// Rows of one statement, at most.
const ROWS_PER_STATEMENT: usize = 50_000;
/// Bytes of one SHA-512.
const DIGEST_BYTES: usize = 64;

/// The database, and how it is spoken to.
pub(crate) struct Speech<'a>(pub(crate) &'a Database);

impl Speech<'_> {
    const fn is_sqlite(&self) -> bool {
        matches!(self.0, Database::Sqlite { .. })
    }

    /// `numbers(n)`: from one to another, both included.
    pub(crate) fn numbers(&self, from: usize, to: usize) -> String {
        if self.is_sqlite() {
            format!("numbers(n) as (select {from} union all select n + 1 from numbers where n < {to})")
        } else {
            format!("numbers as (select n from generate_series(cast({from} as bigint), {to}) as n)")
        }
    }

    /// How a statement begins whose first part is [`Self::numbers`].
    pub(crate) const fn with(&self) -> &'static str {
        if self.is_sqlite() { "with recursive" } else { "with" }
    }

    /// So many random bytes, others for each row; what is sealed looks like this, and nothing makes it shorter.
    pub(crate) fn random(&self, bytes: usize) -> String {
        if self.is_sqlite() {
            return format!("randomblob({bytes})");
        }
        let digest = "sha512(uuid_send(gen_random_uuid()))";
        let all = vec![digest; bytes.div_ceil(DIGEST_BYTES)].join(" || ");
        format!("substr({all}, 1, {bytes})")
    }

    /// These bytes.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> String {
        let digits = exchange::hex::encode(bytes);
        if self.is_sqlite() { format!("x'{digits}'") } else { format!("decode('{digits}', 'hex')") }
    }

    /// Months since January 1970 of a moment in microseconds.
    pub(crate) fn month(&self, micros: &str) -> String {
        if self.is_sqlite() {
            let of = |part: &str| format!("cast(strftime('{part}', {micros} / 1000000, 'unixepoch') as integer)");
            format!("(({} - 1970) * 12 + {} - 1)", of("%Y"), of("%m"))
        } else {
            let at = format!("to_timestamp({micros} / 1000000) at time zone 'UTC'");
            let of = |part: &str| format!("cast(extract({part} from {at}) as bigint)");
            format!("(({} - 1970) * 12 + {} - 1)", of("year"), of("month"))
        }
    }

    /// Does it.
    pub(crate) async fn run(&self, text: String) {
        match self.0 {
            Database::Sqlite { writer, .. } => drop(sqlx::query(AssertSqlSafe(text)).execute(writer).await.unwrap()),
            Database::Postgres { pool, .. } => drop(sqlx::query(AssertSqlSafe(text)).execute(pool).await.unwrap()),
        }
    }

    /// The one number that it gives.
    pub(crate) async fn number(&self, text: &str) -> i64 {
        let text = AssertSqlSafe(text.to_owned());
        match self.0 {
            Database::Sqlite { writer, .. } => sqlx::query_scalar(text).fetch_one(writer).await.unwrap(),
            Database::Postgres { pool, .. } => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
        }
    }

    /// Does it for so many numbers, some at a time.
    pub(crate) async fn by_numbers(&self, many: usize, text: impl Fn(&str) -> String) {
        for from in (0..many).step_by(ROWS_PER_STATEMENT) {
            let numbers = self.numbers(from, (from + ROWS_PER_STATEMENT).min(many) - 1);
            self.run(text(&format!("{} {numbers}", self.with()))).await;
        }
    }

    /// What a server that runs for a while does by itself. SQLite has no such thing here, and plans without.
    pub(crate) async fn settle(&self) {
        if !self.is_sqlite() {
            self.run("vacuum analyze".to_owned()).await;
        }
    }
}
