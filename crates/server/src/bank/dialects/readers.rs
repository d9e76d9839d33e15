//! Who reads the bank as another system's list: what they were shown, how far they were told, and what is kept of an entry
//! that went so that they can be told of that too.

use exchange::{EntryId, KeyId, Time};
use sha2::{Digest, Sha256};

use super::queries;
use crate::access::Follower;
use crate::bank::Bank;
use crate::bank::feed::RULE;
use crate::bank::model::BankError;
use crate::storage::{Session, StorageError, Transact};

/// How long it can still be told which values an entry had that went.
pub const FAREWELL_DAYS: i64 = 90;
/// How often it is written down that a reader came by.
const SEEN_EVERY_SECONDS: i64 = 86_400;

/// The systems whose lists the bank is read as. The numbers are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Dialect {
    /// NCMEC's hash sharing: by entry.
    Ncmec = 0,
    /// StopNCII: by value.
    StopNcii = 1,
    /// Meta's ThreatExchange: by value.
    ThreatExchange = 2,
    /// Tech Against Terrorism: by value.
    Tat = 3,
}

/// How far a reader was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reached {
    /// The number that its last complete answer reached to.
    pub number: u64,
    /// The second of that.
    pub second: i64,
}

/// A row.
pub(super) struct Reader {
    pub(super) agreement: String,
    pub(super) seen_at: Time,
    pub(super) reached: Reached,
}

impl Bank {
    /// Notes that a reader comes for a list, from the beginning or to go on; gives how far it was told before. What it was
    /// shown may have changed since it began: then it has to begin again, since it would keep what it is no longer shown.
    pub async fn comes(&self, who: &Follower, dialect: Dialect, begins: bool) -> Result<Reached, BankError> {
        let (key, now) = (who.key(), self.clock.now());
        let agreement = self.list_token(who);
        let known = queries::reader(&mut self.database.read().await?, key, dialect).await?;
        if let Some(known) = &known {
            if known.agreement != agreement && !begins {
                return Err(BankError::OtherAgreement);
            }
            let is_fresh = now.micros_since(known.seen_at) / 1_000_000 < SEEN_EVERY_SECONDS.unsigned_abs();
            if known.agreement == agreement && is_fresh && !begins {
                return Ok(known.reached);
            }
        }
        // Whoever begins again knows nothing any more.
        let reached =
            if begins { Reached::default() } else { known.map_or_else(Reached::default, |known| known.reached) };
        self.database.run(&Comes { key, dialect, agreement, reached, now }).await?;
        Ok(reached)
    }

    /// Notes how far a reader's last complete answer reached.
    pub async fn reached(&self, who: &Follower, dialect: Dialect, reached: Reached) -> Result<(), BankError> {
        let known = queries::reader(&mut self.database.read().await?, who.key(), dialect).await?;
        if known.is_none_or(|known| known.reached != reached) {
            let agreement = self.list_token(who);
            self.database.run(&Comes { key: who.key(), dialect, agreement, reached, now: self.clock.now() }).await?;
        }
        Ok(())
    }

    /// Forgets the values of entries that went long ago; gives how many.
    pub async fn forget_farewells(&self) -> Result<u64, BankError> {
        self.database.run(&ForgetFarewells { now: self.clock.now() }).await
    }

    /// Names what a reader of lists is shown: not the radii, which no list carries.
    fn list_token(&self, who: &Follower) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("list {}|{RULE}", who.agreement().sees));
        digest.update(self.epoch);
        exchange::hex::encode(&digest.finalize()[..8])
    }
}

/// Keeps what lists of values will have to be told of an entry that goes, if anybody reads any.
pub(in crate::bank) async fn keep_farewell(on: &mut Session, entry: EntryId, now: Time) -> Result<(), StorageError> {
    const DAY_SECONDS: i64 = 86_400;
    let ends_at = now.plus_seconds(FAREWELL_DAYS * DAY_SECONDS);
    let seen_since = now.plus_seconds(-(FAREWELL_DAYS + 1) * DAY_SECONDS);
    queries::keep_farewell(on, entry, ends_at, seen_since).await
}

struct Comes {
    key: KeyId,
    dialect: Dialect,
    agreement: String,
    reached: Reached,
    now: Time,
}

impl Transact for Comes {
    const NAME: &'static str = "dialect_reader";
    type Output = ();
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<(), BankError> {
        let reader = Reader { agreement: self.agreement.clone(), seen_at: self.now, reached: self.reached };
        Ok(queries::set_reader(on, self.key, self.dialect, &reader).await?)
    }
}

struct ForgetFarewells {
    now: Time,
}

impl Transact for ForgetFarewells {
    const NAME: &'static str = "forget_farewells";
    type Output = u64;
    type Error = BankError;

    async fn run(&self, on: &mut Session) -> Result<u64, BankError> {
        Ok(queries::forget_farewells(on, self.now).await?)
    }
}
