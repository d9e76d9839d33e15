//! The wire between a node and its partners: what an entry, a change, a match and an outcome look like, who may see
//! what, and what a platform is advised to do. Everything here is a value or a pure function; there is no I/O, no
//! clock and no randomness that was not passed in.
//!
//! The JSON shapes are those of the OpenAPI document (`docs/api/openapi.json`). [`packed`] is the one binary form, [`follow`] reads what
//! a node sends.
//!
//! Other systems' wires are in [`dialects`]. Adding one: a folder there with pure `encode` and `decode` functions between
//! its wire and these types, a fuzz target, and a note of what that wire cannot carry.

mod advice;
mod agreement;
mod change;
pub mod dialects;
mod entry;
mod fingerprint;
pub mod follow;
mod id;
mod matching;
mod outcome;
pub mod packed;
mod time;
mod view;
mod wire;

pub use advice::{Advice, BlockRadius, MatchKind, may_block};
pub use agreement::{Agreement, AgreementError, Reach, Scope, Scopes};
pub use change::{Action, Change, ChangePage, CursorReport, RemoveReason, SnapshotHeader, SnapshotLine};
pub use entry::{Class, Contribution, ContributionError, Entry, FINGERPRINTS_PER_ENTRY_MAX, Status, Tier};
pub use fingerprint::{Fingerprint, FingerprintError, Kind, PDQ_BITS_SET, PDQ_QUALITY_MIN, hex};
pub use id::{CaseId, EntryId, KeyId, NoticeId, OutcomeId, PartnerId};
pub use matching::{
    MATCHES_PER_QUERY_MAX, MatchRequest, MatchResponse, MatchResult, Matched, Orientation, Parsed, PdqQuery,
    QUERIES_MAX, Query, QueryError, RADIUS_DEFAULT, RADIUS_FIRM_MAX, RADIUS_MAX, Radius,
};
pub use outcome::{KeptReason, Outcome, OutcomeError, OutcomeKind, OutcomeReport};
pub use time::{Time, TimeError};
pub use view::{VIEWS_PER_ENTRY_MAX, View, ViewError};

/// Entries in one contribution, at most.
pub const ENTRIES_PER_CALL_MAX: usize = 1_000;
/// Outcomes in one report, at most.
pub const OUTCOMES_PER_CALL_MAX: usize = 1_000;
/// Changes on one page of the feed, at most.
pub const CHANGES_PER_PAGE_MAX: u32 = 5_000;
