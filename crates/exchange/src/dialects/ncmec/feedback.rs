//! What members say of each other's entries, and the words they may choose from.

use super::xml::{self, Out};
use crate::dialects::DialectError;
use crate::{KeptReason, OutcomeKind};

/// Why an entry is not agreed with: what we write down then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The fingerprint met another picture.
    Mistaken,
    /// It was left standing.
    Kept(KeptReason),
}

/// Reasons on one call, at most.
const REASONS_MAX: usize = 64;
/// All but the last digits of our reasons' lasting names.
const GUID: &str = "72656d70-6172-7400-0000-0000000000";

impl Reason {
    const ALL: [Self; 6] = [
        Self::Mistaken,
        Self::Kept(KeptReason::NotAViolation),
        Self::Kept(KeptReason::PublicInterest),
        Self::Kept(KeptReason::Consent),
        Self::Kept(KeptReason::Legal),
        Self::Kept(KeptReason::UnderReview),
    ];

    const fn code(self) -> u8 {
        match self {
            Self::Mistaken => 0,
            Self::Kept(reason) => 1 + reason.code(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Mistaken => "Another picture",
            Self::Kept(KeptReason::NotAViolation) => "Breaks neither law nor rule",
            Self::Kept(KeptReason::PublicInterest) => "News, evidence, education or art",
            Self::Kept(KeptReason::Consent) => "Published by the person in it",
            Self::Kept(KeptReason::Legal) => "May not be taken down by law",
            Self::Kept(KeptReason::UnderReview) => "Still being looked at",
        }
    }

    /// As an outcome.
    pub const fn outcome(self) -> (OutcomeKind, Option<KeptReason>) {
        match self {
            Self::Mistaken => (OutcomeKind::Mistaken, None),
            Self::Kept(reason) => (OutcomeKind::Kept, Some(reason)),
        }
    }
}

/// The lasting name of a reason.
pub fn reason_guid(reason: Reason) -> String {
    format!("{GUID}{:02x}", reason.code())
}

/// `feedback/{type}/reasons`, for the readers of the document and for the most used client: the one expects the list as
/// the root, the other inside of it, so here it is both.
pub fn encode_reasons(kind: &str) -> Vec<u8> {
    let mut out = Out::document("availableFeedbackReasons");
    let write = |out: &mut Out| {
        for reason in Reason::ALL {
            out.empty("reason", &[("guid", &reason_guid(reason)), ("name", reason.name()), ("type", kind)]);
        }
    };
    write(&mut out);
    out.begin("availableFeedbackReasons", &[]);
    write(&mut out);
    out.end()
}

/// Reads reasons: lasting name and words of each.
///
/// # Errors
/// When it is no such document.
pub fn decode_reasons(bytes: &[u8]) -> Result<Vec<(String, String)>, DialectError> {
    let root = xml::read(bytes)?;
    let list = root.child("availableFeedbackReasons").unwrap_or(&root);
    let read = |one: &xml::Element| {
        Some((super::super::kept(one.attribute("guid")?), super::super::kept(one.attribute("name")?)))
    };
    Ok(list.children("reason").filter_map(read).take(REASONS_MAX).collect())
}

/// `categorizations`: our one word beside an entry is its tier, which goes into the classification; so there are none.
pub fn encode_categorizations() -> Vec<u8> {
    Out::document("availableCategorizations").end()
}

/// Feedback as it is sent: no reasons is agreement.
pub fn encode_feedback(reasons: &[String]) -> Vec<u8> {
    let mut out = Out::document("feedbackSubmission");
    if reasons.is_empty() {
        out.empty("affirmative", &[]);
    } else {
        out.begin("negative", &[]);
        out.begin("reasonIds", &[]);
        for reason in reasons {
            out.leaf("guid", &[], reason);
        }
    }
    out.end()
}

/// Reads feedback: `None` is agreement, otherwise our reasons that it names. One that is not ours counts as left standing
/// and looked at; none at all as well.
///
/// # Errors
/// When it is no such document.
pub fn decode_feedback(bytes: &[u8]) -> Result<Option<Vec<Reason>>, DialectError> {
    let root = xml::read(bytes)?;
    if root.child("affirmative").is_some() {
        return Ok(None);
    }
    let negative = root.child("negative").ok_or(DialectError::Unreadable)?;
    let named = |guid: &str| {
        let found = Reason::ALL.into_iter().find(|reason| reason_guid(*reason).eq_ignore_ascii_case(guid.trim()));
        found.unwrap_or(Reason::Kept(KeptReason::NotAViolation))
    };
    let guids = negative.within(&["guid"]);
    let mut reasons: Vec<Reason> = Vec::new();
    for guid in guids.into_iter().take(REASONS_MAX) {
        let reason = named(&guid.text);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() {
        reasons.push(Reason::Kept(KeptReason::NotAViolation));
    }
    Ok(Some(reasons))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_and_every_reason_come_out_as_they_went_in() {
        assert_eq!(decode_feedback(&encode_feedback(&[])).unwrap(), None);
        let known = decode_reasons(&encode_reasons("PDQ")).unwrap();
        assert_eq!(known.len(), Reason::ALL.len());
        for (reason, (guid, name)) in Reason::ALL.into_iter().zip(known) {
            assert_eq!((guid.as_str(), name.as_str()), (reason_guid(reason).as_str(), reason.name()));
            assert_eq!(decode_feedback(&encode_feedback(&[guid])).unwrap(), Some(vec![reason]));
        }
    }

    #[test]
    fn reasons_are_read_as_the_root_and_inside_one() {
        let list = r#"<availableFeedbackReasons><reason guid="a" name="b" type="Md5"/></availableFeedbackReasons>"#;
        for text in [list.to_owned(), format!("<any>{list}</any>")] {
            assert_eq!(decode_reasons(text.as_bytes()).unwrap(), [("a".to_owned(), "b".to_owned())]);
        }
    }

    #[test]
    fn a_reason_that_is_not_ours_is_disagreement_all_the_same() {
        let text = "<feedbackSubmission><negative><reasonIds><guid>x</guid><guid>y</guid></reasonIds></negative></feedbackSubmission>";
        let kept = Reason::Kept(KeptReason::NotAViolation);
        assert_eq!(decode_feedback(text.as_bytes()).unwrap(), Some(vec![kept]));
        assert_eq!(decode_feedback(b"<feedbackSubmission><negative/></feedbackSubmission>").unwrap(), Some(vec![kept]));
        assert!(decode_feedback(b"<feedbackSubmission/>").is_err());
    }
}
