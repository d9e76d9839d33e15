//! SQL over work, verdicts, sights, decisions and what is counted.

use exchange::{Class, EntryId, Time};

use super::model::{After, Category, Kind, Look, Measure, Stage, Work, WorkId};
use super::place::Order;
use crate::access::staff::StaffId;
use crate::storage::{Session, StorageError, on};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "select w.id, w.kind, w.class, w.danger, w.online, w.spread, w.due_at, w.place, w.stage, ",
            "w.taken_by, w.lease_until, w.skips from work w ",
            $rest
        )
    };
}

const INSERT: &str = "insert into work
    (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, 0, 0) on conflict (id) do nothing";
const WORK: &str = columns!("where w.id = $1");
// Named by their places, what somebody wants none of is not read at all. What they said is looked for work by work: as "not
// exists", PostgreSQL would read the verdicts of everybody for each page.
const PAGE: &str = columns!(
    "where w.stage = $1 and (w.place, w.id) > ($2, $3) and w.place < $4
    and (w.stage not in (1, 2) or $5 not in (select v.by_id from verdicts v where v.work_id = w.id))
    order by w.place, w.id limit $6"
);
const FREE: &str = columns!(
    "where w.stage = $1 and (w.place, w.id) > ($2, $3) and w.place < $4
    and (w.stage not in (1, 2) or $5 not in (select v.by_id from verdicts v where v.work_id = w.id))
    and (w.taken_by is null or w.lease_until <= $7) order by w.place, w.id limit $6"
);
const HELD_BY: &str = columns!("where w.taken_by = $1 and w.lease_until > $2 order by w.stage, w.place, w.id limit $3");
const COUNT: &str = "select count(*) from (select 1 as one from work where stage = $1 limit $2) as counted";
const COUNT_HELD: &str =
    "select count(*) from (select 1 as one from work where taken_by = $1 and lease_until > $2 limit $3) as counted";
const TAKE: &str = "update work set taken_by = $2, lease_until = $3 where id = $1
    and (taken_by is null or taken_by = $2 or lease_until <= $4)
    and (stage not in (1, 2) or not exists (select 1 from verdicts v where v.work_id = work.id and v.by_id = $2))";
const RENEW: &str = "update work set lease_until = $3 where id = $1 and taken_by = $2 and lease_until > $4";
const HAND: &str =
    "update work set taken_by = $3, lease_until = $4 where id = $1 and taken_by = $2 and lease_until > $5
    and (stage not in (1, 2) or not exists (select 1 from verdicts v where v.work_id = work.id and v.by_id = $3))";
const LET_GO: &str = "update work set taken_by = null, lease_until = 0 where id = $1 and taken_by = $2";
const SKIP: &str = "update work set taken_by = null, lease_until = 0, skips = skips + 1
    where id = $1 and (taken_by is null or taken_by = $2 or lease_until <= $3)";
const MOVE: &str = "update work set stage = $2, taken_by = null, lease_until = 0 where id = $1";
const MOVE_HELD: &str = "update work set stage = $2, taken_by = null, lease_until = 0
    where id = $1 and stage = $3 and taken_by = $4 and lease_until > $5";
const ORDER: &str = "update work set danger = $2, online = $3, spread = $4, due_at = $5, place = $6 where id = $1";
const DROP: &str = "delete from work where id = $1";
const SAY: &str = "insert into verdicts (work_id, look, by_id, sealed) values ($1, $2, $3, $4)";
const SAID: &str = "select look, by_id, sealed from verdicts where work_id = $1 order by look";
const UNSAY: &str = "delete from verdicts where work_id = $1";
const SEE: &str = "insert into sights (work_id, staff_id, seconds) values ($1, $2, $3)
    on conflict (work_id, staff_id) do update set seconds = sights.seconds + excluded.seconds";
const SEEN: &str = "select seconds from sights where work_id = $1 and staff_id = $2";
const UNSEE: &str = "delete from sights where work_id = $1";
const DECIDE: &str = "insert into decisions (entry_id, code, looks, month) values ($1, $2, $3, $4)
    on conflict (entry_id) do update set code = excluded.code, looks = excluded.looks, month = excluded.month";
const DECIDED: &str = "select code, looks, month from decisions where entry_id = $1";
const COUNT_UP: &str = "insert into desk_counts (day, measure, number) values ($1, $2, 1)
    on conflict (day, measure) do update set number = desk_counts.number + 1";
const COUNTED: &str =
    "select cast(coalesce(sum(number), 0) as bigint) from desk_counts where measure = $1 and day >= $2";
const AGREE: &str = "insert into agreements (month, first, second, number) values ($1, $2, $3, 1)
    on conflict (month, first, second) do update set number = agreements.number + 1";
const AGREED: &str = "select first, second, cast(sum(number) as bigint) from agreements where month >= $1
    group by first, second order by first, second";
const OPT_OUTS: &str = "select category from opt_outs where staff_id = $1";
const OPT_OUT: &str = "insert into opt_outs (staff_id, category) values ($1, $2)";
const OPT_IN: &str = "delete from opt_outs where staff_id = $1";
const ANSWER: &str = "select text from desk_answers where name = $1 and language = $2 and voice = $3";
const ANSWERS: &str = "select name, language, voice, text from desk_answers";
const SET_ANSWER: &str = "insert into desk_answers (name, language, voice, text) values ($1, $2, $3, $4)
    on conflict (name, language, voice) do update set text = excluded.text";
const DROP_ANSWER: &str = "delete from desk_answers where name = $1 and language = $2 and voice = $3";

/// Every text of this room, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[
    INSERT,
    WORK,
    PAGE,
    FREE,
    HELD_BY,
    COUNT,
    COUNT_HELD,
    TAKE,
    RENEW,
    HAND,
    LET_GO,
    SKIP,
    MOVE,
    MOVE_HELD,
    ORDER,
    DROP,
    SAY,
    SAID,
    UNSAY,
    SEE,
    SEEN,
    UNSEE,
    DECIDE,
    DECIDED,
    COUNT_UP,
    COUNTED,
    AGREE,
    AGREED,
    OPT_OUTS,
    OPT_OUT,
    OPT_IN,
    ANSWER,
    ANSWERS,
    SET_ANSWER,
    DROP_ANSWER,
];

type Row = (Vec<u8>, i64, i64, i64, i64, i64, i64, i64, i64, Option<Vec<u8>>, i64, i64);

/// False when there is one already.
pub(super) async fn insert(
    on: &mut Session,
    id: WorkId,
    kind: Kind,
    order: &Order,
    stage: Stage,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(INSERT)
        .bind(&id.as_bytes()[..])
        .bind(kind.code())
        .bind(i64::from(order.class.code()))
        .bind(i64::from(order.danger))
        .bind(i64::from(order.online))
        .bind(i64::from(order.spread))
        .bind(order.due_at.as_micros())
        .bind(order.place())
        .bind(stage.code())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn work(on: &mut Session, id: WorkId) -> Result<Option<Work>, StorageError> {
    let row: Option<Row> = on!(on, |c| sqlx::query_as(WORK).bind(&id.as_bytes()[..]).fetch_optional(c).await?);
    row.map(work_row).transpose()
}

/// What somebody is to be shown of a stage.
pub(super) struct Shown<'a> {
    pub(super) stage: Stage,
    pub(super) after: Option<After>,
    pub(super) not: &'a [Category],
    pub(super) who: StaffId,
    pub(super) most: i64,
    /// What nobody has at this moment, and nothing else.
    pub(super) free_at: Option<Time>,
}

pub(super) async fn page(on: &mut Session, shown: &Shown<'_>) -> Result<Vec<Work>, StorageError> {
    let text = if shown.free_at.is_some() { FREE } else { PAGE };
    let (place, id) = shown.after.map_or((-1, vec![]), |after| (after.place, after.id.as_bytes().to_vec()));
    let mut found = Vec::new();
    for (first, end) in super::place::ranges(shown.not) {
        let left = shown.most - found.len() as i64;
        if end <= place || left <= 0 {
            continue;
        }
        // No id is empty: behind an empty one comes all that has its place.
        let (place, id) = if first > place { (first, vec![]) } else { (place, id.clone()) };
        let rows: Vec<Row> = on!(on, |c| {
            let query = sqlx::query_as(text)
                .bind(shown.stage.code())
                .bind(place)
                .bind(id)
                .bind(end)
                .bind(&shown.who.as_bytes()[..])
                .bind(left);
            match shown.free_at {
                Some(now) => query.bind(now.as_micros()).fetch_all(c).await?,
                None => query.fetch_all(c).await?,
            }
        });
        found.extend(rows.into_iter().map(work_row).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

pub(super) async fn held_by(on: &mut Session, who: StaffId, now: Time, most: i64) -> Result<Vec<Work>, StorageError> {
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(HELD_BY)
        .bind(&who.as_bytes()[..])
        .bind(now.as_micros())
        .bind(most)
        .fetch_all(c)
        .await?);
    rows.into_iter().map(work_row).collect()
}

/// How much waits at a stage; counts no further than `most`.
pub(super) async fn count(on: &mut Session, stage: Stage, most: i64) -> Result<u64, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(COUNT).bind(stage.code()).bind(most).fetch_one(c).await?);
    Ok(count.unsigned_abs())
}

pub(super) async fn count_held(on: &mut Session, who: StaffId, now: Time, most: i64) -> Result<u64, StorageError> {
    let count: i64 = on!(on, |c| sqlx::query_scalar(COUNT_HELD)
        .bind(&who.as_bytes()[..])
        .bind(now.as_micros())
        .bind(most)
        .fetch_one(c)
        .await?);
    Ok(count.unsigned_abs())
}

/// False when somebody else has it, or has said something of it already.
pub(super) async fn take(
    on: &mut Session,
    id: WorkId,
    who: StaffId,
    until: Time,
    now: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(TAKE)
        .bind(&id.as_bytes()[..])
        .bind(&who.as_bytes()[..])
        .bind(until.as_micros())
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

/// False when the lease is over or somebody else's.
pub(super) async fn renew(
    on: &mut Session,
    id: WorkId,
    who: StaffId,
    until: Time,
    now: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(RENEW)
        .bind(&id.as_bytes()[..])
        .bind(&who.as_bytes()[..])
        .bind(until.as_micros())
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

/// False when it is not theirs to hand on, or the other has said something of it already.
pub(super) async fn hand(
    on: &mut Session,
    id: WorkId,
    (from, to): (StaffId, StaffId),
    until: Time,
    now: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(HAND)
        .bind(&id.as_bytes()[..])
        .bind(&from.as_bytes()[..])
        .bind(&to.as_bytes()[..])
        .bind(until.as_micros())
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn let_go(on: &mut Session, id: WorkId, who: StaffId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(LET_GO).bind(&id.as_bytes()[..]).bind(&who.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

/// False when somebody else has it.
pub(super) async fn skip(on: &mut Session, id: WorkId, who: StaffId, now: Time) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(SKIP)
        .bind(&id.as_bytes()[..])
        .bind(&who.as_bytes()[..])
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

/// Moves it on, whoever has it.
pub(super) async fn move_on(on: &mut Session, id: WorkId, to: Stage) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(MOVE).bind(&id.as_bytes()[..]).bind(to.code()).execute(c).await.map(drop)?);
    Ok(())
}

/// Moves it on if it is at this stage and this person's; false when it is not.
pub(super) async fn move_held(
    on: &mut Session,
    id: WorkId,
    (from, to): (Stage, Stage),
    who: StaffId,
    now: Time,
) -> Result<bool, StorageError> {
    Ok(on!(on, |c| sqlx::query(MOVE_HELD)
        .bind(&id.as_bytes()[..])
        .bind(to.code())
        .bind(from.code())
        .bind(&who.as_bytes()[..])
        .bind(now.as_micros())
        .execute(c)
        .await?
        .rows_affected())
        == 1)
}

pub(super) async fn reorder(on: &mut Session, id: WorkId, order: &Order) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(ORDER)
        .bind(&id.as_bytes()[..])
        .bind(i64::from(order.danger))
        .bind(i64::from(order.online))
        .bind(i64::from(order.spread))
        .bind(order.due_at.as_micros())
        .bind(order.place())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Deletes it with what was said and seen of it.
pub(super) async fn drop_all(on: &mut Session, id: WorkId) -> Result<(), StorageError> {
    for text in [UNSAY, UNSEE, DROP] {
        on!(on, |c| sqlx::query(text).bind(&id.as_bytes()[..]).execute(c).await.map(drop)?);
    }
    Ok(())
}

/// Forgets what was said of it: it is looked at anew.
pub(super) async fn unsay(on: &mut Session, id: WorkId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(UNSAY).bind(&id.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(super) async fn say(
    on: &mut Session,
    id: WorkId,
    look: Look,
    who: StaffId,
    sealed: &[u8],
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SAY)
        .bind(&id.as_bytes()[..])
        .bind(look.code())
        .bind(&who.as_bytes()[..])
        .bind(sealed)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// What was said, sealed, in the order of the looks.
pub(super) async fn said(on: &mut Session, id: WorkId) -> Result<Vec<(Look, StaffId, Vec<u8>)>, StorageError> {
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> =
        on!(on, |c| sqlx::query_as(SAID).bind(&id.as_bytes()[..]).fetch_all(c).await?);
    rows.into_iter()
        .map(|(look, by, sealed)| {
            let look = Look::from_code(look).ok_or(StorageError::Damaged("a look"))?;
            Ok((look, staff(&by)?, sealed))
        })
        .collect()
}

pub(super) async fn see(on: &mut Session, id: WorkId, who: StaffId, seconds: i64) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(SEE)
        .bind(&id.as_bytes()[..])
        .bind(&who.as_bytes()[..])
        .bind(seconds)
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Seconds that somebody saw of it.
pub(super) async fn seen(on: &mut Session, id: WorkId, who: StaffId) -> Result<u64, StorageError> {
    let seconds: Option<i64> = on!(on, |c| sqlx::query_scalar(SEEN)
        .bind(&id.as_bytes()[..])
        .bind(&who.as_bytes()[..])
        .fetch_optional(c)
        .await?);
    Ok(seconds.map_or(0, i64::unsigned_abs))
}

pub(super) async fn unsee(on: &mut Session, id: WorkId) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(UNSEE).bind(&id.as_bytes()[..]).execute(c).await.map(drop)?);
    Ok(())
}

/// What our desk said of an entry last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The code.
    pub code: String,
    /// How many looked.
    pub looks: u8,
    /// The month's first moment.
    pub month: Time,
}

pub(super) async fn decide(
    on: &mut Session,
    entry: EntryId,
    code: &str,
    looks: u8,
    month: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DECIDE)
        .bind(&entry.as_bytes()[..])
        .bind(code)
        .bind(i64::from(looks))
        .bind(month.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

pub(super) async fn decided(on: &mut Session, entry: EntryId) -> Result<Option<Decision>, StorageError> {
    let row: Option<(String, i64, i64)> =
        on!(on, |c| sqlx::query_as(DECIDED).bind(&entry.as_bytes()[..]).fetch_optional(c).await?);
    Ok(row.map(|(code, looks, month)| Decision {
        code,
        looks: u8::try_from(looks).unwrap_or(u8::MAX),
        month: Time::from_micros(month),
    }))
}

pub(super) async fn count_up(on: &mut Session, day: i64, measure: Measure) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(COUNT_UP).bind(day).bind(measure.code()).execute(c).await.map(drop)?);
    Ok(())
}

/// How many since a day, that day included.
pub(super) async fn counted(on: &mut Session, measure: Measure, since: i64) -> Result<u64, StorageError> {
    let number: i64 = on!(on, |c| sqlx::query_scalar(COUNTED).bind(measure.code()).bind(since).fetch_one(c).await?);
    Ok(number.unsigned_abs())
}

pub(super) async fn agree(on: &mut Session, month: Time, first: &str, second: &str) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(AGREE).bind(month.as_micros()).bind(first).bind(second).execute(c).await.map(drop)?);
    Ok(())
}

/// What first and second looks said since a month, and how often.
pub(super) async fn agreed(on: &mut Session, since: Time) -> Result<Vec<(String, String, u64)>, StorageError> {
    let rows: Vec<(String, String, i64)> =
        on!(on, |c| sqlx::query_as(AGREED).bind(since.as_micros()).fetch_all(c).await?);
    Ok(rows.into_iter().map(|(first, second, number)| (first, second, number.unsigned_abs())).collect())
}

pub(super) async fn opt_outs(on: &mut Session, who: StaffId) -> Result<Vec<Category>, StorageError> {
    let rows: Vec<i64> = on!(on, |c| sqlx::query_scalar(OPT_OUTS).bind(&who.as_bytes()[..]).fetch_all(c).await?);
    Ok(rows.into_iter().filter_map(Category::from_code).collect())
}

pub(super) async fn set_opt_outs(on: &mut Session, who: StaffId, all: &[Category]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(OPT_IN).bind(&who.as_bytes()[..]).execute(c).await.map(drop)?);
    for category in all {
        on!(on, |c| sqlx::query(OPT_OUT).bind(&who.as_bytes()[..]).bind(category.code()).execute(c).await.map(drop)?);
    }
    Ok(())
}

/// An answer that a lead changed.
pub(super) async fn answer(
    on: &mut Session,
    name: &str,
    language: &str,
    voice: &str,
) -> Result<Option<String>, StorageError> {
    Ok(on!(on, |c| sqlx::query_scalar(ANSWER).bind(name).bind(language).bind(voice).fetch_optional(c).await?))
}

/// Every answer that a lead changed: name, language, voice, text.
pub(super) async fn answers(on: &mut Session) -> Result<Vec<(String, String, String, String)>, StorageError> {
    Ok(on!(on, |c| sqlx::query_as(ANSWERS).fetch_all(c).await?))
}

/// Keeps a text, or with `None` goes back to the program's own.
pub(super) async fn set_answer(
    on: &mut Session,
    (name, language, voice): (&str, &str, &str),
    text: Option<&str>,
) -> Result<(), StorageError> {
    match text {
        Some(text) => {
            on!(on, |c| sqlx::query(SET_ANSWER)
                .bind(name)
                .bind(language)
                .bind(voice)
                .bind(text)
                .execute(c)
                .await
                .map(drop)?);
        }
        None => {
            on!(on, |c| sqlx::query(DROP_ANSWER).bind(name).bind(language).bind(voice).execute(c).await.map(drop)?);
        }
    }
    Ok(())
}

fn work_row(
    (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips): Row,
) -> Result<Work, StorageError> {
    let damaged = || StorageError::Damaged("a piece of work");
    let small = |value: i64| u8::try_from(value).map_err(|_| damaged());
    let order = Order {
        danger: small(danger)?,
        class: Class::from_code(small(class)?).ok_or_else(damaged)?,
        online: online != 0,
        due_at: Time::from_micros(due_at),
        spread: small(spread)?,
    };
    Ok(Work {
        id: WorkId::from_slice(&id).ok_or_else(damaged)?,
        kind: Kind::from_code(kind).ok_or_else(damaged)?,
        stage: Stage::from_code(stage).ok_or_else(damaged)?,
        order,
        place,
        held: taken_by.map(|who| staff(&who)).transpose()?.map(|who| (who, Time::from_micros(lease_until))),
        skips: skips.unsigned_abs(),
    })
}

fn staff(bytes: &[u8]) -> Result<StaffId, StorageError> {
    StaffId::from_slice(bytes).ok_or(StorageError::Damaged("somebody's id"))
}
