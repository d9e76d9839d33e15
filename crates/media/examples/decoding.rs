//! Prints what hashing adds to decoding a JPEG, exactly and by its brightness alone.
//!
//!     cargo run --release -p media --example decoding [FOLDER]
//!
//! With FOLDER, its JPEG files are measured instead of a drawn picture in three sizes.

use std::path::Path;
use std::time::Instant;

use fingerprint::{pdq, pdq_dihedral};
use media::{Fidelity, Limits, decode_with, draw, encode};

type Failure = Box<dyn std::error::Error>;

/// Runs, of which the quickest counts.
const RUNS: usize = 9;

fn main() -> Result<(), Failure> {
    println!(
        "{:<28}{:>11}{:>10}{:>7}{:>11}{:>10}{:>7}{:>10}{:>6}",
        "file", "exact ms", "+ hash", "ratio", "luma ms", "+ hash", "ratio", "+ eight", "bits"
    );
    match std::env::args().nth(1) {
        Some(folder) => {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "jpg") {
                    measure(&name_of(&path), &std::fs::read(&path)?)?;
                }
            }
        }
        None => {
            for (width, height) in [(512, 512), (1024, 1024), (4000, 3000)] {
                let file = encode::jpeg(&draw::photograph(1, width, height), 90)?;
                measure(&format!("drawn {width}x{height}"), &file)?;
            }
        }
    }
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn measure(name: &str, file: &[u8]) -> Result<(), Failure> {
    let limits = Limits::default();
    let decoded = |fidelity| decode_with(file, &limits, fidelity, &|| false);
    // Alternating, so that what else the machine does falls on all alike.
    let mut best = [f64::MAX; 5];
    for _ in 0..RUNS {
        let times = [
            milliseconds(|| decoded(Fidelity::Exact).map(|picture| picture.width())),
            milliseconds(|| decoded(Fidelity::Exact).map(|picture| u32::from(pdq(&picture.pixels()).quality))),
            milliseconds(|| decoded(Fidelity::Luma).map(|picture| picture.width())),
            milliseconds(|| decoded(Fidelity::Luma).map(|picture| u32::from(pdq(&picture.pixels()).quality))),
            milliseconds(|| decoded(Fidelity::Luma).map(|picture| u32::from(pdq_dihedral(&picture.pixels()).quality))),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = best.min(time?);
        }
    }
    let [exact, exact_hash, luma, luma_hash, luma_eight] = best;
    let bits = pdq(&decoded(Fidelity::Exact)?.pixels()).hash.distance(&pdq(&decoded(Fidelity::Luma)?.pixels()).hash);
    println!(
        "{name:<28}{exact:>11.2}{exact_hash:>10.2}{:>7.3}{luma:>11.2}{luma_hash:>10.2}{:>7.3}{luma_eight:>10.2}{bits:>6}",
        exact_hash / exact,
        luma_hash / luma
    );
    Ok(())
}

fn milliseconds<E>(work: impl Fn() -> Result<u32, E>) -> Result<f64, E> {
    let begin = Instant::now();
    std::hint::black_box(work()?);
    Ok(begin.elapsed().as_secs_f64() * 1000.0)
}
