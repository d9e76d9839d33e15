//! What the desk works on, as values.

use exchange::{CaseId, Class, EntryId, Time};
use serde::{Deserialize, Serialize};

use super::place::Order;
use super::taxonomy::{Follows, taxonomy};
use crate::access::staff::StaffId;
use crate::bank::BankError;
use crate::intake::IntakeError;
use crate::storage::{StorageError, Transient};

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As stored.
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }

            /// From what is stored.
            pub fn from_code(code: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

coded! {
    /// What a piece of work is about.
    Kind {
        /// A case of the portal.
        Case = 0,
        /// An entry that a platform contests.
        Dispute = 1,
        /// A case by somebody who says that their content was listed wrongly.
        Appeal = 2,
    }
}

coded! {
    /// What a piece of work waits for.
    Stage {
        /// Somebody looks first.
        First = 0,
        /// Somebody else looks, blind to the first.
        Second = 1,
        /// Two differ: a lead decides.
        Lead = 2,
        /// It is decided, and the person wrote.
        Answer = 3,
        /// The person is to write.
        Person = 4,
        /// Nothing.
        Nothing = 5,
        /// A dispute or an appeal is decided.
        Contested = 6,
    }
}

coded! {
    /// What somebody does not want to be given today.
    Category {
        /// Where minors are in it.
        Minors = 0,
        /// Where adults are.
        Adults = 1,
        /// Threats.
        Threats = 2,
        /// What platforms and strangers contest.
        Contested = 3,
    }
}

coded! {
    /// What is counted by day.
    Measure {
        /// Verdicts.
        Decided = 0,
        /// Verdicts of somebody who was shown nothing sharp.
        Unseen = 1,
        /// Things that were skipped.
        Skipped = 2,
    }
}

coded! {
    /// Which look a verdict is.
    Look {
        /// The first.
        First = 1,
        /// The second, blind to the first.
        Second = 2,
        /// A lead's, who sees both.
        Lead = 3,
    }
}

impl Stage {
    /// Which look is due, if one is.
    pub const fn look(self) -> Option<Look> {
        match self {
            Self::First | Self::Contested => Some(Look::First),
            Self::Second => Some(Look::Second),
            Self::Lead => Some(Look::Lead),
            Self::Answer | Self::Person | Self::Nothing => None,
        }
    }

    /// The word that stands for it in an address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Lead => "lead",
            Self::Answer => "answers",
            Self::Person => "waiting",
            Self::Nothing => "done",
            Self::Contested => "disputes",
        }
    }

    /// The stage of an address's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|stage| stage.word() == word)
    }
}

/// Which piece of work: a case's id, or the entry's that is contested.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WorkId([u8; 16]);

impl WorkId {
    /// Of a case.
    pub const fn of_case(case: CaseId) -> Self {
        Self(*case.as_bytes())
    }

    /// Of an entry.
    pub const fn of_entry(entry: EntryId) -> Self {
        Self(*entry.as_bytes())
    }

    /// As the case that it is.
    pub const fn case(self) -> CaseId {
        CaseId::from_bytes(self.0)
    }

    /// As the entry that it is.
    pub const fn entry(self) -> EntryId {
        EntryId::from_bytes(self.0)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From bytes; `None` when there are not 16.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its hex digits.
    pub fn digits(&self) -> String {
        exchange::hex::encode(&self.0)
    }

    /// From hex digits.
    pub fn from_digits(digits: &str) -> Option<Self> {
        exchange::hex::decode(digits).map(Self)
    }

    /// How people call it.
    pub fn short(&self) -> String {
        let digits = self.digits().to_uppercase();
        format!("{}-{}", &digits[26..29], &digits[29..])
    }
}

/// One piece of work, as far as it is known without opening it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// Which.
    pub id: WorkId,
    /// About what.
    pub kind: Kind,
    /// What it waits for.
    pub stage: Stage,
    /// By what it is ordered.
    pub order: Order,
    /// Its place.
    pub place: i64,
    /// Who has it, and until when.
    pub held: Option<(StaffId, Time)>,
    /// How often it was skipped.
    pub skips: u64,
}

impl Work {
    /// Who has it now.
    pub fn holder(&self, now: Time) -> Option<StaffId> {
        self.held.filter(|(_, until)| *until > now).map(|(who, _)| who)
    }
}

/// Where a page of the queue begins: after this place and id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct After {
    /// Of the last one on the page before.
    pub place: i64,
    /// Of the last one on the page before.
    pub id: WorkId,
}

impl After {
    /// As it stands in an address.
    pub fn text(&self) -> String {
        format!("{}.{}", self.place, self.id.digits())
    }

    /// From an address.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, id) = text.split_once('.')?;
        Some(Self { place: place.parse().ok()?, id: WorkId::from_digits(id)? })
    }
}

/// On what a verdict rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The person's file: the server gave a sharp region of it to whoever decides.
    File,
    /// The pages behind the links.
    Links,
    /// What the bank knows of the same picture, or one that is nearly the same.
    Known,
    /// Nothing that shows it.
    Nothing,
}

impl Basis {
    /// Each, as a form sends it.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::File, "file"), (Self::Links, "links"), (Self::Known, "known"), (Self::Nothing, "nothing")];

    /// From a form.
    pub fn from_form(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, word)| *word == text).map(|(basis, _)| basis)
    }
}

/// What somebody said of a case or an entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The list's version.
    pub taxonomy: u32,
    /// What is said of all of it.
    pub code: String,
    /// What is said of single pictures instead, by their places in the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub but: Vec<(i64, String)>,
    /// On what it rests.
    pub basis: Basis,
    /// The pictures that were there.
    #[serde(default)]
    pub about: Vec<i64>,
    /// When.
    pub at: Time,
}

impl Verdict {
    /// What is said of one picture.
    pub fn code_of(&self, position: i64) -> &str {
        self.but.iter().find(|(place, _)| *place == position).map_or(&self.code, |(_, code)| code)
    }

    /// What follows for one picture.
    pub fn follows(&self, position: i64) -> Follows {
        follows(self.code_of(position))
    }

    /// What follows for the case as a whole.
    pub fn follows_for_all(&self) -> Follows {
        follows(&self.code)
    }
}

/// What follows of a code. One that was there and is no more is checked by nobody and leads nowhere.
pub fn follows(code: &str) -> Follows {
    taxonomy().find(code).map_or(Follows::Unsure, |code| code.follows)
}

/// A case or entry, as the room that asks a platform to take it down needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// Its legal class.
    pub class: Class,
    /// Regimes under which a platform may be asked.
    pub regimes: &'static [String],
}

/// Why the desk did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// There is no such work, or it is over.
    #[error("there is nothing to do under this number any more")]
    Gone,
    /// Somebody else has it. Take another.
    #[error("somebody else is on this")]
    Held,
    /// The lease is over, or it was handed on. Take it again.
    #[error("this is not yours any more; take it again")]
    NotYours,
    /// It waits for something else by now, or for somebody else: who looked first does not look second.
    #[error("this is not for you to decide")]
    NotForYou,
    /// A code that is not offered for this class.
    #[error("this cannot be said of that class")]
    Code,
    /// A verdict rests on something that is not there, or on nothing.
    #[error("a verdict rests on what was looked at or is known")]
    Basis,
    /// Enough was seen: a break is due, or the day's limit is reached.
    #[error("enough for now")]
    Enough,
    /// An answer is too long.
    #[error("an answer has at most {} characters", crate::intake::MESSAGE_CHARACTERS_MAX)]
    TooLong,
    /// It was not sealed to this person's key. Ask somebody who was here when it came.
    #[error("this was not sealed to you")]
    NotSealedToYou,
    /// See [`super::preview::PreviewError`].
    #[error(transparent)]
    Preview(#[from] super::preview::PreviewError),
    /// See [`IntakeError`].
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// See [`BankError`].
    #[error(transparent)]
    Bank(#[from] BankError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Transient for CaseworkError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_transient(),
            Self::Intake(error) => error.is_transient(),
            Self::Bank(error) => error.is_transient(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_as_they_were_stored() {
        for stage in Stage::ALL {
            assert_eq!((Stage::from_code(stage.code()), Stage::from_word(stage.word())), (Some(*stage), Some(*stage)));
        }
        assert_eq!((Kind::from_code(9), Stage::from_code(9), Look::from_code(0)), (None, None, None));
        assert_eq!(Look::from_code(3), Some(Look::Lead));
    }

    #[test]
    fn the_key_of_a_page_reads_back_and_nothing_else_does() {
        let after = After { place: 17, id: WorkId([0xab; 16]) };
        assert_eq!(After::parse(&after.text()), Some(after));
        for text in ["", ".", "17", "17.", "x.abab", &format!("17.{}", "a".repeat(31))] {
            assert_eq!(After::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_picture_has_its_own_code_or_that_of_the_whole() {
        let verdict = Verdict {
            taxonomy: 1,
            code: "M3".to_owned(),
            but: vec![(4, "N1".to_owned())],
            basis: Basis::File,
            about: vec![4, 5],
            at: Time::from_micros(0),
        };
        assert_eq!((verdict.code_of(4), verdict.code_of(5)), ("N1", "M3"));
        assert_eq!((verdict.follows(4), verdict.follows(5)), (Follows::Refuse, Follows::Protect));
        assert_eq!(follows("gone"), Follows::Unsure);
    }
}
