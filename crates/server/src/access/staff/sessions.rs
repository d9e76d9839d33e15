//! Sessions: opaque, found by the hash of their cookie, with the person's secret sealed under a key from it.

use exchange::{PartnerId, Time};
use rand::RngExt;
use sealing::{RecipientSecret, VisitToken};
use zeroize::Zeroizing;

use super::handles::{Handle, Person};
use super::model::{Role, State};
use super::pending::Pending;
use super::queries::{self, SessionView};
use super::{Staff, StaffError, StaffId};
use crate::http::locale::Language;
use crate::storage::{Session, StorageError, Transact};

/// Without a request for this long a session is over.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// A session is over this long after its beginning, whatever happened in it.
pub const SESSION_SECONDS_MAX: i64 = 12 * 3_600;
/// Between passphrase and factor, and until an account that is new is complete.
pub(super) const HALF_SECONDS: i64 = 15 * 60;
/// The gravest acts want a factor that was given at most this long ago.
pub const STEP_UP_SECONDS: i64 = 5 * 60;
/// Sessions of one person; the one not used for longest ends when there are more.
pub const SESSIONS_PER_PERSON_MAX: i64 = 8;
/// A session's row says when it was last used, to this precision: a write for each request would cost too much.
const SEEN_SECONDS: u64 = 60;
const MICROS: u64 = 1_000_000;

/// How far a session has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// The passphrase was right.
    Half,
    /// The factor too.
    Whole,
}

impl Stage {
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Half => 1,
            Self::Whole => 2,
        }
    }
}

/// A session with its cookie in hand.
pub(super) struct Open {
    pub(super) token: VisitToken,
    pub(super) of: StaffId,
    pub(super) handle: [u8; 16],
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) partner: Option<PartnerId>,
    pub(super) state: State,
    pub(super) language: String,
    pub(super) stage: Stage,
    pub(super) secret: RecipientSecret,
    pub(super) stepped_at: Option<Time>,
    /// What waits to be confirmed.
    pub(super) pending: Pending,
}

impl Staff {
    /// The session that a cookie opens; `None` when it is over. Using it makes it last.
    pub(super) async fn session(&self, token: VisitToken) -> Result<Option<Open>, StaffError> {
        let (id, now) = (token.id(), self.clock.now());
        let Some(row) = queries::session(&mut self.database.read().await?, &id, now).await? else { return Ok(None) };
        let Ok(plain) = token.open(&row.sealed) else { return Err(StaffError::Damaged) };
        let secret = RecipientSecret::from_slice(&plain).ok_or(StaffError::Damaged)?;
        let pending = row.pending.as_deref().and_then(|sealed| token.open(sealed).ok());
        let pending = pending.map(|plain| Pending::read(&plain)).unwrap_or_default();
        let stage = if row.stage == Stage::Whole.code() { Stage::Whole } else { Stage::Half };
        if stage == Stage::Whole && now.micros_since(row.seen_at) >= SEEN_SECONDS * MICROS {
            let ends_at = ends_at(row.created_at, now);
            self.database.run(&See { id, at: now, ends_at }).await?;
        }
        Ok(Some(Open {
            token,
            of: row.of,
            handle: row.handle,
            name: row.name,
            role: row.role,
            partner: row.partner,
            state: row.state,
            language: row.language,
            stage,
            secret,
            stepped_at: row.stepped_at,
            pending,
        }))
    }

    /// What a new session's row holds.
    pub(super) fn new_session(&self, of: StaffId, secret: &RecipientSecret, agent: String) -> Begin {
        let mut rng = self.entropy.rng();
        let token = VisitToken::generate(&mut rng);
        let sealed = token.seal(secret.as_bytes(), &mut rng);
        let at = self.clock.now();
        Begin { token, of, handle: rng.random(), sealed, agent, at, ends_at: at.plus_seconds(HALF_SECONDS) }
    }

    /// Keeps what is to be confirmed with the session.
    pub(super) async fn keep_pending(&self, token: &VisitToken, pending: &Pending) -> Result<(), StaffError> {
        let plain = serde_json::to_vec(pending).map(Zeroizing::new).map_err(|_| StaffError::Damaged)?;
        let sealed = token.seal(&plain, &mut self.entropy.rng());
        Ok(self.database.run(&SetPending { id: token.id(), sealed }).await?)
    }

    /// Keeps in which language somebody reads.
    pub(super) async fn set_language(&self, of: StaffId, language: Language) -> Result<(), StaffError> {
        Ok(self.database.run(&SetLanguage { of, language }).await?)
    }

    /// Ends the session of a cookie.
    pub(super) async fn end_session(&self, token: &VisitToken) -> Result<(), StaffError> {
        Ok(self.database.run(&End { id: token.id() }).await?)
    }

    /// Ends one of one's own sessions.
    pub(super) async fn end_own(&self, who: &Person, handle: &[u8; 16]) -> Result<(), StaffError> {
        Ok(self
            .database
            .run(&EndOwn { of: who.person(), handle: Some(*handle), but: who.signed().token().id() })
            .await?)
    }

    /// Ends all of one's own sessions but this one.
    pub(super) async fn end_own_others(&self, who: &Person) -> Result<(), StaffError> {
        Ok(self.database.run(&EndOwn { of: who.person(), handle: None, but: who.signed().token().id() }).await?)
    }

    /// The sessions of somebody, the last used first.
    pub(super) async fn sessions_of(&self, of: StaffId) -> Result<Vec<SessionView>, StorageError> {
        queries::sessions(&mut self.database.read().await?, of, self.clock.now(), SESSIONS_PER_PERSON_MAX).await
    }
}

/// When a session that is used now is over unless it is used again.
pub(super) fn ends_at(created_at: Time, now: Time) -> Time {
    now.plus_seconds(IDLE_SECONDS).min(created_at.plus_seconds(SESSION_SECONDS_MAX))
}

/// A session that begins half.
pub(super) struct Begin {
    pub(super) token: VisitToken,
    pub(super) of: StaffId,
    handle: [u8; 16],
    sealed: Vec<u8>,
    agent: String,
    pub(super) at: Time,
    ends_at: Time,
}

impl Begin {
    /// Writes its row, inside a transaction.
    pub(super) async fn write(&self, on: &mut Session) -> Result<(), StorageError> {
        let row = queries::NewSession {
            id: self.token.id(),
            of: self.of,
            handle: self.handle,
            sealed: &self.sealed,
            stage: Stage::Half.code(),
            agent: &self.agent,
            at: self.at,
            ends_at: self.ends_at,
            stepped_at: None,
        };
        queries::begin_session(on, &row, SESSIONS_PER_PERSON_MAX).await
    }
}

impl Transact for Begin {
    const NAME: &'static str = "staff_session_begin";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        self.write(on).await
    }
}

struct See {
    id: [u8; 32],
    at: Time,
    ends_at: Time,
}

impl Transact for See {
    const NAME: &'static str = "staff_session_see";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::see_session(on, &self.id, self.at, self.ends_at).await
    }
}

struct SetLanguage {
    of: StaffId,
    language: Language,
}

impl Transact for SetLanguage {
    const NAME: &'static str = "staff_language";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::set_language(on, self.of, self.language.code()).await
    }
}

struct SetPending {
    id: [u8; 32],
    sealed: Vec<u8>,
}

impl Transact for SetPending {
    const NAME: &'static str = "staff_session_pending";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::set_pending(on, &self.id, Some(&self.sealed)).await
    }
}

struct EndOwn {
    of: StaffId,
    handle: Option<[u8; 16]>,
    but: [u8; 32],
}

impl Transact for EndOwn {
    const NAME: &'static str = "staff_session_end_own";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        match &self.handle {
            Some(handle) => queries::end_session_of(on, self.of, handle).await.map(drop),
            None => queries::end_other_sessions(on, self.of, &self.but).await.map(drop),
        }
    }
}

struct End {
    id: [u8; 32],
}

impl Transact for End {
    const NAME: &'static str = "staff_session_end";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::end_session(on, &self.id).await
    }
}
