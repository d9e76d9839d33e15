//! `rempart bench search`: the index of fingerprints by itself, without network and database.

mod changing;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use hamming::{Code, Index, Match, Snapshot};
use rayon::prelude::*;
use serde::Serialize;

use super::times::{Spread, Times, micros, processed, rounded, timed};
use super::{Shown, codes, threads};
use crate::progress::Progress;

/// Queries asked once, one after the other; then twice more.
const QUERIES: usize = 2_000;
const ROUNDS: usize = 3;
/// Queries in a batch for all cores, and how often the batch is asked: the best run counts.
const BATCH: usize = 10_000;
const BATCH_RUNS: usize = 5;
/// Queries whose answers are compared with a plain loop over all codes.
const CHECKED: usize = 100;
/// Queries with which scanning is timed.
const SCANNED: usize = 20;

/// Seeds: the bank, the queries, and what comes while queries are asked.
const BANK_SEED: u64 = 1;
const QUERIES_SEED: u64 = 2;

/// Measure searching the index: what is within so many bits of a fingerprint
///
/// The fingerprints are made up as PDQ makes them: 128 of 256 bits set, bits that lean to one side, neighbours that are
/// related. Half of the queries are 0 to 31 bits from one in the bank, half are unrelated to all. Prints, for each size of
/// the bank: how long it takes to build, bytes a fingerprint, a single query (mean of the processor; p50 and p99 of the
/// wall), queries a second on one and on all cores, the same while 1,000 fingerprints a second come and as many go,
/// what an insertion costs with all merges, what scanning all fingerprints costs, and how many of 100 answers differ from
/// those of a plain loop. A million takes about 0.2 GB of memory and half a minute.
#[derive(Args, Debug)]
pub(crate) struct Search {
    /// How many fingerprints the bank has; several numbers, separated by commas, are measured one after the other
    #[arg(long, value_name = "N[,N..]", value_delimiter = ',', default_value = "1000000",
          value_parser = clap::value_parser!(u32).range(1_000..=200_000_000))]
    codes: Vec<u32>,

    /// How many of the 256 bits may differ
    #[arg(long, value_name = "BITS", default_value_t = 31, value_parser = clap::value_parser!(u32).range(0..=256))]
    radius: u32,

    /// How long queries are asked while fingerprints come and go; 0 leaves that out, and insertions
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=3_600))]
    seconds: u64,

    /// Leave the fingerprints, the queries and the answers here, so that another program can be measured with them: in a
    /// folder for each size, codes.bin and queries.bin (32 bytes each) and matches.bin (for each query the number of
    /// matches, then their places among the codes, four bytes each, little-endian)
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,

    #[command(flatten)]
    shown: Shown,
}

/// What was measured.
#[derive(Serialize)]
struct Figures {
    radius: u32,
    /// How codes are compared on this processor.
    kernel: &'static str,
    cores: usize,
    banks: Vec<Bank>,
}

/// One size.
#[derive(Serialize)]
struct Bank {
    codes: u32,
    /// Of the processor.
    build_seconds: f64,
    bytes_per_code: f64,
    /// Microseconds; the mean is of the processor.
    query_us: Spread,
    one_core_per_second: f64,
    all_cores_per_second: f64,
    /// Scanning all codes, microseconds of the processor a query.
    scan_us: f64,
    matches: usize,
    checked: usize,
    /// Of the checked answers, those that differ from a plain loop's.
    wrong: usize,
    #[serde(flatten)]
    changing: Option<changing::Changing>,
}

impl Search {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let progress = Progress::new("banks searched:", Some(self.codes.len() as u64));
        let mut banks = Vec::new();
        for &count in &self.codes {
            banks.push(self.measure(count)?);
            progress.add(1);
        }
        drop(progress);
        let (kernel, cores) = (Index::new().kernel().name(), rayon::current_num_threads());
        let figures = Figures { radius: self.radius, kernel, cores, banks };
        self.shown.show(&figures)
    }

    fn measure(&self, count: u32) -> anyhow::Result<Bank> {
        let codes = codes::pdq_like(BANK_SEED, count as usize);
        let queries = codes::queries(&codes, QUERIES_SEED, QUERIES);
        let mut index = Index::new();
        let (scanning, build_time) = processed(|| {
            index.insert_many(codes.iter().copied());
            index.publish();
            // What was published last and is not merged yet is scanned: this snapshot stays so.
            let scanning = index.reader().snapshot();
            index.settle();
            scanning
        });
        let scan_us = mean_us(&scanning, &queries[..SCANNED], self.radius);
        drop(scanning);

        let snapshot = index.reader().snapshot();
        let mut times = Times::default();
        for query in queries.iter().cycle().take(QUERIES * ROUNDS) {
            times.take(|| snapshot.within(query, self.radius));
        }
        let answers = snapshot.within_batch(&queries, self.radius);
        if let Some(folder) = &self.write {
            write(&folder.join(count.to_string()), &codes, &queries, &answers)?;
        }
        let wrong = self.wrong(&codes, &queries, &answers);
        let (one_core_per_second, all_cores_per_second) = self.batches(&snapshot, &queries)?;
        let bytes_per_code = rounded(index.memory_bytes() as f64 / f64::from(count));
        drop((codes, snapshot));
        let changing = match self.seconds {
            0 => None,
            seconds => Some(changing::measure(&mut index, &queries, self.radius, Duration::from_secs(seconds))),
        };
        Ok(Bank {
            codes: count,
            build_seconds: rounded(build_time.as_secs_f64()),
            bytes_per_code,
            query_us: times.spread(),
            one_core_per_second,
            all_cores_per_second,
            scan_us,
            matches: answers.iter().map(Vec::len).sum(),
            checked: CHECKED,
            wrong,
            changing,
        })
    }

    /// How many of the answers differ from what a plain loop finds.
    fn wrong(&self, codes: &[Code], queries: &[Code], answers: &[Vec<Match>]) -> usize {
        let differs = |(query, found): &(&Code, &Vec<Match>)| {
            let near = codes.iter().map(|code| hamming::distance(code, query)).zip(0_u32..);
            let mut expected: Vec<_> = near.filter(|(distance, _)| *distance <= self.radius).collect();
            expected.sort_unstable();
            !found.iter().map(|found| (found.distance, found.slot.get())).eq(expected)
        };
        queries[..CHECKED].par_iter().zip(answers).filter(differs).count()
    }

    /// Queries a second in batches: on one core, on all.
    fn batches(&self, snapshot: &Snapshot, queries: &[Code]) -> anyhow::Result<(f64, f64)> {
        let many: Vec<Code> = queries.iter().cycle().take(BATCH).copied().collect();
        let rate = |pool: &rayon::ThreadPool| {
            let run = || pool.install(|| timed(|| snapshot.within_batch_parallel(&many, self.radius)).1.wall);
            let best = (0..BATCH_RUNS).map(|_| run()).min().unwrap_or_default();
            (BATCH as f64 / best.as_secs_f64()).round()
        };
        Ok((rate(&threads(1)?), rate(&threads(rayon::current_num_threads())?)))
    }
}

/// Microseconds of the processor that a query takes.
fn mean_us(snapshot: &Snapshot, queries: &[Code], radius: u32) -> f64 {
    let ((), took) = timed(|| {
        for query in queries {
            std::hint::black_box(snapshot.within(query, radius));
        }
    });
    rounded(micros(took.cpu) / queries.len() as f64)
}

fn write(folder: &Path, codes: &[Code], queries: &[Code], answers: &[Vec<Match>]) -> anyhow::Result<()> {
    let matches: Vec<u8> = answers
        .iter()
        .flat_map(|found| {
            // A query has at most as many matches as there are slots, which are numbered in 32 bits.
            std::iter::once(found.len() as u32).chain(found.iter().map(|found| found.slot.get()))
        })
        .flat_map(u32::to_le_bytes)
        .collect();
    let files =
        [("codes.bin", codes.as_flattened()), ("queries.bin", queries.as_flattened()), ("matches.bin", &matches)];
    let written = fs::create_dir_all(folder)
        .and_then(|()| files.into_iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes)));
    written.with_context(|| format!("cannot write to {}", folder.display()))
}
