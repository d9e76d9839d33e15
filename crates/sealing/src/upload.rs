//! A file for the hotline's eyes alone: sealed part by part where it is, so that nobody in between ever has it.
//!
//! A random [`FileKey`] seals the parts (STREAM over XChaCha20-Poly1305, with a 32-bit counter and a mark on the last part:
//! Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015); a part that is cut, swapped, repeated or of another file does not
//! open. The key is sealed to each recipient for the upload's id, and to nobody else.
//!
//! What the parts hold is `length of the file (8 bytes, the least significant first) || file || zeros`, padded by Padmé
//! (Nikitin et al., PETS 2019), so that the number of bytes tells at most 12 % of the size. Name, date and kind of the
//! file are not in it.

use std::fmt;

use aead_stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::aead::KeyInit;
use chacha20poly1305::{Key, XChaCha20Poly1305};
use rand::{CryptoRng, Rng};
use zeroize::Zeroizing;

use crate::envelope::{KEY_BYTES, OpenError, TAG_BYTES, derive};
use crate::recipient::{RECIPIENT_OVERHEAD_BYTES, Recipient, RecipientSecret};

/// Bytes of an upload's random id.
pub const UPLOAD_ID_BYTES: usize = 16;
/// Bytes that a part holds; only the last holds fewer.
pub const PART_BYTES: usize = 256 * 1024;
/// Bytes of a part as it is sent; only the last has fewer.
pub const SEALED_PART_BYTES: usize = PART_BYTES + TAG_BYTES;
/// Bytes of a file's key as sealed to one recipient.
pub const SEALED_FILE_KEY_BYTES: usize = KEY_BYTES + RECIPIENT_OVERHEAD_BYTES;

/// Smaller files are all of one size.
const CONTENT_BYTES_MIN: u64 = 64 * 1024;
const LENGTH_BYTES: usize = 8;
/// STREAM takes five bytes of the nonce for counter and mark.
const NONCE_PREFIX_BYTES: usize = 24 - 5;

/// The random key of one file. `Debug` does not show it.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; KEY_BYTES]>);

/// Seals a file whose bytes are arriving.
pub struct Sealer {
    stream: Option<EncryptorBE32<XChaCha20Poly1305>>,
    file_bytes: u64,
    /// Of the file, sealed so far.
    taken: u64,
    /// Of the padded content, sealed so far.
    sealed: u64,
}

/// Opens a file whose sealed parts are arriving.
pub struct Opener {
    stream: Option<DecryptorBE32<XChaCha20Poly1305>>,
    /// Of the file, still to come; `None` before the first part.
    missing: Option<u64>,
}

/// Other bytes than the next part takes: the file changed while it was read, or everything was sealed. Begin anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the next part takes {wanted} bytes of the file, not {given}")]
pub struct SealError {
    /// Bytes that the next part takes.
    pub wanted: usize,
    /// Bytes that were given.
    pub given: usize,
}

/// Bytes that all sealed parts of a file of this length have together.
pub const fn sealed_bytes(file_bytes: u64) -> u64 {
    let content = content_bytes(file_bytes);
    content + content.div_ceil(PART_BYTES as u64) * TAG_BYTES as u64
}

/// Length and file, padded: the exponent's own number of bits is how many leading bits of the length are kept.
const fn content_bytes(file_bytes: u64) -> u64 {
    let needed = file_bytes + LENGTH_BYTES as u64;
    if needed <= CONTENT_BYTES_MIN {
        return CONTENT_BYTES_MIN;
    }
    let exponent = needed.ilog2();
    let last_bits = exponent - (exponent.ilog2() + 1);
    needed.next_multiple_of(1 << last_bits)
}

impl FileKey {
    /// A new key.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(key.as_mut());
        Self(key)
    }

    /// Seals the key to a recipient, for this upload.
    pub fn seal_to(&self, recipient: &Recipient, id: &[u8; UPLOAD_ID_BYTES], rng: &mut impl CryptoRng) -> Vec<u8> {
        recipient.seal(&place(id), self.0.as_ref(), rng)
    }

    /// The key that was sealed to a recipient for this upload.
    pub fn open(secret: &RecipientSecret, id: &[u8; UPLOAD_ID_BYTES], sealed: &[u8]) -> Result<Self, OpenError> {
        let key = secret.open(&place(id), sealed)?;
        key.as_slice().try_into().map(|key| Self(Zeroizing::new(key))).map_err(|_| OpenError)
    }

    /// Begins to seal a file of this length, in bytes.
    pub fn sealer(&self, id: &[u8; UPLOAD_ID_BYTES], file_bytes: u64) -> Sealer {
        let (cipher, prefix) = self.parts(id);
        Sealer { stream: Some(EncryptorBE32::from_aead(cipher, &prefix.into())), file_bytes, taken: 0, sealed: 0 }
    }

    /// Begins to open a file.
    pub fn opener(&self, id: &[u8; UPLOAD_ID_BYTES]) -> Opener {
        let (cipher, prefix) = self.parts(id);
        Opener { stream: Some(DecryptorBE32::from_aead(cipher, &prefix.into())), missing: None }
    }

    fn parts(&self, id: &[u8; UPLOAD_ID_BYTES]) -> (XChaCha20Poly1305, [u8; NONCE_PREFIX_BYTES]) {
        let secret = |label: &[u8]| -> Zeroizing<[u8; KEY_BYTES]> { derive(self.0.as_ref(), &[label, id].concat()) };
        let prefix: Zeroizing<[u8; NONCE_PREFIX_BYTES]> =
            derive(self.0.as_ref(), &[&b"rempart upload: nonces"[..], id].concat());
        (XChaCha20Poly1305::new(&Key::from(*secret(b"rempart upload: parts"))), *prefix)
    }
}

fn place(id: &[u8; UPLOAD_ID_BYTES]) -> Vec<u8> {
    [&b"rempart upload: key"[..], id].concat()
}

impl Sealer {
    /// Bytes of the file that the next part takes, 0 where it is all padding; `None` when everything is sealed.
    pub fn wants(&self) -> Option<usize> {
        self.stream.as_ref()?;
        let room = (PART_BYTES - self.head_bytes()) as u64;
        // At most a part's bytes.
        Some(room.min(self.file_bytes - self.taken) as usize)
    }

    /// Seals the next part; `bytes` are exactly as many as it takes.
    pub fn seal_next(&mut self, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let given = bytes.len();
        let Some(wanted) = self.wants() else { return Err(SealError { wanted: 0, given }) };
        if given != wanted {
            return Err(SealError { wanted, given });
        }
        let left = content_bytes(self.file_bytes) - self.sealed;
        let length = left.min(PART_BYTES as u64);
        let mut part = Zeroizing::new(Vec::with_capacity(PART_BYTES));
        part.extend_from_slice(&self.file_bytes.to_le_bytes()[..self.head_bytes()]);
        part.extend_from_slice(bytes);
        part.resize(length as usize, 0);
        self.taken += given as u64;
        self.sealed += length;
        let mut stream = self.stream.take().expect("there is a next part only while there is a stream");
        let sealed = if left > PART_BYTES as u64 {
            let sealed = stream.encrypt_next(part.as_slice());
            self.stream = Some(stream);
            sealed
        } else {
            stream.encrypt_last(part.as_slice())
        };
        Ok(sealed.expect("a part is far below 256 GiB, and no file has 2^32 of them"))
    }

    /// Bytes that stand before the file's own in the next part.
    const fn head_bytes(&self) -> usize {
        if self.sealed == 0 { LENGTH_BYTES } else { 0 }
    }
}

impl Opener {
    /// Opens the next part; gives what it holds of the file. After the last part, all of the file was given; a file of
    /// which parts are missing is an error there.
    pub fn open_next(&mut self, sealed: &[u8], is_last: bool) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut stream = self.stream.take().ok_or(OpenError)?;
        let part = if is_last {
            stream.decrypt_last(sealed)
        } else {
            let part = stream.decrypt_next(sealed);
            self.stream = Some(stream);
            part
        };
        // Whoever spoils one part gets none of those that follow.
        let mut part = Zeroizing::new(part.map_err(|_| self.end())?);
        let missing = match self.missing {
            Some(missing) => missing,
            None => {
                let head = part.first_chunk::<LENGTH_BYTES>().ok_or_else(|| self.end())?;
                let length = u64::from_le_bytes(*head);
                part.drain(..LENGTH_BYTES);
                length
            }
        };
        let taken = usize::try_from(missing).unwrap_or(usize::MAX).min(part.len());
        part.truncate(taken);
        let missing = missing - taken as u64;
        self.missing = Some(missing);
        if is_last && missing > 0 { Err(OpenError) } else { Ok(part) }
    }

    fn end(&mut self) -> OpenError {
        self.stream = None;
        OpenError
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(..)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("file_bytes", &self.file_bytes).finish_non_exhaustive()
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const ID: [u8; UPLOAD_ID_BYTES] = [7; UPLOAD_ID_BYTES];

    fn key() -> FileKey {
        FileKey::generate(&mut StdRng::seed_from_u64(1))
    }

    fn file(bytes: usize) -> Vec<u8> {
        let mut file = vec![0; bytes];
        StdRng::seed_from_u64(bytes as u64).fill_bytes(&mut file);
        file
    }

    fn seal(key: &FileKey, file: &[u8]) -> Vec<Vec<u8>> {
        let (mut sealer, mut at, mut parts) = (key.sealer(&ID, file.len() as u64), 0, Vec::new());
        while let Some(wanted) = sealer.wants() {
            parts.push(sealer.seal_next(&file[at..at + wanted]).unwrap());
            at += wanted;
        }
        assert_eq!(at, file.len());
        parts
    }

    fn open(key: &FileKey, parts: &[Vec<u8>]) -> Result<Vec<u8>, OpenError> {
        let (mut opener, mut file) = (key.opener(&ID), Vec::new());
        for (place, part) in parts.iter().enumerate() {
            file.extend_from_slice(&opener.open_next(part, place + 1 == parts.len())?);
        }
        Ok(file)
    }

    #[test]
    fn a_file_of_any_length_comes_back_and_its_parts_tell_its_padded_length_alone() {
        let full = PART_BYTES - LENGTH_BYTES;
        for bytes in [0, 1, 1000, 65_528, 65_529, full - 1, full, full + 1, full + PART_BYTES, 700_001, 1_300_000] {
            let (file, key) = (file(bytes), key());
            let parts = seal(&key, &file);
            let (last, whole) = parts.split_last().unwrap();
            assert!(whole.iter().all(|part| part.len() == SEALED_PART_BYTES) && last.len() <= SEALED_PART_BYTES);
            assert_eq!(parts.iter().map(Vec::len).sum::<usize>() as u64, sealed_bytes(bytes as u64));
            assert_eq!(open(&key, &parts).unwrap(), file, "{bytes} bytes");
        }
    }

    #[test]
    fn small_files_are_all_of_one_size_and_larger_ones_of_few() {
        assert_eq!(sealed_bytes(0), sealed_bytes(65_528));
        assert_ne!(sealed_bytes(65_528), sealed_bytes(65_529));
        // The paper's bound: never more than about an eighth is added.
        let mut sizes = std::collections::BTreeSet::new();
        for bytes in (100_000..50_000_000_u64).step_by(9_973) {
            let content = content_bytes(bytes);
            assert!(content >= bytes + 8 && (content as f64) < 1.12 * (bytes + 8) as f64, "{bytes}");
            sizes.insert(content);
        }
        assert!(sizes.len() < 300, "{} sizes", sizes.len());
    }

    #[test]
    fn cut_swapped_repeated_and_foreign_parts_do_not_open() {
        let (key, file) = (key(), file(5 * PART_BYTES));
        let parts = seal(&key, &file);
        let refused = |parts: &[Vec<u8>]| assert_eq!(open(&key, parts), Err(OpenError));
        refused(&parts[..parts.len() - 1]);
        refused(&parts[1..]);
        refused(&[parts.clone(), vec![parts[1].clone()]].concat());
        let mut swapped = parts.clone();
        swapped.swap(1, 2);
        refused(&swapped);
        let mut repeated = parts.clone();
        repeated.insert(1, parts[0].clone());
        refused(&repeated);
        let mut foreign = parts.clone();
        foreign[2] = seal(&FileKey::generate(&mut StdRng::seed_from_u64(2)), &file)[2].clone();
        refused(&foreign);
        // The same key under another id is another file.
        let mut other = key.opener(&[8; UPLOAD_ID_BYTES]);
        assert_eq!(other.open_next(&parts[0], false).err(), Some(OpenError));
        let cut: Vec<_> = parts.iter().map(|part| part[..part.len() - 1].to_vec()).collect();
        refused(&cut);
    }

    #[test]
    fn nothing_opens_after_a_part_that_did_not() {
        let (key, file) = (key(), file(3 * PART_BYTES));
        let parts = seal(&key, &file);
        let mut opener = key.opener(&ID);
        assert!(opener.open_next(&parts[1], false).is_err());
        assert!(opener.open_next(&parts[0], false).is_err());
    }

    #[test]
    fn the_key_opens_for_its_recipient_and_its_upload_alone() {
        let mut rng = StdRng::seed_from_u64(3);
        let (ours, other) = (RecipientSecret::generate(&mut rng), RecipientSecret::generate(&mut rng));
        let sealed = key().seal_to(&ours.public(), &ID, &mut rng);
        assert_eq!(sealed.len(), SEALED_FILE_KEY_BYTES);
        assert_eq!(FileKey::open(&ours, &ID, &sealed).unwrap().0, key().0);
        assert_eq!(FileKey::open(&other, &ID, &sealed).err(), Some(OpenError));
        assert_eq!(FileKey::open(&ours, &[8; UPLOAD_ID_BYTES], &sealed).err(), Some(OpenError));
        // What was sealed as a case's key is no file's key.
        let as_case = ours.public().seal(&ID, &[0; 32], &mut rng);
        assert_eq!(FileKey::open(&ours, &ID, &as_case).err(), Some(OpenError));
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_sealed_to_the_end() {
        let mut sealer = key().sealer(&ID, 300_000);
        assert_eq!(sealer.seal_next(&[0; 9]), Err(SealError { wanted: PART_BYTES - LENGTH_BYTES, given: 9 }));
        sealer.seal_next(&vec![0; PART_BYTES - LENGTH_BYTES]).unwrap();
        let rest = 300_000 - (PART_BYTES - LENGTH_BYTES);
        assert_eq!(sealer.wants(), Some(rest));
        sealer.seal_next(&vec![0; rest]).unwrap();
        assert_eq!(sealer.wants(), None);
        assert_eq!(sealer.seal_next(&[]), Err(SealError { wanted: 0, given: 0 }));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_is_done_to_the_parts_the_file_comes_back_whole_or_not_at_all(
            bytes in 0..700_000_usize,
            order in proptest::collection::vec(0..4_usize, 0..5),
            spoil in proptest::option::of((0..4_usize, any::<usize>(), 1..=255_u8)),
        ) {
            let (key, file) = (key(), file(bytes));
            let parts = seal(&key, &file);
            let mut given: Vec<Vec<u8>> = order.iter().filter_map(|place| parts.get(*place).cloned()).collect();
            if let Some((place, at, change)) = spoil
                && let Some(part) = given.get_mut(place)
            {
                let at = at % part.len();
                part[at] ^= change;
            }
            if given == parts {
                prop_assert_eq!(open(&key, &given), Ok(file));
            } else if !given.is_empty() {
                prop_assert_eq!(open(&key, &given), Err(OpenError));
            }
        }

        #[test]
        fn arbitrary_parts_never_open(part: Vec<u8>, is_last: bool) {
            prop_assert!(key().opener(&ID).open_next(&part, is_last).is_err());
        }
    }
}
