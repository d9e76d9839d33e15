//! JPEG, through `zune-jpeg`: the decoder that `image` uses, called directly because `image` reads the whole file
//! before it looks at anything, and takes a file that was cut short for a whole one.

mod outline;
#[cfg(feature = "turbojpeg")]
mod turbo;

use std::io::ErrorKind;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZByteIoError;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use self::outline::Outline;
use crate::decode::reader::{Deadline, TimedReader};
use crate::decode::{Decoded, Fidelity, check_memory, check_pixels, pages, words};
use crate::picture::Samples;
use crate::{DecodeError, Format, Limits};

/// A progressive file may have this many scans. Each costs a pass over the picture, however few bytes it has; encoders
/// write about ten.
const SCANS_MAX: usize = 100;

pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    fidelity: Fidelity,
    deadline: &Deadline<'_>,
) -> Result<Decoded, DecodeError> {
    let outline = Outline::of(bytes)?;
    check_pixels(outline.width, outline.height, Format::Jpeg, limits)?;
    check_memory(outline.memory_bytes(), limits)?;
    #[cfg(feature = "turbojpeg")]
    if fidelity == Fidelity::LumaTurbo
        && let Some(decoded) = turbo::luma(bytes, &outline)
    {
        return Ok(decoded);
    }

    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_max_scans(SCANS_MAX);
    let mut decoder = JpegDecoder::new_with_options(TimedReader::new(bytes, deadline), options);
    decoder.decode_headers().map_err(|error| explain(&error))?;
    let colors = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => ColorSpace::Luma,
        Some(ColorSpace::YCbCr) if fidelity != Fidelity::Exact => ColorSpace::Luma,
        Some(ColorSpace::RGB | ColorSpace::YCbCr | ColorSpace::CMYK | ColorSpace::YCCK) => ColorSpace::RGB,
        other => {
            let what = format!("colours {other:?}");
            return Err(DecodeError::UnsupportedKind { format: Format::Jpeg, what });
        }
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colors));
    // The outline and the decoder read the same header; should they ever disagree, what was checked does not hold.
    if decoder.dimensions() != Some((outline.width as usize, outline.height as usize)) {
        return Err(corrupt("its header can be read in two ways"));
    }
    let size = decoder.output_buffer_size().ok_or_else(|| corrupt("its size is missing"))?;
    let mut samples = pages::zeroed(size);
    decoder.decode_into(&mut samples).map_err(|error| explain(&error))?;
    let samples = if colors == ColorSpace::Luma { Samples::Luma8(samples) } else { Samples::Rgb8(samples) };
    Ok(Decoded { width: outline.width, height: outline.height, samples })
}

fn corrupt(what: &str) -> DecodeError {
    DecodeError::Corrupt { format: Format::Jpeg, what: what.to_owned() }
}

/// Our error for the decoder's.
fn explain(error: &DecodeErrors) -> DecodeError {
    match error {
        DecodeErrors::Unsupported(kind) => {
            DecodeError::UnsupportedKind { format: Format::Jpeg, what: words(format!("{kind:?}")) }
        }
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(ZByteIoError::NotEnoughBytes(..)) => {
            DecodeError::Truncated { format: Format::Jpeg }
        }
        DecodeErrors::IoErrors(ZByteIoError::StdIoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
            DecodeError::Truncated { format: Format::Jpeg }
        }
        other => corrupt(&words(other)),
    }
}
