//! How often a key may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use exchange::KeyId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A bucket for each key, in this process's memory: tokens refill evenly, and as many as fit in one second may be
/// spent at once, times [`RateLimits::BURST_SECONDS`].
pub struct RateLimits {
    limiter: DefaultKeyedRateLimiter<KeyId>,
    clock: DefaultClock,
}

impl RateLimits {
    /// Seconds' worth of requests that may come at once.
    pub const BURST_SECONDS: u32 = 2;

    /// Each key may send this many requests a second on average.
    pub fn per_second(requests: NonZeroU32) -> Self {
        let burst = requests.saturating_mul(NonZeroU32::MIN.saturating_add(Self::BURST_SECONDS - 1));
        let quota = Quota::per_second(requests).allow_burst(burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Spends one request; otherwise how long to wait before the next.
    pub fn spend(&self, key: KeyId) -> Result<(), Duration> {
        self.limiter.check_key(&key).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }

    /// Forgets keys that have not asked for long, so that memory stays bounded.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_stopped_after_its_burst_and_told_how_long_to_wait_while_others_go_on() {
        let limits = RateLimits::per_second(NonZeroU32::MIN);
        let (mine, other) = (KeyId::from_bytes([1; 8]), KeyId::from_bytes([2; 8]));
        assert!(limits.spend(mine).is_ok() && limits.spend(mine).is_ok());
        let wait = limits.spend(mine).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1));
        assert!(limits.spend(other).is_ok());
    }
}
