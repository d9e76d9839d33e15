//! Notes, checkpoints, keys, tile paths and bundles of a log that somebody else keeps.

#![no_main]

use std::sync::LazyLock;

use ledger::{Checkpoint, Note, Signer, TilePath, Verifier, decode_entries, decode_tile, encode_entries};
use libfuzzer_sys::fuzz_target;

static LOG: LazyLock<Signer> = LazyLock::new(|| Signer::new("log.example/keys", &[1; 32]).expect("a name"));

fuzz_target!(|bytes: &[u8]| {
    for width in [0, 1, 2, 256] {
        if let Ok(entries) = decode_entries(bytes, width) {
            assert_eq!(encode_entries(entries).as_deref(), Some(bytes));
        }
        if let Ok(hashes) = decode_tile(bytes, width) {
            assert_eq!(hashes.as_flattened(), bytes);
        }
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(note) = text.parse::<Note>() {
        assert_eq!(note.to_string(), text);
        // Nobody signs without the key; the seed that was signed is known.
        if let Ok(signed) = note.signed_by(&LOG.verifier()) {
            assert_eq!(signed.lines().nth(1), Some("0"));
        }
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert!(text.starts_with(&checkpoint.to_string()));
    }
    if let Ok(verifier) = text.parse::<Verifier>() {
        assert_eq!(verifier.to_string(), text);
    }
    if let Ok(path) = text.parse::<TilePath>() {
        assert_eq!(path.to_string(), text);
    }
});
