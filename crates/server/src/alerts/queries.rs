//! SQL over alerts and the mails that wait.

use exchange::Time;

use super::Standing;
use crate::storage::{Session, StorageError, on};

const INSERT_ALERT: &str = "insert into alerts (id, sealed, ends_at) values ($1, $2, $3)";
const ALERT: &str = "select sealed from alerts where id = $1";
const RESEAL_ALERT: &str = "update alerts set sealed = $2 where id = $1";
const EXTEND_ALERT: &str = "update alerts set ends_at = $2 where id = $1 and ends_at < $2";
const DELETE_ALERT: &str = "delete from alerts where id = $1";
const END_ALERTS: &str = "delete from alerts where ends_at <= $1";
const INSERT_MAIL: &str = "insert into alert_mails
    (id, sealed, due_at, next_at, tries, doubts, given_up_at, code) values ($1, $2, $3, $3, 0, 0, null, 0)
    on conflict (id) do update set sealed = excluded.sealed, due_at = excluded.due_at, next_at = excluded.next_at,
    tries = 0, doubts = 0, given_up_at = null, code = 0 where alert_mails.given_up_at is not null";
const DELETE_MAIL: &str = "delete from alert_mails where id = $1";
const IS_GIVEN_UP: &str = "select count(*) from alert_mails where id = $1 and given_up_at is not null";
const DUE: &str = "select id, sealed, due_at, next_at, tries, doubts from alert_mails
    where given_up_at is null and next_at <= $1 order by next_at, id limit $2";
const CLAIM: &str = "update alert_mails set next_at = $3, tries = tries + 1, doubts = doubts + 1
    where id = $1 and next_at = $2 and given_up_at is null";
const PUT_OFF: &str =
    "update alert_mails set next_at = $3, doubts = doubts - $4, code = $5 where id = $1 and next_at = $2";
const GIVE_UP: &str =
    "update alert_mails set sealed = null, given_up_at = $3, code = $4 where id = $1 and next_at = $2";
const SETTLE: &str = "delete from alert_mails where id = $1 and next_at = $2";
const FORGET_GIVEN_UP: &str = "delete from alert_mails where given_up_at <= $1";
const END_MAILS: &str = "update alert_mails set sealed = null, given_up_at = $2
    where given_up_at is null and due_at <= $1";
const STANDING: &str = "select
    count(case when given_up_at is null then 1 end),
    count(case when given_up_at is null and due_at < $1 then 1 end),
    count(given_up_at) from alert_mails";
const LAST_CODE: &str = "select max(code) from alert_mails
    where given_up_at is not null or (tries > 0 and due_at < $1)";

/// Every text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    INSERT_ALERT,
    ALERT,
    RESEAL_ALERT,
    EXTEND_ALERT,
    DELETE_ALERT,
    END_ALERTS,
    INSERT_MAIL,
    DELETE_MAIL,
    IS_GIVEN_UP,
    DUE,
    CLAIM,
    PUT_OFF,
    GIVE_UP,
    SETTLE,
    FORGET_GIVEN_UP,
    END_MAILS,
    STANDING,
    LAST_CODE,
];

pub(super) async fn insert_alert(
    on: &mut Session,
    id: &[u8; 16],
    sealed: &[u8],
    ends_at: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT_ALERT)
        .bind(&id[..])
        .bind(sealed)
        .bind(ends_at.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn alert(on: &mut Session, id: &[u8; 16]) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(ALERT).bind(&id[..]).fetch_optional(c).await?))
}

pub(super) async fn reseal_alert(on: &mut Session, id: &[u8; 16], sealed: &[u8]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(RESEAL_ALERT).bind(&id[..]).bind(sealed).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn extend_alert(on: &mut Session, id: &[u8; 16], ends_at: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(EXTEND_ALERT).bind(&id[..]).bind(ends_at.as_micros()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn delete_alert(on: &mut Session, id: &[u8; 16]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DELETE_ALERT).bind(&id[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn end_alerts(on: &mut Session, now: Time) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(END_ALERTS).bind(now.as_micros()).execute(c).await?.rows_affected()))
}

/// False when a mail of this id waits already; one that was given up is put anew.
pub(super) async fn insert_mail(
    on: &mut Session,
    id: &[u8; 16],
    sealed: &[u8],
    due_at: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(INSERT_MAIL)
        .bind(&id[..])
        .bind(sealed)
        .bind(due_at.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn delete_mail(on: &mut Session, id: &[u8; 16]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DELETE_MAIL).bind(&id[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn is_given_up(on: &mut Session, id: &[u8; 16]) -> Result<bool, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(IS_GIVEN_UP).bind(&id[..]).fetch_one(c).await?);
    Ok(count > 0)
}

/// A mail that waits, as read or as claimed: `next_at` says whose it is.
#[derive(Clone)]
pub(super) struct Mail {
    pub(super) id: [u8; 16],
    pub(super) sealed: Vec<u8>,
    pub(super) due_at: Time,
    pub(super) next_at: Time,
    pub(super) tries: u32,
    pub(super) doubts: u32,
}

pub(super) async fn due(on: &mut Session, now: Time, most: i64) -> Result<Vec<Mail>, StorageError> {
    type Row = (Vec<u8>, Option<Vec<u8>>, i64, i64, i64, i64);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(DUE).bind(now.as_micros()).bind(most).fetch_all(c).await?);
    let damaged = || StorageError::Damaged("a mail that waits");
    let mail = |(id, sealed, due_at, next_at, tries, doubts): Row| {
        Ok(Mail {
            id: id.try_into().map_err(|_| damaged())?,
            sealed: sealed.ok_or_else(damaged)?,
            due_at: Time::from_micros(due_at),
            next_at: Time::from_micros(next_at),
            tries: u32::try_from(tries).map_err(|_| damaged())?,
            doubts: u32::try_from(doubts).map_err(|_| damaged())?,
        })
    };
    rows.into_iter().map(mail).collect()
}

/// Takes a mail until `until`, counting a try and a doubt; false when somebody else has.
pub(super) async fn claim(on: &mut Session, mail: &Mail, until: Time) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(CLAIM)
        .bind(&mail.id[..])
        .bind(mail.next_at.as_micros())
        .bind(until.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

/// Puts a claimed mail off; `is_clear`: it certainly did not come through.
pub(super) async fn put_off(
    on: &mut Session,
    mail: &Mail,
    next_at: Time,
    is_clear: bool,
    code: u16,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(PUT_OFF)
        .bind(&mail.id[..])
        .bind(mail.next_at.as_micros())
        .bind(next_at.as_micros())
        .bind(i64::from(is_clear))
        .bind(i64::from(code))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Gives a claimed mail up and drops where it was to go.
pub(super) async fn give_up(on: &mut Session, mail: &Mail, now: Time, code: u16) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(GIVE_UP)
        .bind(&mail.id[..])
        .bind(mail.next_at.as_micros())
        .bind(now.as_micros())
        .bind(i64::from(code))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Deletes a claimed mail that is done.
pub(super) async fn settle(on: &mut Session, mail: &Mail) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SETTLE).bind(&mail.id[..]).bind(mail.next_at.as_micros()).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn forget_given_up(on: &mut Session, until: Time) -> Result<u64, StorageError> {
    Ok(on!(on, |c| sqlx::query(FORGET_GIVEN_UP).bind(until.as_micros()).execute(c).await?.rows_affected()))
}

/// Gives up what was due so long ago that nobody sends it, as when no mail server is set any more.
pub(super) async fn end_mails(on: &mut Session, due_until: Time, now: Time) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(END_MAILS).bind(due_until.as_micros()).bind(now.as_micros()).execute(c).await.map(drop)?);
    Ok(())
}

/// `late_before`: what was due before it and still waits is late.
pub(super) async fn standing(on: &mut Session, late_before: Time) -> Result<Standing, StorageError> {
    let (waiting, late, given_up): (i64, i64, i64) =
        on!(on, |c| sqlx::query_as(STANDING).bind(late_before.as_micros()).fetch_one(c).await?);
    let code: Option<i64> =
        on!(on, |c| sqlx::query_scalar(LAST_CODE).bind(late_before.as_micros()).fetch_one(c).await?);
    Ok(Standing {
        waiting: waiting.unsigned_abs(),
        late: late.unsigned_abs(),
        given_up: given_up.unsigned_abs(),
        code: code.and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
    })
}
