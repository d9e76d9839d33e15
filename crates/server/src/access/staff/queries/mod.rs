//! SQL over people, their factors, sessions and links; in `recovery`, over shares and recoveries.

use exchange::{PartnerId, Time};
use sealing::{Cost, Recipient};

use super::model::{Member, Role, StaffId, State, Wrapped};
use crate::storage::{Session, StorageError, on};

pub use recovery::RECOVERY_SQL;
pub(super) use recovery::{
    RecoveryRow, ShareRow, drop_all_of, drop_recoveries_over, drop_recovery, drop_shares_held_by, drop_shares_of,
    insert_recovery, insert_recovery_share, insert_share, recoveries, recovery_of_key, recovery_shares, share_holders,
    shares_held,
};

macro_rules! members {
    ($rest:literal) => {
        concat!(
            "select id, name, role, partner_id, state, language, public_key, created_at, ended_at from staff ",
            $rest
        )
    };
}

const INSERT: &str = "insert into staff (id, name, name_key, role, partner_id, state, language, created_at)
    values ($1, $2, $3, $4, $5, 0, $6, $7) on conflict (name_key) do nothing";
const MEMBER: &str = members!("where id = $1");
const MEMBER_NAMED: &str = members!("where name_key = $1");
const MEMBERS: &str = members!("order by state, name_key limit $1");
const LEADS: &str = members!("where role = 2 and state = 1 and id <> $1 order by id limit $2");
const WRAPPED: &str =
    "select salt, memory_kib, passes, wrapped, check_value from staff where id = $1 and wrapped is not null";
const WRAP: &str = "update staff set salt = $2, memory_kib = $3, passes = $4, wrapped = $5, check_value = $6
    where id = $1 and state < 2";
const COMPLETE: &str = "update staff set state = 1, public_key = $2 where id = $1 and state = 0";
const SET_LANGUAGE: &str = "update staff set language = $2 where id = $1";
const SET_ROLE: &str = "update staff set role = $2 where id = $1 and role = $3 and state < 2";
const LEAVE: &str = "update staff set state = 2, name_key = $2, ended_at = $3, public_key = null, salt = null,
    memory_kib = null, passes = null, wrapped = null, check_value = null where id = $1 and state < 2";
const COUNT_HERE: &str = "select count(*) from staff where role = $1 and state = 1";
const ANY: &str = "select count(*) from staff where state < 2";

const INSERT_FACTOR: &str = "insert into staff_factors (id, staff_id, kind, sealed, used, created_at, used_at)
    values ($1, $2, $3, $4, $5, $6, $6)";
const FACTORS: &str =
    "select id, kind, sealed, used, created_at, used_at from staff_factors where staff_id = $1 order by id";
const USE_FACTOR: &str = "update staff_factors set used = $2, used_at = $3 where id = $1 and used < $2";
const RESEAL_FACTOR: &str = "update staff_factors set used = $2, used_at = $3 where id = $1 and used <= $2";
const DROP_FACTOR: &str = "delete from staff_factors where staff_id = $1 and id = $2";
const DROP_FACTORS: &str = "delete from staff_factors where staff_id = $1";

const BEGIN_SESSION: &str = "insert into staff_sessions
    (id, staff_id, handle, sealed, stage, agent, created_at, seen_at, ends_at, stepped_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)";
const SESSION: &str =
    "select s.staff_id, s.handle, s.sealed, s.stage, s.pending, s.created_at, s.seen_at, s.stepped_at,
    p.name, p.role, p.partner_id, p.state, p.language
    from staff_sessions s join staff p on p.id = s.staff_id where s.id = $1 and s.ends_at > $2 and p.state < 2";
const SEE_SESSION: &str = "update staff_sessions set seen_at = $2, ends_at = $3 where id = $1 and seen_at < $2";
const PROMOTE: &str = "update staff_sessions set stage = 2, stepped_at = $2, seen_at = $2, ends_at = $3, pending = null
    where id = $1";
const SET_PENDING: &str = "update staff_sessions set pending = $2 where id = $1";
const SESSIONS: &str = "select handle, agent, created_at, seen_at, stage from staff_sessions
    where staff_id = $1 and ends_at > $2 order by seen_at desc, handle limit $3";
const END_SESSION: &str = "delete from staff_sessions where id = $1";
const END_SESSION_OF: &str = "delete from staff_sessions where staff_id = $1 and handle = $2";
const END_SESSIONS_OF: &str = "delete from staff_sessions where staff_id = $1";
const END_OTHERS_OF: &str = "delete from staff_sessions where staff_id = $1 and id <> $2";
const OLDEST_BEYOND: &str = "delete from staff_sessions where staff_id = $1 and handle not in
    (select handle from staff_sessions where staff_id = $1 order by seen_at desc limit $2)";
const TIDY_SESSIONS: &str = "delete from staff_sessions where ends_at <= $1";

const INSERT_LINK: &str = "insert into staff_links (id, staff_id, kind, ends_at) values ($1, $2, $3, $4)";
const LINK: &str = "select staff_id from staff_links where id = $1 and kind = $2 and ends_at > $3";
const DROP_LINKS_OF: &str = "delete from staff_links where staff_id = $1";
const TIDY_LINKS: &str = "delete from staff_links where ends_at <= $1";

const INSERT_NOTICE: &str = "insert into staff_notices (id, staff_id, code, by_id, at) values ($1, $2, $3, $4, $5)";
const NOTICES: &str =
    "select n.code, n.at, coalesce(p.name, '') from staff_notices n left join staff p on p.id = n.by_id
    where n.staff_id = $1 order by n.id limit $2";
const DROP_NOTICES: &str = "delete from staff_notices where staff_id = $1";

/// Every text of this module, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    INSERT,
    MEMBER,
    MEMBER_NAMED,
    MEMBERS,
    LEADS,
    WRAPPED,
    WRAP,
    COMPLETE,
    SET_LANGUAGE,
    SET_ROLE,
    LEAVE,
    COUNT_HERE,
    ANY,
    INSERT_FACTOR,
    FACTORS,
    USE_FACTOR,
    RESEAL_FACTOR,
    DROP_FACTOR,
    DROP_FACTORS,
    BEGIN_SESSION,
    SESSION,
    SEE_SESSION,
    PROMOTE,
    SET_PENDING,
    SESSIONS,
    END_SESSION,
    END_SESSION_OF,
    END_SESSIONS_OF,
    END_OTHERS_OF,
    OLDEST_BEYOND,
    TIDY_SESSIONS,
    INSERT_LINK,
    LINK,
    DROP_LINKS_OF,
    TIDY_LINKS,
    INSERT_NOTICE,
    NOTICES,
    DROP_NOTICES,
];

/// Runs a text over ids and moments alone; gives how many rows it changed.
macro_rules! change {
    ($on:expr, $text:expr $(, $bound:expr)*) => {
        on!($on, |c| sqlx::query($text)$(.bind($bound))*.execute(c).await?.rows_affected())
    };
}

mod recovery;

/// Somebody who is invited.
pub(super) struct NewMember<'a> {
    pub(super) id: StaffId,
    pub(super) name: &'a str,
    pub(super) name_key: &'a str,
    pub(super) role: Role,
    pub(super) partner: Option<PartnerId>,
    pub(super) language: &'a str,
    pub(super) at: Time,
}

/// False when the name is taken.
pub(super) async fn insert(on: &mut Session, new: &NewMember<'_>) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(INSERT)
        .bind(&new.id.as_bytes()[..])
        .bind(new.name)
        .bind(new.name_key)
        .bind(new.role.code())
        .bind(new.partner.as_ref().map(|partner| &partner.as_bytes()[..]))
        .bind(new.language)
        .bind(new.at.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

type MemberRow = (Vec<u8>, String, i64, Option<Vec<u8>>, i64, String, Option<Vec<u8>>, i64, Option<i64>);

pub(super) async fn member(on: &mut Session, id: StaffId) -> Result<Option<Member>, StorageError> {
    let row: Option<MemberRow> = on!(on, |c| sqlx::query_as(MEMBER).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    row.map(read_member).transpose()
}

pub(super) async fn member_named(on: &mut Session, name_key: &str) -> Result<Option<Member>, StorageError> {
    let row: Option<MemberRow> = on!(on, |c| sqlx::query_as(MEMBER_NAMED).bind(name_key).fetch_optional(c).await?);
    row.map(read_member).transpose()
}

pub(super) async fn members(on: &mut Session, most: i64) -> Result<Vec<Member>, StorageError> {
    let rows: Vec<MemberRow> = on!(on, |c| sqlx::query_as(MEMBERS).bind(most).fetch_all(c).await?);
    rows.into_iter().map(read_member).collect()
}

/// Leads who are here, but for one person.
pub(super) async fn leads_but(on: &mut Session, id: StaffId, most: i64) -> Result<Vec<Member>, StorageError> {
    let rows: Vec<MemberRow> =
        on!(on, |c| sqlx::query_as(LEADS).bind(&id.as_bytes()[..]).bind(most).fetch_all(c).await?);
    rows.into_iter().map(read_member).collect()
}

fn read_member(
    (id, name, role, partner, state, language, public_key, created_at, ended_at): MemberRow,
) -> Result<Member, StorageError> {
    Ok(Member {
        id: staff_id(&id)?,
        name,
        role: Role::from_code(role).ok_or(StorageError::Damaged("a role"))?,
        partner: partner_id(partner)?,
        state: State::from_code(state).ok_or(StorageError::Damaged("whether somebody is here"))?,
        language,
        public_key: public_key
            .map(|key| Recipient::from_slice(&key).ok_or(StorageError::Damaged("a public key")))
            .transpose()?,
        created_at: Time::from_micros(created_at),
        ended_at: ended_at.map(Time::from_micros),
    })
}

pub(super) async fn wrapped(on: &mut Session, id: StaffId) -> Result<Option<Wrapped>, StorageError> {
    type Row = (Vec<u8>, i64, i64, Vec<u8>, Vec<u8>);
    let row: Option<Row> = on!(on, |c| sqlx::query_as(WRAPPED).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    let damaged = || StorageError::Damaged("how a passphrase wraps a key");
    row.map(|(salt, memory_kib, passes, wrapped, check)| {
        Ok(Wrapped {
            salt: salt.try_into().map_err(|_| damaged())?,
            cost: Cost {
                memory_kib: u32::try_from(memory_kib).map_err(|_| damaged())?,
                passes: u32::try_from(passes).map_err(|_| damaged())?,
            },
            wrapped,
            check: check.try_into().map_err(|_| damaged())?,
        })
    })
    .transpose()
}

/// False when there is nobody of this id, or they left.
pub(super) async fn wrap(on: &mut Session, id: StaffId, wrapped: &Wrapped) -> Result<bool, StorageError> {
    Ok(change!(
        on,
        WRAP,
        &id.as_bytes()[..],
        &wrapped.salt[..],
        i64::from(wrapped.cost.memory_kib),
        i64::from(wrapped.cost.passes),
        &wrapped.wrapped,
        &wrapped.check[..]
    ) == 1)
}

/// False when they were here already.
pub(super) async fn complete(on: &mut Session, id: StaffId, key: Option<&Recipient>) -> Result<bool, StorageError> {
    Ok(change!(on, COMPLETE, &id.as_bytes()[..], key.map(|key| &key.as_bytes()[..])) == 1)
}

pub(super) async fn set_language(on: &mut Session, id: StaffId, language: &str) -> Result<(), StorageError> {
    change!(on, SET_LANGUAGE, &id.as_bytes()[..], language);
    Ok(())
}

/// False when they had another role than `from`, or left.
pub(super) async fn set_role(on: &mut Session, id: StaffId, from: Role, to: Role) -> Result<bool, StorageError> {
    Ok(change!(on, SET_ROLE, &id.as_bytes()[..], to.code(), from.code()) == 1)
}

/// Forgets all that somebody signs in with. False when they had left.
pub(super) async fn leave(on: &mut Session, id: StaffId, at: Time) -> Result<bool, StorageError> {
    let left = change!(on, LEAVE, &id.as_bytes()[..], format!("left {id}"), at.as_micros()) == 1;
    for text in [DROP_FACTORS, END_SESSIONS_OF, DROP_LINKS_OF, DROP_NOTICES] {
        change!(on, text, &id.as_bytes()[..]);
    }
    drop_all_of(on, id).await?;
    Ok(left)
}

pub(super) async fn count_here(on: &mut Session, role: Role) -> Result<i64, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(COUNT_HERE).bind(role.code()).fetch_one(c).await?))
}

/// Whether anybody was ever invited and did not leave.
pub(super) async fn is_anybody(on: &mut Session) -> Result<bool, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(ANY).fetch_one(c).await?);
    Ok(count > 0)
}

/// A second factor as stored.
#[derive(Clone, Debug)]
pub(super) struct FactorRow {
    pub(super) id: [u8; 16],
    pub(super) kind: i64,
    pub(super) sealed: Vec<u8>,
    pub(super) used: i64,
    pub(super) created_at: Time,
    pub(super) used_at: Option<Time>,
}

pub(super) async fn insert_factor(on: &mut Session, of: StaffId, factor: &FactorRow) -> Result<(), StorageError> {
    change!(
        on,
        INSERT_FACTOR,
        &factor.id[..],
        &of.as_bytes()[..],
        factor.kind,
        &factor.sealed,
        factor.used,
        factor.created_at.as_micros()
    );
    Ok(())
}

pub(super) async fn factors(on: &mut Session, of: StaffId) -> Result<Vec<FactorRow>, StorageError> {
    type Row = (Vec<u8>, i64, Vec<u8>, i64, i64, Option<i64>);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(FACTORS).bind(&of.as_bytes()[..]).fetch_all(c).await?);
    let read = |(id, kind, sealed, used, created_at, used_at): Row| {
        Ok(FactorRow {
            id: id.try_into().map_err(|_| StorageError::Damaged("a second factor"))?,
            kind,
            sealed,
            used,
            created_at: Time::from_micros(created_at),
            used_at: used_at.map(Time::from_micros),
        })
    };
    rows.into_iter().map(read).collect()
}

/// Notes that a code of this step was used; false when it or a later one was already.
pub(super) async fn use_factor(on: &mut Session, id: &[u8; 16], used: i64, at: Time) -> Result<bool, StorageError> {
    Ok(change!(on, USE_FACTOR, &id[..], used, at.as_micros()) == 1)
}

/// As [`use_factor`], where the same counter may come again: many passkeys have none and say 0.
pub(super) async fn see_factor(on: &mut Session, id: &[u8; 16], used: i64, at: Time) -> Result<bool, StorageError> {
    Ok(change!(on, RESEAL_FACTOR, &id[..], used, at.as_micros()) == 1)
}

pub(super) async fn drop_factor(on: &mut Session, of: StaffId, id: &[u8; 16]) -> Result<bool, StorageError> {
    Ok(change!(on, DROP_FACTOR, &of.as_bytes()[..], &id[..]) == 1)
}

pub(super) async fn drop_factors(on: &mut Session, of: StaffId) -> Result<(), StorageError> {
    change!(on, DROP_FACTORS, &of.as_bytes()[..]);
    Ok(())
}

/// A session that begins.
pub(super) struct NewSession<'a> {
    pub(super) id: [u8; 32],
    pub(super) of: StaffId,
    pub(super) handle: [u8; 16],
    pub(super) sealed: &'a [u8],
    pub(super) stage: i64,
    pub(super) agent: &'a str,
    pub(super) at: Time,
    pub(super) ends_at: Time,
    pub(super) stepped_at: Option<Time>,
}

/// Begins a session; of those that a person has, the ones not seen for longest end beyond `most`.
pub(super) async fn begin_session(on: &mut Session, new: &NewSession<'_>, most: i64) -> Result<(), StorageError> {
    change!(
        on,
        BEGIN_SESSION,
        &new.id[..],
        &new.of.as_bytes()[..],
        &new.handle[..],
        new.sealed,
        new.stage,
        new.agent,
        new.at.as_micros(),
        new.ends_at.as_micros(),
        new.stepped_at.map(Time::as_micros)
    );
    change!(on, OLDEST_BEYOND, &new.of.as_bytes()[..], most);
    Ok(())
}

/// A session and whose it is.
pub(super) struct SessionRow {
    pub(super) of: StaffId,
    pub(super) handle: [u8; 16],
    pub(super) sealed: Vec<u8>,
    pub(super) stage: i64,
    pub(super) pending: Option<Vec<u8>>,
    pub(super) created_at: Time,
    pub(super) seen_at: Time,
    pub(super) stepped_at: Option<Time>,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) partner: Option<PartnerId>,
    pub(super) state: State,
    pub(super) language: String,
}

type SessionColumns =
    (Vec<u8>, Vec<u8>, Vec<u8>, i64, Option<Vec<u8>>, i64, i64, Option<i64>, String, i64, Option<Vec<u8>>, i64, String);

pub(super) async fn session(on: &mut Session, id: &[u8; 32], now: Time) -> Result<Option<SessionRow>, StorageError> {
    let row: Option<SessionColumns> =
        on!(on, |c| sqlx::query_as(SESSION).bind(&id[..]).bind(now.as_micros()).fetch_optional(c).await?);
    let Some(row) = row else { return Ok(None) };
    let (of, handle, sealed, stage, pending, created_at, seen_at, stepped_at, name, role, partner, state, language) =
        row;
    Ok(Some(SessionRow {
        of: staff_id(&of)?,
        handle: handle.try_into().map_err(|_| StorageError::Damaged("a session"))?,
        sealed,
        stage,
        pending,
        created_at: Time::from_micros(created_at),
        seen_at: Time::from_micros(seen_at),
        stepped_at: stepped_at.map(Time::from_micros),
        name,
        role: Role::from_code(role).ok_or(StorageError::Damaged("a role"))?,
        partner: partner_id(partner)?,
        state: State::from_code(state).ok_or(StorageError::Damaged("whether somebody is here"))?,
        language,
    }))
}

pub(super) async fn see_session(on: &mut Session, id: &[u8; 32], at: Time, ends_at: Time) -> Result<(), StorageError> {
    change!(on, SEE_SESSION, &id[..], at.as_micros(), ends_at.as_micros());
    Ok(())
}

/// The factor was right: the session is a whole one until `ends_at`. False when it was ended meanwhile.
pub(super) async fn promote(on: &mut Session, id: &[u8; 32], at: Time, ends_at: Time) -> Result<bool, StorageError> {
    Ok(change!(on, PROMOTE, &id[..], at.as_micros(), ends_at.as_micros()) == 1)
}

pub(super) async fn set_pending(on: &mut Session, id: &[u8; 32], sealed: Option<&[u8]>) -> Result<(), StorageError> {
    change!(on, SET_PENDING, &id[..], sealed);
    Ok(())
}

/// A session, as its person sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// By which it is ended.
    pub handle: [u8; 16],
    /// Browser and system, in words.
    pub agent: String,
    /// When it began.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub seen_at: Time,
    /// Whether the second factor was given.
    pub is_whole: bool,
}

pub(super) async fn sessions(
    on: &mut Session,
    of: StaffId,
    now: Time,
    most: i64,
) -> Result<Vec<SessionView>, StorageError> {
    type Row = (Vec<u8>, String, i64, i64, i64);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(SESSIONS)
        .bind(&of.as_bytes()[..])
        .bind(now.as_micros())
        .bind(most)
        .fetch_all(c)
        .await?);
    let read = |(handle, agent, created_at, seen_at, stage): Row| {
        Ok(SessionView {
            handle: handle.try_into().map_err(|_| StorageError::Damaged("a session"))?,
            agent,
            created_at: Time::from_micros(created_at),
            seen_at: Time::from_micros(seen_at),
            is_whole: stage == 2,
        })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn end_session(on: &mut Session, id: &[u8; 32]) -> Result<(), StorageError> {
    change!(on, END_SESSION, &id[..]);
    Ok(())
}

/// False when there was none of this handle.
pub(super) async fn end_session_of(on: &mut Session, of: StaffId, handle: &[u8; 16]) -> Result<bool, StorageError> {
    Ok(change!(on, END_SESSION_OF, &of.as_bytes()[..], &handle[..]) == 1)
}

pub(super) async fn end_sessions_of(on: &mut Session, of: StaffId) -> Result<u64, StorageError> {
    Ok(change!(on, END_SESSIONS_OF, &of.as_bytes()[..]))
}

pub(super) async fn end_other_sessions(on: &mut Session, of: StaffId, but: &[u8; 32]) -> Result<u64, StorageError> {
    Ok(change!(on, END_OTHERS_OF, &of.as_bytes()[..], &but[..]))
}

pub(super) async fn insert_link(
    on: &mut Session,
    id: &[u8; 32],
    of: StaffId,
    kind: i64,
    ends_at: Time,
) -> Result<(), StorageError> {
    change!(on, INSERT_LINK, &id[..], &of.as_bytes()[..], kind, ends_at.as_micros());
    Ok(())
}

pub(super) async fn link(
    on: &mut Session,
    id: &[u8; 32],
    kind: i64,
    now: Time,
) -> Result<Option<StaffId>, StorageError> {
    let row: Option<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(LINK).bind(&id[..]).bind(kind).bind(now.as_micros()).fetch_optional(c).await?);
    row.map(|id| staff_id(&id)).transpose()
}

pub(super) async fn drop_links_of(on: &mut Session, of: StaffId) -> Result<(), StorageError> {
    change!(on, DROP_LINKS_OF, &of.as_bytes()[..]);
    Ok(())
}

pub(super) async fn insert_notice(
    on: &mut Session,
    id: &[u8; 16],
    of: StaffId,
    code: i64,
    by: StaffId,
    at: Time,
) -> Result<(), StorageError> {
    change!(on, INSERT_NOTICE, &id[..], &of.as_bytes()[..], code, &by.as_bytes()[..], at.as_micros());
    Ok(())
}

/// Code, moment and by whom, the oldest first.
pub(super) async fn notices(
    on: &mut Session,
    of: StaffId,
    most: i64,
) -> Result<Vec<(i64, Time, String)>, StorageError> {
    let rows: Vec<(i64, i64, String)> =
        on!(on, |c| sqlx::query_as(NOTICES).bind(&of.as_bytes()[..]).bind(most).fetch_all(c).await?);
    Ok(rows.into_iter().map(|(code, at, by)| (code, Time::from_micros(at), by)).collect())
}

pub(super) async fn drop_notices(on: &mut Session, of: StaffId) -> Result<(), StorageError> {
    change!(on, DROP_NOTICES, &of.as_bytes()[..]);
    Ok(())
}

/// Removes sessions and links that are over; gives how many.
pub(super) async fn tidy(on: &mut Session, now: Time) -> Result<u64, StorageError> {
    let over = drop_recoveries_over(on, now).await?;
    Ok(over + change!(on, TIDY_SESSIONS, now.as_micros()) + change!(on, TIDY_LINKS, now.as_micros()))
}

pub(super) fn staff_id(bytes: &[u8]) -> Result<StaffId, StorageError> {
    StaffId::from_slice(bytes).ok_or(StorageError::Damaged("a person's id"))
}

fn partner_id(bytes: Option<Vec<u8>>) -> Result<Option<PartnerId>, StorageError> {
    bytes.map(|id| PartnerId::from_slice(&id).ok_or(StorageError::Damaged("a partner's id"))).transpose()
}
