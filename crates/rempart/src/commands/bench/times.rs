//! Taking times.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::Serialize;

/// What a piece of work took.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Took {
    /// On the clock on the wall.
    pub(super) wall: Duration,
    /// Of the processor, for this thread alone; of the clock on the wall where the system does not tell.
    pub(super) cpu: Duration,
}

/// Does the work and says what it took.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (begun, cpu) = (Instant::now(), thread_time());
    let done = black_box(work());
    let wall = begun.elapsed();
    let cpu = thread_time().zip(cpu).map_or(wall, |(now, then)| now - then);
    (done, Took { wall, cpu })
}

/// The middle of what this many runs took of the processor, in milliseconds.
pub(super) fn median_ms<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut took: Vec<Duration> = (0..runs.max(1)).map(|_| timed(&mut work).1.cpu).collect();
    took.sort_unstable();
    took[took.len() / 2].as_secs_f64() * 1e3
}

/// Does the work and says what it took of the processor, on all threads of this process together: nothing else may go on
/// in it.
pub(super) fn processed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = processor_time(Whose::Process);
    let (done, took) = timed(work);
    (done, processor_time(Whose::Process).zip(before).map_or(took.wall, |(now, then)| now - then))
}

fn thread_time() -> Option<Duration> {
    processor_time(Whose::Thread)
}

enum Whose {
    Thread,
    Process,
}

#[cfg(unix)]
fn processor_time(whose: Whose) -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(match whose {
        Whose::Thread => ClockId::ThreadCPUTime,
        Whose::Process => ClockId::ProcessCPUTime,
    });
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(not(unix))]
fn processor_time(_: Whose) -> Option<Duration> {
    None
}

/// What many like pieces of work took.
#[derive(Default)]
pub(super) struct Times {
    wall: Vec<Duration>,
    cpu: Duration,
}

/// A mean and percentiles, microseconds.
#[derive(Serialize, Clone, Copy, Default, Debug, PartialEq)]
pub(super) struct Spread {
    /// Mean, of the processor.
    pub(super) mean: f64,
    /// The middle, on the clock on the wall.
    pub(super) p50: f64,
    /// The 99th of a hundred, on the clock on the wall.
    pub(super) p99: f64,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, p50, p99 } = self;
        write!(f, "mean {mean:.1} us, p50 {p50:.1} us, p99 {p99:.1} us")
    }
}

impl Times {
    /// Does a piece of work and keeps what it took.
    pub(super) fn take<T>(&mut self, work: impl FnOnce() -> T) {
        self.keep(timed(work).1);
    }

    /// Keeps what a piece of work took.
    pub(super) fn keep(&mut self, took: Took) {
        self.wall.push(took.wall);
        self.cpu += took.cpu;
    }

    /// By nearest rank; zero when nothing was kept.
    pub(super) fn spread(mut self) -> Spread {
        self.wall.sort_unstable();
        let at = |percent: usize| {
            let rank = (self.wall.len() * percent).div_ceil(100).max(1);
            self.wall.get(rank - 1).copied().map_or(0.0, micros)
        };
        let mean = micros(self.cpu) / self.wall.len().max(1) as f64;
        Spread { mean: rounded(mean), p50: at(50), p99: at(99) }
    }
}

impl Extend<Duration> for Times {
    /// Times on the wall, where the processor's are nobody's.
    fn extend<I: IntoIterator<Item = Duration>>(&mut self, times: I) {
        times.into_iter().for_each(|wall| self.keep(Took { wall, cpu: wall }));
    }
}

/// Microseconds, to the hundredth.
pub(super) fn micros(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1e6)
}

/// To the hundredth: no clock here tells more.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank_and_the_mean_is_of_the_processor() {
        let mut times = Times::default();
        for wall in 1..=200 {
            times.keep(Took { wall: Duration::from_micros(wall), cpu: Duration::from_micros(7) });
        }
        assert_eq!(times.spread(), Spread { mean: 7.0, p50: 100.0, p99: 198.0 });
        assert_eq!(Times::default().spread(), Spread::default());
    }

    #[test]
    fn work_that_keeps_the_processor_busy_takes_time_of_it() {
        let (sum, took) = timed(|| (0..3_000_000_u64).map(black_box).fold(0, u64::wrapping_add));
        assert_eq!(sum, 4_499_998_500_000);
        assert!(took.cpu > Duration::ZERO && took.wall > Duration::ZERO);
    }
}
