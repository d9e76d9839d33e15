//! Notices whose links somebody took back, within the transaction in which they did.

use exchange::{NoticeId, Time};

use super::log::Head;
use super::model::{Channel, Event, NotNow, State};
use super::outbox::{self, Purpose};
use super::queries;
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
    /// settled stays as it is. Nothing is written into the log of people: it was none of ours.
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
            let was_sent = standing.sent_at.is_some();
            let is_unsent = matches!(standing.state, State::Draft | State::Approved | State::Undeliverable);
            if !is_whole && !is_unsent {
                continue;
            }
            let (is_urgent, is_by_hand) = (standing.crisis.is_some(), standing.channel == Channel::Form);
            match head.step::<Not>(on, &mut notice, Event::Withdrawn, now).await {
                Ok(true) => {}
                Ok(false) | Err(Not::Now) => continue,
                Err(Not::Storage(error)) => return Err(error),
            }
            outbox::drop_all(on, id.as_bytes()).await?;
            if was_sent && !is_by_hand {
                outbox::put(on, id.as_bytes(), Purpose::Withdrawn, is_urgent, now).await?;
            }
        }
        // The outbox is looked at again; should this transaction fail, it finds nothing new there.
        self.wake.notify_one();
        Ok(())
    }
}
