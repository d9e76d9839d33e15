//! The two inner loops, compiled once per instruction set, and the choice between them.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86_64_avx2;

pub(super) const ROWS_MAX: usize = 4;

/// How the inner loops run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel(Choice);

#[derive(Clone, Copy, Debug)]
enum Choice {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(x86_64_avx2::Kernel),
}

impl Kernel {
    pub(crate) fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(kernel) = x86_64_avx2::Kernel::new() {
            return Self(Choice::Avx2(kernel));
        }
        Self(Choice::Portable)
    }

    pub(super) fn add(self, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
        match self.0 {
            Choice::Portable => portable::add(sums, data, stride_bytes, weights),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.add(sums, data, stride_bytes, weights),
        }
    }

    pub(super) fn dot<T: Copy + Into<u32>>(self, values: &[T], weights: &[u32]) -> u64 {
        match self.0 {
            Choice::Portable => portable::dot(values, weights),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(kernel) => kernel.dot(values, weights),
        }
    }
}
