//! Notices as pages, partners and a person's timeline see them, and what people do about them by hand.

use std::collections::HashMap;

use exchange::{Class, KeptReason, NoticeId, Time};

use super::draft::Content;
use super::log::Head;
use super::model::{Answer, Authority, Channel, Event, Found, Refusal, Standing, State};
use super::outbox::{Dead, OutboxStanding, Purpose};
use super::queries::{self, Line, Of, Place};
use super::taken_back::withdraw;
use super::{By, NoticeError, outbox};
use crate::removal::directory::Directory;
use crate::removal::{NoticeState, NoticeView, Removal, acts, recorded};
use crate::storage::{Session, StorageError, Transact};

/// Lines of one notice's history that are read, at most.
const LINES_MAX: i64 = 500;
/// How many of a list are counted, at most: more are "more than".
pub const COUNTED_MAX: i64 = 1_000;
/// Notices asked for at a time, at most.
pub const IDS_MAX: usize = 1_000;

/// A notice without what it says: for a person's timeline and for boards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Which.
    pub id: NoticeId,
    /// Key of the platform.
    pub platform: String,
    /// What the platform is called; of one outside the list its key.
    pub name: String,
    /// Key of the regime.
    pub regime: String,
    /// The legal class.
    pub class: Class,
    /// How it stands.
    pub state: State,
    /// By which way it goes.
    pub channel: Channel,
    /// How many addresses it names.
    pub urls: u32,
    /// To the hour.
    pub drafted_at: Time,
    /// To the hour.
    pub approved_at: Option<Time>,
    /// When it was handed over.
    pub sent_at: Option<Time>,
    /// When the platform said that it has it.
    pub acknowledged_at: Option<Time>,
    /// When its time is over.
    pub deadline_at: Option<Time>,
    /// Since when the platform is late, if it is.
    pub late_since: Option<Time>,
    /// When it was last settled.
    pub closed_at: Option<Time>,
    /// Why it was kept.
    pub reason: Option<Refusal>,
    /// How often it came back.
    pub reposts: u32,
    /// Whether it is of a crisis.
    pub is_urgent: bool,
    /// What is to be done next, and when.
    pub due: (super::Due, Option<Time>),
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
}

/// A notice with what it says and what happened to it.
#[derive(Clone, Debug)]
pub struct Whole {
    /// How it stands.
    pub view: Summary,
    /// Its row in clear.
    pub standing: Standing,
    /// What it says; `None` once deleted.
    pub content: Option<Content>,
    /// SHA-256 of the text, once approved.
    pub digest: Option<[u8; 32]>,
    /// What happened, oldest first.
    pub moments: Vec<Moment>,
}

impl Summary {
    /// As a person is told: to whom, until when, what came of it; nothing of how we work.
    fn told(&self) -> NoticeView {
        let since = |at: Option<Time>| at.or(self.sent_at).unwrap_or(self.drafted_at);
        let (state, since) = match self.state {
            State::Draft | State::Approved => (NoticeState::Waiting, self.drafted_at),
            State::Sent => (NoticeState::Sent, since(self.sent_at)),
            State::Acknowledged => (NoticeState::Acknowledged, since(self.acknowledged_at)),
            State::Removed => (NoticeState::Removed, since(self.closed_at)),
            State::GeoBlocked => (NoticeState::GeoBlocked, since(self.closed_at)),
            State::Refused => (NoticeState::Refused { because: self.reason.and_then(kept) }, since(self.closed_at)),
            State::Reposted => (NoticeState::Back, since(self.closed_at)),
            State::Undeliverable => (NoticeState::Undeliverable, since(self.approved_at)),
            State::Withdrawn => (NoticeState::Withdrawn, since(self.closed_at)),
        };
        let (id, platform) = (self.id, self.name.clone());
        NoticeView { id, platform, sent_at: self.sent_at, deadline: self.deadline_at, state, since }
    }

    fn of(standing: &Standing, directory: &Directory, now: Time) -> Self {
        Self {
            id: standing.id,
            platform: standing.platform.clone(),
            name: directory.name(&standing.platform),
            regime: standing.regime.clone(),
            class: standing.class,
            state: standing.state,
            channel: standing.channel,
            urls: standing.urls,
            drafted_at: standing.drafted_at,
            approved_at: standing.approved_at,
            sent_at: standing.sent_at,
            acknowledged_at: standing.acknowledged_at,
            deadline_at: standing.deadline_at,
            late_since: standing.late_since(now),
            closed_at: standing.closed_at,
            reason: standing.reason,
            reposts: standing.reposts,
            is_urgent: standing.crisis.is_some(),
            due: (standing.due, standing.due_at),
        }
    }
}

impl Removal {
    /// How these notices stand, as a person's timeline tells it; in the order in which they were asked for, without those that
    /// there are not. At most [`IDS_MAX`].
    pub async fn notices_of(&self, ids: &[NoticeId]) -> Result<Vec<NoticeView>, StorageError> {
        Ok(self.summaries_of(ids).await?.iter().map(Summary::told).collect())
    }

    /// How these notices stand, in the order in which they were asked for; those that there are not are left out. At most
    /// [`IDS_MAX`].
    pub async fn summaries_of(&self, ids: &[NoticeId]) -> Result<Vec<Summary>, StorageError> {
        let ids = &ids[..ids.len().min(IDS_MAX)];
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let mut on = self.database.read().await?;
        let directory = Directory::read(&mut on).await?;
        let now = self.clock.now();
        let found: HashMap<NoticeId, Summary> = queries::some(&mut on, ids)
            .await?
            .iter()
            .map(|notice| (notice.standing.id, Summary::of(&notice.standing, &directory, now)))
            .collect();
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// One notice whole. A partner gets its own alone.
    pub async fn whole(&self, by: By, id: NoticeId) -> Result<Whole, NoticeError> {
        let mut on = self.database.read().await?;
        let notice = queries::one(&mut on, id).await?.filter(|notice| by.reaches(&notice.standing));
        let notice = notice.ok_or(NoticeError::Unknown(id))?;
        let directory = Directory::read(&mut on).await?;
        let lines: Vec<Line> = queries::log_of(&mut on, id, LINES_MAX).await?;
        let content = match self.open(&notice) {
            Ok(content) => Some(content),
            Err(NoticeError::Forgotten) => None,
            Err(error) => return Err(error),
        };
        let moments = lines.into_iter().map(|line| Moment { at: line.at, event: line.event }).collect();
        let view = Summary::of(&notice.standing, &directory, self.clock.now());
        Ok(Whole { view, standing: notice.standing, content, digest: notice.digest, moments })
    }

    /// A page of a list, and the place behind it where there is more.
    pub async fn list(
        &self,
        of: &Of,
        after: Place,
        most: usize,
    ) -> Result<(Vec<Summary>, Option<Place>), StorageError> {
        let mut on = self.database.read().await?;
        let now = self.clock.now();
        let asked = i64::try_from(most).unwrap_or(i64::MAX - 1) + 1;
        let mut list = queries::list(&mut on, of, now, after, asked).await?;
        let has_more = list.len() > most;
        list.truncate(most);
        let place = list.last().filter(|_| has_more).map(|last| {
            let micros = match of {
                Of::Late => last.standing.deadline_at,
                Of::Due(_) => last.standing.due_at,
                _ => None,
            };
            Place { micros: micros.map_or(0, Time::as_micros), id: *last.standing.id.as_bytes() }
        });
        let directory = Directory::read(&mut on).await?;
        Ok((list.iter().map(|notice| Summary::of(&notice.standing, &directory, now)).collect(), place))
    }

    /// How many a list has, counted up to [`COUNTED_MAX`].
    pub async fn how_many(&self, of: &Of) -> Result<u64, StorageError> {
        queries::how_many(&mut self.database.read().await?, of, self.clock.now(), COUNTED_MAX).await
    }

    /// How many notices of each platform stand how: key, state, how many. From the counts.
    pub async fn states(&self) -> Result<Vec<(String, State, u64)>, StorageError> {
        let states = queries::states(&mut self.database.read().await?).await?;
        Ok(states
            .into_iter()
            .filter_map(|(platform, measure, amount)| {
                let state = State::from_code(measure - super::STATES)?;
                (amount > 0).then(|| (platform, state, amount.unsigned_abs()))
            })
            .collect())
    }

    /// Something happens to a notice: what a person or a partner says of it. False when it changes nothing.
    pub async fn happened(&self, by: By, id: NoticeId, event: Event) -> Result<bool, NoticeError> {
        let changed = self.database.run(&Happened { room: self, by, id, event }).await?;
        if changed {
            metrics::counter!("rempart_notice_events_total", "event" => name(event)).increment(1);
            self.wake.notify_one();
        }
        Ok(changed)
    }

    /// Puts an approved notice into the outbox again: after a backup was restored, which leaves the outbox behind. What waits
    /// there already stays as it is. False when the notice is not one that goes out by itself.
    pub async fn requeue(&self, by: By, id: NoticeId) -> Result<bool, NoticeError> {
        let put = self.database.run(&Requeue { room: self, by, id }).await?;
        self.wake.notify_one();
        Ok(put)
    }

    /// The platform has it.
    pub async fn acknowledge(&self, by: By, id: NoticeId) -> Result<bool, NoticeError> {
        self.happened(by, id, Event::Acknowledged).await
    }

    /// The platform answers.
    pub async fn answer(&self, by: By, id: NoticeId, answer: Answer) -> Result<bool, NoticeError> {
        self.happened(by, id, Event::Answered(answer)).await
    }

    /// Somebody looked.
    pub async fn check(&self, by: By, id: NoticeId, found: Found) -> Result<bool, NoticeError> {
        self.happened(by, id, Event::Checked(found)).await
    }

    /// It was taken further.
    pub async fn escalated(&self, by: By, id: NoticeId, to: Authority) -> Result<bool, NoticeError> {
        self.happened(by, id, Event::Escalated(to)).await
    }

    /// What was given up, the newest first.
    pub async fn dead_letters(&self) -> Result<Vec<Dead>, StorageError> {
        outbox::dead(&mut self.database.read().await?).await
    }

    /// How the outbox stands.
    pub async fn outbox(&self) -> Result<OutboxStanding, StorageError> {
        Self::outbox_of(&mut self.database.read().await?, self.clock.now()).await
    }

    /// The same of a node that is not open.
    pub async fn outbox_of(on: &mut Session, now: Time) -> Result<OutboxStanding, StorageError> {
        outbox::standing(on, now).await
    }

    /// Every platform, and who we are.
    pub async fn directory(&self) -> Result<Directory, StorageError> {
        Directory::read(&mut self.database.read().await?).await
    }
}

/// The reasons that entries have too; of the others a person is told that there was none of these.
const fn kept(reason: Refusal) -> Option<KeptReason> {
    match reason {
        Refusal::NotAViolation => Some(KeptReason::NotAViolation),
        Refusal::PublicInterest => Some(KeptReason::PublicInterest),
        Refusal::Consent => Some(KeptReason::Consent),
        Refusal::Legal => Some(KeptReason::Legal),
        Refusal::NotFound | Refusal::Partly | Refusal::Other => None,
    }
}

fn name(event: Event) -> &'static str {
    match event {
        Event::Approved => "approved",
        Event::HandedOver => "handed_over",
        Event::Acknowledged => "acknowledged",
        Event::HalfPassed => "half_passed",
        Event::TimePassed => "time_passed",
        Event::Escalated(_) => "escalated",
        Event::Answered(_) => "answered",
        Event::Checked(_) => "checked",
        Event::GivenUp => "given_up",
        Event::Retried => "retried",
        Event::Withdrawn => "withdrawn",
    }
}

struct Happened<'a> {
    room: &'a Removal,
    by: By,
    id: NoticeId,
    event: Event,
}

impl Transact for Happened<'_> {
    const NAME: &'static str = "notice_happened";
    type Output = bool;
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<bool, NoticeError> {
        let mut head = Head::lock(on).await?;
        let notice = queries::one(on, self.id).await?.filter(|notice| self.by.reaches(&notice.standing));
        let mut notice = notice.ok_or(NoticeError::Unknown(self.id))?;
        // A partner says what it did, and nothing else happens at its word.
        let is_theirs = matches!(self.event, Event::Acknowledged | Event::Answered(_));
        if matches!(self.by, By::Partner(_)) && !is_theirs {
            return Err(NoticeError::Unknown(self.id));
        }
        // What a person says was sent by hand goes by hand; the outbox says it of the rest.
        let is_by_hand = notice.standing.channel == Channel::Form;
        if self.event == Event::HandedOver && !is_by_hand {
            return Err(super::NotNow(notice.standing.state).into());
        }
        let now = self.room.clock.now();
        let changed = match self.event {
            Event::Withdrawn => withdraw::<NoticeError>(on, &mut head, &mut notice, now).await?,
            event => head.step::<NoticeError>(on, &mut notice, event, now).await?,
        };
        if !changed {
            return Ok(false);
        }
        if self.event == Event::Retried {
            let is_urgent = notice.standing.crisis.is_some();
            outbox::put(on, self.id.as_bytes(), Purpose::Notice, is_urgent, now).await?;
        }
        recorded(on, self.by, acts::of(self.event), self.id, now).await?;
        Ok(true)
    }
}

struct Requeue<'a> {
    room: &'a Removal,
    by: By,
    id: NoticeId,
}

impl Transact for Requeue<'_> {
    const NAME: &'static str = "notice_requeue";
    type Output = bool;
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<bool, NoticeError> {
        let _head = Head::lock(on).await?;
        let notice = queries::one(on, self.id).await?.ok_or(NoticeError::Unknown(self.id))?;
        if notice.standing.state != State::Approved || notice.standing.channel == Channel::Form {
            return Ok(false);
        }
        let (is_urgent, now) = (notice.standing.crisis.is_some(), self.room.clock.now());
        outbox::put(on, self.id.as_bytes(), Purpose::Notice, is_urgent, now).await?;
        recorded(on, self.by, acts::of(Event::Retried), self.id, now).await?;
        Ok(true)
    }
}
