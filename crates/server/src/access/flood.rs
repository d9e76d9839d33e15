//! How often one address may try: without keeping any address.
//!
//! An address becomes a bucket by a keyed hash whose key lives in this process's memory and is thrown away each day, with all
//! that was counted. IPv6 addresses count by their first 64 bits: one household has that many.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use exchange::Time;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::node::Node;

/// Words tried by one address: this many at once, and as many a minute. Guessing needs 2^66.
pub const TRIES_PER_MINUTE: u32 = 10;
/// Cases sent from one address an hour, and at once: a school has one address.
pub const CASES_PER_HOUR: u32 = 30;
/// Drafts begun from one address an hour, and at once.
pub(super) const DRAFTS_PER_HOUR: u32 = 120;
/// Sealed files begun from one address an hour, and at once.
pub const UPLOADS_PER_HOUR: u32 = 60;
/// Cases that this process takes in a minute before it asks for work.
pub const CALM_CASES_PER_MINUTE: usize = 30;
/// Zero bits asked for first: about a tenth of a second in a browser. One more for each doubling of the load.
pub(super) const WORK_BITS_MIN: u32 = 18;
/// Zero bits asked for at most: some seconds on an old telephone.
pub(super) const WORK_BITS_MAX: u32 = 22;
/// Without scripts one waits in line instead: this many a minute are let through.
pub(super) const LINE_PER_MINUTE: i64 = 60;
/// Nobody waits in line for longer than this, however many are before them.
pub(super) const LINE_SECONDS_MAX: i64 = 300;
const MINUTE_MICROS: i64 = 60_000_000;
const DAY_MICROS: i64 = 86_400_000_000;

/// Whoever is at the other end of the connection: set by the server's loop for every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address that a request came from, to be counted and forgotten. `Debug` does not show it.
#[derive(Clone, Copy)]
pub(crate) struct Tried(IpAddr);

impl Tried {
    /// Counted under a key, as everything here is.
    pub(super) fn bucket(&self, salt: &RandomState) -> u64 {
        salt.hash_one(match self.0.to_canonical() {
            IpAddr::V4(address) => (4, u128::from(u32::from(address))),
            IpAddr::V6(address) => (6, u128::from(address) >> 64),
        })
    }

    #[cfg(test)]
    pub(super) const fn of(address: IpAddr) -> Self {
        Self(address)
    }
}

/// The counters of one process.
pub struct Flood {
    clock: Clock,
    today: Mutex<Today>,
    load: Mutex<Load>,
}

struct Today {
    day: i64,
    salt: RandomState,
    tries: DefaultKeyedRateLimiter<u64>,
    cases: DefaultKeyedRateLimiter<u64>,
    drafts: DefaultKeyedRateLimiter<u64>,
    uploads: DefaultKeyedRateLimiter<u64>,
}

/// What the process took lately, from anybody.
#[derive(Default)]
struct Load {
    /// When cases were sent, the last minute's.
    sent: VecDeque<Time>,
    /// When the last one in line is let through.
    last_in_line: Option<Time>,
}

/// What is asked of whoever wants to send a case now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Work {
    /// Zero bits that SHA-256 of challenge and answer begins with.
    pub bits: u32,
    /// From then on it is not asked for: the way without scripts, for whoever took a place in the line.
    pub until: Option<Time>,
}

impl Work {
    /// Whether a number (decimal digits) solves the challenge: SHA-256 of it and the number's eight bytes, the least
    /// significant first, begins with the zero bits asked for.
    pub fn is_done_by(&self, challenge: &[u8], answer: &str) -> bool {
        let Ok(number) = answer.parse::<u64>() else { return false };
        let digest: [u8; 32] =
            Sha256::new().chain_update(challenge).chain_update(number.to_le_bytes()).finalize().into();
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]).leading_zeros() >= self.bits
    }
}

impl Flood {
    /// Nothing counted yet.
    pub fn new(clock: Clock) -> Self {
        let today = Mutex::new(Today::of(day(clock.now())));
        Self { clock, today, load: Mutex::default() }
    }

    /// Whether this address may try words now; counts the try.
    pub(crate) fn may_try(&self, who: &Tried) -> bool {
        self.with(|today| today.tries.check_key(&who.bucket(&today.salt)).is_ok())
    }

    /// Whether this address may send a case now; counts it.
    pub(crate) fn may_send(&self, who: &Tried) -> bool {
        self.with(|today| today.cases.check_key(&who.bucket(&today.salt)).is_ok())
    }

    /// Whether this address may begin a draft now; counts it.
    pub(crate) fn may_begin(&self, who: &Tried) -> bool {
        self.with(|today| today.drafts.check_key(&who.bucket(&today.salt)).is_ok())
    }

    /// Whether this address may begin to send a file now; counts it.
    pub(crate) fn may_upload(&self, who: &Tried) -> bool {
        self.with(|today| today.uploads.check_key(&who.bucket(&today.salt)).is_ok())
    }

    /// Counts a case that was sent.
    pub fn note_case(&self) {
        let mut load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        load.forget_before(self.clock.now());
        load.sent.push_back(self.clock.now());
    }

    /// What is asked now; nothing at rest.
    pub fn work(&self) -> Option<Work> {
        let (now, mut load) = (self.clock.now(), self.load.lock().unwrap_or_else(PoisonError::into_inner));
        load.forget_before(now);
        let times = load.sent.len() / CALM_CASES_PER_MINUTE;
        let bits = (WORK_BITS_MIN + times.checked_ilog2()?).min(WORK_BITS_MAX);
        Some(Work { bits, until: None })
    }

    /// Takes a place in the line of those who do without work; when its turn is.
    pub fn turn(&self) -> Time {
        let (now, mut load) = (self.clock.now(), self.load.lock().unwrap_or_else(PoisonError::into_inner));
        let place = load.last_in_line.map_or(now, |last| last.max(now));
        let next = Time::from_micros(place.as_micros() + MINUTE_MICROS / LINE_PER_MINUTE);
        let turn = next.min(now.plus_seconds(LINE_SECONDS_MAX));
        load.last_in_line = Some(turn);
        turn
    }

    fn with<T>(&self, look: impl FnOnce(&Today) -> T) -> T {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        let day = day(self.clock.now());
        if today.day != day {
            *today = Today::of(day);
        }
        look(&today)
    }
}

impl Load {
    fn forget_before(&mut self, now: Time) {
        while self.sent.front().is_some_and(|sent| now.micros_since(*sent) > MINUTE_MICROS.unsigned_abs()) {
            self.sent.pop_front();
        }
    }
}

impl Today {
    fn of(day: i64) -> Self {
        let number = |most| NonZeroU32::new(most).expect("the limits above are not 0");
        Self {
            day,
            salt: RandomState::new(),
            tries: RateLimiter::keyed(Quota::per_minute(number(TRIES_PER_MINUTE))),
            cases: RateLimiter::keyed(Quota::per_hour(number(CASES_PER_HOUR))),
            drafts: RateLimiter::keyed(Quota::per_hour(number(DRAFTS_PER_HOUR))),
            uploads: RateLimiter::keyed(Quota::per_hour(number(UPLOADS_PER_HOUR))),
        }
    }
}

const fn day(now: Time) -> i64 {
    now.as_micros() / DAY_MICROS
}

impl FromRequestParts<Node> for Tried {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        Ok(Self(node.proxies.who(peer, &parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Tried {
        Tried(address.parse().unwrap())
    }

    #[test]
    fn an_address_that_tries_too_often_waits_while_others_go_on() {
        let flood = Flood::new(Clock::manual(Time::from_micros(DAY_MICROS * 20_000)));
        let (one, other) = (from("192.0.2.1"), from("192.0.2.2"));
        assert!((0..TRIES_PER_MINUTE).all(|_| flood.may_try(&one)));
        assert!(!flood.may_try(&one));
        assert!(flood.may_try(&other) && flood.may_send(&one));
    }

    #[test]
    fn a_household_counts_once_however_many_addresses_it_has() {
        let flood = Flood::new(Clock::manual(Time::from_micros(0)));
        for host in 0..TRIES_PER_MINUTE {
            assert!(flood.may_try(&from(&format!("2001:db8::{host:x}"))));
        }
        assert!(!flood.may_try(&from("2001:db8::ffff")) && flood.may_try(&from("2001:db8:0:1::1")));
    }

    #[test]
    fn work_is_asked_for_under_load_alone_and_rises_with_it_and_the_line_moves_on() {
        let clock = Clock::manual(Time::from_micros(DAY_MICROS * 20_000));
        let flood = Flood::new(clock.clone());
        assert_eq!(flood.work(), None);
        (0..CALM_CASES_PER_MINUTE).for_each(|_| flood.note_case());
        assert_eq!(flood.work(), Some(Work { bits: WORK_BITS_MIN, until: None }));
        let first = flood.turn();
        assert_eq!(flood.turn(), first.plus_seconds(60 / LINE_PER_MINUTE));
        let last = (0..10_000).map(|_| flood.turn()).last().unwrap();
        assert_eq!(last, clock.now().plus_seconds(LINE_SECONDS_MAX), "nobody waits longer, whoever fills the line");
        (0..100 * CALM_CASES_PER_MINUTE).for_each(|_| flood.note_case());
        assert_eq!(flood.work().unwrap().bits, WORK_BITS_MAX);
        clock.set(clock.now().plus_seconds(61));
        assert_eq!(flood.work(), None);
    }

    #[test]
    fn an_answer_is_right_for_its_challenge_alone() {
        let work = Work { bits: 12, until: None };
        let answer =
            (0_u64..).map(|number| number.to_string()).find(|answer| work.is_done_by(b"mine", answer)).unwrap();
        assert!(!work.is_done_by(b"other", &answer) || !work.is_done_by(b"third", &answer));
        for wrong in ["", "-1", "x", "99999999999999999999999"] {
            assert!(!work.is_done_by(b"mine", wrong));
        }
    }

    #[test]
    fn what_was_counted_is_thrown_away_with_the_day() {
        let clock = Clock::manual(Time::from_micros(DAY_MICROS * 20_000));
        let flood = Flood::new(clock.clone());
        while flood.may_try(&from("192.0.2.1")) {}
        let before = flood.with(|today| from("192.0.2.1").bucket(&today.salt));
        clock.set(clock.now().plus_seconds(86_400));
        assert!(flood.may_try(&from("192.0.2.1")));
        assert_ne!(flood.with(|today| from("192.0.2.1").bucket(&today.salt)), before);
    }
}
