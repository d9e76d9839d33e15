//! Decoding the brightness alone.

use fingerprint::pdq_dihedral;
use media::{Fidelity, Limits, Picture, decode, decode_with, draw, encode};

use crate::files::{drawn, encoded, jpeg::Flat, one_of_each};

fn luma(file: &[u8]) -> Picture {
    decode_with(file, &Limits::default(), Fidelity::Luma, &|| false).unwrap()
}

#[test]
fn a_jpeg_in_colour_becomes_its_brightness() {
    let file = encode::jpeg(&draw::photograph(3, 301, 203), 85).unwrap();
    let (grey, coloured) = (luma(&file), decode(&file, &Limits::default()).unwrap());
    assert!(grey.is_grey() && !coloured.is_grey());
    assert_eq!((grey.width(), grey.height(), grey.format()), (301, 203, coloured.format()));
    let mut far = 0;
    for (&found, rgb) in grey.samples().iter().zip(coloured.samples().chunks_exact(3)) {
        let exact = 0.299 * f32::from(rgb[0]) + 0.587 * f32::from(rgb[1]) + 0.114 * f32::from(rgb[2]);
        far += usize::from((f32::from(found) - exact).abs() > 2.0);
    }
    // Colours out of range are cut off on the way to red, green and blue; the drawing has few.
    assert!(far * 50 < grey.samples().len(), "{far} pixels are more than two levels away");
}

#[test]
fn the_hash_of_the_brightness_is_within_a_few_bits_of_the_exact_one() {
    const BITS_MAX: u32 = 4;
    for seed in 0..24 {
        let (width, height) = (200 + 37 * seed as u32, 640 - 17 * seed as u32);
        for quality in [40, 75, 92] {
            let file = encode::jpeg(&draw::photograph(seed, width, height), quality).unwrap();
            let exact = pdq_dihedral(&decode(&file, &Limits::default()).unwrap().pixels());
            let found = pdq_dihedral(&luma(&file).pixels());
            for (found, exact) in found.hashes.iter().zip(&exact.hashes) {
                let distance = found.distance(exact);
                assert!(distance <= BITS_MAX, "{distance} bits: seed {seed}, quality {quality}");
            }
        }
    }
}

#[test]
fn what_keeps_no_brightness_apart_is_decoded_as_ever() {
    for (name, file) in one_of_each() {
        let exact = decode(&file, &Limits::default()).unwrap();
        if !(name.contains("JPEG") && luma(&file).is_grey()) {
            assert_eq!(luma(&file), exact, "{name}");
        }
    }
    let grey = Flat::new(40, 24, 1).file();
    assert_eq!(luma(&grey), decode(&grey, &Limits::default()).unwrap());
    let inks = Flat::new(40, 24, 4).adobe(2).file();
    assert_eq!(luma(&inks), decode(&inks, &Limits::default()).unwrap());
    let png = encoded(drawn(1, 30, 20), image::ImageFormat::Png);
    assert!(!luma(&png).is_grey());
}

#[test]
fn progressive_and_non_interleaved_jpegs_give_the_same_brightness_as_a_baseline_one() {
    let baseline = luma(&Flat::new(40, 24, 3).file());
    assert!(baseline.is_grey());
    assert_eq!(luma(&Flat::new(40, 24, 3).progressive().file()), baseline);
    assert_eq!(luma(&Flat::new(40, 24, 3).one_scan_each().file()), baseline);
}
