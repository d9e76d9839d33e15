//! The desk: what is to be decided, in which order, by whom; what is known before anything is shown; verdicts and what they
//! do; how much anybody saw. See docs/design/0017-the-desk.md.
//!
//! Cases, messages and disputes come in by the functions of [`notes`], which other rooms call in their own transactions.

mod answers;
mod contested;
mod exposure;
mod file;
mod kappa;
mod known;
mod model;
mod notes;
mod notices;
pub(crate) mod pages;
mod place;
pub mod preview;
mod queries;
mod queue;
mod taxonomy;
mod verdict;

use std::sync::Arc;

use exchange::Time;

use crate::bank::Bank;
use crate::clock::{Clock, Entropy};
use crate::intake::Intake;
use crate::removal::Removal;
use crate::storage::Database;

pub use answers::{ANSWERS, Answers, Voice};
pub use exposure::{Exposure, GROUP_MIN, Groups, May};
pub use file::{Cell, GRID, Recognised};
pub use kappa::{Agreement, agreement};
pub use known::{Kin, Picture};
pub use model::{
    After, Basis, CaseworkError, Category, Decided, Kind, Look, Measure, Stage, Verdict, Work, WorkId, follows,
};
pub(crate) use notes::{note_appeal, note_case, note_contested, note_end, note_word};
pub use notices::{DraftError, MayAsk};
pub use place::{Order, THREAT, Targets, spread_step};
pub use preview::Program;
pub use queries::{Decision, SQL};
pub use queue::{COUNT_MAX, PAGE_ROWS, Rate};
pub use taxonomy::{Code, Follows, Taxonomy, taxonomy};
pub use verdict::{Said, Saying, Settled};

pub use exposure::SQL as EXPOSURE_SQL;

/// How the desk is kept.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// How long something is one person's without a sign of life, in minutes.
    pub lease_minutes: u32,
    /// Minutes of sharp pictures before a break.
    pub exposure_soft_minutes: u32,
    /// Minutes of sharp pictures a day.
    pub exposure_hard_minutes: u32,
    /// Minutes of a break.
    pub break_minutes: u32,
    /// What decodes pictures in a process of its own.
    pub preview: Program,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            lease_minutes: 15,
            exposure_soft_minutes: 10,
            exposure_hard_minutes: 60,
            break_minutes: 10,
            preview: Program::this(),
        }
    }
}

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Casework {
    database: Database,
    clock: Clock,
    entropy: Entropy,
    bank: Bank,
    intake: Intake,
    removal: Removal,
    settings: Arc<DeskSettings>,
    /// Previews that somebody is looking at.
    previews: Arc<preview::Previews>,
}

impl Casework {
    /// The room over this database and these neighbours.
    pub fn new(
        database: Database,
        (bank, intake, removal): (Bank, Intake, Removal),
        settings: DeskSettings,
        clock: Clock,
        entropy: Entropy,
    ) -> Self {
        let previews = Arc::new(preview::Previews::new(settings.preview.clone()));
        Self { database, clock, entropy, bank, intake, removal, settings: Arc::new(settings), previews }
    }

    /// How it is kept.
    pub fn settings(&self) -> &DeskSettings {
        &self.settings
    }

    /// The day that `now` is in, in the hotline's zone, as days since 1970; and its month's first moment.
    async fn day(&self, now: Time) -> Result<(i64, Time), crate::storage::StorageError> {
        let settings = self.intake.settings().await?;
        let zone = jiff::tz::TimeZone::get(settings.zone_name()).unwrap_or(jiff::tz::TimeZone::UTC);
        Ok(exposure::day(now, &zone))
    }
}
