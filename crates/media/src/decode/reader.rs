//! The file as a decoder sees it: a reader that stops giving bytes once the time is over, and remembers that it did,
//! and whether the decoder asked for more than there is.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// How many reads go by between two looks at the clock. Decoders read a few bytes at a time, so a look at each read
/// would cost more than the decoding.
const READS_PER_LOOK: u32 = 256;
/// A look is also due after this many bytes, in bytes.
const BYTES_PER_LOOK: usize = 16 * 1024;

/// The clock of one decoding: asks `expired` and remembers its first "yes".
pub(super) struct Deadline<'a> {
    expired: &'a dyn Fn() -> bool,
    is_over: Cell<bool>,
    ran_out: Cell<bool>,
}

impl<'a> Deadline<'a> {
    pub(super) fn new(expired: &'a dyn Fn() -> bool) -> Self {
        Self { expired, is_over: Cell::new(false), ran_out: Cell::new(false) }
    }

    /// Looks at the clock.
    pub(super) fn is_over(&self) -> bool {
        if !self.is_over.get() {
            self.is_over.set((self.expired)());
        }
        self.is_over.get()
    }

    /// Whether a reader under this deadline was asked for bytes after the last one.
    pub(super) fn ran_out_of_bytes(&self) -> bool {
        self.ran_out.get()
    }
}

/// A cursor over the file's bytes under a [`Deadline`]. Once that is over, every read fails.
pub(super) struct TimedReader<'a> {
    bytes: &'a [u8],
    position: usize,
    deadline: &'a Deadline<'a>,
    reads_until_look: u32,
    bytes_until_look: usize,
}

impl<'a> TimedReader<'a> {
    pub(super) fn new(bytes: &'a [u8], deadline: &'a Deadline<'a>) -> Self {
        Self { bytes, position: 0, deadline, reads_until_look: 0, bytes_until_look: 0 }
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// Counts a read of `length` bytes; looks at the clock when one is due.
    #[inline]
    fn count(&mut self, length: usize) -> io::Result<()> {
        if self.reads_until_look == 0 || self.bytes_until_look <= length {
            return self.look();
        }
        self.reads_until_look -= 1;
        self.bytes_until_look -= length;
        Ok(())
    }

    #[cold]
    fn look(&mut self) -> io::Result<()> {
        // The counters stay at zero once time is over, so every later read fails too.
        (self.reads_until_look, self.bytes_until_look) = (0, 0);
        if self.deadline.is_over() {
            return Err(io::Error::from(io::ErrorKind::TimedOut));
        }
        (self.reads_until_look, self.bytes_until_look) = (READS_PER_LOOK, BYTES_PER_LOOK);
        Ok(())
    }
}

impl Read for TimedReader<'_> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.rest();
        // A short read makes the decoder come back, and with it the clock.
        let length = rest.len().min(buffer.len()).min(BYTES_PER_LOOK);
        self.count(length)?;
        // Reading ahead into a large buffer is no want of bytes; only coming back for more is.
        if rest.is_empty() && !buffer.is_empty() {
            self.deadline.ran_out.set(true);
        }
        buffer[..length].copy_from_slice(&rest[..length]);
        self.position += length;
        Ok(length)
    }
}

impl BufRead for TimedReader<'_> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.count(0)?;
        let rest = self.rest();
        if rest.is_empty() {
            self.deadline.ran_out.set(true);
        }
        Ok(&rest[..rest.len().min(BYTES_PER_LOOK)])
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.position = self.position.saturating_add(amount).min(self.bytes.len());
        self.bytes_until_look = self.bytes_until_look.saturating_sub(amount);
    }
}

impl Seek for TimedReader<'_> {
    #[inline]
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => usize::try_from(place).ok(),
            SeekFrom::Current(step) => {
                isize::try_from(step).ok().and_then(|step| self.position.checked_add_signed(step))
            }
            SeekFrom::End(step) => {
                isize::try_from(step).ok().and_then(|step| self.bytes.len().checked_add_signed(step))
            }
        };
        self.position = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_its_time_it_gives_the_bytes_as_they_are() {
        let never = || false;
        let deadline = Deadline::new(&never);
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut read = Vec::new();
        TimedReader::new(&bytes, &deadline).read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes);
    }

    #[test]
    fn past_its_time_every_read_fails_even_if_the_clock_went_back() {
        let looks = Cell::new(0);
        let expired_at_the_second_look_only = || {
            looks.set(looks.get() + 1);
            looks.get() == 2
        };
        let deadline = Deadline::new(&expired_at_the_second_look_only);
        let bytes = vec![7; 4 * BYTES_PER_LOOK];
        let mut reader = TimedReader::new(&bytes, &deadline);
        let mut read = Vec::new();
        assert_eq!(reader.read_to_end(&mut read).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(read.len() < bytes.len());
        assert!(reader.read(&mut [0]).is_err());
        assert!(deadline.is_over());
        assert_eq!(looks.get(), 2);
    }

    #[test]
    fn seeking_before_the_start_is_an_error_and_past_the_end_reads_nothing() {
        let never = || false;
        let deadline = Deadline::new(&never);
        let mut reader = TimedReader::new(b"abc", &deadline);
        assert!(!deadline.ran_out_of_bytes());
        assert!(reader.seek(SeekFrom::Current(-1)).is_err());
        assert_eq!(reader.seek(SeekFrom::End(10)).unwrap(), 13);
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        assert_eq!(reader.seek(SeekFrom::Start(2)).unwrap(), 2);
        assert_eq!(reader.read(&mut [0]).unwrap(), 1);
        assert!(deadline.ran_out_of_bytes());
    }
}
