//! Notices whose links somebody took back, or about which the desk says otherwise by now: within the transaction in which they
//! did. See [`Removal::stir`] for after it.

use exchange::{NoticeId, Time};

use super::log::Head;
use super::model::{Channel, Event, NotNow, State};
use super::outbox::{self, Purpose};
use super::queries::{self, Stored};
use crate::removal::Removal;
use crate::storage::{Session, StorageError};

/// Why an event did not happen: that it cannot is no failure here.
enum Not {
    Now,
    Storage(StorageError),
}

impl From<NotNow> for Not {
    fn from(_: NotNow) -> Self {
        Self::Now
    }
}

impl From<StorageError> for Not {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Removal {
    /// Takes notices back of which a person took links back; `true` beside those of which no link stands. Of the others, what
    /// was sent goes on for the links that stand: a platform is told nothing of single ones, and reminders name none. What is
    /// settled stays as it is. Nothing is written into the log of people: it was none of ours, or stands there as a verdict.
    pub(crate) async fn taken_back(
        &self,
        on: &mut Session,
        notices: &[(NoticeId, bool)],
        now: Time,
    ) -> Result<(), StorageError> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut head = Head::lock(on).await?;
        for (id, is_whole) in notices {
            let Some(mut notice) = queries::one(on, *id).await? else { continue };
            let standing = &notice.standing;
            let is_unsent = matches!(standing.state, State::Draft | State::Approved | State::Undeliverable);
            if !is_whole && !is_unsent {
                continue;
            }
            match withdraw::<Not>(on, &mut head, &mut notice, now).await {
                Ok(_) | Err(Not::Now) => {}
                Err(Not::Storage(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether one of these still asks for anything: one that was taken back does not.
    pub(crate) async fn ask(&self, on: &mut Session, notices: &[NoticeId]) -> Result<bool, StorageError> {
        Ok(queries::some(on, notices).await?.iter().any(|notice| notice.standing.state != State::Withdrawn))
    }
}

/// Takes a notice back: nothing of it goes out any more, and whoever was sent it by us hears so. False when it changes nothing.
pub(super) async fn withdraw<E: From<NotNow> + From<StorageError>>(
    on: &mut Session,
    head: &mut Head,
    notice: &mut Stored,
    now: Time,
) -> Result<bool, E> {
    let standing = &notice.standing;
    let hears = standing.sent_at.is_some() && standing.channel != Channel::Form;
    let (id, is_urgent) = (standing.id, standing.crisis.is_some());
    if !head.step::<E>(on, notice, Event::Withdrawn, now).await? {
        return Ok(false);
    }
    outbox::drop_all(on, id.as_bytes()).await?;
    if hears {
        outbox::put(on, id.as_bytes(), Purpose::Withdrawn, is_urgent, now).await?;
    }
    Ok(true)
}
