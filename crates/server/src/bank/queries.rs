//! SQL over node, entries, fingerprints, changes and idempotency.

use std::collections::HashMap;

use exchange::{Class, EntryId, PartnerId, RemoveReason, Status, Tier, Time};
use sealing::{DIGEST_BYTES, KeyCheck};
use sqlx::QueryBuilder;

use super::contribute::Idempotency;
use super::dialects;
use super::model::{BankError, Counts, EntryRow};
use crate::storage::{Session, StorageError, on};

const SET_UP: &str = "insert into node (one, key_check, epoch, seq, created_at) values (1, $1, $3, 0, $2)
    on conflict (one) do nothing";
const KEY_CHECK: &str = "select key_check from node where one = 1";
const EPOCH: &str = "select epoch from node where one = 1";
const SET_EPOCH: &str = "update node set epoch = $1 where one = 1";
const HEAD: &str = "select seq from node where one = 1";
const SET_HEAD: &str = "update node set seq = $1 where one = 1";
const WRITTEN_AT: &str = "select at from changes where seq = $1";
// What a source does not let us pass on (`partners.source` 2) is withheld from everyone, from the first moment.
const ENTRY: &str = "select e.id, e.contributor_id, p.name, e.class, e.tier, e.status, e.last_seq, e.created_at,
    case when p.source = 2 then 0 else w.since end
    from entries e join partners p on p.id = e.contributor_id
    left join withheld w on w.entry_id = e.id and w.partner_id = $2 where e.id = $1";
const FINGERPRINTS_OF: &str = "select sealed from fingerprints where entry_id = $1 order by position";
const FORGET_FINGERPRINTS: &str = "delete from fingerprints where entry_id = $1";
const UPDATE_ENTRY: &str = "update entries set tier = $2, status = cast($3 as bigint), last_seq = $4,
    content_digest = case when cast($3 as bigint) = 2 then null else content_digest end where id = $1";
const HOLDERS: &str = "select entry_id from fingerprints where digest = $1 order by entry_id";
const CHANGES: &str = "select c.seq, c.at, c.action, c.reason, c.tier, c.tier_before,
    e.id, e.contributor_id, p.name, e.class, e.tier, e.status, e.last_seq, e.created_at,
    case when p.source = 2 then 0 else w.since end
    from changes c join entries e on e.id = c.entry_id join partners p on p.id = e.contributor_id
    left join withheld w on w.entry_id = e.id and w.partner_id = $3
    where c.seq > $1 order by c.seq limit $2";
const FINGERPRINTS_OF_CHANGES: &str = "select f.entry_id, f.sealed
    from changes c join entries e on e.id = c.entry_id and e.last_seq = c.seq
    join fingerprints f on f.entry_id = c.entry_id
    where c.seq > $1 and c.seq <= $2 order by f.entry_id, f.position";
const ENTRIES_AFTER: &str =
    "select e.id, e.contributor_id, p.name, e.class, e.tier, e.status, e.last_seq, e.created_at,
    case when p.source = 2 then 0 else w.since end from entries e join partners p on p.id = e.contributor_id
    left join withheld w on w.entry_id = e.id and w.partner_id = $3 where e.id > $1 order by e.id limit $2";
const FINGERPRINTS_BETWEEN: &str = "select entry_id, sealed from fingerprints
    where entry_id > $1 and entry_id <= $2 order by entry_id, position";
const COUNTS: &str = "select class, tier, status, count(*) from entries group by class, tier, status
    order by class, tier, status";
const SPAN: &str = "select count(*), min(seq), max(seq) from changes";
const BARE: &str = "select count(*) from entries e
    where e.status <> 2 and not exists (select 1 from fingerprints f where f.entry_id = e.id)";
const ANSWERED: &str = "select request_digest, answer from idempotency where partner_id = $1 and token = $2";
const KEEP_ANSWER: &str = "insert into idempotency (partner_id, token, request_digest, answer, at)
    values ($1, $2, $3, $4, $5)";
const FORGET_ANSWERS: &str = "delete from idempotency where at < $1";

/// Every whole text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    SET_UP,
    KEY_CHECK,
    EPOCH,
    SET_EPOCH,
    HEAD,
    SET_HEAD,
    WRITTEN_AT,
    ENTRY,
    FINGERPRINTS_OF,
    FORGET_FINGERPRINTS,
    UPDATE_ENTRY,
    HOLDERS,
    CHANGES,
    FINGERPRINTS_OF_CHANGES,
    ENTRIES_AFTER,
    FINGERPRINTS_BETWEEN,
    COUNTS,
    SPAN,
    BARE,
    ANSWERED,
    KEEP_ANSWER,
    FORGET_ANSWERS,
];

// Beginnings of texts that are completed with as many rows as there are.
const INSERT_ENTRIES: &str =
    "insert into entries (id, contributor_id, class, tier, status, content_digest, last_seq, created_at) ";
const INSERT_FINGERPRINTS: &str = "insert into fingerprints (entry_id, position, kind, digest, sealed) ";
const INSERT_CHANGES: &str = "insert into changes (seq, at, entry_id, action, reason, class, tier, tier_before) ";
const BRIEF: &str = "select e.id, e.contributor_id, e.class, e.tier, case when p.source = 2 then 0 else w.since end
    from entries e join partners p on p.id = e.contributor_id
    left join withheld w on w.entry_id = e.id and w.partner_id = ";
const TIMES: &str = "select seq, at from changes where seq in (";
const STANDING: &str = "select content_digest, id, tier, status, (select count(*) from fingerprints f
    where f.entry_id = entries.id and f.position = 255) from entries where contributor_id = ";

/// Rows of one statement, at most: few enough that its parameters stay far below both engines' limits.
pub(super) const ROWS_PER_STATEMENT: usize = 250;

const PUT: i64 = 0;
const REMOVE: i64 = 1;

pub(super) struct NewEntry<'a> {
    pub(super) id: EntryId,
    pub(super) contributor: PartnerId,
    pub(super) class: Class,
    pub(super) tier: Tier,
    pub(super) content: &'a [u8; DIGEST_BYTES],
    pub(super) last_seq: u64,
    pub(super) created_at: Time,
}

#[derive(Clone)]
pub(super) struct NewFingerprint {
    pub(super) entry: EntryId,
    pub(super) position: i64,
    /// Of a fingerprint the code of its kind.
    pub(super) kind: u8,
    pub(super) digest: [u8; DIGEST_BYTES],
    pub(super) sealed: Vec<u8>,
}

pub(super) struct NewChange {
    pub(super) seq: u64,
    pub(super) at: Time,
    pub(super) entry: EntryId,
    pub(super) remove: Option<RemoveReason>,
    pub(super) class: Class,
    pub(super) tier: Tier,
    pub(super) tier_before: Option<Tier>,
}

pub(super) struct ChangeRow {
    pub(super) seq: u64,
    pub(super) at: Time,
    pub(super) remove: Option<RemoveReason>,
    /// The tier that this change left; the entry may have moved on.
    pub(super) tier_after: Tier,
    pub(super) tier_before: Option<Tier>,
    /// As it stands now.
    pub(super) entry: EntryRow,
}

/// Envelopes by entry, in their order.
pub(super) type SealedByEntry = HashMap<EntryId, Vec<Vec<u8>>>;

pub(super) async fn set_up(on: &mut Session, check: KeyCheck, epoch: &[u8; 16], now: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_UP)
        .bind(&check.as_bytes()[..])
        .bind(now.as_micros())
        .bind(&epoch[..])
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn epoch(on: &mut Session) -> Result<[u8; 16], StorageError> {
    let row: Option<Vec<u8>> = on!(on, |c| sqlx::query_scalar(EPOCH).fetch_optional(c).await?);
    row.and_then(|bytes| bytes.try_into().ok()).ok_or(StorageError::Damaged("an epoch"))
}

pub(super) async fn set_epoch(on: &mut Session, epoch: &[u8; 16]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_EPOCH).bind(&epoch[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn key_check(on: &mut Session) -> Result<Option<KeyCheck>, StorageError> {
    let row: Option<Vec<u8>> = on!(on, |c| sqlx::query_scalar(KEY_CHECK).fetch_optional(c).await?);
    row.map(|bytes| KeyCheck::from_slice(&bytes).ok_or(StorageError::Damaged("a key check"))).transpose()
}

/// Takes the sequence's lock and reads its last number.
pub(super) async fn lock(on: &mut Session) -> Result<u64, StorageError> {
    let seq = on.lock_sequence().await?;
    Ok(seq.ok_or(StorageError::Damaged("no node row"))?.unsigned_abs())
}

pub(super) async fn head(on: &mut Session) -> Result<u64, StorageError> {
    let seq: Option<i64> = on!(on, |c| sqlx::query_scalar(HEAD).fetch_optional(c).await?);
    Ok(seq.unwrap_or(0).unsigned_abs())
}

pub(super) async fn set_head(on: &mut Session, seq: u64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_HEAD).bind(seq.cast_signed()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn written_at(on: &mut Session, seq: u64) -> Result<Option<Time>, StorageError> {
    let at: Option<i64> = on!(on, |c| sqlx::query_scalar(WRITTEN_AT).bind(seq.cast_signed()).fetch_optional(c).await?);
    Ok(at.map(Time::from_micros))
}

pub(super) type EntryColumns = (Vec<u8>, Vec<u8>, String, i64, i64, i64, i64, i64, Option<i64>);

/// As it stands for `reader`; `None`: for the node itself.
pub(super) async fn entry(
    on: &mut Session,
    id: EntryId,
    reader: Option<PartnerId>,
) -> Result<Option<EntryRow>, StorageError> {
    let row: Option<EntryColumns> = on!(on, |c| sqlx::query_as(ENTRY)
        .bind(&id.as_bytes()[..])
        .bind(reader_bytes(reader))
        .fetch_optional(c)
        .await?);
    row.map(|row| entry_row(row, reader)).transpose()
}

pub(super) async fn fingerprints_of(on: &mut Session, id: EntryId) -> Result<Vec<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(FINGERPRINTS_OF).bind(&id.as_bytes()[..]).fetch_all(c).await?))
}

pub(super) async fn forget_fingerprints(on: &mut Session, id: EntryId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(FORGET_FINGERPRINTS).bind(&id.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn update_entry(
    on: &mut Session,
    id: EntryId,
    tier: Tier,
    status: Status,
    seq: u64,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(UPDATE_ENTRY)
        .bind(&id.as_bytes()[..])
        .bind(i64::from(tier.code()))
        .bind(i64::from(status.code()))
        .bind(seq.cast_signed())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn holders(on: &mut Session, digest: &[u8]) -> Result<Vec<EntryId>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(HOLDERS).bind(digest).fetch_all(c).await?);
    rows.iter().map(|bytes| entry_id(bytes)).collect()
}

/// An entry that a partner's contribution meets.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) id: EntryId,
    pub(super) tier: Tier,
    pub(super) status: Status,
    pub(super) has_views: bool,
}

/// Standing entries of a partner by their content digest.
pub(super) async fn standing(
    on: &mut Session,
    partner: PartnerId,
    contents: &[[u8; DIGEST_BYTES]],
) -> Result<HashMap<[u8; DIGEST_BYTES], Standing>, BankError> {
    type Row = (Vec<u8>, Vec<u8>, i64, i64, i64);
    let mut standing = HashMap::new();
    for some in contents.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<Row> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(STANDING);
            text.push_bind(partner.as_bytes().to_vec()).push(" and content_digest in (");
            let mut list = text.separated(", ");
            for content in some {
                list.push_bind(content.to_vec());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await.map_err(StorageError::from)?
        });
        for (content, id, tier, status, views) in rows {
            let content = content.try_into().map_err(|_| StorageError::Damaged("a content digest"))?;
            let (tier, status) = (tier_of(tier)?, status_of(status)?);
            standing.insert(content, Standing { id: entry_id(&id)?, tier, status, has_views: views > 0 });
        }
    }
    Ok(standing)
}

/// Whose an entry is and who may see it.
pub(super) struct Brief {
    pub(super) id: EntryId,
    pub(super) contributor: PartnerId,
    pub(super) class: Class,
    pub(super) tier: Tier,
    /// From the reader.
    pub(super) is_withheld: bool,
}

pub(super) async fn brief(on: &mut Session, ids: &[EntryId], reader: PartnerId) -> Result<Vec<Brief>, StorageError> {
    let mut found = Vec::new();
    for some in ids.chunks(ROWS_PER_STATEMENT) {
        type Row = (Vec<u8>, Vec<u8>, i64, i64, Option<i64>);
        let rows: Vec<Row> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(BRIEF);
            text.push_bind(reader.as_bytes().to_vec()).push(" where e.id in (");
            let mut list = text.separated(", ");
            for id in some {
                list.push_bind(id.as_bytes().to_vec());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (id, contributor, class, tier, since) in rows {
            found.push(Brief {
                id: entry_id(&id)?,
                contributor: partner_id(&contributor)?,
                is_withheld: since.is_some(),
                class: class_of(class)?,
                tier: tier_of(tier)?,
            });
        }
    }
    Ok(found)
}

pub(super) async fn insert_entries(on: &mut Session, entries: &[NewEntry<'_>]) -> Result<(), StorageError> {
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(INSERT_ENTRIES);
            text.push_values(some, |mut row, entry| {
                row.push_bind(entry.id.as_bytes().to_vec())
                    .push_bind(entry.contributor.as_bytes().to_vec())
                    .push_bind(i64::from(entry.class.code()))
                    .push_bind(i64::from(entry.tier.code()))
                    .push_bind(i64::from(Status::Active.code()))
                    .push_bind(entry.content.to_vec())
                    .push_bind(entry.last_seq.cast_signed())
                    .push_bind(entry.created_at.as_micros());
            });
            text.build().persistent(some.len() == ROWS_PER_STATEMENT).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

pub(super) async fn insert_fingerprints(on: &mut Session, fingerprints: &[NewFingerprint]) -> Result<(), StorageError> {
    for some in fingerprints.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(INSERT_FINGERPRINTS);
            text.push_values(some, |mut row, fingerprint| {
                row.push_bind(fingerprint.entry.as_bytes().to_vec())
                    .push_bind(fingerprint.position)
                    .push_bind(i64::from(fingerprint.kind))
                    .push_bind(fingerprint.digest.to_vec())
                    .push_bind(fingerprint.sealed.clone());
            });
            text.build().persistent(some.len() == ROWS_PER_STATEMENT).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

pub(super) async fn insert_changes(on: &mut Session, changes: &[NewChange]) -> Result<(), StorageError> {
    for some in changes.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(INSERT_CHANGES);
            text.push_values(some, |mut row, change| {
                row.push_bind(change.seq.cast_signed())
                    .push_bind(change.at.as_micros())
                    .push_bind(change.entry.as_bytes().to_vec())
                    .push_bind(if change.remove.is_some() { REMOVE } else { PUT })
                    .push_bind(change.remove.map(|reason| i64::from(reason.code())))
                    .push_bind(i64::from(change.class.code()))
                    .push_bind(i64::from(change.tier.code()))
                    .push_bind(change.tier_before.map(|tier| i64::from(tier.code())));
            });
            text.build().persistent(some.len() == ROWS_PER_STATEMENT).execute(c).await.map(drop)?;
        });
    }
    if let Some(last) = changes.last() {
        dialects::tell(on, last.seq, last.at).await?;
    }
    Ok(())
}

pub(super) async fn changes(
    on: &mut Session,
    after: u64,
    limit: u32,
    reader: Option<PartnerId>,
) -> Result<Vec<ChangeRow>, StorageError> {
    #[rustfmt::skip]
    type Row = (
        i64, i64, i64, Option<i64>, i64, Option<i64>,
        Vec<u8>, Vec<u8>, String, i64, i64, i64, i64, i64, Option<i64>,
    );
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(CHANGES)
        .bind(after.cast_signed())
        .bind(i64::from(limit))
        .bind(reader_bytes(reader))
        .fetch_all(c)
        .await?);
    rows.into_iter()
        .map(
            |(
                seq,
                at,
                action,
                reason,
                tier,
                before,
                id,
                contributor,
                origin,
                class,
                now,
                status,
                last,
                created,
                since,
            )| {
                let reason = match (action, reason) {
                    (PUT, _) => None,
                    (REMOVE, Some(code)) => Some(code_of(code, RemoveReason::from_code, "a reason")?),
                    _ => return Err(StorageError::Damaged("an action")),
                };
                Ok(ChangeRow {
                    seq: seq.unsigned_abs(),
                    at: Time::from_micros(at),
                    remove: reason,
                    tier_after: tier_of(tier)?,
                    tier_before: before.map(tier_of).transpose()?,
                    entry: entry_row((id, contributor, origin, class, now, status, last, created, since), reader)?,
                })
            },
        )
        .collect()
}

pub(super) async fn fingerprints_of_changes(
    on: &mut Session,
    after: u64,
    through: u64,
) -> Result<SealedByEntry, StorageError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c| sqlx::query_as(FINGERPRINTS_OF_CHANGES)
        .bind(after.cast_signed())
        .bind(through.cast_signed())
        .fetch_all(c)
        .await?);
    by_entry(rows)
}

pub(super) async fn entries_after(
    on: &mut Session,
    after: Option<EntryId>,
    limit: u32,
    reader: Option<PartnerId>,
) -> Result<Vec<EntryRow>, StorageError> {
    let rows: Vec<EntryColumns> = on!(on, |c| sqlx::query_as(ENTRIES_AFTER)
        .bind(lower_bound(after))
        .bind(i64::from(limit))
        .bind(reader_bytes(reader))
        .fetch_all(c)
        .await?);
    rows.into_iter().map(|row| entry_row(row, reader)).collect()
}

pub(super) async fn fingerprints_between(
    on: &mut Session,
    after: Option<EntryId>,
    last: EntryId,
) -> Result<SealedByEntry, StorageError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c| sqlx::query_as(FINGERPRINTS_BETWEEN)
        .bind(lower_bound(after))
        .bind(&last.as_bytes()[..])
        .fetch_all(c)
        .await?);
    by_entry(rows)
}

pub(super) async fn counts(on: &mut Session) -> Result<Vec<Counts>, StorageError> {
    let rows: Vec<(i64, i64, i64, i64)> = on!(on, |c| sqlx::query_as(COUNTS).fetch_all(c).await?);
    rows.into_iter()
        .map(|(class, tier, status, entries)| {
            Ok(Counts {
                class: class_of(class)?,
                tier: tier_of(tier)?,
                status: status_of(status)?,
                entries: entries.unsigned_abs(),
            })
        })
        .collect()
}

/// How many changes there are, the first number and the last.
pub(super) async fn span(on: &mut Session) -> Result<(u64, Option<u64>, Option<u64>), StorageError> {
    let (count, first, last): (i64, Option<i64>, Option<i64>) = on!(on, |c| sqlx::query_as(SPAN).fetch_one(c).await?);
    Ok((count.unsigned_abs(), first.map(i64::unsigned_abs), last.map(i64::unsigned_abs)))
}

/// How many standing entries have no fingerprint.
pub(super) async fn bare(on: &mut Session) -> Result<u64, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(BARE).fetch_one(c).await?);
    Ok(count.unsigned_abs())
}

pub(super) async fn times(on: &mut Session, seqs: &[u64]) -> Result<HashMap<u64, Time>, StorageError> {
    let mut times = HashMap::with_capacity(seqs.len());
    for some in seqs.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<(i64, i64)> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(TIMES);
            let mut list = text.separated(", ");
            for seq in some {
                list.push_bind(seq.cast_signed());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        times.extend(rows.into_iter().map(|(seq, at)| (seq.unsigned_abs(), Time::from_micros(at))));
    }
    Ok(times)
}

pub(super) async fn answered(
    on: &mut Session,
    partner: PartnerId,
    token: &str,
) -> Result<Option<([u8; 32], String)>, StorageError> {
    let row: Option<(Vec<u8>, String)> =
        on!(on, |c| sqlx::query_as(ANSWERED).bind(&partner.as_bytes()[..]).bind(token).fetch_optional(c).await?);
    row.map(|(digest, answer)| {
        let digest = digest.try_into().map_err(|_| StorageError::Damaged("a request digest"))?;
        Ok((digest, answer))
    })
    .transpose()
}

pub(super) async fn keep_answer(
    on: &mut Session,
    partner: PartnerId,
    idempotency: &Idempotency,
    answer: &str,
    now: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(KEEP_ANSWER)
        .bind(&partner.as_bytes()[..])
        .bind(idempotency.token.as_str())
        .bind(&idempotency.request_digest[..])
        .bind(answer)
        .bind(now.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn forget_answers(on: &mut Session, before: Time) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(FORGET_ANSWERS).bind(before.as_micros()).execute(c).await?.rows_affected()))
}

pub(super) fn entry_row(
    (id, contributor, origin, class, tier, status, last_seq, created_at, since): EntryColumns,
    reader: Option<PartnerId>,
) -> Result<EntryRow, StorageError> {
    Ok(EntryRow {
        id: entry_id(&id)?,
        contributor: partner_id(&contributor)?,
        origin,
        class: class_of(class)?,
        tier: tier_of(tier)?,
        status: status_of(status)?,
        last_seq: last_seq.unsigned_abs(),
        created_at: Time::from_micros(created_at),
        // Nothing is withheld from the node itself.
        withheld_since: since.filter(|_| reader.is_some()).map(i64::unsigned_abs),
    })
}

fn by_entry(rows: Vec<(Vec<u8>, Vec<u8>)>) -> Result<SealedByEntry, StorageError> {
    let mut sealed = SealedByEntry::new();
    for (id, envelope) in rows {
        sealed.entry(entry_id(&id)?).or_default().push(envelope);
    }
    Ok(sealed)
}

/// Everything sorts after the empty byte string.
fn lower_bound(after: Option<EntryId>) -> Vec<u8> {
    after.map_or_else(Vec::new, |id| id.as_bytes().to_vec())
}

/// Nothing is withheld from the empty byte string.
pub(super) fn reader_bytes(reader: Option<PartnerId>) -> Vec<u8> {
    reader.map_or_else(Vec::new, |id| id.as_bytes().to_vec())
}

pub(super) fn partner_id(bytes: &[u8]) -> Result<PartnerId, StorageError> {
    PartnerId::from_slice(bytes).ok_or(StorageError::Damaged("a partner id"))
}

pub(super) fn entry_id(bytes: &[u8]) -> Result<EntryId, StorageError> {
    EntryId::from_slice(bytes).ok_or(StorageError::Damaged("an entry id"))
}

fn code_of<T>(code: i64, from: impl Fn(u8) -> Option<T>, what: &'static str) -> Result<T, StorageError> {
    u8::try_from(code).ok().and_then(from).ok_or(StorageError::Damaged(what))
}

fn class_of(code: i64) -> Result<Class, StorageError> {
    code_of(code, Class::from_code, "a class")
}

pub(super) fn tier_of(code: i64) -> Result<Tier, StorageError> {
    code_of(code, Tier::from_code, "a tier")
}

pub(super) fn status_of(code: i64) -> Result<Status, StorageError> {
    code_of(code, Status::from_code, "a status")
}
