//! The attester's SQL.

use crate::storage::{Session, StorageError, Transact, on};

const IDENTITY: &str = "select key_check, voucher_secret from attester where one = 1";
const PUT_IDENTITY: &str =
    "insert into attester (one, key_check, voucher_secret) values (1, $1, $2) on conflict (one) do nothing";
const PUT_CODE: &str = "insert into codes (digest, reached, ends_at) values ($1, $2, $3)";
const TAKE_CODE: &str = "delete from codes where digest = $1 and ends_at > $2 returning reached";
const DEPART: &str = "insert into journeys (id, method, sealed, ends_at) values ($1, $2, $3, $4)";
const ARRIVE: &str = "delete from journeys where id = $1 and method = $2 and ends_at > $3 returning sealed";
const USE_NEW: &str =
    "insert into presented (digest, times, ends_at) values ($1, 0, $2) on conflict (digest) do nothing";
const USE: &str = "update presented set times = times + 1 where digest = $1 and times < $2";
const FORGET: &[&str] = &[
    "delete from presented where ends_at <= $1",
    "delete from journeys where ends_at <= $1",
    "delete from codes where ends_at <= $1",
];

/// Every text, for the test that prepares them.
pub const SQL: &[&str] =
    &[IDENTITY, PUT_IDENTITY, PUT_CODE, TAKE_CODE, DEPART, ARRIVE, USE_NEW, USE, FORGET[0], FORGET[1], FORGET[2]];

pub(super) async fn identity(on: &mut Session) -> Result<Option<(Vec<u8>, Vec<u8>)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(IDENTITY).fetch_optional(c).await?))
}

pub(super) struct PutIdentity<'i> {
    pub(super) key_check: &'i [u8],
    pub(super) voucher_secret: Vec<u8>,
}

impl Transact for PutIdentity<'_> {
    const NAME: &'static str = "put_attester";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(PUT_IDENTITY)
            .bind(self.key_check)
            .bind(&self.voucher_secret)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }
}

pub(super) struct PutCodes {
    pub(super) digests: Vec<[u8; 32]>,
    pub(super) reached: i64,
    pub(super) ends_at: i64,
}

impl Transact for PutCodes {
    const NAME: &'static str = "put_age_codes";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        for digest in &self.digests {
            on!(on, |c| sqlx::query(PUT_CODE)
                .bind(&digest[..])
                .bind(self.reached)
                .bind(self.ends_at)
                .execute(c)
                .await
                .map(drop)?);
        }
        Ok(())
    }
}

pub(super) struct TakeCode {
    pub(super) digest: [u8; 32],
    pub(super) now_micros: i64,
}

impl Transact for TakeCode {
    const NAME: &'static str = "take_age_code";
    type Output = Option<i64>;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<Option<i64>, StorageError> {
        Ok(on!(on, |c| sqlx::query_scalar(TAKE_CODE)
            .bind(&self.digest[..])
            .bind(self.now_micros)
            .fetch_optional(c)
            .await?))
    }
}

pub(super) struct Depart<'d> {
    pub(super) id: [u8; 32],
    pub(super) method: &'d str,
    pub(super) sealed: Vec<u8>,
    pub(super) ends_at: i64,
}

impl Transact for Depart<'_> {
    const NAME: &'static str = "begin_age_journey";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(DEPART)
            .bind(&self.id[..])
            .bind(self.method)
            .bind(&self.sealed)
            .bind(self.ends_at)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }
}

pub(super) struct Arrive<'a> {
    pub(super) id: [u8; 32],
    pub(super) method: &'a str,
    pub(super) now_micros: i64,
}

impl Transact for Arrive<'_> {
    const NAME: &'static str = "end_age_journey";
    type Output = Option<Vec<u8>>;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(on!(on, |c| sqlx::query_scalar(ARRIVE)
            .bind(&self.id[..])
            .bind(self.method)
            .bind(self.now_micros)
            .fetch_optional(c)
            .await?))
    }
}

/// Counts one use; gives whether it was within the limit.
pub(super) struct Use {
    pub(super) digest: [u8; 32],
    pub(super) times_max: u32,
    pub(super) now_micros: i64,
    pub(super) ends_at: i64,
}

impl Transact for Use {
    const NAME: &'static str = "use_evidence";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let digest = &self.digest[..];
        on!(on, |c| sqlx::query(FORGET[0]).bind(self.now_micros).execute(c).await.map(drop)?);
        on!(on, |c| sqlx::query(USE_NEW).bind(digest).bind(self.ends_at).execute(c).await.map(drop)?);
        let most = i64::from(self.times_max);
        Ok(on!(on, |c| sqlx::query(USE).bind(digest).bind(most).execute(c).await?.rows_affected()) == 1)
    }
}

/// Forgets what is over at this moment.
pub(super) struct Forget(pub(super) i64);

impl Transact for Forget {
    const NAME: &'static str = "forget_attester";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        for sql in FORGET {
            on!(on, |c| sqlx::query(*sql).bind(self.0).execute(c).await.map(drop)?);
        }
        Ok(())
    }
}
