//! How often one address may try: without keeping any address.
//!
//! An address becomes a bucket by a keyed hash whose key lives in this process's memory and is thrown away each day, with all
//! that was counted. IPv6 addresses count by their first 64 bits: one household has that many.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use exchange::Time;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::clock::Clock;

/// Words tried by one address: this many at once, and as many a minute. Guessing needs 2^66.
pub const TRIES_PER_MINUTE: u32 = 10;
/// Cases sent from one address an hour, and at once: a school has one address.
pub const CASES_PER_HOUR: u32 = 30;
const DAY_MICROS: i64 = 86_400_000_000;

/// Whoever is at the other end of the connection: set by the server's loop for every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address that a request came from, to be counted and forgotten. `Debug` does not show it.
#[derive(Clone, Copy)]
pub(crate) struct Tried(IpAddr);

/// The counters of one process.
pub struct Flood {
    clock: Clock,
    today: Mutex<Today>,
}

struct Today {
    day: i64,
    salt: RandomState,
    tries: DefaultKeyedRateLimiter<u64>,
    cases: DefaultKeyedRateLimiter<u64>,
}

impl Flood {
    /// Nothing counted yet.
    pub fn new(clock: Clock) -> Self {
        let today = Mutex::new(Today::of(day(clock.now())));
        Self { clock, today }
    }

    /// Whether this address may try words now; counts the try.
    pub(crate) fn may_try(&self, who: &Tried) -> bool {
        self.with(|today| today.tries.check_key(&today.bucket(who.0)).is_ok())
    }

    /// Whether this address may send a case now; counts it.
    pub(crate) fn may_send(&self, who: &Tried) -> bool {
        self.with(|today| today.cases.check_key(&today.bucket(who.0)).is_ok())
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

impl Today {
    fn of(day: i64) -> Self {
        let number = |most| NonZeroU32::new(most).expect("the limits above are not 0");
        Self {
            day,
            salt: RandomState::new(),
            tries: RateLimiter::keyed(Quota::per_minute(number(TRIES_PER_MINUTE))),
            cases: RateLimiter::keyed(Quota::per_hour(number(CASES_PER_HOUR))),
        }
    }

    fn bucket(&self, address: IpAddr) -> u64 {
        self.salt.hash_one(match address.to_canonical() {
            IpAddr::V4(address) => (4, u128::from(u32::from(address))),
            IpAddr::V6(address) => (6, u128::from(address) >> 64),
        })
    }
}

const fn day(now: Time) -> i64 {
    now.as_micros() / DAY_MICROS
}

impl<S: Sync> FromRequestParts<S> for Tried {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        Ok(Self(forwarded(peer, parts).unwrap_or(peer)))
    }
}

/// Behind a reverse proxy on this machine or in its private network, the last address that it wrote into `X-Forwarded-For`;
/// what a stranger writes there is not read.
fn forwarded(peer: IpAddr, parts: &Parts) -> Option<IpAddr> {
    let is_near = match peer.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address == Ipv6Addr::LOCALHOST || address.is_unique_local(),
    };
    let header = parts.headers.get_all("x-forwarded-for").iter().next_back().filter(|_| is_near)?;
    header.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
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
    fn what_was_counted_is_thrown_away_with_the_day() {
        let clock = Clock::manual(Time::from_micros(DAY_MICROS * 20_000));
        let flood = Flood::new(clock.clone());
        while flood.may_try(&from("192.0.2.1")) {}
        let before = flood.with(|today| today.bucket("192.0.2.1".parse().unwrap()));
        clock.set(clock.now().plus_seconds(86_400));
        assert!(flood.may_try(&from("192.0.2.1")));
        assert_ne!(flood.with(|today| today.bucket("192.0.2.1".parse().unwrap())), before);
    }
}
