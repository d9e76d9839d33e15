//! Measures the index on this machine, with codes as PDQ makes them:
//!
//! ```text
//! cargo run --release -p hamming --example search -- 10000000 [live] [large-merge] [inserts] [radii] [skew] [check]
//!     [avx2] [write=FOLDER] [file=FOLDER]
//! ```
//!
//! Always: the build, memory, single queries at radius 31 one at a time, batches on one and on all threads. The words
//! add: queries while 1,000 codes a second come and as many go; queries while the largest segment is rewritten; what
//! insertions cost with all merges; other radii; clusters of look-alikes; a check of answers against a plain loop; one
//! kernel instead of the fastest; the index in a file, mapped and sealed. `write=FOLDER` leaves `codes.bin`, `queries.bin` (32 bytes a code) and `matches.txt` (how
//! many matches each query has) for another program to search.
//!
//! Times per query are processor time of the thread, as other work on the machine does not count in it; p50 and p99 are
//! of the wall clock.

mod codes;
mod live;
mod stored;

use std::{
    error::Error,
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use hamming::{Code, Index, Kernel, Snapshot};
use rustix::time::{ClockId, clock_gettime};

const RADIUS: u32 = 31;
const QUERIES: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let count = words.first().map_or(Ok(1_000_000), |word| word.parse())?;
    let asked = |word: &str| words.iter().any(|other| other == word);
    let chosen = Kernel::available().into_iter().find(|kernel| asked(kernel.name()));
    let kernel = chosen.unwrap_or_else(Kernel::fastest);

    let codes = codes::pdq_like(1, count);
    let queries = codes::queries(&codes, 2, QUERIES);
    let mut index = Index::with_kernel(kernel);
    let (wall, cpu) = timed(|| {
        index.insert_many(codes.iter().copied());
        index.settle();
    });
    let bytes = index.memory_bytes() as f64 / count as f64;
    println!("{count} codes, {}: built in {wall:.2?} ({cpu:.2?} of processor), {bytes:.1} bytes a code", kernel.name());

    let snapshot = index.reader().snapshot();
    if asked("check") {
        check(&snapshot, &codes, &queries[..100.min(QUERIES)]);
    }
    one_at_a_time("at rest", &snapshot, &queries);
    one_at_a_time("the same query again and again", &snapshot, &vec![queries[1]; QUERIES]);
    batches(&snapshot, &queries);
    if asked("radii") {
        radii(&snapshot, &queries);
    }
    if let Some(folder) = words.iter().find_map(|word| word.strip_prefix("write=")) {
        write(folder, &snapshot, &codes, &queries)?;
    }
    if let Some(folder) = words.iter().find_map(|word| word.strip_prefix("file=")) {
        stored::measure(folder, &snapshot, &queries)?;
    }
    drop(snapshot);
    if asked("skew") {
        live::skew(&codes, &queries);
    }
    if asked("live") {
        live::changes(&mut index, &codes, &queries);
    }
    if asked("large-merge") {
        live::large_merge(&mut index, &queries);
    }
    if asked("inserts") {
        live::inserts(&mut index);
    }
    Ok(())
}

/// Times of single queries, printed in one line. On a busy machine the best round says most.
fn one_at_a_time(name: &str, snapshot: &Snapshot, queries: &[Code]) {
    const ROUNDS: usize = 9;
    let (mut times, mut best) = (Times::default(), Duration::MAX);
    for _ in 0..ROUNDS {
        let before = times.cpu;
        for query in queries {
            times.take(|| snapshot.within(query, RADIUS));
        }
        best = best.min(times.cpu - before);
    }
    times.print(&format!("{name}: best round {:.1} us", micros(best) / queries.len() as f64));
}

fn batches(snapshot: &Snapshot, queries: &[Code]) {
    let many: Vec<Code> = queries.iter().cycle().take(10_000).copied().collect();
    let rate = |time: Duration| many.len() as f64 / time.as_secs_f64();
    let (_, one) = timed(|| snapshot.within_batch(&many, RADIUS));
    let best = |mut run: Box<dyn FnMut() -> Duration + '_>| (0..5).map(|_| run()).min().unwrap_or_default();
    let wall_one = best(Box::new(|| timed(|| snapshot.within_batch(&many, RADIUS)).0));
    let wall_all = best(Box::new(|| timed(|| snapshot.within_batch_parallel(&many, RADIUS)).0));
    println!(
        "batch of {}: {:.0} a second of processor; best wall {:.0} a second on one thread, {:.0} on {} ({:.2}x)",
        many.len(),
        rate(one),
        rate(wall_one),
        rate(wall_all),
        rayon::current_num_threads(),
        wall_one.as_secs_f64() / wall_all.as_secs_f64(),
    );
}

fn radii(snapshot: &Snapshot, queries: &[Code]) {
    for radius in (7..=95).step_by(8) {
        let sample = &queries[..if radius < 40 { 200 } else { 24 }];
        let mut found = 0;
        let (_, cpu) =
            timed(|| found += sample.iter().map(|query| snapshot.within(query, radius).len()).sum::<usize>());
        println!("radius {radius}: {:.1} us a query, {found} matches", micros(cpu) / sample.len() as f64);
    }
}

fn check(snapshot: &Snapshot, codes: &[Code], queries: &[Code]) {
    let wrong = queries.iter().filter(|query| {
        let near = codes.iter().map(|code| hamming::distance(code, query)).enumerate();
        let mut expected: Vec<_> =
            near.filter(|(_, distance)| *distance <= RADIUS).map(|(at, far)| (far, at)).collect();
        expected.sort_unstable();
        let found = snapshot.within(query, RADIUS);
        !found.iter().map(|found| (found.distance, found.slot.get() as usize)).eq(expected)
    });
    println!("check: {} of {} answers differ from a plain loop's", wrong.count(), queries.len());
}

fn write(folder: &str, snapshot: &Snapshot, codes: &[Code], queries: &[Code]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    fs::write(format!("{folder}/codes.bin"), codes.as_flattened())?;
    fs::write(format!("{folder}/queries.bin"), queries.as_flattened())?;
    let counts = queries.iter().map(|query| format!("{}\n", snapshot.within(query, RADIUS).len()));
    fs::write(format!("{folder}/matches.txt"), counts.collect::<String>())?;
    Ok(())
}

/// Times of many queries.
#[derive(Default)]
struct Times {
    wall: Vec<Duration>,
    cpu: Duration,
}

impl Times {
    fn take<T>(&mut self, work: impl FnOnce() -> T) {
        let (wall, cpu) = timed(work);
        self.wall.push(wall);
        self.cpu += cpu;
    }

    fn print(&mut self, name: &str) {
        self.wall.sort_unstable();
        let count = self.wall.len();
        let part = |share: usize| micros(self.wall[(count * share / 1_000).min(count - 1)]);
        println!(
            "{name}, mean {:.1} us of processor; wall p50 {:.1} us, p99 {:.1} us, p99.9 {:.1} us, worst {:.1} us",
            micros(self.cpu) / count as f64,
            part(500),
            part(990),
            part(999),
            part(1_000),
        );
    }
}

/// What work took: on the wall clock, and of this thread's processor.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, Duration) {
    let (start, cpu) = (Instant::now(), thread_time());
    black_box(work());
    (start.elapsed(), thread_time() - cpu)
}

fn thread_time() -> Duration {
    processor_time(ClockId::ThreadCPUTime)
}

fn processor_time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("nanoseconds are below a billion"))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
