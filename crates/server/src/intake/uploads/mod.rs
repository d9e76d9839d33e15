//! Files that people send sealed: parts come in, one after the other, and nothing goes out but to the hotline. See
//! docs/design/0011-sealed-upload.md.
//!
//! An upload belongs to whoever holds its id: a draft, an open case. It is in no other table.

mod keys;
mod queries;

use exchange::{Class, Time, hex};
use rand::RngExt;
use sealing::{Recipient, SEALED_PART_BYTES, UPLOAD_ID_BYTES, sealed_bytes};
use serde::{Deserialize, Serialize};

use super::model::{OpenCase, Situation, Step, WaitsFor, What};
use super::{HOUR_MICROS, Intake, IntakeError, case};
use crate::storage::{Session, StorageError, Transact};

pub use keys::{KeysError, SealedKey, Whole};
pub use queries::SQL;

/// Bytes of one file, at most.
pub const UPLOAD_BYTES_MAX: u64 = 50_000_000;
/// Files of one case, at most; those taken back do not count.
pub const UPLOADS_PER_CASE_MAX: usize = 5;
/// Bytes of all files of one case as they are stored, at most.
pub const CASE_UPLOAD_BYTES_MAX: u64 = 120_000_000;
/// Bytes of all files of this node that are in no case, at most: nobody fills the disk.
pub const UNSENT_BYTES_MAX: u64 = 2_000_000_000;

/// Uploads deleted in one go.
const UPLOADS_PER_TURN_MAX: i64 = 100;

/// An upload's random id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct UploadId([u8; UPLOAD_ID_BYTES]);

/// A file that arrived whole, and its key for those who may open it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Upload {
    /// Where its parts lie.
    pub id: UploadId,
    /// How many they are.
    pub parts: i64,
    /// Sealed in the browser; the words do not open them.
    pub keys: Vec<SealedKey>,
}

/// An upload that is under way in a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Uploading {
    /// Where its parts go.
    pub id: UploadId,
    /// The class that it was begun for.
    pub class: Class,
    /// Bytes of the files that are there already.
    pub beside_bytes: u64,
}

/// Why a file was not taken. What came of it before is as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UploadError {
    /// The operator does not take files of this class, or there is nobody to seal them to. Go on without.
    #[error("this node takes no file here")]
    NotOffered,
    /// No such upload is under way. Begin anew.
    #[error("this upload is over")]
    Gone,
    /// The part is neither the next one nor what lies at its place. Begin anew.
    #[error("this part does not follow")]
    NotNext,
    /// The file is larger than one may be, or than what is left for the case. Send a smaller one.
    #[error("this file is too large")]
    TooLarge,
    /// The case has as many files as it may. Take one back first.
    #[error("a case has at most {UPLOADS_PER_CASE_MAX} files")]
    TooMany,
    /// Too many files are waiting to be sent. Try again in some hours.
    #[error("the node has no room for this file now")]
    NoRoom,
}

impl UploadId {
    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; UPLOAD_ID_BYTES]) -> Self {
        Self(bytes)
    }

    /// The id of these bytes, if they are as many as one has.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The id of these hex digits.
    pub fn from_digits(digits: &str) -> Option<Self> {
        hex::decode(digits).map(Self)
    }

    /// Its hex digits.
    pub fn digits(&self) -> String {
        hex::encode(&self.0)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; UPLOAD_ID_BYTES] {
        &self.0
    }

    const fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl Intake {
    /// To whom a file may be sealed; empty when none is taken. Nobody is asked for a picture of somebody else.
    pub async fn sealed_to(&self, class: Class, situation: Situation) -> Result<Vec<Recipient>, StorageError> {
        let asks = situation != Situation::Appeal;
        if !asks || !self.takes_files(class).await? || !situation.steps().contains(&Step::Pictures) {
            return Ok(Vec::new());
        }
        self.recipients().await
    }

    /// Whether the operator takes files of this class.
    pub async fn takes_files(&self, class: Class) -> Result<bool, StorageError> {
        let settings = self.settings().await?;
        Ok(match class {
            Class::Minor => settings.upload_minor,
            Class::Adult => settings.upload_adult,
        })
    }

    /// Begins an upload beside those that are there. `draft_seconds`: how long an untouched draft lives.
    pub async fn begin_upload(
        &self,
        class: Class,
        held: &[UploadId],
        draft_seconds: i64,
    ) -> Result<Uploading, IntakeError> {
        if held.len() >= UPLOADS_PER_CASE_MAX {
            return Err(UploadError::TooMany.into());
        }
        let id = UploadId(self.entropy.rng().random());
        let ends_at = self.draft_end(draft_seconds);
        let beside_bytes = self.database.run(&Begin { id, held, ends_at }).await?;
        Ok(Uploading { id, class, beside_bytes })
    }

    /// Keeps the next part. A part that is there already is the same as once.
    pub async fn add_part(
        &self,
        uploading: &Uploading,
        position: i64,
        sealed: &[u8],
        draft_seconds: i64,
    ) -> Result<(), IntakeError> {
        if !self.takes_files(uploading.class).await? {
            return Err(UploadError::NotOffered.into());
        }
        let ends_at = self.draft_end(draft_seconds);
        self.database.run(&AddPart { uploading, position, sealed, ends_at }).await
    }

    /// A file whose parts have all come. False when there are others than it has.
    pub async fn is_whole(&self, upload: &Upload) -> Result<bool, StorageError> {
        let row = queries::upload(&mut self.database.read().await?, upload.id).await?;
        Ok(row.is_some_and(|row| row.parts == upload.parts && row.parts > 0))
    }

    /// Puts a file into a case that is open; again is the same as once.
    pub async fn add_upload(&self, case: &OpenCase, upload: Upload) -> Result<(), IntakeError> {
        let row = queries::upload(&mut self.database.read().await?, upload.id).await?.ok_or(UploadError::Gone)?;
        if row.is_sent {
            return Ok(());
        }
        let held = self.uploads_of(case).await?;
        if held.len() >= UPLOADS_PER_CASE_MAX {
            return Err(UploadError::TooMany.into());
        }
        self.append(case, Some(WaitsFor::Hotline), vec![What::Upload(upload)]).await
    }

    /// Files of a case that are there.
    pub async fn uploads_of(&self, case: &OpenCase) -> Result<Vec<UploadId>, IntakeError> {
        let standing = case::uploads_in(&self.items(case).await?.1);
        Ok(there(&mut self.database.read().await?, &standing).await?)
    }

    /// Keeps the files of a draft for as long as it lives; gives those that are there.
    pub async fn keep_uploads(&self, ids: &[UploadId], draft_seconds: i64) -> Result<Vec<UploadId>, StorageError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.database.run(&Keep { ids, ends_at: self.draft_end(draft_seconds) }).await
    }

    /// Deletes uploads.
    pub async fn delete_uploads(&self, ids: &[UploadId]) -> Result<(), StorageError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.database.run(&Delete(ids)).await
    }

    /// Deletes an upload that never came into a case.
    pub async fn give_up_upload(&self, id: UploadId) -> Result<(), StorageError> {
        let row = queries::upload(&mut self.database.read().await?, id).await?;
        if row.is_some_and(|row| !row.is_sent) { self.delete_uploads(&[id]).await } else { Ok(()) }
    }

    /// A sealed part, for whoever has the key; `None` when it is gone.
    pub async fn sealed_part(&self, id: UploadId, position: i64) -> Result<Option<Vec<u8>>, StorageError> {
        queries::part(&mut self.database.read().await?, id, position).await
    }

    /// Deletes uploads that are due.
    pub(super) async fn tidy_uploads(&self, now: Time) -> Result<(), StorageError> {
        loop {
            let due = queries::due(&mut self.database.read().await?, now, UPLOADS_PER_TURN_MAX).await?;
            for id in &due {
                self.delete_uploads(&[*id]).await?;
            }
            if due.len() < UPLOADS_PER_TURN_MAX as usize {
                return Ok(());
            }
        }
    }

    /// When an upload of a draft ends: at the full hour after it.
    fn draft_end(&self, draft_seconds: i64) -> Time {
        rounded_up(self.clock.now().plus_seconds(draft_seconds), HOUR_MICROS)
    }
}

fn rounded_up(time: Time, micros: i64) -> Time {
    Time::from_micros((time.as_micros() + micros - 1) / micros * micros)
}

/// Puts the files of a draft, or a new one, into a case whose row is being written; there they end at `ends_at`.
pub(super) async fn send(on: &mut Session, ids: &[UploadId], ends_at: Time) -> Result<(), IntakeError> {
    for id in ids {
        if !queries::send(on, *id, ends_at).await? {
            return Err(UploadError::Gone.into());
        }
    }
    Ok(())
}

/// Those of these that are there: a file's time may be over while the case goes on.
pub(super) async fn there(on: &mut Session, ids: &[UploadId]) -> Result<Vec<UploadId>, StorageError> {
    let mut there = Vec::with_capacity(ids.len());
    for id in ids {
        if queries::upload(on, *id).await?.is_some() {
            there.push(*id);
        }
    }
    Ok(there)
}

/// Deletes files within what else is done.
pub(super) async fn delete(on: &mut Session, ids: &[UploadId]) -> Result<(), StorageError> {
    for id in ids {
        queries::delete(on, *id).await?;
    }
    Ok(())
}

struct Begin<'a> {
    id: UploadId,
    held: &'a [UploadId],
    ends_at: Time,
}

impl Transact for Begin<'_> {
    const NAME: &'static str = "upload_begin";
    /// Bytes of those that are there.
    type Output = u64;
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<u64, IntakeError> {
        if queries::unsent_bytes(on).await?.unsigned_abs() >= UNSENT_BYTES_MAX {
            return Err(UploadError::NoRoom.into());
        }
        let mut beside = 0;
        for id in self.held {
            beside += queries::upload(on, *id).await?.map_or(0, |row| row.bytes.unsigned_abs());
        }
        queries::insert(on, self.id, self.ends_at).await?;
        Ok(beside)
    }
}

struct AddPart<'a> {
    uploading: &'a Uploading,
    position: i64,
    sealed: &'a [u8],
    ends_at: Time,
}

impl Transact for AddPart<'_> {
    const NAME: &'static str = "upload_part";
    type Output = ();
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<(), IntakeError> {
        let (Uploading { id, beside_bytes, .. }, more) = (*self.uploading, self.sealed.len() as u64);
        let row = queries::upload(on, id).await?.ok_or(UploadError::Gone)?;
        if row.is_sent {
            return Err(UploadError::NotNext.into());
        }
        if self.position < row.parts {
            // Its answer was lost on the way, or somebody else's part comes to the same place.
            let there = queries::part(on, id, self.position).await?;
            return if there.as_deref() == Some(self.sealed) { Ok(()) } else { Err(UploadError::NotNext.into()) };
        }
        let bytes = row.bytes.unsigned_abs();
        // Only a last part is shorter than the others.
        let was_last = bytes != row.parts.unsigned_abs() * SEALED_PART_BYTES as u64;
        if self.position != row.parts || was_last || self.sealed.is_empty() {
            return Err(UploadError::NotNext.into());
        }
        let is_too_large = more > SEALED_PART_BYTES as u64
            || bytes + more > sealed_bytes(UPLOAD_BYTES_MAX)
            || beside_bytes + bytes + more > CASE_UPLOAD_BYTES_MAX;
        if is_too_large {
            return Err(UploadError::TooLarge.into());
        }
        if queries::unsent_bytes(on).await?.unsigned_abs() + more > UNSENT_BYTES_MAX {
            return Err(UploadError::NoRoom.into());
        }
        if !queries::grow(on, id, self.position, self.sealed.len() as i64, self.ends_at).await? {
            return Err(UploadError::NotNext.into());
        }
        Ok(queries::insert_part(on, id, self.position, self.sealed).await?)
    }
}

struct Keep<'a> {
    ids: &'a [UploadId],
    ends_at: Time,
}

impl Transact for Keep<'_> {
    const NAME: &'static str = "uploads_keep";
    type Output = Vec<UploadId>;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<Vec<UploadId>, StorageError> {
        let mut there = Vec::with_capacity(self.ids.len());
        for id in self.ids {
            if queries::keep(on, *id, self.ends_at).await? {
                there.push(*id);
            }
        }
        Ok(there)
    }
}

struct Delete<'a>(&'a [UploadId]);

impl Transact for Delete<'_> {
    const NAME: &'static str = "uploads_delete";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        delete(on, self.0).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_file_fits_twice_into_a_case() {
        assert!(2 * sealed_bytes(UPLOAD_BYTES_MAX) <= CASE_UPLOAD_BYTES_MAX);
    }
}
