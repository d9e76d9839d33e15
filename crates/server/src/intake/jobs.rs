//! Retention: cases that nobody touched for [`CASE_DAYS`](super::CASE_DAYS) days are deleted; their entries stand, since
//! nobody can tell any more which they were.

use exchange::Time;

use super::case::End;
use super::model::Ended;
use super::{DAY_SECONDS, ENDED_DAYS, Intake, IntakeError, queries};
use crate::storage::{Session, StorageError, Transact};

/// Cases ended in one go.
const CASES_PER_TURN_MAX: i64 = 500;

impl Intake {
    /// Ends what is due and forgets what ended long ago; gives how many cases ended.
    pub async fn tidy(&self) -> Result<u64, IntakeError> {
        let now = self.clock.now();
        let said_until = now.plus_seconds(ENDED_DAYS * DAY_SECONDS);
        let mut ended = 0;
        loop {
            let due = queries::due(&mut self.database.read().await?, now, CASES_PER_TURN_MAX).await?;
            for case in &due {
                // Nobody opens it: its alert's row ends by itself, and nothing opens that any more.
                ended += u64::from(
                    self.database.run(&End { case: *case, how: Ended::Expired, said_until, alert: None }).await?,
                );
            }
            if due.len() < CASES_PER_TURN_MAX as usize {
                break;
            }
        }
        self.database.run(&Forget(now)).await?;
        Ok(ended)
    }
}

struct Forget(Time);

impl Transact for Forget {
    const NAME: &'static str = "cases_forget";
    type Output = u64;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<u64, StorageError> {
        queries::forget(on, self.0).await
    }
}
