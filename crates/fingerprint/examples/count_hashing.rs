//! One piece of work, for counting its instructions: `cargo xtask bench instructions`.
//!
//!     count_hashing CASE
//!
//! Only what [`counted`] calls counts.

use std::hint::black_box;

use fingerprint::{PixelFormat, Pixels, pdq, pdq_dihedral, views_beside};

const SIDE: u32 = 512;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let grey: Vec<u8> = (0..SIDE * SIDE).map(|place| brightness(place % SIDE, place / SIDE)).collect();
    let rgb: Vec<u8> = grey.iter().enumerate().flat_map(|(place, &level)| coloured(place as u32, level)).collect();
    // Equally bright everywhere: rounding decides, so it is hashed in the reference's order.
    let flat: Vec<u8> = grey.iter().flat_map(|_| [91, 140, 33]).collect();
    let grey = Pixels::new(&grey, SIDE, SIDE, SIDE as usize, PixelFormat::Luma8)?;
    let rgb = Pixels::new(&rgb, SIDE, SIDE, 3 * SIDE as usize, PixelFormat::Rgb8)?;
    let flat = Pixels::new(&flat, SIDE, SIDE, 3 * SIDE as usize, PixelFormat::Rgb8)?;
    match std::env::args().nth(1).as_deref() {
        Some("pdq-rgb") => counted(|| pdq(&rgb)),
        Some("pdq-grey") => counted(|| pdq(&grey)),
        Some("pdq-flat") => counted(|| pdq(&flat)),
        Some("dihedral-rgb") => counted(|| pdq_dihedral(&rgb)),
        Some("views-rgb") => {
            let primary = pdq(&rgb);
            counted(|| views_beside(&rgb, &primary));
        }
        _ => return Err("say which: pdq-rgb, pdq-grey, pdq-flat, dihedral-rgb or views-rgb".into()),
    }
    Ok(())
}

/// What is counted: a name that valgrind finds, and a call that stays one.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) {
    black_box(work());
}

/// Three channels alike, each with its own grain, as of a camera: rounding decides in few such pictures.
fn coloured(place: u32, level: u8) -> [u8; 3] {
    [(0, level), (1, level), (2, 60 + level / 2)].map(|(number, channel)| {
        let mixed = (place * 3 + number).wrapping_mul(2_654_435_761);
        channel.saturating_add((mixed >> 29) as u8)
    })
}

/// Waves of several lengths and directions, an edge, patches, some grain: enough to see that no view is left out and that
/// no component is as small as what rounding decides.
fn brightness(x: u32, y: u32) -> u8 {
    let mixed = |x: u32, y: u32| x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(2_246_822_519));
    let wave = |across: u32, down: u32, period: u32| {
        let place = (across * x + down * y) % period;
        place.min(period - place) * 2 * 255 / period
    };
    let light = wave(1, 2, 397) * 5 + wave(3, 1, 263) * 4 + wave(0, 1, 151) * 3 + wave(5, 2, 97) * 2;
    let edge = if (170..300).contains(&x) && (90..410).contains(&y) { 700 } else { 0 };
    let patch = (mixed(1 + x / 20, 1 + y / 20).wrapping_mul(2_246_822_519) >> 26) * 20;
    let grain = (mixed(x, y) >> 28) * 4;
    ((light + edge + patch + grain) / 20).min(255) as u8
}
