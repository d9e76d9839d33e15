//! SQL over claims.

use std::collections::HashMap;

use exchange::{EntryId, PartnerId, Time};
use sqlx::QueryBuilder;

use super::Stands;
use crate::bank::queries::{ROWS_PER_STATEMENT, entry_id, status_of, tier_of};
use crate::storage::{Session, StorageError, on};

const DELETE: &str = "delete from claims where id = $1";
const PENDING: &str = "select id from claims where pending_until <= $1 order by pending_until limit $2";
/// Whoever confirms it at the same moment waits here, and then finds it gone.
const LET_GO: &str = "update claims set pending_until = 0 where id = $1 and pending_until <= $2";
const SET_NEWCOMERS: &str = "update claims set takes_newcomers = $2 where id = $1";
const IS_CLAIMED: &str = "select count(*) from (select 1 from claims where entry_id = $1 limit 1) one";

/// Every whole text over claims, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[DELETE, PENDING, LET_GO, SET_NEWCOMERS, IS_CLAIMED];

const INSERT: &str = "insert into claims (id, entry_id, pending_until, takes_newcomers) ";
const CONFIRM: &str = "update claims set pending_until = null where id in (";
const ENTRIES_OF: &str = "select id, entry_id from claims where id in (";
const STANDING: &str = "select id, tier, status, last_seq from entries where contributor_id = ";

/// What each of these claims that is there is on.
pub(in crate::bank) async fn entries_of(
    on: &mut Session,
    claims: &[[u8; 16]],
) -> Result<HashMap<[u8; 16], EntryId>, StorageError> {
    let mut found = HashMap::new();
    for some in claims.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(ENTRIES_OF);
            let mut list = text.separated(", ");
            for claim in some {
                list.push_bind(claim.to_vec());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (claim, entry) in rows {
            found.insert(claim.try_into().map_err(|_| StorageError::Damaged("a claim"))?, entry_id(&entry)?);
        }
    }
    Ok(found)
}

pub(super) async fn insert(
    on: &mut Session,
    claims: &[([u8; 16], EntryId)],
    pending_until: Time,
    takes_newcomers: bool,
) -> Result<(), StorageError> {
    for some in claims.chunks(ROWS_PER_STATEMENT) {
        on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(INSERT);
            text.push_values(some, |mut row, (claim, entry)| {
                row.push_bind(claim.to_vec())
                    .push_bind(entry.as_bytes().to_vec())
                    .push_bind(pending_until.as_micros())
                    .push_bind(i64::from(takes_newcomers));
            });
            text.build().persistent(false).execute(c).await.map(drop)?;
        });
    }
    Ok(())
}

/// Gives how many of these there are; they are pending no more.
pub(super) async fn confirm(on: &mut Session, claims: &[[u8; 16]]) -> Result<u64, StorageError> {
    let mut confirmed = 0;
    for some in claims.chunks(ROWS_PER_STATEMENT) {
        confirmed += on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(CONFIRM);
            let mut list = text.separated(", ");
            for claim in some {
                list.push_bind(claim.to_vec());
            }
            text.push(")");
            text.build().persistent(false).execute(c).await?.rows_affected()
        });
    }
    Ok(confirmed)
}

/// Claims whose case was not written in time, at most this many.
pub(super) async fn pending(on: &mut Session, now: Time, most: i64) -> Result<Vec<[u8; 16]>, StorageError> {
    let rows: Vec<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(PENDING).bind(now.as_micros()).bind(most).fetch_all(c).await?);
    rows.into_iter().map(|claim| claim.try_into().map_err(|_| StorageError::Damaged("a claim"))).collect()
}

/// False when the claim is pending no more.
pub(super) async fn let_go(on: &mut Session, claim: &[u8; 16], now: Time) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(LET_GO).bind(&claim[..]).bind(now.as_micros()).execute(c).await?.rows_affected()) == 1)
}

pub(in crate::bank) async fn set_newcomers(
    on: &mut Session,
    claim: &[u8; 16],
    takes_newcomers: bool,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SET_NEWCOMERS)
        .bind(&claim[..])
        .bind(i64::from(takes_newcomers))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn delete(on: &mut Session, claim: &[u8; 16]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DELETE).bind(&claim[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn is_claimed(on: &mut Session, entry: EntryId) -> Result<bool, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(IS_CLAIMED).bind(&entry.as_bytes()[..]).fetch_one(c).await?);
    Ok(count > 0)
}

pub(super) async fn standing(
    on: &mut Session,
    partner: PartnerId,
    entries: &[EntryId],
) -> Result<HashMap<EntryId, Stands>, StorageError> {
    let mut standing = HashMap::new();
    for some in entries.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<(Vec<u8>, i64, i64, i64)> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(STANDING);
            text.push_bind(partner.as_bytes().to_vec()).push(" and id in (");
            let mut list = text.separated(", ");
            for entry in some {
                list.push_bind(entry.as_bytes().to_vec());
            }
            text.push(")");
            text.build_query_as().persistent(false).fetch_all(c).await?
        });
        for (id, tier, status, last_seq) in rows {
            let (tier, status) = (tier_of(tier)?, status_of(status)?);
            standing.insert(entry_id(&id)?, Stands { tier, status, last_seq: last_seq.unsigned_abs() });
        }
    }
    Ok(standing)
}
