//! Prints what hashing costs from pixels, beside PyPI `pdqhash` in the same run on the same pixels.
//!
//!     cargo run --release -p fingerprint --example hashing -- PYTHON [FOLDER]
//!
//! PYTHON is an interpreter with `pdqhash==0.2.8`, `numpy` and `pillow`. With FOLDER, pictures are cut from those in it;
//! without, they are drawn. Under `open` stands how many a streaming `Hasher` leaves undecided, and last what the views cost in hashes of the coloured picture. Times are of the processor, not of the clock on the wall: the best of several runs for each picture,
//! and of those the mean.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use fingerprint::{Hasher, HasherError, PixelFormat, Pixels, pdq, pdq_dihedral, views_beside};
use rustix::time::{ClockId, clock_gettime};

type Failure = Box<dyn std::error::Error>;

/// Runs of each picture, of which the quickest counts.
const RUNS: usize = 7;

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let python = arguments.next().ok_or("say which Python interpreter has pdqhash")?;
    let folder = tempfile::tempdir()?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hashing.py");
    let status = Command::new(python).arg(script).arg(folder.path()).args(arguments).status()?;
    if !status.success() {
        return Err("the reference was not measured".into());
    }
    println!(
        "{:<12}{:>9}{:>11}{:>11}{:>8}{:>11}{:>8}{:>12}{:>12}{:>12}{:>12}{:>8}",
        "size",
        "pictures",
        "pdqhash ms",
        "RGB ms",
        "ratio",
        "grey ms",
        "ratio",
        "eight ms",
        "open",
        "open, eight",
        "64 views ms",
        "ratio"
    );
    for line in fs::read_to_string(folder.path().join("sizes.txt"))?.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [width, height, count, reference_ms] = fields[..] else { return Err("sizes.txt has another form".into()) };
        measure(folder.path(), width.parse()?, height.parse()?, count.parse()?, reference_ms.parse()?)?;
    }
    Ok(())
}

fn measure(folder: &Path, width: u32, height: u32, count: usize, reference_ms: f64) -> Result<(), Failure> {
    let mut all = [const { Vec::new() }; 4];
    let (mut open, mut open_eight) = (0, 0);
    for index in 0..count {
        let coloured = fs::read(folder.join(format!("{width}x{height}-{index}.rgb")))?;
        let grey: Vec<u8> = coloured.as_chunks().0.iter().map(|&[r, g, b]: &[u8; 3]| luma(r, g, b)).collect();
        let coloured = Pixels::new(&coloured, width, height, 3 * width as usize, PixelFormat::Rgb8)?;
        let grey = Pixels::new(&grey, width, height, width as usize, PixelFormat::Luma8)?;
        all[0].push(milliseconds(|| pdq(&coloured).quality));
        all[1].push(milliseconds(|| pdq(&grey).quality));
        all[2].push(milliseconds(|| pdq_dihedral(&coloured).quality));
        let primary = pdq(&coloured);
        all[3].push(milliseconds(|| views_beside(&coloured, &primary).len() as u8));
        let hasher = || -> Result<Hasher, Failure> {
            let mut hasher = Hasher::new(width, height, PixelFormat::Rgb8)?;
            hasher.push(&coloured)?;
            Ok(hasher)
        };
        open += usize::from(hasher()?.finish() == Err(HasherError::Undecided));
        open_eight += usize::from(hasher()?.finish_dihedral() == Err(HasherError::Undecided));
    }
    let [coloured, grey, eight, views] = all.each_ref().map(|times| times.iter().sum::<f64>() / count as f64);
    let medians = all.map(|mut times| {
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let share = |times: usize| format!("{:.1} %", 100.0 * times as f64 / count as f64);
    println!(
        "{:<12}{count:>9}{reference_ms:>11.2}{coloured:>11.3}{:>7.0}x{grey:>11.3}{:>7.0}x{eight:>12.3}{:>12}{:>12}{views:>12.3}{:>7.1}x",
        format!("{width}x{height}"),
        reference_ms / coloured,
        reference_ms / grey,
        share(open),
        share(open_eight),
        views / coloured
    );
    // A picture of which rounding decides is hashed twice, and costs as much as some dozen others.
    println!(
        "  medians: RGB {:.4}, grey {:.4}, eight {:.4}, views {:.4} ms",
        medians[0], medians[1], medians[2], medians[3]
    );
    Ok(())
}

fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) + 500) / 1000) as u8
}

/// The least time that one call took.
fn milliseconds(work: impl Fn() -> u8) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..RUNS {
        let begin = processor_ms();
        std::hint::black_box(work());
        best = best.min(processor_ms() - begin);
    }
    best
}

/// What this thread spent on a processor so far.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
