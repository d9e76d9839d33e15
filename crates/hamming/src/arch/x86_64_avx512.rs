//! AVX-512 with VPOPCNTDQ and BITALG: eight heads or thirty-two partners at a time, bits counted by the processor.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_cmple_epu16_mask, _mm512_cmple_epu64_mask, _mm512_load_si512, _mm512_loadu_si512,
    _mm512_popcnt_epi16, _mm512_popcnt_epi64, _mm512_set1_epi16, _mm512_set1_epi64, _mm512_shuffle_i64x2,
    _mm512_xor_si512,
};

use super::{Bucket, STEP};
use crate::{
    Half,
    rows::{Heads, LINE_ROWS, Rows},
};

/// Exists only where AVX-512F, AVX-512BW, VPOPCNTDQ, BITALG and POPCNT do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Option<Self> {
        let all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vpopcntdq")
            && is_x86_feature_detected!("avx512bitalg")
            && is_x86_feature_detected!("popcnt");
        all.then_some(Self(()))
    }
}

methods!();

#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn scan(groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
    let [first, second] = query.map(u64::cast_signed);
    // As a line is laid out: the first word of four heads, then the second.
    let halves = [_mm512_set1_epi64(first), _mm512_set1_epi64(second)];
    let query = _mm512_shuffle_i64x2::<0b00_00_00_00>(halves[0], halves[1]);
    let radius = _mm512_set1_epi64(i64::from(radius));
    for (group, candidates) in groups.iter().zip(candidates) {
        *candidates = 0;
        for (index, lines) in group.lines.as_chunks::<2>().0.iter().enumerate() {
            let [one, two] = [0, 1].map(|line| _mm512_popcnt_epi64(_mm512_xor_si512(load(&lines[line]), query)));
            // The counts of the first words of eight heads, and those of their second words.
            let firsts = _mm512_shuffle_i64x2::<0b01_00_01_00>(one, two);
            let seconds = _mm512_shuffle_i64x2::<0b11_10_11_10>(one, two);
            let near = _mm512_cmple_epu64_mask(_mm512_add_epi64(firsts, seconds), radius);
            *candidates |= u64::from(near) << (index * 2 * LINE_ROWS);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bitalg")]
fn sift(buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
    for bucket in buckets {
        let partner = _mm512_set1_epi16(bucket.partner.cast_signed());
        let limit = _mm512_set1_epi16(i16::from(bucket.limit));
        let end = bucket.end as usize;
        for at in (bucket.start as usize..end).step_by(STEP) {
            let distances = _mm512_popcnt_epi16(_mm512_xor_si512(load_partners(partners, at), partner));
            let near = _mm512_cmple_epu16_mask(distances, limit);
            if near != 0 {
                super::keep(near, at, end, survivors);
            }
        }
    }
}

#[target_feature(enable = "avx512f,popcnt")]
fn verify(rows: Rows<'_>, candidates: &[u32], query: &[Half; 2], radius: u32, hits: &mut Vec<(u32, u32)>) {
    super::verify(rows, candidates, query, radius, hits);
}

/// Four heads.
#[target_feature(enable = "avx512f")]
fn load(line: &[[u64; LINE_ROWS]; 2]) -> __m512i {
    // SAFETY: a line is 64 readable bytes, and `Heads` is made of them and aligned to as many.
    unsafe { _mm512_load_si512(line.as_ptr().cast()) }
}

/// Thirty-two partners, from `at` on.
#[target_feature(enable = "avx512f")]
fn load_partners(partners: &[u16], at: usize) -> __m512i {
    let partners = &partners[at..at + STEP];
    // SAFETY: `partners` is 64 readable bytes, and this load asks for no alignment.
    unsafe { _mm512_loadu_si512(partners.as_ptr().cast()) }
}
