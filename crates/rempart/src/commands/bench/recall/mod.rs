//! `rempart bench recall`: which altered copies are recognised, and which strangers are taken for one.

mod copies;
mod table;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use exchange::PDQ_QUALITY_MIN;
use fingerprint::{Pdq, View, pdq, views};
use media::{Limits, Picture, decode, draw};
use rayon::prelude::*;
use serde::Serialize;

use super::Shown;
use super::times::rounded;
use crate::commands::pictures::{Files, read};
use crate::progress::Progress;
use copies::{Asked, Way};

/// How many views of an entry are loaded, from none to all.
const LOADED: [usize; 4] = [0, 16, 32, 64];
const DRAWN_SIZE: (u32, u32) = (640, 480);

/// Measure recall: how many altered copies of pictures are recognised, and how many strangers are taken for one
///
/// Each picture (drawn ones, or those of a folder) is altered in every way there is: saved again, resized, recoloured, written
/// over, cut, framed, captioned, tilted, turned; where the amount is free, by as much as the seed says. Each copy is asked
/// for as a platform does, in its eight orientations, and is recognised when one is within the radius of the picture's hash or
/// of one of its views. Printed for so many views loaded, and last with what is left of the copy when borders and
/// captions are taken off. Every copy is also compared with all the other pictures.
#[derive(Args, Debug)]
pub(crate) struct Recall {
    /// Take the pictures in this folder instead of drawn ones
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,

    /// How many pictures, at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    count: u32,

    /// How many copies of each picture for each way whose amount is free
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    draws: u32,

    /// How many of the 256 bits may differ
    #[arg(long, value_name = "BITS", default_value_t = 31, value_parser = clap::value_parser!(u32).range(0..=256))]
    radius: u32,

    /// What decides the amounts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    #[command(flatten)]
    shown: Shown,
}

/// What was measured.
#[derive(Serialize)]
struct Figures {
    radius: u32,
    pictures: usize,
    /// Views that a picture has, on average.
    views: f64,
    /// How many views are loaded in each column but the last, which has all and asks for what is left without borders too.
    loaded: [usize; LOADED.len()],
    ways: Vec<OfWay>,
    strangers: Vec<Strangers>,
}

/// Copies altered in one way.
#[derive(Serialize)]
struct OfWay {
    name: &'static str,
    copies: usize,
    /// By column, percent of the copies.
    recognised_percent: [f64; COLUMNS],
}

/// Copies against other pictures, in one column.
#[derive(Serialize, Clone, Copy)]
struct Strangers {
    /// Pairs of a copy and another picture.
    pairs: u64,
    /// Pairs of hashes.
    comparisons: u64,
    /// Pairs within the radius.
    mistaken: u64,
    /// The least distance, bits.
    nearest: u32,
}

const COLUMNS: usize = LOADED.len() + 1;

/// What a bank holds of a picture: its hash, and those of its views with their rank.
struct Entry {
    hash: Pdq,
    views: Vec<(usize, Pdq)>,
}

/// What a copy is to every picture.
struct Compared {
    way: Way,
    /// By column, whether it is recognised.
    recognised: [bool; COLUMNS],
    strangers: [Strangers; COLUMNS],
}

/// Where a picture comes from: it is in memory while its copies are made, and as many are at a time as there are cores.
enum Source {
    /// Drawn from this seed.
    Drawn(u64),
    File(PathBuf),
}

impl Source {
    fn picture(&self) -> anyhow::Result<Picture> {
        match self {
            Self::Drawn(seed) => Ok(draw::photograph(*seed, DRAWN_SIZE.0, DRAWN_SIZE.1)),
            Self::File(path) => read(path)
                .map_err(anyhow::Error::from)
                .and_then(|file| Ok(decode(&file, &Limits::default())?))
                .with_context(|| format!("cannot read {}", path.display())),
        }
    }
}

impl Recall {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let (sources, entries): (Vec<Source>, Vec<Entry>) = self.pictures()?.into_iter().unzip();
        let ways = Way::all();
        let copies: Vec<(Way, u32)> =
            ways.iter().flat_map(|&way| (0..way.draws(self.draws)).map(move |draw| (way, draw))).collect();
        let progress = Progress::new("copies asked for:", Some((sources.len() * copies.len()) as u64));
        let of_picture = |(of, source): (usize, &Source)| {
            let picture = source.picture()?;
            let compared = copies.iter().map(|&(way, draw)| {
                let asked = way.copy(&picture, of, draw, self.seed)?;
                progress.add(1);
                Ok(self.compare(&entries, of, way, &asked))
            });
            compared.collect::<anyhow::Result<Vec<Compared>>>()
        };
        let compared: Vec<Vec<Compared>> =
            sources.par_iter().enumerate().map(of_picture).collect::<anyhow::Result<_>>()?;
        let compared = compared.into_iter().flatten().collect::<Vec<_>>();
        drop(progress);
        let figures = Figures {
            radius: self.radius,
            pictures: entries.len(),
            views: rounded(entries.iter().map(|entry| entry.views.len()).sum::<usize>() as f64 / entries.len() as f64),
            loaded: LOADED,
            ways: ways.iter().map(|way| OfWay::of(*way, &compared)).collect(),
            strangers: strangers(&compared),
        };
        self.shown.show(&figures)
    }

    /// Those that a bank would take: plain ones are refused.
    fn pictures(&self) -> anyhow::Result<Vec<(Source, Entry)>> {
        let Some(folder) = &self.pictures else {
            let drawn = |seed| {
                let source = Source::Drawn(seed);
                let entry = Entry::of(&source.picture()?);
                Ok((source, entry))
            };
            return (0..u64::from(self.count)).into_par_iter().map(drawn).collect();
        };
        let usable = |(path, found): (PathBuf, std::io::Result<()>)| {
            let source = found.is_ok().then_some(Source::File(path))?;
            let picture = source.picture().ok()?;
            (pdq(&picture.pixels()).quality >= PDQ_QUALITY_MIN).then(|| (source, Entry::of(&picture)))
        };
        let pictures: Vec<_> =
            Files::under(std::slice::from_ref(folder)).filter_map(usable).take(self.count as usize).collect();
        if pictures.len() < 2 {
            bail!("{} holds fewer than two usable pictures; leave --pictures out to have some drawn", folder.display());
        }
        Ok(pictures)
    }

    fn compare(&self, entries: &[Entry], of: usize, way: Way, asked: &Asked) -> Compared {
        let mut recognised = [false; COLUMNS];
        let mut strangers = [Strangers::NONE; COLUMNS];
        for column in 0..COLUMNS {
            let loaded = LOADED[column.min(LOADED.len() - 1)];
            let hashes: Vec<&Pdq> =
                if column < LOADED.len() { asked.whole.iter().collect() } else { asked.all().collect() };
            for (place, entry) in entries.iter().enumerate() {
                let (nearest, comparisons) = entry.nearest(&hashes, loaded);
                if place == of {
                    recognised[column] = nearest <= self.radius;
                } else {
                    let mistaken = u64::from(nearest <= self.radius);
                    strangers[column].add(Strangers { pairs: 1, comparisons, mistaken, nearest });
                }
            }
        }
        Compared { way, recognised, strangers }
    }
}

impl Entry {
    fn of(picture: &Picture) -> Self {
        let pixels = picture.pixels();
        let rank = |view: View| View::ALL.iter().position(|other| *other == view).unwrap_or(View::ALL.len());
        let views = views(&pixels).into_iter().map(|(view, hash, _)| (rank(view), hash)).collect();
        Self { hash: pdq(&pixels).hash, views }
    }

    /// The least distance from any of the hashes to the picture and its first `loaded` views by rank, and how many pairs
    /// that are.
    fn nearest(&self, asked: &[&Pdq], loaded: usize) -> (u32, u64) {
        let views = self.views.iter().filter(|(rank, _)| *rank < loaded).map(|(_, hash)| hash);
        let (mut nearest, mut comparisons) = (256, 0);
        for hash in std::iter::once(&self.hash).chain(views) {
            nearest = asked.iter().map(|asked| asked.distance(hash)).min().unwrap_or(256).min(nearest);
            comparisons += asked.len() as u64;
        }
        (nearest, comparisons)
    }
}

impl OfWay {
    fn of(way: Way, compared: &[Compared]) -> Self {
        let own: Vec<&Compared> = compared.iter().filter(|compared| compared.way == way).collect();
        let percent = |column: usize| {
            let recognised = own.iter().filter(|compared| compared.recognised[column]).count();
            rounded(100.0 * recognised as f64 / own.len().max(1) as f64)
        };
        Self { name: way.name(), copies: own.len(), recognised_percent: std::array::from_fn(percent) }
    }
}

impl Strangers {
    const NONE: Self = Self { pairs: 0, comparisons: 0, mistaken: 0, nearest: 256 };

    fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.comparisons += other.comparisons;
        self.mistaken += other.mistaken;
        self.nearest = self.nearest.min(other.nearest);
    }
}

fn strangers(compared: &[Compared]) -> Vec<Strangers> {
    let of_column = |column: usize| {
        let mut all = Strangers::NONE;
        compared.iter().for_each(|compared| all.add(compared.strangers[column]));
        all
    };
    (0..COLUMNS).map(of_column).collect()
}
