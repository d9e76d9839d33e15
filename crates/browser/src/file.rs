//! Digests of a file of any size, in pieces: it is never in memory as a whole.

use fingerprint::Digests;
use wasm_bindgen::prelude::wasm_bindgen;

/// Digests in the making.
#[wasm_bindgen]
#[derive(Default)]
pub struct FileDigests(Digests);

#[wasm_bindgen]
impl FileDigests {
    /// Begins with no bytes.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// SHA-256 and MD5 of all bytes appended, as the JSON list that a contribution's `fingerprints` is.
    pub fn finish(self) -> String {
        let digests = self.0.finish();
        format!(r#"[{{"kind":"sha256","value":"{}"}},{{"kind":"md5","value":"{}"}}]"#, digests.sha256, digests.md5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_file_have_the_digests_of_the_file() {
        let mut digests = FileDigests::new();
        for piece in [&b"a"[..], b"", b"bc"] {
            digests.push(piece);
        }
        // The examples of FIPS 180-2 and RFC 1321.
        assert_eq!(
            digests.finish(),
            "[{\"kind\":\"sha256\",\"value\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"},\
             {\"kind\":\"md5\",\"value\":\"900150983cd24fb0d6963f7d28e17f72\"}]"
        );
    }
}
