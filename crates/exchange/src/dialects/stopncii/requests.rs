//! `SubmitHashes` and `SubmitFeedback`: what a member sends.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::page::{VoteIn, VoteOut};
use super::{MemberVote, SignalType, Vote};
use crate::dialects::{DialectError, Flaw, Skipped, json, kept, value};
use crate::{ENTRIES_PER_CALL_MAX, Fingerprint, Kind};

/// What its known client writes before a type: the name of a Python class.
const PYTHON_PREFIX: &str = "StopNCIISignalType.";

/// A hash that a member contributes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submission {
    /// Of what.
    pub signal: SignalType,
    /// The value.
    pub fingerprint: Fingerprint,
    /// What the member says of it; the source is whoever sends.
    pub votes: Vec<MemberVote>,
}

/// A member's vote on a hash, whatever its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feedback {
    /// Lower-case hex.
    pub value: String,
    /// What.
    pub vote: Vote,
    /// In which words.
    pub tags: Vec<String>,
}

impl Feedback {
    /// The fingerprints that this value may be: a wire without a type leaves it to its length.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        Kind::ALL.into_iter().filter_map(|kind| value(kind, &self.value).ok()).collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HashesOut<'a> {
    count: usize,
    hash_records: Vec<HashOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HashOut<'a> {
    #[serde(rename = "lastModtimestamp")]
    second: i64,
    signal_type: &'a str,
    hash_value: String,
    #[serde(rename = "CSPFeedbacks")]
    votes: Vec<VoteOut<'a>>,
}

/// Hashes as they are sent, at this second.
pub fn encode_submission(submissions: &[Submission], second: i64) -> Vec<u8> {
    let hash_records = submissions.iter().map(|one| hash_out(one, second)).collect();
    serde_json::to_vec(&HashesOut { count: submissions.len(), hash_records }).unwrap_or_default()
}

fn hash_out(submission: &Submission, second: i64) -> HashOut<'_> {
    HashOut {
        second,
        signal_type: submission.signal.name(),
        hash_value: crate::hex::encode(submission.fingerprint.bytes()),
        votes: submission.votes.iter().map(VoteOut::of).collect(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HashesIn<'a> {
    #[serde(borrow)]
    hash_records: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HashIn {
    signal_type: String,
    hash_value: String,
    #[serde(rename = "CSPFeedbacks", default, deserialize_with = "json::lenient")]
    votes: Vec<VoteIn>,
}

/// Reads hashes that a member contributes.
///
/// # Errors
/// When it is no such call, or has more than [`ENTRIES_PER_CALL_MAX`]. Single ones that are of no use are listed.
pub fn decode_submission(bytes: &[u8]) -> Result<(Vec<Submission>, Vec<Skipped>), DialectError> {
    let HashesIn { hash_records } = json::page(bytes)?;
    if hash_records.len() > ENTRIES_PER_CALL_MAX {
        return Err(DialectError::TooLarge);
    }
    Ok(json::records(&hash_records, |wire: HashIn| {
        let name = wire.signal_type.strip_prefix(PYTHON_PREFIX).unwrap_or(&wire.signal_type);
        let (signal, kind) = match SignalType::from_name(name) {
            Some(signal @ SignalType::ImagePdq) => (signal, Kind::Pdq),
            Some(signal @ SignalType::VideoMd5) => (signal, Kind::Md5),
            _ => return Err(Flaw::OtherKind),
        };
        let votes = wire.votes.into_iter().filter_map(VoteIn::read).collect();
        Ok(Submission { signal, fingerprint: value(kind, &wire.hash_value)?, votes })
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeedbacksOut<'a> {
    count: usize,
    hash_feedbacks: Vec<FeedbackOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeedbackOut<'a> {
    hash_value: &'a str,
    feedback_value: &'a str,
    tags: &'a [String],
}

/// Votes as they are sent.
pub fn encode_feedback(feedbacks: &[Feedback]) -> Vec<u8> {
    let hash_feedbacks = feedbacks
        .iter()
        .map(|one| FeedbackOut { hash_value: &one.value, feedback_value: one.vote.name(), tags: &one.tags })
        .collect();
    serde_json::to_vec(&FeedbacksOut { count: feedbacks.len(), hash_feedbacks }).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeedbacksIn<'a> {
    #[serde(borrow)]
    hash_feedbacks: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeedbackIn {
    hash_value: String,
    feedback_value: String,
    #[serde(default, deserialize_with = "json::lenient")]
    tags: Vec<String>,
}

/// Reads votes.
///
/// # Errors
/// As [`decode_submission`].
pub fn decode_feedback(bytes: &[u8]) -> Result<(Vec<Feedback>, Vec<Skipped>), DialectError> {
    let FeedbacksIn { hash_feedbacks } = json::page(bytes)?;
    if hash_feedbacks.len() > ENTRIES_PER_CALL_MAX {
        return Err(DialectError::TooLarge);
    }
    Ok(json::records(&hash_feedbacks, |wire: FeedbackIn| {
        let vote = Vote::from_name(&wire.feedback_value).ok_or(Flaw::Unreadable)?;
        let tags = wire.tags.iter().map(|tag| kept(tag)).collect();
        let feedback = Feedback { value: wire.hash_value.trim().to_ascii_lowercase(), vote, tags };
        if feedback.fingerprints().is_empty() { Err(Flaw::Value) } else { Ok(feedback) }
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::{Medium, made_up};

    proptest! {
        #[test]
        fn what_a_member_sends_comes_out_as_it_went_in(
            fingerprints in proptest::collection::vec(made_up::fingerprint(), 0..6), blocked: bool,
        ) {
            let vote = if blocked { Vote::Blocked } else { Vote::NotBlocked };
            let tags = vec!["minor".to_owned()];
            let known = |one: &Fingerprint| SignalType::of(one.kind(), Medium::Film);
            let submissions: Vec<Submission> = fingerprints
                .iter()
                .filter_map(|one| Some(Submission {
                    signal: known(one)?,
                    fingerprint: one.clone(),
                    votes: vec![MemberVote { source: String::new(), vote, tags: tags.clone() }],
                }))
                .collect();
            let (back, skipped) = decode_submission(&encode_submission(&submissions, 7)).unwrap();
            prop_assert_eq!((back, skipped), (submissions, vec![]));
            let feedbacks: Vec<Feedback> = fingerprints
                .iter()
                .map(|one| Feedback { value: crate::hex::encode(one.bytes()), vote, tags: tags.clone() })
                .collect();
            let (back, skipped) = decode_feedback(&encode_feedback(&feedbacks)).unwrap();
            for (feedback, fingerprint) in back.iter().zip(&fingerprints) {
                prop_assert!(feedback.fingerprints().contains(fingerprint));
            }
            prop_assert_eq!((back, skipped), (feedbacks, vec![]));
        }
    }

    #[test]
    fn a_class_name_of_python_before_the_type_is_forgiven() {
        let body = |kind: &str| {
            format!(
                r#"{{"count":1,"hashRecords":[{{"lastModtimestamp":1,"signalType":"{kind}","hashValue":"{}",
                "CSPFeedbacks":[{{"tags":[],"feedbackValue":"Blocked"}}]}}]}}"#,
                "0f".repeat(32)
            )
        };
        let plain = decode_submission(body("ImagePDQ").as_bytes()).unwrap();
        assert_eq!(plain.0.len(), 1);
        assert_eq!(decode_submission(body("StopNCIISignalType.ImagePDQ").as_bytes()).unwrap(), plain);
        assert_eq!(decode_submission(body("Text").as_bytes()).unwrap().1[0].flaw, Flaw::OtherKind);
    }

    #[test]
    fn a_call_has_a_thousand_hashes_and_not_one_more() {
        let one =
            Submission { signal: SignalType::VideoMd5, fingerprint: Fingerprint::Md5([7; 16]), votes: Vec::new() };
        let call = |count| decode_submission(&encode_submission(&vec![one.clone(); count], 1));
        assert_eq!(call(1_000).unwrap().0.len(), 1_000);
        assert_eq!(call(1_001), Err(DialectError::TooLarge));
    }
}
