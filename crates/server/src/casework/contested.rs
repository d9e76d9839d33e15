//! What platforms contest, and what strangers say was listed wrongly: decided once, and the feed tells everybody.

use exchange::{EntryId, RemoveReason, Tier, Time};

use super::model::{CaseworkError, Kind, Measure, Stage, Work};
use super::queries;
use super::{Casework, notes};
use crate::access::audit::{self, Act};
use crate::access::staff::Analyst;
use crate::bank::{self, Ruling};
use crate::intake::{MESSAGE_CHARACTERS_MAX, OpenCase};
use crate::storage::{Session, Transact};

const UPHELD: Act = Act::new("dispute.upheld");
const WITHDRAWN: Act = Act::new("dispute.withdrawn");
const CONTESTED: Act = Act::new("appeal.contested");
const APPEAL_ENDED: Act = Act::new("appeal.ended");

impl Casework {
    /// Decides what is contested: the entry stands, or it is taken back. What two looked at, a lead alone takes back.
    pub async fn settle(&self, who: &Analyst, work: &Work, stands: bool) -> Result<(), CaseworkError> {
        if work.kind != Kind::Dispute {
            return Err(CaseworkError::NotForYou);
        }
        let now = self.clock.now();
        let (day, _) = self.day(now).await?;
        let seq = self.database.run(&Settle { who, work, stands, now, day }).await?;
        self.bank.ruled(seq).await;
        Ok(())
    }

    /// Contests an entry that an appeal is about: it is matched and never blocked until somebody decided on it as on any
    /// other dispute. Whoever appealed learns nothing of it.
    pub async fn contest(&self, who: &Analyst, work: &Work, entry: EntryId) -> Result<(), CaseworkError> {
        if work.kind != Kind::Appeal {
            return Err(CaseworkError::NotForYou);
        }
        let seq = self.database.run(&Contest { who, work, entry, now: self.clock.now() }).await?;
        self.bank.ruled(seq).await;
        Ok(())
    }

    /// Ends an appeal with an answer, which is the same whether anything was found.
    pub async fn end_appeal(
        &self,
        who: &Analyst,
        work: &Work,
        case: &OpenCase,
        answer: &str,
    ) -> Result<(), CaseworkError> {
        if work.kind != Kind::Appeal {
            return Err(CaseworkError::NotForYou);
        }
        if answer.chars().count() > MESSAGE_CHARACTERS_MAX {
            return Err(CaseworkError::TooLong);
        }
        let now = self.clock.now();
        let (day, _) = self.day(now).await?;
        self.database.run(&EndAppeal { desk: self, who, work, case, answer, now, day }).await?;
        self.bank.stir();
        Ok(())
    }
}

struct Settle<'a> {
    who: &'a Analyst,
    work: &'a Work,
    stands: bool,
    now: Time,
    day: i64,
}

impl Transact for Settle<'_> {
    const NAME: &'static str = "dispute_settle";
    type Output = u64;
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<u64, CaseworkError> {
        let (id, by) = (self.work.id, self.who.person());
        let ruling = if self.stands {
            Ruling::Stand(Tier::Reported)
        } else {
            if bank::tier_of_standing(on, id.entry()).await? == Some(Tier::Confirmed) && !self.who.is_lead() {
                return Err(CaseworkError::NotForYou);
            }
            Ruling::Withdraw(RemoveReason::Mistaken)
        };
        let seq = bank::rule(on, self.who, &[(id.entry(), ruling)], self.now).await?;
        let moved = (Stage::Contested, Stage::Nothing);
        if !queries::move_held(on, id, moved, by, self.now).await? {
            return Err(CaseworkError::NotYours);
        }
        // Decided is decided: the next dispute of it is another piece of work.
        queries::drop_all(on, id).await?;
        queries::count_up(on, self.day, Measure::Decided).await?;
        queries::count_up(on, self.day, Measure::Unseen).await?;
        audit::record(on, self.now, by, if self.stands { UPHELD } else { WITHDRAWN }, Some(*id.as_bytes())).await?;
        Ok(seq)
    }
}

struct Contest<'a> {
    who: &'a Analyst,
    work: &'a Work,
    entry: EntryId,
    now: Time,
}

impl Transact for Contest<'_> {
    const NAME: &'static str = "appeal_contest";
    type Output = u64;
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<u64, CaseworkError> {
        let (id, by) = (self.work.id, self.who.person());
        let seq = bank::rule(on, self.who, &[(self.entry, Ruling::Doubt)], self.now).await?;
        let held = queries::work(on, id).await?.is_some_and(|work| work.holder(self.now) == Some(by));
        if !held {
            return Err(CaseworkError::NotYours);
        }
        if let Some(class) = bank::class_of_standing(on, self.entry).await? {
            notes::note_contested(on, self.entry, class, self.now).await?;
        }
        // Which entry stands in no log beside the case: the two acts name one each.
        audit::record(on, self.now, by, CONTESTED, Some(*id.as_bytes())).await?;
        Ok(seq)
    }
}

struct EndAppeal<'a> {
    desk: &'a Casework,
    who: &'a Analyst,
    work: &'a Work,
    case: &'a OpenCase,
    answer: &'a str,
    now: Time,
    day: i64,
}

impl Transact for EndAppeal<'_> {
    const NAME: &'static str = "appeal_end";
    type Output = ();
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<(), CaseworkError> {
        let (id, by) = (self.work.id, self.who.person());
        self.desk.intake.conclude(on, self.case, Some(self.answer), true, self.now).await?;
        if !queries::move_held(on, id, (Stage::Contested, Stage::Nothing), by, self.now).await? {
            return Err(CaseworkError::NotYours);
        }
        queries::count_up(on, self.day, Measure::Decided).await?;
        queries::count_up(on, self.day, Measure::Unseen).await?;
        audit::record(on, self.now, by, APPEAL_ENDED, Some(*id.as_bytes())).await?;
        Ok(on.notify().await?)
    }
}
