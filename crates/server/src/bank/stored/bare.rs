//! The content as it is, for a disk that is itself encrypted: mapped, and used in the file. Every byte is checked first,
//! which takes some hundredths of a second a gigabyte while the system still has the file in memory, and otherwise as long as reading it does.
//!
//! ```text
//! start       64 bytes: what it is, and what key and bank it is of
//! content
//! checks      a CRC-32 for each MiB of all that, then one of those, and the mark of the end
//! ```
//!
//! The checks find what was torn or has rotted. Who may write to the disk may write anything: that is what its
//! encryption is for.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use bytes::Bytes;
use memmap2::Mmap;
use rayon::prelude::*;

use super::{PIECE_BYTES, Pieces, StoredError};

/// How a file begins that is not sealed; the last byte is the version.
pub(super) const MAGIC: [u8; 16] = *b"rempart: bare \n\x01";
/// As much of it as says what it is, in every version.
pub(super) const NAME: &[u8] = MAGIC.split_last().expect("it is not empty").1;
const MARK_BYTES: usize = 32;
/// What key and bank it is of.
pub(super) type Mark = [u8; MARK_BYTES];
const START_BYTES: usize = 64;
/// So that one that stops early is known from its last bytes.
const END: [u8; 8] = *b"the end\n";
const CHECK_BYTES: usize = 4;

/// Writes the content.
pub(super) fn write(
    mut out: BufWriter<File>,
    mark: &Mark,
    content: impl FnOnce(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<BufWriter<File>> {
    let mut checks = Vec::new();
    let mut pieces = Pieces::new(|piece: &[u8], _, _| {
        checks.extend_from_slice(&crc32fast::hash(piece).to_le_bytes());
        out.write_all(piece)
    });
    let mut start = [MAGIC.as_slice(), mark].concat();
    start.resize(START_BYTES, 0);
    pieces.add(&start)?;
    content(&mut |bytes| pieces.add(bytes))?;
    pieces.end()?;
    out.write_all(&checks)?;
    out.write_all(&crc32fast::hash(&checks).to_le_bytes())?;
    out.write_all(&END)?;
    Ok(out)
}

/// Maps a file, checks it, and gives the content.
pub(super) fn map(file: &File, mark: &Mark) -> Result<Bytes, StoredError> {
    // SAFETY: the file is replaced by renaming another over it, never written to or cut once it has its name, and nobody
    // but this user may write to it.
    let map = unsafe { Mmap::map(file) }?;
    let end = checked(&map, mark).ok_or(StoredError::Foreign)?;
    Ok(Bytes::from_owner(map).slice(START_BYTES..end))
}

/// Where the content ends, if the file is whole and of this mark.
fn checked(file: &[u8], mark: &Mark) -> Option<usize> {
    let (rest, end) = file.split_last_chunk::<{ END.len() }>()?;
    let (rest, check_of_checks) = rest.split_last_chunk::<CHECK_BYTES>()?;
    // A check for each MiB, the last one begun: so many for so many bytes.
    let pieces = rest.len().div_ceil(PIECE_BYTES + CHECK_BYTES);
    let body = rest.len().checked_sub(pieces * CHECK_BYTES)?;
    let (body, checks) = rest.split_at(body);
    let is_whole = *end == END
        && crc32fast::hash(checks).to_le_bytes() == *check_of_checks
        && body.get(..START_BYTES)?.starts_with(&[MAGIC.as_slice(), mark].concat())
        && body
            .par_chunks(PIECE_BYTES)
            .zip(checks.par_chunks(CHECK_BYTES))
            .all(|(piece, check)| crc32fast::hash(piece).to_le_bytes() == *check);
    is_whole.then_some(body.len())
}
