//! Prints what hashing adds to decoding a JPEG, exactly and by its brightness alone, and what other decoders take: `image`
//! without our limits and, with `--features turbojpeg`, libjpeg-turbo.
//!
//!     cargo run --release -p media --example decoding [FOLDER]
//!
//! With FOLDER, its JPEG files are measured instead of a drawn picture in three sizes. Times are of the processor, the best
//! of several runs; bits are those by which the hash differs from the exact one.

use std::path::Path;

use fingerprint::{Pdq, PixelFormat, Pixels, pdq, pdq_dihedral};
use media::{Fidelity, Limits, decode_with, draw, encode};
use rustix::time::{ClockId, clock_gettime};

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
                    let file = std::fs::read(&path)?;
                    measure(&name_of(&path), &file)?;
                    compare(&name_of(&path), &file)?;
                }
            }
        }
        None => {
            for (width, height) in [(512, 512), (1024, 1024), (4000, 3000)] {
                let file = encode::jpeg(&draw::photograph(1, width, height), 90)?;
                measure(&format!("drawn {width}x{height}"), &file)?;
                compare(&format!("drawn {width}x{height}"), &file)?;
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

/// What other decoders take, alternating as above.
fn compare(name: &str, file: &[u8]) -> Result<(), Failure> {
    let exact = decode_with(file, &Limits::default(), Fidelity::Exact, &|| false)?;
    let exact = pdq(&exact.pixels()).hash;
    type Decoder = fn(&[u8]) -> Result<Pdq, Failure>;
    let decoders: &[(&str, Decoder)] = &[
        ("ours, exact", |file| by_us(file, Fidelity::Exact)),
        ("ours, luma", |file| by_us(file, Fidelity::Luma)),
        ("image", by_image),
        #[cfg(feature = "turbojpeg")]
        ("libjpeg-turbo", by_turbojpeg),
        #[cfg(feature = "turbojpeg")]
        ("libjpeg-turbo, luma", |file| by_us(file, Fidelity::LumaTurbo)),
    ];
    let mut best = vec![f64::MAX; decoders.len()];
    for _ in 0..RUNS {
        for (best, (_, decoder)) in best.iter_mut().zip(decoders) {
            *best = best.min(milliseconds(|| decoder(file).map(|_| 0))?);
        }
    }
    for (best, (decoder, decode)) in best.iter().zip(decoders) {
        println!("{name:<28}{decoder:<22}{best:>10.2} ms with the hash{:>6} bits", exact.distance(&decode(file)?));
    }
    Ok(())
}

fn by_us(file: &[u8], fidelity: Fidelity) -> Result<Pdq, Failure> {
    Ok(pdq(&decode_with(file, &Limits::default(), fidelity, &|| false)?.pixels()).hash)
}

fn by_image(file: &[u8]) -> Result<Pdq, Failure> {
    let picture = image::load_from_memory_with_format(file, image::ImageFormat::Jpeg)?.into_rgb8();
    hash_of_rgb(picture.as_raw(), picture.width(), picture.height())
}

#[cfg(feature = "turbojpeg")]
fn by_turbojpeg(file: &[u8]) -> Result<Pdq, Failure> {
    let picture = turbojpeg::decompress(file, turbojpeg::PixelFormat::RGB)?;
    hash_of_rgb(&picture.pixels, picture.width as u32, picture.height as u32)
}

fn hash_of_rgb(samples: &[u8], width: u32, height: u32) -> Result<Pdq, Failure> {
    Ok(pdq(&Pixels::new(samples, width, height, 3 * width as usize, PixelFormat::Rgb8)?).hash)
}

fn milliseconds<E>(work: impl Fn() -> Result<u32, E>) -> Result<f64, E> {
    let begin = processor_ms();
    std::hint::black_box(work()?);
    Ok(processor_ms() - begin)
}

/// What this thread spent on a processor so far.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
