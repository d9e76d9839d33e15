//! What becomes of content: notices to platforms, followed until what they are about is gone (docs/design/0018-removal.md),
//! and the outcomes that partners report about entries.

mod chart;
pub mod crisis;
pub mod debrief;
pub mod directory;
mod folded;
pub mod letters;
pub mod look;
mod notice;
pub mod notices;
pub(crate) mod pages;
mod post;
mod queries;
pub mod regimes;
pub mod scorecard;
pub mod signature;
pub mod webhook;
mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;

use exchange::{EntryId, KeptReason, OutcomeError, OutcomeKind, OutcomeReport, PartnerId, Time};
use sealing::NodeKey;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Notify};

use crate::access::staff::StaffId;
use crate::access::{Teller, audit};
use crate::alerts::MailSettings;
use crate::clock::{Clock, Entropy};
use crate::http::{Guard, Refused};
use crate::storage::{Database, Session, StorageError, Transact, Transient};

pub use look::Looker;
pub use notice::{NoticeState, NoticeView};
pub use notices::By;
pub use webhooks::Hook;

/// Every whole text of this room, for the test that prepares them on both engines.
pub const SQL: &[&[&str]] =
    &[queries::SQL, notices::SQL[0], notices::SQL[1], directory::SQL, crisis::SQL, webhooks::SQL];

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Removal {
    database: Database,
    clock: Clock,
    entropy: Entropy,
    key: Arc<NodeKey>,
    signer: Arc<webhook::Signer>,
    mail: Option<Arc<MailSettings>>,
    guard: Guard,
    looker: Option<Arc<Looker>>,
    /// Rung when something was put into the outbox.
    wake: Arc<Notify>,
    /// What everybody may read of crises, as counted last.
    published: Arc<Mutex<Option<debrief::Published>>>,
    /// What was counted, as last folded.
    months: Arc<folded::Months>,
}

/// How notices leave.
#[derive(Clone, Debug)]
pub struct Ways {
    /// By mail; `None`: not.
    pub mail: Option<MailSettings>,
    /// What judges where webhooks go.
    pub guard: Guard,
    /// Who looks at pages again; `None`: people alone.
    pub looker: Option<Looker>,
}

/// Why a report was not taken. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    /// See [`OutcomeError`].
    #[error(transparent)]
    Report(#[from] OutcomeError),
    /// No such entry. It may have been on another node, or in a bank restored from an older backup.
    #[error("outcome {position}: no entry {entry} here")]
    UnknownEntry {
        /// Which outcome, from 0.
        position: usize,
        /// What it names.
        entry: EntryId,
    },
    /// The address of a webhook is not one that is called. See [`Refused`].
    #[error("this address is not called: {0}")]
    Webhook(Refused),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for RemovalError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// What became of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reported {
    /// Outcomes that were new.
    pub recorded: u64,
    /// Outcomes whose id had been reported before; the first report stands.
    pub repeated: u64,
}

/// An outcome as it is shown to whoever may see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OutcomeView {
    /// Name of the partner that reported it.
    pub partner: String,
    /// What was done.
    pub kind: OutcomeKind,
    /// Why a copy was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<KeptReason>,
    /// How many copies.
    pub count: u32,
    /// When, by the partner's clock.
    pub at: Time,
    /// When the node heard of it.
    pub received_at: Time,
}

impl Removal {
    /// The room over this database.
    pub fn new(database: Database, key: Arc<NodeKey>, clock: Clock, entropy: Entropy, ways: Ways) -> Self {
        let Ways { mail, guard, looker } = ways;
        Self {
            database,
            clock,
            entropy,
            signer: Arc::new(webhook::Signer::of(&key)),
            key,
            mail: mail.map(Arc::new),
            guard,
            looker: looker.map(Arc::new),
            wake: Arc::default(),
            published: Arc::default(),
            months: Arc::default(),
        }
    }

    /// Ready when something was put into the outbox by this process.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Has the outbox looked at again: what another room's transaction put there is committed by now.
    pub(crate) fn stir(&self) {
        self.wake.notify_one();
    }

    /// What webhooks are signed with, for whoever checks them.
    pub fn webhook_key(&self) -> webhook::PublicKey {
        self.signer.public()
    }

    /// Keeps what the operator says of a platform.
    pub async fn set_platform(
        &self,
        by: By,
        key: &str,
        said: &directory::PlatformSettings,
        partner: Option<PartnerId>,
    ) -> Result<(), notices::NoticeError> {
        said.check(key, partner)?;
        Ok(self.database.run(&SetPlatform { by, key, said, partner, now: self.clock.now() }).await?)
    }

    /// Keeps who we are.
    pub async fn set_ourselves(&self, by: By, who: &directory::Ourselves) -> Result<(), notices::NoticeError> {
        who.check()?;
        Ok(self.database.run(&SetOurselves { by, who, now: self.clock.now() }).await?)
    }

    /// Writes outcomes down, each id once.
    pub async fn report(&self, who: &Teller, report: &OutcomeReport) -> Result<Reported, RemovalError> {
        report.check()?;
        let work = Report { partner: who.partner(), agreement: *who.agreement(), report, now: self.clock.now() };
        let recorded = self.database.run(&work).await?;
        let sent = report.outcomes.len() as u64;
        for outcome in &report.outcomes {
            metrics::counter!("rempart_outcomes_total", "kind" => outcome.kind.name()).increment(1);
        }
        Ok(Reported { recorded, repeated: sent - recorded })
    }

    /// Outcomes about an entry, newest first: all of them, or those of one partner.
    pub async fn outcomes(&self, entry: EntryId, of: Option<PartnerId>) -> Result<Vec<OutcomeView>, StorageError> {
        queries::outcomes(&mut self.database.read().await?, entry, of).await
    }

    /// Outcomes about several entries, newest first in each.
    pub async fn outcomes_of(&self, entries: &[EntryId]) -> Result<HashMap<EntryId, Vec<OutcomeView>>, StorageError> {
        queries::outcomes_of(&mut self.database.read().await?, entries).await
    }

    /// How many outcomes of each kind were ever reported.
    pub async fn counts(&self) -> Result<Vec<(OutcomeKind, u64)>, StorageError> {
        queries::counts(&mut self.database.read().await?).await
    }
}

/// How many outcomes of each kind were ever reported, as one reading shows them.
pub(crate) async fn reported(on: &mut Session) -> Result<Vec<(OutcomeKind, u64)>, StorageError> {
    queries::counts(on).await
}

/// What the audit log says of this room.
pub(crate) mod acts {
    use super::notices::Event;
    use crate::access::audit::Act;

    pub(crate) const APPROVED: Act = Act::new("notice.approved");
    pub(crate) const CRISIS_OPENED: Act = Act::new("crisis.opened");
    pub(crate) const CRISIS_CONFIRMED: Act = Act::new("crisis.confirmed");
    pub(crate) const CRISIS_CLOSED: Act = Act::new("crisis.closed");
    pub(crate) const PLATFORM_SET: Act = Act::new("platform.set");

    pub(crate) const fn of(event: Event) -> Act {
        match event {
            Event::Approved => APPROVED,
            Event::HandedOver => Act::new("notice.sent"),
            Event::Acknowledged => Act::new("notice.acknowledged"),
            Event::Answered(_) => Act::new("notice.answered"),
            Event::Checked(_) => Act::new("notice.checked"),
            Event::Escalated(_) => Act::new("notice.escalated"),
            Event::Withdrawn => Act::new("notice.withdrawn"),
            Event::Retried => Act::new("notice.retried"),
            Event::HalfPassed | Event::TimePassed | Event::GivenUp => Act::new("notice.passed"),
        }
    }
}

async fn recorded(
    on: &mut Session,
    by: By,
    act: audit::Act,
    notice: exchange::NoticeId,
    now: Time,
) -> Result<(), StorageError> {
    recorded_about(on, by, act, *notice.as_bytes(), now).await
}

/// A partner's own acts are in the log of notices, and its keys in theirs: the audit log is of people.
async fn recorded_about(
    on: &mut Session,
    by: By,
    act: audit::Act,
    about: [u8; 16],
    now: Time,
) -> Result<(), StorageError> {
    let who = match by {
        By::Staff(id) => audit::Who::Staff(StaffId::from_bytes(id)),
        By::Operator => audit::Who::Operator,
        By::Partner(_) => return Ok(()),
    };
    audit::record(on, now, who, act, Some(about)).await
}

struct SetPlatform<'a> {
    by: By,
    key: &'a str,
    said: &'a directory::PlatformSettings,
    partner: Option<PartnerId>,
    now: Time,
}

impl Transact for SetPlatform<'_> {
    const NAME: &'static str = "platform_set";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        directory::keep(on, self.key, self.said, self.partner, self.now).await?;
        recorded_about(on, self.by, acts::PLATFORM_SET, [0; 16], self.now).await
    }
}

struct SetOurselves<'a> {
    by: By,
    who: &'a directory::Ourselves,
    now: Time,
}

impl Transact for SetOurselves<'_> {
    const NAME: &'static str = "ourselves_set";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        directory::keep_ourselves(on, self.who, self.now).await?;
        recorded_about(on, self.by, acts::PLATFORM_SET, [0; 16], self.now).await
    }
}

struct Report<'a> {
    partner: PartnerId,
    agreement: exchange::Agreement,
    report: &'a OutcomeReport,
    now: Time,
}

impl Transact for Report<'_> {
    const NAME: &'static str = "outcomes";
    type Output = u64;
    type Error = RemovalError;

    async fn run(&self, on: &mut Session) -> Result<u64, RemovalError> {
        let ids: Vec<EntryId> = self.report.outcomes.iter().map(|outcome| outcome.entry).collect();
        let known = crate::bank::known_to(on, self.partner, &self.agreement, &ids).await?;
        if let Some(position) = ids.iter().position(|id| !known.contains(id)) {
            return Err(RemovalError::UnknownEntry { position, entry: ids[position] });
        }
        // What is about another system's entry goes back to it.
        crate::follow::note(on, self.partner, &self.report.outcomes, self.now).await?;
        let new = queries::insert(on, self.partner, &self.report.outcomes, self.now).await?;
        for outcome in self.report.outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Mistaken) {
            if let Some(class) = crate::bank::class_of_standing(on, outcome.entry).await? {
                crate::casework::note_contested(on, outcome.entry, class, self.now).await?;
            }
        }
        Ok(new)
    }
}
