//! Verdicts: the first look, the second one blind to it, the lead's; and all that one does, in one transaction.

use std::collections::HashSet;

use exchange::{Class, EntryId, RemoveReason, Tier, Time};
use sealing::CaseKey;

use super::Casework;
use super::answers::{Voice, fitting};
use super::kappa::{Agreement, agreement};
use super::known::{Kin, standing};
use super::model::{Basis, CaseworkError, Kind, Look, Measure, Stage, Verdict, Work, WorkId};
use super::queries::{self, Decision};
use super::taxonomy::{Follows, taxonomy};
use crate::access::audit::{self, Act};
use crate::access::staff::{Analyst, Lead, StaffId};
use crate::bank::{self, Ruling};
use crate::intake::{CaseView, MESSAGE_CHARACTERS_MAX, OpenCase, Stop};
use crate::storage::{Session, StorageError, Transact};

const DECIDED: Act = Act::new("case.decided");
const ANSWERED: Act = Act::new("case.answered");

/// What somebody says.
#[derive(Clone, Debug)]
pub struct Saying {
    /// Of all of it.
    pub code: String,
    /// Of single pictures instead.
    pub but: Vec<(i64, String)>,
    /// On what it rests.
    pub basis: Basis,
    /// What the person is written, if this closes the case.
    pub answer: Option<String>,
    /// Whether somebody else is to look too, where that is not asked anyway.
    pub wants_second: bool,
}

/// What was said of a case, and by whom.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which look.
    pub look: Look,
    /// Who.
    pub by: StaffId,
    /// What.
    pub verdict: Verdict,
}

/// What became of a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settled {
    /// What the case waits for now.
    pub stage: Stage,
    /// Whether this closed it: the answer was written, files were destroyed.
    pub closed: bool,
}

impl Casework {
    /// What was said of a case so far. Not for whoever looks blind to it: see [`Stage::Second`].
    pub async fn said(&self, _: &Analyst, case: &OpenCase) -> Result<Vec<Said>, CaseworkError> {
        said(&mut self.database.read().await?, case).await
    }

    /// How far first and second looks of the last year agree, and what they said.
    pub async fn agreement(&self, _: &Lead) -> Result<(Option<Agreement>, Vec<(String, String, u64)>), StorageError> {
        let since = self.clock.now().plus_seconds(-366 * 86_400);
        let pairs = queries::agreed(&mut self.database.read().await?, since).await?;
        Ok((agreement(&pairs), pairs))
    }

    /// What our desk said of an entry last.
    pub async fn decision_of(&self, _: &Analyst, entry: EntryId) -> Result<Option<Decision>, StorageError> {
        queries::decided(&mut self.database.read().await?, entry).await
    }

    /// The answer that goes with a code.
    pub async fn fitting_answer(
        &self,
        code: &str,
        language: &str,
        voice: Voice,
    ) -> Result<Option<String>, StorageError> {
        self.answer(fitting(super::follows(code)), language, voice).await
    }

    /// Whether somebody was given a sharp region of a file of it.
    pub async fn has_seen(&self, who: &Analyst, id: WorkId) -> Result<bool, CaseworkError> {
        Ok(queries::seen(&mut self.database.read().await?, id, who.person()).await? > 0)
    }

    /// Says what somebody decided about a case that they hold: the bank, the person's answer, the files and the log change
    /// with it, or nothing does.
    pub async fn decide(
        &self,
        who: &Analyst,
        work: &Work,
        case: &OpenCase,
        view: &CaseView,
        saying: &Saying,
    ) -> Result<Settled, CaseworkError> {
        let look = work.stage.look().filter(|_| work.kind == Kind::Case).ok_or(CaseworkError::NotForYou)?;
        if look == Look::Lead && !who.is_lead() {
            return Err(CaseworkError::NotForYou);
        }
        check_codes(saying, view)?;
        let answer = saying.answer.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if answer.is_some_and(|text| text.chars().count() > MESSAGE_CHARACTERS_MAX) {
            return Err(CaseworkError::TooLong);
        }
        let pictures = self.pictures(who, work, view, look == Look::Second).await?;
        let kin: Vec<&Kin> = pictures.iter().flat_map(|picture| picture.kin.iter().flatten()).collect();
        let has_seen = self.has_seen(who, work.id).await?;
        check_basis(saying, view, has_seen, kin.iter().any(|kin| kin.carries()))?;

        let now = self.clock.now();
        let (day, month) = self.day(now).await?;
        let subjects = standing(view).filter_map(|picture| Some((picture.position, picture.held?.entry))).collect();
        let about = standing(view).map(|picture| picture.position).collect();
        let verdict = Verdict {
            taxonomy: taxonomy().version,
            code: saying.code.clone(),
            but: saying.but.clone(),
            basis: saying.basis,
            about,
            at: now,
        };
        let deciding = Deciding {
            desk: self,
            who,
            work,
            case,
            look,
            class: view.row.class,
            subjects,
            has_pictures: !pictures.is_empty(),
            verdict,
            wants_second: saying.wants_second,
            answer,
            unseen: !has_seen,
            now,
            day,
            month,
        };
        let (settled, seq) = self.database.run(&deciding).await?;
        self.previews.forget(work.id);
        self.removal.stir();
        self.bank.ruled(seq).await;
        Ok(settled)
    }

    /// Writes to the person whose case it is, from whoever holds it. `waits`: nothing is to be done before they answer.
    pub async fn write(
        &self,
        who: &Analyst,
        work: &Work,
        case: &OpenCase,
        text: &str,
        waits: bool,
    ) -> Result<(), CaseworkError> {
        if text.chars().count() > MESSAGE_CHARACTERS_MAX {
            return Err(CaseworkError::TooLong);
        }
        let now = self.clock.now();
        self.database.run(&Write { desk: self, who: who.person(), work, case, text, waits, now }).await?;
        self.bank.stir();
        Ok(())
    }
}

/// Codes that are offered for the case's class, and places that are pictures of it.
fn check_codes(saying: &Saying, view: &CaseView) -> Result<(), CaseworkError> {
    let is_offered = |code: &str| taxonomy().offered(view.row.class).any(|offered| offered.code == code);
    let is_picture = |position: i64| standing(view).any(|picture| picture.position == position);
    let good =
        is_offered(&saying.code) && saying.but.iter().all(|(position, code)| is_offered(code) && is_picture(*position));
    if good { Ok(()) } else { Err(CaseworkError::Code) }
}

/// A verdict rests on what was looked at, or on what is known. On nothing one can only say that it cannot be told; or
/// anything where there is no picture to say it of.
fn check_basis(saying: &Saying, view: &CaseView, has_seen: bool, is_known: bool) -> Result<(), CaseworkError> {
    let all = std::iter::once(&saying.code).chain(saying.but.iter().map(|(_, code)| code));
    let stands = match saying.basis {
        Basis::File => has_seen,
        Basis::Links => view.standing_links().next().is_some(),
        Basis::Known => is_known,
        Basis::Nothing => {
            let unsure = all.map(|code| super::follows(code)).all(|follows| follows == Follows::Unsure);
            let is_empty = standing(view).next().is_none() && view.standing_links().next().is_none();
            unsure || is_empty
        }
    };
    if stands { Ok(()) } else { Err(CaseworkError::Basis) }
}

fn place(id: WorkId, look: Look) -> Vec<u8> {
    [&b"verdict"[..], id.as_bytes(), &look.code().to_be_bytes()].concat()
}

pub(super) async fn said(on: &mut Session, case: &OpenCase) -> Result<Vec<Said>, CaseworkError> {
    let id = WorkId::of_case(case.id);
    let open = |(look, by, sealed): (Look, StaffId, Vec<u8>)| {
        let plain = case.key.open(&place(id, look), &sealed).ok();
        let verdict = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        Ok(Said { look, by, verdict: verdict.ok_or(crate::intake::IntakeError::Sealed)? })
    };
    queries::said(on, id).await?.into_iter().map(open).collect()
}

struct Deciding<'a> {
    desk: &'a Casework,
    who: &'a Analyst,
    work: &'a Work,
    case: &'a OpenCase,
    look: Look,
    class: Class,
    /// Pictures that are in the bank, by their places.
    subjects: Vec<(i64, EntryId)>,
    has_pictures: bool,
    verdict: Verdict,
    wants_second: bool,
    answer: Option<&'a str>,
    unseen: bool,
    now: Time,
    day: i64,
    month: Time,
}

/// What a verdict means.
struct Meaning {
    rulings: Vec<(EntryId, Ruling)>,
    to: Stage,
}

impl Transact for Deciding<'_> {
    const NAME: &'static str = "verdict";
    /// And the bank's last number.
    type Output = (Settled, u64);
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<(Settled, u64), CaseworkError> {
        let before = said(on, self.case).await?;
        let Meaning { rulings, to } = self.meaning(&before)?;
        let has_more = to == Stage::Nothing && self.has_more(&before);
        let closed = to == Stage::Nothing && !has_more;
        let stop = self.stops(to);
        // The sequence's lock, then the case, the work, the log of notices, the log of people: the order in which everybody
        // takes them.
        let seq = bank::rule(on, self.who, &rulings, self.now).await?;
        self.desk.intake.lock(on, self.case).await?;
        if closed {
            self.desk.intake.conclude(on, self.case, self.answer, true, self.now).await?;
        }
        let to = if has_more { Stage::First } else { to };
        let (id, by) = (self.work.id, self.who.person());
        if !queries::move_held(on, id, (self.work.stage, to), by, self.now).await? {
            return Err(CaseworkError::NotYours);
        }
        if let Some(stop) = stop {
            self.desk.intake.stop_notices(on, self.case, stop, self.now).await?;
        }
        if to == Stage::First {
            queries::unsay(on, id).await?;
        } else {
            let sealed = self.sealed(&self.case.key);
            queries::say(on, id, self.look, by, &sealed).await?;
        }
        if closed {
            queries::unsee(on, id).await?;
            self.remember(on, before.len()).await?;
        }
        self.count(on, &before).await?;
        audit::record(on, self.now, by, DECIDED, Some(*id.as_bytes())).await?;
        Ok((Settled { stage: to, closed }, seq))
    }
}

impl Deciding<'_> {
    fn meaning(&self, before: &[Said]) -> Result<Meaning, CaseworkError> {
        match (self.look, before) {
            (Look::First, _) => Ok(self.first()),
            (Look::Second, [first]) if first.by != self.who.person() => Ok(self.second(&first.verdict)),
            (Look::Lead, [first, second]) if ![first.by, second.by].contains(&self.who.person()) => Ok(self.lead()),
            _ => Err(CaseworkError::NotForYou),
        }
    }

    /// One looked. Of adults that is enough where nothing is refused.
    fn first(&self) -> Meaning {
        let mut refuses = false;
        let mut rulings = Vec::new();
        for (position, entry) in &self.subjects {
            match self.verdict.follows(*position) {
                Follows::Protect => rulings.push((*entry, Ruling::Raise(Tier::Verified))),
                Follows::Refuse => {
                    refuses = true;
                    rulings.push((*entry, Ruling::Doubt));
                }
                Follows::Unsure => {}
            }
        }
        let is_about_minors =
            self.class == Class::Minor && (self.has_pictures || self.verdict.follows_for_all() == Follows::Protect);
        let again = is_about_minors || refuses || self.wants_second;
        Meaning { rulings, to: if again { Stage::Second } else { Stage::Nothing } }
    }

    /// Two looked, the second without knowing the first.
    fn second(&self, first: &Verdict) -> Meaning {
        let mut differs = first.follows_for_all() != self.verdict.follows_for_all();
        let mut rulings = Vec::new();
        for (position, entry) in self.subjects.iter().filter(|(position, _)| first.about.contains(position)) {
            match (first.follows(*position), self.verdict.follows(*position)) {
                (Follows::Protect, Follows::Protect) => rulings.push((*entry, Ruling::Stand(Tier::Confirmed))),
                (Follows::Refuse, Follows::Refuse) => rulings.push((*entry, REFUSED)),
                (Follows::Unsure, Follows::Unsure) => {}
                _ => {
                    differs = true;
                    rulings.push((*entry, Ruling::Doubt));
                }
            }
        }
        Meaning { rulings, to: if differs { Stage::Lead } else { Stage::Nothing } }
    }

    /// Two differ, and a lead, who is neither of them, decides: with whoever says the same, that is two.
    fn lead(&self) -> Meaning {
        let ruling = |position: i64| match self.verdict.follows(position) {
            Follows::Protect => Some(Ruling::Stand(Tier::Confirmed)),
            Follows::Refuse => Some(REFUSED),
            Follows::Unsure => None,
        };
        let rulings = self.subjects.iter().filter_map(|(position, entry)| Some((*entry, ruling(*position)?)));
        Meaning { rulings: rulings.collect(), to: Stage::Nothing }
    }

    /// Which notices this stops that an earlier verdict allowed. Where two differ, what was sent waits for the lead; and whoever
    /// decides alone that nothing follows takes nothing back of what others had decided.
    fn stops(&self, to: Stage) -> Option<Stop> {
        let asks = self.verdict.follows_for_all() == Follows::Protect;
        match (self.look, to) {
            (_, Stage::Lead) => Some(Stop::Unsent),
            (Look::First, Stage::Nothing) if !asks => Some(Stop::Unsent),
            (Look::Second | Look::Lead, Stage::Nothing) if !asks => Some(Stop::All),
            _ => None,
        }
    }

    /// Whether pictures came after the first had looked: nobody has looked at those twice.
    fn has_more(&self, before: &[Said]) -> bool {
        let Some(first) = before.first() else { return false };
        self.subjects.iter().any(|(position, _)| !first.verdict.about.contains(position))
    }

    fn sealed(&self, key: &CaseKey) -> Vec<u8> {
        let plain = serde_json::to_vec(&self.verdict).expect("a verdict is plain values with text keys");
        key.seal(&place(self.work.id, self.look), &plain, &mut self.desk.entropy.rng())
    }

    /// What is known of an entry from here on, whoever brings the same picture.
    async fn remember(&self, on: &mut Session, looks_before: usize) -> Result<(), CaseworkError> {
        let looks = if self.look == Look::Lead { 2 } else { looks_before as u8 + 1 };
        let mut done = HashSet::new();
        for (position, entry) in &self.subjects {
            if self.verdict.follows(*position) != Follows::Unsure && done.insert(*entry) {
                queries::decide(on, *entry, self.verdict.code_of(*position), looks, self.month).await?;
            }
        }
        Ok(())
    }

    async fn count(&self, on: &mut Session, before: &[Said]) -> Result<(), CaseworkError> {
        queries::count_up(on, self.day, Measure::Decided).await?;
        if self.unseen {
            queries::count_up(on, self.day, Measure::Unseen).await?;
        }
        if let (Look::Second, Some(first)) = (self.look, before.first()) {
            queries::agree(on, self.month, &first.verdict.code, &self.verdict.code).await?;
        }
        Ok(())
    }
}

const REFUSED: Ruling = Ruling::Withdraw(RemoveReason::Mistaken);

struct Write<'a> {
    desk: &'a Casework,
    who: StaffId,
    work: &'a Work,
    case: &'a OpenCase,
    text: &'a str,
    waits: bool,
    now: Time,
}

impl Transact for Write<'_> {
    const NAME: &'static str = "desk_write";
    type Output = ();
    type Error = CaseworkError;

    async fn run(&self, on: &mut Session) -> Result<(), CaseworkError> {
        let id = self.work.id;
        let work = queries::work(on, id).await?.ok_or(CaseworkError::Gone)?;
        if work.holder(self.now) != Some(self.who) {
            return Err(CaseworkError::NotYours);
        }
        self.desk.intake.conclude(on, self.case, Some(self.text), false, self.now).await?;
        if self.waits && work.stage == Stage::First {
            queries::move_on(on, id, Stage::Person).await?;
        }
        audit::record(on, self.now, self.who, ANSWERED, Some(*id.as_bytes())).await?;
        Ok(on.notify().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_opens_in_its_place_alone() {
        let (one, other) = (WorkId::from_slice(&[1; 16]).unwrap(), WorkId::from_slice(&[2; 16]).unwrap());
        assert_ne!(place(one, Look::First), place(one, Look::Second));
        assert_ne!(place(one, Look::First), place(other, Look::First));
    }
}
