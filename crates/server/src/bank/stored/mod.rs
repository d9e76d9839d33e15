//! The live index in a file of its own, so that a start need not make it again from every change. The file is a
//! convenience: one that is missing, torn, of another time or of another key is left aside, and the index is made as if
//! there were none.
//!
//! Its content is a header (64 bytes), the book ([`Live::to_store`]) and the index ([`hamming::Snapshot::write`]); each is
//! used where it lies. It is kept in one of two forms: [`sealed`], or as it is where the operator declares the disk itself
//! encrypted ([`bare`]).

mod bare;
mod sealed;

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytemuck::{Pod, Zeroable, bytes_of};
use bytes::Bytes;
use hamming::{Check, Index};
use rand::RngExt;
use sealing::NodeKey;

use super::live::Live;
use crate::clock::Entropy;
use crate::compute::{BrokenOff, off_runtime};

/// Bytes of what is sealed, or checked, together.
const PIECE_BYTES: usize = 1 << 20;
/// What the name of a file ends with that is being written.
const PART: &str = "part";
/// Begins the content; the last byte is the version.
const MAGIC: u64 = 0x7265_6d70_6964_7802;

/// How the file protects what is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum IndexForm {
    /// Sealed with the key that seals fingerprints everywhere.
    #[default]
    Sealed,
    /// As it is: the disk is encrypted. It is then mapped rather than read.
    Bare,
}

/// What an index is of: a file for another is not opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stand(pub(crate) Vec<u8>);

/// A file for an index, and what the index is of.
#[derive(Clone)]
pub(crate) struct Keeping {
    pub(crate) file: PathBuf,
    pub(crate) form: IndexForm,
    pub(crate) key: Arc<NodeKey>,
    pub(crate) stand: Stand,
}

/// Why a file was left aside.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoredError {
    /// It cannot be read or written. Look at the disk and the rights of the folder.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something in it does not open: it is torn, damaged, of another time or of another key.
    #[error("it is damaged, or belongs to another bank or another time of it")]
    Foreign,
    /// It opens and contradicts itself, or another version wrote it.
    #[error("it was written by another version")]
    Form,
    /// It is not sealed, and the setting says that it has to be. It was removed.
    #[error("it is not sealed, and the disk is not declared encrypted: removed")]
    Unsealed,
}

/// The first 64 bytes of the content.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: u64,
    applied: u64,
    newest_at: u64,
    book_bytes: u64,
    zero: [u64; 4],
}

impl Keeping {
    /// Writes the index, whole or not at all; gives the number up to which it has everything.
    pub(super) fn write(&self, live: &Live, entropy: &Entropy) -> Result<u64, StoredError> {
        let beside = self.beside(entropy.rng().random());
        let written = self.write_beside(live, &beside, entropy);
        let written = written.and_then(|applied| fs::rename(&beside, &self.file).map(|()| applied).map_err(Into::into));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written
    }

    fn write_beside(&self, live: &Live, beside: &Path, entropy: &Entropy) -> Result<u64, StoredError> {
        let (book, index, applied, newest_at) = live.to_store();
        let header = Header { magic: MAGIC, applied, newest_at, book_bytes: book.len() as u64, zero: [0; 4] };
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(beside)?;
        // So that another process that starts knows that it is not left over. Where files have no locks it may take it for
        // that; then this writing fails.
        drop(file.try_lock());
        let out = BufWriter::new(file);
        let content = |sink: &mut dyn FnMut(&[u8]) -> io::Result<()>| {
            sink(bytes_of(&header))?;
            sink(&book)?;
            index.write(sink)
        };
        let out = match self.form {
            IndexForm::Sealed => sealed::write(out, &self.key, &self.stand, entropy, content)?,
            IndexForm::Bare => bare::write(out, &self.mark(), content)?,
        };
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(applied)
    }

    /// Reads the index that [`Self::write`] wrote; `None` when there is no file. One that is not sealed and has to be is
    /// removed, and so is what a writing that was cut off left.
    pub(super) fn read(&self, views_max: usize) -> Result<Option<Live>, StoredError> {
        // Whether that succeeds or not, the file itself may have to go.
        if let Err(error) = self.tidy() {
            tracing::warn!(%error, "what an interrupted writing of the index left could not be removed");
        }
        let mut file = match File::open(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut start = Vec::new();
        Read::by_ref(&mut file).take(bare::NAME.len() as u64).read_to_end(&mut start)?;
        let content = match (self.form, start == bare::NAME) {
            (IndexForm::Sealed, false) => sealed::read(file, &self.key, &self.stand)?,
            (IndexForm::Bare, true) => bare::map(&file, &self.mark())?,
            (IndexForm::Bare, false) => return Err(StoredError::Foreign),
            (IndexForm::Sealed, true) => {
                drop(file);
                fs::remove_file(&self.file)?;
                return Err(StoredError::Unsealed);
            }
        };
        opened(content, views_max).ok_or(StoredError::Form).map(Some)
    }

    /// Where this writing goes on until it is whole: another process on the same folder writes elsewhere.
    fn beside(&self, number: u64) -> PathBuf {
        self.file.with_added_extension(format!("{number:016x}.{PART}"))
    }

    /// Removes what writings that were cut off left, but not what another process is at.
    fn tidy(&self) -> io::Result<()> {
        let Some((folder, name)) = self.file.parent().zip(self.file.file_name()) else { return Ok(()) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = folder.join(entry?.file_name());
            let is_of = path.file_name().is_some_and(|other| {
                let rest = other.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
                rest.is_some_and(|rest| rest.starts_with(b"."))
            });
            if !is_of || path.extension().is_none_or(|extension| extension != PART) {
                continue;
            }
            let removed = File::open(&path).and_then(|part| match part.try_lock() {
                Err(TryLockError::WouldBlock) => Ok(()),
                _ => fs::remove_file(&path),
            });
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Names key and stand without telling either.
    fn mark(&self) -> [u8; 32] {
        self.key.digest(&[b"bare live index", &self.stand.0])
    }
}

/// The index of this content, every byte of which was vouched for.
fn opened(content: Bytes, views_max: usize) -> Option<Live> {
    let header: Header = bytemuck::pod_read_unaligned(content.get(..size_of::<Header>())?);
    let book_end = size_of::<Header>().checked_add(usize::try_from(header.book_bytes).ok()?)?;
    if header.magic != MAGIC || book_end > content.len() {
        return None;
    }
    let (book, index) = (content.slice(size_of::<Header>()..book_end), content.slice(book_end..));
    let index = Index::open(index, Check::Structure).ok()?;
    Live::from_stored(views_max, index, book, header.applied, header.newest_at)
}

/// The index that a file holds, or an empty one; says in the log why the file was left aside.
pub(crate) async fn open(keeping: Option<Keeping>, views_max: usize) -> Live {
    let Some(keeping) = keeping else { return Live::new(views_max) };
    let begun = std::time::Instant::now();
    match off_runtime(move || keeping.read(views_max)).await {
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

/// Writes the index as it stands; gives the number up to which it has everything. A failure is logged, since the index can be
/// made anew.
pub(crate) async fn store(live: Arc<Live>, keeping: Keeping, entropy: Entropy) -> Option<u64> {
    match off_runtime(move || keeping.write(&live, &entropy)).await {
        Ok(Ok(applied)) => Some(applied),
        Err(BrokenOff) => None,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the index could not be stored; the next start makes it anew");
            None
        }
    }
}

/// Cuts what is added into pieces of the same length, the last one shorter.
struct Pieces<F> {
    held: Vec<u8>,
    number: u64,
    /// Is given a piece, its number, and whether it is the last.
    each: F,
}

impl<F: FnMut(&[u8], u64, bool) -> io::Result<()>> Pieces<F> {
    const fn new(each: F) -> Self {
        Self { held: Vec::new(), number: 0, each }
    }

    fn add(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.held.len() == PIECE_BYTES {
                (self.each)(&self.held, self.number, false)?;
                self.held.clear();
                self.number += 1;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn end(mut self) -> io::Result<()> {
        (self.each)(&self.held, self.number, true)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

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

    const FORMS: [IndexForm; 2] = [IndexForm::Sealed, IndexForm::Bare];

    struct Kept {
        _folder: tempfile::TempDir,
        keeping: Keeping,
        live: Live,
        entries: Vec<Entry>,
    }

    impl Kept {
        fn new(form: IndexForm, count: u64) -> Self {
            let (live, entries) = (Live::new(64), entries(count));
            live.load(&entries);
            live.forget(&entries.iter().step_by(5).map(|entry| entry.id).collect::<Vec<_>>());
            live.apply(&[], 77);
            // How large the file is depends on what was merged.
            live.tend();
            let (folder, file) = (tempfile::tempdir().unwrap(), "index");
            let file = folder.path().join(file);
            let (key, stand) = (Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1))), stand());
            let this = Self { _folder: folder, keeping: Keeping { file, form, key, stand }, live, entries };
            this.write();
            this
        }

        fn write(&self) {
            assert_eq!(self.keeping.write(&self.live, &Entropy::System).unwrap(), self.live.applied());
        }

        fn read(&self) -> Result<Option<Live>, StoredError> {
            self.keeping.read(64)
        }

        fn bytes(&self) -> Vec<u8> {
            fs::read(&self.keeping.file).unwrap()
        }

        fn put(&self, bytes: &[u8]) {
            // As the file is replaced: what an index still searches is not touched.
            fs::remove_file(&self.keeping.file).unwrap();
            fs::write(&self.keeping.file, bytes).unwrap();
        }
    }

    fn stand() -> Stand {
        Stand(b"this bank".to_vec())
    }

    fn check_same(one: &Live, other: &Live, queries: &[Parsed]) {
        let sizes = |live: &Live| (live.size().entries, live.size().hashes, live.size().views, live.size().digests);
        assert_eq!(sizes(one), sizes(other));
        let sorted = |live: &Live| {
            let mut ids = live.ids();
            ids.sort_unstable();
            ids
        };
        assert_eq!(sorted(one), sorted(other));
        let all = |live: &Live| live.answer(queries, Radius::DEFAULT, |_, _| true);
        assert_eq!(all(one), all(other));
        assert!(all(one).iter().any(|result| result.matches.len() > 1));
    }

    #[test]
    fn what_is_read_again_answers_as_what_was_written_and_goes_on() {
        for form in FORMS {
            // More than one piece.
            let kept = Kept::new(form, 6_000);
            assert!(kept.bytes().len() > 2 * PIECE_BYTES);
            let again = kept.read().unwrap().unwrap();
            assert_eq!((again.applied(), again.is_ready()), (77, false));
            let queries = queries(&kept.entries[..300]);
            check_same(&again, &kept.live, &queries);
            let more = entries(6_100).split_off(6_000);
            let mut changed = kept.entries[100..150].to_vec();
            // The same fingerprints under other terms, other fingerprints, fewer views.
            changed.iter_mut().for_each(|entry| entry.tier = Tier::Reported);
            changed[10..20].iter_mut().for_each(|entry| entry.fingerprints.swap(0, 1));
            changed[20..30].iter_mut().for_each(|entry| entry.views.truncate(1));
            for live in [&kept.live, &again] {
                live.load(&more);
                live.load(&changed);
                live.load(&changed[30..40]);
                live.forget(&kept.entries[1..50].iter().map(|entry| entry.id).collect::<Vec<_>>());
                live.forget(&kept.entries[140..150].iter().map(|entry| entry.id).collect::<Vec<_>>());
                live.load(&kept.entries[40..60]);
            }
            check_same(&again, &kept.live, &queries);
            assert_eq!(again.read_tiers(&queries), kept.live.read_tiers(&queries));

            // Once more, with what came since.
            kept.keeping.write(&again, &Entropy::System).unwrap();
            let third = kept.read().unwrap().unwrap();
            check_same(&third, &kept.live, &queries);
            third.forget(&third.ids());
            let size = third.size();
            assert_eq!((size.entries, size.hashes, size.views, size.digests), (0, 0, 0, 0));
        }
    }

    impl Live {
        fn read_tiers(&self, queries: &[Parsed]) -> Vec<Vec<Tier>> {
            let results = self.answer(queries, Radius::DEFAULT, |_, tier| tier == Tier::Reported);
            results.iter().map(|result| result.matches.iter().map(|matched| matched.tier).collect()).collect()
        }
    }

    #[test]
    fn a_file_that_is_cut_changed_or_of_another_bank_is_left_aside() {
        for form in FORMS {
            let kept = Kept::new(form, 200);
            let whole = kept.bytes();
            for length in [0, 3, 4, 40, 63, 64, 128, whole.len() / 2, whole.len() - 1] {
                kept.put(&whole[..length]);
                assert!(kept.read().is_err(), "{form:?}, {length} bytes");
            }
            for place in (0..whole.len()).step_by(whole.len() / 97).chain(whole.len() - 24..whole.len()) {
                let mut changed = whole.clone();
                changed[place] ^= 1;
                kept.put(&changed);
                assert!(kept.read().is_err(), "{form:?}, byte {place}");
            }
            kept.put(&[whole.as_slice(), &whole].concat());
            assert!(kept.read().is_err());
            kept.put(&whole);
            let key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(2)));
            let other = Keeping { key, ..kept.keeping.clone() };
            assert!(matches!(other.read(64), Err(StoredError::Foreign)));
            let elsewhere = Keeping { stand: Stand(b"that bank".to_vec()), ..kept.keeping.clone() };
            assert!(matches!(elsewhere.read(64), Err(StoredError::Foreign)));
            assert!(kept.read().unwrap().is_some(), "nothing of that did harm to the file");
            fs::remove_file(&kept.keeping.file).unwrap();
            assert!(kept.read().unwrap().is_none());
        }
    }

    #[test]
    fn a_file_that_was_cut_at_the_edge_of_a_piece_is_left_aside() {
        for form in FORMS {
            let kept = Kept::new(form, 6_000);
            let whole = kept.bytes();
            for edge in [PIECE_BYTES, PIECE_BYTES + 40, 2 * (PIECE_BYTES + 40)] {
                for length in [edge, edge + 1, edge + 4, edge + 39, edge + 40, edge + 41] {
                    kept.put(&whole[..length]);
                    assert!(kept.read().is_err(), "{form:?}, {length} bytes");
                }
            }
        }
    }

    fn holds_a_fingerprint(bytes: &[u8], entries: &[Entry]) -> bool {
        let fingerprints = entries.iter().flat_map(|entry| &entry.fingerprints);
        let mut needles = fingerprints.map(Fingerprint::bytes).filter(|bytes| bytes.len() == 32);
        needles.any(|needle| bytes.windows(16).any(|window| window == &needle[..16]))
    }

    #[test]
    fn two_processes_that_write_one_file_keep_out_of_each_others_way() {
        let kept = Kept::new(IndexForm::Sealed, 200);
        // The other is at it, and was once cut off.
        let [theirs, left, formerly] =
            [kept.keeping.beside(1), kept.keeping.beside(2), kept.keeping.file.with_added_extension("part")];
        let other = File::create(&theirs).unwrap();
        other.lock().unwrap();
        fs::write(&left, b"left").unwrap();
        fs::write(&formerly, b"left").unwrap();
        assert!(kept.read().unwrap().is_some());
        assert!(theirs.exists() && !left.exists() && !formerly.exists());
        kept.write();
        assert!(theirs.exists() && kept.read().unwrap().is_some());
        drop(other);
        kept.read().unwrap();
        assert_eq!(fs::read_dir(theirs.parent().unwrap()).unwrap().count(), 1, "the index alone");
    }

    #[test]
    fn nothing_that_was_withdrawn_is_in_the_file() {
        for form in FORMS {
            // A tail; segments.
            for count in [40, 6_000] {
                let kept = Kept::new(form, count);
                let file = File::open(&kept.keeping.file).unwrap();
                let content = match form {
                    IndexForm::Sealed => sealed::read(file, &kept.keeping.key, &kept.keeping.stand).unwrap(),
                    IndexForm::Bare => bare::map(&file, &kept.keeping.mark()).unwrap(),
                };
                // A hash's second half lies together wherever it is, and so does every digest.
                let written: HashSet<&[u8]> = content.chunks(16).collect();
                for (place, entry) in kept.entries.iter().enumerate() {
                    let fingerprints = entry.fingerprints.iter().filter(|one| !matches!(one, Fingerprint::Md5(_)));
                    let hashes =
                        fingerprints.map(Fingerprint::bytes).chain(entry.views.iter().map(|view| &view.hash[..]));
                    for hash in hashes {
                        assert_eq!(
                            written.contains(&hash[16..]),
                            !place.is_multiple_of(5),
                            "{form:?}, {place} of {count}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_in_a_sealed_file_is_bare() {
        let kept = Kept::new(IndexForm::Sealed, 20);
        assert!(!holds_a_fingerprint(&kept.bytes(), &kept.entries));
    }

    #[test]
    fn a_file_that_is_not_sealed_goes_when_it_has_to_be() {
        let mut kept = Kept::new(IndexForm::Bare, 20);
        assert!(holds_a_fingerprint(&kept.bytes(), &kept.entries), "the test would find one");
        let (beside, bare) = (kept.keeping.beside(1), kept.bytes());
        fs::copy(&kept.keeping.file, &beside).unwrap();
        kept.keeping.form = IndexForm::Sealed;
        assert!(matches!(kept.read(), Err(StoredError::Unsealed)));
        assert!(!kept.keeping.file.exists() && !beside.exists());

        // One of another version too, and when what is beside it cannot go.
        let mut bare = bare;
        bare[bare::MAGIC.len() - 1] += 1;
        fs::write(&kept.keeping.file, &bare).unwrap();
        fs::create_dir(&beside).unwrap();
        assert!(matches!(kept.read(), Err(StoredError::Unsealed)));
        assert!(!kept.keeping.file.exists());
        fs::remove_dir(&beside).unwrap();

        kept.write();
        assert!(!holds_a_fingerprint(&kept.bytes(), &kept.entries));
        assert!(kept.read().unwrap().is_some());

        // The other way round, the sealed one is of no use and replaced.
        kept.keeping.form = IndexForm::Bare;
        assert!(matches!(kept.read(), Err(StoredError::Foreign)));
        kept.write();
        assert!(kept.read().unwrap().is_some());
    }
}
