//! `FetchHashes`: a page of records.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{CaseStatus, MemberVote, Record, SignalType, Vote, WITHDRAWN_TAG};
use crate::dialects::{DialectError, Flaw, Held, Holder, PER_RECORD_MAX, Skipped, Stance, json, kept};
use crate::hex;

/// A page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// What changed, the last of a value counts.
    pub records: Vec<Record>,
    /// What to send with the same second for the page after this; `None`: there is none.
    pub next: Option<String>,
    /// From which second to ask next time, itself included.
    pub next_second: i64,
    /// Whether there is a page after this.
    pub has_more: bool,
    /// What could not be read; empty when written.
    pub skipped: Vec<Skipped>,
}

/// What a bank says of a fingerprint, in this dialect; `None` when it has no word for its kind. `registry` is in whose
/// name a withdrawal is voted on.
pub fn record(held: &Held, registry: &str) -> Option<Record> {
    let signal = SignalType::of(held.fingerprint.kind(), held.medium)?;
    let case = |entry: &crate::EntryId, status| (entry.to_string(), status);
    let gone = held.gone.iter().map(|entry| case(entry, CaseStatus::Withdrawn));
    let mut cases: Vec<_> =
        held.holders.iter().map(|holder| case(&holder.entry, CaseStatus::Active)).chain(gone).collect();
    cases.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let withdrawn =
        || MemberVote { source: registry.to_owned(), vote: Vote::NotBlocked, tags: vec![WITHDRAWN_TAG.to_owned()] };
    let is_gone = held.holders.is_empty();
    Some(Record {
        second: held.second,
        signal,
        value: hex::encode(held.fingerprint.bytes()),
        status: if is_gone { CaseStatus::Withdrawn } else { CaseStatus::Active },
        cases,
        votes: if is_gone { vec![withdrawn()] } else { held.holders.iter().map(vote).collect() },
    })
}

/// A vote is about the hash alone: that people look first is said by having none, with the tags beside it.
fn vote(holder: &Holder) -> MemberVote {
    let vote = match holder.stance() {
        Stance::Firm => Vote::Blocked,
        Stance::Lead => Vote::None,
        Stance::Contested => Vote::NotBlocked,
    };
    let tags = vec![holder.class.name().to_owned(), holder.tier.name().to_owned()];
    MemberVote { source: holder.origin.clone(), vote, tags }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageOut<'a> {
    count: usize,
    next_page_token: Option<&'a str>,
    next_set_timestamp: i64,
    has_more_records: bool,
    hash_records: Vec<RecordOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordOut<'a> {
    #[serde(rename = "lastModtimestamp")]
    second: i64,
    signal_type: &'a str,
    hash_value: &'a str,
    hash_status: &'a str,
    case_numbers: BTreeMap<&'a str, &'a str>,
    #[serde(rename = "CSPFeedbacks")]
    votes: Vec<VoteOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VoteOut<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) source: &'a str,
    pub(super) feedback_value: &'a str,
    pub(super) tags: &'a [String],
}

impl<'a> VoteOut<'a> {
    pub(super) fn of(vote: &'a MemberVote) -> Self {
        Self { source: &vote.source, feedback_value: vote.vote.name(), tags: &vote.tags }
    }
}

/// A page as it is sent.
pub fn encode(page: &Page) -> Vec<u8> {
    let out = PageOut {
        count: page.records.len(),
        next_page_token: page.next.as_deref(),
        next_set_timestamp: page.next_second,
        has_more_records: page.has_more,
        hash_records: page.records.iter().map(record_out).collect(),
    };
    // Texts and numbers cannot fail.
    serde_json::to_vec(&out).unwrap_or_default()
}

fn record_out(record: &Record) -> RecordOut<'_> {
    RecordOut {
        second: record.second,
        signal_type: record.signal.name(),
        hash_value: &record.value,
        hash_status: record.status.name(),
        case_numbers: record.cases.iter().map(|(case, status)| (case.as_str(), status.name())).collect(),
        votes: record.votes.iter().map(VoteOut::of).collect(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageIn<'a> {
    #[serde(default)]
    next_page_token: Option<String>,
    #[serde(deserialize_with = "json::whole")]
    next_set_timestamp: i64,
    has_more_records: bool,
    #[serde(borrow, default)]
    hash_records: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordIn {
    #[serde(rename = "lastModtimestamp", deserialize_with = "json::whole")]
    second: i64,
    signal_type: String,
    hash_value: String,
    hash_status: String,
    // An empty one is sometimes a list.
    #[serde(default, deserialize_with = "json::lenient")]
    case_numbers: BTreeMap<String, String>,
    #[serde(rename = "CSPFeedbacks", default, deserialize_with = "json::lenient")]
    votes: Vec<VoteIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VoteIn {
    #[serde(default, deserialize_with = "json::lenient")]
    source: String,
    feedback_value: String,
    #[serde(default, deserialize_with = "json::lenient")]
    tags: Vec<String>,
}

/// Reads a page.
///
/// # Errors
/// When the frame cannot be read. Single records that cannot be are in [`Page::skipped`].
pub fn decode(bytes: &[u8]) -> Result<Page, DialectError> {
    let PageIn { next_page_token, next_set_timestamp, has_more_records, hash_records } = json::page(bytes)?;
    let (records, skipped) = json::records(&hash_records, read);
    let next = next_page_token.filter(|token| !token.is_empty() && token.len() <= 4_096);
    if has_more_records && next.is_none() {
        return Err(DialectError::Unreadable);
    }
    Ok(Page { records, next, next_second: next_set_timestamp, has_more: has_more_records, skipped })
}

fn read(wire: RecordIn) -> Result<Record, Flaw> {
    let signal = SignalType::from_name(&wire.signal_type).ok_or(Flaw::OtherKind)?;
    let status = CaseStatus::from_name(&wire.hash_status).ok_or(Flaw::Unreadable)?;
    let known = |(case, status): (String, String)| Some((kept(&case), CaseStatus::from_name(&status)?));
    let cases: BTreeMap<_, _> = wire.case_numbers.into_iter().take(PER_RECORD_MAX).filter_map(known).collect();
    let record = Record {
        second: wire.second,
        signal,
        value: wire.hash_value,
        status,
        cases: cases.into_iter().collect(),
        votes: wire.votes.into_iter().take(PER_RECORD_MAX).filter_map(VoteIn::read).collect(),
    };
    let is_ours = matches!(signal, SignalType::ImagePdq | SignalType::VideoMd5);
    if is_ours && record.fingerprint().is_none() { Err(Flaw::Value) } else { Ok(record) }
}

impl VoteIn {
    /// A vote in a word that is not known is no reason to lose the hash.
    pub(super) fn read(self) -> Option<MemberVote> {
        let vote = Vote::from_name(&self.feedback_value)?;
        let tags = self.tags.iter().take(PER_RECORD_MAX).map(|tag| kept(tag)).collect();
        Some(MemberVote { source: kept(&self.source), vote, tags })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::{made_up, sorted};

    proptest! {
        #[test]
        fn what_a_bank_says_comes_out_as_it_went_in(all in proptest::collection::vec(made_up::held(), 0..8)) {
            let records: Vec<Record> = all.iter().filter_map(|held| record(held, "rempart")).collect();
            let page = Page {
                records,
                next: Some("7.9".to_owned()),
                next_second: 5,
                has_more: true,
                skipped: Vec::new(),
            };
            let back = decode(&encode(&page)).unwrap();
            prop_assert_eq!(&back, &page);
            let carried = all.iter().filter(|held| SignalType::of(held.fingerprint.kind(), held.medium).is_some());
            for (held, record) in carried.zip(&back.records) {
                let listed = record.listed().unwrap();
                if held.holders.is_empty() {
                    prop_assert_eq!(listed.fingerprints.len(), 0);
                    continue;
                }
                prop_assert_eq!(&listed.fingerprints, &vec![held.fingerprint.clone()]);
                prop_assert_eq!(listed.stance, made_up::stance(held));
                prop_assert_eq!(listed.second, held.second);
                prop_assert_eq!(listed.medium, held.medium);
                let origins = held.holders.iter().map(|holder| holder.origin.clone()).collect();
                prop_assert_eq!(listed.origins, sorted(origins));
                prop_assert!(held.holders.iter().any(|holder| Some(holder.class) == listed.class));
            }
        }

        #[test]
        fn nothing_that_is_sent_stops_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes);
        }
    }

    const PDQ: &str = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

    #[test]
    fn one_record_that_cannot_be_read_costs_itself_alone() {
        let text = format!(
            r#"{{"count":5,"nextPageToken":null,"nextSetTimestamp":1625175071,"hasMoreRecords":false,"hashRecords":[
            {{"lastModtimestamp":1,"signalType":"ImagePDQ","hashValue":"{PDQ}","hashStatus":"Active","caseNumbers":[],
              "hashRegions":["UK"]}},
            {{"lastModtimestamp":2,"signalType":"ImagePhotoDNA","hashValue":"x","hashStatus":"Active","caseNumbers":{{}}}},
            {{"lastModtimestamp":3,"signalType":"ImagePDQ","hashValue":"short","hashStatus":"Active","caseNumbers":{{}}}},
            {{"signalType":"ImagePDQ"}},
            {{"lastModtimestamp":"5","signalType":"ImagePDQ","hashValue":"{PDQ}","hashStatus":"Withdrawn",
              "caseNumbers":{{"a":"Withdrawn","b":"Strange"}},
              "CSPFeedbacks":[{{"feedbackValue":"Undefined"}},{{"source":"x","feedbackValue":"Blocked","tags":["Nude"]}}]}}
            ]}}"#
        );
        let page = decode(text.as_bytes()).unwrap();
        assert_eq!(page.records.len(), 2);
        let flaws: Vec<_> = page.skipped.iter().map(|one| (one.position, one.flaw)).collect();
        assert_eq!(flaws, [(1, Flaw::OtherKind), (2, Flaw::Value), (3, Flaw::Unreadable)]);
        let last = &page.records[1];
        assert_eq!((last.second, last.cases.len(), last.votes.len()), (5, 1, 1));
        assert!(last.listed().unwrap().fingerprints.is_empty());
    }

    #[test]
    fn a_page_with_more_to_come_says_where() {
        let text = r#"{"nextSetTimestamp":1,"hasMoreRecords":true,"hashRecords":[]}"#;
        assert_eq!(decode(text.as_bytes()), Err(DialectError::Unreadable));
    }
}
