//! An index in a file: written, mapped, and sealed as a caller would seal it.

use std::{
    error::Error,
    fs::{self, File},
    io::Write,
    time::Instant,
};

use bytes::Bytes;
use chacha20poly1305::{AeadInOut, Key, KeyInit, XChaCha20Poly1305, XNonce};
use hamming::{Buffer, Check, Code, Index, Snapshot};
use memmap2::Mmap;
use rayon::prelude::*;
use rustix::time::ClockId;

use crate::{one_at_a_time, processor_time};

const PIECE_BYTES: usize = 1 << 20;
const TAG_BYTES: usize = 16;

pub(crate) fn measure(folder: &str, snapshot: &Snapshot, queries: &[Code]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let (plain, sealed) = (format!("{folder}/index"), format!("{folder}/index.sealed"));
    let cipher = XChaCha20Poly1305::new(&Key::from([7; 32]));

    let start = Instant::now();
    let mut file = File::create(&plain)?;
    snapshot.write(|piece| file.write_all(piece))?;
    file.sync_all()?;
    println!("written and synced in {:.2?}, {} bytes", start.elapsed(), file.metadata()?.len());
    let start = Instant::now();
    let (mut file, mut number, mut piece_sealed) = (File::create(&sealed)?, 0, Vec::new());
    snapshot.write(|piece| {
        piece_sealed.clear();
        piece_sealed.extend_from_slice(piece);
        cipher.encrypt_in_place(&nonce(number), b"", &mut piece_sealed).map_err(std::io::Error::other)?;
        number += 1;
        file.write_all(&piece_sealed)
    })?;
    file.sync_all()?;
    println!("sealed, written and synced in {:.2?}", start.elapsed());

    for check in [Check::Structure, Check::Everything, Check::Structure] {
        let start = Instant::now();
        let file = File::open(&plain)?;
        // SAFETY: nothing else writes to a file that this program has just written.
        let map = unsafe { Mmap::map(&file)? };
        let index = Index::open(Bytes::from_owner(map), check)?;
        println!("mapped with {check:?} checked in {:.2?}", start.elapsed());
        let start = Instant::now();
        let found = index.reader().snapshot().within(&queries[0], 31).len();
        println!("  its first query took {:.2?} and found {found}", start.elapsed());
        one_at_a_time("  mapped", &index.reader().snapshot(), queries);
    }

    let (start, cpu) = (Instant::now(), processor_time(ClockId::ProcessCPUTime));
    let index = open_sealed(&sealed, &cipher)?;
    let cpu = processor_time(ClockId::ProcessCPUTime) - cpu;
    println!("sealed: read, decrypted and opened in {:.2?} ({cpu:.2?} of all processors)", start.elapsed());
    one_at_a_time("  opened from sealed", &index.reader().snapshot(), queries);
    Ok(())
}

fn open_sealed(path: &str, cipher: &XChaCha20Poly1305) -> Result<Index, Box<dyn Error>> {
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len())?;
    let pieces = length.div_ceil(PIECE_BYTES + TAG_BYTES);
    let mut buffer = Buffer::zeroed(length - pieces * TAG_BYTES);
    let opened = buffer.par_chunks_mut(PIECE_BYTES).enumerate().try_for_each(|(number, piece)| {
        let (offset, mut tag) = (number * (PIECE_BYTES + TAG_BYTES), [0; TAG_BYTES]);
        read_at(&file, piece, offset)?;
        read_at(&file, &mut tag, offset + piece.len())?;
        let opened = cipher.decrypt_inout_detached(&nonce(number as u64), b"", piece.into(), &tag.into());
        opened.map_err(std::io::Error::other)
    });
    opened?;
    // The seal says that nothing was changed.
    Ok(Index::open(Bytes::from_owner(buffer), Check::Structure)?)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: usize) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset as u64)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], offset: usize) -> std::io::Result<()> {
    let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset as u64)?;
    if read == bytes.len() { Ok(()) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
}

/// Good enough for a measurement: a key of its own, and each number once.
fn nonce(number: u64) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    XNonce::from(nonce)
}
