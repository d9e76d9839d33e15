//! Weeks: a key is for one of them, and so is a quota.

use std::fmt;

use sha2::{Digest, Sha256};

/// Seconds of an epoch.
pub const WEEK_SECONDS: u64 = 7 * 86_400;
/// How long after its week a key is still accepted.
pub const GRACE_SECONDS: u64 = 86_400;
/// How long before its week a key is published, at least.
pub const PUBLISH_AHEAD_SECONDS: u64 = WEEK_SECONDS;
/// How far two clocks may be apart.
pub const SKEW_SECONDS_MAX: u64 = 300;
/// The first Monday of 1970.
const FIRST_SECONDS: u64 = 4 * 86_400;
const CONTEXT: &[u8] = b"rempart age epoch v1\0";

/// A week, Monday to Sunday in UTC, counted from the first one of 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The week of a moment, seconds since 1970.
    pub const fn of(seconds: u64) -> Self {
        let weeks = seconds.saturating_sub(FIRST_SECONDS) / WEEK_SECONDS;
        Self(if weeks > u32::MAX as u64 { u32::MAX } else { weeks as u32 })
    }

    /// The next one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// When it begins: its keys are accepted from then on.
    pub const fn begins(self) -> u64 {
        FIRST_SECONDS + self.0 as u64 * WEEK_SECONDS
    }

    /// When it ends: its keys sign nothing more.
    pub const fn ends(self) -> u64 {
        self.begins() + WEEK_SECONDS
    }

    /// When its keys stop being accepted: what was recorded as spent may be forgotten a while later.
    pub const fn accepted_until(self) -> u64 {
        self.ends() + GRACE_SECONDS
    }

    /// Whether a token of this week is accepted at that moment, with clocks apart as far as they may be.
    pub const fn is_accepted_at(self, seconds: u64) -> bool {
        seconds.saturating_add(SKEW_SECONDS_MAX) >= self.begins() && seconds < self.accepted_until() + SKEW_SECONDS_MAX
    }

    /// The redemption context of all tokens of this week.
    pub fn context(self) -> [u8; 32] {
        Sha256::new().chain_update(CONTEXT).chain_update(self.0.to_be_bytes()).finalize().into()
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
