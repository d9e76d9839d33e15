//! SQL over the entries of other systems in a matcher's own file. Sources themselves are the follower's.

use exchange::{EntryId, PartnerId, Time};
use sqlx::QueryBuilder;

use crate::partners::PartnerName;
use crate::storage::{Session, StorageError, on};

const TAKE_UP: &str = "insert into partners (id, name) values ($1, $2) on conflict (name) do nothing";
const GIVE_UP: &str = "delete from partners where id = $1";
const HELD: &str = "select entry_id, sealed from sourced where source_id = $1 and entry_id > $2
    order by entry_id limit $3";
const RESTS: &str = "select source_id from exchanges e where source_id = $1
    and (is_enabled = 0 or not exists (select 1 from exchange_apis a where a.name = e.api))";
const EXCHANGES: &str = "select source_id, api, bank, enabled_ratio, is_enabled, config,
    exists (select 1 from exchange_apis a where a.name = e.api) from exchanges e";
/// An own bank may not have the name.
const ADD_EXCHANGE: &str = "insert into exchanges (source_id, api, bank, enabled_ratio, is_enabled, config)
    select $1, $2, $3, 1.0, $4, $5 where not exists (select 1 from banks where name = $3)
    on conflict (bank) do nothing";
const CHANGE_EXCHANGE: &str = "update exchanges set enabled_ratio = $2, is_enabled = $3 where source_id = $1";
const API: &str = "select sealed from exchange_apis where name = $1";
const SET_API: &str = "insert into exchange_apis (name, sealed, set_at) values ($1, $2, $3)
    on conflict (name) do update set sealed = excluded.sealed, set_at = excluded.set_at";
const FORGET_API: &str = "delete from exchange_apis where name = $1";
const ONE: &str = "select sealed from sourced where source_id = $1 and entry_id = $2";

/// Every whole text, for the test that prepares them.
pub const SQL: &[&str] =
    &[TAKE_UP, GIVE_UP, HELD, RESTS, EXCHANGES, ADD_EXCHANGE, CHANGE_EXCHANGE, API, SET_API, FORGET_API, ONE];

const PUT: &str = "insert into sourced (source_id, entry_id, sealed) ";
const REPLACING: &str = " on conflict (source_id, entry_id) do update set sealed = excluded.sealed";
const REMOVE: &str = "delete from sourced where source_id = ";
const ROWS_PER_STATEMENT: usize = 250;

/// Whether nobody has the name.
pub(super) async fn take_up(on: &mut Session, id: PartnerId, name: &PartnerName) -> Result<bool, StorageError> {
    let rows = on!(on, |c| sqlx::query(TAKE_UP)
        .bind(&id.as_bytes()[..])
        .bind(name.as_str())
        .execute(c)
        .await?
        .rows_affected());
    Ok(rows > 0)
}

pub(super) async fn give_up(on: &mut Session, id: PartnerId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(GIVE_UP).bind(&id.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn put(on: &mut Session, source: PartnerId, entries: &[(EntryId, &[u8])]) -> Result<(), StorageError> {
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(PUT);
            text.push_values(some, |mut row, (id, sealed)| {
                row.push_bind(source.as_bytes().to_vec()).push_bind(id.as_bytes().to_vec()).push_bind(sealed.to_vec());
            });
            text.push(REPLACING);
            text.build().persistent(some.len() == ROWS_PER_STATEMENT).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

pub(super) async fn remove(on: &mut Session, source: PartnerId, entries: &[EntryId]) -> Result<(), StorageError> {
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(REMOVE);
            text.push_bind(source.as_bytes().to_vec()).push(" and entry_id in (");
            let mut ids = text.separated(", ");
            for id in some {
                ids.push_bind(id.as_bytes().to_vec());
            }
            text.push(")");
            text.build().persistent(false).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

/// A page of what is held of a source, by id, after `after` (empty: from the first).
pub(super) async fn held(
    on: &mut Session,
    source: PartnerId,
    after: &[u8],
    limit: u32,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StorageError> {
    Ok(on!(on, |c| {
        sqlx::query_as(HELD).bind(&source.as_bytes()[..]).bind(after).bind(i64::from(limit)).fetch_all(c).await?
    }))
}

/// A row of `exchanges`.
pub(super) struct ExchangeRow {
    pub(super) source: PartnerId,
    pub(super) api: String,
    pub(super) bank: String,
    pub(super) ratio: f64,
    pub(super) is_enabled: bool,
    pub(super) config: String,
    pub(super) has_credentials: bool,
}

/// Whether a source is an exchange that is not to be asked.
pub(super) async fn rests(on: &mut Session, source: PartnerId) -> Result<bool, StorageError> {
    let row: Option<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(RESTS).bind(&source.as_bytes()[..]).fetch_optional(c).await?);
    Ok(row.is_some())
}

pub(super) async fn exchanges(on: &mut Session) -> Result<Vec<ExchangeRow>, StorageError> {
    type Row = (Vec<u8>, String, String, f64, i64, String, i64);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(EXCHANGES).fetch_all(c).await?);
    let row = |(source, api, bank, ratio, is_enabled, config, has_credentials): Row| {
        let source = PartnerId::from_slice(&source).ok_or(StorageError::Damaged("a partner id"))?;
        let (is_enabled, has_credentials) = (is_enabled != 0, has_credentials != 0);
        Ok(ExchangeRow { source, api, bank, ratio, is_enabled, config, has_credentials })
    };
    rows.into_iter().map(row).collect()
}

/// Whether nobody has the name.
pub(super) async fn add_exchange(
    on: &mut Session,
    source: PartnerId,
    api: &str,
    bank: &str,
    is_enabled: bool,
    config: &str,
) -> Result<bool, StorageError> {
    let rows = on!(on, |c| sqlx::query(ADD_EXCHANGE)
        .bind(&source.as_bytes()[..])
        .bind(api)
        .bind(bank)
        .bind(i64::from(is_enabled))
        .bind(config)
        .execute(c)
        .await?
        .rows_affected());
    Ok(rows > 0)
}

pub(super) async fn change_exchange(
    on: &mut Session,
    source: PartnerId,
    ratio: f64,
    is_enabled: bool,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(CHANGE_EXCHANGE)
        .bind(&source.as_bytes()[..])
        .bind(ratio)
        .bind(i64::from(is_enabled))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// A system's credentials, sealed.
pub(super) async fn api(on: &mut Session, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(API).bind(name).fetch_optional(c).await?))
}

pub(super) async fn set_api(
    on: &mut Session,
    name: &str,
    sealed: Option<&[u8]>,
    now: Time,
) -> Result<(), StorageError> {
    match sealed {
        None => on!(on, |c| sqlx::query(FORGET_API).bind(name).execute(c).await.map(drop)?),
        Some(sealed) => on!(on, |c| sqlx::query(SET_API)
            .bind(name)
            .bind(sealed)
            .bind(now.as_micros())
            .execute(c)
            .await
            .map(drop)?),
    }
    Ok(())
}

pub(super) async fn one(on: &mut Session, source: PartnerId, id: EntryId) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| {
        sqlx::query_scalar(ONE).bind(&source.as_bytes()[..]).bind(&id.as_bytes()[..]).fetch_optional(c).await?
    }))
}
