//! Neutral mails for what came in without anybody writing: what platforms did, what became of notices.
//!
//! The bank hears of an outcome and does not know whose it is; where a mail goes opens in the case alone. So whoever can open
//! cases looks through them and puts the mails (docs/design/0015). Nothing of a case is touched by that.

use exchange::{CaseId, EntryId, NoticeId, OutcomeKind, Time};
use sealing::RecipientSecret;

use super::case::{consent_of, held_of, over};
use super::model::{Item, OpenCase, What};
use super::notices::notices_in;
use super::{Intake, IntakeError, queries};
use crate::alerts::AlertKey;
use crate::removal::NoticeState;
use crate::storage::{Session, StorageError, Transact};

/// Cases read in one go.
const CASES_PER_TURN: i64 = 200;

impl Intake {
    /// Looks through every open case that this key opens, and puts a neutral mail where something came in since the last
    /// one; gives how many. A case that does not open is passed over, and said in the log.
    pub async fn tell_news_of_all(&self, secret: &RecipientSecret) -> Result<u64, IntakeError> {
        let (mut told, mut after) = (0, CaseId::from_bytes([0; 16]));
        loop {
            let some = queries::open_after(&mut self.database.read().await?, after, CASES_PER_TURN).await?;
            for id in &some {
                match self.tell_news_with(secret, *id).await {
                    Ok(is_told) => told += u64::from(is_told),
                    // It ended meanwhile.
                    Err(IntakeError::Over) => {}
                    Err(IntakeError::Sealed) => tracing::error!("a case does not open; its owner hears of no news"),
                    Err(error) => return Err(error),
                }
            }
            match some.last() {
                Some(last) if some.len() == CASES_PER_TURN as usize => after = *last,
                _ => return Ok(told),
            }
        }
    }

    async fn tell_news_with(&self, secret: &RecipientSecret, id: CaseId) -> Result<bool, IntakeError> {
        match self.open_as(secret, id).await? {
            Some(case) => self.tell_news(&case).await,
            None => Ok(false),
        }
    }

    /// Puts a neutral mail if something came in since the last one, and since there is an alert; whether it did.
    pub async fn tell_news(&self, case: &OpenCase) -> Result<bool, IntakeError> {
        if !self.alerts.is_offered() {
            return Ok(false);
        }
        let (_, items) = self.items(case).await?;
        let Some((set_at, key)) = alert_in(&items) else { return Ok(false) };
        let Some(came_at) = self.last_news(&items).await?.filter(|came_at| *came_at > set_at) else { return Ok(false) };
        let language = items.iter().find_map(|(_, item)| match &item.what {
            What::Opened { language, .. } => Some(language.as_str()),
            _ => None,
        });
        let work = Tell { intake: self, key, language: language.unwrap_or("en"), came_at };
        Ok(self.database.run(&work).await?)
    }

    /// When the last thing came in that is worth a mail, as the node heard of it.
    async fn last_news(&self, items: &[(i64, Item)]) -> Result<Option<Time>, IntakeError> {
        let over = over(items);
        let standing = items.iter().filter(|(position, _)| !over.contains(position));
        let held: Vec<(EntryId, Time)> =
            standing.filter_map(|(_, item)| held_of(item).map(|held| (held.entry, item.at))).collect();
        let entries: Vec<EntryId> = held.iter().map(|(entry, _)| *entry).collect();
        let (outcomes, consent) = (self.removal.outcomes_of(&entries).await?, consent_of(items));
        let partners = self.partners.list().await?;
        let is_reached =
            |name: &str| partners.iter().any(|partner| partner.name == name && consent.reaches(&partner.id));
        let mut last = None;
        for (entry, came_at) in &held {
            for told in outcomes.get(entry).map_or(&[][..], Vec::as_slice) {
                // What was done before this person came tells of others: their page does not show it either.
                if told.at >= *came_at && is_news(told.kind) && is_reached(&told.partner) {
                    last = last.max(Some(told.received_at));
                }
            }
        }
        let named: Vec<NoticeId> = notices_in(items).map(|(notice, _)| notice).collect();
        for notice in self.removal.notices_of(&named).await? {
            if is_answer(notice.state) {
                last = last.max(Some(notice.since));
            }
        }
        Ok(last)
    }
}

/// Whether an outcome is worth a mail: a copy that was merely met, or another picture, is not.
const fn is_news(kind: OutcomeKind) -> bool {
    matches!(kind, OutcomeKind::Blocked | OutcomeKind::Removed | OutcomeKind::Kept)
}

const fn is_answer(state: NoticeState) -> bool {
    match state {
        NoticeState::Removed
        | NoticeState::GeoBlocked
        | NoticeState::Back
        | NoticeState::Refused { .. }
        | NoticeState::Undeliverable => true,
        NoticeState::Waiting | NoticeState::Sent | NoticeState::Acknowledged | NoticeState::Withdrawn => false,
    }
}

/// The alert of a case as last said, and since when.
fn alert_in(items: &[(i64, Item)]) -> Option<(Time, &AlertKey)> {
    let said = items.iter().rev().find_map(|(_, item)| match &item.what {
        What::Alert { key } => Some((item.at, key.as_ref())),
        _ => None,
    });
    said.and_then(|(at, key)| Some((at, key?)))
}

struct Tell<'a> {
    intake: &'a Intake,
    key: &'a AlertKey,
    language: &'a str,
    came_at: Time,
}

impl Transact for Tell<'_> {
    const NAME: &'static str = "tell_news";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        self.intake.alerts.tell_of(on, self.key, self.language, self.came_at).await
    }
}
