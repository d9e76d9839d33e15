//! SQL over the entries of other systems in a matcher's own file. Sources themselves are the follower's.

use exchange::{EntryId, PartnerId};
use sqlx::QueryBuilder;

use crate::partners::PartnerName;
use crate::storage::{Session, StorageError, on};

const TAKE_UP: &str = "insert into partners (id, name) values ($1, $2) on conflict (name) do nothing";
const GIVE_UP: &str = "delete from partners where id = $1";
const HELD: &str = "select entry_id, sealed from sourced where source_id = $1 and entry_id > $2
    order by entry_id limit $3";
const ONE: &str = "select sealed from sourced where source_id = $1 and entry_id = $2";

/// Every whole text, for the test that prepares them.
pub const SQL: &[&str] = &[TAKE_UP, GIVE_UP, HELD, ONE];

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

pub(super) async fn one(on: &mut Session, source: PartnerId, id: EntryId) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| {
        sqlx::query_scalar(ONE).bind(&source.as_bytes()[..]).bind(&id.as_bytes()[..]).fetch_optional(c).await?
    }))
}
