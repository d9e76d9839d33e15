//! The index while it changes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hamming::{Code, Index, Slot};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use crate::commands::bench::codes;
use crate::commands::bench::times::{Spread, Times, micros, processed, rounded};

/// Between one insertion with a removal and the next: 1,000 a second.
const PAUSE: Duration = Duration::from_millis(1);
/// Insertions with which their cost is told, in calls of so many.
const INSERTIONS: usize = 200_000;
const INSERTIONS_PER_CALL: usize = 100;

const COMING_SEED: u64 = 3;
const GOING_SEED: u64 = 4;
const INSERTED_SEED: u64 = 5;

/// What was measured.
#[derive(Serialize)]
pub(super) struct Changing {
    /// While 1,000 codes a second come and 1,000 go, each published at once; microseconds, the mean of the processor.
    pub(super) query_while_changing_us: Spread,
    /// An insertion, all merges included, microseconds of the processor.
    pub(super) insert_us: f64,
}

pub(super) fn measure(index: &mut Index, queries: &[Code], radius: u32, time: Duration) -> Changing {
    let query_while_changing_us = queries_meanwhile(index, queries, radius, time);
    Changing { query_while_changing_us, insert_us: insertions(index) }
}

fn queries_meanwhile(index: &mut Index, queries: &[Code], radius: u32, time: Duration) -> Spread {
    let coming = codes::pdq_like(COMING_SEED, time.as_millis() as usize);
    let slots = index.len() as u32;
    let reader = index.reader();
    let is_over = AtomicBool::new(false);
    let mut times = Times::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Also when this thread panics: the queries below would else go on for ever.
            let _over = Over(&is_over);
            let (begun, mut random) = (Instant::now(), StdRng::seed_from_u64(GOING_SEED));
            for (step, code) in (0_u32..).zip(&coming) {
                thread::sleep((PAUSE * step).saturating_sub(begun.elapsed()));
                index.insert(*code);
                index.remove(Slot::new(random.random_range(0..slots)));
                index.publish();
                if begun.elapsed() > time {
                    break;
                }
            }
        });
        for query in queries.iter().cycle() {
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            times.take(|| reader.snapshot().within(query, radius));
        }
    });
    times.spread()
}

/// Raises a flag when it is dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Many, a few at a time, until everything is merged; merges run on threads of their own, so all of the process counts.
fn insertions(index: &mut Index) -> f64 {
    let fresh = codes::pdq_like(INSERTED_SEED, INSERTIONS);
    index.settle();
    let ((), spent) = processed(|| {
        for codes in fresh.chunks(INSERTIONS_PER_CALL) {
            index.insert_many(codes.iter().copied());
            index.publish();
        }
        index.settle();
    });
    rounded(micros(spent) / INSERTIONS as f64)
}
