//! Newline-delimited text as it arrives: bytes in, whole lines out, under a limit. Pure.

/// A line or an event is longer than the limit, in bytes. The sender is broken or means harm; nothing is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it sent more than {0} bytes without an end")]
pub struct TooLong(pub usize);

/// What was received of a line that has not ended.
#[derive(Debug)]
pub struct Lines {
    bytes_max: usize,
    begun: Vec<u8>,
}

impl Lines {
    /// Nothing yet; a line may have `bytes_max` bytes, its end not counted.
    pub const fn new(bytes_max: usize) -> Self {
        Self { bytes_max, begun: Vec::new() }
    }

    /// Takes bytes as they come, cut anywhere; gives the lines that they complete, without their LF.
    ///
    /// # Errors
    /// [`TooLong`] when a line passes the limit, whether it has ended or not.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n");
            if self.begun.len() + text.unwrap_or(piece).len() > self.bytes_max {
                return Err(TooLong(self.bytes_max));
            }
            self.begun.extend_from_slice(text.unwrap_or(piece));
            if text.is_some() {
                lines.push(std::mem::take(&mut self.begun));
            }
        }
        Ok(lines)
    }

    /// Whether a line was begun and not ended.
    pub const fn is_in_line(&self) -> bool {
        !self.begun.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let mut lines = Lines::new(4);
        assert_eq!(lines.push(b"abcd\n\nab").unwrap(), [b"abcd".to_vec(), vec![]]);
        assert!(lines.is_in_line());
        assert_eq!(lines.push(b"cd\n").unwrap(), [b"abcd"]);
        assert_eq!(lines.push(b"abcde"), Err(TooLong(4)));
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_makes_no_difference(text in "[ab\n]{0,60}", size in 1_usize..9) {
            let mut whole: Vec<&str> = text.split('\n').collect();
            whole.pop();
            let mut lines = Lines::new(100);
            let mut read = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                read.extend(lines.push(piece).unwrap());
            }
            prop_assert_eq!(read, whole.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>());
        }
    }
}
