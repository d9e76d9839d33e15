//! File bytes to pixels: limits first, then the codec, then one common form.

mod jpeg;
mod others;
mod pages;
mod reader;
mod rows;
mod samples;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use self::reader::Deadline;
pub(crate) use self::rows::Hashed;
use crate::picture::Samples;
use crate::{DecodeError, Format, Limits, Picture};

/// Decodes a picture of any [`Format`] under `limits`, timed by the machine's monotonic clock.
///
/// # What comes out
/// The same pixels as Pillow's `Image.open(file).convert("RGB")` in front of `pdqhash`, the tool chain most hash lists
/// were made with, exactly for lossless formats and within a few levels for JPEG and lossy WebP (at most 2 bits of the
/// hash in 350 files of 35 kinds):
///
/// | in the file | becomes |
/// | --- | --- |
/// | transparency (RGBA, grey with alpha, palette or `tRNS`) | dropped: the stored colour counts, however transparent |
/// | palette, 1, 2 and 4 bits | the colours they stand for |
/// | 16 bits a sample | the upper 8 bits; 32-bit floating point TIFF: 0.0..=1.0 to 0..=255 |
/// | four-ink JPEG (CMYK, Adobe YCCK), inverted as Adobe does | `ink * black / 255` for each of red, green and blue |
/// | EXIF orientation | not applied: the eight hashes of [`fingerprints`](crate::fingerprints()) cover it |
/// | colour profiles | not applied |
/// | animation, pages | the first frame on a black ground; APNG: its default picture; TIFF: the first page |
///
/// It differs from `threatexchange` 1.2.17 where that hashes something other than the picture one sees: it takes
/// palette indices for grey levels (244 of 256 bits differ from the hash of the same picture in colour), clips 16-bit
/// grey at 255 (86 bits) and hashes the negative of a four-ink picture (all 256 bits). A copy converted to JPEG would
/// not match such a hash, so we do not imitate it.
///
/// # Damage
/// A file that ends early is refused, as Pillow does, including a JPEG without its end marker. Only what follows the
/// last pixel may be missing (the last chunk of a PNG, say) and anything may follow the end. Damage inside the
/// compressed data of a JPEG is decoded as far as it goes, the rest grey: whoever opens the file sees that too.
///
/// # Memory
/// In bytes per pixel besides the file itself, peak: JPEG 3, grey 1; progressive or non-interleaved JPEG 6 to 11;
/// PNG 1 to 8 by its samples; GIF 9; WebP 12; BMP 4; TIFF 2 to 19. [`Limits::memory_bytes_max`] is compared with that.
/// What does not grow with the pixels comes on top: metadata, at most the file's length, and at most 8 MiB of tables.
///
/// # Time
/// The clock is looked at every few kilobytes of the file. What lies between two looks is bounded by
/// [`Limits::pixels_max`]: at worst one pass over the pixels after the last byte was read.
///
/// # Errors
/// See [`DecodeError`]. A panic inside a decoder would be a defect; it is caught all the same and becomes
/// [`DecodeError::DecoderFailed`] (the process's panic hook still runs).
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    let begin = Instant::now();
    decode_within(bytes, limits, &|| begin.elapsed() >= limits.time_max)
}

/// Like [`decode`](decode()), with the clock as a parameter: decoding ends with [`DecodeError::TooLong`] once
/// `expired` has answered `true`. [`Limits::time_max`] then only serves the message.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode_within(bytes: &[u8], limits: &Limits, expired: &dyn Fn() -> bool) -> Result<Picture, DecodeError> {
    decode_with(bytes, limits, Fidelity::Exact, expired)
}

/// How true to the file the pixels are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fidelity {
    /// As [`decode`](decode()) says. What enters a bank must be made so, since a hash in a bank must be repeatable bit for bit.
    #[default]
    Exact,
    /// Only the brightness, where a file keeps it apart: a JPEG in YCbCr becomes a grey picture, its colours are not
    /// even transformed back. Everything else is as with [`Exact`](Self::Exact). A third quicker, a third of the memory. The hash is
    /// 0 to 2 bits from the exact one, because colours out of range are not cut off, so it is for queries.
    Luma,
    /// As [`Luma`](Self::Luma), by libjpeg-turbo: quicker, and 0 to 2 bits from the exact hash too, but not always the same
    /// ones. It is written in C and cannot be stopped half way, so [`Limits::time_max`] is looked at only when it is done:
    /// for one's own files, not for what strangers send. What it does not take is decoded as with `Luma`.
    #[cfg(feature = "turbojpeg")]
    LumaTurbo,
}

/// Like [`decode_within`], with the fidelity as a parameter.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode_with(
    bytes: &[u8],
    limits: &Limits,
    fidelity: Fidelity,
    expired: &dyn Fn() -> bool,
) -> Result<Picture, DecodeError> {
    let (format, decoded) = guarded(bytes, limits, expired, |format, deadline| match format {
        Format::Jpeg => jpeg::decode(bytes, limits, fidelity, deadline),
        _ => others::decode(bytes, format, limits, deadline),
    })?;
    let Decoded { width, height, samples } = decoded;
    Picture::new(width, height, samples, format).ok_or(DecodeError::DecoderFailed { format })
}

/// The hashes of a picture whose rows can be had one after the other, which is a PNG that is not interlaced: what decoding it
/// exactly and hashing that gives, without ever holding the picture. `None` for any other file.
///
/// # Errors
/// As [`decode_with`], but for [`DecodeError::TooMuchMemory`]: memory is some rows.
pub(crate) fn dihedral_by_rows(
    bytes: &[u8],
    limits: &Limits,
    expired: &dyn Fn() -> bool,
) -> Result<Option<Hashed>, DecodeError> {
    if bytes.len() as u64 <= limits.bytes_max && Format::of(bytes) != Ok(Format::Png) {
        return Ok(None);
    }
    guarded(bytes, limits, expired, |_, deadline| rows::dihedral(bytes, limits, deadline)).map(|(_, hashed)| hashed)
}

/// Does what a decoder does, within its limits and whatever it does.
fn guarded<T>(
    bytes: &[u8],
    limits: &Limits,
    expired: &dyn Fn() -> bool,
    work: impl FnOnce(Format, &Deadline<'_>) -> Result<T, DecodeError>,
) -> Result<(Format, T), DecodeError> {
    let length = bytes.len() as u64;
    if length > limits.bytes_max {
        return Err(DecodeError::TooManyBytes { bytes: length, bytes_max: limits.bytes_max });
    }
    let format = Format::of(bytes)?;
    let deadline = Deadline::new(expired);
    let result = catch_unwind(AssertUnwindSafe(|| work(format, &deadline)));
    let result = result.unwrap_or(Err(DecodeError::DecoderFailed { format }));
    // Whatever a decoder makes of reads that fail, an answer after the time is over is none.
    if deadline.is_over() {
        return Err(DecodeError::TooLong { time_max: limits.time_max });
    }
    let done = result.map_err(|error| match error {
        // Not every decoder tells a file that ends early from one that is wrong; the reader can.
        DecodeError::Corrupt { .. } if format != Format::Jpeg && deadline.ran_out_of_bytes() => {
            DecodeError::Truncated { format }
        }
        other => other,
    })?;
    Ok((format, done))
}

/// What a decoder returns.
struct Decoded {
    width: u32,
    height: u32,
    samples: Samples,
}

/// Refuses a picture without pixels, or with more than `limits`, or the fingerprint crate, allow.
fn check_pixels(width: u32, height: u32, format: Format, limits: &Limits) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        return Err(DecodeError::Corrupt { format, what: "its width or height is zero".to_owned() });
    }
    let pixels_max = limits.pixels_max.min(fingerprint::PIXELS_MAX);
    if u64::from(width) * u64::from(height) > pixels_max {
        return Err(DecodeError::TooManyPixels { width, height, pixels_max });
    }
    Ok(())
}

/// Refuses a decoding that will hold more than `limits` allow.
fn check_memory(memory_bytes: u64, limits: &Limits) -> Result<(), DecodeError> {
    if memory_bytes > limits.memory_bytes_max {
        return Err(DecodeError::TooMuchMemory { memory_bytes_max: limits.memory_bytes_max });
    }
    Ok(())
}

/// A decoder's own words, bounded so that no file can write a long message through us.
fn words(error: impl std::fmt::Display) -> String {
    const CHARACTERS_MAX: usize = 160;
    error.to_string().chars().filter(|letter| !letter.is_control()).take(CHARACTERS_MAX).collect()
}
