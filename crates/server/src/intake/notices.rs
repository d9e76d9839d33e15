//! The notices that a case names: what platforms are asked about its links. All of it within what else is done to the case.

use exchange::{NoticeId, Time};

use super::case::{AlertTodo, Append, consent_of, opened, over};
use super::model::{Item, OpenCase, What};
use super::{Intake, IntakeError, queries};
use crate::storage::{Session, Transact};

/// Which notices of a case are stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// What nobody has sent yet.
    Unsent,
    /// That, and what platforms were asked is taken back.
    All,
}

impl Intake {
    /// Keeps others from adding to a case until this transaction ends. It is locked before its work and the log of notices.
    pub(crate) async fn lock(&self, on: &mut Session, case: &OpenCase) -> Result<(), IntakeError> {
        if queries::lock_case(on, case.id).await? { Ok(()) } else { Err(IntakeError::Over) }
    }

    /// Writes down that a platform is asked to take these links down; see [`What::Notice`]. Where that is not to be any more,
    /// nothing is written, and false is given: a link was taken back or asked for meanwhile, or its person lets us ask nobody.
    pub(crate) async fn note_notice(
        &self,
        on: &mut Session,
        case: &OpenCase,
        notice: NoticeId,
        links: Vec<i64>,
        now: Time,
    ) -> Result<bool, IntakeError> {
        self.lock(on, case).await?;
        let there = opened(on, case).await?;
        let over = over(&there);
        if !consent_of(&there).notifies() || links.iter().any(|link| over.contains(link)) {
            return Ok(false);
        }
        let about = notices_in(&there).filter(|(_, named)| named.iter().any(|link| links.contains(link)));
        let about: Vec<NoticeId> = about.map(|(notice, _)| notice).collect();
        if self.removal.ask(on, &about).await? {
            return Ok(false);
        }
        let items = vec![Item { at: now, what: What::Notice { notice, links } }];
        Append { intake: self, case, waits_for: None, items, alert: AlertTodo::Keep, now }.run(on).await?;
        Ok(true)
    }

    /// Stops notices of a case about which the desk says otherwise by now than when they were drafted. What is settled stays as
    /// it is.
    pub(crate) async fn stop_notices(
        &self,
        on: &mut Session,
        case: &OpenCase,
        stop: Stop,
        now: Time,
    ) -> Result<(), IntakeError> {
        self.lock(on, case).await?;
        let there = opened(on, case).await?;
        let named: Vec<(NoticeId, bool)> = notices_in(&there).map(|(notice, _)| (notice, stop == Stop::All)).collect();
        Ok(self.removal.taken_back(on, &named, now).await?)
    }
}

/// Notices that a case names, with the places of their links.
pub(super) fn notices_in(items: &[(i64, Item)]) -> impl Iterator<Item = (NoticeId, &Vec<i64>)> {
    items.iter().filter_map(|(_, item)| match &item.what {
        What::Notice { notice, links } => Some((*notice, links)),
        _ => None,
    })
}
