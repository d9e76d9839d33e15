//! Every JSON body that a node or a matcher reads. What is accepted survives being written and read again, and what
//! passes its own check keeps the limits that the check promises.

#![no_main]

use std::fmt::Debug;

use exchange::{
    ChangePage, Contribution, CursorReport, FINGERPRINTS_PER_ENTRY_MAX, MatchRequest, MatchResponse,
    OUTCOMES_PER_CALL_MAX, Outcome, OutcomeReport, QUERIES_MAX, RADIUS_MAX, SnapshotLine,
};
use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};

fuzz_target!(|body: &[u8]| {
    survives::<ChangePage>(body);
    survives::<SnapshotLine>(body);
    survives::<CursorReport>(body);
    survives::<MatchResponse>(body);
    if let Some(contribution) = survives::<Contribution>(body)
        && contribution.check().is_ok()
    {
        assert!((1..=FINGERPRINTS_PER_ENTRY_MAX).contains(&contribution.fingerprints.len()));
    }
    if let Some(report) = survives::<OutcomeReport>(body)
        && report.check().is_ok()
    {
        assert!((1..=OUTCOMES_PER_CALL_MAX).contains(&report.outcomes.len()));
        assert!(report.outcomes.iter().all(|outcome| (1..=Outcome::COUNT_MAX).contains(&outcome.count)));
    }
    if let Some(request) = survives::<MatchRequest>(body)
        && let Ok((queries, radius)) = request.parse()
    {
        assert!((1..=QUERIES_MAX).contains(&queries.len()) && radius.bits() <= RADIUS_MAX);
        assert!(queries.iter().all(|query| {
            query.pdq.len() <= 8 && (!query.pdq.is_empty() || query.sha256.is_some() || query.md5.is_some())
        }));
    }
});

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(body: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(body).ok()?;
    let text = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&text).expect("what we write, we read");
    assert_eq!(again, value);
    Some(value)
}
