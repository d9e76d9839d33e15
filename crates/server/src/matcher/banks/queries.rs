//! SQL over banks, contents and signals_off, in a matcher's own file, which is SQLite.

use exchange::Time;

use crate::storage::{Session, StorageError, on};

const BANKS: &str = "select id, name, enabled_ratio from banks order by id";
const ADD_BANK: &str = "insert into banks (name, enabled_ratio, created_at) values ($1, $2, $3)
    on conflict (name) do nothing returning id";
const EDIT_BANK: &str = "update banks set name = $2, enabled_ratio = $3 where id = $1";
const EMPTY_BANK: &str = "delete from contents where bank_id = $1 returning id";
const REMOVE_BANK: &str = "delete from banks where id = $1";
const CONTENTS: &str = "select id, bank_id, disable_until, created_at, sealed from contents where id > $1
    order by id limit $2";
const CONTENT: &str = "select sealed from contents where id = $1";
/// Its envelope names its number, which is known only once the row is there.
const ADD_CONTENT: &str = "insert into contents (bank_id, disable_until, sealed, created_at) values ($1, 0, x'', $2)
    returning id";
const SEAL_CONTENT: &str = "update contents set sealed = $2 where id = $1";
const DISABLE_CONTENT: &str = "update contents set disable_until = $2 where id = $1";
const REMOVE_CONTENT: &str = "delete from contents where id = $1";
const OFF: &str = "select name from signals_off";
const SWITCH_OFF: &str = "insert into signals_off (name) values ($1) on conflict (name) do nothing";
const SWITCH_ON: &str = "delete from signals_off where name = $1";

/// Every text of this room, for the test that prepares them.
pub const SQL: &[&str] = &[
    BANKS,
    ADD_BANK,
    EDIT_BANK,
    EMPTY_BANK,
    REMOVE_BANK,
    CONTENTS,
    CONTENT,
    ADD_CONTENT,
    SEAL_CONTENT,
    DISABLE_CONTENT,
    REMOVE_CONTENT,
    OFF,
    SWITCH_OFF,
    SWITCH_ON,
];

pub(super) struct ContentRow {
    pub(super) id: u64,
    pub(super) bank: i64,
    pub(super) disable_until: i64,
    pub(super) created_at: Time,
    pub(super) sealed: Vec<u8>,
}

pub(super) async fn banks(on: &mut Session) -> Result<Vec<(i64, String, f64)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(BANKS).fetch_all(c).await?))
}

/// The new bank's number; `None`: there is one of this name.
pub(super) async fn add_bank(on: &mut Session, name: &str, ratio: f64, now: Time) -> Result<Option<i64>, StorageError> {
    Ok(on!(on, |c| {
        let query = sqlx::query_scalar(ADD_BANK).bind(name).bind(ratio).bind(now.as_micros());
        query.fetch_optional(c).await?
    }))
}

pub(super) async fn edit_bank(on: &mut Session, bank: i64, name: &str, ratio: f64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(EDIT_BANK).bind(bank).bind(name).bind(ratio).execute(c).await.map(drop)?);
    Ok(())
}

/// Gives the numbers of what was in it.
pub(super) async fn remove_bank(on: &mut Session, bank: i64) -> Result<Vec<u64>, StorageError> {
    let contents: Vec<i64> = on!(on, |c| sqlx::query_scalar(EMPTY_BANK).bind(bank).fetch_all(c).await?);
    on!(on, |c| sqlx::query(REMOVE_BANK).bind(bank).execute(c).await.map(drop)?);
    Ok(contents.into_iter().map(i64::unsigned_abs).collect())
}

pub(super) async fn contents(on: &mut Session, after: u64, limit: u32) -> Result<Vec<ContentRow>, StorageError> {
    type Row = (i64, i64, i64, i64, Vec<u8>);
    let rows: Vec<Row> =
        on!(on, |c| { sqlx::query_as(CONTENTS).bind(after.cast_signed()).bind(i64::from(limit)).fetch_all(c).await? });
    let row = |(id, bank, disable_until, created_at, sealed): Row| ContentRow {
        id: id.unsigned_abs(),
        bank,
        disable_until,
        created_at: Time::from_micros(created_at),
        sealed,
    };
    Ok(rows.into_iter().map(row).collect())
}

pub(super) async fn content(on: &mut Session, id: u64) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(CONTENT).bind(id.cast_signed()).fetch_optional(c).await?))
}

pub(super) async fn add_content(on: &mut Session, bank: i64, now: Time) -> Result<u64, StorageError> {
    let id: i64 = on!(on, |c| sqlx::query_scalar(ADD_CONTENT).bind(bank).bind(now.as_micros()).fetch_one(c).await?);
    Ok(id.unsigned_abs())
}

pub(super) async fn seal_content(on: &mut Session, id: u64, sealed: Vec<u8>) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SEAL_CONTENT).bind(id.cast_signed()).bind(sealed).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn disable_content(on: &mut Session, id: u64, until: i64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DISABLE_CONTENT).bind(id.cast_signed()).bind(until).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn remove_content(on: &mut Session, id: u64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(REMOVE_CONTENT).bind(id.cast_signed()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn off(on: &mut Session) -> Result<Vec<String>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(OFF).fetch_all(c).await?))
}

pub(super) async fn switch(on: &mut Session, name: &str, is_on: bool) -> Result<(), StorageError> {
    let text = if is_on { SWITCH_ON } else { SWITCH_OFF };
    on!(on, |c| sqlx::query(text).bind(name).execute(c).await.map(drop)?);
    Ok(())
}
