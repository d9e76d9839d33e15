//! An entry: one protected piece of content, known by its fingerprints alone.

use serde::{Deserialize, Serialize};

use crate::{EntryId, Fingerprint, FingerprintError, Kind, Time, VIEWS_PER_ENTRY_MAX, View};

/// Fingerprints of one entry, at most: the picture in its forms, and their exact digests.
pub const FINGERPRINTS_PER_ENTRY_MAX: usize = 64;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $text:tt;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, utoipa::ToSchema)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant = $code,)+ }

        impl $name {
            /// Every value, by ascending code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its stable number: in storage and in the packed form.
            pub const fn code(self) -> u8 { self as u8 }

            /// The value of a stable number.
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }

            /// Its name on the wire.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $text,)+ } }

            /// The value of a name on the wire.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.name()) }
        }
    };
}
pub(crate) use named;

named! {
    /// The legal class of the content.
    Class {
        /// A person under 18 is, or appears to be, in it.
        Minor = 0, "minor";
        /// Only adults are in it.
        Adult = 1, "adult";
    }
}

named! {
    /// How many analysts have looked. Ordered: a higher tier is more certain.
    Tier {
        /// Hashed by the person; nobody looked.
        Reported = 0, "reported";
        /// One analyst looked.
        Verified = 1, "verified";
        /// Two analysts looked, the second blind to the first.
        Confirmed = 2, "confirmed";
    }
}

named! {
    /// Whether the entry stands.
    Status {
        /// It stands.
        Active = 0, "active";
        /// Somebody contests it: still matched, never advised to block.
        Disputed = 1, "disputed";
        /// It was taken back; its fingerprints are deleted.
        Withdrawn = 2, "withdrawn";
    }
}

/// A whole entry, as it stands at one change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its identifier, for ever.
    pub id: EntryId,
    /// Its legal class.
    pub class: Class,
    /// How many analysts have looked.
    pub tier: Tier,
    /// Whether it stands.
    pub status: Status,
    /// One or more; empty once withdrawn.
    #[schema(max_items = 64)]
    pub fingerprints: Vec<Fingerprint>,
    /// The same picture cropped, turned a little or cut to a usual shape; the most telling first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 64)]
    pub views: Vec<View>,
    /// PDQ distance up to which the advice may be `block`; null: `review` at any distance. Worked out by the node
    /// from class, tier and status, so that a matcher needs no rules of its own. 0..=31.
    #[serde(default)]
    #[schema(maximum = 31)]
    pub block_radius: Option<u8>,
    /// Short name of the partner that contributed it.
    pub origin: String,
    /// When it entered the bank.
    pub created_at: Time,
}

/// What a partner sends to protect a piece of content.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// Its legal class.
    pub class: Class,
    /// How many analysts have looked; `reported` when left out. The agreement limits it.
    #[serde(default = "Contribution::tier_default")]
    #[schema(required = false, default = "reported")]
    pub tier: Tier,
    /// 1..=64 fingerprints of the same content.
    #[schema(min_items = 1, max_items = 64)]
    pub fingerprints: Vec<Fingerprint>,
    /// 0..=64 views of the picture, the most telling first; only beside a pdq.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 64)]
    pub views: Vec<View>,
}

/// Why a contribution is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContributionError {
    /// Nothing to protect. Send at least one fingerprint.
    #[error("an entry needs 1 to {FINGERPRINTS_PER_ENTRY_MAX} fingerprints, not 0")]
    Empty,
    /// Too many. Send the primary hash, its digests and the best views.
    #[error("an entry has at most {FINGERPRINTS_PER_ENTRY_MAX} fingerprints, not {0}")]
    TooMany(usize),
    /// The same one twice. Send each once.
    #[error("fingerprint {0} repeats an earlier one; send each once")]
    Repeated(usize),
    /// One of them cannot stand in a bank.
    #[error("fingerprint {0}: {1}")]
    Fingerprint(usize, FingerprintError),
    /// Too many views. Send the first 64.
    #[error("an entry has at most {VIEWS_PER_ENTRY_MAX} views, not {0}")]
    TooManyViews(usize),
    /// Views of a picture that is not there. Send its pdq too.
    #[error("views stand beside the pdq of the whole picture; send that too, or leave them out")]
    ViewsAlone,
    /// The same view twice. Send each once.
    #[error("view {0} repeats the number of an earlier one; send each once")]
    RepeatedView(usize),
    /// One of them cannot stand in a bank.
    #[error("view {0}: {1}")]
    View(usize, FingerprintError),
}

impl Contribution {
    const fn tier_default() -> Tier {
        Tier::Reported
    }

    /// Whether it can become an entry. Positions in errors count from 0.
    pub fn check(&self) -> Result<(), ContributionError> {
        match self.fingerprints.len() {
            0 => return Err(ContributionError::Empty),
            1..=FINGERPRINTS_PER_ENTRY_MAX => {}
            more => return Err(ContributionError::TooMany(more)),
        }
        for (position, fingerprint) in self.fingerprints.iter().enumerate() {
            fingerprint.check_plainness().map_err(|error| ContributionError::Fingerprint(position, error))?;
            let same = |other: &Fingerprint| other.kind() == fingerprint.kind() && other.bytes() == fingerprint.bytes();
            if self.fingerprints[..position].iter().any(same) {
                return Err(ContributionError::Repeated(position));
            }
        }
        self.check_views()
    }

    fn check_views(&self) -> Result<(), ContributionError> {
        if self.views.len() > VIEWS_PER_ENTRY_MAX {
            return Err(ContributionError::TooManyViews(self.views.len()));
        }
        if !self.views.is_empty() && self.fingerprints.iter().all(|one| one.kind() != Kind::Pdq) {
            return Err(ContributionError::ViewsAlone);
        }
        for (position, view) in self.views.iter().enumerate() {
            view.check_plainness().map_err(|error| ContributionError::View(position, error))?;
            if self.views[..position].iter().any(|other| other.code == view.code) {
                return Err(ContributionError::RepeatedView(position));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contribution(count: u8) -> Contribution {
        Contribution {
            class: Class::Minor,
            tier: Tier::Reported,
            fingerprints: (0..count).map(|byte| Fingerprint::Md5([byte; 16])).collect(),
            views: Vec::new(),
        }
    }

    #[test]
    fn an_entry_has_at_most_sixty_four_different_views_beside_a_pdq() {
        let view = |code| View { code, hash: [0x0f; 32] };
        let mut contribution = contribution(1);
        contribution.views = vec![view(1)];
        assert_eq!(contribution.check(), Err(ContributionError::ViewsAlone));
        contribution.fingerprints.push(Fingerprint::Pdq { hash: [0x0f; 32], quality: None });
        contribution.views = (1..=64).map(view).collect();
        assert_eq!(contribution.check(), Ok(()));
        contribution.views.push(view(65));
        assert_eq!(contribution.check(), Err(ContributionError::TooManyViews(65)));
        contribution.views = vec![view(1), view(1)];
        assert_eq!(contribution.check(), Err(ContributionError::RepeatedView(1)));
        contribution.views = vec![View { code: 1, hash: [0; 32] }];
        assert!(matches!(contribution.check(), Err(ContributionError::View(0, _))));
    }

    #[test]
    fn an_entry_has_one_to_sixty_four_different_fingerprints() {
        assert_eq!(contribution(0).check(), Err(ContributionError::Empty));
        assert_eq!(contribution(1).check(), Ok(()));
        assert_eq!(contribution(64).check(), Ok(()));
        assert_eq!(contribution(65).check(), Err(ContributionError::TooMany(65)));
        let mut twice = contribution(2);
        twice.fingerprints[1] = twice.fingerprints[0].clone();
        assert_eq!(twice.check(), Err(ContributionError::Repeated(1)));
    }

    #[test]
    fn the_tier_is_reported_unless_said() {
        let text = r#"{"class":"adult","fingerprints":[{"kind":"md5","value":"00000000000000000000000000000000"}]}"#;
        assert_eq!(serde_json::from_str::<Contribution>(text).unwrap().tier, Tier::Reported);
        let unknown = text.replace("\"class\"", "\"name\":\"x\",\"class\"");
        assert!(serde_json::from_str::<Contribution>(&unknown).is_err());
    }
}
