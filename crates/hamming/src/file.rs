//! A snapshot as bytes: to be stored by the caller, sealed or not, and opened again without being rebuilt.
//!
//! ```text
//! header      64 bytes
//! segments    32 bytes each: first slot, one past the last, rows, extras
//! liveness    a bit a slot
//! tail        32 bytes a code
//! segments    as they are in memory
//! checks      a CRC-32 for each MiB of all that, then one of those, and the mark of the end
//! ```
//!
//! Each part begins at a multiple of 64 bytes. Numbers are as the processor has them: a file of the other byte order is
//! refused. The checks find what was torn or has rotted; who fears a forger seals the file.

use std::ops::Range;

use bytemuck::{bytes_of, cast_slice, pod_read_unaligned};
use bytes::Bytes;
use rayon::prelude::*;

use crate::{
    Buffer, Code, Index, Kernel, Snapshot,
    index::Upkeep,
    memory::ALIGN_BYTES,
    pages::Pages,
    rows::{BLOCK_ROWS, Block},
    segment::{Layout, ROWS_MAX, Segment},
};

/// What a file begins with; the last byte is the version of the format.
const MAGIC: [u8; 8] = *b"hamming\x01";
/// Reads otherwise where bytes are in the other order.
const BYTE_ORDER: u64 = 0x0102_0304_0506_0708;
/// What a file ends with, so that one that stops early is known from its last bytes.
const END: [u8; 8] = *b"the end\n";
/// Bytes under one checksum, and the longest piece that is handed to a sink.
const PIECE_BYTES: usize = 1 << 20;
/// The checksum of the checksums, a gap, and the mark.
const CLOSING_BYTES: usize = 16;

/// How much of a file is checked before it is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Every byte, on all threads of the current rayon pool: some tenths of a second a gigabyte in memory.
    Everything,
    /// That the file is whole, and every number that others depend on; but not the codes and postings themselves, so
    /// a mapped file is not read from end to end. What rotted there is not found: matches may be missed.
    Structure,
}

/// Why bytes are not an index. The index can always be built anew from what it was built of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The bytes begin otherwise: they are something else, or were not decrypted.
    #[error("this is not an index")]
    NotAnIndex,
    /// It was written by a program with another format.
    #[error("the index has format {0}, and this program reads format 1: build it anew")]
    Version(u8),
    /// It was written on a machine of the other byte order.
    #[error("the index was written on a machine with another order of bytes: build it anew")]
    ByteOrder,
    /// The end is missing, or there is more than was written.
    #[error("the index is not whole: build it anew")]
    Torn,
    /// A part does not have its checksum: which, counted in MiB.
    #[error("the index is damaged in its MiB number {0}: build it anew")]
    Damaged(usize),
    /// Its numbers contradict each other although the checksums are right: a defect of the program that wrote it.
    #[error("the index contradicts itself ({0}): build it anew")]
    Inconsistent(&'static str),
}

/// The first 64 bytes.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    byte_order: u64,
    slots: u64,
    live: u64,
    segments: u64,
    tail_first: u64,
    tail_rows: u64,
    /// Bytes before the checks.
    body_bytes: u64,
}

/// What the file says of a segment.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Entry {
    first_slot: u64,
    end_slot: u64,
    rows: u64,
    extras: u64,
}

impl Snapshot {
    /// Hands the whole state to `sink`, in pieces of one MiB and a last one that may be shorter: put one after the other
    /// they are the file. Each piece may be sealed on its own.
    ///
    /// Codes are in it as they are, but for those that were removed: the tail has zeros in their place, and a segment
    /// that has any is built anew for the file, in memory beside the one in use. [`Tender::purge`](crate::Tender::purge)
    /// does that before, one segment at a time. Call [`Index::settle`] before taking the snapshot, or the file has a long tail,
    /// that is searched slowly until it is merged.
    ///
    /// # Errors
    ///
    /// The first error of the sink, which is then not called again.
    pub fn write<E>(&self, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.purged().write_purged(&mut sink)
    }

    fn write_purged<E>(&self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let parts = Parts::of(self.segments.len(), self.slots, self.tail_rows(), self.segment_bytes());
        let mut pieces = Pieces { sink, gathered: Vec::new(), checks: Vec::new() };
        pieces.add(bytes_of(&Header {
            magic: MAGIC,
            byte_order: BYTE_ORDER,
            slots: self.slots,
            live: self.len() as u64,
            segments: self.segments.len() as u64,
            tail_first: self.tail_first,
            tail_rows: self.tail_rows() as u64,
            body_bytes: parts.body_bytes as u64,
        }))?;
        for segment in &self.segments {
            let (layout, slots) = (segment.layout(), &segment.slots);
            let (rows, extras) = (layout.rows as u64, layout.extras as u64);
            pieces.add(bytes_of(&Entry { first_slot: slots.start, end_slot: slots.end, rows, extras }))?;
        }
        pieces.pad()?;
        for words in self.live.words(self.slots) {
            pieces.add(cast_slice(words))?;
        }
        pieces.pad()?;
        let mut slots = self.tail_first as u32..;
        for block in &self.tail {
            let rows = block.rows();
            // The tail's slots are below 2^32, as all are.
            for (row, slot) in (0..rows.len()).zip(&mut slots) {
                let code = crate::joined(rows.code(row));
                pieces.add(if self.live.is_live(slot) { &code } else { &[0; 32] })?;
            }
        }
        pieces.pad()?;
        for segment in &self.segments {
            pieces.add(segment.bytes())?;
        }
        pieces.close()
    }

    fn tail_rows(&self) -> usize {
        self.tail.iter().map(|block| block.rows().len()).sum()
    }

    fn segment_bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes().len()).sum()
    }
}

impl Index {
    /// Opens what [`Snapshot::write`] wrote. Every code has the slot it had, and the next code gets the next slot. The
    /// segments are searched in the bytes given, without a copy if those are aligned to 64 bytes, as a mapped file
    /// and a [`Buffer`] are; what is merged later is in memory of its own.
    ///
    /// The memory taken, beside the bytes, is bounded by their length, whatever they say.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says what is wrong with the bytes. With [`Check::Structure`], damage to codes is not found.
    pub fn open(bytes: Bytes, check: Check) -> Result<Self, OpenError> {
        let bytes = Buffer::aligned(bytes);
        let header = header(&bytes)?;
        let count = |number: u64| usize::try_from(number).map_err(|_| OpenError::Torn);
        let body = count(header.body_bytes)?;
        let checks = checks(&bytes, body)?;
        // Bounded before anything is multiplied: each takes at least a bit of the body.
        if header.segments > header.body_bytes || header.tail_rows > header.body_bytes || header.slots > 1 << 32 {
            return Err(OpenError::Inconsistent("more parts than bytes"));
        }
        let parts = Parts::of(count(header.segments)?, header.slots, count(header.tail_rows)?, 0);
        if parts.body_bytes > body {
            return Err(OpenError::Inconsistent("more parts than bytes"));
        }
        let checked = if check == Check::Everything { body } else { parts.tail.end };
        verify(&bytes[..body], checked.div_ceil(PIECE_BYTES), &checks)?;

        let live = live(&bytes[parts.live.clone()], &header)?;
        let mut snapshot = Snapshot { live, slots: header.slots, ..Snapshot::empty(Kernel::fastest()) };
        snapshot.tail_first = header.tail_first;
        if header.tail_first.checked_add(header.tail_rows) != Some(header.slots) {
            return Err(OpenError::Inconsistent("the tail does not end with the last slot"));
        }
        for codes in
            cast_slice::<u8, Code>(&bytes[parts.tail.clone()][..32 * count(header.tail_rows)?]).chunks(BLOCK_ROWS)
        {
            let mut block = Block::default();
            codes.iter().for_each(|code| block.push(code));
            snapshot.tail.push(block);
        }
        let (mut at, mut slot) = (parts.tail.end, 0);
        let entries = 32 * count(header.segments)?;
        for entry in cast_slice::<u8, Entry>(&bytes[parts.entries.clone()][..entries]) {
            let slots = entry.first_slot..entry.end_slot;
            if slots.start < slot || slots.end < slots.start || slots.end > header.tail_first {
                return Err(OpenError::Inconsistent("segments overlap"));
            }
            slot = slots.end;
            let (rows, extras) = (count(entry.rows)?, count(entry.extras)?);
            if rows > ROWS_MAX || entry.extras > header.slots || entry.rows + entry.extras > slots.end - slots.start {
                return Err(OpenError::Inconsistent("a segment has more codes than slots"));
            }
            let layout = Layout::new(rows, extras);
            let end = at + layout.total_bytes();
            if end > body {
                return Err(OpenError::Inconsistent("segments are longer than the file"));
            }
            let segment = Segment::open(slots, layout, bytes.slice(at..end));
            snapshot.segments.push(segment.ok_or(OpenError::Inconsistent("a directory does not ascend"))?.into());
            at = end;
        }
        if at != body {
            return Err(OpenError::Inconsistent("something lies behind the last segment"));
        }
        Ok(Self::of(snapshot, Upkeep::Thread))
    }
}

/// Where the parts of a file lie.
struct Parts {
    entries: Range<usize>,
    live: Range<usize>,
    tail: Range<usize>,
    body_bytes: usize,
}

impl Parts {
    fn of(segments: usize, slots: u64, tail_rows: usize, segment_bytes: usize) -> Self {
        let after = |start: usize, bytes: usize| start..start + bytes.next_multiple_of(ALIGN_BYTES);
        let entries = after(size_of::<Header>(), segments * size_of::<Entry>());
        // At most 2^26 words.
        let live = after(entries.end, slots.div_ceil(64) as usize * size_of::<u64>());
        let tail = after(live.end, tail_rows * size_of::<Code>());
        let body_bytes = tail.end + segment_bytes;
        Self { entries, live, tail, body_bytes }
    }
}

/// Cuts what is added into pieces, and keeps a checksum of each.
struct Pieces<'a, S> {
    sink: &'a mut S,
    gathered: Vec<u8>,
    checks: Vec<u32>,
}

impl<E, S: FnMut(&[u8]) -> Result<(), E>> Pieces<'_, S> {
    fn add(&mut self, mut bytes: &[u8]) -> Result<(), E> {
        while !bytes.is_empty() {
            if self.gathered.is_empty() && bytes.len() >= PIECE_BYTES {
                let (piece, rest) = bytes.split_at(PIECE_BYTES);
                self.checks.push(crc32fast::hash(piece));
                (self.sink)(piece)?;
                bytes = rest;
            } else {
                let (some, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.gathered.len()));
                self.gathered.extend_from_slice(some);
                bytes = rest;
                if self.gathered.len() == PIECE_BYTES {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    /// Ends a part: fills its last line.
    fn pad(&mut self) -> Result<(), E> {
        // Pieces are whole lines, so what is gathered says how far the last line is.
        let missing = self.gathered.len().next_multiple_of(ALIGN_BYTES) - self.gathered.len();
        self.add(&[0; ALIGN_BYTES][..missing])
    }

    fn flush(&mut self) -> Result<(), E> {
        if !self.gathered.is_empty() {
            self.checks.push(crc32fast::hash(&self.gathered));
            (self.sink)(&self.gathered)?;
            self.gathered.clear();
        }
        Ok(())
    }

    /// Adds the checks, which are not checked themselves but for their own checksum.
    fn close(mut self) -> Result<(), E> {
        // The last piece of the body and the checks may share a piece of the sink; the check is of the body's part.
        if !self.gathered.is_empty() {
            self.checks.push(crc32fast::hash(&self.gathered));
        }
        let mut closing = self.gathered;
        closing.extend_from_slice(cast_slice(&self.checks));
        closing.extend_from_slice(&crc32fast::hash(cast_slice(&self.checks)).to_ne_bytes());
        closing.extend_from_slice(&[0; 4]);
        closing.extend_from_slice(&END);
        closing.chunks(PIECE_BYTES).try_for_each(|piece| (self.sink)(piece))
    }
}

fn header(bytes: &[u8]) -> Result<Header, OpenError> {
    let start = bytes.get(..MAGIC.len()).ok_or(OpenError::NotAnIndex)?;
    let (name, version) = (&start[..7], start[7]);
    if *name != MAGIC[..7] {
        return Err(OpenError::NotAnIndex);
    }
    if version != MAGIC[7] {
        return Err(OpenError::Version(version));
    }
    let header: Header = pod_read_unaligned(bytes.get(..size_of::<Header>()).ok_or(OpenError::Torn)?);
    if header.byte_order != BYTE_ORDER {
        return Err(if header.byte_order == BYTE_ORDER.swap_bytes() {
            OpenError::ByteOrder
        } else {
            OpenError::Damaged(0)
        });
    }
    Ok(header)
}

/// The checksums of a body of so many bytes, if the end of the file is where it has to be.
fn checks(bytes: &[u8], body: usize) -> Result<Vec<u32>, OpenError> {
    let after = bytes.len().checked_sub(body).ok_or(OpenError::Torn)?;
    if !body.is_multiple_of(ALIGN_BYTES) || after != body.div_ceil(PIECE_BYTES) * 4 + CLOSING_BYTES {
        return Err(OpenError::Torn);
    }
    let (checks, closing) = bytes[body..].split_at(after - CLOSING_BYTES);
    let (check, end) = closing.split_at(CLOSING_BYTES - END.len());
    if *end != END || check[..4] != crc32fast::hash(checks).to_ne_bytes() {
        return Err(OpenError::Torn);
    }
    Ok(checks.as_chunks::<4>().0.iter().map(|check| u32::from_ne_bytes(*check)).collect())
}

/// Compares the first pieces of a body with their checksums.
fn verify(body: &[u8], pieces: usize, checks: &[u32]) -> Result<(), OpenError> {
    let pieces = body.par_chunks(PIECE_BYTES).zip(checks).enumerate().take(pieces);
    let damaged = pieces.filter(|(_, (piece, check))| crc32fast::hash(piece) != **check);
    damaged.map(|(number, _)| number).min().map_or(Ok(()), |number| Err(OpenError::Damaged(number)))
}

fn live(words: &[u8], header: &Header) -> Result<Pages, OpenError> {
    let words: &[u64] = cast_slice(words);
    let pages = Pages::of_words(words);
    let last = words.iter().rposition(|word| *word != 0);
    let end = last.map_or(0, |at| at as u64 * 64 + 64 - u64::from(words[at].leading_zeros()));
    if end > header.slots || pages.live() as u64 != header.live {
        return Err(OpenError::Inconsistent("other slots are live than were issued"));
    }
    Ok(pages)
}
