//! What a partner did about an entry.

use serde::{Deserialize, Serialize};

use crate::entry::named;
use crate::{EntryId, OUTCOMES_PER_CALL_MAX, OutcomeId, Time};

named! {
    /// What was done.
    OutcomeKind {
        /// A copy was met; nothing decided yet.
        Seen = 0, "seen";
        /// An upload was stopped.
        Blocked = 1, "blocked";
        /// A copy that stood was taken down.
        Removed = 2, "removed";
        /// A copy was looked at and left, for a reason.
        Kept = 3, "kept";
        /// The match was wrong: another picture.
        Mistaken = 4, "mistaken";
    }
}

named! {
    /// Why a copy was left.
    KeptReason {
        /// It breaks neither law nor rule there.
        NotAViolation = 0, "not_a_violation";
        /// It is news, evidence, education or art.
        PublicInterest = 1, "public_interest";
        /// The person in it published it and stands by it.
        Consent = 2, "consent";
        /// The law forbids taking it down.
        Legal = 3, "legal";
        /// Still being looked at.
        UnderReview = 4, "under_review";
    }
}

/// What a partner did, once, about copies of one entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Chosen by the partner; the same id again is answered but counted once.
    pub id: OutcomeId,
    /// About which entry.
    pub entry: EntryId,
    /// What was done.
    pub kind: OutcomeKind,
    /// With `kept`, and only then: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<KeptReason>,
    /// How many copies; 1 when left out.
    #[serde(default = "Outcome::one")]
    #[schema(required = false, default = 1, minimum = 1, maximum = 1_000_000)]
    pub count: u32,
    /// When it was done, by the partner's clock.
    pub at: Time,
}

/// A batch of outcomes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeReport {
    /// 1..=1000.
    #[schema(min_items = 1, max_items = 1000)]
    pub outcomes: Vec<Outcome>,
}

/// Why a report is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    /// None or too many. Split the report.
    #[error("a report has 1 to {OUTCOMES_PER_CALL_MAX} outcomes, not {0}")]
    Count(usize),
    /// A reason without `kept`, or `kept` without one.
    #[error("outcome {0}: give a reason with kept, and only with kept")]
    Reason(usize),
    /// Zero or absurd.
    #[error("outcome {0}: count is 1 to {most}", most = Outcome::COUNT_MAX)]
    Copies(usize),
}

impl Outcome {
    /// Copies in one outcome, at most.
    pub const COUNT_MAX: u32 = 1_000_000;

    const fn one() -> u32 {
        1
    }
}

impl OutcomeReport {
    /// Whether it can be stored. Positions in errors count from 0.
    pub fn check(&self) -> Result<(), OutcomeError> {
        if self.outcomes.is_empty() || self.outcomes.len() > OUTCOMES_PER_CALL_MAX {
            return Err(OutcomeError::Count(self.outcomes.len()));
        }
        for (position, outcome) in self.outcomes.iter().enumerate() {
            if (outcome.kind == OutcomeKind::Kept) != outcome.reason.is_some() {
                return Err(OutcomeError::Reason(position));
            }
            if outcome.count == 0 || outcome.count > Outcome::COUNT_MAX {
                return Err(OutcomeError::Copies(position));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kind: OutcomeKind, reason: Option<KeptReason>, count: u32) -> Outcome {
        let (id, entry) = (OutcomeId::from_bytes([1; 16]), EntryId::from_bytes([2; 16]));
        Outcome { id, entry, kind, reason, count, at: Time::from_micros(0) }
    }

    #[test]
    fn a_reason_goes_with_kept_and_only_with_kept() {
        let report = |outcome| OutcomeReport { outcomes: vec![outcome] };
        assert_eq!(report(outcome(OutcomeKind::Kept, None, 1)).check(), Err(OutcomeError::Reason(0)));
        assert_eq!(report(outcome(OutcomeKind::Kept, Some(KeptReason::Legal), 1)).check(), Ok(()));
        let stray = outcome(OutcomeKind::Blocked, Some(KeptReason::Legal), 1);
        assert_eq!(report(stray).check(), Err(OutcomeError::Reason(0)));
    }

    #[test]
    fn counts_and_batches_have_bounds() {
        let report = |count| OutcomeReport { outcomes: vec![outcome(OutcomeKind::Seen, None, count)] };
        assert_eq!(report(0).check(), Err(OutcomeError::Copies(0)));
        assert_eq!(report(1_000_000).check(), Ok(()));
        assert_eq!(report(1_000_001).check(), Err(OutcomeError::Copies(0)));
        assert_eq!(OutcomeReport { outcomes: vec![] }.check(), Err(OutcomeError::Count(0)));
        let many = |n| OutcomeReport { outcomes: vec![outcome(OutcomeKind::Seen, None, 1); n] };
        assert_eq!(many(1_000).check(), Ok(()));
        assert_eq!(many(1_001).check(), Err(OutcomeError::Count(1_001)));
    }
}
