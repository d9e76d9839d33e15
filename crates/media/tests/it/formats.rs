//! What each kind of file becomes.

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use media::{DecodeError, Format, Limits, Picture, Purpose, decode, fingerprints};

use crate::files::{self, animated_gif, drawn, drawn_with_alpha, encoded, jpeg::Flat, png};

fn decoded(file: &[u8]) -> Picture {
    decode(file, &Limits::default()).unwrap()
}

#[test]
fn every_kind_of_file_is_decoded_and_fingerprinted() {
    for (name, file) in files::one_of_each() {
        let fingerprints =
            fingerprints(&file, &Limits::default(), Purpose::Query).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(fingerprints.width, 40, "{name}");
        assert!(name.contains(&fingerprints.format.to_string()) || name == "YCCK JPEG", "{name}");
    }
}

#[test]
fn digests_are_those_of_the_file_and_the_hash_is_that_of_the_pixels() {
    let file = encoded(drawn(1, 90, 70), ImageFormat::Png);
    let found = fingerprints(&file, &Limits::default(), Purpose::Query).unwrap();
    let mut digests = fingerprint::Digests::new();
    digests.update(&file);
    let digests = digests.finish();
    assert_eq!((found.md5, found.sha256), (digests.md5, digests.sha256));
    assert_eq!(found.dihedral, fingerprint::pdq_dihedral(&decoded(&file).pixels()));
    assert_eq!((found.width, found.height, found.format), (90, 70, Format::Png));
}

#[test]
fn transparent_pixels_keep_the_colour_they_are_stored_with() {
    let rgb = drawn(2, 33, 21);
    let rgba = drawn_with_alpha(2, 33, 21);
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff, ImageFormat::Bmp] {
        assert_eq!(decoded(&encoded(rgba.clone(), format)).samples(), rgb.as_raw().as_slice(), "{format:?}");
    }
    let wide = DynamicImage::from(rgba.clone()).to_rgba16();
    assert_eq!(decoded(&encoded(wide, ImageFormat::Png)).samples(), rgb.as_raw().as_slice());
    let grey_alpha = DynamicImage::from(rgba).to_luma_alpha8();
    let grey: Vec<u8> = grey_alpha.pixels().map(|pixel| pixel.0[0]).collect();
    let picture = decoded(&encoded(grey_alpha, ImageFormat::Png));
    assert!(picture.is_grey());
    assert_eq!(picture.samples(), grey);
}

#[test]
fn sixteen_bit_samples_keep_their_upper_eight_bits() {
    let grey = image::ImageBuffer::from_fn(16, 16, |x, y| image::Luma([(x * 16 + y) as u16 * 256 + 255 - x as u16]));
    let upper: Vec<u8> = grey.pixels().map(|pixel| (pixel.0[0] >> 8) as u8).collect();
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let picture = decoded(&encoded(DynamicImage::ImageLuma16(grey.clone()), format));
        assert!(picture.is_grey());
        assert_eq!(picture.samples(), upper, "{format:?}");
    }
}

#[test]
fn a_palette_becomes_the_colours_it_stands_for_however_transparent() {
    let palette = [[10, 20, 30], [40, 50, 60], [70, 80, 90]];
    let file = png::Chunks::new(3, 2, 8, png::PALETTE).palette(&palette, &[0, 128]).file(&[0, 1, 2, 2, 1, 0]);
    let expected = [palette[0], palette[1], palette[2], palette[2], palette[1], palette[0]];
    assert_eq!(decoded(&file).samples(), expected.as_flattened());
}

#[test]
fn few_bits_of_grey_span_black_to_white() {
    let bits = |bits, row: u8| decoded(&png::Chunks::new(4, 1, bits, png::GREY).file(&[row])).samples().to_vec();
    assert_eq!(bits(1, 0b1010_0000), [255, 0, 255, 0]);
    assert_eq!(bits(2, 0b0001_1011), [0, 85, 170, 255]);
}

#[test]
fn an_interlaced_png_is_the_same_picture_as_a_plain_one() {
    for (width, height) in [(1, 1), (3, 2), (8, 8), (37, 29)] {
        let rgb = drawn(3, width, height);
        let file = png::Chunks::new(width, height, 8, png::RGB).interlaced(&rgb, 3).file(&[]);
        assert_eq!(decoded(&file).samples(), rgb.as_raw().as_slice(), "{width} x {height}");
    }
}

#[test]
fn an_animated_png_is_its_default_picture() {
    let (default, other) = (drawn(4, 20, 10), drawn(5, 20, 10));
    let file = png::Chunks::new(20, 10, 8, png::RGB).animated(&other).file(&default);
    assert_eq!(decoded(&file).samples(), default.as_raw().as_slice());
}

#[test]
fn an_animated_gif_is_its_first_frame() {
    let plain = |color: [u8; 4]| RgbaImage::from_pixel(12, 9, Rgba(color));
    let picture = decoded(&animated_gif(&[plain([200, 10, 20, 255]), plain([0, 90, 0, 255])]));
    assert_eq!((picture.width(), picture.height(), picture.format()), (12, 9, Format::Gif));
    assert_eq!(picture.samples(), [200, 10, 20].repeat(12 * 9));
}

#[test]
fn a_first_gif_frame_smaller_than_its_screen_lies_on_black() {
    // A screen of 3 x 1 whose only frame is the pixel in the middle, of palette entry 1.
    let file = b"GIF89a\x03\0\x01\0\x80\0\0\x09\x09\x09\xC8\x64\x32,\x01\0\0\0\x01\0\x01\0\0\x02\x02\x4C\x01\0;";
    assert_eq!(decoded(file).samples(), [0, 0, 0, 200, 100, 50, 0, 0, 0]);
}

/// The colours of a file's blocks, in order.
fn blocks(file: &[u8]) -> Vec<[u8; 3]> {
    let picture = decoded(file);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let corner = |block: usize| (block / (width / 8) * 8 * width + block % (width / 8) * 8) * 3;
    let color = |block| picture.samples()[corner(block)..][..3].try_into().unwrap();
    (0..width / 8 * height / 8).map(color).collect()
}

#[test]
fn a_four_ink_jpeg_becomes_ink_times_black_as_adobe_inverts_them() {
    for file in [Flat::new(40, 24, 4).file(), Flat::new(40, 24, 4).adobe(0).file()] {
        for (block, color) in blocks(&file).into_iter().enumerate() {
            let black = u32::from(Flat::level(3, block));
            let expected = [0, 1, 2].map(|ink| (u32::from(Flat::level(ink, block)) * black + 127) / 255);
            assert_eq!(color.map(u32::from), expected, "block {block}");
        }
    }
}

#[test]
fn an_adobe_ycck_jpeg_is_inverted_after_its_colour_transform() {
    for (block, color) in blocks(&Flat::new(40, 24, 4).adobe(2).file()).into_iter().enumerate() {
        let level = |component| f64::from(Flat::level(component, block));
        let (luma, blue, red, black) = (level(0), level(1) - 128.0, level(2) - 128.0, level(3));
        let transformed = [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue];
        for (channel, value) in transformed.into_iter().enumerate() {
            let expected = (255.0 - value.clamp(0.0, 255.0)) * black / 255.0;
            let found = f64::from(color[channel]);
            assert!((found - expected).abs() <= 2.0, "block {block}: {found} instead of {expected}");
        }
    }
}

#[test]
fn progressive_and_non_interleaved_jpegs_are_the_same_picture_as_a_baseline_one() {
    let baseline = decoded(&Flat::new(40, 24, 3).file());
    assert_eq!(decoded(&Flat::new(40, 24, 3).progressive().file()), baseline);
    assert_eq!(decoded(&Flat::new(40, 24, 3).one_scan_each().file()), baseline);
}

#[test]
fn a_grey_jpeg_stays_grey() {
    let picture = decoded(&Flat::new(16, 8, 1).file());
    assert!(picture.is_grey());
    assert_eq!(picture.samples()[..16], [[Flat::level(0, 0); 8], [Flat::level(0, 1); 8]].concat());
}

#[test]
fn orientation_is_not_applied() {
    let plain = decoded(&Flat::new(256, 192, 3).file());
    for orientation in 1..=8 {
        assert_eq!(decoded(&Flat::new(256, 192, 3).exif_orientation(orientation).file()), plain);
    }
}

#[test]
fn every_format_holds_a_picture_of_one_pixel() {
    let color = [90, 140, 210];
    let one = image::RgbImage::from_pixel(1, 1, image::Rgb(color));
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff] {
        let picture = decoded(&encoded(one.clone(), format));
        assert_eq!((picture.width(), picture.height()), (1, 1));
        assert_eq!(picture.samples(), color, "{format:?}");
    }
    let jpeg = decoded(&encoded(one, ImageFormat::Jpeg));
    assert!(jpeg.samples().iter().zip(color).all(|(found, expected)| found.abs_diff(expected) <= 6));
    let found = fingerprints(&encoded(drawn(1, 1, 1), ImageFormat::Png), &Limits::default(), Purpose::Bank).unwrap();
    assert_eq!(found.dihedral.quality, 0);
}

#[test]
fn what_follows_the_end_of_a_picture_is_of_no_account() {
    for (name, file) in files::one_of_each() {
        let longer = [file.as_slice(), b"\xFF\xD8 and more"].concat();
        assert_eq!(decoded(&longer), decoded(&file), "{name}");
    }
}

#[test]
fn rare_kinds_of_jpeg_are_refused_by_name() {
    for (marker, what) in [(0xC3, "lossless"), (0xC9, "arithmetic coding"), (0xC5, "hierarchical")] {
        let error = decode(&Flat::new(8, 8, 3).start_of_frame(marker).file(), &Limits::default()).unwrap_err();
        assert_eq!(error, DecodeError::UnsupportedKind { format: Format::Jpeg, what: what.to_owned() });
        assert!(error.to_string().ends_with("save it again as an ordinary JPEG or PNG"));
    }
    assert!(matches!(
        decode(&Flat::new(8, 8, 2).file(), &Limits::default()),
        Err(DecodeError::UnsupportedKind { format: Format::Jpeg, .. })
    ));
}
