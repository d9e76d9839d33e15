//! Keys of cases that are open, sealed on to somebody who works here and joined after them; with the keys of the files that
//! are in these cases, which lie inside them.

use exchange::CaseId;
use sealing::{CaseKey, FileKey, Recipient, RecipientSecret};

use super::case::{opened, seal, uploads_in};
use super::model::{Item, OpenCase, What};
use super::uploads::{SealedKey, Upload};
use super::{Intake, IntakeError, queries};
use crate::storage::{Session, StorageError, Transact};

impl Intake {
    /// How many open cases one key opens and another does not.
    pub(crate) async fn count_to_hand_on(&self, mine: &Recipient, theirs: &Recipient) -> Result<u64, StorageError> {
        queries::count_to_hand_on(&mut self.database.read().await?, mine, theirs).await
    }

    /// Seals the keys of at most this many open cases, which `mine` opens and `theirs` does not, to `theirs` too, and those of
    /// the files in them. Gives how many cases. One that ended meanwhile keeps no key.
    pub(crate) async fn hand_on(
        &self,
        mine: &RecipientSecret,
        theirs: &Recipient,
        most: u32,
    ) -> Result<u64, IntakeError> {
        let sealed = queries::to_hand_on(&mut self.database.read().await?, &mine.public(), theirs, most.into()).await?;
        let mut rng = self.entropy.rng();
        let mut keys = Vec::with_capacity(sealed.len());
        for (id, sealed) in sealed {
            let plain = mine.open(id.as_bytes(), &sealed).map_err(|_| IntakeError::Sealed)?;
            let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| IntakeError::Sealed)?;
            let sealed = theirs.seal(id.as_bytes(), &plain, &mut rng);
            keys.push((OpenCase { id, key: CaseKey::from_bytes(bytes) }, sealed));
        }
        self.database.run(&HandOn { intake: self, mine, theirs, keys }).await
    }

    /// Seals the keys of a case's files, where `mine` opens them, to everybody who reads here and cannot: somebody may have
    /// joined between the moment in which a browser asked for whom to seal and the one in which the case was sent. Does
    /// nothing where nobody lacks any, or where the case is not `mine` to open.
    pub(crate) async fn hand_files_on(&self, mine: &RecipientSecret, id: CaseId) -> Result<(), IntakeError> {
        let Some(case) = self.open_as(mine, id).await? else { return Ok(()) };
        let mut on = self.database.read().await?;
        let readers = queries::recipients(&mut on).await?;
        let items = opened(&mut on, &case).await?;
        drop(on);
        if lacking(&items, mine, &readers).next().is_none() {
            return Ok(());
        }
        self.database.run(&HandFilesOn { intake: self, mine, case: &case }).await
    }

    /// The same within what else is done: the case's row is locked first, so that nobody destroys a file in between whose keys
    /// would come back.
    async fn seal_files_on(
        &self,
        on: &mut Session,
        mine: &RecipientSecret,
        case: &OpenCase,
    ) -> Result<(), IntakeError> {
        if !queries::lock_case(on, case.id).await? {
            return Ok(());
        }
        let readers = queries::recipients(on).await?;
        let items = opened(on, case).await?;
        let mut rng = self.entropy.rng();
        for (position, at, upload, theirs) in lacking(&items, mine, &readers) {
            // What a browser sealed was never checked here: what does not open is nobody's, and stops nothing else.
            let key = SealedKey::sealed_for(&upload.keys, mine);
            let key = key.and_then(|sealed| FileKey::open(mine, upload.id.as_bytes(), &sealed).ok());
            let Some(key) = key else { continue };
            let more: Vec<(Recipient, Vec<u8>)> =
                theirs.into_iter().map(|to| (to, key.seal_to(&to, upload.id.as_bytes(), &mut rng))).collect();
            let keys = SealedKey::with(&upload.keys, &readers, more);
            let with = Item { at, what: What::Upload(Upload { keys, ..upload.clone() }) };
            let item = seal(&case.key, case.id, position, &with, &mut rng);
            queries::replace_item(on, case.id, position, &item).await?;
        }
        Ok(())
    }
}

/// Files that stand in a case and `mine` opens, each with those who read here and do not open it.
fn lacking<'a>(
    items: &'a [(i64, Item)],
    mine: &'a RecipientSecret,
    readers: &'a [Recipient],
) -> impl Iterator<Item = (i64, exchange::Time, &'a Upload, Vec<Recipient>)> {
    let standing = uploads_in(items);
    items.iter().filter_map(move |(position, Item { at, what })| {
        let What::Upload(upload) = what else { return None };
        let is_open = standing.contains(&upload.id) && SealedKey::sealed_for(&upload.keys, mine).is_some();
        let without = |reader: &&Recipient| !SealedKey::is_for(&upload.keys, reader);
        let theirs: Vec<Recipient> = readers.iter().filter(without).copied().collect();
        (is_open && !theirs.is_empty()).then_some((*position, *at, upload, theirs))
    })
}

struct HandOn<'a> {
    intake: &'a Intake,
    mine: &'a RecipientSecret,
    theirs: &'a Recipient,
    keys: Vec<(OpenCase, Vec<u8>)>,
}

impl Transact for HandOn<'_> {
    const NAME: &'static str = "case_hand_on";
    type Output = u64;
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<u64, IntakeError> {
        // Whoever leaves at this moment gets nothing that stays: ending a recipient waits for this row, and deletes its keys.
        if !queries::lock_recipient(on, self.theirs).await? {
            return Ok(0);
        }
        let mut handed = 0;
        for (case, sealed) in &self.keys {
            self.intake.seal_files_on(on, self.mine, case).await?;
            handed += queries::insert_key_if_open(on, case.id, self.theirs, sealed).await?;
        }
        Ok(handed)
    }
}

struct HandFilesOn<'a> {
    intake: &'a Intake,
    mine: &'a RecipientSecret,
    case: &'a OpenCase,
}

impl Transact for HandFilesOn<'_> {
    const NAME: &'static str = "case_hand_files_on";
    type Output = ();
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<(), IntakeError> {
        self.intake.seal_files_on(on, self.mine, self.case).await
    }
}
