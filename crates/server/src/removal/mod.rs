//! What became of content: the outcomes that partners report about entries, and how notices to platforms stand.

mod notice;
mod queries;

use std::collections::HashMap;

use exchange::{EntryId, KeptReason, NoticeId, OutcomeError, OutcomeKind, OutcomeReport, PartnerId, Time};
use serde::{Deserialize, Serialize};

use crate::access::Teller;
use crate::clock::Clock;
use crate::storage::{Database, Session, StorageError, Transact, Transient};

pub use notice::{NoticeState, NoticeView};
pub use queries::SQL;

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Removal {
    database: Database,
    clock: Clock,
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
    pub const fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock }
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

    /// How these notices stand, in the order asked for; one that is not known here is left out. Whose they are is written in
    /// sealed cases alone.
    pub async fn notices_of(&self, _: &[NoticeId]) -> Result<Vec<NoticeView>, StorageError> {
        // Nothing sends notices so far: none is known.
        Ok(Vec::new())
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
