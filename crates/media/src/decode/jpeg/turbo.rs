//! The brightness of a JPEG by libjpeg-turbo, for who asks for it by name.

use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat};

use super::SCANS_MAX;
use super::outline::Outline;
use crate::decode::{Decoded, pages};
use crate::picture::Samples;

/// `None` for a file that keeps no brightness apart, and for one that this decoder refuses: the other one may take it, and
/// says what is wrong if not.
pub(super) fn luma(bytes: &[u8], outline: &Outline) -> Option<Decoded> {
    let mut decompressor = Decompressor::new().ok()?;
    decompressor.set_scan_limit(SCANS_MAX as u32).ok()?;
    let header = decompressor.read_header(bytes).ok()?;
    let (width, height) = (outline.width as usize, outline.height as usize);
    let is_apart = matches!(header.colorspace, Colorspace::YCbCr | Colorspace::Gray);
    if !is_apart || (header.width, header.height) != (width, height) {
        return None;
    }
    let mut samples = pages::zeroed(width * height);
    let image = Image { pixels: &mut samples[..], width, pitch: width, height, format: PixelFormat::GRAY };
    decompressor.decompress(bytes, image).ok()?;
    Some(Decoded { width: outline.width, height: outline.height, samples: Samples::Luma8(samples) })
}

#[cfg(test)]
mod tests {
    use fingerprint::pdq;

    use crate::{DecodeError, Fidelity, Limits, Picture, decode_with, draw, encode};

    fn decoded(file: &[u8], fidelity: Fidelity) -> Result<Picture, DecodeError> {
        decode_with(file, &Limits::default(), fidelity, &|| false)
    }

    #[test]
    fn both_decoders_give_nearly_the_same_brightness_and_hash() {
        for (seed, width, height) in [(1, 512, 384), (2, 333, 517), (3, 1000, 701)] {
            for quality in [30, 90] {
                let file = encode::jpeg(&draw::photograph(seed, width, height), quality).unwrap();
                let [exact, luma, turbo] = [Fidelity::Exact, Fidelity::Luma, Fidelity::LumaTurbo]
                    .map(|fidelity| decoded(&file, fidelity).unwrap());
                assert!(turbo.is_grey());
                assert!(luma.samples().iter().zip(turbo.samples()).all(|(one, other)| one.abs_diff(*other) <= 2));
                assert!(pdq(&exact.pixels()).hash.distance(&pdq(&turbo.pixels()).hash) <= 2);
            }
        }
    }

    #[test]
    fn what_it_refuses_is_decoded_or_refused_as_without_it() {
        let file = encode::jpeg(&draw::photograph(4, 200, 150), 80).unwrap();
        let mut damaged = file.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 40].fill(0x55);
        for file in [&damaged[..], &file[..file.len() / 2], &file[..30]] {
            let (luma, turbo) = (decoded(file, Fidelity::Luma), decoded(file, Fidelity::LumaTurbo));
            assert_eq!(luma.is_ok(), turbo.is_ok());
        }
    }
}
