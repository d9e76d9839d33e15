//! SQL over uploads and their sealed parts.

use exchange::Time;

use super::UploadId;
use crate::storage::{Session, StorageError, on};

const INSERT: &str = "insert into uploads (id, parts, bytes, sent, ends_at) values ($1, 0, 0, 0, $2)";
const UPLOAD: &str = "select parts, bytes, sent from uploads where id = $1";
const GROW: &str = "update uploads set parts = parts + 1, bytes = bytes + $3, ends_at = $4
    where id = $1 and parts = $2 and sent = 0";
const INSERT_PART: &str = "insert into upload_parts (upload_id, position, sealed) values ($1, $2, $3)";
const PART: &str = "select sealed from upload_parts where upload_id = $1 and position = $2";
const UNSENT_BYTES: &str = "select cast(coalesce(sum(bytes), 0) as bigint) from uploads where sent = 0";
const KEEP: &str = "update uploads set ends_at = $2 where id = $1 and sent = 0";
const SEND: &str = "update uploads set sent = 1, ends_at = $2 where id = $1 and sent = 0";
const DROP_PARTS: &str = "delete from upload_parts where upload_id = $1";
const DROP: &str = "delete from uploads where id = $1";
const DUE: &str = "select id from uploads where ends_at <= $1 order by ends_at limit $2";

/// Every text of this module, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[INSERT, UPLOAD, GROW, INSERT_PART, PART, UNSENT_BYTES, KEEP, SEND, DROP_PARTS, DROP, DUE];

/// What is known of an upload in clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct UploadRow {
    pub(super) parts: i64,
    pub(super) bytes: i64,
    /// Whether it is in a case.
    pub(super) is_sent: bool,
}

pub(super) async fn insert(on: &mut Session, id: UploadId, ends_at: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT).bind(id.as_slice()).bind(ends_at.as_micros()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn upload(on: &mut Session, id: UploadId) -> Result<Option<UploadRow>, StorageError> {
    let row: Option<(i64, i64, i64)> =
        on!(on, |c| sqlx::query_as(UPLOAD).bind(id.as_slice()).fetch_optional(c).await?);
    Ok(row.map(|(parts, bytes, sent)| UploadRow { parts, bytes, is_sent: sent != 0 }))
}

/// Counts the part at a position; false when it is not the next one, or the upload is in a case or gone.
pub(super) async fn grow(
    on: &mut Session,
    id: UploadId,
    position: i64,
    bytes: i64,
    ends_at: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(GROW)
        .bind(id.as_slice())
        .bind(position)
        .bind(bytes)
        .bind(ends_at.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn insert_part(
    on: &mut Session,
    id: UploadId,
    position: i64,
    sealed: &[u8],
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT_PART).bind(id.as_slice()).bind(position).bind(sealed).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn part(on: &mut Session, id: UploadId, position: i64) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(PART).bind(id.as_slice()).bind(position).fetch_optional(c).await?))
}

/// Bytes of all uploads that are in no case.
pub(super) async fn unsent_bytes(on: &mut Session) -> Result<i64, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(UNSENT_BYTES).fetch_one(c).await?))
}

/// Keeps one that is in no case for longer; false when it is gone or in a case.
pub(super) async fn keep(on: &mut Session, id: UploadId, ends_at: Time) -> Result<bool, StorageError> {
    dated(on, KEEP, id, ends_at).await
}

/// Puts it into a case; false when it is gone or in one already.
pub(super) async fn send(on: &mut Session, id: UploadId, ends_at: Time) -> Result<bool, StorageError> {
    dated(on, SEND, id, ends_at).await
}

async fn dated(on: &mut Session, text: &'static str, id: UploadId, at: Time) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(text).bind(id.as_slice()).bind(at.as_micros()).execute(c).await?.rows_affected()) == 1)
}

/// Deletes it with its parts.
pub(super) async fn delete(on: &mut Session, id: UploadId) -> Result<(), StorageError> {
    for text in [DROP_PARTS, DROP] {
        on!(on, |c| sqlx::query(text).bind(id.as_slice()).execute(c).await.map(drop)?);
    }
    Ok(())
}

pub(super) async fn due(on: &mut Session, now: Time, most: i64) -> Result<Vec<UploadId>, StorageError> {
    let rows: Vec<Vec<u8>> = on!(on, |c| sqlx::query_scalar(DUE).bind(now.as_micros()).bind(most).fetch_all(c).await?);
    rows.iter().map(|id| UploadId::from_slice(id).ok_or(StorageError::Damaged("an upload's id"))).collect()
}
