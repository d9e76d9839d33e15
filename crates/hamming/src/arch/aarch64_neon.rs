//! NEON: sixteen heads or thirty-two partners at a time, bits counted per byte by the processor and then added up pair
//! by pair.

use std::arch::aarch64::{
    uint8x16_t, uint16x8_t, uint64x2_t, vaddq_u8, vandq_u8, vcleq_u8, vcleq_u16, vcntq_u8, vcombine_u8, vdupq_n_u8,
    vdupq_n_u16, vdupq_n_u64, veorq_u16, veorq_u64, vgetq_lane_u64, vld1q_u8, vld1q_u16, vld1q_u64, vmovn_u16,
    vpaddlq_u8, vpaddq_u8, vreinterpretq_u8_u16, vreinterpretq_u8_u64, vreinterpretq_u64_u8,
};

use super::{Bucket, STEP};
use crate::{
    Half,
    rows::{Heads, LINE_ROWS},
};

/// Rows in a register of 64-bit words.
const LANES: usize = 2;
/// Rows whose distances fill a register of bytes.
const ROWS: usize = 16;

/// Exists only where NEON does, which is every 64-bit ARM processor that runs an operating system we know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }

    pub(super) fn candidates(self, groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
        // SAFETY: `new` is the only way to a `Kernel` and found NEON on this processor.
        unsafe { scan(groups, query, radius, candidates) }
    }

    pub(super) fn sift(self, buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
        // SAFETY: as above.
        unsafe { sift(buckets, partners, survivors) }
    }
}

#[target_feature(enable = "neon")]
fn scan(groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
    let query = [vdupq_n_u64(query[0]), vdupq_n_u64(query[1])];
    let radius = vdupq_n_u8(radius);
    for (group, candidates) in groups.iter().zip(candidates) {
        let near = |start: usize| vcleq_u8(distances(group, start, query), radius);
        *candidates = bitmask([near(0), near(16), near(32), near(48)]);
    }
}

/// The distances of sixteen rows from `start` on, a byte each: at most 128.
#[target_feature(enable = "neon")]
fn distances(group: &Heads, start: usize, query: [uint64x2_t; 2]) -> uint8x16_t {
    // Two rows in a register, eight bytes a row, at most 16 in a byte.
    let pair = |index: usize| {
        let row = start + index * LANES;
        let [firsts, seconds] = &group.lines[row / LINE_ROWS];
        let one = veorq_u64(load(firsts, row % LINE_ROWS), query[0]);
        let two = veorq_u64(load(seconds, row % LINE_ROWS), query[1]);
        vaddq_u8(vcntq_u8(vreinterpretq_u8_u64(one)), vcntq_u8(vreinterpretq_u8_u64(two)))
    };
    // Each pairwise addition halves the bytes of a row and keeps the rows in order: 8, 4, 2, 1.
    let four = |index: usize| vpaddq_u8(pair(index), pair(index + 1));
    let eight = |index: usize| vpaddq_u8(four(index), four(index + 2));
    const { assert!(8 * LANES == ROWS) };
    vpaddq_u8(eight(0), eight(4))
}

/// One bit per byte of the four registers, in order, from bytes that are all ones or all zeroes.
#[target_feature(enable = "neon")]
fn bitmask(bytes: [uint8x16_t; 4]) -> u64 {
    const WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: `WEIGHTS` is 16 readable bytes, and `vld1q_u8` asks for no alignment.
    let weights = unsafe { vld1q_u8(WEIGHTS.as_ptr()) };
    let [a, b, c, d] = bytes.map(|bytes| vandq_u8(bytes, weights));
    // Adding neighbours three times makes each eight weighted bytes the byte that their bits spell.
    let halves = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(halves, halves)))
}

/// Two words of a line, from `row` on.
#[target_feature(enable = "neon")]
fn load(words: &[u64; LINE_ROWS], row: usize) -> uint64x2_t {
    let words: &[u64] = &words[row..row + LANES];
    // SAFETY: `words` is 16 readable bytes, and `vld1q_u64` asks for no more alignment than a word has.
    unsafe { vld1q_u64(words.as_ptr()) }
}

#[target_feature(enable = "neon")]
fn sift(buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
    for bucket in buckets {
        let partner = vdupq_n_u16(bucket.partner);
        let limit = vdupq_n_u16(u16::from(bucket.limit));
        let near = |at: usize| {
            let differing = vreinterpretq_u8_u16(veorq_u16(load_partners(partners, at), partner));
            vmovn_u16(vcleq_u16(vpaddlq_u8(vcntq_u8(differing)), limit))
        };
        let end = bucket.end as usize;
        for at in (bucket.start as usize..end).step_by(STEP) {
            let low = vcombine_u8(near(at), near(at + 8));
            let high = vcombine_u8(near(at + 16), near(at + 24));
            let near = bitmask([low, high, vdupq_n_u8(0), vdupq_n_u8(0)]) as u32;
            if near != 0 {
                super::keep(near, at, end, survivors);
            }
        }
    }
}

/// Eight partners, from `at` on.
#[target_feature(enable = "neon")]
fn load_partners(partners: &[u16], at: usize) -> uint16x8_t {
    let partners = &partners[at..at + 8];
    // SAFETY: `partners` is 16 readable bytes, and `vld1q_u16` asks for no more alignment than a `u16` has.
    unsafe { vld1q_u16(partners.as_ptr()) }
}
