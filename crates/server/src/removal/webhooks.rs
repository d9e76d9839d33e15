//! Where partners want to be told: one address each, written by the platform's own staff or by the operator.

use exchange::{PartnerId, Time};

use super::{Removal, RemovalError};
use crate::http::Refused;
use crate::storage::{Session, StorageError, Transact, on};

const OF: &str = "select url, set_at, woken_seq from partner_webhooks where partner_id = $1";
const ALL: &str = "select partner_id, woken_seq from partner_webhooks order by partner_id";
const SET: &str = "insert into partner_webhooks (partner_id, url, set_at, woken_seq) values ($1, $2, $3, 0)
    on conflict (partner_id) do update set url = excluded.url, set_at = excluded.set_at";
const UNSET: &str = "delete from partner_webhooks where partner_id = $1";
const WOKEN: &str = "update partner_webhooks set woken_seq = $2 where partner_id = $1";

/// Every text of this module, for the test that prepares them on both engines.
pub(super) const SQL: &[&str] = &[OF, ALL, SET, UNSET, WOKEN];

/// A partner's webhook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hook {
    /// Where it goes.
    pub url: String,
    /// Since when.
    pub set_at: Time,
    /// Up to which change of the bank the partner was woken.
    pub woken_seq: u64,
}

pub(super) async fn of(on: &mut Session, partner: PartnerId) -> Result<Option<Hook>, StorageError> {
    let row: Option<(String, i64, i64)> =
        on!(on, |c| sqlx::query_as(OF).bind(&partner.as_bytes()[..]).fetch_optional(c).await?);
    Ok(row.map(|(url, set_at, woken_seq)| Hook {
        url,
        set_at: Time::from_micros(set_at),
        woken_seq: woken_seq.unsigned_abs(),
    }))
}

/// Partners that were woken for less than this change.
pub(super) async fn behind(on: &mut Session, head: u64) -> Result<Vec<PartnerId>, StorageError> {
    let rows: Vec<(Vec<u8>, i64)> = on!(on, |c| sqlx::query_as(ALL).fetch_all(c).await?);
    let behind = rows.into_iter().filter(|(_, woken)| woken.unsigned_abs() < head);
    behind.map(|(id, _)| PartnerId::from_slice(&id).ok_or(StorageError::Damaged("a partner id"))).collect()
}

pub(super) async fn woken(on: &mut Session, partner: PartnerId, head: u64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(WOKEN)
        .bind(&partner.as_bytes()[..])
        .bind(head.cast_signed())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

impl Removal {
    /// A partner's webhook, if it has one.
    pub async fn webhook(&self, partner: PartnerId) -> Result<Option<Hook>, StorageError> {
        of(&mut self.database.read().await?, partner).await
    }

    /// Sets or, with an empty text, takes away a partner's webhook. The address is judged; its name is looked up with each call.
    pub async fn set_webhook(&self, partner: PartnerId, url: &str) -> Result<(), RemovalError> {
        let url = url.trim();
        let url = if url.is_empty() { None } else { Some(self.guard.judge(url)?.to_string()) };
        self.database.run(&Set { partner, url, now: self.clock.now() }).await
    }
}

impl From<Refused> for RemovalError {
    fn from(refused: Refused) -> Self {
        Self::Webhook(refused)
    }
}

struct Set {
    partner: PartnerId,
    url: Option<String>,
    now: Time,
}

impl Transact for Set {
    const NAME: &'static str = "partner_webhook_set";
    type Output = ();
    type Error = RemovalError;

    async fn run(&self, on: &mut Session) -> Result<(), RemovalError> {
        let id = self.partner.as_bytes().to_vec();
        match &self.url {
            Some(url) => {
                on!(on, |c| sqlx::query(SET)
                    .bind(id)
                    .bind(url)
                    .bind(self.now.as_micros())
                    .execute(c)
                    .await
                    .map(drop)
                    .map_err(StorageError::from)?);
            }
            None => {
                on!(on, |c| sqlx::query(UNSET).bind(id).execute(c).await.map(drop).map_err(StorageError::from)?);
            }
        }
        Ok(())
    }
}
