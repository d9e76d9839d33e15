//! SQL over sources, followed and feedback.

use exchange::{Class, EntryId, KeptReason, OutcomeId, OutcomeKind, PartnerId, Tier, Time};
use sqlx::QueryBuilder;

use super::model::{SourceKind, SourceView, Terms};
use super::steps::Claimed;
use crate::storage::{Session, StorageError, on};

const ADD: &str = "insert into sources
    (id, kind, url, sealed, class, tier, pass_on, every_seconds, due_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
const LIST: &str = "select s.id, p.name, s.kind, s.url, s.class, s.tier, s.pass_on, s.created_at, s.due_at, s.heard_at,
    s.complete_at, s.trouble, s.failures, s.skipped, s.last_skipped, s.removing,
    (select count(*) from followed f where f.source_id = s.id),
    (select count(*) from feedback b where b.source_id = s.id and b.refused is null),
    (select count(*) from feedback b where b.source_id = s.id and b.refused is not null),
    (select max(b.refused) from feedback b where b.source_id = s.id)
    from sources s join partners p on p.id = s.id order by p.name";
const DUE: &str = "select id from sources where due_at <= $1 order by due_at";
const SOURCE: &str = "select p.name, s.kind, s.url, s.sealed, s.class, s.tier, s.pass_on, s.every_seconds, s.cursor,
    s.generation, s.step, s.failures, s.complete_at, s.removing
    from sources s join partners p on p.id = s.id where s.id = $1";
const CLAIM: &str = "update sources set due_at = $2 where id = $1";
const IS_DUE: &str = "select due_at from sources where id = $1";
const BEGIN_REMOVING: &str = "update sources set removing = 1, due_at = $2, step = step + 1 where id = $1";
const MOVE: &str = "update sources set generation = $3, step = step + 1, skipped = skipped + $4,
    last_skipped = coalesce($5, last_skipped), heard_at = $6, due_at = $7
    where id = $1 and step = $2";
const SET_CURSOR: &str = "update sources set cursor = $2 where id = $1";
const COMPLETE: &str = "update sources set complete_at = $2 where id = $1";
const END: &str = "update sources set due_at = $2, trouble = $3, failures = $4
    where id = $1 and removing = 0 and step = $5";
const REOPEN: &str = "update sources set sealed = $2, due_at = $3, trouble = null, failures = 0, step = step + 1
    where id = $1 and removing = 0";
const UNHELD: &str = "select entry_id from followed where entry_id = $1";
const FORGET_RECORD: &str = "delete from followed where source_id = $1 and record = $2 returning entry_id";
const OLD: &str = "select record, entry_id from followed where source_id = $1 and generation < $2 limit $3";
const SOME: &str = "select record, entry_id from followed where source_id = $1 limit $2";
const FORGET_FEEDBACK: &str = "delete from feedback where source_id = $1";
const FORGET: &str = "delete from sources where id = $1";
const REFERENCES: &str = "select record, sealed from followed where source_id = $1 and entry_id = $2 order by record";
const WAITING: &str = "select partner_id, outcome_id, entry_id, kind, reason, copies, done_at from feedback
    where source_id = $1 and refused is null order by queued_at, outcome_id limit $2";
const SENT: &str = "delete from feedback where partner_id = $1 and outcome_id = $2";
const REFUSED: &str = "update feedback set refused = $3 where partner_id = $1 and outcome_id = $2";
const SOURCE_OF: &str = "select source_id from followed where entry_id = $1 limit 1";
const QUEUE: &str = "insert into feedback
    (partner_id, outcome_id, source_id, entry_id, kind, reason, copies, done_at, queued_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (partner_id, outcome_id) do nothing";

/// Every whole text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    ADD,
    LIST,
    DUE,
    SOURCE,
    CLAIM,
    IS_DUE,
    BEGIN_REMOVING,
    MOVE,
    SET_CURSOR,
    COMPLETE,
    END,
    REOPEN,
    UNHELD,
    FORGET_RECORD,
    OLD,
    SOME,
    FORGET_FEEDBACK,
    FORGET,
    REFERENCES,
    WAITING,
    SENT,
    REFUSED,
    SOURCE_OF,
    QUEUE,
];

const PUT: &str = "insert into followed (source_id, record, entry_id, generation, sealed) ";
const PUT_AGAIN: &str = " on conflict (source_id, record) do update
    set entry_id = excluded.entry_id, generation = excluded.generation, sealed = excluded.sealed";
const BEFORE: &str = "select record, entry_id from followed where source_id = ";
const ROWS_PER_STATEMENT: usize = 250;

/// A record's digest.
pub(crate) type RecordDigest = [u8; 32];

/// A row of `sources`, as a turn needs it.
pub(super) struct SourceRow {
    pub(super) name: String,
    pub(super) kind: SourceKind,
    pub(super) url: String,
    pub(super) sealed: Vec<u8>,
    pub(super) terms: Terms,
    pub(super) every_seconds: u32,
    pub(super) cursor: Option<String>,
    pub(super) generation: i64,
    pub(super) step: i64,
    pub(super) failures: u32,
    pub(super) complete_at: Option<Time>,
    pub(super) removing: bool,
}

/// A record to be noted.
pub(super) struct FollowedRow {
    pub(super) record: RecordDigest,
    pub(super) entry: EntryId,
    pub(super) sealed: Vec<u8>,
}

/// An outcome that waits to go back.
pub(super) struct WaitingRow {
    pub(super) partner: PartnerId,
    pub(super) outcome: OutcomeId,
    pub(super) entry: EntryId,
    pub(super) kind: OutcomeKind,
    pub(super) reason: Option<KeptReason>,
    pub(super) copies: u32,
    pub(super) at: Time,
}

pub(super) async fn add(
    on: &mut Session,
    id: PartnerId,
    new: &super::NewSource,
    sealed: Vec<u8>,
    now: Time,
) -> Result<(), StorageError> {
    let Terms { class, tier, pass_on } = new.terms;
    on!(on, |c| sqlx::query(ADD)
        .bind(&id.as_bytes()[..])
        .bind(new.kind.name())
        .bind(new.url.trim_end_matches('/'))
        .bind(sealed)
        .bind(class.map(|class| i64::from(class.code())))
        .bind(i64::from(tier.code()))
        .bind(i64::from(pass_on))
        .bind(i64::from(new.every_seconds))
        .bind(now.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn list(on: &mut Session) -> Result<Vec<SourceView>, StorageError> {
    type Head = (Vec<u8>, String, String, String, Option<i64>, i64, i64, i64, i64);
    type Tail =
        (Option<i64>, Option<i64>, Option<String>, i64, i64, Option<String>, i64, i64, i64, i64, Option<String>);
    use sqlx::Row;
    let read = |head: Head, tail: Tail| -> Result<SourceView, StorageError> {
        let (id, name, kind, url, class, tier, pass_on, created_at, due_at) = head;
        let (heard_at, complete_at, trouble, failures, skipped, last_skipped, removing, records, waiting, refused, why) =
            tail;
        Ok(SourceView {
            id: partner_id(&id)?,
            name: name.parse().map_err(|_| StorageError::Damaged("a source's name"))?,
            kind: kind_of(&kind)?,
            url,
            terms: terms(class, tier, pass_on)?,
            created_at: Time::from_micros(created_at),
            due_at: Time::from_micros(due_at),
            heard_at: heard_at.map(Time::from_micros),
            complete_at: complete_at.map(Time::from_micros),
            trouble,
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            records: records.unsigned_abs(),
            skipped: skipped.unsigned_abs(),
            last_skipped,
            feedback_waiting: waiting.unsigned_abs(),
            feedback_refused: refused.unsigned_abs(),
            refused: why,
            removing: removing != 0,
        })
    };
    macro_rules! columns {
        ($row:ident, $($number:literal),+) => { ($($row.try_get($number)?,)+) };
    }
    on!(on, |c| {
        let rows = sqlx::query(LIST).fetch_all(c).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let head: Head = columns!(row, 0, 1, 2, 3, 4, 5, 6, 7, 8);
            let tail: Tail = columns!(row, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
            all.push(read(head, tail)?);
        }
        Ok(all)
    })
}

pub(super) async fn due(on: &mut Session, now: Time) -> Result<Vec<PartnerId>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(DUE).bind(now.as_micros()).fetch_all(c).await?);
    rows.iter().map(|id| partner_id(id)).collect()
}

pub(super) async fn is_due(on: &mut Session, id: PartnerId, now: Time) -> Result<bool, StorageError> {
    let due: Option<i64> = on!(on, |c| sqlx::query_scalar(IS_DUE).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    Ok(due.is_some_and(|due| due <= now.as_micros()))
}

pub(super) async fn claim(on: &mut Session, id: PartnerId, until: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(CLAIM).bind(&id.as_bytes()[..]).bind(until.as_micros()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn begin_removing(on: &mut Session, id: PartnerId, until: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(BEGIN_REMOVING)
        .bind(&id.as_bytes()[..])
        .bind(until.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn source(on: &mut Session, id: PartnerId) -> Result<Option<SourceRow>, StorageError> {
    type Row =
        (String, String, String, Vec<u8>, Option<i64>, i64, i64, i64, Option<String>, i64, i64, i64, Option<i64>, i64);
    let row: Option<Row> = on!(on, |c| sqlx::query_as(SOURCE).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    row.map(
        |(
            name,
            kind,
            url,
            sealed,
            class,
            tier,
            pass_on,
            every,
            cursor,
            generation,
            step,
            failures,
            complete,
            removing,
        )| {
            Ok(SourceRow {
                name,
                kind: kind_of(&kind)?,
                url,
                sealed,
                terms: terms(class, tier, pass_on)?,
                every_seconds: u32::try_from(every).map_err(|_| StorageError::Damaged("a source's pause"))?,
                cursor,
                generation,
                step,
                failures: u32::try_from(failures).unwrap_or(u32::MAX),
                complete_at: complete.map(Time::from_micros),
                removing: removing != 0,
            })
        },
    )
    .transpose()
}

/// What a piece of a page moves.
pub(super) struct Moved<'a> {
    pub(super) step: i64,
    pub(super) generation: i64,
    pub(super) skipped: u64,
    pub(super) last_skipped: Option<&'a str>,
    pub(super) now: Time,
    pub(super) claimed_until: Time,
}

/// Whether nobody else moved it meanwhile.
pub(super) async fn moved(on: &mut Session, id: PartnerId, moved: &Moved<'_>) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(MOVE)
        .bind(&id.as_bytes()[..])
        .bind(moved.step)
        .bind(moved.generation)
        .bind(moved.skipped.cast_signed())
        .bind(moved.last_skipped)
        .bind(moved.now.as_micros())
        .bind(moved.claimed_until.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn set_cursor(on: &mut Session, id: PartnerId, cursor: &str) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_CURSOR).bind(&id.as_bytes()[..]).bind(cursor).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn complete(on: &mut Session, id: PartnerId, now: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(COMPLETE).bind(&id.as_bytes()[..]).bind(now.as_micros()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn end(
    on: &mut Session,
    source: &Claimed,
    due_at: Time,
    trouble: Option<&str>,
    failures: u32,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(END)
        .bind(&source.id.as_bytes()[..])
        .bind(due_at.as_micros())
        .bind(trouble)
        .bind(i64::from(failures))
        .bind(source.step)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Other credentials: it is asked with them at once, and a turn with the old ones moves nothing any more.
pub(super) async fn reopen(on: &mut Session, id: PartnerId, sealed: &[u8], due_at: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(REOPEN)
        .bind(&id.as_bytes()[..])
        .bind(sealed)
        .bind(due_at.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// What records became before.
pub(super) async fn before(
    on: &mut Session,
    source: PartnerId,
    records: &[RecordDigest],
) -> Result<Vec<(RecordDigest, EntryId)>, StorageError> {
    let mut found = Vec::new();
    for some in records.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(BEFORE);
            text.push_bind(source.as_bytes().to_vec()).push(" and record in (");
            let mut list = text.separated(", ");
            for record in some {
                list.push_bind(record.to_vec());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for row in rows {
            found.push(pair(row)?);
        }
    }
    Ok(found)
}

pub(super) async fn put(
    on: &mut Session,
    source: PartnerId,
    generation: i64,
    rows: &[FollowedRow],
) -> Result<(), StorageError> {
    for some in rows.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(PUT);
            text.push_values(some, |mut row, followed| {
                row.push_bind(source.as_bytes().to_vec())
                    .push_bind(followed.record.to_vec())
                    .push_bind(followed.entry.as_bytes().to_vec())
                    .push_bind(generation)
                    .push_bind(followed.sealed.clone());
            });
            text.push(PUT_AGAIN);
            text.build().persistent(false).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

/// Forgets a record; gives the entry that it was.
pub(super) async fn forget_record(
    on: &mut Session,
    source: PartnerId,
    record: &RecordDigest,
) -> Result<Option<EntryId>, StorageError> {
    let row: Option<Vec<u8>> = on!(on, |c| sqlx::query_scalar(FORGET_RECORD)
        .bind(&source.as_bytes()[..])
        .bind(&record[..])
        .fetch_optional(c)
        .await?);
    row.map(|id| entry_id(&id)).transpose()
}

/// Whether no record stands for this entry any more.
pub(super) async fn is_unheld(on: &mut Session, entry: EntryId) -> Result<bool, StorageError> {
    let row: Option<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(UNHELD).bind(&entry.as_bytes()[..]).fetch_optional(c).await?);
    Ok(row.is_none())
}

/// Some records of before this generation.
pub(super) async fn old(
    on: &mut Session,
    source: PartnerId,
    generation: i64,
    limit: u32,
) -> Result<Vec<(RecordDigest, EntryId)>, StorageError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c| sqlx::query_as(OLD)
        .bind(&source.as_bytes()[..])
        .bind(generation)
        .bind(i64::from(limit))
        .fetch_all(c)
        .await?);
    rows.into_iter().map(pair).collect()
}

/// Some records, whichever.
pub(super) async fn some(
    on: &mut Session,
    source: PartnerId,
    limit: u32,
) -> Result<Vec<(RecordDigest, EntryId)>, StorageError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        on!(on, |c| sqlx::query_as(SOME).bind(&source.as_bytes()[..]).bind(i64::from(limit)).fetch_all(c).await?);
    rows.into_iter().map(pair).collect()
}

pub(super) async fn forget(on: &mut Session, source: PartnerId) -> Result<(), StorageError> {
    for text in [FORGET_FEEDBACK, FORGET] {
        on!(on, |c| sqlx::query(text).bind(&source.as_bytes()[..]).execute(c).await.map(drop)?);
    }
    Ok(())
}

/// What an entry is called by its source: for each record the digest and the envelope.
pub(super) async fn references(
    on: &mut Session,
    source: PartnerId,
    entry: EntryId,
) -> Result<Vec<(RecordDigest, Vec<u8>)>, StorageError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c| sqlx::query_as(REFERENCES)
        .bind(&source.as_bytes()[..])
        .bind(&entry.as_bytes()[..])
        .fetch_all(c)
        .await?);
    rows.into_iter().map(|(record, sealed)| Ok((digest(record)?, sealed))).collect()
}

pub(super) async fn waiting(on: &mut Session, source: PartnerId, limit: u32) -> Result<Vec<WaitingRow>, StorageError> {
    type Row = (Vec<u8>, Vec<u8>, Vec<u8>, i64, Option<i64>, i64, i64);
    let rows: Vec<Row> =
        on!(on, |c| sqlx::query_as(WAITING).bind(&source.as_bytes()[..]).bind(i64::from(limit)).fetch_all(c).await?);
    let read = |(partner, outcome, entry, kind, reason, copies, at): Row| {
        let code = |code: i64| u8::try_from(code).map_err(|_| StorageError::Damaged("a code"));
        let kind = OutcomeKind::from_code(code(kind)?).ok_or(StorageError::Damaged("a kind of outcome"))?;
        Ok(WaitingRow {
            partner: partner_id(&partner)?,
            outcome: OutcomeId::from_slice(&outcome).ok_or(StorageError::Damaged("an outcome's id"))?,
            entry: entry_id(&entry)?,
            kind,
            reason: reason.map(code).transpose()?.and_then(KeptReason::from_code),
            copies: u32::try_from(copies).map_err(|_| StorageError::Damaged("a count"))?,
            at: Time::from_micros(at),
        })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn settle(on: &mut Session, row: &WaitingRow, refused: Option<&str>) -> Result<(), StorageError> {
    let (partner, outcome) = (row.partner.as_bytes().to_vec(), row.outcome.as_bytes().to_vec());
    match refused {
        None => on!(on, |c| sqlx::query(SENT).bind(partner).bind(outcome).execute(c).await.map(drop)?),
        Some(why) => {
            on!(on, |c| sqlx::query(REFUSED).bind(partner).bind(outcome).bind(why).execute(c).await.map(drop)?);
        }
    }
    Ok(())
}

/// The source that an entry came from, if it came from one.
pub(super) async fn source_of(on: &mut Session, entry: EntryId) -> Result<Option<PartnerId>, StorageError> {
    let row: Option<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(SOURCE_OF).bind(&entry.as_bytes()[..]).fetch_optional(c).await?);
    row.map(|id| partner_id(&id)).transpose()
}

/// Whether it is new.
pub(super) async fn queue(
    on: &mut Session,
    partner: PartnerId,
    source: PartnerId,
    outcome: &exchange::Outcome,
    now: Time,
) -> Result<bool, StorageError> {
    let new = on!(on, |c| sqlx::query(QUEUE)
        .bind(&partner.as_bytes()[..])
        .bind(&outcome.id.as_bytes()[..])
        .bind(&source.as_bytes()[..])
        .bind(&outcome.entry.as_bytes()[..])
        .bind(i64::from(outcome.kind.code()))
        .bind(outcome.reason.map(|reason| i64::from(reason.code())))
        .bind(i64::from(outcome.count))
        .bind(outcome.at.as_micros())
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected());
    Ok(new > 0)
}

fn kind_of(name: &str) -> Result<SourceKind, StorageError> {
    SourceKind::from_name(name).ok_or(StorageError::Damaged("a kind of source"))
}

fn terms(class: Option<i64>, tier: i64, pass_on: i64) -> Result<Terms, StorageError> {
    let code = |code: i64| u8::try_from(code).ok();
    let class = class.map(|class| code(class).and_then(Class::from_code).ok_or(StorageError::Damaged("a class")));
    let tier = code(tier).and_then(Tier::from_code).ok_or(StorageError::Damaged("a tier"))?;
    Ok(Terms { class: class.transpose()?, tier, pass_on: pass_on != 0 })
}

fn pair((record, entry): (Vec<u8>, Vec<u8>)) -> Result<(RecordDigest, EntryId), StorageError> {
    Ok((digest(record)?, entry_id(&entry)?))
}

fn digest(record: Vec<u8>) -> Result<RecordDigest, StorageError> {
    record.try_into().map_err(|_| StorageError::Damaged("a record's digest"))
}

fn partner_id(bytes: &[u8]) -> Result<PartnerId, StorageError> {
    PartnerId::from_slice(bytes).ok_or(StorageError::Damaged("a partner id"))
}

fn entry_id(bytes: &[u8]) -> Result<EntryId, StorageError> {
    EntryId::from_slice(bytes).ok_or(StorageError::Damaged("an entry id"))
}
