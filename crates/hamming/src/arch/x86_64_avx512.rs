//! AVX-512 with VPOPCNTDQ: eight rows at a time, bits counted by the processor.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_cmple_epu64_mask, _mm512_load_si512, _mm512_popcnt_epi64, _mm512_set1_epi64,
    _mm512_xor_si512,
};

use crate::{
    Half,
    block::{GROUP_ROWS, Heads},
};

/// Rows in a register.
const LANES: usize = 8;

/// Exists only where AVX-512F and VPOPCNTDQ do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vpopcntdq")).then_some(Self(()))
    }

    pub(super) fn candidates(self, groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
        // SAFETY: `new` is the only way to a `Kernel` and found both features on this processor.
        unsafe { scan(groups, query, radius, candidates) }
    }
}

#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn scan(groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
    let first = _mm512_set1_epi64(query[0].cast_signed());
    let second = _mm512_set1_epi64(query[1].cast_signed());
    let radius = _mm512_set1_epi64(i64::from(radius));
    for (group, candidates) in groups.iter().zip(candidates) {
        *candidates = 0;
        for row in (0..GROUP_ROWS).step_by(LANES) {
            let one = _mm512_popcnt_epi64(_mm512_xor_si512(load(&group.words[0], row), first));
            let two = _mm512_popcnt_epi64(_mm512_xor_si512(load(&group.words[1], row), second));
            let near = _mm512_cmple_epu64_mask(_mm512_add_epi64(one, two), radius);
            *candidates |= u64::from(near) << row;
        }
    }
}

/// Eight words of a column, from `row` on; `row` is a multiple of eight.
#[target_feature(enable = "avx512f")]
fn load(column: &[u64; GROUP_ROWS], row: usize) -> __m512i {
    let words: &[u64] = &column[row..row + LANES];
    // SAFETY: `words` is 64 readable bytes. `Heads` is aligned to 64 bytes, each of its columns is a multiple of 64
    // bytes long, and eight words are 64 bytes, so the address is a multiple of 64.
    unsafe { _mm512_load_si512(words.as_ptr().cast()) }
}
