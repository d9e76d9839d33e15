//! Keys and envelopes. Pure: bytes in, bytes out; randomness is passed in.
//!
//! So far one key lives here, the [`NodeKey`]: 32 random bytes that an operator keeps apart from the database. From it
//! come, by HKDF-SHA-256 with one label each, a key that seals fingerprints at rest (XChaCha20-Poly1305), a key that
//! finds duplicates without opening anything (HMAC-SHA-256), and a check value that tells a wrong key from a right one.

mod node_key;

pub use node_key::{DIGEST_BYTES, KeyCheck, NodeKey, NodeKeyError, OpenError, SEAL_OVERHEAD_BYTES};
