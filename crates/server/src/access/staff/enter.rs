//! Signing in: name and passphrase begin half a session, the factor makes it whole.

use exchange::Time;
use sealing::{PassphraseKey, RecipientSecret, SALT_BYTES, VisitToken};
use zeroize::Zeroizing;

use super::handles::{Handle, Person, Signed, SteppedUp};
use super::model::{StaffName, State, Wrapped};
use super::passkey::{Asked, CHALLENGE_BYTES, Passkey, Sent, created};
use super::pending::Pending;
use super::queries::{self, FactorRow};
use super::sessions::{Begin, Open, ends_at};
use super::totp::TotpSecret;
use super::{Staff, StaffError, StaffId, acts};
use crate::access::{Tried, audit};
use crate::compute::off_runtime;
use crate::storage::{Session, StorageError, Transact};

/// Kind of a factor, as stored.
pub(super) const TOTP: i64 = 1;
pub(super) const PASSKEY: i64 = 2;
/// What the mark of a browser that is known is made with.
const MARK: &[u8] = b"browser that is known";

/// What came of a name and a passphrase.
pub(super) enum Entered {
    /// Half a session began.
    Half(VisitToken),
    /// Name or passphrase are wrong.
    Wrong,
    /// Too many tries; wait a little.
    TooOften,
}

/// What came of a factor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Proved {
    /// The session is whole, and may do the gravest acts for a while.
    Yes,
    /// The code is wrong, or was used already.
    Wrong,
    /// Too many tries; wait a little.
    TooOften,
}

/// Whose factor is tried, in which session.
#[derive(Clone, Copy)]
pub(super) struct Proving<'a> {
    pub(super) token: &'a VisitToken,
    pub(super) of: StaffId,
    pub(super) secret: &'a RecipientSecret,
    pub(super) pending: &'a Pending,
}

impl<'a> From<&'a Open> for Proving<'a> {
    fn from(open: &'a Open) -> Self {
        Self { token: &open.token, of: open.of, secret: &open.secret, pending: &open.pending }
    }
}

impl<'a> From<&'a Signed> for Proving<'a> {
    fn from(signed: &'a Signed) -> Self {
        Self { token: signed.token(), of: signed.id(), secret: signed.own(), pending: signed.pending() }
    }
}

/// Who tries to come in, from where.
pub(super) struct Attempt<'a> {
    pub(super) name: &'a str,
    pub(super) passphrase: Zeroizing<String>,
    pub(super) from: Tried,
    /// What the browser's mark says.
    pub(super) mark: Option<&'a str>,
    pub(super) agent: String,
}

impl Staff {
    /// Tries a name and a passphrase. Whether the name or the passphrase was wrong cannot be told from the answer nor from
    /// the time it takes.
    pub(super) async fn enter(&self, attempt: Attempt<'_>) -> Result<Entered, StaffError> {
        let name = StaffName::parse(attempt.name).ok();
        let key = name.as_ref().map(StaffName::key).unwrap_or_default();
        let mut on = self.database.read().await?;
        let member = queries::member_named(&mut on, &key).await?.filter(|member| member.state == State::Here);
        let mark = attempt.mark.filter(|mark| member.as_ref().is_some_and(|member| self.is_mark(mark, member.id)));
        if !self.doors.may_try(&attempt.from, &key, mark) {
            return Ok(Entered::TooOften);
        }
        let wrapped = match &member {
            Some(member) => queries::wrapped(&mut on, member.id).await?,
            None => None,
        };
        drop(on);
        let secret = self.try_passphrase(attempt.passphrase, member.as_ref().map(|member| member.id), wrapped).await?;
        let (Some(secret), Some(member)) = (secret, member) else { return Ok(Entered::Wrong) };
        let begin = self.new_session(member.id, &secret, attempt.agent);
        self.database.run(&begin).await?;
        Ok(Entered::Half(begin.token))
    }

    /// What a passphrase unwraps; takes as long when there is nothing to unwrap.
    pub(super) async fn try_passphrase(
        &self,
        passphrase: Zeroizing<String>,
        of: Option<StaffId>,
        wrapped: Option<Wrapped>,
    ) -> Result<Option<RecipientSecret>, StaffError> {
        // The semaphore is never closed.
        let _one_of_few = self.tries.acquire().await.ok();
        let salt = wrapped.as_ref().map_or(self.salt_of_nobody, |wrapped| wrapped.salt);
        let cost = wrapped.as_ref().map_or(self.cost, |wrapped| wrapped.cost);
        let key = off_runtime(move || PassphraseKey::of(&passphrase, &salt, cost)).await?;
        let (Some(of), Some(wrapped)) = (of, wrapped) else { return Ok(None) };
        let secret = key.unwrap(of.as_bytes(), &wrapped.wrapped).ok();
        Ok(secret.filter(|secret| secret.check_value() == wrapped.check))
    }

    /// How a passphrase that was chosen wraps a secret.
    pub(super) async fn wrap(
        &self,
        passphrase: Zeroizing<String>,
        of: StaffId,
        secret: &RecipientSecret,
    ) -> Result<Wrapped, StaffError> {
        let _one_of_few = self.tries.acquire().await.ok();
        let (mut salt, mut rng) = ([0; SALT_BYTES], self.entropy.rng());
        rand::Rng::fill_bytes(&mut rng, &mut salt);
        let cost = self.cost;
        let key = off_runtime(move || PassphraseKey::of(&passphrase, &salt, cost)).await?;
        let wrapped = key.wrap(of.as_bytes(), secret, &mut rng);
        Ok(Wrapped { salt, cost, wrapped, check: secret.check_value() })
    }

    /// Tries a code. A step counts once: of two who send the same code, one is refused.
    pub(super) async fn prove_with_code(&self, session: Proving<'_>, code: &str) -> Result<Proved, StaffError> {
        if !self.doors.may_prove(&session.token.id()) {
            return Ok(Proved::TooOften);
        }
        let now = self.clock.now();
        let factors = queries::factors(&mut self.database.read().await?, session.of).await?;
        for factor in factors.iter().filter(|factor| factor.kind == TOTP) {
            let plain = session.secret.open_own(&factor.id, &factor.sealed).map_err(|_| StaffError::Damaged)?;
            let secret = TotpSecret::from_slice(&plain).ok_or(StaffError::Damaged)?;
            if let Some(step) = secret.step(code, now).filter(|step| *step > factor.used) {
                let proof = Proof { session, factor: factor.id, used: step, is_counted: true, at: now };
                let is_first = self.database.run(&proof).await?;
                return Ok(if is_first { Proved::Yes } else { Proved::Wrong });
            }
        }
        Ok(Proved::Wrong)
    }

    /// Adds the codes whose secret waits in the session, once one of them was typed; makes the session whole.
    pub(super) async fn add_codes(&self, session: Proving<'_>, code: &str) -> Result<Proved, StaffError> {
        if !self.doors.may_prove(&session.token.id()) {
            return Ok(Proved::TooOften);
        }
        let now = self.clock.now();
        let secret = session.pending.codes();
        let Some((secret, step)) = secret.and_then(|secret| secret.step(code, now).map(|step| (secret, step))) else {
            return Ok(Proved::Wrong);
        };
        let factor = self.new_factor(session, TOTP, secret.as_bytes(), step);
        Ok(if self.database.run(&AddFactor { session, factor }).await? { Proved::Yes } else { Proved::Wrong })
    }

    /// A factor's row, sealed for its person.
    pub(super) fn new_factor(&self, session: Proving<'_>, kind: i64, plain: &[u8], used: i64) -> FactorRow {
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let id = *StaffId::new(now, &mut rng).as_bytes();
        let sealed = session.secret.seal_own(&id, plain, &mut rng);
        FactorRow { id, kind, sealed, used, created_at: now, used_at: Some(now) }
    }

    /// The secret of the codes that this session is about to add: a new one unless one waits already.
    pub(super) async fn codes_to_add(&self, session: Proving<'_>) -> Result<TotpSecret, StaffError> {
        if let Some(secret) = session.pending.codes() {
            return Ok(secret);
        }
        let secret = TotpSecret::generate(&mut self.entropy.rng());
        self.keep_pending(session.token, &session.pending.with_codes(&secret)).await?;
        Ok(secret)
    }

    /// A challenge for a passkey, new with each page that asks for one, and the passkeys that somebody has.
    pub(super) async fn challenge(
        &self,
        session: Proving<'_>,
        codes: Option<&TotpSecret>,
    ) -> Result<([u8; CHALLENGE_BYTES], Vec<Passkey>), StaffError> {
        let mut challenge = [0; CHALLENGE_BYTES];
        rand::Rng::fill_bytes(&mut self.entropy.rng(), &mut challenge);
        let mut pending = codes.map_or_else(|| session.pending.clone(), |codes| session.pending.with_codes(codes));
        pending.challenge = Some(challenge);
        self.keep_pending(session.token, &pending).await?;
        let known = self.passkeys(session).await?.into_iter().map(|(_, passkey)| passkey).collect();
        Ok((challenge, known))
    }

    async fn passkeys(&self, session: Proving<'_>) -> Result<Vec<(FactorRow, Passkey)>, StaffError> {
        let factors = queries::factors(&mut self.database.read().await?, session.of).await?;
        let open = |factor: FactorRow| {
            let plain = session.secret.open_own(&factor.id, &factor.sealed).map_err(|_| StaffError::Damaged)?;
            Ok((factor, serde_json::from_slice(&plain).map_err(|_| StaffError::Damaged)?))
        };
        factors.into_iter().filter(|factor| factor.kind == PASSKEY).map(open).collect()
    }

    /// Tries what a passkey signed. A challenge counts once: the page that asks again asks anew.
    pub(super) async fn prove_with_passkey(
        &self,
        session: Proving<'_>,
        hosts: &[&str],
        sent: Sent<'_>,
    ) -> Result<Proved, StaffError> {
        if !self.doors.may_prove(&session.token.id()) {
            return Ok(Proved::TooOften);
        }
        let Some(challenge) = &session.pending.challenge else { return Ok(Proved::Wrong) };
        let passkeys = self.passkeys(session).await?;
        let Some((factor, passkey)) = passkeys.into_iter().find(|(_, passkey)| passkey.id == sent.id) else {
            return Ok(Proved::Wrong);
        };
        let Ok(count) = passkey.proves(Asked { challenge, hosts }, sent) else { return Ok(Proved::Wrong) };
        // One that does not count says 0 each time.
        let (used, is_counted) = (i64::from(count), count != 0 || factor.used != 0);
        let proof = Proof { session, factor: factor.id, used, is_counted, at: self.clock.now() };
        Ok(if self.database.run(&proof).await? { Proved::Yes } else { Proved::Wrong })
    }

    /// Adds a passkey that a browser made for this session; makes the session whole.
    pub(super) async fn add_passkey(
        &self,
        session: Proving<'_>,
        hosts: &[&str],
        sent: Sent<'_>,
    ) -> Result<Proved, StaffError> {
        let Some(challenge) = &session.pending.challenge else { return Ok(Proved::Wrong) };
        let Ok((passkey, count)) = created(Asked { challenge, hosts }, sent) else { return Ok(Proved::Wrong) };
        let plain = serde_json::to_vec(&passkey).map_err(|_| StaffError::Damaged)?;
        let factor = self.new_factor(session, PASSKEY, &plain, i64::from(count));
        Ok(if self.database.run(&AddFactor { session, factor }).await? { Proved::Yes } else { Proved::Wrong })
    }

    /// Begins half a session behind a link for a new factor, for whoever knows the passphrase: the factors before count no
    /// more, and the link is over.
    pub(super) async fn begin_new_factor(
        &self,
        link: &VisitToken,
        passphrase: Zeroizing<String>,
        from: &Tried,
        agent: String,
    ) -> Result<Entered, StaffError> {
        let Some(member) = self.of_factor_link(link).await? else { return Ok(Entered::Wrong) };
        // The link is known to few: its tries count for the address alone, and for the link.
        if !self.doors.may_knock(from) || !self.doors.may_prove(&link.id()) {
            return Ok(Entered::TooOften);
        }
        let wrapped = queries::wrapped(&mut self.database.read().await?, member.id).await?;
        let Some(secret) = self.try_passphrase(passphrase, Some(member.id), wrapped).await? else {
            return Ok(Entered::Wrong);
        };
        let begin = self.new_session(member.id, &secret, agent);
        let is_done = self.database.run(&DropFactors { begin: &begin }).await?;
        Ok(if is_done { Entered::Half(begin.token) } else { Entered::Wrong })
    }

    /// The factors of somebody: which, of what kind, since when, last used when.
    pub(super) async fn factors_of(&self, of: StaffId) -> Result<Vec<FactorRow>, StorageError> {
        queries::factors(&mut self.database.read().await?, of).await
    }

    /// Removes one of one's own factors; the last one stays.
    pub(super) async fn remove_factor(&self, who: &SteppedUp<Person>, id: &[u8; 16]) -> Result<bool, StaffError> {
        Ok(self.database.run(&RemoveFactor { of: who.signed().id(), id: *id, now: self.clock.now() }).await?)
    }

    /// Whether somebody has a factor.
    pub(super) async fn has_factor(&self, of: StaffId) -> Result<bool, StorageError> {
        Ok(!queries::factors(&mut self.database.read().await?, of).await?.is_empty())
    }

    /// The mark of a browser from which somebody signed in: nobody else can make it, and it says nothing.
    pub(super) fn mark(&self, of: StaffId) -> String {
        let digest = self.key.digest(&[MARK, of.as_bytes()]);
        exchange::hex::encode(&digest[..16])
    }

    fn is_mark(&self, mark: &str, of: StaffId) -> bool {
        subtle::ConstantTimeEq::ct_eq(mark.as_bytes(), self.mark(of).as_bytes()).into()
    }
}

struct DropFactors<'a> {
    begin: &'a Begin,
}

impl Transact for DropFactors<'_> {
    const NAME: &'static str = "staff_factors_drop";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let of = self.begin.of;
        queries::drop_factors(on, of).await?;
        queries::drop_links_of(on, of).await?;
        queries::end_sessions_of(on, of).await?;
        self.begin.write(on).await?;
        audit::record(on, self.begin.at, of, acts::FACTORS_DROPPED, Some(*of.as_bytes())).await?;
        Ok(true)
    }
}

struct RemoveFactor {
    of: StaffId,
    id: [u8; 16],
    now: Time,
}

impl Transact for RemoveFactor {
    const NAME: &'static str = "staff_factor_remove";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        if queries::factors(on, self.of).await?.len() < 2 || !queries::drop_factor(on, self.of, &self.id).await? {
            return Ok(false);
        }
        audit::record(on, self.now, self.of, acts::FACTOR_REMOVED, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}

/// A factor was right: notes what of it was used, and makes the session whole.
pub(super) struct Proof<'a> {
    pub(super) session: Proving<'a>,
    pub(super) factor: [u8; 16],
    pub(super) used: i64,
    /// Whether the same counter may not come again.
    pub(super) is_counted: bool,
    pub(super) at: Time,
}

impl Transact for Proof<'_> {
    const NAME: &'static str = "staff_prove";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let is_new = if self.is_counted {
            queries::use_factor(on, &self.factor, self.used, self.at).await?
        } else {
            queries::see_factor(on, &self.factor, self.used, self.at).await?
        };
        is_new_and_whole(on, self.session, is_new, self.at).await
    }
}

async fn is_new_and_whole(
    on: &mut Session,
    session: Proving<'_>,
    is_new: bool,
    at: Time,
) -> Result<bool, StorageError> {
    let Some(row) = queries::session(on, &session.token.id(), at).await?.filter(|_| is_new) else { return Ok(false) };
    queries::promote(on, &session.token.id(), at, ends_at(row.created_at, at)).await?;
    if row.stage == 1 && row.state == State::Here {
        audit::record(on, at, row.of, acts::SIGNED_IN, Some(*row.of.as_bytes())).await?;
    }
    Ok(true)
}

/// Adds a factor that was just shown to work, and makes the session whole.
pub(super) struct AddFactor<'a> {
    pub(super) session: Proving<'a>,
    pub(super) factor: FactorRow,
}

impl Transact for AddFactor<'_> {
    const NAME: &'static str = "staff_factor_add";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let at = self.factor.created_at;
        queries::insert_factor(on, self.session.of, &self.factor).await?;
        if !is_new_and_whole(on, self.session, true, at).await? {
            return Ok(false);
        }
        audit::record(on, at, self.session.of, acts::FACTOR_ADDED, Some(*self.session.of.as_bytes())).await?;
        Ok(true)
    }
}
