//! Measures what views find that plain PDQ misses, what they confuse, and what they cost.
//!
//!     cargo run --release -p media --example views -- [--json] [--draws N] [FOLDER]
//!     cargo run --release -p media --example views -- --choose [--draws N] [FOLDER]
//!     cargo run --release -p media --example views -- --strangers N
//!
//! The pictures are those in FOLDER, or a hundred drawn ones. Each is reframed `N` times by each way of
//! [`Reframing`], by amounts that a seed decides, saved as JPEG of quality 85 and asked for as a matcher does: its
//! eight orientations, and those of what is left when borders and captions are taken off. `--choose` ranks all views
//! there are by what they add. `--strangers` draws N pictures and asks each, in its eight orientations, for all the others.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use fingerprint::{Pdq, View, Viewer, pdq, pdq_dihedral, trimmed, views};
use media::alter::Reframing;
use media::{Limits, Picture, decode, draw};

type Failure = Box<dyn std::error::Error>;

/// Bits within which two hashes are of one picture.
const RADIUS: u32 = 31;

/// How many views a matcher may load.
const LOADED: [usize; 5] = [0, 16, 32, 48, 64];

fn main() -> Result<(), Failure> {
    let (mut json, mut choose, mut draws, mut drawn, mut folder) = (false, false, 4, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--choose" => choose = true,
            "--strangers" => drawn = Some(arguments.next().ok_or("--strangers takes a number")?.parse()?),
            "--draws" => draws = arguments.next().ok_or("--draws takes a number")?.parse()?,
            _ => folder = Some(argument),
        }
    }
    if let Some(count) = drawn {
        strangers_drawn(count);
        return Ok(());
    }
    let (sources, pictures): (Vec<_>, Vec<_>) = match folder {
        Some(folder) => pictures_of(Path::new(&folder))?.into_iter().unzip(),
        None => (0..100).map(|seed| (seed.to_string(), draw::photograph(seed, 640, 480))).unzip(),
    };
    if choose {
        return choice(&pictures, draws);
    }
    let entries: Vec<_> = pictures.iter().map(Entry::new).collect();
    let copies = copies(&pictures, draws)?;
    let report = Report {
        pictures: pictures.len(),
        views: entries.iter().map(|entry| entry.hashes.len() - 1).sum::<usize>() as f64 / entries.len() as f64,
        recall: recall(&entries, &copies),
        strangers: strangers(&sources, &entries, &copies),
        times: times(&pictures),
    };
    if json {
        report.print_json()
    } else {
        report.print()
    }
    Ok(())
}

/// Each with what its file is called before the first hyphen: parts of one picture are called alike.
fn pictures_of(folder: &Path) -> Result<Vec<(String, Picture)>, Failure> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Failure>>()?;
    paths.sort();
    let mut pictures = Vec::new();
    for path in paths {
        match decode(&std::fs::read(&path)?, &Limits::default()) {
            Ok(picture) if pdq(&picture.pixels()).quality >= 50 => {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                pictures.push((name.split('-').next().unwrap_or_default().to_string(), picture));
            }
            Ok(_) => eprintln!("{}: quality below 50, left out", path.display()),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
    Ok(pictures)
}

/// What a bank has of a picture: its hash, then its views'.
struct Entry {
    hashes: Vec<(Option<View>, Pdq)>,
}

impl Entry {
    fn new(picture: &Picture) -> Self {
        let pixels = picture.pixels();
        let views = views(&pixels).into_iter().map(|(view, hash, _)| (Some(view), hash));
        Self { hashes: std::iter::once((None, pdq(&pixels).hash)).chain(views).collect() }
    }

    /// The least distance of any hash asked for, to the picture and its first `loaded` views by rank.
    fn distance(&self, query: &[Pdq], loaded: usize) -> u32 {
        let is_loaded = |view: &Option<View>| view.is_none_or(|view| View::ALL[..loaded].contains(&view));
        let hashes = self.hashes.iter().filter(|(view, _)| is_loaded(view));
        hashes.flat_map(|(_, hash)| query.iter().map(|asked| asked.distance(hash))).min().unwrap_or(256)
    }
}

/// An altered copy as a matcher asks for it.
struct Copy {
    reframing: Reframing,
    of: usize,
    query: Vec<Pdq>,
}

fn copies(pictures: &[Picture], draws: u64) -> Result<Vec<Copy>, Failure> {
    let mut copies = Vec::new();
    for (of, picture) in pictures.iter().enumerate() {
        for (kind, reframing) in Reframing::ALL.into_iter().enumerate() {
            for draw in 0..draws {
                let seed = mixed((of as u64) << 32 | (kind as u64) << 16 | draw);
                let file = reframing.apply(picture, amount(reframing, seed), seed)?;
                let copy = decode(&file, &Limits::default())?;
                copies.push(Copy { reframing, of, query: query(&copy) });
            }
        }
    }
    Ok(copies)
}

/// Any amount up to what the table says, equally often.
fn amount(reframing: Reframing, seed: u64) -> f32 {
    let share = (seed >> 40) as f32 / (1 << 24) as f32;
    match reframing {
        Reframing::Border | Reframing::Letterbox | Reframing::Pillarbox => 0.2 * share,
        Reframing::BarOverTop | Reframing::BarOverBottom | Reframing::BarBeside => 0.05 + 0.15 * share,
        Reframing::TiltKept | Reframing::TiltGrown | Reframing::TiltFilled => 10.0 * share - 5.0,
        _ => 0.15 * share,
    }
}

/// The finalizer of SplitMix64: neighbouring numbers become unrelated ones.
fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn query(copy: &Picture) -> Vec<Pdq> {
    let pixels = copy.pixels();
    let mut query = pdq_dihedral(&pixels).hashes.to_vec();
    if let Some(trimmed) = trimmed(&pixels).and_then(|window| pixels.window(window)) {
        query.extend(pdq_dihedral(&trimmed).hashes);
    }
    query
}

struct Report {
    pictures: usize,
    views: f64,
    recall: BTreeMap<&'static str, [Found; LOADED.len()]>,
    strangers: [Strangers; LOADED.len()],
    times: Times,
}

/// Of the copies of one kind, with so many views loaded.
#[derive(Clone, Copy)]
struct Found {
    copies: usize,
    share: f64,
    median: u32,
    p90: u32,
}

/// Between pictures and copies of others, with so many views loaded.
#[derive(Clone, Copy)]
struct Strangers {
    pairs: u64,
    comparisons: u64,
    matches: u64,
    nearest: u32,
}

/// Milliseconds a picture, medians.
struct Times {
    hash_512: f64,
    views_512: f64,
    hash_12_megapixels: f64,
    views_12_megapixels: f64,
    trim: f64,
}

fn recall(entries: &[Entry], copies: &[Copy]) -> BTreeMap<&'static str, [Found; LOADED.len()]> {
    let mut distances: BTreeMap<&'static str, Vec<[u32; LOADED.len()]>> = BTreeMap::new();
    for copy in copies {
        let found = LOADED.map(|loaded| entries[copy.of].distance(&copy.query, loaded));
        distances.entry(copy.reframing.name()).or_default().push(found);
    }
    let of_kind = |distances: &Vec<[u32; LOADED.len()]>| {
        std::array::from_fn(|loaded| {
            let mut distances: Vec<_> = distances.iter().map(|distance| distance[loaded]).collect();
            distances.sort_unstable();
            let known = distances.partition_point(|&distance| distance <= RADIUS);
            let at = |percent: usize| distances[(distances.len() - 1) * percent / 100];
            Found { copies: distances.len(), share: known as f64 / distances.len() as f64, median: at(50), p90: at(90) }
        })
    };
    distances.iter().map(|(name, distances)| (*name, of_kind(distances))).collect()
}

fn strangers(sources: &[String], entries: &[Entry], copies: &[Copy]) -> [Strangers; LOADED.len()] {
    LOADED.map(|loaded| {
        let mut counted = Strangers { pairs: 0, comparisons: 0, matches: 0, nearest: 256 };
        for copy in copies {
            for (_, entry) in entries.iter().enumerate().filter(|(index, _)| sources[*index] != sources[copy.of]) {
                let distance = entry.distance(&copy.query, loaded);
                counted.pairs += 1;
                counted.comparisons += (copy.query.len() * entry.hashes.len().min(loaded + 1)) as u64;
                counted.matches += u64::from(distance <= RADIUS);
                counted.nearest = counted.nearest.min(distance);
            }
        }
        counted
    })
}

/// Draws pictures that a bank would take, and compares each in its eight orientations with all that each other one has.
fn strangers_drawn(count: u64) {
    const SIZE: (u32, u32) = (256, 192);
    let (mut asked, mut held) = (Vec::new(), Vec::new());
    for seed in 0.. {
        let picture = draw::photograph(1_000_000 + seed, SIZE.0, SIZE.1);
        let dihedral = pdq_dihedral(&picture.pixels());
        if dihedral.quality < 50 {
            continue;
        }
        let of = asked.len();
        asked.push(dihedral.hashes);
        held.extend(Entry::new(&picture).hashes.into_iter().map(|(_, hash)| (of, words(&hash))));
        if asked.len() as u64 == count {
            println!("drawn {} to take {count}", seed + 1);
            break;
        }
    }
    let (mut comparisons, mut matches, mut nearest) = (0_u64, 0_u64, [0_u64; 257]);
    for (of, hashes) in asked.iter().enumerate() {
        for hash in hashes.map(|hash| words(&hash)) {
            for (_, other) in held.iter().filter(|(other, _)| *other != of) {
                let distance: u32 = hash.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum();
                (comparisons, matches) = (comparisons + 1, matches + u64::from(distance <= RADIUS));
                nearest[distance as usize] += 1;
            }
        }
    }
    let pairs = count * (count - 1);
    println!("{pairs} pairs of a picture and another, {comparisons} comparisons, {matches} within {RADIUS} bits");
    let first: Vec<_> = nearest.iter().enumerate().filter(|(_, count)| **count > 0).take(8).collect();
    println!("nearest (bits, how often): {first:?}");
}

fn words(hash: &Pdq) -> [u64; 4] {
    std::array::from_fn(|word| u64::from_le_bytes(std::array::from_fn(|byte| hash.as_bytes()[8 * word + byte])))
}

fn times(pictures: &[Picture]) -> Times {
    let (small, large) = (draw::photograph(1, 512, 512), draw::photograph(1, 4000, 3000));
    let trims: Vec<_> = pictures
        .iter()
        .take(20)
        .map(|picture| median_ms(|| usize::from(trimmed(&picture.pixels()).is_some())))
        .collect();
    let hash = |picture: &Picture| median_ms(|| usize::from(pdq(&picture.pixels()).quality));
    let all_views = |picture: &Picture| median_ms(|| views(&picture.pixels()).len());
    Times {
        hash_512: hash(&small),
        views_512: all_views(&small),
        hash_12_megapixels: hash(&large),
        views_12_megapixels: all_views(&large),
        trim: trims.iter().sum::<f64>() / trims.len().max(1) as f64,
    }
}

/// The median time of eleven calls.
fn median_ms(work: impl Fn() -> usize) -> f64 {
    let mut times: Vec<_> = (0..11)
        .map(|_| {
            let begin = Instant::now();
            std::hint::black_box(work());
            begin.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

impl Report {
    fn print(&self) {
        println!("{} pictures, {:.1} views each; share of copies within {RADIUS} bits", self.pictures, self.views);
        print!("{:<18}{:>8}{:>10}", "copy", "copies", "plain");
        LOADED[1..].iter().for_each(|loaded| print!("{:>10}", format!("{loaded} views")));
        println!("{:>10}{:>8}", "median", "p90");
        for reframing in Reframing::ALL {
            let Some(found) = self.recall.get(reframing.name()) else { continue };
            print!("{:<18}{:>8}", reframing.name(), found[0].copies);
            found.iter().for_each(|found| print!("{:>9.1}%", 100.0 * found.share));
            println!("{:>10}{:>8}", found[LOADED.len() - 1].median, found[LOADED.len() - 1].p90);
        }
        println!("\n{:<10}{:>14}{:>18}{:>10}{:>10}", "strangers", "pairs", "comparisons", "matches", "nearest");
        for (loaded, counted) in LOADED.iter().zip(self.strangers) {
            let Strangers { pairs, comparisons, matches, nearest } = counted;
            println!("{:<10}{pairs:>14}{comparisons:>18}{matches:>10}{nearest:>10}", format!("{loaded} views"));
        }
        let times = &self.times;
        println!("\nms a picture: hash {:.2}, views {:.2} (512x512)", times.hash_512, times.views_512);
        println!(
            "              hash {:.2}, views {:.2} (4000x3000)",
            times.hash_12_megapixels, times.views_12_megapixels
        );
        println!("              taking off borders {:.3}", times.trim);
    }

    fn print_json(&self) {
        let recall: Vec<_> = self
            .recall
            .iter()
            .map(|(name, found)| {
                let shares: Vec<_> = found.iter().map(|found| format!("{:.4}", found.share)).collect();
                format!("\"{name}\":{{\"copies\":{},\"share\":[{}]}}", found[0].copies, shares.join(","))
            })
            .collect();
        let strangers: Vec<_> = self
            .strangers
            .iter()
            .map(|counted| {
                let Strangers { pairs, comparisons, matches, nearest } = counted;
                format!(
                    "{{\"pairs\":{pairs},\"comparisons\":{comparisons},\"matches\":{matches},\"nearest\":{nearest}}}"
                )
            })
            .collect();
        println!("{{\"pictures\":{},\"views\":{:.2},\"radius\":{RADIUS},", self.pictures, self.views);
        println!("\"loaded\":{LOADED:?},\"recall\":{{{}}},", recall.join(","));
        println!("\"strangers\":[{}],", strangers.join(","));
        let times = &self.times;
        println!("\"ms\":{{\"hash_512\":{:.3},\"views_512\":{:.3},", times.hash_512, times.views_512);
        println!("\"hash_12_megapixels\":{:.3},", times.hash_12_megapixels);
        println!("\"views_12_megapixels\":{:.3},\"trim\":{:.4}}}}}", times.views_12_megapixels, times.trim);
    }
}

/// Ranks the views: each next one is that which, beside the picture and the views before it, finds the most copies,
/// all ways of reframing counting alike.
fn choice(pictures: &[Picture], draws: u64) -> Result<(), Failure> {
    let every_view: Vec<_> = (0..=255).filter_map(View::from_code).collect();
    let mut hashes = Vec::new();
    for picture in pictures {
        let pixels = picture.pixels();
        let viewer = Viewer::new(&pixels).ok_or("a side is too short to be viewed")?;
        let of = |view: &View| viewer.hash(*view).filter(|found| found.quality >= 50).map(|found| found.hash);
        hashes.push((pdq(&pixels).hash, every_view.iter().map(of).collect::<Vec<_>>()));
    }
    // Copies that only a view finds, as the places in `every_view` of those that do.
    let mut missed: Vec<(Reframing, Vec<usize>)> = Vec::new();
    for copy in copies(pictures, draws)? {
        let (primary, views) = &hashes[copy.of];
        let is_near = |hash: &Pdq| copy.query.iter().any(|asked| asked.distance(hash) <= RADIUS);
        if !is_near(primary) {
            let near = (0..views.len()).filter(|&place| views[place].as_ref().is_some_and(is_near)).collect();
            missed.push((copy.reframing, near));
        }
    }
    for rank in 1..=64 {
        let mut found = vec![0; every_view.len()];
        missed.iter().flat_map(|(_, near)| near).for_each(|&place| found[place] += 1);
        let best = (0..found.len()).max_by_key(|&place| found[place]).ok_or("there are views")?;
        let of_best: Vec<_> =
            missed.iter().filter(|(_, near)| near.contains(&best)).map(|(way, _)| way.name()).collect();
        let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
        of_best.iter().for_each(|name| *kinds.entry(*name).or_default() += 1);
        println!(
            "{rank:>2} {:>3} {:<24} {:>5} {kinds:?}",
            every_view[best].code(),
            every_view[best].to_string(),
            found[best]
        );
        missed.retain(|(_, near)| !near.contains(&best));
    }
    let mut left: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (way, near) in &missed {
        let counted = left.entry(way.name()).or_default();
        counted.0 += 1;
        counted.1 += usize::from(near.is_empty());
    }
    println!("missed with 64 views, and of these by every view: {left:?}");
    Ok(())
}
