//! The index when it is hardest: while most of it is rewritten, and in a bank full of look-alikes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use hamming::{Code, Index, Slot};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use crate::commands::bench::times::{Spread, Times};

const SEED: u64 = 6;
/// Of five codes, those that go before the rest is rewritten: more than a third, so that it is.
const GOING: u32 = 2;
/// Look-alikes of a kind.
const CLUSTER: usize = 100_000;
/// How far from their middle it is asked: near enough to meet many, and where the most have to be compared in vain.
const ASKED_AT_BITS: [usize; 3] = [8, 40, 60];
const ASKED: usize = 60;
const BITS: usize = 256;

/// What was measured; microseconds.
#[derive(Serialize)]
pub(super) struct Hard {
    /// While what is left of the bank, after two of five codes went, is rewritten as one; the mean is of the processor.
    pub(super) query_while_rewritten_us: Spread,
    pub(super) lookalikes: Vec<Lookalikes>,
}

/// Queries near a cluster.
#[derive(Serialize)]
pub(super) struct Lookalikes {
    pub(super) of: &'static str,
    pub(super) at_bits: usize,
    pub(super) query_us: Spread,
    pub(super) matches: usize,
}

pub(super) fn measure(codes: &[Code], queries: &[Code], radius: u32) -> Hard {
    Hard { query_while_rewritten_us: while_rewritten(codes, queries, radius), lookalikes: lookalikes(codes, radius) }
}

fn while_rewritten(codes: &[Code], queries: &[Code], radius: u32) -> Spread {
    let mut index = Index::build(codes.iter().copied());
    for slot in (0..codes.len() as u32).filter(|slot| slot % 5 < GOING) {
        index.remove(Slot::new(slot));
    }
    let (reader, is_over) = (index.reader(), AtomicBool::new(false));
    let mut times = Times::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            index.settle();
            is_over.store(true, Ordering::Relaxed);
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

fn lookalikes(codes: &[Code], radius: u32) -> Vec<Lookalikes> {
    let mut random = StdRng::seed_from_u64(SEED);
    // A picture of one colour has no order in its coefficients but that of rounding; a gradient has a few.
    let mut gradient = [0; 32];
    gradient[..16].fill(0xff);
    let kinds = [("near-duplicates", codes[0], 20), ("gradients", gradient, 6), ("equal codes", [0; 32], 0)];
    let mut bank = codes.to_vec();
    for (_, centre, spread) in kinds {
        bank.extend((0..CLUSTER).map(|_| {
            let bits = random.random_range(0..=spread);
            away(centre, bits, &mut random)
        }));
    }
    let index = Index::build(bank);
    let snapshot = index.reader().snapshot();
    let mut measured = Vec::new();
    for (of, centre, _) in kinds {
        for at_bits in ASKED_AT_BITS {
            let (mut times, mut matches) = (Times::default(), 0);
            for _ in 0..ASKED {
                let query = away(centre, at_bits, &mut random);
                times.take(|| matches += snapshot.within(&query, radius).len());
            }
            measured.push(Lookalikes { of, at_bits, query_us: times.spread(), matches: matches / ASKED });
        }
    }
    measured
}

/// The code that differs in just so many bits.
fn away(mut code: Code, bits: usize, random: &mut StdRng) -> Code {
    let mut places: Vec<usize> = (0..BITS).collect();
    let (chosen, _) = places.partial_shuffle(random, bits);
    chosen.iter().for_each(|bit| code[bit / 8] ^= 1 << (bit % 8));
    code
}
