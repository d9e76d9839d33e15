//! The inner loops, compiled once per instruction set, and the choice between them.
//!
//! There is one source for each loop, [`portable`] and [`Blur::push_portable`]; compilers make vectors of it. NEON belongs to
//! every 64-bit ARM, and WebAssembly is built with `simd128` or without, so both need nothing here. What a processor may
//! or may not have gets a file after [`x86_64_avx2`] and a variant in `Choice`. The results are equal to the last bit: the
//! sums of the fast road are integers, and no compiler may reorder those of the slow one.
//!
//! AVX-512 was measured and gains nothing: large pictures wait for memory.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86_64_avx2;

use super::in_order::Blur;
use crate::Pixels;
use crate::pixels::Brightness;

/// Rows that [`Kernel::add`] takes at once, at most.
pub(super) const ROWS_MAX: usize = 4;

/// How the inner loops run on the processor at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel(Choice);

#[derive(Clone, Copy, Debug)]
enum Choice {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(x86_64_avx2::Kernel),
}

impl Kernel {
    /// Every kernel this processor can run, the fastest first. The last is always the portable one.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        let choices = [
            #[cfg(target_arch = "x86_64")]
            x86_64_avx2::Kernel::new().map(Choice::Avx2),
            Some(Choice::Portable),
        ];
        choices.into_iter().flatten().map(Self)
    }

    /// The fastest kernel this processor can run.
    pub(super) fn fastest() -> Self {
        Self::available().next().unwrap_or(Self(Choice::Portable))
    }

    /// Adds to each sum the bytes above each other in one to [`ROWS_MAX`] rows, times the weight of the row. The rows begin
    /// `stride_bytes` apart. Sums that overflow wrap around.
    pub(super) fn add(self, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
        match self.0 {
            Choice::Portable => portable::add(sums, data, stride_bytes, weights),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.add(sums, data, stride_bytes, weights),
        }
    }

    /// The sum of all values times their weights.
    pub(super) fn dot<T: Copy + Into<u32>>(self, values: &[T], weights: &[u32]) -> u64 {
        match self.0 {
            Choice::Portable => portable::dot(values, weights),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.dot(values, weights),
        }
    }

    /// See [`Blur::push`].
    pub(super) fn push(self, blur: &mut Blur, rows: &Pixels<'_>, brightness: Brightness) {
        match self.0 {
            Choice::Portable => blur.push_portable(rows, brightness),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.push(blur, rows, brightness),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::PixelFormat;

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|index| (index * index * 31 + index / 7) as u8).collect()
    }

    #[test]
    fn every_kernel_adds_rows_as_a_naive_loop_does() {
        let (width, stride) = (203, 210);
        let data = bytes(ROWS_MAX * stride);
        for weights in [&[1][..], &[255], &[2, 200], &[3, 2, 1], &[60, 61, 62, 63], &[255, 255, 255, 255]] {
            let before: Vec<u16> = (0..width).map(|index| index as u16 * 251).collect();
            let mut expected = before.clone();
            for (row, &weight) in weights.iter().enumerate() {
                for (column, sum) in expected.iter_mut().enumerate() {
                    *sum = sum.wrapping_add(u16::from(data[row * stride + column]).wrapping_mul(u16::from(weight)));
                }
            }
            for kernel in Kernel::available() {
                let mut found = before.clone();
                kernel.add(&mut found, &data, stride, weights);
                assert_eq!(found, expected, "{kernel:?} {weights:?}");
            }
        }
    }

    #[test]
    fn every_kernel_multiplies_the_largest_values_without_overflow() {
        for length in [0, 1, 7, 8, 31, 509 * 4] {
            let (values, weights) = (alloc::vec![255 * 255 * 255_u32; length], alloc::vec![255 * 587_u32; length]);
            for kernel in Kernel::available() {
                assert_eq!(
                    kernel.dot(&values, &weights),
                    length as u64 * (255 * 255 * 255) * (255 * 587),
                    "{kernel:?}"
                );
                let narrow = alloc::vec![u16::MAX; length];
                assert_eq!(kernel.dot(&narrow, &weights), length as u64 * 65_535 * (255 * 587), "{kernel:?}");
            }
        }
    }

    #[test]
    fn every_kernel_blurs_to_the_same_floats() {
        for (width, height) in [(5, 9), (64, 64), (300, 131), (1000, 257)] {
            let data = bytes(3 * width * height);
            let pixels = Pixels::new(&data, width as u32, height as u32, 3 * width, PixelFormat::Rgb8).unwrap();
            let blurred = |kernel: Kernel| {
                let mut blur = Blur::new(width, height);
                kernel.push(&mut blur, &pixels, Brightness::Rounded);
                blur.finish()
            };
            let all: Vec<_> = Kernel::available().map(blurred).collect();
            assert!(all.iter().all(|reduced| reduced == &all[0]), "{width}x{height}");
        }
    }
}
