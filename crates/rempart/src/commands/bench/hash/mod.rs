//! `rempart bench hash`: fingerprints of pictures, from pixels and from files.

mod table;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use fingerprint::{PixelFormat, Pixels, pdq, pdq_dihedral, views};
use media::{Fidelity, Limits, Picture, PictureFingerprints, Purpose, decode_with, draw, encode, fingerprints_within};
use rayon::prelude::*;
use serde::Serialize;

use super::times::{median_ms, rounded, timed};
use super::{Shown, threads};
use crate::commands::pictures::{Files, read};
use crate::progress::Progress;

/// The sizes measured, and how many pictures of each.
const SIZES: [(u32, u32, u64); 3] = [(512, 512, 4), (1024, 1024, 3), (4000, 3000, 2)];
const JPEG_QUALITY: u8 = 90;
/// Drawn files for all cores, when no folder is named.
const DRAWN_FILES: u64 = 64;
/// Bytes of a named folder's files after which no more are read.
const FOLDER_BYTES_MAX: usize = 1 << 30;
const DRAWN_FILE_SIZE: (u32, u32) = (1600, 1200);

/// Measure fingerprinting: from pixels, from JPEG files, and a folder on all cores
///
/// Pictures are drawn, photograph-like, of 512x512, 1024x1024 and 4000x3000 pixels. From pixels in colour and in grey: the
/// PDQ hash, its eight orientations, all views. From JPEG: decoding alone, and with the hash; exactly, and by the brightness
/// alone, as queries may; and all that `rempart match` and `rempart hash` take of a file. Times are milliseconds of one core,
/// the middle of several runs. Last, a folder of pictures, as `rempart hash` takes them, on one core and on all.
#[derive(Args, Debug)]
pub(crate) struct Hash {
    /// The folder for all cores, instead of drawn pictures; of a large one the first GiB
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,

    /// How often everything is done; the middle counts
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,

    /// Leave the pictures here, so that another program can be measured with them: WIDTHxHEIGHT-N.rgb, .grey and .jpg
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,

    #[command(flatten)]
    shown: Shown,
}

/// What was measured.
#[derive(Serialize)]
struct Figures {
    sizes: Vec<Size>,
    folder: Folder,
}

/// One size of picture; means over the pictures.
#[derive(Serialize)]
struct Size {
    width: u32,
    height: u32,
    pictures: u64,
    rgb: FromPixels,
    grey: FromPixels,
    jpeg: FromJpeg,
}

/// Milliseconds of one core.
#[derive(Serialize, Default)]
struct FromPixels {
    one_ms: f64,
    eight_ms: f64,
    views_ms: f64,
}

/// Milliseconds of one core.
#[derive(Serialize, Default)]
struct FromJpeg {
    kib: f64,
    decode_ms: f64,
    decode_and_hash_ms: f64,
    luma_decode_ms: f64,
    luma_decode_and_hash_ms: f64,
    /// Everything by which a copy is asked for: decoded by its brightness, eight orientations, trimmed too, digests.
    query_ms: f64,
    /// Everything that enters a bank: decoded exactly, eight orientations, views, digests.
    bank_ms: f64,
}

/// A folder of files, pictures a second on the wall.
#[derive(Serialize)]
struct Folder {
    pictures: usize,
    one_core_per_second: f64,
    all_cores_per_second: f64,
    cores: usize,
}

impl Hash {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let progress = Progress::new("pictures measured:", Some(SIZES.iter().map(|size| size.2).sum()));
        let mut sizes = Vec::new();
        for (width, height, pictures) in SIZES {
            let mut size = Size {
                width,
                height,
                pictures,
                rgb: FromPixels::default(),
                grey: FromPixels::default(),
                jpeg: FromJpeg::default(),
            };
            for number in 0..pictures {
                self.measure(&mut size, number)?;
                progress.add(1);
            }
            sizes.push(size);
        }
        drop(progress);
        let figures = Figures { sizes, folder: self.folder()? };
        self.shown.show(&figures)
    }

    /// Adds a picture's share to the means of its size.
    fn measure(&self, size: &mut Size, number: u64) -> anyhow::Result<()> {
        let picture = draw::photograph(number, size.width, size.height);
        let grey = grey(&picture);
        let jpeg = encode::jpeg(&picture, JPEG_QUALITY)?;
        if let Some(folder) = &self.write {
            let name = format!("{}x{}-{number}", size.width, size.height);
            write(folder, &name, [("rgb", picture.samples()), ("grey", &grey), ("jpg", &jpeg)])?;
        }
        let grey = Pixels::new(&grey, size.width, size.height, size.width as usize, PixelFormat::Luma8)?;
        let share = 1.0 / size.pictures as f64;
        self.measure_pixels(&picture.pixels(), share, &mut size.rgb);
        self.measure_pixels(&grey, share, &mut size.grey);
        self.measure_jpeg(&jpeg, share, &mut size.jpeg)
    }

    fn measure_pixels(&self, pixels: &Pixels<'_>, share: f64, sum: &mut FromPixels) {
        sum.one_ms += share * self.median_ms(|| pdq(pixels).quality);
        sum.eight_ms += share * self.median_ms(|| pdq_dihedral(pixels).quality);
        sum.views_ms += share * self.median_ms(|| views(pixels).len());
    }

    fn measure_jpeg(&self, file: &[u8], share: f64, sum: &mut FromJpeg) -> anyhow::Result<()> {
        decoded(file, Fidelity::Exact)?;
        sum.kib += share * file.len() as f64 / 1024.0;
        let decode_ms = |fidelity| self.median_ms(|| decoded(file, fidelity).map(|picture| picture.width()));
        sum.decode_ms += share * decode_ms(Fidelity::Exact);
        sum.luma_decode_ms += share * decode_ms(Fidelity::Luma);
        let both_ms = |fidelity| self.median_ms(|| decoded(file, fidelity).map(|picture| pdq(&picture.pixels())));
        sum.decode_and_hash_ms += share * both_ms(Fidelity::Exact);
        sum.luma_decode_and_hash_ms += share * both_ms(Fidelity::Luma);
        let all_ms = |purpose| self.median_ms(|| fingerprints(file, purpose));
        sum.query_ms += share * all_ms(Purpose::Query);
        sum.bank_ms += share * all_ms(Purpose::Bank);
        Ok(())
    }

    fn median_ms<T>(&self, work: impl FnMut() -> T) -> f64 {
        median_ms(self.runs as usize, work)
    }

    fn folder(&self) -> anyhow::Result<Folder> {
        let files = match &self.pictures {
            Some(folder) => files_of(folder)?,
            None => drawn_files()?,
        };
        let hash_all = || -> usize {
            let hashed = files.par_iter().filter(|file| fingerprints(file, Purpose::Bank).is_ok());
            hashed.count()
        };
        let cores = rayon::current_num_threads();
        let (pictures, one) = threads(1)?.install(|| timed(hash_all));
        let (_, all) = threads(cores)?.install(|| timed(hash_all));
        if pictures == 0 {
            bail!("there is no picture to hash; leave --pictures out to have some drawn");
        }
        let rate = |took: super::times::Took| rounded(pictures as f64 / took.wall.as_secs_f64());
        Ok(Folder { pictures, one_core_per_second: rate(one), all_cores_per_second: rate(all), cores })
    }
}

/// Without a limit on time: measuring under load must not change the answer.
fn decoded(file: &[u8], fidelity: Fidelity) -> anyhow::Result<Picture> {
    Ok(decode_with(file, &Limits::default(), fidelity, &|| false)?)
}

/// As [`decoded`], to all fingerprints.
fn fingerprints(file: &[u8], purpose: Purpose) -> anyhow::Result<PictureFingerprints> {
    Ok(fingerprints_within(file, &Limits::default(), purpose, &|| false)?)
}

/// The luma of JPEG (ITU-R BT.601), a byte a pixel.
fn grey(picture: &Picture) -> Vec<u8> {
    if picture.is_grey() {
        return picture.samples().to_vec();
    }
    let weighed = |rgb: &[u8; 3]| 299 * u32::from(rgb[0]) + 587 * u32::from(rgb[1]) + 114 * u32::from(rgb[2]);
    picture.samples().as_chunks().0.iter().map(|rgb| ((weighed(rgb) + 500) / 1000) as u8).collect()
}

fn write(folder: &Path, name: &str, files: [(&str, &[u8]); 3]) -> anyhow::Result<()> {
    let written = fs::create_dir_all(folder).and_then(|()| {
        files.into_iter().try_for_each(|(ending, bytes)| fs::write(folder.join(format!("{name}.{ending}")), bytes))
    });
    written.with_context(|| format!("cannot write to {}", folder.display()))
}

/// The first files of a folder, in memory: how fast the disk is does not count.
fn files_of(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let (mut files, mut bytes) = (Vec::new(), 0);
    for (path, found) in Files::under(&[folder.to_owned()]) {
        let file = found.and_then(|()| read(&path)).with_context(|| format!("cannot read {}", path.display()))?;
        bytes += file.len();
        files.push(file);
        if bytes > FOLDER_BYTES_MAX {
            break;
        }
    }
    Ok(files)
}

fn drawn_files() -> anyhow::Result<Vec<Vec<u8>>> {
    let (width, height) = DRAWN_FILE_SIZE;
    let progress = Progress::new("pictures drawn:", Some(DRAWN_FILES));
    let drawn = (0..DRAWN_FILES).into_par_iter().map(|seed| {
        let file = encode::jpeg(&draw::photograph(seed, width, height), JPEG_QUALITY);
        progress.add(1);
        Ok(file?)
    });
    drawn.collect()
}
