//! Large memory that the processor reaches quickly.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    mem::MaybeUninit,
    ops::{Deref, DerefMut},
    ptr::NonNull,
    slice,
};

use bytes::Bytes;
use rayon::prelude::*;

/// What every buffer is aligned to: a cache line, which is also what the sections of a file are aligned to.
pub(crate) const ALIGN_BYTES: usize = 64;
/// A huge page of the processors at hand.
const HUGE_PAGE_BYTES: usize = 2 << 20;
/// Bytes that one core writes faster than another can be asked to help.
const ZEROED_ALONE_BYTES: usize = 16 << 20;

/// A run of bytes, aligned to 64 and zero at first. Where it is large, the system is asked for huge pages: a query
/// reads a few hundred unrelated places, and would otherwise wait for as many page table walks.
///
/// Give one to [`Index::open`](crate::Index::open) to avoid a copy.
pub struct Buffer {
    start: NonNull<u8>,
    layout: Layout,
    len: usize,
}

impl Buffer {
    /// So many zero bytes.
    #[must_use]
    pub fn zeroed(len: usize) -> Self {
        let align = if len >= 2 * HUGE_PAGE_BYTES { HUGE_PAGE_BYTES } else { ALIGN_BYTES };
        let layout = Layout::from_size_align(len.max(1), align).expect("no slice is longer than isize::MAX bytes");
        // SAFETY: the layout's size is not zero.
        let start = unsafe { alloc(layout) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(layout) };
        if align == HUGE_PAGE_BYTES {
            ask_for_huge_pages(start, len);
        }
        let buffer = Self { start, layout, len };
        // SAFETY: the allocation has `layout.size()` bytes, which nobody else has yet; whether they were written does not matter here.
        let bytes = unsafe { slice::from_raw_parts_mut(start.as_ptr().cast::<MaybeUninit<u8>>(), layout.size()) };
        // The system hands pages over as they are first written: on all cores where there are many.
        let pieces = bytes.par_chunks_mut(HUGE_PAGE_BYTES).with_min_len(ZEROED_ALONE_BYTES / HUGE_PAGE_BYTES);
        pieces.for_each(|piece| piece.fill(MaybeUninit::new(0)));
        buffer
    }

    /// The bytes where they can be read as numbers of any size: as they are if they lie so, else a copy that does.
    #[must_use]
    pub fn aligned(bytes: Bytes) -> Bytes {
        if (bytes.as_ptr() as usize).is_multiple_of(ALIGN_BYTES) {
            return bytes;
        }
        let mut buffer = Self::zeroed(bytes.len());
        buffer.copy_from_slice(&bytes);
        Bytes::from_owner(buffer)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes were allocated and initialised, and are borrowed as `self` is.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`, and `self` is borrowed alone.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: it was allocated by `alloc` with this layout, and is not used again.
        unsafe { dealloc(self.start.as_ptr(), self.layout) }
    }
}

impl std::fmt::Debug for Buffer {
    /// The size only: what is in it is sensitive.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Buffer {{ len: {} }}", self.len)
    }
}

// SAFETY: a buffer owns its bytes alone, as a `Box<[u8]>` does.
unsafe impl Send for Buffer {}
// SAFETY: a shared buffer is only read.
unsafe impl Sync for Buffer {}

/// A wish, which the system may not grant: nothing but speed depends on it.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages(start: NonNull<u8>, len: usize) {
    use std::ffi::{c_int, c_void};

    /// `MADV_HUGEPAGE` of Linux, 14 on every architecture that we build for.
    const HUGE_PAGES: c_int = 14;
    // SAFETY: as declared by POSIX and by Linux; the C library is linked by the standard library.
    unsafe extern "C" {
        fn madvise(start: *mut c_void, len: usize, advice: c_int) -> c_int;
    }
    // SAFETY: the range is whole inside an allocation of ours (rounded down to whole pages), and this advice changes
    // how it is backed, never what it holds.
    unsafe { madvise(start.as_ptr().cast(), len / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES, HUGE_PAGES) };
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages(_: NonNull<u8>, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_of_any_length_is_zero_aligned_and_writable_to_its_end() {
        for len in [0, 1, 63, 64, 65, 5 << 20, (5 << 20) + 1] {
            let mut buffer = Buffer::zeroed(len);
            assert_eq!(buffer.as_ptr() as usize % ALIGN_BYTES, 0);
            assert!(buffer.len() == len && buffer.iter().all(|byte| *byte == 0));
            buffer.fill(0xab);
            assert!(buffer.iter().all(|byte| *byte == 0xab));
            assert_eq!(format!("{buffer:?}"), format!("Buffer {{ len: {len} }}"));
        }
    }
}
