//! Who works here: ids, roles, names, states.

use std::fmt;

use exchange::{PartnerId, Time};
use rand::Rng;
use sealing::{CHECK_BYTES, Cost, Recipient, SALT_BYTES};
use uuid::Uuid;

/// Letters of a name, at most.
pub const NAME_CHARACTERS_MAX: usize = 40;

/// Somebody who works here, or at a platform: a UUIDv7.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaffId(Uuid);

impl StaffId {
    /// A fresh one.
    pub fn new(now: Time, rng: &mut impl Rng) -> Self {
        let mut random = [0_u8; 10];
        rng.fill_bytes(&mut random);
        let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id of these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The id whose bytes these are; `None` when there are not 16.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }

    /// The 16 bytes, as they are stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id that this text is.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for StaffId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for StaffId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaffId({})", self.0)
    }
}

/// What somebody may do here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Works through cases.
    Analyst,
    /// Works through cases, decides where two disagree, invites, reads the log.
    Lead,
    /// Mediates between people who know each other.
    Mediator,
    /// Sets the node up, and can open no case.
    Administrator,
    /// Works at a platform, and sees what was sent to it.
    Platform,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Analyst, Self::Lead, Self::Mediator, Self::Administrator, Self::Platform];

    /// As stored.
    pub const fn code(self) -> i64 {
        match self {
            Self::Analyst => 1,
            Self::Lead => 2,
            Self::Mediator => 3,
            Self::Administrator => 4,
            Self::Platform => 5,
        }
    }

    /// The role of a stored code.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Its English word, as the command line and the tables have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Lead => "lead",
            Self::Mediator => "mediator",
            Self::Administrator => "administrator",
            Self::Platform => "platform",
        }
    }

    /// The role that this English word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether cases are sealed to whoever has it.
    pub const fn opens_cases(self) -> bool {
        matches!(self, Self::Analyst | Self::Lead)
    }

    /// Whether whoever has it has a key at all.
    pub const fn has_key(self) -> bool {
        !matches!(self, Self::Administrator)
    }
}

/// How somebody is called, and signs in: 1 to [`NAME_CHARACTERS_MAX`] letters, digits, blanks, dots, dashes and apostrophes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaffName(String);

/// A text is no name of a person here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to {NAME_CHARACTERS_MAX} letters and digits, with single blanks, dots, dashes and apostrophes between them"
)]
pub struct NameError;

impl StaffName {
    /// Reads a name; blanks around it do not count.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name = text.trim();
        let is_between = |letter: char| matches!(letter, ' ' | '.' | '-' | '\'' | '’');
        let count = name.chars().take(NAME_CHARACTERS_MAX + 1).count();
        let is_good = name.chars().all(|letter| letter.is_alphanumeric() || is_between(letter))
            && name.starts_with(char::is_alphanumeric)
            && !name.contains("  ");
        if (1..=NAME_CHARACTERS_MAX).contains(&count) && is_good { Ok(Self(name.to_owned())) } else { Err(NameError) }
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is looked for: upper and lower case are one.
    pub fn key(&self) -> String {
        self.0.to_lowercase().replace('’', "'")
    }
}

/// Whether somebody is here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Has a link and did not finish behind it.
    Invited,
    /// Signs in.
    Here,
    /// Left; signs in no more.
    Left,
}

impl State {
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Invited => 0,
            Self::Here => 1,
            Self::Left => 2,
        }
    }

    pub(super) fn from_code(code: i64) -> Option<Self> {
        [Self::Invited, Self::Here, Self::Left].into_iter().find(|state| state.code() == code)
    }
}

/// Somebody, as everybody with a right to see them sees them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Who.
    pub id: StaffId,
    /// How they are called.
    pub name: String,
    /// What they may.
    pub role: Role,
    /// Of which platform, for [`Role::Platform`].
    pub partner: Option<PartnerId>,
    /// Whether they are here.
    pub state: State,
    /// The code of the language that they read.
    pub language: String,
    /// To what cases are sealed for them.
    pub public_key: Option<Recipient>,
    /// When they were invited.
    pub created_at: Time,
    /// When they left.
    pub ended_at: Option<Time>,
}

/// How a passphrase wraps a secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wrapped {
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) cost: Cost,
    pub(super) wrapped: Vec<u8>,
    pub(super) check: [u8; CHECK_BYTES],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_letters_of_any_script_and_of_bounded_length() {
        for good in ["A", "Zoë d'Arc", "Jean-Luc P.", "李 雷", "a1", &"x".repeat(NAME_CHARACTERS_MAX)] {
            assert_eq!(StaffName::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(StaffName::parse(" Ann ").unwrap().key(), "ann");
        for bad in ["", " ", "-a", "a  b", "a<b", "a\nb", "a\u{202e}b", "a@b", &"x".repeat(NAME_CHARACTERS_MAX + 1)] {
            assert_eq!(StaffName::parse(bad), Err(NameError), "{bad:?}");
        }
    }

    #[test]
    fn roles_and_states_read_back_as_they_were_stored() {
        for role in Role::ALL {
            assert_eq!((Role::from_code(role.code()), Role::from_word(role.word())), (Some(role), Some(role)));
        }
        assert_eq!((Role::from_code(0), Role::from_word("root")), (None, None));
        for state in [State::Invited, State::Here, State::Left] {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }
}
