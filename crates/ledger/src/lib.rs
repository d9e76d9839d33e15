//! An append-only log that anyone can check, without trusting whoever keeps it. Pure: entries in, hashes, proofs and texts out.
//!
//! | what | as written down in |
//! | --- | --- |
//! | [`Tree`]: root, inclusion and consistency proofs | RFC 6962, section 2.1 |
//! | [`verify_inclusion`], [`verify_consistency`] | RFC 9162, sections 2.1.3.2 and 2.1.4.2 |
//! | [`TilePath`], [`encode_entries`]: how a log is served as plain files | C2SP tlog-tiles |
//! | [`Checkpoint`]: size and root, as a text | C2SP tlog-checkpoint |
//! | [`Note`], [`Signer`], [`Verifier`]: who says so | C2SP signed-note, Ed25519 |
//! | [`Cosigner`]: who saw it and that it only grew | C2SP tlog-cosignature |
//!
//! What the entries mean is their owner's business.

mod checkpoint;
mod hash;
mod note;
mod proof;
mod tile;
mod tree;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use hash::{HASH_BYTES, Hash, empty_root, leaf_hash, node_hash};
pub use note::{Cosigner, KeyError, NAME_BYTES_MAX, NOTE_BYTES_MAX, Note, NoteError, SIGNATURES_MAX, Signer, Verifier};
pub use proof::{PROOF_HASHES_MAX, verify_consistency, verify_inclusion};
pub use tile::{ENTRY_BYTES_MAX, TILE_WIDTH, TileError, TilePath, decode_entries, decode_tile, encode_entries};
pub use tree::Tree;
