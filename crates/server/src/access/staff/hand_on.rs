//! Cases that are open already, for whoever joined after them: a colleague who can open them seals their keys on.

use super::handles::{Analyst, Handle};
use super::model::{Member, State};
use super::{Staff, StaffError, StaffId, acts};
use crate::access::audit;
use crate::intake::{Intake, IntakeError};
use crate::storage::{Session, StorageError, Transact};

/// Cases that are sealed on in one request: each opens one envelope and seals another, about a tenth of a millisecond.
pub const CASES_PER_BATCH: u32 = 200;

impl Staff {
    /// Colleagues who open cases, and how many open cases this person can open and they cannot; without those who lack none.
    pub(super) async fn newcomers(&self, intake: &Intake, who: &Analyst) -> Result<Vec<(Member, u64)>, StaffError> {
        let mine = who.secret().public();
        let mut newcomers = Vec::new();
        for member in self.members().await? {
            let is_reader = member.state == State::Here && member.role.opens_cases() && member.id != who.person();
            let Some(key) = member.public_key.filter(|_| is_reader) else { continue };
            let lacking = intake.count_to_hand_on(&mine, &key).await?;
            if lacking > 0 {
                newcomers.push((member, lacking));
            }
        }
        Ok(newcomers)
    }

    /// Seals one batch on, to the first who lacks any. Gives how many cases that were.
    pub(super) async fn hand_on(&self, intake: &Intake, who: &Analyst) -> Result<u64, StaffError> {
        let newcomers = self.newcomers(intake, who).await?;
        let Some((member, key)) =
            newcomers.into_iter().find_map(|(member, _)| member.public_key.map(|key| (member, key)))
        else {
            return Ok(0);
        };
        let handed = intake.hand_on(who.secret(), &key, CASES_PER_BATCH).await.map_err(of_intake)?;
        self.database.run(&Note { by: who.signed().id(), to: member.id, now: self.clock.now() }).await?;
        Ok(handed)
    }
}

fn of_intake(error: IntakeError) -> StaffError {
    match error {
        IntakeError::Storage(error) => StaffError::Storage(error),
        _ => StaffError::Damaged,
    }
}

struct Note {
    by: StaffId,
    to: StaffId,
    now: exchange::Time,
}

impl Transact for Note {
    const NAME: &'static str = "staff_hand_on";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        audit::record(on, self.now, self.by, acts::HANDED_ON, Some(*self.to.as_bytes())).await
    }
}
