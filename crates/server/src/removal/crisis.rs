//! Crisis mode: opened by one with a checklist, in force when a second confirms, over after 24 hours. While one is in force,
//! what belongs to it goes first, and partners are woken at once. It begins by itself never.

use exchange::Time;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::Removal;
use super::notices::By;
use crate::storage::{Session, StorageError, Transact, Transient, on};

const INSERT: &str = "insert into crises (id, sealed, criteria, opened_at) values ($1, $2, $3, $4)";
const ONE: &str = "select id, sealed, criteria, opened_at, confirmed_at, ends_at, closed_at from crises where id = $1";
const ALL: &str = "select id, sealed, criteria, opened_at, confirmed_at, ends_at, closed_at from crises
    order by opened_at desc limit $1";
const IN_FORCE: &str = "select id from crises
    where confirmed_at is not null and ends_at > $1 and closed_at is null order by confirmed_at desc limit 1";
const CONFIRM: &str = "update crises set sealed = $2, confirmed_at = $3, ends_at = $4
    where id = $1 and confirmed_at is null and closed_at is null";
const CLOSE: &str = "update crises set closed_at = $2 where id = $1 and closed_at is null";

/// Every text of this module, for the test that prepares them on both engines.
pub const SQL: &[&str] = &[INSERT, ONE, ALL, IN_FORCE, CONFIRM, CLOSE];

/// How long one is in force.
pub const CRISIS_HOURS: i64 = 24;
/// How long one may wait for its second person.
pub const CONFIRM_HOURS_MAX: i64 = 24;
/// Criteria that must be met at least.
pub const CRITERIA_MIN: u32 = 2;
/// Characters of its name, at most.
pub const NAME_CHARACTERS_MAX: usize = 80;
/// How many are listed, the newest.
const LISTED_MAX: i64 = 100;

/// What makes a crisis, a bit each.
pub const CRITERIA: [&str; 5] = ["ongoing", "by_perpetrator", "grave", "spreading", "copied"];

/// One crisis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crisis {
    /// Which.
    pub id: [u8; 16],
    /// What the staff calls it.
    pub name: String,
    /// Which of [`CRITERIA`] were ticked.
    pub criteria: Vec<&'static str>,
    /// When somebody opened it.
    pub opened_at: Time,
    /// When a second person confirmed it.
    pub confirmed_at: Option<Time>,
    /// Until when it is in force.
    pub ends_at: Option<Time>,
    /// When somebody ended it earlier.
    pub closed_at: Option<Time>,
    opened_by: String,
}

/// What is sealed of one.
#[derive(Serialize, Deserialize)]
struct Sealed {
    name: String,
    opened_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed_by: Option<String>,
}

/// Why nothing was done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CrisisError {
    /// No such crisis, or it is over.
    #[error("there is no such crisis, or it is over")]
    Unknown,
    /// Fewer than [`CRITERIA_MIN`] criteria are met.
    #[error("a crisis meets {CRITERIA_MIN} criteria at least")]
    Criteria,
    /// No name, or a long one.
    #[error("a crisis has a name of at most {NAME_CHARACTERS_MAX} characters")]
    Name,
    /// Whoever opened it cannot confirm it.
    #[error("whoever opened a crisis cannot confirm it")]
    SamePerson,
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for CrisisError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

impl Crisis {
    /// Whether it is in force.
    pub fn is_in_force(&self, now: Time) -> bool {
        self.closed_at.is_none() && self.confirmed_at.is_some() && self.ends_at.is_some_and(|end| now < end)
    }

    /// Whether it waits for a second person.
    pub fn waits(&self, now: Time) -> bool {
        self.closed_at.is_none()
            && self.confirmed_at.is_none()
            && now < self.opened_at.plus_seconds(CONFIRM_HOURS_MAX * 3_600)
    }

    /// From when to when it was in force, once it is over.
    pub fn was_in_force(&self, now: Time) -> Option<(Time, Time)> {
        let (from, end) = (self.confirmed_at?, self.ends_at?);
        let until = self.closed_at.map_or(end, |closed| closed.min(end));
        (until <= now).then_some((from, until))
    }

    /// Whether this is who opened it.
    pub fn is_opened_by(&self, by: By) -> bool {
        self.opened_by == by.sealed()
    }
}

/// The crisis that is in force, if one is.
pub(super) async fn in_force(on: &mut Session, now: Time) -> Result<Option<[u8; 16]>, StorageError> {
    let row: Option<Vec<u8>> =
        on!(on, |c| sqlx::query_scalar(IN_FORCE).bind(now.as_micros()).fetch_optional(c).await?);
    row.map(|id| id.try_into().map_err(|_| StorageError::Damaged("a crisis"))).transpose()
}

impl Removal {
    /// Opens one; it is in force once somebody else confirms it.
    pub async fn open_crisis(&self, by: By, name: &str, criteria: &[String]) -> Result<[u8; 16], CrisisError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
            return Err(CrisisError::Name);
        }
        let bits = CRITERIA
            .iter()
            .enumerate()
            .filter(|(_, known)| criteria.iter().any(|ticked| ticked == *known))
            .fold(0_i64, |bits, (bit, _)| bits | 1 << bit);
        if bits.count_ones() < CRITERIA_MIN {
            return Err(CrisisError::Criteria);
        }
        let (id, now) = (self.entropy.rng().random(), self.clock.now());
        let sealed = Sealed { name: name.to_owned(), opened_by: by.sealed(), confirmed_by: None };
        let sealed = self.seal_crisis(&id, &sealed);
        self.database.run(&Open { id, sealed, bits, by, now }).await?;
        Ok(id)
    }

    /// Confirms one: it is in force from now, for 24 hours.
    pub async fn confirm_crisis(&self, by: By, id: [u8; 16]) -> Result<(), CrisisError> {
        self.database.run(&Confirm { room: self, by, id, now: self.clock.now() }).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Ends one, whether it is in force or waits.
    pub async fn close_crisis(&self, by: By, id: [u8; 16]) -> Result<(), CrisisError> {
        self.database.run(&Close { by, id, now: self.clock.now() }).await
    }

    /// The newest, at most 100.
    pub async fn crises(&self) -> Result<Vec<Crisis>, StorageError> {
        let rows: Vec<Row> =
            on!(self.database.read().await?, |c| sqlx::query_as(ALL).bind(LISTED_MAX).fetch_all(c).await?);
        rows.into_iter().map(|row| self.crisis_of(row)).collect()
    }

    /// The one that is in force.
    pub async fn crisis_in_force(&self) -> Result<Option<[u8; 16]>, StorageError> {
        in_force(&mut self.database.read().await?, self.clock.now()).await
    }

    fn seal_crisis(&self, id: &[u8; 16], sealed: &Sealed) -> Vec<u8> {
        let plain = serde_json::to_vec(sealed).expect("plain values with text keys");
        self.key.seal(&place(id), &plain, &mut self.entropy.rng())
    }

    fn open_sealed_crisis(&self, id: &[u8; 16], sealed: &[u8]) -> Result<Sealed, StorageError> {
        let damaged = || StorageError::Damaged("what is sealed of a crisis");
        let plain = self.key.open(&place(id), sealed).map_err(|_| damaged())?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }

    fn crisis_of(&self, row: Row) -> Result<Crisis, StorageError> {
        let (id, sealed, criteria, opened_at, confirmed_at, ends_at, closed_at) = row;
        let id: [u8; 16] = id.try_into().map_err(|_| StorageError::Damaged("a crisis"))?;
        let sealed = self.open_sealed_crisis(&id, &sealed)?;
        let ticked = CRITERIA.iter().enumerate().filter(|(bit, _)| criteria & (1 << bit) != 0);
        Ok(Crisis {
            id,
            name: sealed.name,
            criteria: ticked.map(|(_, name)| *name).collect(),
            opened_at: Time::from_micros(opened_at),
            confirmed_at: confirmed_at.map(Time::from_micros),
            ends_at: ends_at.map(Time::from_micros),
            closed_at: closed_at.map(Time::from_micros),
            opened_by: sealed.opened_by,
        })
    }
}

fn place(id: &[u8; 16]) -> Vec<u8> {
    [b"crisis".as_slice(), id].concat()
}

type Row = (Vec<u8>, Vec<u8>, i64, i64, Option<i64>, Option<i64>, Option<i64>);

struct Open {
    id: [u8; 16],
    sealed: Vec<u8>,
    bits: i64,
    by: By,
    now: Time,
}

impl Transact for Open {
    const NAME: &'static str = "crisis_open";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        on!(on, |c| sqlx::query(INSERT)
            .bind(&self.id[..])
            .bind(&self.sealed)
            .bind(self.bits)
            .bind(self.now.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        super::recorded_about(on, self.by, super::acts::CRISIS_OPENED, self.id, self.now).await
    }
}

struct Confirm<'a> {
    room: &'a Removal,
    by: By,
    id: [u8; 16],
    now: Time,
}

impl Transact for Confirm<'_> {
    const NAME: &'static str = "crisis_confirm";
    type Output = ();
    type Error = CrisisError;

    async fn run(&self, on: &mut Session) -> Result<(), CrisisError> {
        let row: Option<Row> =
            on!(on, |c| sqlx::query_as(ONE).bind(&self.id[..]).fetch_optional(c).await.map_err(StorageError::from)?);
        let crisis = self.room.crisis_of(row.ok_or(CrisisError::Unknown)?)?;
        if !crisis.waits(self.now) {
            return Err(CrisisError::Unknown);
        }
        if crisis.is_opened_by(self.by) {
            return Err(CrisisError::SamePerson);
        }
        let Crisis { name, opened_by, .. } = crisis;
        let sealed = Sealed { name, opened_by, confirmed_by: Some(self.by.sealed()) };
        let sealed = self.room.seal_crisis(&self.id, &sealed);
        let ends_at = self.now.plus_seconds(CRISIS_HOURS * 3_600);
        let changed = on!(on, |c| sqlx::query(CONFIRM)
            .bind(&self.id[..])
            .bind(sealed)
            .bind(self.now.as_micros())
            .bind(ends_at.as_micros())
            .execute(c)
            .await
            .map_err(StorageError::from)?
            .rows_affected());
        if changed == 0 {
            return Err(CrisisError::Unknown);
        }
        Ok(super::recorded_about(on, self.by, super::acts::CRISIS_CONFIRMED, self.id, self.now).await?)
    }
}

struct Close {
    by: By,
    id: [u8; 16],
    now: Time,
}

impl Transact for Close {
    const NAME: &'static str = "crisis_close";
    type Output = ();
    type Error = CrisisError;

    async fn run(&self, on: &mut Session) -> Result<(), CrisisError> {
        let changed = on!(on, |c| sqlx::query(CLOSE)
            .bind(&self.id[..])
            .bind(self.now.as_micros())
            .execute(c)
            .await
            .map_err(StorageError::from)?
            .rows_affected());
        if changed == 0 {
            return Err(CrisisError::Unknown);
        }
        Ok(super::recorded_about(on, self.by, super::acts::CRISIS_CLOSED, self.id, self.now).await?)
    }
}
