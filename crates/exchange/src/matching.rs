//! The question "is this known?" and its answer.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::entry::named;
use crate::{Advice, Class, EntryId, Kind, Status, Tier, hex};

/// Queries in one call, at most.
pub const QUERIES_MAX: usize = 1_000;
/// Entries in one answer, at most; the nearest are kept.
pub const MATCHES_PER_QUERY_MAX: usize = 100;
/// The PDQ distance asked for when none is said.
pub const RADIUS_DEFAULT: u8 = 31;
/// Up to here a match may carry the advice `block`.
pub const RADIUS_FIRM_MAX: u8 = 31;
/// Up to here a query may look, for people to review.
pub const RADIUS_MAX: u8 = 60;

/// A PDQ distance to search within: 0..=60 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Radius(u8);

impl Radius {
    /// The default, 31.
    pub const DEFAULT: Self = Self(RADIUS_DEFAULT);

    /// A radius of this many bits.
    pub fn new(bits: u32) -> Result<Self, QueryError> {
        u8::try_from(bits).ok().filter(|bits| *bits <= RADIUS_MAX).map(Self).ok_or(QueryError::Radius(bits))
    }

    /// Bits, 0..=60.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether a match may carry `block`: wide searches are for people.
    pub const fn is_firm(self) -> bool {
        self.0 <= RADIUS_FIRM_MAX
    }
}

named! {
    /// How the query's picture must be turned to become the one that matched. The order is the reference's
    /// (`pdqhash.compute_dihedral`).
    Orientation {
        /// As it is.
        Original = 0, "original";
        /// Quarter turn counter-clockwise.
        Rotate90 = 1, "rotate90";
        /// Half turn.
        Rotate180 = 2, "rotate180";
        /// Quarter turn clockwise.
        Rotate270 = 3, "rotate270";
        /// Mirrored top to bottom.
        FlipX = 4, "flipx";
        /// Mirrored left to right.
        FlipY = 5, "flipy";
        /// Mirrored along the main diagonal.
        FlipPlus1 = 6, "flipplus1";
        /// Mirrored along the other diagonal.
        FlipMinus1 = 7, "flipminus1";
    }
}

/// PDQ of the content asked about: one hash, or the eight of its orientations in the order of [`Orientation`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum PdqQuery {
    /// 64 hex digits.
    One(String),
    /// 1 to 8 times 64 hex digits.
    Oriented(Vec<String>),
}

/// One piece of content asked about; at least one member must be there.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Its PDQ hash, or the hashes of its orientations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq: Option<PdqQuery>,
    /// PDQ of the same picture without the border, the letterbox or the caption bar around it, if there is one; again
    /// one hash or those of its orientations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trimmed: Option<PdqQuery>,
    /// SHA-256 of the file, 64 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// MD5 of the file, 32 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
}

/// Questions to match.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchRequest {
    /// 1..=1000.
    #[schema(min_items = 1, max_items = 1000)]
    #[serde(deserialize_with = "at_most::<_, _, { QUERIES_MAX + 1 }>")]
    pub queries: Vec<Query>,
    /// PDQ distance, 0..=60, 31 when left out. Beyond 31 every advice is `review`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 60, default = 31)]
    pub radius: Option<u32>,
}

/// Reads a list and stops keeping after `MOST` elements, so that a long one costs no memory: it is refused by its length
/// anyway.
fn at_most<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MOST: usize>(list: D) -> Result<Vec<T>, D::Error> {
    struct Visitor<T, const MOST: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const MOST: usize> de::Visitor<'de> for Visitor<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut kept = Vec::new();
            while kept.len() < MOST {
                match list.next_element()? {
                    Some(element) => kept.push(element),
                    None => return Ok(kept),
                }
            }
            while list.next_element::<de::IgnoredAny>()?.is_some() {}
            Ok(kept)
        }
    }

    list.deserialize_seq(Visitor::<T, MOST>(PhantomData))
}

/// A checked question.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// 0 to 8 hashes in the order of [`Orientation`].
    pub pdq: Vec<[u8; 32]>,
    /// As `pdq`, of the picture without what surrounds it.
    pub trimmed: Vec<[u8; 32]>,
    /// Digest of the file.
    pub sha256: Option<[u8; 32]>,
    /// Digest of the file.
    pub md5: Option<[u8; 16]>,
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// None or too many. Split the call.
    #[error("a call has 1 to {QUERIES_MAX} queries, not {0}")]
    Count(usize),
    /// Nothing asked.
    #[error("query {0}: give pdq, trimmed, sha256 or md5")]
    Empty(usize),
    /// Not hex of the right length.
    #[error("query {0}: {name} is exactly {digits} hex digits", name = .1.name(), digits = .1.bytes_len() * 2)]
    NotHex(usize, Kind),
    /// No orientation or more than there are.
    #[error("query {0}: pdq and trimmed are one hash or 1 to 8 of them, not {1}")]
    Orientations(usize, usize),
    /// Too far.
    #[error("radius is 0 to {RADIUS_MAX}, not {0}")]
    Radius(u32),
}

impl MatchRequest {
    /// The checked questions and how far to look.
    pub fn parse(&self) -> Result<(Vec<Parsed>, Radius), QueryError> {
        if self.queries.is_empty() || self.queries.len() > QUERIES_MAX {
            return Err(QueryError::Count(self.queries.len()));
        }
        let radius = self.radius.map_or(Ok(Radius::DEFAULT), Radius::new)?;
        let parsed = self.queries.iter().enumerate().map(|(position, query)| query.parse(position));
        Ok((parsed.collect::<Result<_, _>>()?, radius))
    }
}

impl Query {
    fn parse(&self, position: usize) -> Result<Parsed, QueryError> {
        let not_hex = |kind| QueryError::NotHex(position, kind);
        let (pdq, trimmed) = (oriented(position, self.pdq.as_ref())?, oriented(position, self.trimmed.as_ref())?);
        let sha256 = self.sha256.as_deref().map(|text| hex::decode(text).ok_or(not_hex(Kind::Sha256)));
        let md5 = self.md5.as_deref().map(|text| hex::decode(text).ok_or(not_hex(Kind::Md5)));
        let parsed = Parsed { pdq, trimmed, sha256: sha256.transpose()?, md5: md5.transpose()? };
        if parsed == Parsed::default() { Err(QueryError::Empty(position)) } else { Ok(parsed) }
    }
}

fn oriented(position: usize, given: Option<&PdqQuery>) -> Result<Vec<[u8; 32]>, QueryError> {
    let hashes = match given {
        None => &[],
        Some(PdqQuery::One(hash)) => std::slice::from_ref(hash),
        Some(PdqQuery::Oriented(hashes)) if hashes.is_empty() || hashes.len() > Orientation::ALL.len() => {
            return Err(QueryError::Orientations(position, hashes.len()));
        }
        Some(PdqQuery::Oriented(hashes)) => hashes.as_slice(),
    };
    hashes.iter().map(|hash| hex::decode(hash).ok_or(QueryError::NotHex(position, Kind::Pdq))).collect()
}

/// An entry that a query met: once per entry, at its smallest distance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Matched {
    /// Which entry.
    pub entry: EntryId,
    /// Its legal class.
    pub class: Class,
    /// How many analysts have looked.
    pub tier: Tier,
    /// Whether it stands.
    pub status: Status,
    /// What to do.
    pub advice: Advice,
    /// Differing bits, 0..=60; 0 for an exact digest.
    pub distance: u8,
    /// Which of the query's orientations met it.
    pub orientation: Orientation,
    /// Which kind of fingerprint met.
    pub kind: Kind,
    /// Its place among the entry's fingerprints, from 0.
    pub fingerprint: u8,
    /// Which view of the entry's picture met; left out: the whole picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<u8>,
    /// The query met without what surrounds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trimmed: bool,
}

/// What is known about one query.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatchResult {
    /// `block` first, then nearest first; at most 100.
    pub matches: Vec<Matched>,
    /// More entries matched than are listed.
    #[serde(default)]
    pub truncated: bool,
}

/// Answers, in the order of the questions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatchResponse {
    /// The bank's sequence number that the answers hold for; on a matcher of several nodes, of the one least ahead.
    pub seq: u64,
    /// Only on a matcher that is cut off from a node: seconds since it last heard from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_seconds: Option<u64>,
    /// One for each query.
    pub results: Vec<MatchResult>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Result<(Vec<Parsed>, Radius), QueryError> {
        serde_json::from_str::<MatchRequest>(text).unwrap().parse()
    }

    #[test]
    fn one_hash_eight_hashes_and_digests_can_be_asked() {
        let hash = "0f".repeat(32);
        let eight = serde_json::to_string(&vec![hash.clone(); 8]).unwrap();
        let text = format!(
            r#"{{"queries":[{{"pdq":"{hash}"}},{{"pdq":{eight}}},{{"sha256":"{hash}","md5":"{}"}}],"radius":60}}"#,
            &hash[..32]
        );
        let (queries, radius) = request(&text).unwrap();
        assert_eq!((queries[0].pdq.len(), queries[1].pdq.len(), radius.bits()), (1, 8, 60));
        assert!(!radius.is_firm() && queries[2].sha256.is_some() && queries[2].md5.is_some());
    }

    #[test]
    fn what_cannot_be_answered_is_named() {
        let nine = serde_json::to_string(&vec!["0".repeat(64); 9]).unwrap();
        for (text, error) in [
            (r#"{"queries":[]}"#.to_owned(), QueryError::Count(0)),
            (r#"{"queries":[{}]}"#.to_owned(), QueryError::Empty(0)),
            (r#"{"queries":[{"pdq":"0"}]}"#.to_owned(), QueryError::NotHex(0, Kind::Pdq)),
            (r#"{"queries":[{"md5":"0"}]}"#.to_owned(), QueryError::NotHex(0, Kind::Md5)),
            (r#"{"queries":[{"pdq":[]}]}"#.to_owned(), QueryError::Orientations(0, 0)),
            (format!(r#"{{"queries":[{{"pdq":{nine}}}]}}"#), QueryError::Orientations(0, 9)),
            (r#"{"queries":[{"md5":"0"}],"radius":61}"#.to_owned(), QueryError::Radius(61)),
        ] {
            assert_eq!(request(&text).err(), Some(error), "{text}");
        }
        let many = |n| MatchRequest {
            queries: vec![Query { md5: Some("0".repeat(32)), ..Query::default() }; n],
            radius: None,
        };
        assert!(many(1_000).parse().is_ok());
        assert_eq!(many(1_001).parse().err(), Some(QueryError::Count(1_001)));
    }
}
