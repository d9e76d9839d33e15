//! The pictures of the demo: drawn, or from a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use exchange::{Class, Contribution, Fingerprint, Tier};
use media::{Limits, Picture, Purpose, draw, encode};
use rayon::prelude::*;

use crate::commands::pictures::{Files, for_the_bank, read, views_for_the_bank};
use crate::progress::Progress;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
const JPEG_QUALITY: u8 = 90;
/// Seeds of unrelated pictures begin here, far from those that are protected.
const UNRELATED_SEED: u64 = 1 << 32;
/// Contributions whose way is timed, at least: so that a 99th percentile means something.
const TIMED_MIN: usize = 100;
/// Seeds of pictures that are only protected so as to have enough to time.
const FILLER_SEED: u64 = 1 << 33;

/// A picture that is protected.
pub(super) struct Source {
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Its fingerprints, as a hotline would send them.
    pub(super) contribution: Contribution,
}

/// The pictures of one demo.
pub(super) struct Sources {
    pub(super) pictures: Arc<Vec<Source>>,
    folder: Option<PathBuf>,
    /// Files that were no usable pictures.
    passed_over: usize,
}

impl Sources {
    /// Photograph-like pictures, the same every time.
    pub(super) async fn drawn(count: u32) -> anyhow::Result<Self> {
        let pictures = tokio::task::spawn_blocking(move || {
            let progress = Progress::new("pictures drawn:", Some(count.into()));
            let drawn = (0..u64::from(count)).into_par_iter().map(|seed| {
                progress.add(1);
                source(drawing(seed)?)
            });
            drawn.collect::<anyhow::Result<Vec<_>>>()
        })
        .await??;
        Ok(Self { pictures: Arc::new(pictures), folder: None, passed_over: 0 })
    }

    /// The first `count` pictures under a folder that can be recognised safely.
    pub(super) async fn from_folder(folder: &Path, count: u32) -> anyhow::Result<Self> {
        if !folder.is_dir() {
            bail!("{} is no folder", folder.display());
        }
        let within = folder.to_owned();
        let (pictures, passed_over) = tokio::task::spawn_blocking(move || choose(&within, count as usize)).await?;
        if pictures.is_empty() {
            bail!("there are no usable pictures in {}; leave --pictures out to have some drawn", folder.display());
        }
        Ok(Self { pictures: Arc::new(pictures), folder: Some(folder.to_owned()), passed_over })
    }

    pub(super) fn told(&self) -> String {
        match &self.folder {
            None => {
                format!("{} pictures are drawn, different from one another as photographs are.", self.pictures.len())
            }
            Some(folder) => {
                let over = match self.passed_over {
                    0 => String::new(),
                    files => format!(" ({files} files there are no pictures, or too plain to be recognised safely)"),
                };
                format!("{} pictures from {}{over}.", self.pictures.len(), folder.display())
            }
        }
    }

    /// What is contributed besides the pictures, so that enough is timed.
    pub(super) async fn fillers(&self) -> anyhow::Result<Vec<Contribution>> {
        let missing = TIMED_MIN.saturating_sub(self.pictures.len()) as u64;
        tokio::task::spawn_blocking(move || {
            let small = (0..missing).into_par_iter().map(|seed| {
                let picture = draw::photograph(FILLER_SEED + seed, WIDTH / 4, HEIGHT / 4);
                Ok(source(encode::jpeg(&picture, JPEG_QUALITY)?)?.contribution)
            });
            small.collect()
        })
        .await?
    }
}

/// An unrelated picture, as a file.
pub(super) fn unrelated(number: u64) -> anyhow::Result<Vec<u8>> {
    drawing(UNRELATED_SEED + number)
}

/// The pixels of a file that was read before.
pub(super) fn decoded(source: &Source) -> anyhow::Result<Picture> {
    Ok(media::decode(&source.bytes, &Limits::default())?)
}

fn drawing(seed: u64) -> anyhow::Result<Vec<u8>> {
    Ok(encode::jpeg(&draw::photograph(seed, WIDTH, HEIGHT), JPEG_QUALITY)?)
}

fn source(bytes: Vec<u8>) -> anyhow::Result<Source> {
    let found = media::fingerprints(&bytes, &Limits::default(), Purpose::Bank)?;
    let (fingerprints, views) = (for_the_bank(&found), views_for_the_bank(&found));
    fingerprints.iter().try_for_each(Fingerprint::check_plainness).context("too plain")?;
    Ok(Source { bytes, contribution: Contribution { class: Class::Adult, tier: Tier::Verified, fingerprints, views } })
}

fn choose(folder: &Path, count: usize) -> (Vec<Source>, usize) {
    let progress = Progress::new("pictures read:", Some(count as u64));
    let mut files = Files::under(&[folder.to_owned()]);
    let (mut pictures, mut passed_over) = (Vec::new(), 0);
    while pictures.len() < count {
        let some: Vec<_> = files.by_ref().take(rayon::current_num_threads()).collect();
        if some.is_empty() {
            break;
        }
        let read: Vec<anyhow::Result<Source>> = some
            .into_par_iter()
            .map(|(path, found)| {
                found?;
                source(read(&path)?)
            })
            .collect();
        for one in read {
            match one {
                Ok(source) if pictures.len() < count => {
                    progress.add(1);
                    pictures.push(source);
                }
                Ok(_) => {}
                Err(_) => passed_over += 1,
            }
        }
    }
    (pictures, passed_over)
}
