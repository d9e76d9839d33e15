//! SQL over what an operator says of platforms.

use exchange::{PartnerId, Time};

use crate::storage::{Session, StorageError, on};

const ALL: &str = "select key, partner_id, data from platform_settings order by key";
const KEEP: &str = "insert into platform_settings (key, partner_id, data, updated_at) values ($1, $2, $3, $4)
    on conflict (key) do update set partner_id = excluded.partner_id, data = excluded.data,
    updated_at = excluded.updated_at";

/// Every text of this module, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[ALL, KEEP];

pub(super) async fn all(on: &mut Session) -> Result<Vec<(String, Option<PartnerId>, String)>, StorageError> {
    let rows: Vec<(String, Option<Vec<u8>>, String)> = on!(on, |c| sqlx::query_as(ALL).fetch_all(c).await?);
    rows.into_iter()
        .map(|(key, partner, data)| {
            let partner = partner.map(|id| PartnerId::from_slice(&id).ok_or(StorageError::Damaged("a partner id")));
            Ok((key, partner.transpose()?, data))
        })
        .collect()
}

pub(super) async fn keep(
    on: &mut Session,
    key: &str,
    partner: Option<PartnerId>,
    data: &str,
    now: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(KEEP)
        .bind(key)
        .bind(partner.map(|id| id.as_bytes().to_vec()))
        .bind(data)
        .bind(now.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}
