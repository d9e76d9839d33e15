//! The loops with vectors of 32 bytes.

use super::super::in_order::Blur;
use super::{Onto, portable};
use crate::Pixels;
use crate::pixels::Brightness;

cpufeatures::new!(avx2, "avx2");

/// Exists only where the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(());

impl Kernel {
    pub(super) fn new() -> Option<Self> {
        avx2::get().then_some(Self(()))
    }

    pub(super) fn add(self, onto: Onto, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { add(onto, sums, data, stride_bytes, weights) }
    }

    #[inline]
    pub(super) fn run<T>(self, work: impl FnOnce() -> T) -> T {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { run(work) }
    }

    pub(super) fn push(self, blur: &mut Blur, rows: &Pixels<'_>, brightness: Brightness) {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { push(blur, rows, brightness) }
    }
}

#[target_feature(enable = "avx2")]
fn add(onto: Onto, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
    portable::add(onto, sums, data, stride_bytes, weights);
}

#[target_feature(enable = "avx2")]
fn run<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[target_feature(enable = "avx2")]
fn push(blur: &mut Blur, rows: &Pixels<'_>, brightness: Brightness) {
    blur.push_portable(rows, brightness);
}
