//! SQL over a matcher's own file, which is SQLite.

use exchange::{EntryId, Outcome, OutcomeId, Time};
use sqlx::QueryBuilder;

use crate::storage::{Session, StorageError, on};

const SET_UP: &str = "insert into matcher (one, key_check, created_at) values (1, $1, $2) on conflict (one) do nothing";
const KEY_CHECK: &str = "select key_check from matcher where one = 1";
const ADD_UPSTREAM: &str = "insert into upstreams (url) values ($1) on conflict (url) do nothing";
const UPSTREAMS: &str = "select id, url, cursor, snapshot_seq, snapshot_after, agreement, generation, sweep, loaded_at,
    heard_at, skipped, mark, noted_from from upstreams order by id";
const FORGET: &str = "update upstreams set cursor = null, snapshot_seq = null, snapshot_after = null, agreement = null,
    sweep = 0, loaded_at = null, heard_at = null, skipped = 0, mark = null, noted_from = null where id = $1";
const FORGET_HELD: &str = "delete from held where upstream_id = $1";
const FORGET_CHANGED: &str = "delete from changed where upstream_id = $1";
const RESET: &str = "update upstreams set cursor = null, snapshot_seq = null, snapshot_after = null where id = $1";
const BEGIN: &str = "update upstreams set cursor = null, snapshot_seq = $2, snapshot_after = null, agreement = $3,
    mark = $4, noted_from = null, generation = generation + 1, sweep = 0, skipped = 0 where id = $1
    returning generation";
const SNAPSHOT_AFTER: &str =
    "update upstreams set snapshot_after = $2, skipped = skipped + $3, heard_at = $4 where id = $1";
const FINISH: &str =
    "update upstreams set cursor = snapshot_seq, noted_from = snapshot_seq, snapshot_seq = null, snapshot_after = null, sweep = 1,
    loaded_at = $2, heard_at = $2 where id = $1";
const CURSOR: &str = "update upstreams set cursor = $2, skipped = skipped + $3, heard_at = $4 where id = $1";
const HEARD: &str = "update upstreams set heard_at = $2 where id = $1";
const SWEPT: &str = "delete from held where upstream_id = $1 and generation < $2 returning entry_id";
const SWEEP_DONE: &str = "update upstreams set sweep = 0 where id = $1";
const HELD: &str = "select entry_id, sealed from held where upstream_id = $1 and entry_id > $2
    order by entry_id limit $3";
const ONE: &str = "select sealed from held where upstream_id = $1 and entry_id = $2";
const CHANGED: &str = "select changed.entry_id, held.sealed from changed
    left join held on held.upstream_id = changed.upstream_id and held.entry_id = changed.entry_id
    where changed.upstream_id = $1 and changed.seq > $2 and changed.entry_id > $3 order by changed.entry_id limit $4";
const KEPT: &str = "update upstreams set noted_from = $2 where id = $1 and mark = $3 and noted_from <= $2";
const FORGET_NOTED: &str = "delete from changed where upstream_id = $1 and entry_id in
    (select entry_id from changed where upstream_id = $1 and seq <= $2 limit $3)";
const FORGET_GONE: &str = "delete from gone where gone_at < $1";
const HOLDER: &str = "select upstream_id from held where entry_id = $1 and upstream_id = $2
    union all select upstream_id from gone where entry_id = $1 and upstream_id = $2";
const QUEUE: &str = "insert into outbox (id, upstream_id, outcome, queued_at) values ($1, $2, $3, $4)
    on conflict (id) do nothing";
const WAITING: &str = "select id, outcome from outbox where upstream_id = $1 and refused is null
    order by queued_at, id limit $2";
const SENT: &str = "delete from outbox where id = $1";
const REFUSED: &str = "update outbox set refused = $2 where id = $1";
const OUTBOX: &str = "select count(*), count(refused) from outbox where upstream_id = $1";

/// Every whole text of this room, for the test that prepares them.
pub const SQL: &[&str] = &[
    SET_UP,
    KEY_CHECK,
    ADD_UPSTREAM,
    UPSTREAMS,
    FORGET,
    FORGET_HELD,
    FORGET_CHANGED,
    RESET,
    BEGIN,
    SNAPSHOT_AFTER,
    FINISH,
    CURSOR,
    HEARD,
    SWEPT,
    SWEEP_DONE,
    HELD,
    ONE,
    CHANGED,
    KEPT,
    FORGET_NOTED,
    FORGET_GONE,
    HOLDER,
    QUEUE,
    WAITING,
    SENT,
    REFUSED,
    OUTBOX,
];

const PUT: &str = "insert into held (upstream_id, entry_id, generation, sealed) ";
const REPLACING: &str = " on conflict (upstream_id, entry_id) do update
    set generation = excluded.generation, sealed = excluded.sealed";
const NOTE: &str = "insert into changed (upstream_id, entry_id, seq) ";
const NOTED_AGAIN: &str = " on conflict (upstream_id, entry_id) do update set seq = excluded.seq";
const REMOVE: &str = "delete from held where upstream_id = ";
const GONE: &str = "insert into gone (upstream_id, entry_id, gone_at) ";
const GONE_AGAIN: &str = " on conflict (upstream_id, entry_id) do update set gone_at = excluded.gone_at";
const ROWS_PER_STATEMENT: usize = 500;

/// An entry as it lies in the file.
pub(super) type Sealed = (EntryId, Vec<u8>);

/// Names a snapshot that was begun.
pub(super) type Mark = [u8; 16];

/// A node that is or was followed, as stored.
#[derive(Clone, Debug)]
pub(super) struct UpstreamRow {
    pub(super) id: i64,
    pub(super) url: String,
    pub(super) cursor: Option<u64>,
    pub(super) snapshot: Option<(u64, Option<EntryId>)>,
    pub(super) agreement: Option<String>,
    pub(super) generation: i64,
    pub(super) sweep: bool,
    pub(super) loaded: bool,
    pub(super) heard_at: Option<Time>,
    pub(super) skipped: u64,
    /// Names the snapshot that what is held began with.
    pub(super) mark: Option<Mark>,
    /// From which number on all changes are noted.
    pub(super) noted_from: Option<u64>,
}

pub(super) async fn set_up(on: &mut Session, key_check: &[u8], now: Time) -> Result<Vec<u8>, StorageError> {
    let (key_check, now) = (key_check.to_vec(), now.as_micros());
    on!(on, |c| sqlx::query(SET_UP).bind(key_check).bind(now).execute(c).await?.rows_affected());
    Ok(on!(on, |c| sqlx::query_scalar(KEY_CHECK).fetch_one(c).await?))
}

pub(super) async fn add_upstream(on: &mut Session, url: &str) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(ADD_UPSTREAM).bind(url).execute(c).await?.rows_affected());
    Ok(())
}

pub(super) async fn upstreams(on: &mut Session) -> Result<Vec<UpstreamRow>, StorageError> {
    type Row = (
        i64,
        String,
        Option<i64>,
        Option<i64>,
        Option<Vec<u8>>,
        Option<String>,
        i64,
        i64,
        Option<i64>,
        Option<i64>,
        i64,
        Option<Vec<u8>>,
        Option<i64>,
    );
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(UPSTREAMS).fetch_all(c).await?);
    rows.into_iter()
        .map(
            |(id, url, cursor, seq, after, agreement, generation, sweep, loaded_at, heard_at, skipped, mark, noted)| {
                let after = after.map(|bytes| entry_id(&bytes)).transpose()?;
                Ok(UpstreamRow {
                    id,
                    url,
                    cursor: cursor.map(number).transpose()?,
                    snapshot: seq.map(number).transpose()?.map(|seq| (seq, after)),
                    agreement,
                    generation,
                    sweep: sweep != 0,
                    loaded: loaded_at.is_some(),
                    heard_at: heard_at.map(Time::from_micros),
                    skipped: number(skipped)?,
                    mark: mark.and_then(|mark| mark.try_into().ok()),
                    noted_from: noted.map(number).transpose()?,
                })
            },
        )
        .collect()
}

/// Forgets what is held of a node that is no longer followed.
pub(super) async fn forget(on: &mut Session, upstream: i64) -> Result<u64, StorageError> {
    on!(on, |c| sqlx::query(FORGET).bind(upstream).execute(c).await?.rows_affected());
    on!(on, |c| sqlx::query(FORGET_CHANGED).bind(upstream).execute(c).await?.rows_affected());
    Ok(on!(on, |c| sqlx::query(FORGET_HELD).bind(upstream).execute(c).await?.rows_affected()))
}

pub(super) async fn reset(on: &mut Session, upstream: i64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(RESET).bind(upstream).execute(c).await?.rows_affected());
    Ok(())
}

/// Gives the new generation.
pub(super) async fn begin(
    on: &mut Session,
    upstream: i64,
    seq: u64,
    agreement: &str,
    mark: &Mark,
) -> Result<i64, StorageError> {
    let (seq, mark) = (stored(seq)?, mark.to_vec());
    on!(on, |c| sqlx::query(FORGET_CHANGED).bind(upstream).execute(c).await?.rows_affected());
    Ok(on!(on, |c| {
        sqlx::query_scalar(BEGIN).bind(upstream).bind(seq).bind(agreement).bind(mark).fetch_one(c).await?
    }))
}

pub(super) async fn snapshot_after(
    on: &mut Session,
    upstream: i64,
    after: Option<EntryId>,
    skipped: u64,
    now: Time,
) -> Result<(), StorageError> {
    let (after, skipped) = (after.map(|id| id.as_bytes().to_vec()), stored(skipped)?);
    on!(on, |c| {
        let query = sqlx::query(SNAPSHOT_AFTER).bind(upstream).bind(after).bind(skipped).bind(now.as_micros());
        query.execute(c).await?.rows_affected()
    });
    Ok(())
}

pub(super) async fn finish(on: &mut Session, upstream: i64, now: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(FINISH).bind(upstream).bind(now.as_micros()).execute(c).await?.rows_affected());
    Ok(())
}

pub(super) async fn cursor(
    on: &mut Session,
    upstream: i64,
    cursor: u64,
    skipped: u64,
    now: Time,
) -> Result<(), StorageError> {
    let (cursor, skipped) = (stored(cursor)?, stored(skipped)?);
    on!(on, |c| {
        let query = sqlx::query(CURSOR).bind(upstream).bind(cursor).bind(skipped).bind(now.as_micros());
        query.execute(c).await?.rows_affected()
    });
    Ok(())
}

pub(super) async fn heard(on: &mut Session, upstream: i64, at: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(HEARD).bind(upstream).bind(at.as_micros()).execute(c).await?.rows_affected());
    Ok(())
}

pub(super) async fn put(
    on: &mut Session,
    upstream: i64,
    generation: i64,
    entries: &[Sealed],
) -> Result<(), StorageError> {
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(PUT);
            text.push_values(some, |mut row, (id, sealed)| {
                row.push_bind(upstream).push_bind(id.as_bytes().to_vec()).push_bind(generation).push_bind(sealed);
            });
            text.push(REPLACING);
            // One text for each number of rows: only the full ones are worth keeping prepared.
            text.build().persistent(some.len() == ROWS_PER_STATEMENT).execute(c).await?.rows_affected()
        });
    }
    Ok(())
}

/// Notes that these entries changed with this number.
pub(super) async fn note(on: &mut Session, upstream: i64, entries: &[EntryId], seq: u64) -> Result<(), StorageError> {
    let seq = stored(seq)?;
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(NOTE);
            text.push_values(some, |mut row, id| {
                row.push_bind(upstream).push_bind(id.as_bytes().to_vec()).push_bind(seq);
            });
            text.push(NOTED_AGAIN);
            text.build().persistent(some.len() == ROWS_PER_STATEMENT).execute(c).await?.rows_affected()
        });
    }
    Ok(())
}

/// An entry that changed, and what is held of it; nothing, if it went.
pub(super) type Changed = (Vec<u8>, Option<Vec<u8>>);

/// A page of what changed after a number, by id.
pub(super) async fn changed(
    on: &mut Session,
    upstream: i64,
    since: u64,
    after: &[u8],
    limit: u32,
) -> Result<Vec<Changed>, StorageError> {
    let (since, after) = (stored(since)?, after.to_vec());
    Ok(on!(on, |c| {
        sqlx::query_as(CHANGED).bind(upstream).bind(since).bind(after).bind(i64::from(limit)).fetch_all(c).await?
    }))
}

/// An index of this snapshot was kept that has everything up to a number; false when it is of another by now.
pub(super) async fn kept(on: &mut Session, upstream: i64, mark: &Mark, seq: u64) -> Result<bool, StorageError> {
    let (seq, mark) = (stored(seq)?, mark.to_vec());
    Ok(on!(on, |c| sqlx::query(KEPT).bind(upstream).bind(seq).bind(mark).execute(c).await?.rows_affected()) > 0)
}

/// Forgets notes up to a number, so many at most; gives how many.
pub(super) async fn forget_noted(on: &mut Session, upstream: i64, seq: u64, limit: u32) -> Result<u64, StorageError> {
    let seq = stored(seq)?;
    Ok(on!(on, |c| {
        sqlx::query(FORGET_NOTED).bind(upstream).bind(seq).bind(i64::from(limit)).execute(c).await?.rows_affected()
    }))
}

/// Removes entries and notes those that were held as gone.
pub(super) async fn remove(
    on: &mut Session,
    upstream: i64,
    entries: &[EntryId],
    now: Time,
) -> Result<(), StorageError> {
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        let removed: Vec<Vec<u8>> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(REMOVE);
            text.push_bind(upstream).push(" and entry_id in (");
            let mut ids = text.separated(", ");
            for id in some {
                ids.push_bind(id.as_bytes().to_vec());
            }
            text.push(") returning entry_id");
            text.build_query_scalar().persistent(false).fetch_all(c).await?
        });
        gone(on, upstream, &removed, now).await?;
    }
    Ok(())
}

/// Removes what was not brought again since `generation` began, notes it as gone, gives its ids.
pub(super) async fn sweep(
    on: &mut Session,
    upstream: i64,
    generation: i64,
    now: Time,
) -> Result<Vec<EntryId>, StorageError> {
    let removed: Vec<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(SWEPT).bind(upstream).bind(generation).fetch_all(c).await?);
    for some in removed.chunks(ROWS_PER_STATEMENT) {
        gone(on, upstream, some, now).await?;
    }
    on!(on, |c| sqlx::query(SWEEP_DONE).bind(upstream).execute(c).await?.rows_affected());
    removed.iter().map(|bytes| entry_id(bytes)).collect()
}

async fn gone(on: &mut Session, upstream: i64, ids: &[Vec<u8>], now: Time) -> Result<(), StorageError> {
    if ids.is_empty() {
        return Ok(());
    }
    on!(on, |c: Engine| {
        let mut text = QueryBuilder::<Engine>::new(GONE);
        text.push_values(ids, |mut row, id| {
            row.push_bind(upstream).push_bind(id).push_bind(now.as_micros());
        });
        text.push(GONE_AGAIN);
        text.build().persistent(false).execute(c).await?.rows_affected()
    });
    Ok(())
}

/// A page of what is held, by id, after `after` (empty: from the first). An id that is none is given as `None`.
pub(super) async fn held(
    on: &mut Session,
    upstream: i64,
    after: &[u8],
    limit: u32,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(HELD).bind(upstream).bind(after).bind(i64::from(limit)).fetch_all(c).await?))
}

pub(super) async fn one(on: &mut Session, upstream: i64, id: EntryId) -> Result<Option<Vec<u8>>, StorageError> {
    let id = id.as_bytes().to_vec();
    Ok(on!(on, |c| sqlx::query_scalar(ONE).bind(upstream).bind(id).fetch_optional(c).await?))
}

pub(super) async fn forget_gone(on: &mut Session, before: Time) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(FORGET_GONE).bind(before.as_micros()).execute(c).await?.rows_affected()))
}

/// Whether this upstream holds or held the entry.
pub(super) async fn is_known(on: &mut Session, upstream: i64, id: EntryId) -> Result<bool, StorageError> {
    let id = id.as_bytes().to_vec();
    let found: Option<i64> = on!(on, |c| sqlx::query_scalar(HOLDER).bind(id).bind(upstream).fetch_optional(c).await?);
    Ok(found.is_some())
}

/// Whether it is new.
pub(super) async fn queue(on: &mut Session, upstream: i64, outcome: &Outcome, now: Time) -> Result<bool, StorageError> {
    let text = serde_json::to_string(outcome).map_err(|_| StorageError::Damaged("an outcome that is no JSON"))?;
    let id = outcome.id.as_bytes().to_vec();
    let rows = on!(on, |c| {
        let query = sqlx::query(QUEUE).bind(id).bind(upstream).bind(text).bind(now.as_micros());
        query.execute(c).await?.rows_affected()
    });
    Ok(rows > 0)
}

/// The oldest that are still to be sent.
pub(super) async fn waiting(on: &mut Session, upstream: i64, limit: u32) -> Result<Vec<Outcome>, StorageError> {
    let rows: Vec<(Vec<u8>, String)> =
        on!(on, |c| sqlx::query_as(WAITING).bind(upstream).bind(i64::from(limit)).fetch_all(c).await?);
    let read = |(_, text): (_, String)| serde_json::from_str(&text);
    rows.into_iter().map(read).collect::<Result<_, _>>().map_err(|_| StorageError::Damaged("an outcome"))
}

pub(super) async fn sent(on: &mut Session, id: OutcomeId) -> Result<(), StorageError> {
    let id = id.as_bytes().to_vec();
    on!(on, |c| sqlx::query(SENT).bind(id).execute(c).await?.rows_affected());
    Ok(())
}

pub(super) async fn refused(on: &mut Session, id: OutcomeId, why: &str) -> Result<(), StorageError> {
    let id = id.as_bytes().to_vec();
    on!(on, |c| sqlx::query(REFUSED).bind(id).bind(why).execute(c).await?.rows_affected());
    Ok(())
}

/// How many wait, and how many were refused.
pub(super) async fn outbox(on: &mut Session, upstream: i64) -> Result<(u64, u64), StorageError> {
    let (all, refused): (i64, i64) = on!(on, |c| sqlx::query_as(OUTBOX).bind(upstream).fetch_one(c).await?);
    Ok((number(all - refused)?, number(refused)?))
}

fn number(stored: i64) -> Result<u64, StorageError> {
    u64::try_from(stored).map_err(|_| StorageError::Damaged("a negative number"))
}

fn stored(number: u64) -> Result<i64, StorageError> {
    i64::try_from(number).map_err(|_| StorageError::Damaged("a number beyond 63 bits"))
}

fn entry_id(bytes: &[u8]) -> Result<EntryId, StorageError> {
    EntryId::from_slice(bytes).ok_or(StorageError::Damaged("an entry id"))
}
