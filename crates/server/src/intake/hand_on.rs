//! Keys of cases that are open, sealed on to somebody who works here and joined after them.

use exchange::CaseId;
use sealing::{Recipient, RecipientSecret};

use super::{Intake, IntakeError, queries};
use crate::storage::{Session, StorageError, Transact};

impl Intake {
    /// How many open cases one key opens and another does not.
    pub(crate) async fn count_to_hand_on(&self, mine: &Recipient, theirs: &Recipient) -> Result<u64, StorageError> {
        queries::count_to_hand_on(&mut self.database.read().await?, mine, theirs).await
    }

    /// Seals the keys of at most this many open cases, which `mine` opens and `theirs` does not, to `theirs` too. Gives how
    /// many. A case that ended meanwhile keeps no key.
    pub(crate) async fn hand_on(
        &self,
        mine: &RecipientSecret,
        theirs: &Recipient,
        most: u32,
    ) -> Result<u64, IntakeError> {
        let sealed = queries::to_hand_on(&mut self.database.read().await?, &mine.public(), theirs, most.into()).await?;
        let mut rng = self.entropy.rng();
        let mut keys = Vec::with_capacity(sealed.len());
        for (case, sealed) in sealed {
            let plain = mine.open(case.as_bytes(), &sealed).map_err(|_| IntakeError::Sealed)?;
            keys.push((case, theirs.seal(case.as_bytes(), &plain, &mut rng)));
        }
        Ok(self.database.run(&HandOn { theirs, keys }).await?)
    }
}

struct HandOn<'a> {
    theirs: &'a Recipient,
    keys: Vec<(CaseId, Vec<u8>)>,
}

impl Transact for HandOn<'_> {
    const NAME: &'static str = "case_hand_on";
    type Output = u64;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<u64, StorageError> {
        // Whoever leaves at this moment gets nothing that stays: ending a recipient waits for this row, and deletes its keys.
        if !queries::lock_recipient(on, self.theirs).await? {
            return Ok(0);
        }
        let mut handed = 0;
        for (case, sealed) in &self.keys {
            handed += queries::insert_key_if_open(on, *case, self.theirs, sealed).await?;
        }
        Ok(handed)
    }
}
