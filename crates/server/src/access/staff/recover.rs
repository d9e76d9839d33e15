//! Coming back without the passphrase: with the sheet, or with two leads.

use exchange::Time;
use rand::RngExt;
use sealing::{Lexicon, Recipient, RecipientSecret, VisitToken};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::escrow::{join, pass_on};
use super::handles::{Handle, Lead, Person, SteppedUp};
use super::model::{StaffName, State, Wrapped};
use super::notices::{Told, tell};
use super::pending::Pending;
use super::queries::{self, RecoveryRow, ShareRow};
use super::sessions::{Begin, Open};
use super::{Staff, StaffError, StaffId, acts};
use crate::access::Tried;
use crate::access::audit::{self, Act, Who};
use crate::storage::{Session, StorageError, Transact};

/// How long a recovery that was asked for waits for two leads.
pub const RECOVERY_HOURS: i64 = 24;
/// Words that are read to a lead over the telephone: 44 bits of the key that the shares go to.
pub const COMPARED_WORDS: usize = 4;
/// Recoveries of one person that wait at a time; the oldest without any approval goes when there are more.
pub const RECOVERIES_PER_PERSON_MAX: i64 = 50;
/// A recovery, as a lead sees it.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Which.
    pub(crate) id: [u8; 16],
    /// Whose account it is.
    pub(crate) of: StaffId,
    /// How they are called.
    pub(crate) name: String,
    /// When it was asked for.
    pub(crate) asked_at: Time,
    /// Leads who approved.
    pub(crate) approved: u64,
    /// To what the shares go.
    pub(super) key: Recipient,
}

/// How a recovery stands, for whoever holds its link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// So many leads approved.
    Waits(u64),
    /// Two approved: a passphrase may be chosen.
    Open,
}

impl Waiting {
    /// The words to compare, in a language.
    pub(crate) fn words(&self, lexicon: Lexicon) -> Vec<&'static str> {
        words_of(&self.key, lexicon)
    }
}

/// The words that stand for a key.
pub(super) fn words_of(key: &Recipient, lexicon: Lexicon) -> Vec<&'static str> {
    let digest = Sha256::digest([b"words to compare", &key.as_bytes()[..]].concat());
    let number = |place: usize| u16::from_be_bytes([digest[2 * place], digest[2 * place + 1]]);
    (0..COMPARED_WORDS).map(|place| lexicon.word(number(place))).collect()
}

impl Staff {
    /// Tries a sheet: its words begin half a session which may choose a new passphrase. `None` when name and words do not
    /// belong together, or after too many tries.
    pub(super) async fn enter_with_sheet(
        &self,
        name: &str,
        words: &str,
        from: &Tried,
        agent: String,
    ) -> Result<Option<VisitToken>, StaffError> {
        let (Ok(secret), Ok(name)) = (RecipientSecret::from_sheet(words), StaffName::parse(name)) else {
            return Ok(None);
        };
        if !self.doors.may_knock(from) {
            return Ok(None);
        }
        let mut on = self.database.read().await?;
        let Some(member) = queries::member_named(&mut on, &name.key()).await? else { return Ok(None) };
        let wrapped = queries::wrapped(&mut on, member.id).await?;
        drop(on);
        let is_right = wrapped.is_some_and(|wrapped| wrapped.check == secret.check_value());
        if !is_right || member.state != State::Here {
            return Ok(None);
        }
        let begin = self.new_session(member.id, &secret, agent);
        self.database.run(&begin).await?;
        let mut pending = Pending::default();
        pending.may_choose = true;
        self.keep_pending(&begin.token, &pending).await?;
        Ok(Some(begin.token))
    }

    /// Wraps the secret of a session that came with the sheet with a new passphrase.
    pub(super) async fn choose_after_sheet(
        &self,
        session: &Open,
        passphrase: Zeroizing<String>,
    ) -> Result<bool, StaffError> {
        if !session.pending.may_choose {
            return Ok(false);
        }
        self.rewrap(session.of, &session.token, &session.secret, passphrase, acts::CAME_WITH_SHEET).await
    }

    /// Wraps one's own secret with a new passphrase.
    pub(super) async fn choose_anew(
        &self,
        who: &SteppedUp<Person>,
        passphrase: Zeroizing<String>,
    ) -> Result<bool, StaffError> {
        let signed = who.signed();
        self.rewrap(signed.id(), signed.token(), signed.own(), passphrase, acts::PASSPHRASE_CHOSEN).await
    }

    async fn rewrap(
        &self,
        of: StaffId,
        but: &VisitToken,
        secret: &RecipientSecret,
        passphrase: Zeroizing<String>,
        act: Act,
    ) -> Result<bool, StaffError> {
        let wrapped = self.wrap(passphrase, of, secret).await?;
        Ok(self.database.run(&Rewrap { of, wrapped, but: but.id(), act, now: self.clock.now() }).await?)
    }

    /// Asks for a recovery in a name. Whether anybody has that name cannot be told from what comes of it.
    pub(super) async fn ask_for_recovery(
        &self,
        name: &str,
        from: &Tried,
    ) -> Result<Option<RecipientSecret>, StaffError> {
        if !self.doors.may_knock(from) {
            return Ok(None);
        }
        let (now, mut rng) = (self.clock.now(), self.entropy.rng());
        let link = RecipientSecret::generate(&mut rng);
        let key = StaffName::parse(name).map(|name| name.key()).unwrap_or_default();
        let row = RecoveryRow { id: rng.random(), key: link.public(), asked_at: now };
        let ends_at = now.plus_seconds(RECOVERY_HOURS * 3_600);
        self.database.run(&Ask { name_key: &key, row, ends_at }).await?;
        Ok(Some(link))
    }

    /// How the recovery behind a link stands. One that nobody's name is behind waits for ever.
    pub(super) async fn recovery_standing(&self, link: &RecipientSecret) -> Result<Standing, StaffError> {
        let found = self.recovery(link).await?;
        let Some((_, _, shares)) = found else { return Ok(Standing::Waits(0)) };
        let mut holders: Vec<_> = shares.iter().map(|share| share.holder).collect();
        holders.dedup();
        let approved = holders.len() as u64;
        Ok(if approved < 2 { Standing::Waits(approved) } else { Standing::Open })
    }

    /// Chooses a new passphrase behind a link that two leads approved, and begins half a session: the factor stays.
    pub(super) async fn recover(
        &self,
        link: &RecipientSecret,
        passphrase: Zeroizing<String>,
        agent: String,
    ) -> Result<Option<VisitToken>, StaffError> {
        let Some((of, id, shares)) = self.recovery(link).await? else { return Ok(None) };
        let Some(before) = queries::wrapped(&mut self.database.read().await?, of).await? else { return Ok(None) };
        let Some(secret) = join(of, &shares, link, &before.check) else { return Ok(None) };
        let wrapped = self.wrap(passphrase, of, &secret).await?;
        let begin = self.new_session(of, &secret, agent);
        let by = shares.last().map_or(of, |share| share.holder);
        let notice = *StaffId::new(self.clock.now(), &mut self.entropy.rng()).as_bytes();
        let work = Recover { of, id, wrapped, begin: &begin, by, notice };
        Ok(self.database.run(&work).await?.then_some(begin.token))
    }

    async fn recovery(&self, link: &RecipientSecret) -> Result<Option<(StaffId, [u8; 16], Vec<ShareRow>)>, StaffError> {
        let mut on = self.database.read().await?;
        let found = queries::recovery_of_key(&mut on, &link.public(), self.clock.now()).await?;
        let Some((of, id)) = found else { return Ok(None) };
        let shares = queries::recovery_shares(&mut on, &id).await?;
        Ok(Some((of, id, shares)))
    }

    /// Recoveries that wait for leads, the oldest first; for a lead, those of whom they hold a share.
    pub(super) async fn recoveries(&self, lead: &Lead) -> Result<Vec<Waiting>, StorageError> {
        queries::recoveries(&mut self.database.read().await?, lead.person(), self.clock.now()).await
    }

    /// Passes one's own shares on to a recovery whose words were compared.
    pub(super) async fn approve(&self, lead: &SteppedUp<Lead>, waiting: &Waiting) -> Result<(), StaffError> {
        let me = lead.person();
        let mine = queries::shares_held(&mut self.database.read().await?, waiting.of, me).await?;
        let mut rng = self.entropy.rng();
        let passed: Option<Vec<_>> =
            mine.iter().map(|row| pass_on(waiting.of, row, lead.secret(), &waiting.key, &mut rng)).collect();
        let passed = passed.filter(|passed| !passed.is_empty()).ok_or(StaffError::NotSo)?;
        let now = self.clock.now();
        Ok(self.database.run(&Approve { by: me, of: waiting.of, id: waiting.id, passed, now }).await?)
    }
}

struct Rewrap {
    of: StaffId,
    wrapped: Wrapped,
    but: [u8; 32],
    act: Act,
    now: Time,
}

impl Transact for Rewrap {
    const NAME: &'static str = "staff_rewrap";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        if !queries::wrap(on, self.of, &self.wrapped).await? {
            return Ok(false);
        }
        // Whoever had the passphrase before is signed out.
        queries::end_other_sessions(on, self.of, &self.but).await?;
        queries::set_pending(on, &self.but, None).await?;
        audit::record(on, self.now, self.of, self.act, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}

struct Ask<'a> {
    name_key: &'a str,
    row: RecoveryRow,
    ends_at: Time,
}

impl Transact for Ask<'_> {
    const NAME: &'static str = "staff_recovery_ask";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        let member = queries::member_named(on, self.name_key).await?.filter(|member| member.state == State::Here);
        let Some(member) = member else { return Ok(()) };
        queries::insert_recovery(on, member.id, &self.row, self.ends_at, RECOVERIES_PER_PERSON_MAX).await?;
        let about = Some(*member.id.as_bytes());
        audit::record(on, self.row.asked_at, Who::Stranger, acts::RECOVERY_ASKED, about).await
    }
}

struct Approve {
    by: StaffId,
    of: StaffId,
    id: [u8; 16],
    passed: Vec<ShareRow>,
    now: Time,
}

impl Transact for Approve {
    const NAME: &'static str = "staff_recovery_approve";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        for share in &self.passed {
            queries::insert_recovery_share(on, &self.id, share).await?;
        }
        audit::record(on, self.now, self.by, acts::RECOVERY_APPROVED, Some(*self.of.as_bytes())).await
    }
}

struct Recover<'a> {
    of: StaffId,
    id: [u8; 16],
    wrapped: Wrapped,
    begin: &'a Begin,
    by: StaffId,
    notice: [u8; 16],
}

impl Transact for Recover<'_> {
    const NAME: &'static str = "staff_recover";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        // Taken once: of two who come with the same link, one finds it gone.
        if !queries::drop_recovery(on, &self.id).await? || !queries::wrap(on, self.of, &self.wrapped).await? {
            return Ok(false);
        }
        queries::end_sessions_of(on, self.of).await?;
        self.begin.write(on).await?;
        tell(on, &self.notice, self.of, Told::Recovered, self.by, self.begin.at).await?;
        audit::record(on, self.begin.at, self.of, acts::RECOVERED, Some(*self.of.as_bytes())).await?;
        Ok(true)
    }
}
