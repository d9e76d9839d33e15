//! The index while it changes, and in a bank full of look-alikes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use hamming::{Code, Index, Slot};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rustix::time::ClockId;

use crate::{RADIUS, Times, codes, one_at_a_time, processor_time, timed};

/// How long changes come.
const LIVE: Duration = Duration::from_secs(10);
/// Between one change and the next: 1,000 insertions and 1,000 removals a second.
const PAUSE: Duration = Duration::from_millis(1);

/// Queries while every millisecond a code comes, one goes, and both are published.
pub(crate) fn changes(index: &mut Index, codes: &[Code], queries: &[Code]) {
    let fresh = codes::pdq_like(3, 2 * LIVE.as_millis() as usize);
    let reader = index.reader();
    let done = AtomicBool::new(false);
    let mut times = Times::default();
    let writer_time = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let (start, mut random) = (Instant::now(), StdRng::seed_from_u64(4));
            let mut writing = Duration::ZERO;
            for (step, code) in (0_u32..).zip(&fresh) {
                if start.elapsed() > LIVE {
                    break;
                }
                let wait = (PAUSE * step).saturating_sub(start.elapsed());
                thread::sleep(wait);
                let (_, cpu) = timed(|| {
                    index.insert(*code);
                    index.remove(Slot::new(random.random_range(0..codes.len() as u32)));
                    index.publish();
                });
                writing += cpu;
            }
            done.store(true, Ordering::Relaxed);
            writing / (LIVE.as_millis() as u32)
        });
        for query in queries.iter().cycle() {
            if done.load(Ordering::Relaxed) {
                break;
            }
            times.take(|| reader.snapshot().within(query, RADIUS));
        }
        writer.join().expect("the writer does not panic")
    });
    times.print("1,000 insertions and removals a second");
    println!("  insertion, removal and publication together: {writer_time:.1?} of processor");
}

/// Queries while a segment that lost a third of its codes is rewritten.
pub(crate) fn large_merge(index: &mut Index, queries: &[Code]) {
    index.settle();
    one_at_a_time("before a large merge", &index.reader().snapshot(), queries);
    let slots = index.len() as u32;
    for slot in 0..slots / 5 * 2 {
        index.remove(Slot::new(slot * 2));
    }
    let reader = index.reader();
    let done = AtomicBool::new(false);
    let mut times = Times::default();
    let took = thread::scope(|scope| {
        let merger = scope.spawn(|| {
            let took = timed(|| index.settle());
            done.store(true, Ordering::Relaxed);
            took
        });
        for query in queries.iter().cycle() {
            if done.load(Ordering::Relaxed) {
                break;
            }
            times.take(|| reader.snapshot().within(query, RADIUS));
        }
        merger.join().expect("the merge does not panic")
    });
    times.print("while it is rewritten");
    println!("  the merge took {:.2?} ({:.2?} of processor)", took.0, took.1);
}

/// What an insertion costs in the long run: a million, a hundred at a time, with every merge.
pub(crate) fn inserts(index: &mut Index) {
    let fresh = codes::pdq_like(5, 1_000_000);
    index.settle();
    let (start, before) = (Instant::now(), processor_time(ClockId::ProcessCPUTime));
    let (_, writer) = timed(|| {
        for codes in fresh.chunks(100) {
            index.insert_many(codes.iter().copied());
            index.publish();
        }
    });
    let written = start.elapsed();
    index.settle();
    let cpu = processor_time(ClockId::ProcessCPUTime) - before;
    let each = |time: Duration| time.as_secs_f64() * 1e6 / fresh.len() as f64;
    println!(
        "a million insertions in batches of 100: {:.2} us each of processor with all merges, {:.2} us of the writer's; written in {written:.2?}",
        each(cpu),
        each(writer),
    );
}

/// A bank with clusters of 100,000 near-duplicates and as many flat pictures.
pub(crate) fn skew(codes: &[Code], queries: &[Code]) {
    const CLUSTER: usize = 100_000;
    let mut random = StdRng::seed_from_u64(6);
    let mut near = |centre: Code, bits: usize| {
        let mut code = centre;
        for _ in 0..random.random_range(0..=bits) {
            let bit = random.random_range(0..256);
            code[bit / 8] ^= 1 << (bit % 8);
        }
        code
    };
    // A picture of one colour has no order in its coefficients but that of rounding; a gradient has a few.
    let mut gradient = [0; 32];
    gradient[..16].fill(0xff);
    let mut bank = codes.to_vec();
    bank.extend((0..CLUSTER).map(|_| near(codes[0], 20)));
    bank.extend((0..CLUSTER).map(|_| near(gradient, 6)));
    bank.extend(std::iter::repeat_n([0; 32], CLUSTER));
    let index = Index::build(bank);
    let reader = index.reader();
    let snapshot = reader.snapshot();
    one_at_a_time("unrelated to the clusters", &snapshot, queries);
    for (name, centre) in [("near-duplicates", codes[0]), ("gradients", gradient), ("equal codes", [0; 32])] {
        for bits in [8, 40, 60, 90, 120] {
            let some: Vec<Code> =
                (0..200).map(|_| near_exactly(centre, bits, &mut StdRng::seed_from_u64(bits))).collect();
            let found = snapshot.within(&some[0], RADIUS).len();
            let before = reader.crowded_searches();
            one_at_a_time(
                &format!("{bits} bits from the centre of 100,000 {name} ({found} matches)"),
                &snapshot,
                &some[..20],
            );
            println!("  crowded: {} of 60", reader.crowded_searches() - before);
        }
    }
}

fn near_exactly(mut code: Code, bits: u64, random: &mut StdRng) -> Code {
    let mut places: Vec<usize> = (0..256).collect();
    for place in 0..bits as usize {
        places.swap(place, random.random_range(place..256));
        code[places[place] / 8] ^= 1 << (places[place] % 8);
    }
    code
}
