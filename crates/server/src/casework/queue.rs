//! Who does what next.

use exchange::Time;

use super::Casework;
use super::model::{After, CaseworkError, Category, Kind, Measure, Stage, Work, WorkId};
use super::queries::{self, Shown};
use crate::access::audit::{self, Act};
use crate::access::staff::{Analyst, StaffId};
use crate::storage::{Session, StorageError, Transact};

/// Rows of one page.
pub const PAGE_ROWS: u32 = 50;
/// Nobody needs to know whether there are more.
pub const COUNT_MAX: u32 = 1_000;
/// Things of one person that their page lists.
const MINE_MAX: i64 = 200;
/// Things that are tried one after the other, when others are quicker.
const TRIES_MAX: i64 = 20;
/// What was handed to somebody is theirs so long, even if they look tomorrow.
const HANDED_HOURS: i64 = 12;
/// The share of verdicts without viewing is over so many days.
const RATE_DAYS: i64 = 28;

const TAKEN: Act = Act::new("case.taken");
const HANDED: Act = Act::new("case.handed_over");
const LET_GO: Act = Act::new("case.let_go");

/// How many verdicts there were lately, and how many of them by somebody who was shown nothing sharp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Verdicts.
    pub decided: u64,
    /// Of these without viewing.
    pub unseen: u64,
}

impl Rate {
    /// Of a hundred.
    pub const fn percent(&self) -> Option<u64> {
        (self.unseen * 100 + self.decided / 2).checked_div(self.decided)
    }
}

impl Casework {
    /// A page of what waits at a stage for this person: without what they want none of today, and without what they said
    /// something of already. One row more than a page is asked for tells whether there is another.
    pub async fn page(
        &self,
        who: &Analyst,
        stage: Stage,
        after: Option<After>,
    ) -> Result<(Vec<Work>, bool), StorageError> {
        let mut on = self.database.read().await?;
        let not = queries::opt_outs(&mut on, who.person()).await?;
        if stage == Stage::Contested && not.contains(&Category::Contested) {
            return Ok((Vec::new(), false));
        }
        let most = i64::from(PAGE_ROWS) + 1;
        let shown = Shown { stage, after, not: &not, who: who.person(), most, free_at: None };
        let mut rows = queries::page(&mut on, &shown).await?;
        let has_more = rows.len() as i64 == most;
        rows.truncate(PAGE_ROWS as usize);
        Ok((rows, has_more))
    }

    /// What somebody has now.
    pub async fn mine(&self, who: &Analyst) -> Result<Vec<Work>, StorageError> {
        queries::held_by(&mut self.database.read().await?, who.person(), self.clock.now(), MINE_MAX).await
    }

    /// How much waits at a stage; counted to [`COUNT_MAX`]. For the navigation.
    pub(crate) async fn count(&self, stage: Stage) -> Result<u64, StorageError> {
        queries::count(&mut self.database.read().await?, stage, COUNT_MAX.into()).await
    }

    /// How much is somebody's.
    pub(crate) async fn count_mine(&self, who: StaffId) -> Result<u64, StorageError> {
        queries::count_held(&mut self.database.read().await?, who, self.clock.now(), COUNT_MAX.into()).await
    }

    /// One piece of work; `None` when there is none.
    pub async fn work(&self, _: &Analyst, id: WorkId) -> Result<Option<Work>, StorageError> {
        queries::work(&mut self.database.read().await?, id).await
    }

    /// Takes one, or renews what one has.
    pub async fn take(&self, who: &Analyst, id: WorkId) -> Result<Work, CaseworkError> {
        let work = self.database.run(&Take { desk: self, who: who.person(), id, leads: who.is_lead() }).await?;
        self.bank.stir();
        if work.kind != Kind::Dispute {
            // Whoever can open its files sees to it that colleagues can who came since. It is theirs even if that fails.
            if let Err(error) = self.intake.hand_files_on(who.secret(), id.case()).await {
                tracing::warn!(%error, "the keys of a case's files were not sealed on");
            }
        }
        Ok(work)
    }

    /// Takes the first that is free; `None` when there is none. What somebody else takes at the same moment is passed over.
    pub async fn take_next(
        &self,
        who: &Analyst,
        stage: Stage,
        after: Option<After>,
    ) -> Result<Option<Work>, CaseworkError> {
        let mut on = self.database.read().await?;
        let not = queries::opt_outs(&mut on, who.person()).await?;
        if stage == Stage::Contested && not.contains(&Category::Contested) {
            return Ok(None);
        }
        let free_at = Some(self.clock.now());
        let shown = Shown { stage, after, not: &not, who: who.person(), most: TRIES_MAX, free_at };
        let free = queries::page(&mut on, &shown).await?;
        drop(on);
        for work in free {
            match self.take(who, work.id).await {
                Err(CaseworkError::Held | CaseworkError::Gone | CaseworkError::NotForYou) => {}
                taken => return taken.map(Some),
            }
        }
        Ok(None)
    }

    /// Keeps what one has for another while. False when it is not theirs any more.
    pub async fn renew(&self, who: &Analyst, id: WorkId) -> Result<bool, StorageError> {
        self.database.run(&Renew { who: who.person(), id, until: self.lease_end(), now: self.clock.now() }).await
    }

    /// Gives it to somebody else, who finds it among theirs. The caller makes sure that they work here and may.
    pub async fn hand_over(&self, who: &Analyst, id: WorkId, to: StaffId) -> Result<(), CaseworkError> {
        let now = self.clock.now();
        let until = now.plus_seconds(HANDED_HOURS * 3_600);
        self.database.run(&Hand { id, from: who.person(), to, until, now }).await?;
        self.bank.stir();
        Ok(())
    }

    /// Puts it back where it was.
    pub async fn let_go(&self, who: &Analyst, id: WorkId) -> Result<(), StorageError> {
        self.database.run(&LetGo { id, who: who.person(), now: self.clock.now() }).await?;
        self.bank.stir();
        Ok(())
    }

    /// Passes it over. It is counted on it, not on whoever does; nobody is asked why. Gives where the next one is looked for.
    pub async fn skip(&self, who: &Analyst, id: WorkId) -> Result<Option<(Stage, After)>, CaseworkError> {
        let now = self.clock.now();
        let (day, _) = self.day(now).await?;
        let skipped = self.database.run(&Skip { id, who: who.person(), now, day }).await?;
        self.bank.stir();
        Ok(skipped.map(|work| (work.stage, After { place: work.place, id: work.id })))
    }

    /// Verdicts of the last four weeks.
    pub async fn rate(&self) -> Result<Rate, StorageError> {
        let (day, _) = self.day(self.clock.now()).await?;
        let mut on = self.database.read().await?;
        let since = day - RATE_DAYS + 1;
        let decided = queries::counted(&mut on, Measure::Decided, since).await?;
        Ok(Rate { decided, unseen: queries::counted(&mut on, Measure::Unseen, since).await? })
    }

    /// What somebody wants none of.
    pub async fn opt_outs(&self, who: &Analyst) -> Result<Vec<Category>, StorageError> {
        queries::opt_outs(&mut self.database.read().await?, who.person()).await
    }

    /// Says what one wants none of, all of it anew. Nobody is asked why, and nobody else sees it.
    pub async fn opt_out(&self, who: &Analyst, all: &[Category]) -> Result<(), StorageError> {
        self.database.run(&OptOut { who: who.person(), all }).await
    }

    /// Writes down how many platforms met what a case is about, now that somebody opened it.
    pub(super) async fn note_spread(&self, work: &Work, platforms: usize) -> Result<(), StorageError> {
        let spread = super::place::spread_step(platforms);
        if spread == work.order.spread {
            return Ok(());
        }
        self.database.run(&Spread { id: work.id, order: super::Order { spread, ..work.order } }).await
    }

    pub(super) fn lease_end(&self) -> Time {
        self.clock.now().plus_seconds(i64::from(self.settings.lease_minutes) * 60)
    }
}

struct Take<'a> {
    desk: &'a Casework,
    who: StaffId,
    id: WorkId,
    leads: bool,
}

impl Transact for Take<'_> {
    const NAME: &'static str = "work_take";
    type Output = Work;
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<Work, CaseworkError> {
        let now = self.desk.clock.now();
        let work = queries::work(on, self.id).await?.filter(|work| work.stage != Stage::Nothing);
        let work = work.ok_or(CaseworkError::Gone)?;
        if work.stage == Stage::Lead && !self.leads {
            return Err(CaseworkError::NotForYou);
        }
        let until = self.desk.lease_end();
        // What was handed over keeps its longer lease.
        let until = work.held.filter(|(by, _)| *by == self.who).map_or(until, |(_, before)| before.max(until));
        if !queries::take(on, self.id, self.who, until, now).await? {
            let is_held = work.holder(now).is_some_and(|by| by != self.who);
            return Err(if is_held { CaseworkError::Held } else { CaseworkError::NotForYou });
        }
        if work.holder(now) != Some(self.who) {
            audit::record(on, now, self.who, TAKEN, Some(*self.id.as_bytes())).await?;
            on.notify().await?;
        }
        Ok(Work { held: Some((self.who, until)), ..work })
    }
}

struct Renew {
    who: StaffId,
    id: WorkId,
    until: Time,
    now: Time,
}

impl Transact for Renew {
    const NAME: &'static str = "work_renew";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let work = queries::work(on, self.id).await?;
        let held = work.and_then(|work| work.held).filter(|(by, _)| *by == self.who);
        let until = held.map_or(self.until, |(_, before)| before.max(self.until));
        queries::renew(on, self.id, self.who, until, self.now).await
    }
}

struct Hand {
    id: WorkId,
    from: StaffId,
    to: StaffId,
    until: Time,
    now: Time,
}

impl Transact for Hand {
    const NAME: &'static str = "work_hand";
    type Output = ();
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<(), CaseworkError> {
        let work = queries::work(on, self.id).await?.ok_or(CaseworkError::Gone)?;
        if !queries::hand(on, self.id, (self.from, self.to), self.until, self.now).await? {
            let is_mine = work.holder(self.now) == Some(self.from);
            return Err(if is_mine { CaseworkError::NotForYou } else { CaseworkError::NotYours });
        }
        audit::record(on, self.now, self.from, HANDED, Some(*self.id.as_bytes())).await?;
        Ok(on.notify().await?)
    }
}

struct LetGo {
    id: WorkId,
    who: StaffId,
    now: Time,
}

impl Transact for LetGo {
    const NAME: &'static str = "work_let_go";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::let_go(on, self.id, self.who).await?;
        audit::record(on, self.now, self.who, LET_GO, Some(*self.id.as_bytes())).await?;
        on.notify().await
    }
}

struct Skip {
    id: WorkId,
    who: StaffId,
    now: Time,
    day: i64,
}

impl Transact for Skip {
    const NAME: &'static str = "work_skip";
    type Output = Option<Work>;
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<Option<Work>, CaseworkError> {
        let Some(work) = queries::work(on, self.id).await? else { return Ok(None) };
        if !queries::skip(on, self.id, self.who, self.now).await? {
            return Err(CaseworkError::Held);
        }
        queries::count_up(on, self.day, Measure::Skipped).await?;
        on.notify().await?;
        Ok(Some(work))
    }
}

struct OptOut<'a> {
    who: StaffId,
    all: &'a [Category],
}

impl Transact for OptOut<'_> {
    const NAME: &'static str = "opt_out";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::set_opt_outs(on, self.who, self.all).await
    }
}

struct Spread {
    id: WorkId,
    order: super::Order,
}

impl Transact for Spread {
    const NAME: &'static str = "work_spread";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::reorder(on, self.id, &self.order).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_not_told() {
        assert_eq!(Rate { decided: 0, unseen: 0 }.percent(), None);
        assert_eq!(Rate { decided: 3, unseen: 2 }.percent(), Some(67));
        assert_eq!(Rate { decided: 8, unseen: 8 }.percent(), Some(100));
    }
}
