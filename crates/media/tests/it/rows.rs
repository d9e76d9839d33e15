//! PNG hashed row by row: what decoding it whole and then hashing gives, from the same files and no others.

use std::mem::discriminant;

use fingerprint::pdq_dihedral;
use image::{DynamicImage, ImageFormat};
use media::{DecodeError, Limits, PictureFingerprints, Purpose, decode, encode, fingerprints};

use crate::files::{drawn, drawn_with_alpha, encoded, one_of_each, png};

/// PNG of every kind of pixel, in a size that is hashed on the quick road.
fn pngs(seed: u64, width: u32, height: u32) -> Vec<(&'static str, Vec<u8>)> {
    let (rgb, rgba) = (DynamicImage::from(drawn(seed, width, height)), drawn_with_alpha(seed, width, height));
    let rgba = DynamicImage::from(rgba);
    let indices: Vec<u8> = rgb.to_luma8().iter().map(|level| level / 37).collect();
    let palette: Vec<[u8; 3]> = (0..7).map(|index| [index * 30, 255 - index * 20, index * 5]).collect();
    let bits: Vec<u8> = rgb.to_luma8().chunks(width as usize).flat_map(packed).collect();
    vec![
        ("colour", encoded(rgb.clone(), ImageFormat::Png)),
        ("colour with alpha", encoded(rgba.clone(), ImageFormat::Png)),
        ("grey", encoded(rgb.to_luma8(), ImageFormat::Png)),
        ("grey with alpha", encoded(rgba.to_luma_alpha8(), ImageFormat::Png)),
        ("16-bit colour", encoded(rgb.to_rgb16(), ImageFormat::Png)),
        ("16-bit colour with alpha", encoded(rgba.to_rgba16(), ImageFormat::Png)),
        ("16-bit grey", encoded(rgb.to_luma16(), ImageFormat::Png)),
        ("16-bit grey with alpha", encoded(rgba.to_luma_alpha16(), ImageFormat::Png)),
        ("palette", png::Chunks::new(width, height, 8, png::PALETTE).palette(&palette, &[0, 9]).file(&indices)),
        ("one bit", png::Chunks::new(width, height, 1, png::GREY).file(&bits)),
        ("interlaced", png::Chunks::new(width, height, 8, png::RGB).interlaced(rgb.as_bytes(), 3).file(&[])),
        ("animated", png::Chunks::new(width, height, 8, png::GREY).animated(&indices).file(rgb.to_luma8().as_raw())),
    ]
}

/// A row of grey as one bit a pixel.
fn packed(row: &[u8]) -> Vec<u8> {
    let byte =
        |eight: &[u8]| eight.iter().enumerate().fold(0, |byte, (place, level)| byte | (level >> 7) << (7 - place));
    row.chunks(8).map(byte).collect()
}

fn plain(file: &[u8], limits: &Limits) -> Result<PictureFingerprints, DecodeError> {
    fingerprints(file, limits, Purpose::Plain)
}

#[test]
fn every_kind_of_png_hashes_by_rows_as_it_does_whole() {
    // Also too small for a hash, of 64x64, and of one row; and drawings, of which rounding decides.
    for (width, height) in [(300, 211), (129, 1_000), (64, 64), (130, 5), (40, 28), (4, 4), (200, 1)] {
        for (name, file) in pngs(5, width, height) {
            let whole = decode(&file, &Limits::default()).unwrap();
            let found = plain(&file, &Limits::default()).unwrap();
            assert_eq!(found.dihedral, pdq_dihedral(&whole.pixels()), "{name}, {width}x{height}");
            assert_eq!((found.width, found.height), (width, height));
            let banked = fingerprints(&file, &Limits::default(), Purpose::Bank).unwrap();
            assert_eq!((found.md5, found.sha256), (banked.md5, banked.sha256));
        }
    }
}

#[test]
fn a_picture_of_which_rounding_decides_is_gone_over_a_second_time() {
    let (width, height) = (260, 400);
    for level in [0, 128, 255] {
        for stripes in [1, 4, 32] {
            let data: Vec<u8> = (0..width * height)
                .map(|place: u32| if (place % width / stripes).is_multiple_of(2) { level } else { 77 })
                .collect();
            let file = png::Chunks::new(width, height, 8, png::GREY).file(&data);
            let whole = decode(&file, &Limits::default()).unwrap();
            assert_eq!(plain(&file, &Limits::default()).unwrap().dihedral, pdq_dihedral(&whole.pixels()));
        }
    }
}

#[test]
fn the_same_files_are_refused_and_for_the_same_reason() {
    let small = pngs(6, 24, 9);
    let of_each = one_of_each().into_iter().filter(|(name, _)| name.contains("PNG"));
    for (name, file) in small.into_iter().chain(of_each) {
        let check = |file: &[u8], what: &str, place: usize| match (
            decode(file, &Limits::server()),
            plain(file, &Limits::server()),
        ) {
            (Ok(whole), Ok(found)) => assert_eq!(found.dihedral, pdq_dihedral(&whole.pixels())),
            (Err(one), Err(other)) => {
                assert_eq!(discriminant(&one), discriminant(&other), "{name}, {what} {place}: {one}; {other}");
            }
            (whole, found) => panic!("{name}, {what} {place}: {:?}, {:?}", whole.err(), found.err()),
        };
        for length in 0..file.len() {
            check(&file[..length], "cut at", length);
        }
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1 << (place % 8);
            check(&changed, "changed at", place);
        }
    }
}

#[test]
fn limits_on_bytes_pixels_and_time_hold_by_rows_too() {
    let file = encode::png(&media::draw::photograph(1, 200, 150)).unwrap();
    let bytes = file.len() as u64;
    let limited = |limits: Limits| plain(&file, &limits).map(|found| found.width);
    let limits = Limits { bytes_max: bytes, pixels_max: 30_000, ..Limits::default() };
    assert_eq!(limited(limits), Ok(200));
    assert!(matches!(limited(Limits { bytes_max: bytes - 1, ..limits }), Err(DecodeError::TooManyBytes { .. })));
    assert!(matches!(limited(Limits { pixels_max: 29_999, ..limits }), Err(DecodeError::TooManyPixels { .. })));
    let over = media::fingerprints_within(&file, &limits, Purpose::Plain, &|| true);
    assert!(matches!(over, Err(DecodeError::TooLong { .. })));
    // Sixteen rows and two of the decoder's, of three bytes a pixel.
    let needed = 18 * 200 * 3;
    assert_eq!(limited(Limits { memory_bytes_max: needed, ..limits }), Ok(200));
    let less = limited(Limits { memory_bytes_max: needed - 1, ..limits });
    assert!(matches!(less, Err(DecodeError::TooMuchMemory { .. })));
}
