//! The content in a row of envelopes, each of a MiB but for the last, sealed for what the index is of, for its place in the
//! row and for whether it is the last: so envelopes cannot be exchanged, cut off or taken from another file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use hamming::Buffer;
use rayon::prelude::*;
use sealing::NodeKey;

use super::{PIECE_BYTES, Pieces, Stand, StoredError};
use crate::clock::Entropy;

const VERSION: u8 = 2;
/// What an envelope has more than its plain text: nonce and tag.
const ENVELOPE_BYTES: usize = 40;
const FRAME_BYTES: usize = PIECE_BYTES + ENVELOPE_BYTES;

/// Pieces that are sealed side by side before they are written.
const PIECES_AT_ONCE: usize = 16;

/// Seals the content, on all cores.
pub(super) fn write(
    mut out: BufWriter<File>,
    key: &NodeKey,
    stand: &Stand,
    entropy: &Entropy,
    content: impl FnOnce(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<BufWriter<File>> {
    let mut waiting = Vec::with_capacity(PIECES_AT_ONCE);
    let mut pieces = Pieces::new(|piece: &[u8], number, is_last| {
        waiting.push((piece.to_vec(), number, is_last));
        if waiting.len() < PIECES_AT_ONCE && !is_last {
            return Ok(());
        }
        let seal = |(piece, number, is_last): (Vec<u8>, u64, bool)| {
            key.seal(&context(stand, number, is_last), &piece, &mut entropy.rng())
        };
        let sealed: Vec<Vec<u8>> = waiting.par_drain(..).map(seal).collect();
        sealed.iter().try_for_each(|envelope| out.write_all(envelope))
    });
    content(&mut |bytes| pieces.add(bytes))?;
    pieces.end()?;
    Ok(out)
}

/// Opens it, on all cores.
pub(super) fn read(file: File, key: &NodeKey, stand: &Stand) -> Result<Bytes, StoredError> {
    // The file bounds what is set aside.
    let length = usize::try_from(file.metadata()?.len()).map_err(|_| StoredError::Form)?;
    let frames = length.div_ceil(FRAME_BYTES);
    let content_bytes = length.checked_sub(frames * ENVELOPE_BYTES).filter(|bytes| *bytes > 0);
    // Otherwise the last frame is none, and what is before it was cut off.
    let content_bytes = content_bytes.filter(|bytes| bytes.div_ceil(PIECE_BYTES) == frames);
    let mut content = Buffer::zeroed(content_bytes.ok_or(StoredError::Foreign)?);
    let file = Mutex::new(file);
    let pieces = content.par_chunks_mut(PIECE_BYTES).enumerate();
    pieces.try_for_each_init(
        || vec![0; FRAME_BYTES],
        |envelope, (number, piece)| {
            let envelope = &mut envelope[..piece.len() + ENVELOPE_BYTES];
            {
                // One reads while another opens what it read.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start((number * FRAME_BYTES) as u64))?;
                file.read_exact(envelope)?;
            }
            let context = context(stand, number as u64, number + 1 == frames);
            key.open_into(&context, envelope, piece).map_err(|_| StoredError::Foreign)
        },
    )?;
    Ok(Bytes::from_owner(content))
}

/// What a frame is sealed for.
fn context(stand: &Stand, number: u64, is_last: bool) -> Vec<u8> {
    [b"live index".as_slice(), &[VERSION, u8::from(is_last)], &number.to_le_bytes(), &stand.0].concat()
}
