//! Measures the kernels on this machine: `cargo run --release -p hamming --example scan -- [codes] [queries]`.
//!
//! Prints, per kernel, with uniform codes: the median time of a single query at some radii (those above 78 scan all
//! codes), of a batch per pair of query and code, and what insertions, removals and publications cost. The example
//! `search` measures more, with codes as PDQ makes them.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hamming::{Code, Index, Kernel, Slot};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<usize>().expect("a number of codes, queries"));
    let code_count = arguments.next().unwrap_or(1_000_000);
    let query_count = arguments.next().unwrap_or(1_000);
    let mut random = StdRng::seed_from_u64(1);
    let codes: Vec<Code> = (0..code_count).map(|_| random_code(&mut random)).collect();
    let queries: Vec<Code> = (0..query_count).map(|step| query(&codes, step, &mut random)).collect();

    for kernel in Kernel::available() {
        let mut index = Index::with_kernel(kernel);
        let built = timed(|| {
            index.insert_many(codes.iter().copied());
            index.settle();
        });
        let snapshot = index.reader().snapshot();
        println!("{}: {code_count} codes, built in {built:?}, {} bytes", kernel.name(), index.memory_bytes());

        for radius in [0, 31, 60, 90, 256] {
            let sample = queries.iter().take(if radius < 90 { 51 } else { 5 });
            let median = median(sample.map(|query| timed(|| snapshot.within(query, radius))));
            println!("  one query, radius {radius}: {median:?}");
        }
        for radius in [31, 60] {
            let pairs = (code_count * query_count) as f64;
            let batch = median((0..5).map(|_| timed(|| snapshot.within_batch(&queries, radius))));
            println!("  batch, radius {radius}, one thread: {:.3} ns a pair", batch.as_nanos() as f64 / pairs);
            let batch = median((0..5).map(|_| timed(|| snapshot.within_batch_parallel(&queries, radius))));
            println!("  batch, radius {radius}, all threads: {:.3} ns a pair", batch.as_nanos() as f64 / pairs);
        }
        let publish = median((0..200).map(|step| {
            index.insert(codes[step]);
            timed(|| index.publish())
        }));
        let insert = median((0..200).map(|step| {
            let insert = timed(|| index.insert(codes[step]));
            index.publish();
            insert
        }));
        let remove = median((0..200_u32).map(|step| {
            let remove = timed(|| index.remove(Slot::new(step * 37)));
            index.publish();
            remove
        }));
        println!("  just after a publication: insert {insert:?}, remove {remove:?}; publish {publish:?}");
    }
}

/// Half of the queries are codes with up to 31 bits turned over, half are unrelated.
fn query(codes: &[Code], step: usize, random: &mut StdRng) -> Code {
    if step.is_multiple_of(2) {
        return random_code(random);
    }
    let mut code = codes[random.random_range(0..codes.len())];
    for _ in 0..random.random_range(0..=31) {
        let bit = random.random_range(0..256);
        code[bit / 8] ^= 1 << (bit % 8);
    }
    code
}

fn random_code(random: &mut StdRng) -> Code {
    let mut code = [0; 32];
    random.fill_bytes(&mut code);
    code
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}
