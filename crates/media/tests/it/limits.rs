//! Every limit, at it and past it.

use std::cell::Cell;
use std::time::Duration;

use image::ImageFormat;
use media::{DecodeError, Limits, Purpose, decode, decode_within, fingerprints, fingerprints_within};

use crate::files::{drawn, encoded, jpeg::Flat, one_of_each, png};

#[test]
fn a_file_of_just_the_allowed_bytes_is_read_and_one_more_is_too_many() {
    let file = encoded(drawn(1, 20, 20), ImageFormat::Png);
    let at = Limits { bytes_max: file.len() as u64, ..Limits::default() };
    assert!(decode(&file, &at).is_ok());
    let past = Limits { bytes_max: at.bytes_max - 1, ..at };
    let error = DecodeError::TooManyBytes { bytes: at.bytes_max, bytes_max: past.bytes_max };
    assert_eq!(decode(&file, &past), Err(error.clone()));
    assert_eq!(fingerprints(&file, &past, Purpose::Query).unwrap_err(), error);
}

#[test]
fn a_picture_of_just_the_allowed_pixels_is_read_and_one_more_is_too_many() {
    for (name, file) in one_of_each() {
        let picture = decode(&file, &Limits::default()).unwrap();
        let (width, height) = (picture.width(), picture.height());
        let at = Limits { pixels_max: u64::from(width * height), ..Limits::default() };
        assert!(decode(&file, &at).is_ok(), "{name}");
        let pixels_max = at.pixels_max - 1;
        let error = decode(&file, &Limits { pixels_max, ..at }).unwrap_err();
        assert_eq!(error, DecodeError::TooManyPixels { width, height, pixels_max }, "{name}");
    }
}

#[test]
fn a_header_that_claims_a_huge_picture_is_refused_before_its_pixels_are_asked_for() {
    let (width, height) = (60_000, 50_000);
    let error = DecodeError::TooManyPixels { width, height, pixels_max: 200_000_000 };
    let png = png::Chunks::new(width, height, 8, png::RGB).file(&[]);
    assert_eq!(decode(&png, &Limits::default()), Err(error.clone()));
    let mut jpeg = Flat::new(8, 8, 3).file();
    let size = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap() + 5;
    jpeg[size..size + 4].copy_from_slice(&[0xC3, 0x50, 0xEA, 0x60]);
    assert_eq!(decode(&jpeg, &Limits::default()), Err(error));
    let no_limit = Limits { pixels_max: u64::MAX, memory_bytes_max: u64::MAX, ..Limits::default() };
    assert!(matches!(decode(&png, &no_limit), Err(DecodeError::TooManyPixels { pixels_max: 200_000_000, .. })));
}

#[test]
fn memory_is_reckoned_from_the_header_and_one_byte_less_is_too_little() {
    let pixels = 64 * 48;
    let cases = [
        ("PNG", encoded(drawn(1, 64, 48), ImageFormat::Png), 3 * pixels),
        ("BMP", encoded(drawn(1, 64, 48), ImageFormat::Bmp), 3 * pixels),
        ("GIF", encoded(drawn(1, 64, 48), ImageFormat::Gif), 9 * pixels),
        ("WebP", encoded(drawn(1, 64, 48), ImageFormat::WebP), 11 * pixels),
        ("TIFF", encoded(drawn(1, 64, 48), ImageFormat::Tiff), 7 * pixels),
    ];
    for (name, file, memory_bytes_max) in cases {
        let at = Limits { memory_bytes_max, ..Limits::default() };
        assert!(decode(&file, &at).is_ok(), "{name}");
        let past = Limits { memory_bytes_max: memory_bytes_max - 1, ..at };
        let error = DecodeError::TooMuchMemory { memory_bytes_max: past.memory_bytes_max };
        assert_eq!(decode(&file, &past), Err(error), "{name}");
    }
}

#[test]
fn a_progressive_jpeg_is_reckoned_with_all_its_coefficients() {
    let pixels = 800 * 600;
    let limits = Limits { memory_bytes_max: 4 * pixels, ..Limits::default() };
    assert!(decode(&Flat::new(800, 600, 3).file(), &limits).is_ok());
    let error = DecodeError::TooMuchMemory { memory_bytes_max: limits.memory_bytes_max };
    assert_eq!(decode(&Flat::new(800, 600, 3).progressive().file(), &limits), Err(error.clone()));
    assert_eq!(decode(&Flat::new(800, 600, 3).one_scan_each().file(), &limits), Err(error));
    let enough = Limits { memory_bytes_max: 10 * pixels, ..limits };
    assert!(decode(&Flat::new(800, 600, 3).progressive().file(), &enough).is_ok());
}

#[test]
fn a_clock_that_runs_out_at_any_look_ends_every_decoding_in_the_same_error() {
    let limits = Limits { time_max: Duration::from_millis(1500), ..Limits::default() };
    for (name, file) in one_of_each() {
        let mut looks_allowed = 0;
        loop {
            let looks = Cell::new(0);
            let expired = || {
                looks.set(looks.get() + 1);
                looks.get() > looks_allowed
            };
            match decode_within(&file, &limits, &expired) {
                Ok(picture) => {
                    assert_eq!(picture, decode(&file, &Limits::default()).unwrap(), "{name}");
                    assert!(looks_allowed >= 1, "{name} never looked at the clock");
                    break;
                }
                Err(error) => assert_eq!(error, DecodeError::TooLong { time_max: limits.time_max }, "{name}"),
            }
            looks_allowed += 1;
        }
    }
}

#[test]
fn the_clock_is_looked_at_while_a_long_file_is_read() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff] {
        let file = encoded(drawn(9, 900, 700), format);
        let looks = Cell::new(0_usize);
        let never = || {
            looks.set(looks.get() + 1);
            false
        };
        fingerprints_within(&file, &Limits::default(), Purpose::Query, &never).unwrap();
        let kibibytes = file.len() / 1024;
        assert!(looks.get() >= kibibytes / 128, "{format:?}: {} looks for {kibibytes} KiB", looks.get());
    }
}

#[test]
fn the_limits_of_a_server_are_no_wider_than_the_default_ones() {
    let (server, own) = (Limits::server(), Limits::default());
    assert!(server.bytes_max <= own.bytes_max && server.pixels_max <= own.pixels_max);
    assert!(server.memory_bytes_max <= own.memory_bytes_max && server.time_max <= own.time_max);
}
