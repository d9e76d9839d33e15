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

/// What rows are added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onto {
    /// Whatever is there is of no meaning.
    Nothing,
    Sums,
}

/// The whole part of a number of 0.0..=2^22. A cast does the same one number at a time: it also says what becomes of all
/// other numbers, for which no processor has a vector instruction.
#[inline(always)]
pub(crate) fn truncated(number: f32) -> i32 {
    /// From here to twice as much, neighbouring floats are 1 apart, and so are their bits.
    const WHOLE: f32 = 8_388_608.0;
    let nearest = number + WHOLE;
    let is_above = nearest - WHOLE > number;
    nearest.to_bits().cast_signed() - WHOLE.to_bits().cast_signed() - i32::from(is_above)
}

/// How the inner loops run on the processor at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel(Choice);

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
    pub(crate) fn fastest() -> Self {
        Self::available().next().unwrap_or(Self(Choice::Portable))
    }

    /// Adds to each sum the bytes above each other in one to [`ROWS_MAX`] rows, times the weight of the row. The rows begin
    /// `stride_bytes` apart. Sums that overflow wrap around.
    pub(super) fn add(self, onto: Onto, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
        match self.0 {
            Choice::Portable => portable::add(onto, sums, data, stride_bytes, weights),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.add(onto, sums, data, stride_bytes, weights),
        }
    }

    /// Does some work, compiled for the instruction set as far as the work is inlined.
    #[inline]
    pub(crate) fn run<T>(self, work: impl FnOnce() -> T) -> T {
        match self.0 {
            Choice::Portable => work(),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.run(work),
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
    fn truncating_is_casting() {
        for number in (0..=1_024).map(|eighths| eighths as f32 / 8.0).chain([0.999_999_94, 254.999_98, 4_194_304.0]) {
            for number in [number, number.next_up(), number.next_down().max(0.0)] {
                assert_eq!(truncated(number), number as i32, "{number}");
            }
        }
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
                kernel.add(Onto::Sums, &mut found, &data, stride, weights);
                assert_eq!(found, expected, "{kernel:?} {weights:?}");
                kernel.add(Onto::Nothing, &mut found, &data, stride, weights);
                let alone = expected.iter().zip(&before).map(|(sum, before)| sum.wrapping_sub(*before));
                assert_eq!(found, alone.collect::<Vec<_>>(), "{kernel:?} {weights:?} alone");
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
