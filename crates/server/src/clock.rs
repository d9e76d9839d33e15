//! Time and randomness, handed in so that a test can move one and repeat the other.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use exchange::Time;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Where the time comes from. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock. It may be set back: only sequence numbers order changes.
    System,
    /// A clock that a test sets, in microseconds.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `time` until it is set.
    pub fn manual(time: Time) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(time.as_micros())))
    }

    /// Now.
    pub fn now(&self) -> Time {
        match self {
            Self::System => Time::from_micros(jiff::Timestamp::now().as_microsecond()),
            Self::Manual(micros) => Time::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Sets a manual clock, forward or back; the machine's clock is left alone.
    pub fn set(&self, time: Time) {
        if let Self::Manual(micros) = self {
            micros.store(time.as_micros(), Ordering::SeqCst);
        }
    }
}

/// Where randomness comes from. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Entropy {
    /// The operating system.
    System,
    /// A generator that a test seeded.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Entropy {
    /// The same randomness every time for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A generator for one piece of work.
    pub fn rng(&self) -> StdRng {
        match self {
            Self::System => rand::make_rng(),
            Self::Seeded(generator) => {
                let seed = generator.lock().unwrap_or_else(PoisonError::into_inner).random();
                StdRng::from_seed(seed)
            }
        }
    }
}
