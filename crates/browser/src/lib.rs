//! The face that the portal's scripts see of our foundations, built to WebAssembly: a picture's rows go in and its
//! fingerprints come out, a file's bytes go in and its digests come out, a puzzle goes in and its answer comes out.
//!
//! Nothing here touches a network, a page or a clock, and nothing draws randomness: whoever reads this crate and
//! `web/scripts/worker.js` knows everything that sees a picture. Decoding is the browser's own.
//!
//! `cargo xtask wasm` builds it; what it wrote is committed in web/wasm.

mod file;
mod header;
mod picture;
mod puzzle;

pub use file::FileDigests;
pub use header::{Size, picture_size, without_orientation};
pub use picture::{Picture, PictureError};
pub use puzzle::{Puzzle, PuzzleError};
