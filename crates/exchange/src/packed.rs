//! The packed form of matching, for volume: `application/octet-stream` both ways.
//!
//! A request is 1..=1000 PDQ hashes of 32 bytes each, nothing between them. An answer is a header of 16 bytes and a
//! record of 28 bytes for each match, in the order of the queries; all numbers are little-endian.
//!
//! | header | bytes | | record | bytes |
//! | --- | --- | --- | --- | --- |
//! | `RPM1` | 4 | | query, from 0 | u32 |
//! | seq | u64 | | entry id | 16 |
//! | records | u32 | | distance, class, tier, status, advice, kind, fingerprint, flags | 8 x u8 |
//!
//! Flag 1: the query matched more entries than are listed. Flag 2: a view of the entry's picture met, and `fingerprint`
//! is its number. Codes are those of the types' `code()`. A packed query has
//! one orientation only.

use crate::{
    Advice, Class, EntryId, Kind, MatchResponse, MatchResult, Matched, Orientation, QUERIES_MAX, QueryError, Status,
    Tier,
};

const MAGIC: &[u8; 4] = b"RPM1";
const HEADER_BYTES: usize = 16;
const RECORD_BYTES: usize = 28;
const TRUNCATED: u8 = 1;
const VIEW: u8 = 2;

/// Bytes of one query.
pub const QUERY_BYTES: usize = 32;

/// Why bytes are no packed message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackedError {
    /// The request does not divide into hashes. Send 32 bytes a query.
    #[error("a packed request is 32 bytes a query; {0} bytes do not divide")]
    Ragged(usize),
    /// None or too many.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The answer is cut short, has a wrong header or an unknown code. Ask again; check the versions of both sides.
    #[error("not a packed answer of this version")]
    Answer,
}

/// The hashes of a request.
pub fn decode_request(body: &[u8]) -> Result<Vec<[u8; QUERY_BYTES]>, PackedError> {
    let (hashes, rest) = body.as_chunks::<QUERY_BYTES>();
    if !rest.is_empty() {
        return Err(PackedError::Ragged(body.len()));
    }
    if hashes.is_empty() || hashes.len() > QUERIES_MAX {
        return Err(QueryError::Count(hashes.len()).into());
    }
    Ok(hashes.to_vec())
}

/// The bytes of an answer.
pub fn encode_response(response: &MatchResponse) -> Vec<u8> {
    let records: usize = response.results.iter().map(|result| result.matches.len()).sum();
    let mut bytes = Vec::with_capacity(HEADER_BYTES + records * RECORD_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&response.seq.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(records).unwrap_or(u32::MAX).to_le_bytes());
    for (query, result) in (0_u32..).zip(&response.results) {
        for matched in &result.matches {
            bytes.extend_from_slice(&query.to_le_bytes());
            bytes.extend_from_slice(matched.entry.as_bytes());
            bytes.extend_from_slice(&[
                matched.distance,
                matched.class.code(),
                matched.tier.code(),
                matched.status.code(),
                matched.advice.code(),
                matched.kind.code(),
                matched.view.unwrap_or(matched.fingerprint),
                u8::from(result.truncated) * TRUNCATED + u8::from(matched.view.is_some()) * VIEW,
            ]);
        }
    }
    bytes
}

/// The answer to `queries` questions that these bytes hold.
pub fn decode_response(bytes: &[u8], queries: usize) -> Result<MatchResponse, PackedError> {
    let (header, records) = bytes.split_at_checked(HEADER_BYTES).ok_or(PackedError::Answer)?;
    let number =
        |range: std::ops::Range<usize>| header[range].iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte));
    let (records, rest) = records.as_chunks::<RECORD_BYTES>();
    if &header[..4] != MAGIC || !rest.is_empty() || number(12..16) != records.len() as u64 {
        return Err(PackedError::Answer);
    }
    let mut results = vec![MatchResult::default(); queries];
    for record in records {
        let query = u32::from_le_bytes([record[0], record[1], record[2], record[3]]) as usize;
        let result = results.get_mut(query).ok_or(PackedError::Answer)?;
        result.truncated |= record[27] & TRUNCATED != 0;
        result.matches.push(decode_record(record).ok_or(PackedError::Answer)?);
    }
    Ok(MatchResponse { seq: number(4..12), stale_seconds: None, results })
}

fn decode_record(record: &[u8; RECORD_BYTES]) -> Option<Matched> {
    let is_view = record[27] & VIEW != 0;
    Some(Matched {
        entry: EntryId::from_slice(&record[4..20])?,
        distance: record[20],
        class: Class::from_code(record[21])?,
        tier: Tier::from_code(record[22])?,
        status: Status::from_code(record[23])?,
        advice: Advice::from_code(record[24])?,
        kind: Kind::from_code(record[25])?,
        fingerprint: if is_view { 0 } else { record[26] },
        view: is_view.then_some(record[26]),
        trimmed: false,
        orientation: Orientation::Original,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_is_whole_hashes_one_to_a_thousand() {
        assert_eq!(decode_request(&[0; 33]), Err(PackedError::Ragged(33)));
        assert_eq!(decode_request(&[]), Err(PackedError::Query(QueryError::Count(0))));
        assert_eq!(decode_request(&[5; 32_000]).unwrap().len(), 1_000);
        assert_eq!(decode_request(&[5; 32_032]), Err(PackedError::Query(QueryError::Count(1_001))));
    }

    fn matched() -> impl Strategy<Value = Matched> {
        (any::<[u8; 16]>(), 0_u8..=60, 0_u8..2, 0_u8..3, 0_u8..3, 0_u8..2, 0_u8..3, 0_u8..64, prop::option::of(1_u8..))
            .prop_map(|(entry, distance, class, tier, status, advice, kind, fingerprint, view)| Matched {
                entry: EntryId::from_bytes(entry),
                class: Class::from_code(class).unwrap(),
                tier: Tier::from_code(tier).unwrap(),
                status: Status::from_code(status).unwrap(),
                advice: Advice::from_code(advice).unwrap(),
                distance,
                orientation: Orientation::Original,
                kind: Kind::from_code(kind).unwrap(),
                fingerprint: if view.is_some() { 0 } else { fingerprint },
                view,
                trimmed: false,
            })
    }

    proptest! {
        #[test]
        fn an_answer_survives_packing(
            seq: u64,
            results in prop::collection::vec(prop::collection::vec(matched(), 0..4), 1..6),
        ) {
            let results: Vec<_> =
                results.into_iter().map(|matches| MatchResult { matches, truncated: false }).collect();
            let response = MatchResponse { seq, stale_seconds: None, results };
            let bytes = encode_response(&response);
            prop_assert_eq!(decode_response(&bytes, response.results.len()).unwrap(), response);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), queries in 0_usize..9) {
            let _ = decode_response(&bytes, queries);
            let _ = decode_request(&bytes);
        }
    }
}
