//! Coming in for the first time: a link, then passphrase, factor and sheet; only then does the account count.

use exchange::{PartnerId, Time};
use sealing::{Recipient, RecipientSecret, VisitToken};
use zeroize::Zeroizing;

use super::handles::{Handle, Manager};
use super::model::{Member, Role, StaffName, State, Wrapped};
use super::passphrase::{self, Weak};
use super::queries;
use super::sessions::{Begin, Open};
use super::{Staff, StaffError, StaffId, acts};
use crate::access::Operator;
use crate::access::audit::{self, Who};
use crate::intake;
use crate::storage::{Session, StorageError, Transact, Transient};

/// How long an invitation is good.
pub const INVITATION_HOURS: i64 = 72;
/// Kind of a link, as stored.
pub(super) const INVITATION: i64 = 1;

/// Whom to invite.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// How they are called, and sign in.
    pub name: StaffName,
    /// What they are to do.
    pub role: Role,
    /// Of which platform; for [`Role::Platform`] and for it alone.
    pub partner: Option<PartnerId>,
}

/// An invitation that was made. Its link is shown this once.
pub struct Invitation {
    /// Who was invited.
    pub id: StaffId,
    /// The link's path.
    pub path: String,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// There is somebody of that name. Choose another.
    #[error("there is somebody of that name; choose another")]
    NameTaken,
    /// A platform is named for somebody who does not work at one, or none for somebody who does.
    #[error("name the platform of whoever works at one, and of nobody else")]
    Partner,
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for InviteError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_transient())
    }
}

impl Staff {
    /// Invites somebody, as whoever has database and key in hand.
    pub async fn invite_as_operator(&self, _: &Operator, new: NewStaff) -> Result<Invitation, InviteError> {
        self.invite_by(Who::Operator, new).await
    }

    /// Invites somebody.
    pub async fn invite(&self, by: &Manager, new: NewStaff) -> Result<Invitation, InviteError> {
        self.invite_by(Who::Staff(by.signed().id()), new).await
    }

    /// Invites the first administrator, as whoever sets the node up; `None` once anybody was invited.
    pub(crate) async fn invite_first(&self, name: StaffName) -> Result<Option<Invitation>, InviteError> {
        if self.is_anybody().await? {
            return Ok(None);
        }
        let new = NewStaff { name, role: Role::Administrator, partner: None };
        self.invite_by(Who::Operator, new).await.map(Some)
    }

    async fn invite_by(&self, by: Who, new: NewStaff) -> Result<Invitation, InviteError> {
        if (new.role == Role::Platform) != new.partner.is_some() {
            return Err(InviteError::Partner);
        }
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let (id, link) = (StaffId::new(now, &mut rng), VisitToken::generate(&mut rng));
        self.database.run(&Invite { by, id, new: &new, link: link.id(), now }).await?;
        Ok(Invitation { id, path: path(&link) })
    }

    /// Whom an invitation is for; `None` when it is over.
    pub(super) async fn invited(&self, link: &VisitToken) -> Result<Option<Member>, StorageError> {
        let mut on = self.database.read().await?;
        let Some(of) = queries::link(&mut on, &link.id(), INVITATION, self.clock.now()).await? else { return Ok(None) };
        Ok(queries::member(&mut on, of).await?.filter(|member| member.state == State::Invited))
    }

    /// Whether a passphrase is dear enough for this person.
    pub(super) fn check_passphrase(&self, passphrase: &str, name: &str) -> Result<(), Weak> {
        passphrase::check(passphrase, &[name, "rempart", "hotline"])
    }

    /// Wraps a new secret with the passphrase that was chosen behind an invitation, and begins half a session. The account
    /// does not count yet, and the link stays good: whoever breaks off here comes back with it.
    pub(super) async fn accept(
        &self,
        link: &VisitToken,
        passphrase: Zeroizing<String>,
        agent: String,
    ) -> Result<Option<VisitToken>, StaffError> {
        let Some(member) = self.invited(link).await? else { return Ok(None) };
        let secret = RecipientSecret::generate(&mut self.entropy.rng());
        let wrapped = self.wrap(passphrase, member.id, &secret).await?;
        let begin = self.new_session(member.id, &secret, agent);
        let is_done = self.database.run(&Accept { id: member.id, wrapped, begin: &begin }).await?;
        Ok(is_done.then_some(begin.token))
    }

    /// Completes an account whose sheet is on paper: it counts from now on, and cases are sealed to its key.
    pub(super) async fn complete(&self, session: &Open) -> Result<bool, StaffError> {
        let key = session.role.has_key().then(|| session.secret.public());
        let now = self.clock.now();
        Ok(self.database.run(&Complete { of: session.of, role: session.role, key, now }).await?)
    }
}

/// The path of a link.
pub(super) fn path(link: &VisitToken) -> String {
    format!("/staff/invitation/{}", link.to_text().as_str())
}

struct Invite<'a> {
    by: Who,
    id: StaffId,
    new: &'a NewStaff,
    link: [u8; 32],
    now: Time,
}

impl Transact for Invite<'_> {
    const NAME: &'static str = "staff_invite";
    type Output = ();
    type Error = InviteError;

    async fn run(&self, on: &mut Session) -> Result<(), InviteError> {
        let row = queries::NewMember {
            id: self.id,
            name: self.new.name.as_str(),
            name_key: &self.new.name.key(),
            role: self.new.role,
            partner: self.new.partner,
            language: "",
            at: self.now,
        };
        if !queries::insert(on, &row).await? {
            return Err(InviteError::NameTaken);
        }
        let ends_at = self.now.plus_seconds(INVITATION_HOURS * 3_600);
        queries::insert_link(on, &self.link, self.id, INVITATION, ends_at).await?;
        Ok(audit::record(on, self.now, self.by, acts::INVITED, Some(*self.id.as_bytes())).await?)
    }
}

struct Accept<'a> {
    id: StaffId,
    wrapped: Wrapped,
    begin: &'a Begin,
}

impl Transact for Accept<'_> {
    const NAME: &'static str = "staff_accept";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        // What was begun behind the same link before is under another secret.
        queries::drop_factors(on, self.id).await?;
        queries::end_sessions_of(on, self.id).await?;
        if !queries::wrap(on, self.id, &self.wrapped).await? {
            return Ok(false);
        }
        self.begin.write(on).await?;
        Ok(true)
    }
}

struct Complete {
    of: StaffId,
    role: Role,
    key: Option<Recipient>,
    now: Time,
}

impl Transact for Complete {
    const NAME: &'static str = "staff_complete";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        if !queries::complete(on, self.of, self.key.as_ref()).await? {
            return Ok(false);
        }
        queries::drop_links_of(on, self.of).await?;
        if let Some(key) = self.key.as_ref().filter(|_| self.role.opens_cases()) {
            intake::begin_reader(on, key, self.now).await?;
        }
        audit::record(on, self.now, self.of, acts::JOINED, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}
