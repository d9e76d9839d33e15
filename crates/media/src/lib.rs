//! Untrusted picture bytes to pixels and fingerprints, under limits on bytes, pixels, memory and time.
//!
//! This is the only crate that touches codecs. Whoever holds a file calls [`fingerprints`] (or [`decode`] for the
//! pixels alone) and gets either an answer or a [`DecodeError`] that names what is wrong and what to do; never a panic,
//! never more work than [`Limits`] allow.
//!
//! JPEG, PNG, GIF (first frame), WebP (first frame), BMP and TIFF are read. AVIF, HEIC and other formats are refused
//! by name. What becomes of colour models, transparency, 16-bit samples, orientation and damage is told in [`decode`].
//!
//! Three more modules live here because they too need codecs: [`draw`] makes photograph-like pictures, [`alter`] makes
//! the altered copies by which `rempart demo` and the benches measure recall, and [`encode`] writes files.
//!
//! It is not a general picture library: no colour management, no animation, no metadata, no video.

pub mod alter;
mod decode;
pub mod draw;
pub mod encode;
mod error;
mod fingerprints;
mod format;
mod limits;
mod picture;
mod reduce;

pub use decode::{Fidelity, decode, decode_with, decode_within};
pub use error::DecodeError;
pub use fingerprints::{PictureFingerprints, Purpose, fingerprints, fingerprints_within};
pub use format::Format;
pub use limits::Limits;
pub use picture::Picture;
