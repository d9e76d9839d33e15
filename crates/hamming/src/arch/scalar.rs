//! Plain Rust, for any processor: also the plainest statement of what a kernel does.

use crate::{Half, block::Heads, half_distance};

#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Self {
        Self(())
    }

    pub(super) fn candidates(self, groups: &[Heads], query: Half, radius: u8, candidates: &mut [u64]) {
        for (group, candidates) in groups.iter().zip(candidates) {
            *candidates = 0;
            let rows = group.words[0].iter().zip(&group.words[1]);
            for (row, (&first, &second)) in rows.enumerate() {
                let within = half_distance([first, second], query) <= u32::from(radius);
                *candidates |= u64::from(within) << row;
            }
        }
    }
}
