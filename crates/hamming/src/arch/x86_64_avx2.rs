//! AVX2: four rows at a time; bits are counted by looking each nibble up in a register.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_pd, _mm256_load_si256, _mm256_movemask_pd,
    _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_srli_epi16, _mm256_sub_epi64, _mm256_xor_si256,
};

use crate::{
    Half,
    block::{GROUP_ROWS, Heads},
};

/// Rows in a register.
const LANES: usize = 4;

/// Exists only where AVX2 does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    pub(super) fn candidates(self, groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
        // SAFETY: `new` is the only way to a `Kernel` and found AVX2 on this processor.
        unsafe { scan(groups, query, radius, candidates) }
    }
}

#[target_feature(enable = "avx2")]
fn scan(groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
    let first = _mm256_set1_epi64x(query[0].cast_signed());
    let second = _mm256_set1_epi64x(query[1].cast_signed());
    let radius = _mm256_set1_epi64x(i64::from(radius));
    for (group, candidates) in groups.iter().zip(candidates) {
        *candidates = 0;
        for row in (0..GROUP_ROWS).step_by(LANES) {
            let one = _mm256_xor_si256(load(&group.words[0], row), first);
            let two = _mm256_xor_si256(load(&group.words[1], row), second);
            // At most 16 in a byte, then at most 128 in each 64-bit lane.
            let bytes = _mm256_add_epi8(bits_per_byte(one), bits_per_byte(two));
            let distance = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
            // The sign of radius - distance is set where the row is too far.
            let far = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_sub_epi64(radius, distance)));
            *candidates |= u64::from(!far.cast_unsigned() & 0b1111) << row;
        }
    }
}

#[target_feature(enable = "avx2")]
fn bits_per_byte(value: __m256i) -> __m256i {
    let low_nibbles = _mm256_set1_epi8(0x0f);
    #[rustfmt::skip]
    let counts = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    let low = _mm256_and_si256(value, low_nibbles);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(value), low_nibbles);
    _mm256_add_epi8(_mm256_shuffle_epi8(counts, low), _mm256_shuffle_epi8(counts, high))
}

/// Four words of a column, from `row` on; `row` is a multiple of four.
#[target_feature(enable = "avx2")]
fn load(column: &[u64; GROUP_ROWS], row: usize) -> __m256i {
    let words: &[u64] = &column[row..row + LANES];
    // SAFETY: `words` is 32 readable bytes. `Heads` is aligned to 64 bytes, each of its columns is a multiple of 64
    // bytes long, and four words are 32 bytes, so the address is a multiple of 32.
    unsafe { _mm256_load_si256(words.as_ptr().cast()) }
}
