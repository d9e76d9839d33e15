//! The live index in a file of its own, so that a start need not make it again from every change. The file is a
//! convenience: one that is missing, torn, of another time or sealed with another key is left aside, and the index is
//! made as if there were none.
//!
//! It is a row of frames, `length (u32, little-endian) || envelope`. Each envelope holds up to a MiB and is sealed for
//! its [`Stand`], its place in the row and whether it is the last, so that frames cannot be exchanged, cut off or taken
//! from another file. Joined, they are a header (`applied`, `newest_at`, bytes of the book, bytes of the index: u64
//! each), the book ([`Live::book_bytes`]) and the index ([`hamming::Snapshot::write`]).

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hamming::{Buffer, Check, Index};
use rand::Rng;
use rayon::prelude::*;
use sealing::NodeKey;

use super::live::Live;
use crate::clock::Entropy;
use crate::compute::{BrokenOff, off_runtime};

/// Bytes of what is sealed together.
const PIECE_BYTES: usize = 1 << 20;
/// What an envelope has more than its plain text, and some to spare.
const ENVELOPE_BYTES_MAX: usize = PIECE_BYTES + 1_024;
/// Frames that are opened at a time, on all cores.
const FRAMES_AT_A_TIME: usize = 32;
const HEADER_BYTES: usize = 32;
const VERSION: u8 = 1;

/// What an index is of: a file for another is not opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stand(pub(crate) Vec<u8>);

/// Why a file was left aside.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoredError {
    /// It cannot be read or written. Look at the disk and the rights of the folder.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A frame does not open: it is damaged, of another time or of another key.
    #[error("it is damaged, or belongs to another bank or another time of it")]
    Sealed,
    /// It opens and contradicts itself: another version wrote it.
    #[error("it was written by another version")]
    Form,
}

/// Merges what is to be merged and writes the index to `file`, whole or not at all.
pub(crate) fn write(
    live: &Live,
    file: &Path,
    key: &NodeKey,
    stand: &Stand,
    rng: &mut impl Rng,
) -> Result<(), StoredError> {
    live.settle();
    let beside = file.with_added_extension("part");
    let written = write_beside(live, &beside, key, stand, rng).and_then(|()| Ok(fs::rename(&beside, file)?));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_beside(
    live: &Live,
    beside: &Path,
    key: &NodeKey,
    stand: &Stand,
    rng: &mut impl Rng,
) -> Result<(), StoredError> {
    let (book, index, applied, newest_at) = live.to_store();
    let mut index_bytes = 0_u64;
    index.write(|piece| {
        index_bytes += piece.len() as u64;
        Ok::<_, StoredError>(())
    })?;
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut frames =
        Frames { out: BufWriter::new(options.open(beside)?), key, stand, rng, number: 0, held: Vec::new() };
    for number in [applied, newest_at, book.len() as u64, index_bytes] {
        frames.add(&number.to_le_bytes())?;
    }
    frames.add(&book)?;
    index.write(|piece| frames.add(piece))?;
    let out = frames.end()?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(())
}

/// Reads the index that [`write`] wrote; `None` when there is no file.
pub(crate) fn read(file: &Path, key: &NodeKey, stand: &Stand, views_max: usize) -> Result<Option<Live>, StoredError> {
    let opened = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let length = opened.metadata()?.len();
    let mut plain =
        Plain { frames: BufReader::new(opened), key, stand, number: 0, last: false, ready: Vec::new(), at: 0 };
    let mut header = [0; HEADER_BYTES];
    plain.fill(&mut header)?;
    let number = |place: usize| u64::from_le_bytes(header[place * 8..][..8].try_into().expect("eight bytes"));
    // The file bounds what is set aside, whatever its header says.
    let sized = |bytes: u64| usize::try_from(bytes).ok().filter(|_| bytes <= length).ok_or(StoredError::Form);
    let mut book = vec![0; sized(number(2))?];
    plain.fill(&mut book)?;
    let mut index = Buffer::zeroed(sized(number(3))?);
    plain.fill(&mut index)?;
    if !plain.is_over()? {
        return Err(StoredError::Form);
    }
    // The envelopes have vouched for every byte.
    let index = Index::open(Bytes::from_owner(index), Check::Structure).map_err(|_| StoredError::Form)?;
    Live::from_stored(views_max, index, &book, number(0), number(1)).ok_or(StoredError::Form).map(Some)
}

/// The index that `file` holds, or an empty one; says in the log why the file was left aside.
pub(crate) async fn open(file: Option<PathBuf>, key: Arc<NodeKey>, stand: Stand, views_max: usize) -> Live {
    let Some(file) = file else { return Live::new(views_max) };
    let begun = std::time::Instant::now();
    match off_runtime(move || read(&file, &key, &stand, views_max)).await {
        Ok(Ok(Some(live))) => {
            let (entries, seconds) = (live.size().entries, begun.elapsed().as_secs_f64());
            tracing::info!(entries, seconds, "the index was read from its file");
            return live;
        }
        Ok(Ok(None)) | Err(BrokenOff) => {}
        Ok(Err(error)) => tracing::info!(%error, "the file of the index is left aside; making the index anew"),
    }
    Live::new(views_max)
}

/// Writes the index as it stands; a failure is logged, since the index can be made anew.
pub(crate) async fn store(live: Arc<Live>, file: PathBuf, key: Arc<NodeKey>, stand: Stand, entropy: Entropy) {
    match off_runtime(move || write(&live, &file, &key, &stand, &mut entropy.rng())).await {
        Ok(Ok(())) | Err(BrokenOff) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the index could not be stored; the next start makes it anew"),
    }
}

/// What a frame is sealed for.
fn context(stand: &Stand, number: u64, is_last: bool) -> Vec<u8> {
    [b"live index".as_slice(), &[VERSION, u8::from(is_last)], &number.to_le_bytes(), &stand.0].concat()
}

struct Frames<'a, R> {
    out: BufWriter<File>,
    key: &'a NodeKey,
    stand: &'a Stand,
    rng: &'a mut R,
    number: u64,
    held: Vec<u8>,
}

impl<R: Rng> Frames<'_, R> {
    fn add(&mut self, mut bytes: &[u8]) -> Result<(), StoredError> {
        while !bytes.is_empty() {
            if self.held.len() == PIECE_BYTES {
                self.seal(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn seal(&mut self, is_last: bool) -> Result<(), StoredError> {
        let envelope = self.key.seal(&context(self.stand, self.number, is_last), &self.held, self.rng);
        let length = u32::try_from(envelope.len()).expect("a piece is a MiB");
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(&envelope)?;
        self.number += 1;
        self.held.clear();
        Ok(())
    }

    fn end(mut self) -> Result<BufWriter<File>, StoredError> {
        self.seal(true)?;
        Ok(self.out)
    }
}

/// The joined plain text of a row of frames, as it is asked for.
struct Plain<'a, F> {
    frames: F,
    key: &'a NodeKey,
    stand: &'a Stand,
    number: u64,
    last: bool,
    ready: Vec<u8>,
    at: usize,
}

impl<F: Read> Plain<'_, F> {
    fn fill(&mut self, mut into: &mut [u8]) -> Result<(), StoredError> {
        while !into.is_empty() {
            if self.at == self.ready.len() {
                self.open_some()?;
            }
            let count = into.len().min(self.ready.len() - self.at);
            if count == 0 {
                return Err(StoredError::Form);
            }
            let (now, later) = into.split_at_mut(count);
            now.copy_from_slice(&self.ready[self.at..][..count]);
            self.at += count;
            into = later;
        }
        Ok(())
    }

    /// Whether nothing is left, and the frame that says so was there.
    fn is_over(&mut self) -> Result<bool, StoredError> {
        if self.at == self.ready.len() && !self.last {
            self.open_some()?;
        }
        Ok(self.at == self.ready.len() && self.last)
    }

    fn open_some(&mut self) -> Result<(), StoredError> {
        if self.last {
            return Err(StoredError::Form);
        }
        let mut envelopes = Vec::with_capacity(FRAMES_AT_A_TIME);
        while envelopes.len() < FRAMES_AT_A_TIME
            && let Some(envelope) = self.envelope()?
        {
            envelopes.push(envelope);
        }
        let (key, stand, first) = (self.key, self.stand, self.number);
        let open = |(place, envelope): (usize, Vec<u8>)| {
            let number = first + place as u64;
            let opened = key.open(&context(stand, number, false), &envelope).map(|plain| (plain, false));
            opened.or_else(|_| key.open(&context(stand, number, true), &envelope).map(|plain| (plain, true)))
        };
        let opened: Vec<_> = envelopes.into_par_iter().enumerate().map(open).collect();
        (self.ready, self.at) = (Vec::new(), 0);
        for frame in opened {
            let (plain, is_last) = frame.map_err(|_| StoredError::Sealed)?;
            if self.last {
                return Err(StoredError::Form);
            }
            self.ready.extend_from_slice(&plain);
            self.last = is_last;
            self.number += 1;
        }
        // A row that ends without its last frame was cut off.
        if self.number == first { Err(StoredError::Sealed) } else { Ok(()) }
    }

    fn envelope(&mut self) -> Result<Option<Vec<u8>>, StoredError> {
        let mut length = [0; 4];
        match self.frames.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > ENVELOPE_BYTES_MAX {
            return Err(StoredError::Form);
        }
        let mut envelope = vec![0; length];
        match self.frames.read_exact(&mut envelope) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(StoredError::Sealed),
            read => Ok(read.map(|()| Some(envelope))?),
        }
    }
}

#[cfg(test)]
mod tests {
    use exchange::{Class, Entry, EntryId, Fingerprint, Parsed, Radius, Status, Tier, Time, View};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    fn entries(count: u64) -> Vec<Entry> {
        let mut rng = StdRng::seed_from_u64(3);
        let mut entry = |number: u64| Entry {
            id: EntryId::from_bytes((u128::from(number) + 1).to_be_bytes()),
            class: if number.is_multiple_of(2) { Class::Minor } else { Class::Adult },
            tier: Tier::Confirmed,
            status: if number.is_multiple_of(3) { Status::Disputed } else { Status::Active },
            fingerprints: vec![
                Fingerprint::Sha256(rng.random()),
                Fingerprint::Pdq { hash: rng.random(), quality: None },
                Fingerprint::Md5([number as u8; 16]),
            ],
            views: vec![View { code: 7, hash: rng.random() }, View { code: 200, hash: rng.random() }],
            block_radius: (!number.is_multiple_of(3)).then_some(31),
            origin: String::new(),
            created_at: Time::from_micros(0),
        };
        (0..count).map(&mut entry).collect()
    }

    fn queries(entries: &[Entry]) -> Vec<Parsed> {
        let query = |entry: &Entry| {
            let mut parsed = Parsed::default();
            for fingerprint in &entry.fingerprints {
                match fingerprint {
                    Fingerprint::Pdq { hash, .. } => parsed.pdq.push(*hash),
                    Fingerprint::Sha256(digest) => parsed.sha256 = Some(*digest),
                    Fingerprint::Md5(digest) => parsed.md5 = Some(*digest),
                }
            }
            parsed.trimmed.extend(entry.views.iter().map(|view| view.hash));
            parsed
        };
        entries.iter().map(query).collect()
    }

    struct Kept {
        folder: tempfile::TempDir,
        key: NodeKey,
        live: Live,
        entries: Vec<Entry>,
    }

    impl Kept {
        fn new(count: u64) -> Self {
            let (live, entries) = (Live::new(64), entries(count));
            live.load(&entries);
            live.forget(&entries.iter().step_by(5).map(|entry| entry.id).collect::<Vec<_>>());
            live.apply(&[], 77);
            let (folder, mut rng) = (tempfile::tempdir().unwrap(), StdRng::seed_from_u64(1));
            let this = Self { folder, key: NodeKey::generate(&mut rng), live, entries };
            write(&this.live, &this.file(), &this.key, &stand(), &mut rng).unwrap();
            this
        }

        fn file(&self) -> PathBuf {
            self.folder.path().join("index")
        }

        fn read(&self) -> Result<Option<Live>, StoredError> {
            read(&self.file(), &self.key, &stand(), 64)
        }
    }

    fn stand() -> Stand {
        Stand(b"this bank".to_vec())
    }

    #[test]
    fn what_is_read_again_answers_as_what_was_written_and_goes_on() {
        // More than one frame.
        let kept = Kept::new(6_000);
        assert!(fs::metadata(kept.file()).unwrap().len() > 2 * PIECE_BYTES as u64);
        let again = kept.read().unwrap().unwrap();
        assert_eq!((again.applied(), again.is_ready()), (77, false));
        let sizes = |live: &Live| (live.size().entries, live.size().hashes, live.size().views, live.size().digests);
        assert_eq!(sizes(&again), sizes(&kept.live));
        let more = entries(6_100).split_off(6_000);
        for live in [&kept.live, &again] {
            live.load(&more);
            live.forget(&kept.entries[1..50].iter().map(|entry| entry.id).collect::<Vec<_>>());
        }
        let queries = queries(&kept.entries[..300]);
        let all = |live: &Live| live.answer(&queries, Radius::DEFAULT, |_, _| true);
        assert_eq!(all(&again), all(&kept.live));
        assert!(all(&again).iter().any(|result| result.matches.len() > 1));
    }

    #[test]
    fn a_file_that_is_cut_changed_or_of_another_bank_is_left_aside() {
        let kept = Kept::new(200);
        let whole = fs::read(kept.file()).unwrap();
        for length in [0, 3, 4, 40, whole.len() / 2, whole.len() - 1] {
            fs::write(kept.file(), &whole[..length]).unwrap();
            assert!(kept.read().is_err(), "{length} bytes");
        }
        for place in (0..whole.len()).step_by(whole.len() / 50) {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(kept.file(), &changed).unwrap();
            assert!(kept.read().is_err(), "byte {place}");
        }
        fs::write(kept.file(), [whole.as_slice(), &whole].concat()).unwrap();
        assert!(kept.read().is_err());
        fs::write(kept.file(), &whole).unwrap();
        let other = NodeKey::generate(&mut StdRng::seed_from_u64(2));
        assert!(matches!(read(&kept.file(), &other, &stand(), 64), Err(StoredError::Sealed)));
        let elsewhere = Stand(b"that bank".to_vec());
        assert!(matches!(read(&kept.file(), &kept.key, &elsewhere, 64), Err(StoredError::Sealed)));
        fs::remove_file(kept.file()).unwrap();
        assert!(kept.read().unwrap().is_none());
    }

    #[test]
    fn nothing_in_the_file_is_bare() {
        let kept = Kept::new(20);
        let bytes = fs::read(kept.file()).unwrap();
        for entry in &kept.entries {
            for needle in entry.fingerprints.iter().map(Fingerprint::bytes).filter(|bytes| bytes.len() == 32) {
                assert!(!bytes.windows(16).any(|window| window == &needle[..16]));
            }
        }
    }
}
