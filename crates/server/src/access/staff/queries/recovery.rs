//! SQL over shares that leads hold, and over recoveries.

use exchange::Time;
use sealing::Recipient;

use super::{StaffId, staff_id};
use crate::access::staff::recover::Waiting;
use crate::storage::{Session, StorageError, on};

const INSERT_SHARE: &str = "insert into staff_escrow (staff_id, holder_id, other_id, sealed) values ($1, $2, $3, $4)";
const DROP_SHARES_OF: &str = "delete from staff_escrow where staff_id = $1";
const DROP_SHARES_HELD: &str = "delete from staff_escrow where holder_id = $1 or other_id = $1";
const SHARE_HOLDERS: &str = "select distinct holder_id from staff_escrow where staff_id = $1 order by holder_id";
const SHARES_HELD: &str = "select holder_id, other_id, sealed from staff_escrow where staff_id = $1 and holder_id = $2
    order by other_id";
const INSERT_RECOVERY: &str =
    "insert into staff_recoveries (id, staff_id, public_key, created_at, ends_at) values ($1, $2, $3, $4, $5)";
const TOO_MANY: &str = "delete from staff_recoveries where staff_id = $1
    and id not in (select recovery_id from staff_recovery_shares)
    and id not in (select id from staff_recoveries where staff_id = $1 order by created_at desc, id limit $2)";
const RECOVERY_OF_KEY: &str = "select r.staff_id, r.id from staff_recoveries r join staff p on p.id = r.staff_id
    where r.public_key = $1 and r.ends_at > $2 and p.state = 1";
const RECOVERIES: &str = "select r.id, r.staff_id, p.name, r.public_key, r.created_at,
    (select count(distinct s.holder_id) from staff_recovery_shares s where s.recovery_id = r.id),
    (select count(*) from staff_recovery_shares s where s.recovery_id = r.id and s.holder_id = $1)
    from staff_recoveries r join staff p on p.id = r.staff_id
    where r.ends_at > $2 and p.state = 1 and exists
        (select 1 from staff_escrow e where e.staff_id = r.staff_id and e.holder_id = $1)
    order by r.created_at, r.id limit $3";
const INSERT_RECOVERY_SHARE: &str =
    "insert into staff_recovery_shares (recovery_id, holder_id, other_id, sealed) values ($1, $2, $3, $4)
    on conflict (recovery_id, holder_id, other_id) do update set sealed = excluded.sealed";
const RECOVERY_SHARES: &str = "select holder_id, other_id, sealed from staff_recovery_shares where recovery_id = $1
    order by holder_id, other_id";
const DROP_RECOVERY_SHARES: &str = "delete from staff_recovery_shares where recovery_id = $1";
const DROP_RECOVERY: &str = "delete from staff_recoveries where id = $1";
const DROP_SHARES_OF_OVER: &str = "delete from staff_recovery_shares
    where recovery_id in (select id from staff_recoveries where ends_at <= $1)";
const DROP_OVER: &str = "delete from staff_recoveries where ends_at <= $1";
const DROP_SHARES_OF_PERSON: &str = "delete from staff_recovery_shares
    where recovery_id in (select id from staff_recoveries where staff_id = $1) or holder_id = $1 or other_id = $1";
const DROP_OF_PERSON: &str = "delete from staff_recoveries where staff_id = $1";

/// Every text of this module, for the test that prepares them on both engines.
pub const RECOVERY_SQL: &[&str] = &[
    INSERT_SHARE,
    DROP_SHARES_OF,
    DROP_SHARES_HELD,
    SHARE_HOLDERS,
    SHARES_HELD,
    INSERT_RECOVERY,
    TOO_MANY,
    RECOVERY_OF_KEY,
    RECOVERIES,
    INSERT_RECOVERY_SHARE,
    RECOVERY_SHARES,
    DROP_RECOVERY_SHARES,
    DROP_RECOVERY,
    DROP_SHARES_OF_OVER,
    DROP_OVER,
    DROP_SHARES_OF_PERSON,
    DROP_OF_PERSON,
];

/// Recoveries that are listed, at most.
const LISTED_MAX: i64 = 100;

/// One share: whose, of which pair.
#[derive(Clone, Debug)]
pub(in crate::access::staff) struct ShareRow {
    pub(in crate::access::staff) holder: StaffId,
    pub(in crate::access::staff) other: StaffId,
    pub(in crate::access::staff) sealed: Vec<u8>,
}

/// A recovery that is asked for.
pub(in crate::access::staff) struct RecoveryRow {
    pub(in crate::access::staff) id: [u8; 16],
    pub(in crate::access::staff) key: Recipient,
    pub(in crate::access::staff) asked_at: Time,
}

pub(in crate::access::staff) async fn insert_share(
    on: &mut Session,
    of: StaffId,
    share: &ShareRow,
) -> Result<(), StorageError> {
    change!(
        on,
        INSERT_SHARE,
        &of.as_bytes()[..],
        &share.holder.as_bytes()[..],
        &share.other.as_bytes()[..],
        &share.sealed
    );
    Ok(())
}

pub(in crate::access::staff) async fn drop_shares_of(on: &mut Session, of: StaffId) -> Result<(), StorageError> {
    change!(on, DROP_SHARES_OF, &of.as_bytes()[..]);
    Ok(())
}

/// Drops every share of every pair that somebody is of: the other half is of no use any more.
pub(in crate::access::staff) async fn drop_shares_held_by(
    on: &mut Session,
    holder: StaffId,
) -> Result<(), StorageError> {
    change!(on, DROP_SHARES_HELD, &holder.as_bytes()[..]);
    Ok(())
}

/// Who holds shares of somebody, in the order of ids.
pub(in crate::access::staff) async fn share_holders(
    on: &mut Session,
    of: StaffId,
) -> Result<Vec<StaffId>, StorageError> {
    let rows: Vec<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(SHARE_HOLDERS).bind(&of.as_bytes()[..]).fetch_all(c).await?);
    rows.iter().map(|id| staff_id(id)).collect()
}

pub(in crate::access::staff) async fn shares_held(
    on: &mut Session,
    of: StaffId,
    holder: StaffId,
) -> Result<Vec<ShareRow>, StorageError> {
    let rows = on!(on, |c| sqlx::query_as(SHARES_HELD)
        .bind(&of.as_bytes()[..])
        .bind(&holder.as_bytes()[..])
        .fetch_all(c)
        .await?);
    shares(rows)
}

pub(in crate::access::staff) async fn insert_recovery(
    on: &mut Session,
    of: StaffId,
    row: &RecoveryRow,
    ends_at: Time,
    most: i64,
) -> Result<(), StorageError> {
    change!(
        on,
        INSERT_RECOVERY,
        &row.id[..],
        &of.as_bytes()[..],
        &row.key.as_bytes()[..],
        row.asked_at.as_micros(),
        ends_at.as_micros()
    );
    change!(on, TOO_MANY, &of.as_bytes()[..], most);
    Ok(())
}

/// Whose account a recovery's key is for, and which recovery it is.
pub(in crate::access::staff) async fn recovery_of_key(
    on: &mut Session,
    key: &Recipient,
    now: Time,
) -> Result<Option<(StaffId, [u8; 16])>, StorageError> {
    let row: Option<(Vec<u8>, Vec<u8>)> = on!(on, |c| sqlx::query_as(RECOVERY_OF_KEY)
        .bind(&key.as_bytes()[..])
        .bind(now.as_micros())
        .fetch_optional(c)
        .await?);
    row.map(|(of, id)| Ok((staff_id(&of)?, recovery_id(id)?))).transpose()
}

/// Recoveries of whom somebody holds a share and which they did not approve yet, the oldest first.
pub(in crate::access::staff) async fn recoveries(
    on: &mut Session,
    holder: StaffId,
    now: Time,
) -> Result<Vec<Waiting>, StorageError> {
    type Row = (Vec<u8>, Vec<u8>, String, Vec<u8>, i64, i64, i64);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(RECOVERIES)
        .bind(&holder.as_bytes()[..])
        .bind(now.as_micros())
        .bind(LISTED_MAX)
        .fetch_all(c)
        .await?);
    let not_mine = rows.into_iter().filter(|row| row.6 == 0);
    not_mine
        .map(|(id, of, name, key, asked_at, approved, _)| {
            Ok(Waiting {
                id: recovery_id(id)?,
                of: staff_id(&of)?,
                name,
                asked_at: Time::from_micros(asked_at),
                approved: approved.unsigned_abs(),
                key: Recipient::from_slice(&key).ok_or(StorageError::Damaged("a recovery's key"))?,
            })
        })
        .collect()
}

pub(in crate::access::staff) async fn insert_recovery_share(
    on: &mut Session,
    id: &[u8; 16],
    share: &ShareRow,
) -> Result<(), StorageError> {
    change!(
        on,
        INSERT_RECOVERY_SHARE,
        &id[..],
        &share.holder.as_bytes()[..],
        &share.other.as_bytes()[..],
        &share.sealed
    );
    Ok(())
}

pub(in crate::access::staff) async fn recovery_shares(
    on: &mut Session,
    id: &[u8; 16],
) -> Result<Vec<ShareRow>, StorageError> {
    shares(on!(on, |c| sqlx::query_as(RECOVERY_SHARES).bind(&id[..]).fetch_all(c).await?))
}

/// False when somebody took it before.
pub(in crate::access::staff) async fn drop_recovery(on: &mut Session, id: &[u8; 16]) -> Result<bool, StorageError> {
    change!(on, DROP_RECOVERY_SHARES, &id[..]);
    Ok(change!(on, DROP_RECOVERY, &id[..]) == 1)
}

/// Drops recoveries that are over; gives how many.
pub(in crate::access::staff) async fn drop_recoveries_over(on: &mut Session, now: Time) -> Result<u64, StorageError> {
    change!(on, DROP_SHARES_OF_OVER, now.as_micros());
    Ok(change!(on, DROP_OVER, now.as_micros()))
}

/// Drops all that has to do with somebody who leaves: shares of theirs, shares that they hold, recoveries.
pub(in crate::access::staff) async fn drop_all_of(on: &mut Session, person: StaffId) -> Result<(), StorageError> {
    for text in [DROP_SHARES_OF, DROP_SHARES_HELD, DROP_SHARES_OF_PERSON, DROP_OF_PERSON] {
        change!(on, text, &person.as_bytes()[..]);
    }
    Ok(())
}

fn shares(rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>) -> Result<Vec<ShareRow>, StorageError> {
    let read = |(holder, other, sealed): (Vec<u8>, Vec<u8>, Vec<u8>)| {
        Ok(ShareRow { holder: staff_id(&holder)?, other: staff_id(&other)?, sealed })
    };
    rows.into_iter().map(read).collect()
}

fn recovery_id(bytes: Vec<u8>) -> Result<[u8; 16], StorageError> {
    bytes.try_into().map_err(|_| StorageError::Damaged("a recovery's id"))
}
