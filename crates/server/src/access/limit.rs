//! How often a key may ask.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exchange::KeyId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A bucket for each key, in this process's memory: tokens refill evenly, and as many as fit in one second may be
/// spent at once, times [`RateLimits::BURST_SECONDS`].
pub struct RateLimits {
    limiter: DefaultKeyedRateLimiter<KeyId>,
    clock: DefaultClock,
    /// Streams, long polls and snapshots that are open, by key.
    open: Mutex<HashMap<KeyId, usize>>,
}

/// A stream, long poll or snapshot that is open; closed with the value.
pub struct OpenStream {
    limits: Arc<RateLimits>,
    key: KeyId,
}

impl RateLimits {
    /// Seconds' worth of requests that may come at once.
    pub const BURST_SECONDS: u32 = 2;
    /// Streams, long polls and snapshots that one key may have open at a time: each costs reads at every change.
    pub const STREAMS_MAX: usize = 16;

    /// Each key may send this many requests a second on average.
    pub fn per_second(requests: NonZeroU32) -> Self {
        let burst = requests.saturating_mul(NonZeroU32::MIN.saturating_add(Self::BURST_SECONDS - 1));
        let quota = Quota::per_second(requests).allow_burst(burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default(), open: Mutex::default() }
    }

    /// Spends one request; otherwise how long to wait before the next.
    pub fn spend(&self, key: KeyId) -> Result<(), Duration> {
        self.limiter.check_key(&key).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }

    /// Opens a stream; `None` when the key has [`RateLimits::STREAMS_MAX`] open.
    pub fn open(self: &Arc<Self>, key: KeyId) -> Option<OpenStream> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key).or_default();
        if *count == Self::STREAMS_MAX {
            return None;
        }
        *count += 1;
        Some(OpenStream { limits: Arc::clone(self), key })
    }

    /// Forgets keys that have not asked for long, so that memory stays bounded.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_sixteen_streams_open_and_another_once_one_is_closed() {
        let limits = Arc::new(RateLimits::per_second(NonZeroU32::MIN));
        let (mine, other) = (KeyId::from_bytes([1; 8]), KeyId::from_bytes([2; 8]));
        let mut open: Vec<_> = (0..16).map(|_| limits.open(mine).unwrap()).collect();
        assert!(limits.open(mine).is_none() && limits.open(other).is_some());
        open.pop();
        assert!(limits.open(mine).is_some());
    }

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
