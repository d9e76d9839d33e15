//! One piece of work, for counting its instructions: `cargo xtask bench instructions`.
//!
//!     count_searching CASE
//!
//! Only what [`counted`] calls counts. Under valgrind there is no AVX-512, so the kernel is the one for AVX2.

use std::hint::black_box;

use hamming::{Code, Index, Kernel};

const RADIUS: u32 = 31;
/// Codes in the bank: enough that most of a query is sifting, few enough to be built under valgrind in a few seconds.
const CODES: usize = 50_000;
const QUERIES: usize = 200;
const SCANS: usize = 5;
/// In calls of ten, each published. Fewer than make a merge due, which would be another thread's.
const INSERTIONS: usize = 1_000;

fn main() -> Result<(), &'static str> {
    let kernel = Kernel::available().into_iter().find(|kernel| kernel.name() == "avx2");
    let kernel = kernel.ok_or("instructions are counted with AVX2, which this processor does not have")?;
    let bank = codes(1, CODES);
    let near = |place: usize| {
        let mut code = bank[place * 7 % CODES];
        code[place % 32] ^= 0b1011;
        code
    };
    let queries: Vec<Code> = (0..QUERIES).map(near).collect();
    let mut index = Index::with_kernel(kernel);
    match std::env::args().nth(1).as_deref() {
        Some("query") => {
            index.insert_many(bank.iter().copied());
            index.settle();
            let snapshot = index.reader().snapshot();
            counted(|| queries.iter().map(|query| snapshot.within(query, RADIUS).len()).sum::<usize>());
        }
        Some("scan") => {
            index.insert_many(bank.iter().copied());
            index.settle();
            let snapshot = index.reader().snapshot();
            // So wide that looking up would cost more.
            counted(|| queries[..SCANS].iter().map(|query| snapshot.within(query, 90).len()).sum::<usize>());
        }
        Some("insert") => {
            index.insert_many(bank.iter().copied());
            index.settle();
            let fresh = codes(2, INSERTIONS);
            counted(|| {
                for codes in fresh.chunks(10) {
                    index.insert_many(codes.iter().copied());
                    index.publish();
                }
            });
        }
        Some("merge") => {
            index.insert_many(bank.iter().copied());
            counted(|| index.settle());
        }
        _ => return Err("say which: query, scan, insert or merge"),
    }
    Ok(())
}

/// What is counted: a name that valgrind finds, and a call that stays one.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) {
    black_box(work());
}

/// Codes without order, the same on every machine: no generator of another's that might change.
fn codes(seed: u64, count: usize) -> Vec<Code> {
    let mut state = seed;
    let mut word = || {
        // SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let mut code = || {
        let mut code = [0; 32];
        code.chunks_exact_mut(8).for_each(|bytes| bytes.copy_from_slice(&word().to_le_bytes()));
        code
    };
    (0..count).map(|_| code()).collect()
}
