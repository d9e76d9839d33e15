//! How much somebody saw sharp: counted for them, by the server, in seconds a day.

use exchange::Time;
use jiff::tz::TimeZone;

use super::model::{CaseworkError, WorkId};
use super::{Casework, queries};
use crate::access::staff::{Analyst, Lead, StaffId};
use crate::storage::{Session, StorageError, Transact, on};

const TODAY: &str = "select seconds, since_break, break_until from exposure where staff_id = $1 and day = $2";
const SPEND: &str = "insert into exposure (staff_id, day, seconds, since_break, break_until) values ($1, $2, $3, $3, 0)
    on conflict (staff_id, day) do update set seconds = exposure.seconds + excluded.seconds,
    since_break = exposure.since_break + excluded.since_break";
const BREAK: &str = "update exposure set since_break = 0, break_until = $3 where staff_id = $1 and day = $2";
const MINE: &str = "select day, seconds from exposure where staff_id = $1 and day > $2 order by day desc";
const GROUP: &str = "select count(distinct staff_id), cast(coalesce(sum(seconds), 0) as bigint) from exposure
    where day >= $1 and day < $2 and seconds > 0";
const FORGET: &str = "delete from exposure where day < $1";

/// Every text of this module, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[TODAY, SPEND, BREAK, MINE, GROUP, FORGET];

/// People of whom a sum is told, at least: of fewer, one could guess at single ones.
pub const GROUP_MIN: u64 = 5;
/// Days that a person sees of themselves.
const MINE_DAYS: i64 = 28;
/// Weeks that leads see.
const GROUP_WEEKS: i64 = 4;
/// Days after which it is forgotten.
const KEPT_DAYS: i64 = 366;
/// What a tile costs, in seconds: it is shown so long.
pub(super) const TILE_SECONDS: i64 = 1;

/// How somebody stands today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exposure {
    /// Seconds seen today.
    pub seconds: u64,
    /// Seconds seen since the last break.
    pub since_break: u64,
    /// Seconds a day, at most.
    pub seconds_max: u64,
    /// What they may do.
    pub may: May,
}

/// What somebody may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum May {
    /// Look.
    Look,
    /// Nothing sharp before this moment.
    Break(Time),
    /// Nothing sharp before tomorrow.
    NotToday,
}

/// Sums of weeks, the newest first: minutes of all together; `None` where fewer than [`GROUP_MIN`] looked.
pub type Groups = Vec<(i64, Option<u64>)>;

/// The day of a zone, as days since 1970, and the first moment of its month.
pub(super) fn day(now: Time, zone: &TimeZone) -> (i64, Time) {
    let at = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or_default().to_zoned(zone.clone());
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = (at.date() - epoch).get_days();
    let month =
        at.date().first_of_month().to_zoned(TimeZone::UTC).map_or(0, |first| first.timestamp().as_microsecond());
    (days.into(), Time::from_micros(month))
}

impl Casework {
    /// How somebody stands today. The day is the hotline's.
    pub async fn exposure(&self, who: &Analyst) -> Result<Exposure, StorageError> {
        let now = self.clock.now();
        let (day, _) = self.day(now).await?;
        let row = today(&mut self.database.read().await?, who.person(), day).await?;
        Ok(self.stands(row, now))
    }

    /// What somebody saw on each of their last days: days since 1970 and seconds, the newest first.
    pub async fn own_days(&self, who: &Analyst) -> Result<Vec<(i64, u64)>, StorageError> {
        let (day, _) = self.day(self.clock.now()).await?;
        let mut session = self.database.read().await?;
        let rows: Vec<(i64, i64)> = on!(session, |c| sqlx::query_as(MINE)
            .bind(&who.person().as_bytes()[..])
            .bind(day - MINE_DAYS)
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().map(|(day, seconds)| (day, seconds.unsigned_abs())).collect())
    }

    /// What all together saw in each of the last whole weeks. Never of fewer than five, never of one, and whole weeks only, so
    /// that nobody is found by taking one sum from another of a day later.
    pub async fn groups(&self, _: &Lead) -> Result<Groups, StorageError> {
        let (day, _) = self.day(self.clock.now()).await?;
        // 1 January 1970 was a Thursday.
        let monday = day - (day + 3).rem_euclid(7);
        let mut session = self.database.read().await?;
        let mut groups = Vec::new();
        for week in 1..=GROUP_WEEKS {
            let from = monday - 7 * week;
            let (people, seconds): (i64, i64) =
                on!(session, |c| sqlx::query_as(GROUP).bind(from).bind(from + 7).fetch_one(c).await?);
            groups.push((from, (people.unsigned_abs() >= GROUP_MIN).then_some(seconds.unsigned_abs() / 60)));
        }
        Ok(groups)
    }

    /// Counts what is about to be shown to somebody; refused where a break is due or the day's limit is reached.
    pub(super) async fn spend(&self, who: &Analyst, id: WorkId) -> Result<(), CaseworkError> {
        let now = self.clock.now();
        let (day, _) = self.day(now).await?;
        let may = self.database.run(&Spend { desk: self, who: who.person(), id, now, day }).await?;
        if may { Ok(()) } else { Err(CaseworkError::Enough) }
    }

    /// Forgets what is older than a year; gives how many days of people.
    pub async fn forget_exposure(&self) -> Result<u64, StorageError> {
        let (day, _) = self.day(self.clock.now()).await?;
        self.database.run(&Forget { before: day - KEPT_DAYS }).await
    }

    fn stands(&self, (seconds, since_break, break_until): (i64, i64, i64), now: Time) -> Exposure {
        let seconds_max = u64::from(self.settings.exposure_hard_minutes) * 60;
        let until = Time::from_micros(break_until);
        let seconds = seconds.unsigned_abs();
        let may = if seconds >= seconds_max {
            May::NotToday
        } else if until > now {
            May::Break(until)
        } else {
            May::Look
        };
        Exposure { seconds, since_break: since_break.unsigned_abs(), seconds_max, may }
    }
}

async fn today(session: &mut Session, who: StaffId, day: i64) -> Result<(i64, i64, i64), StorageError> {
    let row: Option<(i64, i64, i64)> =
        on!(session, |c| sqlx::query_as(TODAY).bind(&who.as_bytes()[..]).bind(day).fetch_optional(c).await?);
    Ok(row.unwrap_or_default())
}

struct Spend<'a> {
    desk: &'a Casework,
    who: StaffId,
    id: WorkId,
    now: Time,
    day: i64,
}

impl Transact for Spend<'_> {
    const NAME: &'static str = "exposure_spend";
    type Output = bool;
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<bool, CaseworkError> {
        let before = today(on, self.who, self.day).await?;
        if self.desk.stands(before, self.now).may != May::Look {
            return Ok(false);
        }
        on!(on, |c| sqlx::query(SPEND)
            .bind(&self.who.as_bytes()[..])
            .bind(self.day)
            .bind(TILE_SECONDS)
            .execute(c)
            .await
            .map(drop)
            .map_err(StorageError::from)?);
        queries::see(on, self.id, self.who, TILE_SECONDS).await?;
        let soft = i64::from(self.desk.settings.exposure_soft_minutes) * 60;
        if before.1 + TILE_SECONDS >= soft {
            // This one is shown still, the next one after the break.
            let until = self.now.plus_seconds(i64::from(self.desk.settings.break_minutes) * 60);
            on!(on, |c| sqlx::query(BREAK)
                .bind(&self.who.as_bytes()[..])
                .bind(self.day)
                .bind(until.as_micros())
                .execute(c)
                .await
                .map(drop)
                .map_err(StorageError::from)?);
        }
        Ok(true)
    }
}

struct Forget {
    before: i64,
}

impl Transact for Forget {
    const NAME: &'static str = "exposure_forget";
    type Output = u64;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<u64, StorageError> {
        Ok(on!(on, |c| sqlx::query(FORGET).bind(self.before).execute(c).await?.rows_affected()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_hotlines_and_ends_at_its_own_midnight() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let at = |text: &str| day(text.parse().unwrap(), &paris).0;
        assert_eq!(at("2026-12-31T22:59:59Z") + 1, at("2026-12-31T23:00:00Z"));
        assert_eq!(at("2026-07-01T21:59:59Z") + 1, at("2026-07-01T22:00:00Z"));
        // The night on which the clocks go back has 25 hours.
        assert_eq!(at("2026-10-24T22:00:00Z"), at("2026-10-25T22:59:59Z"));
        let (_, month) = day("2026-12-31T23:30:00Z".parse().unwrap(), &paris);
        assert_eq!(month.to_string(), "2027-01-01T00:00:00.000000Z");
    }
}
