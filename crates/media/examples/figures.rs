//! Prints how fast pictures are decoded and hashed, and how many altered copies of drawn pictures PDQ still knows.
//!
//!     cargo run --release -p media --example figures [FOLDER]
//!
//! With FOLDER, its pictures are measured instead of drawn ones.

use std::path::Path;
use std::time::Instant;

use fingerprint::{Dihedral, pdq, pdq_dihedral};
use media::alter::Alteration;
use media::{Limits, Picture, Purpose, decode, draw, encode, fingerprints};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let pictures = match std::env::args().nth(1) {
        Some(folder) => pictures_of(Path::new(&folder))?,
        None => (0..100).map(|seed| draw::photograph(seed, 640, 480)).collect(),
    };
    recall(&pictures)?;
    speed()
}

fn pictures_of(folder: &Path) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_file() {
            continue;
        }
        match decode(&std::fs::read(&path)?, &Limits::default()) {
            Ok(picture) if pdq(&picture.pixels()).quality >= 50 => pictures.push(picture),
            Ok(_) => println!("{}: quality below 50, left out", path.display()),
            Err(error) => println!("{}: {error}", path.display()),
        }
    }
    Ok(pictures)
}

fn recall(pictures: &[Picture]) -> Result<(), Failure> {
    println!("{} pictures; bits between a copy's closest orientation and the original", pictures.len());
    println!("{:<14}{:>10}{:>8}{:>8}{:>8}", "alteration", "<= 31", "median", "p90", "max");
    for alteration in Alteration::ALL {
        let mut distances = Vec::new();
        for picture in pictures {
            let copy = decode(&alteration.apply(picture)?, &Limits::default())?;
            distances.push(closest(&pdq_dihedral(&copy.pixels()), picture));
        }
        distances.sort_unstable();
        let known = distances.iter().filter(|distance| **distance <= 31).count();
        let at = |share: usize| distances[(distances.len() - 1) * share / 100];
        let share = 100.0 * known as f64 / distances.len() as f64;
        println!("{:<14}{share:>9.1}%{:>8}{:>8}{:>8}", alteration.name(), at(50), at(90), at(100));
    }
    Ok(())
}

fn closest(copy: &Dihedral, picture: &Picture) -> u32 {
    let original = pdq(&picture.pixels()).hash;
    copy.hashes.iter().map(|hash| hash.distance(&original)).min().unwrap_or(256)
}

fn speed() -> Result<(), Failure> {
    println!("\n{:<24}{:>10}{:>14}{:>14}{:>16}", "file", "KiB", "decode ms", "all ms", "pictures/s");
    for (width, height) in [(640, 480), (1280, 960), (4000, 3000)] {
        let picture = draw::photograph(1, width, height);
        for (kind, file) in [("jpeg-85", encode::jpeg(&picture, 85)?), ("png", encode::png(&picture)?)] {
            let decode_ms = milliseconds(|| decode(&file, &Limits::default()).is_ok());
            let all_ms = milliseconds(|| fingerprints(&file, &Limits::default(), Purpose::Query).is_ok());
            let name = format!("{width} x {height} {kind}");
            let per_second = 1000.0 / all_ms;
            println!("{name:<24}{:>10}{decode_ms:>14.2}{all_ms:>14.2}{per_second:>16.1}", file.len() / 1024);
        }
    }
    Ok(())
}

/// The mean time of one call over at least 5 calls and a second, in milliseconds.
fn milliseconds(work: impl Fn() -> bool) -> f64 {
    let begin = Instant::now();
    let mut calls = 0;
    while calls < 5 || begin.elapsed().as_secs_f64() < 1.0 {
        assert!(work());
        calls += 1;
    }
    begin.elapsed().as_secs_f64() * 1000.0 / f64::from(calls)
}
