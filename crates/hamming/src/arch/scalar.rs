//! Plain Rust, for any processor: also the plainest statement of what a kernel does.

use super::Bucket;
use crate::{
    Half, half_distance,
    rows::{GROUP_ROWS, Heads},
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Self {
        Self(())
    }

    pub(super) fn candidates(self, groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
        for (group, candidates) in groups.iter().zip(candidates) {
            *candidates = 0;
            for row in 0..GROUP_ROWS {
                let within = half_distance(group.get(row), query) <= u32::from(radius);
                *candidates |= u64::from(within) << row;
            }
        }
    }

    pub(super) fn sift(self, buckets: &[Bucket], partners: &[u16], survivors: &mut Vec<u32>) {
        for bucket in buckets {
            for at in bucket.start..bucket.end {
                if (partners[at as usize] ^ bucket.partner).count_ones() <= u32::from(bucket.limit) {
                    survivors.push(at);
                }
            }
        }
    }
}
