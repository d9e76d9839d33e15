//! From what a decoder gives to one or three 8-bit samples a pixel, in place.

use image::ColorType;

use crate::picture::Samples;

/// Drops transparency, keeps the upper 8 of 16 bits and scales floating point 0.0..=1.0 to 0..=255. `native` has
/// 16-bit and floating point samples in the machine's byte order. `None` for a colour type that no decoder here gives.
pub(super) fn to_8_bits(mut native: Vec<u8>, color: ColorType) -> Option<Samples> {
    let bytes = &mut native;
    match color {
        ColorType::L8 | ColorType::Rgb8 => {}
        ColorType::La8 => pack::<2, 1>(bytes, |pixel| [pixel[0]]),
        ColorType::Rgba8 => pack::<4, 3>(bytes, |[red, green, blue, _]| [red, green, blue]),
        ColorType::L16 => pack::<2, 1>(bytes, |pixel| [upper(&pixel, 0)]),
        ColorType::La16 => pack::<4, 1>(bytes, |pixel| [upper(&pixel, 0)]),
        ColorType::Rgb16 => pack::<6, 3>(bytes, |pixel| [0, 1, 2].map(|channel| upper(&pixel, channel))),
        ColorType::Rgba16 => pack::<8, 3>(bytes, |pixel| [0, 1, 2].map(|channel| upper(&pixel, channel))),
        ColorType::Rgb32F => pack::<12, 3>(bytes, |pixel| [0, 1, 2].map(|channel| scaled(&pixel, channel))),
        ColorType::Rgba32F => pack::<16, 3>(bytes, |pixel| [0, 1, 2].map(|channel| scaled(&pixel, channel))),
        _ => return None,
    }
    native.shrink_to_fit();
    Some(if color.has_color() { Samples::Rgb8(native) } else { Samples::Luma8(native) })
}

/// Rewrites pixels of `FROM` bytes as pixels of `TO` <= `FROM` bytes from the front of the same buffer.
fn pack<const FROM: usize, const TO: usize>(bytes: &mut Vec<u8>, convert: impl Fn([u8; FROM]) -> [u8; TO]) {
    let pixels = bytes.len() / FROM;
    for index in 0..pixels {
        let mut pixel = [0; FROM];
        pixel.copy_from_slice(&bytes[index * FROM..][..FROM]);
        bytes[index * TO..][..TO].copy_from_slice(&convert(pixel));
    }
    bytes.truncate(pixels * TO);
}

/// Moves what is kept of each pixel to the front: the first byte of each of the first samples.
pub(super) fn pack_in_place(bytes: &mut [u8], pixel_bytes: usize, sample_bytes: usize, samples: usize) {
    for index in 0..bytes.len() / pixel_bytes {
        for sample in 0..samples {
            bytes[index * samples + sample] = bytes[index * pixel_bytes + sample * sample_bytes];
        }
    }
}

fn upper(pixel: &[u8], channel: usize) -> u8 {
    (u16::from_ne_bytes([pixel[channel * 2], pixel[channel * 2 + 1]]) >> 8) as u8
}

fn scaled(pixel: &[u8], channel: usize) -> u8 {
    let mut sample = [0; 4];
    sample.copy_from_slice(&pixel[channel * 4..][..4]);
    // The cast takes anything out of range to the nearest end, and what is not a number to 0.
    (f32::from_ne_bytes(sample) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native_16(samples: &[u16]) -> Vec<u8> {
        samples.iter().flat_map(|sample| sample.to_ne_bytes()).collect()
    }

    #[test]
    fn transparency_is_dropped_whatever_it_is() {
        assert_eq!(to_8_bits(vec![9, 0, 8, 255], ColorType::La8), Some(Samples::Luma8(vec![9, 8])));
        let rgba = vec![1, 2, 3, 0, 4, 5, 6, 255];
        assert_eq!(to_8_bits(rgba, ColorType::Rgba8), Some(Samples::Rgb8(vec![1, 2, 3, 4, 5, 6])));
    }

    #[test]
    fn sixteen_bits_keep_the_upper_eight() {
        let grey = native_16(&[0x00FF, 0x0100, 0xFFFF]);
        assert_eq!(to_8_bits(grey, ColorType::L16), Some(Samples::Luma8(vec![0, 1, 255])));
        let grey_alpha = native_16(&[0x1234, 0, 0x5678, 0]);
        assert_eq!(to_8_bits(grey_alpha, ColorType::La16), Some(Samples::Luma8(vec![0x12, 0x56])));
        let rgba = native_16(&[0x1122, 0x3344, 0x5566, 0]);
        assert_eq!(to_8_bits(rgba, ColorType::Rgba16), Some(Samples::Rgb8(vec![0x11, 0x33, 0x55])));
    }

    #[test]
    fn the_upper_bytes_of_the_first_samples_are_packed() {
        let mut bytes = [1, 101, 2, 102, 3, 103, 9, 109, 4, 104, 5, 105, 6, 106, 9, 109];
        pack_in_place(&mut bytes, 8, 2, 3);
        assert_eq!(bytes[..6], [1, 2, 3, 4, 5, 6]);
        let mut bytes = [7, 0, 8, 255];
        pack_in_place(&mut bytes, 2, 1, 1);
        assert_eq!(bytes[..2], [7, 8]);
    }

    #[test]
    fn floating_point_is_scaled_and_clamped() {
        let native = [-1.0_f32, 0.5, f32::NAN].iter().flat_map(|sample| sample.to_ne_bytes()).collect();
        assert_eq!(to_8_bits(native, ColorType::Rgb32F), Some(Samples::Rgb8(vec![0, 128, 0])));
    }
}
