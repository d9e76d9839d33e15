//! The hashes of a PNG from its rows, one after the other: for who needs no pixels. Memory is some rows, whatever the height.

use std::io::ErrorKind;

use fingerprint::{Dihedral, Hasher, HasherError, PixelFormat, Pixels};
use png::{BitDepth, ColorType, Decoder, DecodingError, Reader, Transformations};

use super::others::{codec_limits, png_rows_bytes};
use super::reader::{Deadline, TimedReader};
use super::{check_memory, check_pixels, samples, words};
use crate::{DecodeError, Format, Limits};

/// Rows that the hasher gets at once: as many as make it quick.
const ROWS_PER_PIECE: usize = 16;
/// But no more than one, if they were longer than this, in bytes.
const PIECE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The hashes of a picture, and its size.
#[derive(Debug)]
pub(crate) struct Hashed {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dihedral: Dihedral,
}

/// What decoding and then hashing would give; nothing for a file whose rows do not come in order.
pub(super) fn dihedral(bytes: &[u8], limits: &Limits, deadline: &Deadline<'_>) -> Result<Option<Hashed>, DecodeError> {
    // The first pass is quick, and its hasher may not know in the end; the second one's always does.
    for pass in [Hasher::new, Hasher::in_order] {
        let Some(mut rows) = Rows::new(bytes, limits, deadline)? else { return Ok(None) };
        let (width, height) = (rows.width, rows.height);
        let mut hasher = pass(width, height, rows.kept.format).map_err(|_| FAILED)?;
        rows.each_piece(|piece| hasher.push(piece).map_err(|_| FAILED))?;
        match hasher.finish_dihedral() {
            Ok(dihedral) => return Ok(Some(Hashed { width, height, dihedral })),
            Err(HasherError::Undecided) => {}
            Err(_) => return Err(FAILED),
        }
    }
    Err(FAILED)
}

/// What cannot be: sizes were checked, and rows are as many as the picture has.
const FAILED: DecodeError = DecodeError::DecoderFailed { format: Format::Png };

/// A file whose rows come one after the other.
struct Rows<'a> {
    reader: Reader<TimedReader<'a>>,
    limits: &'a Limits,
    width: u32,
    height: u32,
    row_bytes: usize,
    kept: Kept,
}

/// Which bytes of a pixel are hashed.
#[derive(Clone, Copy, Debug)]
struct Kept {
    /// Bytes that a pixel has.
    pixel_bytes: usize,
    /// Bytes from one sample to the next: of two, the first is the upper one.
    sample_bytes: usize,
    format: PixelFormat,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits, deadline: &'a Deadline<'a>) -> Result<Option<Self>, DecodeError> {
        let in_words = |error| explain(&error, limits);
        // The same settings as where the whole picture is decoded, so that the same files are refused.
        let codec_bytes = codec_limits(bytes, png_rows_bytes(bytes)).max_alloc;
        let bytes_max = codec_bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
        let reader = TimedReader::new(bytes, deadline);
        let mut decoder = Decoder::new_with_limits(reader, png::Limits { bytes: bytes_max });
        decoder.set_ignore_text_chunk(false);
        decoder.set_transformations(Transformations::EXPAND);
        let reader = decoder.read_info().map_err(in_words)?;
        let (width, height) = reader.info().size();
        check_pixels(width, height, Format::Png, limits)?;
        if reader.info().interlaced {
            return Ok(None);
        }
        let (color, depth) = reader.output_color_type();
        let Some(kept) = Kept::of(color, depth) else { return Ok(None) };
        let row_bytes = width as usize * kept.pixel_bytes;
        check_memory((2 * row_bytes + piece_bytes(row_bytes, height)) as u64, limits)?;
        Ok(Some(Self { reader, limits, width, height, row_bytes, kept }))
    }

    /// Calls `each` with the picture's rows, some at a time, and comes to its end.
    fn each_piece(&mut self, mut each: impl FnMut(&Pixels<'_>) -> Result<(), DecodeError>) -> Result<(), DecodeError> {
        let mut piece = vec![0; piece_bytes(self.row_bytes, self.height)];
        let rows_per_piece = (piece.len() / self.row_bytes) as u32;
        let mut row = 0;
        while row < self.height {
            let rows = rows_per_piece.min(self.height - row);
            let piece = &mut piece[..rows as usize * self.row_bytes];
            for row in piece.chunks_exact_mut(self.row_bytes) {
                self.read(row)?;
            }
            let (kept, stride_bytes) = self.kept.within(piece);
            let stride_bytes = stride_bytes * self.width as usize;
            each(&Pixels::new(kept, self.width, rows, stride_bytes, self.kept.format).map_err(|_| FAILED)?)?;
            row += rows;
        }
        // What follows the last row is looked at too, as where the whole picture is decoded.
        match self.reader.read_row(&mut piece) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(FAILED),
            Err(error) => Err(explain(&error, self.limits)),
        }
    }

    fn read(&mut self, row: &mut [u8]) -> Result<(), DecodeError> {
        match self.reader.read_row(row) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(FAILED),
            Err(error) => Err(explain(&error, self.limits)),
        }
    }
}

impl Kept {
    fn of(color: ColorType, depth: BitDepth) -> Option<Self> {
        let sample_bytes = match depth {
            BitDepth::Eight => 1,
            BitDepth::Sixteen => 2,
            _ => return None,
        };
        let format = match color {
            ColorType::Grayscale | ColorType::GrayscaleAlpha => PixelFormat::Luma8,
            ColorType::Rgb => PixelFormat::Rgb8,
            // The hasher passes the fourth byte over.
            ColorType::Rgba if sample_bytes == 1 => PixelFormat::Rgba8,
            ColorType::Rgba => PixelFormat::Rgb8,
            ColorType::Indexed => return None,
        };
        Some(Self { pixel_bytes: color.samples() * sample_bytes, sample_bytes, format })
    }

    /// What is kept of a piece, at its beginning, and how many bytes a pixel has there.
    fn within<'a>(&self, piece: &'a mut [u8]) -> (&'a [u8], usize) {
        let bytes_kept = self.format.bytes_per_pixel();
        if self.pixel_bytes > bytes_kept {
            samples::pack_in_place(piece, self.pixel_bytes, self.sample_bytes, bytes_kept);
        }
        (piece, bytes_kept)
    }
}

/// Bytes of the rows that are decoded before they are hashed.
fn piece_bytes(row_bytes: usize, height: u32) -> usize {
    let rows = (PIECE_BYTES_MAX / row_bytes).clamp(1, ROWS_PER_PIECE);
    row_bytes * rows.min(height as usize)
}

/// Our error for the decoder's, as where the whole picture is decoded.
fn explain(error: &DecodingError, limits: &Limits) -> DecodeError {
    let format = Format::Png;
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => DecodeError::Truncated { format },
        DecodingError::LimitsExceeded => DecodeError::TooMuchMemory { memory_bytes_max: limits.memory_bytes_max },
        other => DecodeError::Corrupt { format, what: words(other) },
    }
}
