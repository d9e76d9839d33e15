//! SQL over portal, recipients, cases and their items.

use exchange::{CaseId, Class, Time};
use sealing::{Recipient, SALT_BYTES};

use super::model::{CaseRow, Ended, WaitsFor};
use crate::storage::{Session, StorageError, on};

const SET_UP: &str = "insert into portal (one, salt, settings, created_at) values (1, $1, '', $2)
    on conflict (one) do nothing";
const SALT: &str = "select salt from portal where one = 1";
const SETTINGS: &str = "select settings from portal where one = 1";
const SET_SETTINGS: &str = "update portal set settings = $2 where one = 1 and settings = $1";
const RECIPIENTS: &str = "select public_key from recipients where ended_at is null order by created_at, public_key";
const ADD_RECIPIENT: &str = "insert into recipients (public_key, created_at) values ($1, $2)
    on conflict (public_key) do update set ended_at = null";
const END_RECIPIENT: &str = "update recipients set ended_at = $2 where public_key = $1 and ended_at is null";
const INSERT_CASE: &str = "insert into cases
    (id, class, urgency, waits_for, sealed_key, created_at, active_at, ends_at, ended)
    values ($1, $2, $3, $4, $5, $6, $6, $7, 0) on conflict (id) do nothing";
const INSERT_KEY: &str = "insert into case_recipients (case_id, public_key, sealed_key) values ($1, $2, $3)
    on conflict (case_id, public_key) do nothing";
const KEY_FOR_WORDS: &str = "select sealed_key from cases where id = $1 and ended = 0";
const KEY_FOR_RECIPIENT: &str = "select sealed_key from case_recipients where case_id = $1 and public_key = $2";
const CASE: &str =
    "select id, class, urgency, waits_for, created_at, active_at, ends_at, ended from cases where id = $1";
const OPEN_CASES: &str = "select id, class, urgency, waits_for, created_at, active_at, ends_at, ended from cases
    where ended = 0 order by urgency desc, created_at, id limit $1";
const OPEN_BETWEEN: &str = "select id, class, urgency, waits_for, created_at, active_at, ends_at, ended from cases
    where ended = 0 and id >= $1 and id <= $2 order by id limit $3";
const OPEN_AFTER: &str = "select id from cases where ended = 0 and id > $1 order by id limit $2";
const TOUCH: &str =
    "update cases set waits_for = coalesce($2, waits_for), active_at = $3, ends_at = $4 where id = $1 and ended = 0";
const INSERT_ITEM: &str = "insert into case_items (case_id, position, sealed) values ($1, $2, $3)";
const REPLACE_ITEM: &str = "update case_items set sealed = $3 where case_id = $1 and position = $2";
const ITEMS: &str = "select position, sealed from case_items where case_id = $1 order by position";
const DROP_ITEMS: &str = "delete from case_items where case_id = $1";
const DROP_KEYS: &str = "delete from case_recipients where case_id = $1";
const COUNT_TO_HAND_ON: &str = "select count(*) from case_recipients m join cases c on c.id = m.case_id
    where m.public_key = $1 and c.ended = 0 and not exists
        (select 1 from case_recipients t where t.case_id = m.case_id and t.public_key = $2)";
const TO_HAND_ON: &str = "select m.case_id, m.sealed_key from case_recipients m join cases c on c.id = m.case_id
    where m.public_key = $1 and c.ended = 0 and not exists
        (select 1 from case_recipients t where t.case_id = m.case_id and t.public_key = $2)
    order by m.case_id limit $3";
const LOCK_RECIPIENT: &str = "update recipients set created_at = created_at where public_key = $1 and ended_at is null";
const LOCK_CASE: &str = "update cases set created_at = created_at where id = $1 and ended = 0";
const INSERT_KEY_IF_OPEN: &str = "insert into case_recipients (case_id, public_key, sealed_key)
    select id, $2, $3 from cases where id = $1 and ended = 0 on conflict (case_id, public_key) do nothing";
const DROP_KEYS_OF: &str = "delete from case_recipients where public_key = $1";
const END_CASE: &str = "update cases set ended = $2, sealed_key = null, urgency = 0, waits_for = 0, ends_at = $3
    where id = $1 and ended = 0 and ends_at <= $4";
const DUE: &str = "select id from cases where ended = 0 and ends_at <= $1 order by ends_at limit $2";
const FORGET: &str = "delete from cases where ended <> 0 and ends_at <= $1";

/// Every text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    SET_UP,
    SALT,
    SETTINGS,
    SET_SETTINGS,
    RECIPIENTS,
    ADD_RECIPIENT,
    END_RECIPIENT,
    INSERT_CASE,
    INSERT_KEY,
    KEY_FOR_WORDS,
    KEY_FOR_RECIPIENT,
    CASE,
    OPEN_CASES,
    OPEN_BETWEEN,
    OPEN_AFTER,
    TOUCH,
    INSERT_ITEM,
    REPLACE_ITEM,
    ITEMS,
    DROP_ITEMS,
    DROP_KEYS,
    COUNT_TO_HAND_ON,
    TO_HAND_ON,
    LOCK_RECIPIENT,
    LOCK_CASE,
    INSERT_KEY_IF_OPEN,
    DROP_KEYS_OF,
    END_CASE,
    DUE,
    FORGET,
];

/// Makes sure of the portal's row; gives its salt.
pub(super) async fn set_up(on: &mut Session, salt: &[u8], now: Time) -> Result<[u8; SALT_BYTES], StorageError> {
    on!(on, |c| sqlx::query(SET_UP).bind(salt).bind(now.as_micros()).execute(c).await.map(drop)?);
    let salt: Vec<u8> = on!(on, |c| sqlx::query_scalar(SALT).fetch_one(c).await?);
    salt.try_into().map_err(|_| StorageError::Damaged("the portal's salt"))
}

pub(super) async fn settings(on: &mut Session) -> Result<String, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(SETTINGS).fetch_one(c).await?))
}

/// False when somebody else changed them since `before` was read.
pub(super) async fn set_settings(on: &mut Session, before: &str, after: &str) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(SET_SETTINGS).bind(before).bind(after).execute(c).await?.rows_affected()) == 1)
}

pub(super) async fn recipients(on: &mut Session) -> Result<Vec<Recipient>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(RECIPIENTS).fetch_all(c).await?);
    rows.iter().map(|key| Recipient::from_slice(key).ok_or(StorageError::Damaged("a recipient"))).collect()
}

pub(super) async fn add_recipient(on: &mut Session, key: &Recipient, now: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(ADD_RECIPIENT)
        .bind(&key.as_bytes()[..])
        .bind(now.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn end_recipient(on: &mut Session, key: &Recipient, now: Time) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(END_RECIPIENT)
        .bind(&key.as_bytes()[..])
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

/// A case that begins.
pub(super) struct NewCase<'a> {
    pub(super) id: CaseId,
    pub(super) class: Class,
    pub(super) urgency: u8,
    pub(super) waits_for: WaitsFor,
    pub(super) sealed_key: &'a [u8],
    pub(super) at: Time,
    pub(super) ends_at: Time,
}

/// False when there is one already.
pub(super) async fn insert_case(on: &mut Session, case: &NewCase<'_>) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(INSERT_CASE)
        .bind(&case.id.as_bytes()[..])
        .bind(i64::from(case.class.code()))
        .bind(i64::from(case.urgency))
        .bind(case.waits_for.code())
        .bind(case.sealed_key)
        .bind(case.at.as_micros())
        .bind(case.ends_at.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn insert_key(
    on: &mut Session,
    case: CaseId,
    recipient: &Recipient,
    sealed: &[u8],
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT_KEY)
        .bind(&case.as_bytes()[..])
        .bind(&recipient.as_bytes()[..])
        .bind(sealed)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// How many open cases one key opens and another does not.
pub(super) async fn count_to_hand_on(
    on: &mut Session,
    mine: &Recipient,
    theirs: &Recipient,
) -> Result<u64, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(COUNT_TO_HAND_ON)
        .bind(&mine.as_bytes()[..])
        .bind(&theirs.as_bytes()[..])
        .fetch_one(c)
        .await?);
    Ok(count.unsigned_abs())
}

/// Those cases, at most this many, with their keys as sealed to `mine`.
pub(super) async fn to_hand_on(
    on: &mut Session,
    mine: &Recipient,
    theirs: &Recipient,
    most: i64,
) -> Result<Vec<(CaseId, Vec<u8>)>, StorageError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c| sqlx::query_as(TO_HAND_ON)
        .bind(&mine.as_bytes()[..])
        .bind(&theirs.as_bytes()[..])
        .bind(most)
        .fetch_all(c)
        .await?);
    rows.into_iter().map(|(id, sealed)| Ok((case_id(&id)?, sealed))).collect()
}

/// Keeps a recipient from ending until this transaction ends; false when it has ended.
pub(super) async fn lock_recipient(on: &mut Session, key: &Recipient) -> Result<bool, StorageError> {
    let rows = on!(on, |c| sqlx::query(LOCK_RECIPIENT).bind(&key.as_bytes()[..]).execute(c).await?.rows_affected());
    Ok(rows == 1)
}

/// Keeps others from adding to a case until this transaction ends, and changes nothing of it; false when it has ended.
pub(super) async fn lock_case(on: &mut Session, case: CaseId) -> Result<bool, StorageError> {
    let rows = on!(on, |c| sqlx::query(LOCK_CASE).bind(&case.as_bytes()[..]).execute(c).await?.rows_affected());
    Ok(rows == 1)
}

/// Gives how many keys were written: none for a case that ended, or that had one.
pub(super) async fn insert_key_if_open(
    on: &mut Session,
    case: CaseId,
    recipient: &Recipient,
    sealed: &[u8],
) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(INSERT_KEY_IF_OPEN)
        .bind(&case.as_bytes()[..])
        .bind(&recipient.as_bytes()[..])
        .bind(sealed)
        .execute(c)
        .await?
        .rows_affected()))
}

pub(super) async fn drop_keys_of(on: &mut Session, recipient: &Recipient) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DROP_KEYS_OF).bind(&recipient.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn key_for_words(on: &mut Session, case: CaseId) -> Result<Option<Vec<u8>>, StorageError> {
    let row: Option<Option<Vec<u8>>> =
        on!(on, |c| sqlx::query_scalar(KEY_FOR_WORDS).bind(&case.as_bytes()[..]).fetch_optional(c).await?);
    Ok(row.flatten())
}

pub(super) async fn key_for_recipient(
    on: &mut Session,
    case: CaseId,
    recipient: &Recipient,
) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(KEY_FOR_RECIPIENT)
        .bind(&case.as_bytes()[..])
        .bind(&recipient.as_bytes()[..])
        .fetch_optional(c)
        .await?))
}

type Row = (Vec<u8>, i64, i64, i64, i64, i64, i64, i64);

pub(super) async fn case(on: &mut Session, id: CaseId) -> Result<Option<CaseRow>, StorageError> {
    let row: Option<Row> = on!(on, |c| sqlx::query_as(CASE).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    row.map(case_row).transpose()
}

pub(super) async fn open_cases(on: &mut Session, most: i64) -> Result<Vec<CaseRow>, StorageError> {
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(OPEN_CASES).bind(most).fetch_all(c).await?);
    rows.into_iter().map(case_row).collect()
}

pub(super) async fn open_between(
    on: &mut Session,
    first: CaseId,
    last: CaseId,
    most: i64,
) -> Result<Vec<CaseRow>, StorageError> {
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(OPEN_BETWEEN)
        .bind(&first.as_bytes()[..])
        .bind(&last.as_bytes()[..])
        .bind(most)
        .fetch_all(c)
        .await?);
    rows.into_iter().map(case_row).collect()
}

fn case_row(
    (id, class, urgency, waits_for, created_at, active_at, ends_at, ended): Row,
) -> Result<CaseRow, StorageError> {
    Ok(CaseRow {
        id: case_id(&id)?,
        class: u8::try_from(class).ok().and_then(Class::from_code).ok_or(StorageError::Damaged("a class"))?,
        urgency: u8::try_from(urgency).map_err(|_| StorageError::Damaged("an urgency"))?,
        waits_for: WaitsFor::from_code(waits_for).ok_or(StorageError::Damaged("who a case waits for"))?,
        created_at: Time::from_micros(created_at),
        active_at: Time::from_micros(active_at),
        ends_at: Time::from_micros(ends_at),
        ended: match ended {
            0 => None,
            1 => Some(Ended::Deleted),
            2 => Some(Ended::Expired),
            _ => return Err(StorageError::Damaged("how a case ended")),
        },
    })
}

fn case_id(bytes: &[u8]) -> Result<CaseId, StorageError> {
    CaseId::from_slice(bytes).ok_or(StorageError::Damaged("a case's id"))
}

/// False when the case is not open. Who writes next stays as it is where nothing else is said.
pub(super) async fn touch(
    on: &mut Session,
    case: CaseId,
    waits_for: Option<WaitsFor>,
    at: Time,
    ends_at: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(TOUCH)
        .bind(&case.as_bytes()[..])
        .bind(waits_for.map(WaitsFor::code))
        .bind(at.as_micros())
        .bind(ends_at.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn insert_item(
    on: &mut Session,
    case: CaseId,
    position: i64,
    sealed: &[u8],
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT_ITEM)
        .bind(&case.as_bytes()[..])
        .bind(position)
        .bind(sealed)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Writes an item anew, in its place.
pub(super) async fn replace_item(
    on: &mut Session,
    case: CaseId,
    position: i64,
    sealed: &[u8],
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(REPLACE_ITEM)
        .bind(&case.as_bytes()[..])
        .bind(position)
        .bind(sealed)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn items(on: &mut Session, case: CaseId) -> Result<Vec<(i64, Vec<u8>)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(ITEMS).bind(&case.as_bytes()[..]).fetch_all(c).await?))
}

/// Deletes what a case holds and the keys to it; what is left is its id, how it ended, and until when that is said.
/// False when it had ended, or when its own end is after `due_by`.
pub(super) async fn end_case(
    on: &mut Session,
    case: CaseId,
    how: Ended,
    due_by: Time,
    said_until: Time,
) -> Result<bool, StorageError> {
    // The row is written first: whoever adds to the case waits here, or is waited for.
    let ended = on!(on, |c| sqlx::query(END_CASE)
        .bind(&case.as_bytes()[..])
        .bind(how.code())
        .bind(said_until.as_micros())
        .bind(due_by.as_micros())
        .execute(c)
        .await?
        .rows_affected());
    if ended == 0 {
        return Ok(false);
    }
    for text in [DROP_ITEMS, DROP_KEYS] {
        on!(on, |c| sqlx::query(text).bind(&case.as_bytes()[..]).execute(c).await.map(drop)?);
    }
    Ok(true)
}

pub(super) async fn due(on: &mut Session, now: Time, most: i64) -> Result<Vec<CaseId>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(DUE).bind(now.as_micros()).bind(most).fetch_all(c).await?);
    rows.iter().map(|id| case_id(id)).collect()
}

/// Open cases whose ids come after this one, in order.
pub(super) async fn open_after(on: &mut Session, after: CaseId, most: i64) -> Result<Vec<CaseId>, StorageError> {
    let rows: Vec<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(OPEN_AFTER).bind(&after.as_bytes()[..]).bind(most).fetch_all(c).await?);
    rows.iter().map(|id| case_id(id)).collect()
}

pub(super) async fn forget(on: &mut Session, now: Time) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(FORGET).bind(now.as_micros()).execute(c).await?.rows_affected()))
}
