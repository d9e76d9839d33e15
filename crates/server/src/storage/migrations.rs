//! Schemas: numbered files, the same numbers for both engines, forward only, embedded in the binary.
//!
//! To add one: write `migrations/sqlite/NNNN_name.sql` and `migrations/postgres/NNNN_name.sql`, list both in [`NODE`];
//! expand first and contract in a later release, so that the previous version can run beside this one.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::{Connection, Database, StorageError, dialect, on};

const APPLIED: &str = "select count(*) from _sqlx_migrations where success";

/// One schema: its steps for both engines.
pub struct Schema {
    steps: &'static [Step],
}

struct Step {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($number:literal, $name:literal, $file:literal) => {
        Step {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../../../migrations/postgres/", $file)),
        }
    };
}

/// The schema of a node.
pub const NODE: Schema = Schema {
    steps: &[
        step!(1, "spine", "0001_spine.sql"),
        step!(2, "portal", "0002_portal.sql"),
        step!(3, "withheld", "0003_withheld.sql"),
        step!(4, "uploads", "0004_uploads.sql"),
        step!(5, "alert", "0005_alert.sql"),
        step!(6, "claims", "0006_claims.sql"),
        step!(8, "staff", "0008_staff.sql"),
        step!(9, "desk", "0009_desk.sql"),
        step!(10, "removal", "0010_removal.sql"),
        step!(11, "dialects", "0011_dialects.sql"),
        step!(12, "follow", "0012_follow.sql"),
        step!(13, "notice_lists", "0013_notice_lists.sql"),
    ],
};

/// A step of age checks: its own folder, so that each of the three servers has a schema of its own.
macro_rules! age_step {
    ($number:literal, $name:literal, $file:literal, $postgres:expr) => {
        Step {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../../migrations/age/sqlite/", $file)),
            postgres: $postgres,
        }
    };
}

/// The schema of an issuer of age tokens, SQLite only.
pub const AGE_ISSUER: Schema = Schema { steps: &[age_step!(1, "issuer", "0001_issuer.sql", "")] };

/// The schema of an attester, SQLite only.
pub const AGE_ATTESTER: Schema = Schema { steps: &[age_step!(1, "attester", "0001_attester.sql", "")] };

/// The schema of a site's verifier.
pub const AGE_VERIFIER: Schema = Schema {
    steps: &[age_step!(
        1,
        "verifier",
        "0001_verifier.sql",
        include_str!("../../../../migrations/age/postgres/0001_verifier.sql")
    )],
};

/// The schema of a matcher's own file, SQLite only.
pub const MATCHER: Schema = Schema {
    steps: &[
        Step {
            number: 1,
            name: "replica",
            sqlite: include_str!("../../../../migrations/matcher/0001_replica.sql"),
            postgres: "",
        },
        Step {
            number: 2,
            name: "changed",
            sqlite: include_str!("../../../../migrations/matcher/0002_changed.sql"),
            postgres: "",
        },
        Step {
            number: 3,
            name: "banks",
            sqlite: include_str!("../../../../migrations/matcher/0003_banks.sql"),
            postgres: "",
        },
        Step {
            number: 4,
            name: "sources",
            sqlite: include_str!("../../../../migrations/matcher/0004_sources.sql"),
            postgres: "",
        },
        Step {
            number: 5,
            name: "exchanges",
            sqlite: include_str!("../../../../migrations/matcher/0005_exchanges.sql"),
            postgres: "",
        },
    ],
};

/// How a database stands to a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationState {
    /// Steps that were taken in this database; more than are known when a later version took them.
    pub applied: usize,
    /// Steps that this binary knows.
    pub known: usize,
}

impl Database {
    /// Brings the database to `schema`, step by step, each in its own transaction. Several processes may do so at once.
    pub async fn migrate(&self, schema: &Schema) -> Result<MigrationState, StorageError> {
        let mut before = self.migration_state(schema).await?.applied;
        // On SQLite nothing keeps two processes from finding the same step not taken. The second fails on it, and goes
        // on from there; a step that nobody took meanwhile failed by itself.
        while let Err(error) = self.take_steps(schema).await {
            let now = self.migration_state(schema).await?.applied;
            if now == before {
                return Err(error);
            }
            before = now;
        }
        Ok(MigrationState { applied: schema.steps.len(), known: schema.steps.len() })
    }

    async fn take_steps(&self, schema: &Schema) -> Result<(), StorageError> {
        let migration = |step: &Step, text: &'static str| {
            let text = SqlStr::from_static(text);
            Migration::new(step.number, Cow::Borrowed(step.name), MigrationType::Simple, text, false)
        };
        let result = match self {
            Self::Sqlite { writer, .. } => {
                let steps = schema.steps.iter().map(|step| migration(step, step.sqlite)).collect();
                Migrator::with_migrations(steps).run(writer).await
            }
            Self::Postgres { pool, .. } => {
                let steps = schema.steps.iter().map(|step| migration(step, step.postgres)).collect();
                Migrator::with_migrations(steps).run(pool).await
            }
        };
        result.map_err(|error| StorageError::Schema(Box::new(error)))
    }

    /// Whether any step of `schema` was taken.
    pub async fn has_schema(&self, schema: &Schema) -> Result<bool, StorageError> {
        Ok(self.migration_state(schema).await?.applied > 0)
    }

    /// How the database stands to `schema`, without changing it.
    pub async fn migration_state(&self, schema: &Schema) -> Result<MigrationState, StorageError> {
        let mut session = self.read().await?;
        let begun: i64 = match session.connection() {
            Connection::Sqlite(c) => sqlx::query_scalar(dialect::MIGRATIONS_BEGUN.sqlite).fetch_one(c).await?,
            Connection::Postgres(c) => sqlx::query_scalar(dialect::MIGRATIONS_BEGUN.postgres).fetch_one(c).await?,
        };
        let applied: i64 =
            if begun == 0 { 0 } else { on!(session, |c| sqlx::query_scalar(APPLIED).fetch_one(c).await?) };
        Ok(MigrationState { applied: applied.unsigned_abs() as usize, known: schema.steps.len() })
    }
}
