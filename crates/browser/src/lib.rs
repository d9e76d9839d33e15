//! The face that the portal's scripts see of our foundations, built to WebAssembly as three modules, so that a page loads what
//! it needs:
//!
//! | feature | module | what goes in and what comes out |
//! | --- | --- | --- |
//! | `hashing` | `rempart` | a picture's rows and its fingerprints; a file's bytes and its digests; a puzzle and its answer |
//! | `age` | `age` | an issuer's keys and log, batches, a site's question; requests, tokens and the answer |
//! | `sealing` | `sealing` | a file's bytes and sealed parts, which the hotline's key alone opens |
//!
//! Nothing here touches a network, a page or a clock, and nothing draws randomness: whoever reads this crate and
//! `web/scripts/worker.js` and `sealer.js` knows everything that sees a picture. Decoding is the browser's own.
//!
//! `cargo xtask wasm` builds it; what it wrote is committed in web/wasm.

#[cfg(feature = "age")]
mod age;
#[cfg(feature = "hashing")]
mod file;
#[cfg(feature = "hashing")]
mod header;
#[cfg(feature = "hashing")]
mod picture;
#[cfg(feature = "hashing")]
mod puzzle;
#[cfg(feature = "sealing")]
mod upload;

#[cfg(feature = "age")]
pub use age::{AgeError, Batch, Keys, Question, VoucherSays, square};
#[cfg(feature = "hashing")]
pub use file::FileDigests;
#[cfg(feature = "hashing")]
pub use header::{Size, picture_size, without_orientation};
#[cfg(feature = "hashing")]
pub use picture::{Picture, PictureError};
#[cfg(feature = "hashing")]
pub use puzzle::{Puzzle, PuzzleError};
#[cfg(feature = "sealing")]
pub use upload::{Upload, UploadError};
