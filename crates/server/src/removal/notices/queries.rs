//! SQL over notices, their log and its head, and the counts that follow from it.

use exchange::{Class, NoticeId, PartnerId, Time};
use sqlx::{QueryBuilder, Row};

use super::model::{Channel, Due, Event, Refusal, Standing, State};
use crate::removal::folded::Folded;
use crate::storage::{Session, StorageError, on};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, platform, regime, class, state, channel, urls, sealed, digest, partner_id, crisis_id, drafted_at,
            approved_at, sent_at, deadline_at, acknowledged_at, closed_at, reason, reminders, checks, reposts,
            escalations, due, due_at from notices ",
            $rest
        )
    };
}

const ONE: &str = select!("where id = $1");
const SOME: &str = select!("where id in (");
const OF_PARTNER: &str = select!("where partner_id = $1 and sent_at is not null and id > $2 order by id limit $3");
const OPEN_OF_PARTNER: &str =
    select!("where partner_id = $1 and sent_at is not null and state in (2, 3) and id > $2 order by id limit $3");
const IN_STATE: &str = select!("where state = $1 and channel >= $2 and id > $3 order by id limit $4");
// The sums: see migration 13.
const LATE: &str = select!(
    "where state + 0 in (2, 3) and deadline_at <= $1 and (deadline_at, id) > ($2, $3) order by deadline_at, id limit $4"
);
const IS_DUE: &str =
    select!("where due = $1 and due_at <= $2 and (due_at, id) > ($3, $4) order by due_at, id limit $5");
const OF_PLATFORM: &str = select!("where platform = $1 and state = $2 and id > $3 order by id limit $4");
const OF_CRISIS: &str = select!("where crisis_id = $1 and id > $2 order by id limit $3");
const INSERT: &str =
    "insert into notices (id, platform, regime, class, state, channel, urls, sealed, digest, partner_id,
    crisis_id, drafted_at, reminders, checks, reposts, escalations, due)
    values ($1, $2, $3, $4, $5, $6, $7, $8, null, $9, $10, $11, 0, 0, 0, 0, 0)";
const UPDATE: &str = "update notices set state = $2, approved_at = $3, sent_at = $4, deadline_at = $5,
    acknowledged_at = $6, closed_at = $7, reason = $8, reminders = $9, checks = $10, reposts = $11, escalations = $12,
    due = $13, due_at = $14 where id = $1";
const RESEAL: &str = "update notices set sealed = $2, digest = $3 where id = $1";
const REDRAFT: &str = "update notices set sealed = $2, urls = $3 where id = $1 and state = 0";
const TO_FORGET: &str = "select id from notices where sealed is not null and closed_at <= $1 limit $2";
const FORGET: &str = "update notices set sealed = null where id = $1";
const HOW_MANY: &str =
    "select count(*) from (select 1 as one from notices where state = $1 and channel >= $2 limit $3) as found";
const HOW_MANY_LATE: &str = "select count(*) from
    (select 1 as one from notices where state + 0 in (2, 3) and deadline_at <= $1 limit $2) as found";
const HOW_MANY_DUE: &str =
    "select count(*) from (select 1 as one from notices where due = $1 and due_at <= $2 limit $3) as found";

const BEGIN_HEAD: &str = "insert into notice_head (one, seq, link) values (1, 0, $1) on conflict (one) do nothing";
const HEAD: &str = "select seq, link from notice_head where one = 1";
const MOVE_HEAD: &str = "update notice_head set seq = $1, link = $2 where one = 1";
const LOG: &str = "insert into notice_log (seq, notice_id, at, kind, detail, digest, link)
    values ($1, $2, $3, $4, $5, $6, $7)";
const LOG_OF: &str = "select seq, notice_id, at, kind, detail, digest, link from notice_log
    where notice_id = $1 order by seq limit $2";
const LOG_AFTER: &str = "select seq, notice_id, at, kind, detail, digest, link from notice_log
    where seq > $1 order by seq limit $2";

const COUNT: &str = "insert into notice_counts (platform, regime, class, month, measure, value, amount)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (month, platform, regime, class, measure, value)
    do update set amount = notice_counts.amount + excluded.amount";
const COUNTS: &str = "select platform, regime, class, month, measure, value, amount from notice_counts
    where month >= $1 and month <= $2";
const FOLD_PLATFORMS: &str = "select platform, measure, value, cast(sum(amount) as bigint) from notice_counts
    where month = $1 group by platform, measure, value";
const FOLD_LAWS: &str = "select regime, class, measure, value, cast(sum(amount) as bigint) from notice_counts
    where month = $1 group by regime, class, measure, value";
const STATES: &str = "select platform, measure, cast(sum(amount) as bigint) from notice_counts
    where month = 0 group by platform, measure";

/// Every whole text of this module, for the test that prepares them on both engines.
pub(crate) const SQL: &[&str] = &[
    ONE,
    OF_PARTNER,
    OPEN_OF_PARTNER,
    IN_STATE,
    LATE,
    IS_DUE,
    OF_PLATFORM,
    OF_CRISIS,
    INSERT,
    UPDATE,
    RESEAL,
    REDRAFT,
    TO_FORGET,
    FORGET,
    HOW_MANY,
    HOW_MANY_LATE,
    HOW_MANY_DUE,
    BEGIN_HEAD,
    HEAD,
    MOVE_HEAD,
    LOG,
    LOG_OF,
    LOG_AFTER,
    COUNT,
    COUNTS,
    FOLD_PLATFORMS,
    FOLD_LAWS,
    STATES,
];

const IDS_PER_STATEMENT: usize = 250;

/// A notice as stored: what is in clear, and what is sealed.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) standing: Standing,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) digest: Option<[u8; 32]>,
}

macro_rules! stored {
    ($row:expr) => {{
        let row = $row;
        Columns {
            id: row.try_get(0)?,
            platform: row.try_get(1)?,
            regime: row.try_get(2)?,
            class: row.try_get(3)?,
            state: row.try_get(4)?,
            channel: row.try_get(5)?,
            urls: row.try_get(6)?,
            sealed: row.try_get(7)?,
            digest: row.try_get(8)?,
            partner: row.try_get(9)?,
            crisis: row.try_get(10)?,
            drafted_at: row.try_get(11)?,
            approved_at: row.try_get(12)?,
            sent_at: row.try_get(13)?,
            deadline_at: row.try_get(14)?,
            acknowledged_at: row.try_get(15)?,
            closed_at: row.try_get(16)?,
            reason: row.try_get(17)?,
            reminders: row.try_get(18)?,
            checks: row.try_get(19)?,
            reposts: row.try_get(20)?,
            escalations: row.try_get(21)?,
            due: row.try_get(22)?,
            due_at: row.try_get(23)?,
        }
        .stored()
    }};
}

/// The columns of `notices`, as either engine gives them.
struct Columns {
    id: Vec<u8>,
    platform: String,
    regime: String,
    class: i64,
    state: i64,
    channel: i64,
    urls: i64,
    sealed: Option<Vec<u8>>,
    digest: Option<Vec<u8>>,
    partner: Option<Vec<u8>>,
    crisis: Option<Vec<u8>>,
    drafted_at: i64,
    approved_at: Option<i64>,
    sent_at: Option<i64>,
    deadline_at: Option<i64>,
    acknowledged_at: Option<i64>,
    closed_at: Option<i64>,
    reason: Option<i64>,
    reminders: i64,
    checks: i64,
    reposts: i64,
    escalations: i64,
    due: i64,
    due_at: Option<i64>,
}

impl Columns {
    fn stored(self) -> Result<Stored, StorageError> {
        let damaged = || StorageError::Damaged("a notice");
        let time = |micros: Option<i64>| micros.map(Time::from_micros);
        let small = |number: i64| u8::try_from(number).map_err(|_| damaged());
        let count = |number: i64| u32::try_from(number).map_err(|_| damaged());
        let standing = Standing {
            id: NoticeId::from_slice(&self.id).ok_or_else(damaged)?,
            platform: self.platform,
            regime: self.regime,
            class: class_of(self.class)?,
            state: State::from_code(self.state).ok_or_else(damaged)?,
            channel: Channel::from_code(self.channel).ok_or_else(damaged)?,
            urls: count(self.urls)?,
            partner: self.partner.map(|id| PartnerId::from_slice(&id).ok_or_else(damaged)).transpose()?,
            crisis: self.crisis.map(|id| id.try_into().map_err(|_| damaged())).transpose()?,
            drafted_at: Time::from_micros(self.drafted_at),
            approved_at: time(self.approved_at),
            sent_at: time(self.sent_at),
            deadline_at: time(self.deadline_at),
            acknowledged_at: time(self.acknowledged_at),
            closed_at: time(self.closed_at),
            reason: self.reason.map(|code| Refusal::from_code(code).ok_or_else(damaged)).transpose()?,
            reminders: small(self.reminders)?,
            checks: small(self.checks)?,
            reposts: count(self.reposts)?,
            escalations: small(self.escalations)?,
            due: Due::from_code(self.due).ok_or_else(damaged)?,
            due_at: time(self.due_at),
        };
        let digest = self.digest.map(|digest| digest.try_into().map_err(|_| damaged())).transpose()?;
        Ok(Stored { standing, sealed: self.sealed, digest })
    }
}

pub(crate) async fn insert(on: &mut Session, notice: &Standing, sealed: &[u8]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(INSERT)
        .bind(&notice.id.as_bytes()[..])
        .bind(&notice.platform)
        .bind(&notice.regime)
        .bind(i64::from(notice.class.code()))
        .bind(notice.state.code())
        .bind(notice.channel.code())
        .bind(i64::from(notice.urls))
        .bind(sealed)
        .bind(notice.partner.map(|id| id.as_bytes().to_vec()))
        .bind(notice.crisis.map(|id| id.to_vec()))
        .bind(notice.drafted_at.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Writes what events change.
pub(crate) async fn update(on: &mut Session, notice: &Standing) -> Result<(), StorageError> {
    let micros = |time: Option<Time>| time.map(Time::as_micros);
    on!(on, |c| sqlx::query(UPDATE)
        .bind(&notice.id.as_bytes()[..])
        .bind(notice.state.code())
        .bind(micros(notice.approved_at))
        .bind(micros(notice.sent_at))
        .bind(micros(notice.deadline_at))
        .bind(micros(notice.acknowledged_at))
        .bind(micros(notice.closed_at))
        .bind(notice.reason.map(Refusal::code))
        .bind(i64::from(notice.reminders))
        .bind(i64::from(notice.checks))
        .bind(i64::from(notice.reposts))
        .bind(i64::from(notice.escalations))
        .bind(notice.due.code())
        .bind(micros(notice.due_at))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Writes what is sealed, and the digest of the text once it is approved.
pub(crate) async fn reseal(
    on: &mut Session,
    id: NoticeId,
    sealed: &[u8],
    digest: Option<&[u8; 32]>,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(RESEAL)
        .bind(&id.as_bytes()[..])
        .bind(sealed)
        .bind(digest.map(|digest| &digest[..]))
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Replaces a draft; false when it is none any more.
pub(crate) async fn redraft(on: &mut Session, id: NoticeId, sealed: &[u8], urls: u32) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(REDRAFT)
        .bind(&id.as_bytes()[..])
        .bind(sealed)
        .bind(i64::from(urls))
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(crate) async fn one(on: &mut Session, id: NoticeId) -> Result<Option<Stored>, StorageError> {
    on!(on, |c| {
        let row = sqlx::query(ONE).bind(&id.as_bytes()[..]).fetch_optional(c).await?;
        row.map(|row| stored!(&row)).transpose()
    })
}

/// Those of these that there are, in no order.
pub(crate) async fn some(on: &mut Session, ids: &[NoticeId]) -> Result<Vec<Stored>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    for few in ids.chunks(IDS_PER_STATEMENT) {
        let more: Vec<Result<Stored, StorageError>> = on!(on, |c: Engine| {
            let mut text = QueryBuilder::<Engine>::new(SOME);
            let mut list = text.separated(", ");
            for id in few {
                list.push_bind(id.as_bytes().to_vec());
            }
            text.push(")");
            let rows = text.build().persistent(false).fetch_all(c).await?;
            rows.iter().map(|row| stored!(row)).collect()
        });
        found.extend(more.into_iter().collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// A place in a list: what lies behind it comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The moment that the list goes by; 0 where it goes by ids alone.
    pub micros: i64,
    /// The last id that was seen.
    pub id: [u8; 16],
}

/// Which notices a list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of a state, by whatever way they go, or with `true` those alone that a person sends.
    State(State, bool),
    /// Whose time is over without an answer, the longest first.
    Late,
    /// That something is to be done about, the longest first.
    Due(Due),
    /// Of a platform, in a state.
    Platform(String, State),
    /// Of a crisis.
    Crisis([u8; 16]),
    /// What was sent to a partner; with `true` only what it owes an answer to.
    Partner(PartnerId, bool),
}

pub(crate) async fn list(
    on: &mut Session,
    of: &Of,
    now: Time,
    after: Place,
    most: i64,
) -> Result<Vec<Stored>, StorageError> {
    let (id, now) = (after.id.to_vec(), now.as_micros());
    on!(on, |c| {
        let query = match of {
            Of::State(state, by_hand) => {
                sqlx::query(IN_STATE).bind(state.code()).bind(if *by_hand { Channel::Form.code() } else { 0 }).bind(id)
            }
            Of::Late => sqlx::query(LATE).bind(now).bind(after.micros).bind(id),
            Of::Due(due) => sqlx::query(IS_DUE).bind(due.code()).bind(now).bind(after.micros).bind(id),
            Of::Platform(key, state) => sqlx::query(OF_PLATFORM).bind(key).bind(state.code()).bind(id),
            Of::Crisis(crisis) => sqlx::query(OF_CRISIS).bind(&crisis[..]).bind(id),
            Of::Partner(partner, false) => sqlx::query(OF_PARTNER).bind(&partner.as_bytes()[..]).bind(id),
            Of::Partner(partner, true) => sqlx::query(OPEN_OF_PARTNER).bind(&partner.as_bytes()[..]).bind(id),
        };
        query.bind(most).fetch_all(c).await?.iter().map(|row| stored!(row)).collect()
    })
}

/// How many a list has, counted up to `most`.
pub(crate) async fn how_many(on: &mut Session, of: &Of, now: Time, most: i64) -> Result<u64, StorageError> {
    let now = now.as_micros();
    let count: i64 = match of {
        Of::State(state, by_hand) => {
            let channel = if *by_hand { Channel::Form.code() } else { 0 };
            on!(on, |c| sqlx::query_scalar(HOW_MANY).bind(state.code()).bind(channel).bind(most).fetch_one(c).await?)
        }
        Of::Late => on!(on, |c| sqlx::query_scalar(HOW_MANY_LATE).bind(now).bind(most).fetch_one(c).await?),
        Of::Due(due) => {
            on!(on, |c| sqlx::query_scalar(HOW_MANY_DUE).bind(due.code()).bind(now).bind(most).fetch_one(c).await?)
        }
        Of::Platform(..) | Of::Crisis(_) | Of::Partner(..) => 0,
    };
    Ok(count.unsigned_abs())
}

/// Notices whose sealed part has served, at most this many.
pub(crate) async fn to_forget(on: &mut Session, until: Time, most: i64) -> Result<Vec<NoticeId>, StorageError> {
    let rows: Vec<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(TO_FORGET).bind(until.as_micros()).bind(most).fetch_all(c).await?);
    rows.iter().map(|id| NoticeId::from_slice(id).ok_or(StorageError::Damaged("a notice"))).collect()
}

pub(crate) async fn forget(on: &mut Session, id: NoticeId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(FORGET).bind(&id.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

/// One line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its number, without holes.
    pub seq: i64,
    /// Of which notice.
    pub notice: NoticeId,
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
    /// With an approval, SHA-256 of the text.
    pub digest: Option<[u8; 32]>,
    /// Over all before and this.
    pub link: [u8; 32],
}

/// Locks the head of the log until the transaction ends; gives number and link of the last line.
pub(crate) async fn lock_head(on: &mut Session, first: &[u8; 32]) -> Result<(i64, [u8; 32]), StorageError> {
    let head = match on.lock_notices().await? {
        Some(head) => head,
        None => {
            on!(on, |c| sqlx::query(BEGIN_HEAD).bind(&first[..]).execute(c).await.map(drop)?);
            on.lock_notices().await?.ok_or(StorageError::Damaged("the head of the log of notices"))?
        }
    };
    Ok((head.0, link(head.1)?))
}

/// The head, without a lock.
pub(crate) async fn head(on: &mut Session) -> Result<Option<(i64, [u8; 32])>, StorageError> {
    let row: Option<(i64, Vec<u8>)> = on!(on, |c| sqlx::query_as(HEAD).fetch_optional(c).await?);
    row.map(|(seq, bytes)| Ok((seq, link(bytes)?))).transpose()
}

pub(crate) async fn log(on: &mut Session, line: &Line) -> Result<(), StorageError> {
    let (kind, detail) = line.event.codes();
    on!(on, |c| sqlx::query(LOG)
        .bind(line.seq)
        .bind(&line.notice.as_bytes()[..])
        .bind(line.at.as_micros())
        .bind(kind)
        .bind(detail)
        .bind(line.digest.as_ref().map(|digest| &digest[..]))
        .bind(&line.link[..])
        .execute(c)
        .await
        .map(drop)?);
    on!(on, |c| sqlx::query(MOVE_HEAD).bind(line.seq).bind(&line.link[..]).execute(c).await.map(drop)?);
    Ok(())
}

type LineRow = (i64, Vec<u8>, i64, i64, i64, Option<Vec<u8>>, Vec<u8>);

/// Everything that happened to a notice, at most this many lines.
pub(crate) async fn log_of(on: &mut Session, id: NoticeId, most: i64) -> Result<Vec<Line>, StorageError> {
    let rows: Vec<LineRow> =
        on!(on, |c| sqlx::query_as(LOG_OF).bind(&id.as_bytes()[..]).bind(most).fetch_all(c).await?);
    rows.into_iter().map(line).collect()
}

/// Lines behind a number.
pub(crate) async fn log_after(on: &mut Session, seq: i64, most: i64) -> Result<Vec<Line>, StorageError> {
    let rows: Vec<LineRow> = on!(on, |c| sqlx::query_as(LOG_AFTER).bind(seq).bind(most).fetch_all(c).await?);
    rows.into_iter().map(line).collect()
}

fn line((seq, notice, at, kind, detail, digest, bytes): LineRow) -> Result<Line, StorageError> {
    let damaged = || StorageError::Damaged("a line of the log of notices");
    Ok(Line {
        seq,
        notice: NoticeId::from_slice(&notice).ok_or_else(damaged)?,
        at: Time::from_micros(at),
        event: Event::from_codes(kind, detail).ok_or_else(damaged)?,
        digest: digest.map(|digest| digest.try_into().map_err(|_| damaged())).transpose()?,
        link: link(bytes)?,
    })
}

fn link(bytes: Vec<u8>) -> Result<[u8; 32], StorageError> {
    bytes.try_into().map_err(|_| StorageError::Damaged("a link of the log of notices"))
}

/// One count: of a platform, regime, class and month, how often this value of this measure came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Count {
    /// Key of the platform.
    pub platform: String,
    /// Key of the regime.
    pub regime: String,
    /// Code of the class.
    pub class: i64,
    /// Months since January 1970; 0 for what stands now.
    pub month: i64,
    /// What is counted.
    pub measure: i64,
    /// Whole hours, or a code.
    pub value: i64,
    /// How often.
    pub amount: i64,
}

pub(crate) async fn count(on: &mut Session, count: &Count) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(COUNT)
        .bind(&count.platform)
        .bind(&count.regime)
        .bind(count.class)
        .bind(count.month)
        .bind(count.measure)
        .bind(count.value)
        .bind(count.amount)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// The counts of these months, both included.
pub(crate) async fn counts(on: &mut Session, first: i64, last: i64) -> Result<Vec<Count>, StorageError> {
    type CountRow = (String, String, i64, i64, i64, i64, i64);
    let rows: Vec<CountRow> = on!(on, |c| sqlx::query_as(COUNTS).bind(first).bind(last).fetch_all(c).await?);
    Ok(rows
        .into_iter()
        .map(|(platform, regime, class, month, measure, value, amount)| Count {
            platform,
            regime,
            class,
            month,
            measure,
            value,
            amount,
        })
        .collect())
}

/// What was counted in a month.
pub(in crate::removal) async fn folded(on: &mut Session, month: i64) -> Result<Folded, StorageError> {
    let mut folded = Folded::default();
    let rows: Vec<(String, i64, i64, i64)> =
        on!(on, |c| sqlx::query_as(FOLD_PLATFORMS).bind(month).fetch_all(c).await?);
    for (platform, measure, value, amount) in rows {
        folded.of_platform(platform, (measure, value, amount));
    }
    let rows: Vec<(String, i64, i64, i64, i64)> =
        on!(on, |c| sqlx::query_as(FOLD_LAWS).bind(month).fetch_all(c).await?);
    for (regime, class, measure, value, amount) in rows {
        folded.of_law(regime, class, (measure, value, amount));
    }
    Ok(folded)
}

/// How many notices of each platform stand how, as the counts have it: platform, measure, how many.
pub(crate) async fn states(on: &mut Session) -> Result<Vec<(String, i64, i64)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(STATES).fetch_all(c).await?))
}

fn class_of(code: i64) -> Result<Class, StorageError> {
    u8::try_from(code).ok().and_then(Class::from_code).ok_or(StorageError::Damaged("a class"))
}
