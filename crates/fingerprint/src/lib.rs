//! Fingerprints of pictures, computed where the picture is: on a person's device, in a platform's upload path, in a
//! browser. Pixels go in, [`Pdq`] comes out; bytes of a file go in, [`Md5`] and [`Sha256`] come out.
//!
//! This crate decodes no file format, opens no file and draws no randomness. It is `no_std` with `alloc`, has no C
//! dependency and compiles for `wasm32-unknown-unknown`.
//!
//! # PDQ
//!
//! PDQ is Meta's perceptual hash of pictures ("The TMK+PDQF video-hashing algorithm and the PDQ image-hashing
//! algorithm", 2019). It exists in variants whose hashes differ by up to 16 bits, see [`Mode`]. [`pdq()`] is the
//! full-resolution one, as packaged in PyPI `pdqhash` 0.2.8 and used by `threatexchange`. From identical pixels the bits
//! and the quality are identical to that package on x86-64: the differential test of this crate draws for a difference.
//! The result does not depend on the platform: the fast road computes in integers, and where the reference's rounding could
//! decide, the slow road repeats its single-precision operations in its order.
//!
//! ```
//! use fingerprint::{Pdq, PixelFormat, Pixels, pdq};
//!
//! let (width, height) = (96u32, 80u32);
//! let data: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| ((x * y) % 251) as u8)).collect();
//!
//! let pixels = Pixels::new(&data, width, height, width as usize, PixelFormat::Luma8)?;
//! let computed = pdq(&pixels);
//! assert!(computed.quality > 50);
//!
//! // The text form is 64 hexadecimal digits, the same as other PDQ tools print.
//! let text = computed.hash.to_string();
//! let parsed: Pdq = text.parse()?;
//! assert_eq!(parsed.distance(&computed.hash), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Fingerprints are sensitive
//!
//! `Debug` of every fingerprint type hides the value, so that a derived `Debug` or a log line never leaks one. Only
//! `Display` prints it.

#![no_std]

extern crate alloc;

mod by_name;
mod digests;
mod fingerprints;
mod orientation;
mod pdq;
mod pixels;
mod views;

pub use digests::{Digests, FileDigests};
pub use fingerprints::{Md5, ParseFingerprintError, Pdq, Sha256};
pub use orientation::{Orientation, UnknownOrientation};
pub use pdq::{
    Coefficients, Dihedral, Hasher, HasherError, Mode, PdqHash, UnknownMode, coefficients, pdq, pdq_dihedral,
};
pub use pixels::{PIXELS_MAX, PixelFormat, Pixels, PixelsError, Window};
pub use views::{Family, View, Viewer, trimmed, views, views_beside};
