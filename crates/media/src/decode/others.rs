//! Everything but JPEG, through the decoders of the `image` crate.

use std::error::Error;
use std::io::{self, ErrorKind};

use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder};
use image::{ImageDecoder, ImageError};

use super::reader::{Deadline, TimedReader};
use super::{Decoded, check_memory, check_pixels, pages, samples, words};
use crate::{DecodeError, Format, Limits};

/// What a codec may hold besides what grows with the pixels: windows, tables, an inflated colour profile; in bytes.
/// Copies of metadata come on top, at most the file's length.
const FIXED_BYTES: u64 = 8 * 1024 * 1024;

pub(super) fn decode(
    bytes: &[u8],
    format: Format,
    limits: &Limits,
    deadline: &Deadline<'_>,
) -> Result<Decoded, DecodeError> {
    let in_words = |error: ImageError| explain(&error, format, limits);
    let reader = TimedReader::new(bytes, deadline);
    match format {
        Format::Jpeg => Err(DecodeError::DecoderFailed { format }),
        Format::Png => {
            let decoder = PngDecoder::with_limits(reader, codec_limits(bytes, png_rows_bytes(bytes)));
            read(decoder.map_err(in_words)?, bytes, format, limits)
        }
        Format::Gif => read(GifDecoder::new(reader).map_err(in_words)?, bytes, format, limits),
        Format::WebP => read(WebPDecoder::new(reader).map_err(in_words)?, bytes, format, limits),
        Format::Bmp => read(BmpDecoder::new(reader).map_err(in_words)?, bytes, format, limits),
        Format::Tiff => read(TiffDecoder::new(reader).map_err(in_words)?, bytes, format, limits),
    }
}

fn read(mut decoder: impl ImageDecoder, bytes: &[u8], format: Format, limits: &Limits) -> Result<Decoded, DecodeError> {
    let in_words = |error: ImageError| explain(&error, format, limits);
    let (width, height) = decoder.dimensions();
    check_pixels(width, height, format, limits)?;
    let pixels = u64::from(width) * u64::from(height);
    let color = decoder.color_type();
    let native_bytes = pixels * u64::from(color.bytes_per_pixel());
    let decoder_bytes = decoder_bytes(format, pixels, native_bytes);
    check_memory(native_bytes + decoder_bytes, limits)?;
    decoder.set_limits(codec_limits(bytes, decoder_bytes)).map_err(in_words)?;

    let too_large = |_| DecodeError::TooMuchMemory { memory_bytes_max: limits.memory_bytes_max };
    let mut native = pages::zeroed(usize::try_from(native_bytes).map_err(too_large)?);
    decoder.read_image(&mut native).map_err(in_words)?;
    let samples = samples::to_8_bits(native, color)
        .ok_or_else(|| DecodeError::UnsupportedKind { format, what: format!("{color:?} samples") })?;
    Ok(Decoded { width, height, samples })
}

/// What a decoder holds at its peak besides the samples it returns, in bytes, rounded up; checked by a test of this
/// crate that counts allocations.
fn decoder_bytes(format: Format, pixels: u64, native_bytes: u64) -> u64 {
    match format {
        // PNG and BMP write rows as they come.
        Format::Jpeg | Format::Png | Format::Bmp => 0,
        // A frame that does not fill the screen is read apart (4 bytes a pixel), and its indices (1).
        Format::Gif => pixels * 5,
        // The frame in its own colours, and once more before it is placed.
        Format::WebP => pixels * 8,
        // The whole page is read apart, with one sample a pixel more if it is in four inks.
        Format::Tiff => native_bytes + native_bytes / 3,
    }
}

/// Two rows of the widest pixels, which a PNG decoder keeps to undo its filters. The width is in the header chunk, which
/// the standard puts first; a file where it is elsewhere is refused by the decoder.
pub(super) fn png_rows_bytes(bytes: &[u8]) -> u64 {
    const PIXEL_BYTES_MAX: u64 = 8;
    let width = bytes.get(16..20).and_then(|width| width.first_chunk()).map_or(0, |width| u32::from_be_bytes(*width));
    u64::from(width).min(fingerprint::PIXELS_MAX) * PIXEL_BYTES_MAX * 2
}

/// Limits for a codec that may hold `decoder_bytes` for pixels.
pub(super) fn codec_limits(bytes: &[u8], decoder_bytes: u64) -> image::Limits {
    let mut codec_limits = image::Limits::no_limits();
    codec_limits.max_alloc = Some(decoder_bytes + bytes.len() as u64 + FIXED_BYTES);
    codec_limits
}

/// Our error for a decoder's.
fn explain(error: &ImageError, format: Format, limits: &Limits) -> DecodeError {
    if root_kinds(error).any(|kind| kind == ErrorKind::UnexpectedEof) {
        return DecodeError::Truncated { format };
    }
    match error {
        ImageError::Limits(_) => DecodeError::TooMuchMemory { memory_bytes_max: limits.memory_bytes_max },
        ImageError::Unsupported(error) => DecodeError::UnsupportedKind { format, what: words(error) },
        other => DecodeError::Corrupt { format, what: words(other) },
    }
}

/// The kinds of the I/O errors among an error and its sources.
fn root_kinds(error: &ImageError) -> impl Iterator<Item = ErrorKind> {
    let first: &(dyn Error + 'static) = match error {
        ImageError::IoError(error) => error,
        other => other,
    };
    std::iter::successors(Some(first), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>().map(io::Error::kind))
}
