//! Pictures to files: what the altered copies, the demo and the tests need, and no more.

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::Picture;

/// A JPEG file of `quality` 1..=100 (others are taken to the nearest). Its sides must be at most 65,535 pixels.
///
/// # Errors
/// [`EncodeError`] if a side is longer.
pub fn jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>, EncodeError> {
    let mut file = Vec::new();
    write(picture, JpegEncoder::new_with_quality(&mut file, quality.clamp(1, 100)))?;
    Ok(file)
}

/// A PNG file, which decodes to the same samples.
///
/// # Errors
/// [`EncodeError`] if memory does not suffice.
pub fn png(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let mut file = Vec::new();
    write(picture, PngEncoder::new(&mut file))?;
    Ok(file)
}

/// A picture could not be written as a file: it is too large for the format. Make it smaller, or take another format.
#[derive(Debug, thiserror::Error)]
#[error("a picture of {width} x {height} pixels cannot be written in this format: make it smaller")]
pub struct EncodeError {
    width: u32,
    height: u32,
    source: image::ImageError,
}

fn write(picture: &Picture, encoder: impl ImageEncoder) -> Result<(), EncodeError> {
    let (width, height) = (picture.width(), picture.height());
    let color = if picture.is_grey() { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    encoder.write_image(picture.samples(), width, height, color).map_err(|source| EncodeError { width, height, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Limits, decode, draw};

    #[test]
    fn a_png_decodes_to_the_same_samples() {
        let picture = draw::photograph(1, 61, 47);
        let decoded = decode(&png(&picture).unwrap(), &Limits::default()).unwrap();
        assert_eq!(decoded, picture);
    }

    #[test]
    fn a_jpeg_decodes_to_nearly_the_same_samples() {
        let picture = draw::photograph(2, 61, 47);
        let decoded = decode(&jpeg(&picture, 100).unwrap(), &Limits::default()).unwrap();
        assert_eq!((decoded.width(), decoded.height(), decoded.format()), (61, 47, Format::Jpeg));
        let differences = decoded.samples().iter().zip(picture.samples()).map(|(a, b)| u64::from(a.abs_diff(*b)));
        assert!(differences.sum::<u64>() < 4 * picture.samples().len() as u64);
    }
}
