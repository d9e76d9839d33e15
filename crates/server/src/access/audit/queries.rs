//! SQL over the log and its head.

use exchange::Time;

use super::{FIRST, HASH_BYTES, Who};
use crate::storage::{Session, StorageError, on};

const BEGIN: &str = "insert into audit_head (one, seq, hash, dropped_seq, dropped_hash) values (1, 0, $1, 0, $1)
    on conflict (one) do nothing";
const HEAD: &str = "select seq, hash, dropped_seq, dropped_hash from audit_head where one = 1";
const INSERT: &str =
    "insert into audit_log (seq, at, who, act, about, before, hash) values ($1, $2, $3, $4, $5, $6, $7)";
const MOVE: &str = "update audit_head set seq = $1, hash = $2 where one = 1";
const NEWEST: &str =
    "select seq, at, who, act, about, before, hash from audit_log where seq < $1 order by seq desc limit $2";
const NEWEST_ABOUT: &str = "select seq, at, who, act, about, before, hash from audit_log
    where seq < $1 and about = $3 order by seq desc limit $2";
const FROM: &str = "select seq, at, who, act, about, before, hash from audit_log where seq > $1 order by seq limit $2";
const OLD: &str = "select seq, hash from audit_log where seq =
    (select max(seq) from (select seq from audit_log where at < $1 order by seq limit $2) as old)";
const DROP: &str = "delete from audit_log where seq <= $1";
const MOVE_DROPPED: &str = "update audit_head set dropped_seq = $1, dropped_hash = $2 where one = 1";

/// Every text of this module, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[BEGIN, HEAD, INSERT, MOVE, NEWEST, NEWEST_ABOUT, FROM, OLD, DROP, MOVE_DROPPED];

/// One row of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its number, from 1 and without holes.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who.
    pub who: Who,
    /// What, as a code.
    pub act: String,
    /// To what.
    pub about: Option<[u8; 16]>,
    /// The hash of the row before.
    pub before: [u8; HASH_BYTES],
    /// Its own.
    pub hash: [u8; HASH_BYTES],
}

/// The ends of the chain.
pub(super) struct Ends {
    pub(super) seq: i64,
    pub(super) hash: [u8; HASH_BYTES],
    pub(super) dropped_seq: i64,
    pub(super) dropped_hash: [u8; HASH_BYTES],
}

/// Locks the head until the transaction ends; gives number and hash of the last row.
pub(super) async fn lock(on: &mut Session) -> Result<(i64, [u8; HASH_BYTES]), StorageError> {
    let head = match on.lock_audit().await? {
        Some(head) => head,
        None => {
            on!(on, |c| sqlx::query(BEGIN).bind(&FIRST[..]).execute(c).await.map(drop)?);
            on.lock_audit().await?.ok_or(StorageError::Damaged("the head of the log"))?
        }
    };
    Ok((head.0, bytes(&head.1)?))
}

pub(super) async fn ends(on: &mut Session) -> Result<Ends, StorageError> {
    let row: Option<(i64, Vec<u8>, i64, Vec<u8>)> = on!(on, |c| sqlx::query_as(HEAD).fetch_optional(c).await?);
    let Some((seq, hash, dropped_seq, dropped_hash)) = row else {
        return Ok(Ends { seq: 0, hash: FIRST, dropped_seq: 0, dropped_hash: FIRST });
    };
    Ok(Ends { seq, hash: bytes(&hash)?, dropped_seq, dropped_hash: bytes(&dropped_hash)? })
}

pub(super) async fn insert(on: &mut Session, row: &Row) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT)
        .bind(row.seq)
        .bind(row.at.as_micros())
        .bind(&row.who.code()[..])
        .bind(&row.act)
        .bind(row.about.as_ref().map(|about| &about[..]))
        .bind(&row.before[..])
        .bind(&row.hash[..])
        .execute(c)
        .await
        .map(drop)?);
    on!(on, |c| sqlx::query(MOVE).bind(row.seq).bind(&row.hash[..]).execute(c).await.map(drop)?);
    Ok(())
}

type Columns = (i64, i64, Vec<u8>, String, Option<Vec<u8>>, Vec<u8>, Vec<u8>);

pub(super) async fn newest(
    on: &mut Session,
    below: i64,
    about: Option<[u8; 16]>,
    most: i64,
) -> Result<Vec<Row>, StorageError> {
    let rows: Vec<Columns> = match about {
        None => on!(on, |c| sqlx::query_as(NEWEST).bind(below).bind(most).fetch_all(c).await?),
        Some(about) => {
            on!(on, |c| sqlx::query_as(NEWEST_ABOUT).bind(below).bind(most).bind(&about[..]).fetch_all(c).await?)
        }
    };
    rows.into_iter().map(row).collect()
}

pub(super) async fn after(on: &mut Session, seq: i64, most: i64) -> Result<Vec<Row>, StorageError> {
    let rows: Vec<Columns> = on!(on, |c| sqlx::query_as(FROM).bind(seq).bind(most).fetch_all(c).await?);
    rows.into_iter().map(row).collect()
}

/// Drops the oldest rows that are from before `then`, at most this many.
pub(super) async fn drop_before(on: &mut Session, then: Time, most: i64) -> Result<u64, StorageError> {
    lock(on).await?;
    let last: Option<(i64, Vec<u8>)> =
        on!(on, |c| sqlx::query_as(OLD).bind(then.as_micros()).bind(most).fetch_optional(c).await?);
    let Some((seq, hash)) = last else { return Ok(0) };
    on!(on, |c| sqlx::query(MOVE_DROPPED).bind(seq).bind(&hash).execute(c).await.map(drop)?);
    Ok(on!(on, |c| sqlx::query(DROP).bind(seq).execute(c).await?.rows_affected()))
}

fn row((seq, at, who, act, about, before, hash): Columns) -> Result<Row, StorageError> {
    let damaged = || StorageError::Damaged("a row of the log");
    Ok(Row {
        seq,
        at: Time::from_micros(at),
        who: Who::from_code(who.try_into().map_err(|_| damaged())?),
        act,
        about: about.map(|about| about.try_into().map_err(|_| damaged())).transpose()?,
        before: bytes(&before)?,
        hash: bytes(&hash)?,
    })
}

fn bytes(stored: &[u8]) -> Result<[u8; HASH_BYTES], StorageError> {
    stored.try_into().map_err(|_| StorageError::Damaged("a hash of the log"))
}
