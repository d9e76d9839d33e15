//! The inner loop, once per instruction set, and the choice between them.
//!
//! Each file offers one type that exists only if the processor can run it, with two methods. `candidates`: which of the
//! rows of each group have a head (first 128 bits) within a radius of a query's head? `sift`: which postings of some
//! buckets have a partner chunk within the bucket's limit of the query's? To add an instruction set: write its
//! file after [`scalar`], add a variant to `Choice`, list it in [`Kernel::available`] before the slower ones. The
//! properties in the tests run over everything that list returns.

use crate::{
    Half,
    rows::{Heads, Rows},
};

/// The methods of the `Kernel` of a file, by the functions there, which need what `Kernel::new` finds.
#[cfg(target_arch = "x86_64")]
macro_rules! methods {
    () => {
        impl Kernel {
            pub(super) fn candidates(self, groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
                // SAFETY: `new` is the only way to a `Kernel` and found what this needs on this processor.
                unsafe { scan(groups, query, radius, candidates) }
            }

            pub(super) fn sift(self, buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
                // SAFETY: as above.
                unsafe { sift(buckets, partners, survivors) }
            }

            pub(super) fn verify(
                self,
                rows: Rows<'_>,
                candidates: &[u32],
                query: &[Half; 2],
                radius: u32,
                hits: &mut Vec<(u32, u32)>,
            ) {
                // SAFETY: as above.
                unsafe { verify(rows, candidates, query, radius, hits) }
            }
        }
    };
}

#[cfg(target_arch = "aarch64")]
mod aarch64_neon;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86_64_avx2;
#[cfg(target_arch = "x86_64")]
mod x86_64_avx512;

/// The way codes are compared, chosen for the processor at hand. All of them give the same answers.
#[derive(Clone, Copy, Debug)]
pub struct Kernel(Choice);

#[derive(Clone, Copy, Debug)]
enum Choice {
    Scalar(scalar::Kernel),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86_64_avx2::Kernel),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86_64_avx512::Kernel),
    #[cfg(target_arch = "aarch64")]
    Neon(aarch64_neon::Kernel),
}

impl Kernel {
    /// Every kernel this processor can run, the fastest first. It is never empty.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let choices = [
            #[cfg(target_arch = "x86_64")]
            x86_64_avx512::Kernel::new().map(Choice::Avx512),
            #[cfg(target_arch = "x86_64")]
            x86_64_avx2::Kernel::new().map(Choice::Avx2),
            #[cfg(target_arch = "aarch64")]
            aarch64_neon::Kernel::new().map(Choice::Neon),
            Some(Choice::Scalar(scalar::Kernel::new())),
        ];
        choices.into_iter().flatten().map(Self).collect()
    }

    /// The fastest kernel this processor can run.
    #[must_use]
    pub fn fastest() -> Self {
        Self::available()[0]
    }

    /// Its name, for reports and measurements: `avx512`, `avx2`, `neon` or `scalar`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.0 {
            Choice::Scalar(_) => "scalar",
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(_) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Choice::Neon(_) => "neon",
        }
    }

    /// Appends to `survivors` the postings of the buckets whose partner is within the bucket's limit, in the order of
    /// the buckets. At least [`STEP`] partners follow the end of every bucket.
    pub(crate) fn sift(&self, buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
        match self.0 {
            Choice::Scalar(kernel) => kernel.sift(buckets, partners, survivors),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.sift(buckets, partners, survivors),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(kernel) => kernel.sift(buckets, partners, survivors),
            #[cfg(target_arch = "aarch64")]
            Choice::Neon(kernel) => kernel.sift(buckets, partners, survivors),
        }
    }

    /// Sets `hits` to those of some rows whose code is within the radius, with their distances.
    pub(crate) fn verify(
        &self,
        rows: Rows<'_>,
        candidates: &[u32],
        query: &[Half; 2],
        radius: u32,
        hits: &mut Vec<(u32, u32)>,
    ) {
        hits.clear();
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.verify(rows, candidates, query, radius, hits),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(kernel) => kernel.verify(rows, candidates, query, radius, hits),
            _ => verify(rows, candidates, query, radius, hits),
        }
    }

    /// Sets `candidates[g]` to the rows of `groups[g]` whose head is at most `radius` bits from `query`: bit r for row
    /// r, unused rows counted as zeroes. Both slices have one length.
    pub(crate) fn candidates(&self, groups: &[Heads], query: Half, radius: u32, candidates: &mut [u64]) {
        assert_eq!(groups.len(), candidates.len());
        // No two halves differ in more than 128 bits, and the kernels may count in bytes.
        let radius = radius.min(128) as u8;
        match self.0 {
            Choice::Scalar(kernel) => kernel.candidates(groups, query, radius, candidates),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.candidates(groups, query, radius, candidates),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(kernel) => kernel.candidates(groups, query, radius, candidates),
            #[cfg(target_arch = "aarch64")]
            Choice::Neon(kernel) => kernel.candidates(groups, query, radius, candidates),
        }
    }
}

/// Partners that are looked at together.
pub(crate) const STEP: usize = 32;
/// Partners in a cache line.
const LINE_PARTNERS: usize = 32;
/// Postings to sift: a run of partners, and what to compare them with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// First posting, and one past the last.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The query's chunk that the partners are compared with.
    pub(crate) partner: u16,
    /// In how many bits they may differ, 0..=16.
    pub(crate) limit: u8,
}

/// Asks for the memory of a value, if the processor can be asked; any index will do.
#[inline]
pub(crate) fn prefetch<T>(values: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = values.as_ptr().wrapping_add(index);
        // SAFETY: a prefetch reads nothing that the program could see and faults nowhere, and SSE is part of x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, index);
}

/// Asks for the memory of a bucket.
#[inline]
pub(crate) fn prefetch_bucket(partners: &[u16], bucket: &Bucket) {
    for at in (bucket.start as usize..bucket.end as usize).step_by(LINE_PARTNERS) {
        prefetch(partners, at);
    }
    prefetch(partners, (bucket.end as usize).saturating_sub(1));
}

/// Compares codes in full: the same for every processor, but compiled for each.
#[inline(always)]
fn verify(rows: Rows<'_>, candidates: &[u32], query: &[Half; 2], radius: u32, hits: &mut Vec<(u32, u32)>) {
    for &row in candidates {
        if let Some(distance) = rows.distance_within(row as usize, query, radius) {
            hits.push((row, distance));
        }
    }
}

/// Notes the postings from `at` on whose bits are set in `near`, but for those from `end` on.
#[inline]
fn keep(near: u32, at: usize, end: usize, survivors: &mut Vec<u32>) {
    let mut near = if end - at < STEP { near & ((1 << (end - at)) - 1) } else { near };
    while near != 0 {
        // Postings are numbered in 32 bits.
        survivors.push((at + near.trailing_zeros() as usize) as u32);
        near &= near - 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{half_distance, rows::GROUP_ROWS};

    proptest! {
        #[test]
        fn every_kernel_finds_the_rows_that_a_naive_loop_finds(
            rows in proptest::collection::vec(any::<Half>(), 1..5 * GROUP_ROWS),
            near in any::<proptest::sample::Index>(),
            flips in proptest::collection::vec(0_u32..128, 0..40),
            radius in 0_u32..=256,
        ) {
            let mut query = rows[near.index(rows.len())];
            for bit in flips {
                query[bit as usize / 64] ^= 1 << (bit % 64);
            }
            let groups = grouped(&rows);
            let expected = naive(&groups, query, radius);
            for kernel in Kernel::available() {
                let mut found = vec![u64::MAX; groups.len()];
                kernel.candidates(&groups, query, radius, &mut found);
                prop_assert_eq!(&found, &expected, "{}", kernel.name());
            }
        }
    }

    proptest! {
        #[test]
        fn every_kernel_sifts_the_postings_that_a_naive_loop_keeps(
            mut partners in proptest::collection::vec(prop_oneof![any::<u16>(), 0_u16..8], 0..300),
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
            partner in prop_oneof![any::<u16>(), 0_u16..8],
            limit in 0_u8..=16,
        ) {
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(partners.len() + 1) as u32).collect();
            cuts.sort_unstable();
            let buckets: Vec<_> = cuts.windows(2).map(|cut| Bucket { start: cut[0], end: cut[1], partner, limit }).collect();
            let within = |at: &u32| (partners[*at as usize] ^ partner).count_ones() <= u32::from(limit);
            let kept = buckets.iter().flat_map(|bucket| bucket.start..bucket.end);
            let expected: Vec<_> = kept.filter(within).collect();
            partners.extend([partner; STEP]);
            for kernel in Kernel::available() {
                let mut survivors = Vec::new();
                kernel.sift(&buckets, &partners, &mut survivors);
                prop_assert_eq!(&survivors, &expected, "{}", kernel.name());
            }
        }
    }

    #[test]
    fn every_kernel_separates_each_distance_from_the_next_in_every_row() {
        let query: Half = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];
        for distance in 0..=128_u32 {
            let flipped = |bits: u32| if bits >= 64 { u64::MAX } else { (1 << bits) - 1 };
            let row = [query[0] ^ flipped(distance.min(64)), query[1] ^ flipped(distance.saturating_sub(64))];
            let groups = grouped(&[row; GROUP_ROWS]);
            for kernel in Kernel::available() {
                let mut found = [0];
                kernel.candidates(&groups, query, distance, &mut found);
                assert_eq!(found, [u64::MAX], "{} at {distance}", kernel.name());
                if distance > 0 {
                    kernel.candidates(&groups, query, distance - 1, &mut found);
                    assert_eq!(found, [0], "{} short of {distance}", kernel.name());
                }
            }
        }
    }

    #[test]
    fn the_fastest_kernel_is_listed_and_the_scalar_one_always_is() {
        let names: Vec<_> = Kernel::available().iter().map(Kernel::name).collect();
        assert_eq!(names.first(), Some(&Kernel::fastest().name()));
        assert_eq!(names.last(), Some(&"scalar"));
    }

    fn grouped(rows: &[Half]) -> Vec<Heads> {
        let mut groups = Vec::new();
        for rows in rows.chunks(GROUP_ROWS) {
            let mut heads = Heads::EMPTY;
            for (index, row) in rows.iter().enumerate() {
                heads.set(index, *row);
            }
            groups.push(heads);
        }
        groups
    }

    fn naive(groups: &[Heads], query: Half, radius: u32) -> Vec<u64> {
        let mut expected = vec![0; groups.len()];
        for (group, mask) in groups.iter().zip(&mut expected) {
            for row in 0..GROUP_ROWS {
                if half_distance(group.get(row), query) <= radius {
                    *mask |= 1 << row;
                }
            }
        }
        expected
    }
}
