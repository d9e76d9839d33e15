//! How long to wait before the next attempt: doubling from a first step to a last one, jittered so that the matchers of
//! many platforms do not come back to a node in the same instant.

use std::time::Duration;

use rand::{Rng, RngExt};

/// Longest wait that a node may ask for with `Retry-After`.
pub const RETRY_AFTER_SECONDS_MAX: u64 = 300;

/// The steps of the waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The wait after a first failure.
    pub first: Duration,
    /// The longest wait, however many failures.
    pub max: Duration,
    /// The wait while a node says that the key opens nothing.
    pub revoked: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let millis = Duration::from_millis;
        Self { first: millis(250), max: millis(30_000), revoked: millis(60_000) }
    }
}

/// Failures in a row.
#[derive(Debug)]
pub(super) struct Backoff {
    pace: Pace,
    failures: u32,
}

impl Backoff {
    pub(super) const fn new(pace: Pace) -> Self {
        Self { pace, failures: 0 }
    }

    /// Something succeeded.
    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after one more failure: half to all of `first` times a power of two, at least what the node asked for,
    /// which is believed up to [`RETRY_AFTER_SECONDS_MAX`].
    pub(super) fn next(&mut self, asked: Option<Duration>, rng: &mut impl Rng) -> Duration {
        let doubled = self.pace.first.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let wait = doubled.min(self.pace.max).mul_f64(rng.random_range(0.5..=1.0));
        wait.max(asked.unwrap_or_default().min(Duration::from_secs(RETRY_AFTER_SECONDS_MAX)))
    }

    /// The wait while the key opens nothing.
    pub(super) fn revoked(&self, rng: &mut impl Rng) -> Duration {
        self.pace.revoked.mul_f64(rng.random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn waits_double_to_the_longest_with_jitter_and_begin_again_after_a_success() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::new(Pace::default());
        for step in [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            let wait = backoff.next(None, &mut rng).as_millis();
            assert!((step / 2..=step).contains(&wait), "{wait} for {step}");
        }
        backoff.reset();
        assert!(backoff.next(None, &mut rng) <= Duration::from_millis(250));
        for _ in 0..100 {
            assert!(backoff.next(None, &mut rng) <= Duration::from_millis(30_000));
        }
    }

    #[test]
    fn a_node_is_obeyed_when_it_asks_for_a_wait_but_not_for_ever() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::new(Pace::default());
        assert_eq!(backoff.next(Some(Duration::from_secs(40)), &mut rng), Duration::from_secs(40));
        assert_eq!(backoff.next(Some(Duration::from_secs(1 << 40)), &mut rng), Duration::from_secs(300));
    }
}
