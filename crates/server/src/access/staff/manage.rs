//! Looking after who is here: other roles, new factors, ended sessions, leaving.

use exchange::Time;
use sealing::{Recipient, VisitToken};

use super::handles::{Handle, Lead, Manager, SteppedUp};
use super::model::{Member, Role, StaffName, State};
use super::notices::{Told, tell};
use super::queries::{self, SessionView};
use super::{Staff, StaffError, StaffId, acts};
use crate::access::Operator;
use crate::access::audit::{self, Who};
use crate::intake;
use crate::storage::{Session, StorageError, Transact};

/// How long a link for a new factor is good.
pub(crate) const FACTOR_LINK_HOURS: i64 = 24;
/// Kind of such a link, as stored.
pub(super) const NEW_FACTOR: i64 = 2;

impl Role {
    /// Whether somebody who manages may invite for a role. Whoever sets the node up opens no case, and so lets in nobody who
    /// does but the very first lead.
    pub const fn may_invite(self, role: Self, has_lead: bool) -> bool {
        match self {
            Self::Lead => true,
            Self::Administrator => match role {
                Self::Administrator | Self::Platform => true,
                Self::Lead => !has_lead,
                Self::Analyst | Self::Mediator => false,
            },
            _ => false,
        }
    }
}

impl Staff {
    /// Whether a lead is here or invited.
    pub(super) async fn has_lead(&self) -> Result<bool, StorageError> {
        let members = self.members().await?;
        Ok(members.iter().any(|member| member.role == Role::Lead && member.state != State::Left))
    }

    /// The sessions of somebody, for who manages.
    pub(super) async fn sessions_for(&self, _: &Manager, of: StaffId) -> Result<Vec<SessionView>, StorageError> {
        self.sessions_of(of).await
    }

    /// Ends somebody's access: they sign in no more, nothing is sealed to them, and what was is deleted. An administrator does
    /// not end the last lead: nobody would be left to let leads in but they.
    pub(super) async fn end(&self, by: &SteppedUp<Manager>, of: StaffId) -> Result<(), StaffError> {
        let may_end_last_lead = by.signed().role() == Role::Lead;
        let ended = End { by: by.person().into(), of, may_end_last_lead, now: self.clock.now() };
        if by.person() != of && self.database.run(&ended).await? { Ok(()) } else { Err(StaffError::NotSo) }
    }

    /// As whoever has database and key in hand: ends the access of whoever has this name. False when nobody has it.
    pub async fn end_as_operator(&self, _: &Operator, name: &str) -> Result<bool, StorageError> {
        let Ok(name) = StaffName::parse(name) else { return Ok(false) };
        let member = queries::member_named(&mut self.database.read().await?, &name.key()).await?;
        let Some(member) = member else { return Ok(false) };
        let now = self.clock.now();
        self.database.run(&End { by: Who::Operator, of: member.id, may_end_last_lead: true, now }).await
    }

    /// Makes an analyst a lead, or a lead an analyst: both open cases, so their key stays.
    pub(super) async fn give_role(&self, by: &SteppedUp<Lead>, of: StaffId, to: Role) -> Result<(), StaffError> {
        let from = match to {
            Role::Analyst => Role::Lead,
            Role::Lead => Role::Analyst,
            _ => return Err(StaffError::NotSo),
        };
        let notice = *StaffId::new(self.clock.now(), &mut self.entropy.rng()).as_bytes();
        let given = GiveRole { by: by.person(), of, from, to, notice, now: self.clock.now() };
        if by.person() != of && self.database.run(&given).await? { Ok(()) } else { Err(StaffError::NotSo) }
    }

    /// Ends all sessions of somebody else.
    pub(super) async fn end_sessions(&self, by: &Manager, of: StaffId) -> Result<(), StaffError> {
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let notice = *StaffId::new(now, &mut rng).as_bytes();
        Ok(self.database.run(&EndSessions { by: by.person(), of, notice, now }).await?)
    }

    /// A link behind which somebody chooses a new factor, with their passphrase. Gives its path, which is shown this once.
    pub(super) async fn new_factor_link(&self, by: &SteppedUp<Lead>, of: StaffId) -> Result<String, StaffError> {
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let link = VisitToken::generate(&mut rng);
        let notice = *StaffId::new(now, &mut rng).as_bytes();
        let made = FactorLink { by: by.person(), of, link: link.id(), notice, now };
        if by.person() == of || !self.database.run(&made).await? {
            return Err(StaffError::NotSo);
        }
        Ok(format!("/staff/new-factor/{}", link.to_text().as_str()))
    }

    /// Whom a link for a new factor is for; `None` when it is over.
    pub(super) async fn of_factor_link(&self, link: &VisitToken) -> Result<Option<Member>, StorageError> {
        let mut on = self.database.read().await?;
        let Some(of) = queries::link(&mut on, &link.id(), NEW_FACTOR, self.clock.now()).await? else { return Ok(None) };
        Ok(queries::member(&mut on, of).await?.filter(|member| member.state == State::Here))
    }
}

struct End {
    by: Who,
    of: StaffId,
    may_end_last_lead: bool,
    now: Time,
}

impl Transact for End {
    const NAME: &'static str = "staff_end";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let Some(member) = queries::member(on, self.of).await? else { return Ok(false) };
        let is_last_lead =
            member.role == Role::Lead && member.state == State::Here && queries::count_here(on, Role::Lead).await? == 1;
        if is_last_lead && !self.may_end_last_lead {
            return Ok(false);
        }
        if !queries::leave(on, self.of, self.now).await? {
            return Ok(false);
        }
        if let Some(key) = member.public_key.as_ref().filter(|_| member.role.opens_cases()) {
            end_reader(on, key, self.now).await?;
        }
        audit::record(on, self.now, self.by, acts::ENDED, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}

async fn end_reader(on: &mut Session, key: &Recipient, now: Time) -> Result<(), StorageError> {
    intake::end_reader(on, key, now).await
}

struct GiveRole {
    by: StaffId,
    of: StaffId,
    from: Role,
    to: Role,
    notice: [u8; 16],
    now: Time,
}

impl Transact for GiveRole {
    const NAME: &'static str = "staff_give_role";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        if !queries::set_role(on, self.of, self.from, self.to).await? {
            return Ok(false);
        }
        // A lead who is an analyst now holds nobody's share any more.
        queries::drop_shares_held_by(on, self.of).await?;
        tell(on, &self.notice, self.of, Told::RoleChanged, self.by, self.now).await?;
        audit::record(on, self.now, self.by, acts::ROLE_GIVEN, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}

struct EndSessions {
    by: StaffId,
    of: StaffId,
    notice: [u8; 16],
    now: Time,
}

impl Transact for EndSessions {
    const NAME: &'static str = "staff_sessions_end";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        if queries::end_sessions_of(on, self.of).await? == 0 {
            return Ok(());
        }
        if self.by != self.of {
            tell(on, &self.notice, self.of, Told::SessionsEnded, self.by, self.now).await?;
        }
        audit::record(on, self.now, self.by, acts::SESSIONS_ENDED, Some(*self.of.as_bytes())).await
    }
}

struct FactorLink {
    by: StaffId,
    of: StaffId,
    link: [u8; 32],
    notice: [u8; 16],
    now: Time,
}

impl Transact for FactorLink {
    const NAME: &'static str = "staff_factor_link";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        let member = queries::member(on, self.of).await?;
        if !member.is_some_and(|member| member.state == State::Here) {
            return Ok(false);
        }
        queries::drop_links_of(on, self.of).await?;
        let ends_at = self.now.plus_seconds(FACTOR_LINK_HOURS * 3_600);
        queries::insert_link(on, &self.link, self.of, NEW_FACTOR, ends_at).await?;
        tell(on, &self.notice, self.of, Told::FactorReset, self.by, self.now).await?;
        audit::record(on, self.now, self.by, acts::FACTOR_LINK, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_lets_in_nobody_who_opens_cases_but_the_first_lead() {
        let admits = |role: Role| Role::Administrator.may_invite(role, true);
        assert!(admits(Role::Administrator) && admits(Role::Platform));
        assert!(!admits(Role::Analyst) && !admits(Role::Lead) && !admits(Role::Mediator));
        assert!(Role::Administrator.may_invite(Role::Lead, false));
        assert!(!Role::Administrator.may_invite(Role::Analyst, false));
        assert!(Role::ALL.into_iter().all(|role| Role::Lead.may_invite(role, true)));
        for role in [Role::Analyst, Role::Mediator, Role::Platform] {
            assert!(Role::ALL.into_iter().all(|invited| !role.may_invite(invited, false)));
        }
    }
}
