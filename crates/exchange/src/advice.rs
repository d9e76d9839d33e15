//! What a platform is told to do about a match, and why it can be trusted not to block on a stranger's word.

use serde::{Deserialize, Serialize};

use crate::entry::named;
use crate::{Class, Status, Tier};

named! {
    /// What a platform is told to do about a match.
    Advice {
        /// Show it to a person before anything happens.
        Review = 0, "review";
        /// Stop it now; a person may look later.
        Block = 1, "block";
    }
}

/// How a query met a fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchKind {
    /// The same file, by digest.
    Exact,
    /// PDQ hashes this many bits apart, 0..=256.
    Near(u32),
}

/// PDQ distance up to which an entry of a class that [may be blocked](may_block) is, without a person looking, 0..=31.
///
/// The default, 31 for both classes, is the distance at which Meta's tools call two pictures the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlockRadius {
    /// For [`Class::Minor`].
    pub minor: u8,
    /// For [`Class::Adult`].
    pub adult: u8,
}

impl Default for BlockRadius {
    fn default() -> Self {
        Self { minor: 31, adult: 31 }
    }
}

impl BlockRadius {
    /// The radius inside which an entry may be blocked; `None`: never, a person looks first.
    pub const fn of(self, class: Class, tier: Tier, status: Status) -> Option<u8> {
        if !may_block(class, tier, status) {
            return None;
        }
        Some(match class {
            Class::Minor => self.minor,
            Class::Adult => self.adult,
        })
    }
}

/// Whether an entry may be blocked at all: it stands, and one analyst looked where adults are in it, two where a minor is.
pub const fn may_block(class: Class, tier: Tier, status: Status) -> bool {
    match (status, class, tier) {
        (Status::Active, _, Tier::Confirmed) | (Status::Active, Class::Adult, Tier::Verified) => true,
        (Status::Active, _, Tier::Reported | Tier::Verified) | (Status::Disputed | Status::Withdrawn, ..) => false,
    }
}

impl Advice {
    /// The advice for a match with an entry that may be blocked within `block_radius` ([`BlockRadius::of`]).
    pub fn of(block_radius: Option<u8>, kind: MatchKind) -> Self {
        match (block_radius, kind) {
            (Some(_), MatchKind::Exact) => Self::Block,
            (Some(radius), MatchKind::Near(distance)) if distance <= u32::from(radius) => Self::Block,
            _ => Self::Review,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unverified_or_disputed_is_ever_blocked_and_of_minors_what_two_looked_at_alone() {
        for class in Class::ALL {
            for tier in Tier::ALL {
                for status in Status::ALL {
                    let radius = BlockRadius::default().of(*class, *tier, *status);
                    let least = if *class == Class::Minor { Tier::Confirmed } else { Tier::Verified };
                    let may = *tier >= least && *status == Status::Active;
                    assert_eq!(radius.is_some(), may);
                    let advice = Advice::of(radius, MatchKind::Exact);
                    assert_eq!(advice == Advice::Block, may);
                }
            }
        }
    }

    #[test]
    fn the_radius_is_the_last_distance_that_is_blocked() {
        assert_eq!(Advice::of(Some(24), MatchKind::Near(24)), Advice::Block);
        assert_eq!(Advice::of(Some(24), MatchKind::Near(25)), Advice::Review);
        assert_eq!(Advice::of(None, MatchKind::Near(0)), Advice::Review);
    }
}
