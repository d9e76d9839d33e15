//! Memory for pixels. A large buffer is new to the process each time, and the kernel hands it over page by page as it is
//! written: at 4 KiB a page that takes longer than transforming the blocks of a JPEG of 12 megapixels.

/// As many zeroes, in large pages where the kernel gives them when asked.
pub(super) fn zeroed(bytes: usize) -> Vec<u8> {
    let buffer = vec![0; bytes];
    #[cfg(target_os = "linux")]
    ask_for_large_pages(&buffer);
    buffer
}

#[cfg(target_os = "linux")]
fn ask_for_large_pages(buffer: &[u8]) {
    use rustix::mm::{Advice, madvise};

    /// What one large page holds on every machine that has two sizes, in bytes. Advice begins at a multiple of that, so at
    /// one of a small page too.
    const LARGE_PAGE_BYTES: usize = 2 * 1024 * 1024;

    let skipped = buffer.as_ptr().align_offset(LARGE_PAGE_BYTES);
    let whole = buffer.len().saturating_sub(skipped) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
    if whole > 0 {
        let begin = buffer[skipped..].as_ptr().cast_mut().cast();
        // A kernel without large pages is only slower.
        // SAFETY: the range lies in the buffer, and this advice changes neither what memory holds nor who may use it.
        _ = unsafe { madvise(begin, whole, Advice::LinuxHugepage) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_of_any_size_is_zeroes_and_can_be_written_to_its_ends() {
        for bytes in [0, 1, 4096, 2 * 1024 * 1024, 9 * 1024 * 1024 + 5] {
            let mut buffer = zeroed(bytes);
            assert_eq!(buffer.len(), bytes);
            assert!(buffer.iter().all(|&byte| byte == 0));
            buffer.fill(7);
            assert!(buffer.iter().all(|&byte| byte == 7));
        }
    }
}
