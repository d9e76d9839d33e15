//! What a partner may see, contribute and do. The one place where that is decided: feed, snapshot, match and API all
//! ask [`Agreement::sees`] and [`Agreement::takes`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::entry::named;
use crate::{Class, Tier};

named! {
    /// What a key may be used for.
    Scope {
        /// Add, withdraw and dispute entries.
        Contribute = 0, "contribute";
        /// Read the feed and the snapshot, report a cursor.
        Follow = 1, "follow";
        /// Ask whether content is known.
        Match = 2, "match";
        /// Say what was done about entries.
        Outcome = 3, "outcome";
    }
}

/// A set of [`Scope`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope.
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Whether it holds this scope.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope.code()) != 0
    }

    /// The scopes it holds.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }

    /// Its stable number: bit `code` for each scope.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of a stable number; `None` when a bit means nothing.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits & !Self::all().0 == 0).then_some(Self(bits))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope.code()))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// For each class a tier or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// For class minor; null: nothing of that class.
    #[serde(default)]
    pub minor: Option<Tier>,
    /// For class adult; null: nothing of that class.
    #[serde(default)]
    pub adult: Option<Tier>,
}

impl Reach {
    /// The same tier for both classes.
    pub const fn both(tier: Tier) -> Self {
        Self { minor: Some(tier), adult: Some(tier) }
    }

    const fn of(self, class: Class) -> Option<Tier> {
        match class {
            Class::Minor => self.minor,
            Class::Adult => self.adult,
        }
    }

    /// Reads `minor:reported,adult:verified`; a class that is not named gets nothing; `none` is nothing at all.
    pub fn parse(text: &str) -> Result<Self, AgreementError> {
        let mut reach = Self::default();
        if text == "none" {
            return Ok(reach);
        }
        for part in text.split(',') {
            let (class, tier) = part.split_once(':').ok_or_else(|| AgreementError::Form(part.to_owned()))?;
            let tier = Tier::from_name(tier).ok_or_else(|| AgreementError::Tier(tier.to_owned()))?;
            match Class::from_name(class).ok_or_else(|| AgreementError::Class(class.to_owned()))? {
                Class::Minor => reach.minor = Some(tier),
                Class::Adult => reach.adult = Some(tier),
            }
        }
        Ok(reach)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            Class::ALL.iter().filter_map(|class| self.of(*class).map(|tier| format!("{class}:{tier}"))).collect();
        if parts.is_empty() { f.write_str("none") } else { f.write_str(&parts.join(",")) }
    }
}

/// Why a text says no reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgreementError {
    /// No colon.
    #[error("write class:tier, for example minor:reported, not {0:?}")]
    Form(String),
    /// No such class.
    #[error("a class is minor or adult, not {0:?}")]
    Class(String),
    /// No such tier.
    #[error("a tier is reported, verified or confirmed, not {0:?}")]
    Tier(String),
}

/// What a partner may see and contribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Agreement {
    /// By class, the lowest tier it is shown.
    pub sees: Reach,
    /// By class, the highest tier it may give to what it contributes.
    pub contributes: Reach,
}

impl Agreement {
    /// Whether the partner may know of an entry of this class and tier. The sharing rule.
    pub fn sees(&self, class: Class, tier: Tier) -> bool {
        self.sees.of(class).is_some_and(|lowest| tier >= lowest)
    }

    /// Whether the partner may contribute an entry of this class and tier.
    pub fn takes(&self, class: Class, tier: Tier) -> bool {
        self.contributes.of(class).is_some_and(|highest| tier <= highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_sees_from_its_lowest_tier_up_and_only_its_classes() {
        let agreement = Agreement { sees: Reach::parse("minor:verified").unwrap(), contributes: Reach::default() };
        assert!(!agreement.sees(Class::Minor, Tier::Reported));
        assert!(agreement.sees(Class::Minor, Tier::Verified));
        assert!(agreement.sees(Class::Minor, Tier::Confirmed));
        assert!(!agreement.sees(Class::Adult, Tier::Confirmed));
        assert!(!agreement.takes(Class::Minor, Tier::Reported));
    }

    #[test]
    fn a_partner_contributes_up_to_its_highest_tier() {
        let agreement = Agreement { sees: Reach::default(), contributes: Reach::parse("adult:verified").unwrap() };
        assert!(agreement.takes(Class::Adult, Tier::Reported));
        assert!(agreement.takes(Class::Adult, Tier::Verified));
        assert!(!agreement.takes(Class::Adult, Tier::Confirmed));
        assert!(!agreement.takes(Class::Minor, Tier::Reported));
    }

    #[test]
    fn reach_survives_its_text_and_names_what_is_wrong() {
        for text in ["none", "minor:reported", "minor:confirmed,adult:verified"] {
            assert_eq!(Reach::parse(text).unwrap().to_string(), text);
        }
        assert!(matches!(Reach::parse("minor"), Err(AgreementError::Form(_))));
        assert!(matches!(Reach::parse("child:reported"), Err(AgreementError::Class(_))));
        assert!(matches!(Reach::parse("minor:best"), Err(AgreementError::Tier(_))));
    }

    #[test]
    fn scopes_survive_their_bits() {
        for bits in 0..16 {
            let scopes = Scopes::from_bits(bits).unwrap();
            assert_eq!(scopes.iter().collect::<Scopes>().bits(), bits);
        }
        assert_eq!(Scopes::from_bits(16), None);
    }
}
