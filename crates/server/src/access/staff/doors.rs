//! How often one may try to come in: limits that never lock a person out of the browser they know.
//!
//! A try counts for the address it comes from. A try from a browser that this person signed in from before counts for that
//! browser; from any other it counts for the name, so that strangers use up the tries of strangers alone. Nothing of it is
//! stored, and names and addresses are counted under a keyed hash that lives in this process's memory.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::access::Tried;

/// Tries from one address a minute, and at once: a hotline has one address.
pub const TRIES_PER_MINUTE_OF_ADDRESS: u32 = 30;
/// Tries from browsers that nobody knows, for one name, in a quarter of an hour, and at once.
pub const TRIES_PER_QUARTER_OF_NAME: u32 = 10;
/// Tries from one browser that is known, a minute, and at once.
pub const TRIES_PER_MINUTE_OF_KNOWN: u32 = 10;
const QUARTER_SECONDS: u64 = 900;

/// The counters of one process.
pub(super) struct Doors {
    salt: RandomState,
    addresses: DefaultKeyedRateLimiter<u64>,
    names: DefaultKeyedRateLimiter<u64>,
    known: DefaultKeyedRateLimiter<u64>,
}

impl Doors {
    pub(super) fn new() -> Self {
        let number = |most| NonZeroU32::new(most).expect("the limits above are not 0");
        let names = Quota::with_period(Duration::from_secs(QUARTER_SECONDS / u64::from(TRIES_PER_QUARTER_OF_NAME)))
            .expect("the limits above are not 0")
            .allow_burst(number(TRIES_PER_QUARTER_OF_NAME));
        Self {
            salt: RandomState::new(),
            addresses: RateLimiter::keyed(Quota::per_minute(number(TRIES_PER_MINUTE_OF_ADDRESS))),
            names: RateLimiter::keyed(names),
            known: RateLimiter::keyed(Quota::per_minute(number(TRIES_PER_MINUTE_OF_KNOWN))),
        }
    }

    /// Whether a name may be tried from this address now; counts the try. `browser` is the mark of one that the person of
    /// this name signed in from before.
    pub(super) fn may_try(&self, from: &Tried, name_key: &str, browser: Option<&str>) -> bool {
        if let Some(mark) = browser {
            return self.known.check_key(&self.salt.hash_one((name_key, mark))).is_ok();
        }
        self.may_knock(from) && self.names.check_key(&self.salt.hash_one(name_key)).is_ok()
    }

    /// Whether anything may be tried from this address now; counts the try.
    pub(super) fn may_knock(&self, from: &Tried) -> bool {
        self.addresses.check_key(&from.bucket(&self.salt)).is_ok()
    }

    /// Whether one session may try a code now; counts the try.
    pub(super) fn may_prove(&self, session: &[u8; 32]) -> bool {
        self.known.check_key(&self.salt.hash_one(session)).is_ok()
    }

    /// Forgets what has not been tried for long.
    pub(super) fn tidy(&self) {
        for limiter in [&self.addresses, &self.names, &self.known] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_use_up_the_tries_of_strangers_and_not_those_of_a_browser_that_is_known() {
        let doors = Doors::new();
        let from = |host: u32| Tried::of([192, 0, 2, host as u8].into());
        for host in 0..TRIES_PER_QUARTER_OF_NAME {
            assert!(doors.may_try(&from(host), "ann", None));
        }
        assert!(!doors.may_try(&from(200), "ann", None), "whoever asks next from anywhere waits");
        assert!(doors.may_try(&from(200), "ben", None), "another name does not");
        for _ in 0..TRIES_PER_MINUTE_OF_KNOWN {
            assert!(doors.may_try(&from(200), "ann", Some("mark")), "the person does not, where they are known");
        }
        assert!(!doors.may_try(&from(200), "ann", Some("mark")));
    }

    #[test]
    fn an_address_that_tries_many_names_waits() {
        let doors = Doors::new();
        let from = Tried::of([192, 0, 2, 1].into());
        for name in 0..TRIES_PER_MINUTE_OF_ADDRESS {
            assert!(doors.may_try(&from, &format!("name {name}"), None));
        }
        assert!(!doors.may_try(&from, "another", None) && !doors.may_knock(&from));
        assert!(doors.may_knock(&Tried::of([192, 0, 2, 2].into())));
    }
}
