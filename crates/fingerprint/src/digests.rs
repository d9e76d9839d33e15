//! MD5 and SHA-256 of a file, both from one pass over its bytes.

use md5::Digest as _;

use crate::{Md5, Sha256};

/// Digests in the making: feed the file in pieces of any size, then [`finish`](Digests::finish).
///
/// ```
/// let mut digests = fingerprint::Digests::new();
/// digests.update(b"a");
/// digests.update(b"bc");
/// assert_eq!(digests.finish().md5.to_string(), "900150983cd24fb0d6963f7d28e17f72");
/// ```
#[derive(Clone, Default)]
pub struct Digests {
    md5: md5::Md5,
    sha256: sha2::Sha256,
}

/// The digests of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDigests {
    /// What older hash lists carry.
    pub md5: Md5,
    /// What everything else should use.
    pub sha256: Sha256,
}

impl Digests {
    /// Begins with no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha256.update(bytes);
    }

    /// The digests of all bytes appended.
    pub fn finish(self) -> FileDigests {
        FileDigests {
            md5: Md5::from_bytes(self.md5.finalize().into()),
            sha256: Sha256::from_bytes(self.sha256.finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn of(bytes: &[u8]) -> FileDigests {
        let mut digests = Digests::new();
        digests.update(bytes);
        digests.finish()
    }

    #[test]
    fn digests_equal_the_examples_of_rfc_1321_and_fips_180() {
        let empty = of(b"");
        assert_eq!(empty.md5.to_string(), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(empty.sha256.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let abc = of(b"abc");
        assert_eq!(abc.md5.to_string(), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(abc.sha256.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn pieces_of_any_size_give_the_digests_of_the_whole() {
        let bytes: alloc::vec::Vec<u8> = (0..1000u32).map(|index| (index * 31 % 256) as u8).collect();
        for size in [1, 3, 63, 64, 65, 127, 1000] {
            let mut digests = Digests::new();
            bytes.chunks(size).for_each(|piece| digests.update(piece));
            assert_eq!(digests.finish(), of(&bytes));
        }
    }
}
