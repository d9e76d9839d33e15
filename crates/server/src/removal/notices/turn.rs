//! What goes on by itself: clocks that pass, partners that are woken, pages that are looked at, texts that have served.

use exchange::{NoticeId, Time};

use super::log::Head;
use super::model::{Channel, Due, Event};
use super::outbox::Purpose;
use super::queries::{self, Of, Place};
use super::{NoticeError, outbox};
use crate::removal::regimes::Phase;
use crate::removal::{Removal, crisis, webhooks};
use crate::storage::{Session, StorageError, Transact};

/// Notices that one turn does something about, of each kind, at most.
const PER_TURN_MAX: i64 = 200;
/// Notices that one turn has looked at, at most: one process, one page after the other.
const LOOKS_PER_TURN_MAX: i64 = 5;
/// Between two looks at one notice, in seconds.
const LOOK_EVERY_SECONDS: i64 = 86_400;
/// How long after its end what a notice said is kept, in seconds.
pub(super) const KEPT_SECONDS: i64 = 180 * 86_400;

/// What one turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Turned {
    /// Clocks that had half passed.
    pub half: u32,
    /// Clocks that were over.
    pub over: u32,
    /// Pages that were looked at.
    pub looked: u32,
    /// Texts that were deleted.
    pub forgotten: u32,
    /// Partners that are to be woken.
    pub woken: u32,
}

impl Removal {
    /// Does what is due. `head` is the number of the bank's last change.
    pub async fn turn(&self, head: u64) -> Result<Turned, NoticeError> {
        let mut turned = Turned::default();
        let now = self.clock.now();
        for due in [Due::RemindHalf, Due::RemindOver] {
            for id in self.due(due, now, PER_TURN_MAX).await? {
                match self.database.run(&Pass { id, now }).await? {
                    Some(Event::HalfPassed) => turned.half += 1,
                    Some(Event::TimePassed) => turned.over += 1,
                    _ => {}
                }
            }
        }
        turned.woken = self.database.run(&Wake { head, now }).await?;
        turned.looked = self.look_again(now).await?;
        let until = now.plus_seconds(-KEPT_SECONDS);
        let served = queries::to_forget(&mut self.database.read().await?, until, PER_TURN_MAX).await?;
        for id in served {
            self.database.run(&Forget(id)).await?;
            turned.forgotten += 1;
        }
        Ok(turned)
    }

    async fn due(&self, due: Due, now: Time, most: i64) -> Result<Vec<NoticeId>, StorageError> {
        let list = queries::list(&mut self.database.read().await?, &Of::Due(due), now, Place::default(), most).await?;
        Ok(list.into_iter().map(|notice| notice.standing.id).collect())
    }

    /// Has the other process look at pages that somebody is to look at again; what it saw is put beside them. It settles nothing.
    async fn look_again(&self, now: Time) -> Result<u32, NoticeError> {
        let Some(looker) = &self.looker else { return Ok(0) };
        let mut looked = 0;
        for id in self.due(Due::Check, now, PER_TURN_MAX).await? {
            let Some(notice) = queries::one(&mut self.database.read().await?, id).await? else { continue };
            let Ok(content) = self.open(&notice) else { continue };
            let last = content.looks.last().map(|(at, _)| *at);
            if last.is_some_and(|last| now < last.plus_seconds(LOOK_EVERY_SECONDS)) {
                continue;
            }
            let seen = looker.look(&content.urls).await;
            self.database.run(&Saw { room: self, id, seen, now }).await?;
            looked += 1;
            if i64::from(looked) == LOOKS_PER_TURN_MAX {
                break;
            }
        }
        Ok(looked)
    }
}

/// Lets a clock's half or end pass, and puts the reminder. The half of a clock that is over by now is told of no more.
struct Pass {
    id: NoticeId,
    now: Time,
}

impl Transact for Pass {
    const NAME: &'static str = "notice_pass";
    type Output = Option<Event>;
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<Option<Event>, NoticeError> {
        let mut head = Head::lock(on).await?;
        let Some(mut notice) = queries::one(on, self.id).await? else { return Ok(None) };
        let Some(clock) = notice.standing.clock() else { return Ok(None) };
        let (event, purpose) = match (clock.phase(self.now), notice.standing.due) {
            (Phase::Over, Due::RemindHalf | Due::RemindOver) => (Event::TimePassed, Purpose::RemindOver),
            (Phase::Half, Due::RemindHalf) => (Event::HalfPassed, Purpose::RemindHalf),
            _ => return Ok(None),
        };
        if !notice.standing.is_waiting() {
            return Ok(None);
        }
        head.step::<NoticeError>(on, &mut notice, event, self.now).await?;
        if notice.standing.channel != Channel::Form {
            let is_urgent = notice.standing.crisis.is_some();
            outbox::put(on, self.id.as_bytes(), purpose, is_urgent, self.now).await?;
        }
        Ok(Some(event))
    }
}

/// While a crisis is on, tells partners that the bank has changed; gives how many.
struct Wake {
    head: u64,
    now: Time,
}

impl Transact for Wake {
    const NAME: &'static str = "partners_wake";
    type Output = u32;
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<u32, NoticeError> {
        if crisis::in_force(on, self.now).await?.is_none() {
            return Ok(0);
        }
        let behind = webhooks::behind(on, self.head).await?;
        for partner in &behind {
            webhooks::woken(on, *partner, self.head).await?;
            outbox::put(on, partner.as_bytes(), Purpose::Changes, true, self.now).await?;
        }
        Ok(u32::try_from(behind.len()).unwrap_or(u32::MAX))
    }
}

struct Saw<'a> {
    room: &'a Removal,
    id: NoticeId,
    seen: Vec<crate::removal::look::Seen>,
    now: Time,
}

impl Transact for Saw<'_> {
    const NAME: &'static str = "notice_saw";
    type Output = ();
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<(), NoticeError> {
        let _head = Head::lock(on).await?;
        let Some(notice) = queries::one(on, self.id).await? else { return Ok(()) };
        let Ok(mut content) = self.room.open(&notice) else { return Ok(()) };
        content.saw(self.now, self.seen.clone());
        Ok(queries::reseal(on, self.id, &self.room.seal(self.id, &content), notice.digest.as_ref()).await?)
    }
}

struct Forget(NoticeId);

impl Transact for Forget {
    const NAME: &'static str = "notice_forget";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::forget(on, self.0).await
    }
}
