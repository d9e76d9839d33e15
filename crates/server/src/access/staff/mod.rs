//! People who work here or at a platform: how they are invited, sign in and leave. See docs/design/0016-staff.md.
//!
//! A person's secret is wrapped by their passphrase, and in a session's row by its cookie; nobody else has it.

mod acts;
mod agent;
pub mod authenticator;
mod doors;
mod enter;
mod escrow;
mod hand_on;
mod handles;
mod invite;
mod manage;
mod model;
mod notices;
pub(crate) mod pages;
mod passkey;
mod passphrase;
mod pending;
mod queries;
mod recover;
mod sessions;
mod totp;

use std::sync::Arc;

use sealing::{Cost, NodeKey, SALT_BYTES};
use tokio::sync::Semaphore;

use crate::clock::{Clock, Entropy};
use crate::compute::{BrokenOff, turns};
use crate::storage::{Database, Session, StorageError, Transact, Transient};

pub use doors::{TRIES_PER_MINUTE_OF_ADDRESS, TRIES_PER_MINUTE_OF_KNOWN, TRIES_PER_QUARTER_OF_NAME};
pub use escrow::HOLDERS_MAX;
pub use hand_on::CASES_PER_BATCH;
pub use handles::{
    Administrator, Analyst, Anybody, Handle, Lead, Manager, Mediator, Person, PlatformStaff, Signed, SteppedUp,
};
pub use invite::{INVITATION_HOURS, Invitation, InviteError, NewStaff};
pub use model::{Member, NAME_CHARACTERS_MAX, NameError, Role, StaffId, StaffName, State};
pub use passphrase::{PASSPHRASE_CHARACTERS_MAX, PASSPHRASE_CHARACTERS_MIN, Weak};
pub use queries::{RECOVERY_SQL, SQL, SessionView};
pub use recover::{COMPARED_WORDS, RECOVERIES_PER_PERSON_MAX, RECOVERY_HOURS};
pub use sessions::{IDLE_SECONDS, SESSION_SECONDS_MAX, SESSIONS_PER_PERSON_MAX, STEP_UP_SECONDS};

/// People that are listed, at most.
pub const STAFF_MAX: u32 = 1_000;

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Staff {
    database: Database,
    clock: Clock,
    entropy: Entropy,
    key: Arc<NodeKey>,
    cost: Cost,
    /// What an unknown name's passphrase is tried with, so that it takes as long as a known one's.
    salt_of_nobody: [u8; SALT_BYTES],
    /// Passphrases are tried this many at a time: each takes the memory that its cost says.
    tries: Arc<Semaphore>,
    doors: Arc<doors::Doors>,
}

/// Why something about people was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The person left, finished, or lost the right meanwhile. Look at the list again.
    #[error("this person's account is not in a state for that; look at the list again")]
    NotSo,
    /// What is stored does not open although the passphrase is right: damaged. Restore a backup.
    #[error("an account does not open; the database is damaged")]
    Damaged,
    /// See [`BrokenOff`]. Send it again.
    #[error(transparent)]
    BrokenOff(#[from] BrokenOff),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for StaffError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

impl Staff {
    /// The room over this database.
    pub fn new(database: Database, key: Arc<NodeKey>, cost: Cost, clock: Clock, entropy: Entropy) -> Self {
        let digest = key.digest(&[b"salt of nobody"]);
        let salt_of_nobody = *digest.first_chunk().expect("a digest is longer than a salt");
        Self {
            database,
            clock,
            entropy,
            key,
            cost,
            salt_of_nobody,
            tries: turns(),
            doors: Arc::new(doors::Doors::new()),
        }
    }

    /// Everybody who is here, was invited or left, those who are here first.
    pub async fn members(&self) -> Result<Vec<Member>, StorageError> {
        queries::members(&mut self.database.read().await?, STAFF_MAX.into()).await
    }

    /// Somebody, whether they are here or left: for a name beside what they did.
    pub async fn member(&self, id: StaffId) -> Result<Option<Member>, StorageError> {
        queries::member(&mut self.database.read().await?, id).await
    }

    /// Whether anybody was invited.
    pub async fn is_anybody(&self) -> Result<bool, StorageError> {
        queries::is_anybody(&mut self.database.read().await?).await
    }

    /// Removes sessions and links that are over; gives how many.
    pub async fn tidy(&self) -> Result<u64, StorageError> {
        self.doors.tidy();
        self.database.run(&Tidy { now: self.clock.now() }).await
    }
}

struct Tidy {
    now: exchange::Time,
}

impl Transact for Tidy {
    const NAME: &'static str = "staff_tidy";
    type Output = u64;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<u64, StorageError> {
        /// Rows of the log that one tidying drops, at most.
        const LOG_ROWS_MAX: u32 = 10_000;
        Ok(queries::tidy(on, self.now).await? + super::audit::drop_old(on, self.now, LOG_ROWS_MAX).await?)
    }
}
