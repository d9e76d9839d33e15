//! Codes as PDQ makes them, without any picture: 128 of 256 bits set, bits leaning to one side, neighbours related.

use hamming::Code;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

/// Bits of a code, and the coefficients they come from.
const BITS: usize = 256;
/// Patterns that codes are blended from: as many as codes, and no more than this.
const PATTERNS_MAX: usize = 50_000;
/// How much of a coefficient comes from its neighbour in the row. Chosen, with the lean, so that buckets hold about a tenth
/// more of what a query meets than with uniform codes: what hashes of photographs were measured to do.
const KINSHIP: f32 = 0.07;
/// How far bits lean to one side: then they are set in 0.41 to 0.60 of all codes, as measured on photographs.
const LEAN: f32 = 0.085;
/// Codes made with one generator.
const RUN: usize = 10_000;

/// So many codes, the same for the same seed. Codes of two seeds share no pattern.
pub(super) fn pdq_like(seed: u64, count: usize) -> Vec<Code> {
    let mut random = StdRng::seed_from_u64(seed);
    let lean: Vec<f32> = {
        // Every bank leans alike, as every picture has a sky above.
        let mut random = StdRng::seed_from_u64(0);
        (0..BITS).map(|_| LEAN * normal(&mut random)).collect()
    };
    let patterns: Vec<[f32; BITS]> = (0..count.clamp(2, PATTERNS_MAX)).map(|_| pattern(&lean, &mut random)).collect();
    let mut codes = vec![[0; 32]; count];
    codes.par_chunks_mut(RUN).enumerate().for_each(|(run, codes)| {
        let mut random = StdRng::seed_from_u64(seed ^ (run as u64 + 1) << 20);
        codes.iter_mut().for_each(|code| *code = blend(&patterns, &mut random));
    });
    codes
}

/// Half of the queries are codes with 0 to 31 bits turned over, half are unrelated.
pub(super) fn queries(codes: &[Code], seed: u64, count: usize) -> Vec<Code> {
    let unrelated = pdq_like(seed, count / 2);
    let mut random = StdRng::seed_from_u64(seed);
    let mut near = || {
        let mut code = codes[random.random_range(0..codes.len())];
        for _ in 0..random.random_range(0..=31) {
            let bit = random.random_range(0..BITS);
            code[bit / 8] ^= 1 << (bit % 8);
        }
        code
    };
    (0..count).map(|place| if place % 2 == 0 { near() } else { unrelated[place / 2 % unrelated.len()] }).collect()
}

fn pattern(lean: &[f32], random: &mut StdRng) -> [f32; BITS] {
    let mut pattern = [0.0; BITS];
    let mut before = 0.0;
    for (place, value) in pattern.iter_mut().enumerate() {
        let own = normal(random);
        before = if place % 16 == 0 { own } else { KINSHIP * before + (1.0 - KINSHIP * KINSHIP).sqrt() * own };
        *value = before + lean[place];
    }
    pattern
}

/// Two patterns, mixed, a little noise, and every bit that is above the median.
fn blend(patterns: &[[f32; BITS]], random: &mut StdRng) -> Code {
    let one = &patterns[random.random_range(0..patterns.len())];
    let two = &patterns[random.random_range(0..patterns.len())];
    let weight = random.random_range(0.2..0.5);
    let mut noise = random.random_range(0..u64::MAX);
    let mut mixed = [0.0_f32; BITS];
    for ((mixed, one), two) in mixed.iter_mut().zip(one).zip(two) {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let grain = (noise >> 40) as f32 / (1_u32 << 24) as f32 - 0.5;
        *mixed = one * (1.0 - weight) + two * weight + 0.2 * grain;
    }
    let mut sorted = mixed;
    let (_, median, _) = sorted.select_nth_unstable_by(BITS / 2, f32::total_cmp);
    let mut code = [0; 32];
    for (bit, value) in mixed.iter().enumerate() {
        code[bit / 8] |= u8::from(value >= median) << (bit % 8);
    }
    code
}

/// Nearly normal: the sum of twelve uniform numbers.
fn normal(random: &mut StdRng) -> f32 {
    (0..12).map(|_| random.random_range(0.0..1.0_f32)).sum::<f32>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_bits_of_a_code_are_set_and_a_seed_gives_the_same_codes_again() {
        let codes = pdq_like(1, 300);
        assert!(codes.iter().all(|code| code.iter().map(|byte| byte.count_ones()).sum::<u32>() == 128));
        assert_eq!(codes, pdq_like(1, 300));
        assert_ne!(codes, pdq_like(2, 300));
    }

    #[test]
    fn every_other_query_is_near_a_code_and_the_rest_are_near_none() {
        let codes = pdq_like(1, 2_000);
        for (place, query) in queries(&codes, 2, 100).iter().enumerate() {
            let is_near = codes.iter().any(|code| hamming::distance(code, query) <= 31);
            assert_eq!(is_near, place % 2 == 0, "query {place}");
        }
    }
}
