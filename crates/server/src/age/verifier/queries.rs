//! The verifier's SQL.

use agetoken::{Epoch, NONCE_BYTES, VISIT_BYTES};

use crate::access::NewVisit;
use crate::storage::{Session, StorageError, Transact, on};

const IDENTITY: &str = "select key_check, site_secret, note from verifier where one = 1";
const PUT_IDENTITY: &str =
    "insert into verifier (one, key_check, site_secret, note) values (1, $1, $2, '') on conflict (one) do nothing";
const FOLLOWED: &str = "select entry from followed order by place";
const PUT_FOLLOWED: &str = "insert into followed (place, entry) values ($1, $2) on conflict (place) do nothing";
const PUT_NOTE: &str = "update verifier set note = $1 where one = 1";
const SPEND: &str = "insert into spent (epoch, nonce) values ($1, $2) on conflict (epoch, nonce) do nothing";
const FORGET_SPENT: &str = "delete from spent where epoch < $1";
const HAND: &str = "insert into handed (visit, ends_at) values ($1, $2) on conflict (visit) do nothing";
const TAKE_HANDED: &str = "delete from handed where visit = $1 and ends_at > $2";
const FORGET_HANDED: &str = "delete from handed where ends_at <= $1";

/// Every text, for the test that prepares them on both engines; those of visits are `access::SQL`.
pub const SQL: &[&str] =
    &[IDENTITY, PUT_IDENTITY, FOLLOWED, PUT_FOLLOWED, PUT_NOTE, SPEND, FORGET_SPENT, HAND, TAKE_HANDED, FORGET_HANDED];

pub(super) struct Identity {
    pub(super) key_check: Vec<u8>,
    pub(super) site_secret: Vec<u8>,
    /// Empty until a log was believed.
    pub(super) note: String,
}

pub(super) async fn identity(on: &mut Session) -> Result<Option<Identity>, StorageError> {
    let row: Option<(Vec<u8>, Vec<u8>, String)> = on!(on, |c| sqlx::query_as(IDENTITY).fetch_optional(c).await?);
    Ok(row.map(|(key_check, site_secret, note)| Identity { key_check, site_secret, note }))
}

pub(super) struct PutIdentity<'i> {
    pub(super) key_check: &'i [u8],
    pub(super) site_secret: Vec<u8>,
}

impl Transact for PutIdentity<'_> {
    const NAME: &'static str = "put_verifier";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(PUT_IDENTITY)
            .bind(self.key_check)
            .bind(&self.site_secret)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }
}

/// The log's entries as they were believed, in order.
pub(super) async fn followed(on: &mut Session) -> Result<Vec<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(FOLLOWED).fetch_all(c).await?))
}

/// Keeps what a look brought.
pub(super) struct Follow {
    pub(super) from: u64,
    pub(super) added: Vec<Vec<u8>>,
    pub(super) note: String,
}

impl Transact for Follow {
    const NAME: &'static str = "follow_key_log";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        for (place, entry) in self.added.iter().enumerate() {
            let place = (self.from + place as u64) as i64;
            on!(on, |c| sqlx::query(PUT_FOLLOWED).bind(place).bind(entry).execute(c).await.map(drop)?);
        }
        on!(on, |c| sqlx::query(PUT_NOTE).bind(&self.note).execute(c).await.map(drop)?);
        Ok(())
    }
}

/// Records a token as spent; gives whether it was not before. With it goes what it was spent for, so that nobody loses a proof to a
/// server that is stopped in between.
pub(super) struct Spend {
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) epoch: Epoch,
    pub(super) opens: Opens,
}

/// What a token is spent for.
pub(super) enum Opens {
    /// A visit in this browser.
    Here(NewVisit),
    /// One in the browser that shows the square: whose, and until when, in microseconds.
    Elsewhere([u8; VISIT_BYTES], i64),
}

impl Transact for Spend {
    const NAME: &'static str = "spend_age_token";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let (epoch, nonce) = (i64::from(self.epoch.0), &self.nonce[..]);
        let new = on!(on, |c| sqlx::query(SPEND).bind(epoch).bind(nonce).execute(c).await?.rows_affected());
        if new == 0 {
            return Ok(false);
        }
        match &self.opens {
            Opens::Here(visit) => visit.write(on).await?,
            Opens::Elsewhere(visit, ends_at) => {
                on!(on, |c| sqlx::query(HAND).bind(&visit[..]).bind(*ends_at).execute(c).await.map(drop)?);
            }
        }
        Ok(true)
    }
}

/// Takes what another device answered, once, and opens the visit that it was for.
pub(super) struct TakeHanded {
    pub(super) visit: [u8; VISIT_BYTES],
    pub(super) now_micros: i64,
    pub(super) opens: NewVisit,
}

impl Transact for TakeHanded {
    const NAME: &'static str = "take_handed";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let taken = on!(on, |c| sqlx::query(TAKE_HANDED)
            .bind(&self.visit[..])
            .bind(self.now_micros)
            .execute(c)
            .await?
            .rows_affected());
        if taken == 0 {
            return Ok(false);
        }
        self.opens.write(on).await?;
        Ok(true)
    }
}

/// Forgets what is over.
pub(super) struct Forget {
    pub(super) before: Epoch,
    pub(super) now_micros: i64,
}

impl Transact for Forget {
    const NAME: &'static str = "forget_age";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        for (sql, value) in [(FORGET_SPENT, i64::from(self.before.0)), (FORGET_HANDED, self.now_micros)] {
            on!(on, |c| sqlx::query(sql).bind(value).execute(c).await.map(drop)?);
        }
        Ok(())
    }
}
