//! AVX2: four heads at a time, their bits counted by looking each nibble up in a register; thirty-two partners at a
//! time.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_pd, _mm256_cmpgt_epi16, _mm256_load_si256,
    _mm256_loadu_si256, _mm256_maddubs_epi16, _mm256_movemask_epi8, _mm256_movemask_pd, _mm256_packs_epi16,
    _mm256_permute4x64_epi64, _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi64x,
    _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_sub_epi64, _mm256_xor_si256,
};

use super::{Bucket, STEP};
use crate::{
    Half,
    rows::{Heads, LINE_ROWS, Rows},
};

/// Exists only where AVX2 and POPCNT do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")).then_some(Self(()))
    }
}

methods!();

#[target_feature(enable = "avx2")]
fn scan(groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
    let first = _mm256_set1_epi64x(query[0].cast_signed());
    let second = _mm256_set1_epi64x(query[1].cast_signed());
    let radius = _mm256_set1_epi64x(i64::from(radius));
    for (group, candidates) in groups.iter().zip(candidates) {
        *candidates = 0;
        for (index, line) in group.lines.iter().enumerate() {
            let one = _mm256_xor_si256(load(line, 0), first);
            let two = _mm256_xor_si256(load(line, 1), second);
            // At most 16 in a byte, then at most 128 in each 64-bit lane.
            let bytes = _mm256_add_epi8(bits_per_byte(one), bits_per_byte(two));
            let distance = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
            // The sign of radius - distance is set where the row is too far.
            let far = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_sub_epi64(radius, distance)));
            *candidates |= u64::from(!far.cast_unsigned() & 0b1111) << (index * LINE_ROWS);
        }
    }
}

#[target_feature(enable = "avx2")]
fn sift(buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
    for bucket in buckets {
        let partner = _mm256_set1_epi16(bucket.partner.cast_signed());
        let limit = _mm256_set1_epi16(i16::from(bucket.limit));
        let far = |at: usize| {
            let bytes = bits_per_byte(_mm256_xor_si256(load_partners(partners, at), partner));
            _mm256_cmpgt_epi16(_mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1)), limit)
        };
        let end = bucket.end as usize;
        for at in (bucket.start as usize..end).step_by(STEP) {
            // A byte for each partner, all ones where it is too far; packing goes by halves of a register.
            let far = _mm256_packs_epi16(far(at), far(at + STEP / 2));
            if _mm256_movemask_epi8(far) == -1 {
                continue;
            }
            let far = _mm256_movemask_epi8(_mm256_permute4x64_epi64::<0b11_01_10_00>(far));
            super::keep(!far.cast_unsigned(), at, end, survivors);
        }
    }
}

#[target_feature(enable = "avx2,popcnt")]
fn verify(rows: Rows<'_>, candidates: &[u32], query: &[Half; 2], radius: u32, hits: &mut Vec<(u32, u32)>) {
    super::verify(rows, candidates, query, radius, hits);
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

/// One word of the four heads in a line.
#[target_feature(enable = "avx2")]
fn load(line: &[[u64; LINE_ROWS]; 2], word: usize) -> __m256i {
    let words: &[u64; LINE_ROWS] = &line[word];
    // SAFETY: `words` is 32 readable bytes. `Heads` is aligned to 64 bytes and made of runs of 32, so the address is a
    // multiple of 32.
    unsafe { _mm256_load_si256(words.as_ptr().cast()) }
}

/// Sixteen partners, from `at` on.
#[target_feature(enable = "avx2")]
fn load_partners(partners: &[u16], at: usize) -> __m256i {
    let partners = &partners[at..at + STEP / 2];
    // SAFETY: `partners` is 32 readable bytes, and this load asks for no alignment.
    unsafe { _mm256_loadu_si256(partners.as_ptr().cast()) }
}
