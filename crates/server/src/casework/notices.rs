//! Asking platforms to take down what a case is about: what was decided of it says whether and under which laws.

use exchange::{Class, NoticeId, Time};

use super::model::{CaseworkError, Decided, Stage, WorkId};
use super::taxonomy::{Follows, taxonomy};
use super::{Casework, verdict};
use crate::access::audit::{self, Act};
use crate::access::staff::Analyst;
use crate::intake::{CaseView, OpenCase};
use crate::removal::By;
use crate::removal::notices::{NewNotice, NoticeError};
use crate::storage::{Session, StorageError, Transact};

const DRAFTED: Act = Act::new("case.notice_drafted");

/// Whether platforms may be asked for what a case is about, as far as the desk is concerned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MayAsk {
    /// It is decided that it is to come down.
    Yes(Decided),
    /// Nobody has decided yet, or two differ and a lead is to.
    NotYet,
    /// It was decided that nothing follows.
    No,
    /// This person may look second, blind to the first: what is asked of platforms would tell them.
    Blind,
}

impl Casework {
    /// What stands for a case: for asking platforms to take it down.
    pub async fn may_ask(&self, who: &Analyst, case: &OpenCase, view: &CaseView) -> Result<MayAsk, CaseworkError> {
        may_ask(&mut self.database.read().await?, who, case, view.row.class).await
    }

    /// Drafts a notice about links of a case, which are named by their places: the notice and its name in the case are written
    /// together, or nothing is. `None` when it may not be asked any more at this moment: something else was decided, a link was
    /// taken back or asked for, its person lets us ask nobody.
    pub async fn draft_notice(
        &self,
        who: &Analyst,
        case: &OpenCase,
        view: &CaseView,
        new: &NewNotice,
        links: Vec<i64>,
    ) -> Result<Option<NoticeId>, DraftError> {
        let (id, now, class) = (self.removal.new_id(), self.clock.now(), view.row.class);
        let is_drafted = self.database.run(&Draft { desk: self, who, case, class, id, new, links, now }).await?;
        Ok(is_drafted.then_some(id))
    }
}

async fn may_ask(on: &mut Session, who: &Analyst, case: &OpenCase, class: Class) -> Result<MayAsk, CaseworkError> {
    let all = verdict::said(on, case).await?;
    let work = super::queries::work(on, WorkId::of_case(case.id)).await?;
    let stage = work.map_or(Stage::Nothing, |work| work.stage);
    let has_said = all.iter().any(|said| said.by == who.person());
    if stage == Stage::Second && !has_said {
        return Ok(MayAsk::Blind);
    }
    let Some(last) = all.last().filter(|_| !matches!(stage, Stage::First | Stage::Lead)) else {
        return Ok(MayAsk::NotYet);
    };
    let Some(code) = taxonomy().find(&last.verdict.code).filter(|code| code.follows == Follows::Protect) else {
        return Ok(MayAsk::No);
    };
    Ok(MayAsk::Yes(Decided { class, regimes: &code.regimes }))
}

/// Why no notice was drafted. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// See [`NoticeError`].
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// See [`CaseworkError`].
    #[error(transparent)]
    Casework(#[from] CaseworkError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl crate::storage::Transient for DraftError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Notice(error) => error.is_transient(),
            Self::Casework(error) => error.is_transient(),
            Self::Storage(error) => error.is_transient(),
        }
    }
}

struct Draft<'a> {
    desk: &'a Casework,
    who: &'a Analyst,
    case: &'a OpenCase,
    class: Class,
    id: NoticeId,
    new: &'a NewNotice,
    links: Vec<i64>,
    now: Time,
}

impl Transact for Draft<'_> {
    const NAME: &'static str = "case_notice_draft";
    /// Whether it was.
    type Output = bool;
    type Error = DraftError;

    async fn run(&self, on: &mut Session) -> Result<bool, DraftError> {
        let Self { desk, who, case, class, id, new, now, .. } = *self;
        // Nothing is decided of the case, and nothing of it taken back, until this is written.
        desk.intake.lock(on, case).await.map_err(CaseworkError::from)?;
        let MayAsk::Yes(decided) = may_ask(on, who, case, class).await? else { return Ok(false) };
        if !decided.regimes.contains(&new.regime) || decided.class != new.class {
            return Err(NoticeError::WrongRegime(new.regime.clone()).into());
        }
        let named = desk.intake.note_notice(on, case, id, self.links.clone(), now).await;
        if !named.map_err(CaseworkError::from)? {
            return Ok(false);
        }
        desk.removal.draft_in(on, By::from(who), id, new).await?;
        // The case, and no notice: which belong together stands in the case's sealed items alone.
        audit::record(on, now, who.person(), DRAFTED, Some(*case.id.as_bytes())).await?;
        Ok(true)
    }
}
