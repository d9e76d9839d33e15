//! What somebody is to be told because another did it to their account: on every page, until they say that they read it.

use exchange::Time;

use super::handles::Signed;
use super::{Staff, StaffError, StaffId, queries};
use crate::desk::Refused;
use crate::http::locale::Texts;
use crate::node::Node;
use crate::storage::{Session, StorageError, Transact};

/// Notices that are shown at a time.
const SHOWN_MAX: i64 = 5;

/// What happened to an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// Two leads let somebody choose a new passphrase for it.
    Recovered,
    /// A link for a new second factor was made.
    FactorReset,
    /// Another role was given.
    RoleChanged,
    /// Somebody else ended its sessions.
    SessionsEnded,
}

impl Told {
    const ALL: [Self; 4] = [Self::Recovered, Self::FactorReset, Self::RoleChanged, Self::SessionsEnded];

    const fn code(self) -> i64 {
        match self {
            Self::Recovered => 1,
            Self::FactorReset => 2,
            Self::RoleChanged => 3,
            Self::SessionsEnded => 4,
        }
    }

    fn words(self, t: Texts, by: &str, at: &str) -> String {
        match self {
            Self::Recovered => t.staff_told_recovered(by, at),
            Self::FactorReset => t.staff_told_factor_reset(by, at),
            Self::RoleChanged => t.staff_told_role_changed(by, at),
            Self::SessionsEnded => t.staff_told_sessions_ended(by, at),
        }
    }
}

impl Staff {
    /// What somebody is to be told, in their words.
    pub(crate) async fn notices_in_words(&self, node: &Node, who: &Signed) -> Result<Vec<String>, Refused> {
        let notices = queries::notices(&mut self.database.read().await?, who.id(), SHOWN_MAX).await?;
        if notices.is_empty() {
            return Ok(vec![]);
        }
        let zone = who.zone(node).await?;
        let told = |(code, at, by): (i64, Time, String)| {
            let what = Told::ALL.into_iter().find(|told| told.code() == code)?;
            Some(what.words(who.t, &by, &who.t.language.moment(at, &zone)))
        };
        Ok(notices.into_iter().filter_map(told).collect())
    }

    /// They read it.
    pub(super) async fn read_notices(&self, of: StaffId) -> Result<(), StaffError> {
        Ok(self.database.run(&Read { of }).await?)
    }
}

/// Tells somebody, in the transaction of what was done.
pub(super) async fn tell(
    on: &mut Session,
    id: &[u8; 16],
    of: StaffId,
    what: Told,
    by: StaffId,
    at: Time,
) -> Result<(), StorageError> {
    queries::insert_notice(on, id, of, what.code(), by, at).await
}

struct Read {
    of: StaffId,
}

impl Transact for Read {
    const NAME: &'static str = "staff_notices_read";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::drop_notices(on, self.of).await
    }
}
