//! SQL over change_seconds, farewells and dialect_readers; and the bank by value.

use std::collections::HashMap;

use exchange::dialects::Medium;
use exchange::{EntryId, KeyId, Kind, PartnerId, Time};
use sealing::DIGEST_BYTES;
use sqlx::QueryBuilder;

use super::readers::{Dialect, Reached, Reader};
use crate::bank::model::EntryRow;
use crate::bank::queries::{EntryColumns, ROWS_PER_STATEMENT, entry_id, entry_row, partner_id, reader_bytes};
use crate::storage::{Session, StorageError, on};

const NEWEST_SECONDS: &str = "select second, through from change_seconds order by second desc limit 2";
const SET_SECOND: &str = "insert into change_seconds (second, through) values ($1, $2)
    on conflict (second) do update set through = excluded.through";
const NUMBER_BEFORE: &str = "select through from change_seconds where second < $1 order by second desc limit 1";
const SECOND_OF: &str = "select second from change_seconds where through >= $1 order by through limit 1";
const SECONDS: &str = "select second, through from change_seconds where through > $1 and through < $2
    union all select second, through from
    (select second, through from change_seconds where through >= $2 order by through limit 1) as newest
    order by through";
const OWNERS: &str = "select c.seq, e.contributor_id, p.name from changes c
    join entries e on e.id = c.entry_id join partners p on p.id = e.contributor_id
    where c.seq > $1 and c.seq <= $2";
const OF_NAME: &str = "select entry_id, sealed from fingerprints where digest >= $1 and digest <= $2 limit 1";
const KEEP_FAREWELL: &str = "insert into farewells (entry_id, position, sealed, ends_at)
    select entry_id, position, sealed, cast($2 as bigint) from fingerprints
    where entry_id = $1 and position <> 255 and exists (select 1 from dialect_readers r
        join partner_keys k on k.id = r.key_id where r.dialect <> 0 and r.seen_at > $3 and k.revoked_at is null)";
const FORGET_FAREWELLS: &str = "delete from farewells where ends_at <= $1";
const READER: &str = "select agreement, seen_at, told_seq, told_second from dialect_readers
    where key_id = $1 and dialect = $2";
const SET_READER: &str = "insert into dialect_readers (key_id, dialect, agreement, seen_at, told_seq, told_second)
    values ($1, $2, $3, $4, $5, $6) on conflict (key_id, dialect) do update set agreement = excluded.agreement,
    seen_at = excluded.seen_at, told_seq = excluded.told_seq, told_second = excluded.told_second";

/// Every whole text of this part, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    NEWEST_SECONDS,
    SET_SECOND,
    NUMBER_BEFORE,
    SECOND_OF,
    SECONDS,
    OWNERS,
    OF_NAME,
    KEEP_FAREWELL,
    FORGET_FAREWELLS,
    READER,
    SET_READER,
];

// Beginnings of texts that are completed with as many rows as there are.
const HOLDERS_OF: &str = "select f.digest,
    (select count(*) from fingerprints q where q.entry_id = f.entry_id and q.kind = 0),
    e.id, e.contributor_id, p.name, e.class, e.tier, e.status, e.last_seq, e.created_at,
    case when p.source = 2 then 0 else w.since end
    from fingerprints f join entries e on e.id = f.entry_id join partners p on p.id = e.contributor_id
    left join withheld w on w.entry_id = e.id and w.partner_id = ";
const STANDING: &str = "select entry_id, sealed from fingerprints where position <> 255 and entry_id in (";
const FAREWELLS: &str = "select entry_id, sealed from farewells where entry_id in (";

/// The two newest seconds with the last number of each, the newest first.
pub(super) async fn newest_seconds(on: &mut Session) -> Result<Vec<(i64, u64)>, StorageError> {
    let rows: Vec<(i64, i64)> = on!(on, |c| sqlx::query_as(NEWEST_SECONDS).fetch_all(c).await?);
    Ok(rows.into_iter().map(|(second, through)| (second, through.unsigned_abs())).collect())
}

pub(super) async fn set_second(on: &mut Session, second: i64, through: u64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_SECOND).bind(second).bind(through.cast_signed()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn number_before(on: &mut Session, second: i64) -> Result<u64, StorageError> {
    let through: Option<i64> = on!(on, |c| sqlx::query_scalar(NUMBER_BEFORE).bind(second).fetch_optional(c).await?);
    Ok(through.unwrap_or(0).unsigned_abs())
}

pub(super) async fn second_of(on: &mut Session, number: u64) -> Result<Option<i64>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(SECOND_OF).bind(number.cast_signed()).fetch_optional(c).await?))
}

/// The seconds of the numbers after `after` up to `through`, each with its last number, ascending.
pub(super) async fn seconds(on: &mut Session, after: u64, through: u64) -> Result<Vec<(i64, u64)>, StorageError> {
    let rows: Vec<(i64, i64)> =
        on!(on, |c| sqlx::query_as(SECONDS).bind(after.cast_signed()).bind(through.cast_signed()).fetch_all(c).await?);
    Ok(rows.into_iter().map(|(second, through)| (second, through.unsigned_abs())).collect())
}

/// By number, whose the entry of a change is.
pub(super) async fn owners(
    on: &mut Session,
    after: u64,
    through: u64,
) -> Result<HashMap<u64, (PartnerId, String)>, StorageError> {
    let rows: Vec<(i64, Vec<u8>, String)> =
        on!(on, |c| sqlx::query_as(OWNERS).bind(after.cast_signed()).bind(through.cast_signed()).fetch_all(c).await?);
    rows.into_iter().map(|(seq, id, name)| Ok((seq.unsigned_abs(), (partner_id(&id)?, name)))).collect()
}

/// Any fingerprint whose keyed digest begins so.
pub(super) async fn of_name(on: &mut Session, name: [u8; 16]) -> Result<Option<(EntryId, Vec<u8>)>, StorageError> {
    let bound = |rest: u8| [&name[..], &[rest; DIGEST_BYTES - 16][..]].concat();
    let row: Option<(Vec<u8>, Vec<u8>)> =
        on!(on, |c| sqlx::query_as(OF_NAME).bind(bound(0)).bind(bound(255)).fetch_optional(c).await?);
    row.map(|(id, sealed)| Ok((entry_id(&id)?, sealed))).transpose()
}

type Holders = HashMap<[u8; DIGEST_BYTES], Vec<(EntryRow, Medium)>>;

/// Standing entries by the keyed digest of a fingerprint they hold, as `reader` sees them.
pub(super) async fn holders_of(
    on: &mut Session,
    digests: &[[u8; DIGEST_BYTES]],
    reader: Option<PartnerId>,
) -> Result<Holders, StorageError> {
    #[rustfmt::skip]
    type Row = (
        Vec<u8>, i64, Vec<u8>, Vec<u8>, String, i64, i64, i64, i64, i64, Option<i64>,
    );
    let mut holders = Holders::new();
    for some in digests.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<Row> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(HOLDERS_OF);
            text.push_bind(reader_bytes(reader)).push(" where f.digest in (");
            let mut list = text.separated(", ");
            for digest in some {
                list.push_bind(digest.to_vec());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (digest, pdqs, id, contributor, origin, class, tier, status, last_seq, created_at, since) in rows {
            let digest = digest.try_into().map_err(|_| StorageError::Damaged("a digest"))?;
            let columns: EntryColumns = (id, contributor, origin, class, tier, status, last_seq, created_at, since);
            let medium = if pdqs > 0 { Medium::Picture } else { Medium::Film };
            holders.entry(digest).or_default().push((entry_row(columns, reader)?, medium));
        }
    }
    Ok(holders)
}

type Sealed = HashMap<EntryId, Vec<Vec<u8>>>;

/// The sealed fingerprints of entries that stand.
pub(super) async fn standing(on: &mut Session, entries: &[EntryId]) -> Result<Sealed, StorageError> {
    sealed_of(on, STANDING, entries).await
}

/// The sealed fingerprints of entries that are no longer shown: they stand, or went not long ago.
pub(super) async fn remembered(on: &mut Session, entries: &[EntryId]) -> Result<Sealed, StorageError> {
    let mut remembered = sealed_of(on, STANDING, entries).await?;
    remembered.extend(sealed_of(on, FAREWELLS, entries).await?);
    Ok(remembered)
}

async fn sealed_of(on: &mut Session, beginning: &'static str, entries: &[EntryId]) -> Result<Sealed, StorageError> {
    let mut sealed = Sealed::new();
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(beginning);
            let mut list = text.separated(", ");
            for id in some {
                list.push_bind(id.as_bytes().to_vec());
            }
            text.push(") order by entry_id, position");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (id, envelope) in rows {
            sealed.entry(entry_id(&id)?).or_default().push(envelope);
        }
    }
    Ok(sealed)
}

pub(super) async fn keep_farewell(
    on: &mut Session,
    entry: EntryId,
    ends_at: Time,
    seen_since: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(KEEP_FAREWELL)
        .bind(&entry.as_bytes()[..])
        .bind(ends_at.as_micros())
        .bind(seen_since.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn forget_farewells(on: &mut Session, now: Time) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(FORGET_FAREWELLS).bind(now.as_micros()).execute(c).await?.rows_affected()))
}

pub(super) async fn reader(on: &mut Session, key: KeyId, dialect: Dialect) -> Result<Option<Reader>, StorageError> {
    let row: Option<(String, i64, i64, i64)> = on!(on, |c| sqlx::query_as(READER)
        .bind(&key.as_bytes()[..])
        .bind(i64::from(dialect as u8))
        .fetch_optional(c)
        .await?);
    Ok(row.map(|(agreement, seen_at, number, second)| Reader {
        agreement,
        seen_at: Time::from_micros(seen_at),
        reached: Reached { number: number.unsigned_abs(), second },
    }))
}

pub(super) async fn set_reader(
    on: &mut Session,
    key: KeyId,
    dialect: Dialect,
    reader: &Reader,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_READER)
        .bind(&key.as_bytes()[..])
        .bind(i64::from(dialect as u8))
        .bind(reader.agreement.as_str())
        .bind(reader.seen_at.as_micros())
        .bind(reader.reached.number.cast_signed())
        .bind(reader.reached.second)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// The kind whose code stands in [`HOLDERS_OF`].
const _: () = assert!(Kind::Pdq.code() == 0);
