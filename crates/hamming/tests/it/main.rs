//! The index as its callers see it, against a model that is too simple to be wrong.

mod batch;
mod concurrency;
mod file;
mod heap;
mod lifetime;
mod model;
mod radius;

use hamming::Code;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Random codes, the same for the same seed.
fn random_codes(seed: u64, count: usize) -> Vec<Code> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let mut code = [0; 32];
            random.fill_bytes(&mut code);
            code
        })
        .collect()
}

/// The code with these bits (0..=255) turned over; a bit named twice is turned back.
fn flipped(mut code: Code, bits: impl IntoIterator<Item = usize>) -> Code {
    for bit in bits {
        code[bit / 8] ^= 1 << (bit % 8);
    }
    code
}
