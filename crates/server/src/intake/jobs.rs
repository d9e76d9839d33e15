//! Retention: cases that nobody touched for the days that were [set](super::Retention) are deleted; their entries stand, since
//! nobody can tell any more which they were. Files that nobody sent, or whose case ended, go too.

use exchange::Time;

use super::case::{End, Ending};
use super::{Intake, IntakeError, queries};
use crate::storage::{Session, StorageError, Transact};

/// Cases ended in one go.
const CASES_PER_TURN_MAX: i64 = 500;

impl Intake {
    /// Ends what is due, forgets what ended long ago, lets go what was claimed for cases that never came; gives how many
    /// cases ended.
    pub async fn tidy(&self) -> Result<u64, IntakeError> {
        let now = self.clock.now();
        let said_until = self.retention.said_until(now);
        let mut ended = 0;
        loop {
            let due = queries::due(&mut self.database.read().await?, now, CASES_PER_TURN_MAX).await?;
            for case in &due {
                // Nobody opens it: its alert's row and its files end by themselves, and nothing opens them any more.
                let end = End { case: *case, open: None, why: Ending::Due(now), said_until, now };
                ended += u64::from(self.database.run(&end).await?);
            }
            if due.len() < CASES_PER_TURN_MAX as usize {
                break;
            }
        }
        self.tidy_uploads(now).await?;
        self.database.run(&Forget(now)).await?;
        let released = self.bank.release_unconfirmed(&self.portal).await?;
        if released > 0 {
            tracing::info!(released, "let go claims of cases that were never written");
        }
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
