//! The issuer's SQL.

use agetoken::{Epoch, Threshold};

use super::AGAIN_MAX;
use crate::storage::{Session, StorageError, Transact, on};

const IDENTITY: &str = "select name, key_check, log_secret from issuer where one = 1";
const PUT_IDENTITY: &str =
    "insert into issuer (one, name, key_check, log_secret) values (1, $1, $2, $3) on conflict (one) do nothing";
const ENTRIES: &str = "select entry from key_log order by place";
const PUT_ENTRY: &str = "insert into key_log (place, entry, written_at) values ($1, $2, $3)";
const SECRETS: &str = "select key_id, sealed from key_secrets";
const PUT_SECRET: &str = "insert into key_secrets (key_id, epoch, sealed) values ($1, $2, $3)";
const DROP_SECRET: &str = "delete from key_secrets where key_id = $1";
const DROP_SECRETS: &str = "delete from key_secrets where epoch < $1";
const DROP_QUOTAS: &str = "delete from quotas where epoch < $1";
const DROP_BATCHES: &str = "delete from batches where epoch < $1";
const BATCH_AGAIN: &str =
    "update batches set times = times + 1 where epoch = $1 and digest = $2 and times < $3 returning times";
const BATCH_NEW: &str =
    "insert into batches (epoch, digest, times) values ($1, $2, 0) on conflict (epoch, digest) do nothing";
const QUOTA_NEW: &str = "insert into quotas (epoch, voucher, threshold, used) values ($1, $2, $3, 0) on conflict \
                         (epoch, voucher, threshold) do nothing";
const QUOTA_USE: &str = "update quotas set used = used + $4 where epoch = $1 and voucher = $2 and threshold = $3 and \
                         used + $4 <= $5";

/// Every text, for the test that prepares them.
pub const SQL: &[&str] = &[
    IDENTITY,
    PUT_IDENTITY,
    ENTRIES,
    PUT_ENTRY,
    SECRETS,
    PUT_SECRET,
    DROP_SECRET,
    DROP_SECRETS,
    DROP_QUOTAS,
    DROP_BATCHES,
    BATCH_AGAIN,
    BATCH_NEW,
    BATCH_FORGET,
    QUOTA_NEW,
    QUOTA_USE,
];

/// Name, key check and sealed secret, if it was set up.
pub(super) async fn identity(on: &mut Session) -> Result<Option<(String, Vec<u8>, Vec<u8>)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(IDENTITY).fetch_optional(c).await?))
}

/// Sets it up, unless another process has.
pub(super) struct PutIdentity<'i> {
    pub(super) name: &'i str,
    pub(super) key_check: &'i [u8],
    pub(super) log_secret: Vec<u8>,
}

impl Transact for PutIdentity<'_> {
    const NAME: &'static str = "put_issuer";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(PUT_IDENTITY)
            .bind(self.name)
            .bind(self.key_check)
            .bind(&self.log_secret)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }
}

/// The log, in order.
pub(super) async fn entries(on: &mut Session) -> Result<Vec<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(ENTRIES).fetch_all(c).await?))
}

/// Secret keys by their id, sealed.
pub(super) async fn secrets(on: &mut Session) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(SECRETS).fetch_all(c).await?))
}

pub(super) async fn put_entry(on: &mut Session, place: u64, entry: &[u8], at: i64) -> Result<(), StorageError> {
    let place = place as i64;
    on!(on, |c| sqlx::query(PUT_ENTRY).bind(place).bind(entry).bind(at).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn put_secret(on: &mut Session, id: &[u8], epoch: Epoch, sealed: &[u8]) -> Result<(), StorageError> {
    let epoch = i64::from(epoch.0);
    on!(on, |c| sqlx::query(PUT_SECRET).bind(id).bind(epoch).bind(sealed).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn drop_secret(on: &mut Session, id: &[u8]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DROP_SECRET).bind(id).execute(c).await.map(drop)?);
    Ok(())
}

/// Forgets secrets, counts and digests of weeks before these.
pub(super) async fn drop_before(on: &mut Session, signing: Epoch, counted: Epoch) -> Result<(), StorageError> {
    for (sql, epoch) in [(DROP_SECRETS, signing), (DROP_QUOTAS, counted), (DROP_BATCHES, counted)] {
        let epoch = i64::from(epoch.0);
        on!(on, |c| sqlx::query(sql).bind(epoch).execute(c).await.map(drop)?);
    }
    Ok(())
}

/// Counts a batch against its voucher's quota, once however often it comes.
pub(super) struct Count {
    pub(super) epoch: Epoch,
    pub(super) voucher: [u8; 32],
    pub(super) threshold: Threshold,
    pub(super) digest: [u8; 32],
    pub(super) tokens: u32,
    pub(super) quota: u32,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counted {
    Now,
    Before,
    OverQuota,
}

impl Transact for Count {
    const NAME: &'static str = "count_batch";
    type Output = Counted;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<Counted, StorageError> {
        let (epoch, digest) = (i64::from(self.epoch.0), &self.digest[..]);
        let new = on!(on, |c| sqlx::query(BATCH_NEW).bind(epoch).bind(digest).execute(c).await?.rows_affected());
        if new == 0 {
            let again: Option<i64> = on!(on, |c| sqlx::query_scalar(BATCH_AGAIN)
                .bind(epoch)
                .bind(digest)
                .bind(AGAIN_MAX)
                .fetch_optional(c)
                .await?);
            return Ok(if again.is_some() { Counted::Before } else { Counted::OverQuota });
        }
        let (voucher, threshold) = (&self.voucher[..], i64::from(self.threshold.years()));
        on!(on, |c| sqlx::query(QUOTA_NEW).bind(epoch).bind(voucher).bind(threshold).execute(c).await.map(drop)?);
        let used = on!(on, |c| sqlx::query(QUOTA_USE)
            .bind(epoch)
            .bind(voucher)
            .bind(threshold)
            .bind(i64::from(self.tokens))
            .bind(i64::from(self.quota))
            .execute(c)
            .await?
            .rows_affected());
        if used == 1 {
            return Ok(Counted::Now);
        }
        // Not counted: the digest goes too, so that the same batch can be asked for in another week or after a mistake.
        on!(on, |c| sqlx::query(BATCH_FORGET).bind(epoch).bind(digest).execute(c).await.map(drop)?);
        Ok(Counted::OverQuota)
    }
}

const BATCH_FORGET: &str = "delete from batches where epoch = $1 and digest = $2";
