//! Pictures that very many people have: logos, blank screens, test cards, well-known public pictures. Put under protection
//! they would match strangers, so the portal does not take them.
//!
//! A list is lines of `rempart hash` (a picture as it is) or of `rempart hash --json` (in all eight orientations, and by
//! the digests of its file). Ours is `web/data/common.jsonl`, made by `cargo xtask common-pictures`; an operator may add
//! one. A list is public knowledge: what is on it is nobody's secret.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use exchange::{Fingerprint, Kind, PDQ_BITS_SET, RADIUS_FIRM_MAX};
use serde::Deserialize;

/// Pictures that a list may name, at most: a picture of a case is compared with every code of each.
pub const COMMON_PICTURES_MAX: usize = 20_000;
/// Bytes of a list, at most.
pub const COMMON_BYTES_MAX: usize = 32 << 20;

const OURS: &str = include_str!("../../../../web/data/common.jsonl");

static SCREEN: LazyLock<Screen> =
    LazyLock::new(|| Screen::read(OURS).expect("web/data/common.jsonl is checked by the tests beside this"));

/// What is refused.
#[derive(Clone, Default)]
pub struct Screen {
    codes: Vec<[u8; 32]>,
    digests: HashSet<Vec<u8>>,
    pictures: usize,
}

/// Why a list cannot be used. Nothing of it is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScreenError {
    /// Something else stands there. Write the list anew with `rempart hash`.
    #[error("line {0} is no line that `rempart hash` or `rempart hash --json` prints")]
    Line(usize),
    /// Too long to be gone through for every picture. Keep what is seen most.
    #[error("line {0}: a list names at most {COMMON_PICTURES_MAX} pictures")]
    TooMany(usize),
}

/// What `rempart hash --json` prints of a picture, as far as it is looked at.
#[derive(Deserialize)]
struct Line {
    fingerprints: Vec<Fingerprint>,
    #[serde(default)]
    orientations: Vec<String>,
}

impl Screen {
    /// The list that comes with the program.
    pub fn ours() -> Self {
        SCREEN.clone()
    }

    /// Reads a list. Blank lines and lines that begin with `#` say nothing.
    pub fn read(text: &str) -> Result<Self, ScreenError> {
        let mut screen = Self::default();
        let lines = (1..).zip(text.lines().map(str::trim));
        for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            if screen.pictures == COMMON_PICTURES_MAX {
                return Err(ScreenError::TooMany(number));
            }
            let found = if line.starts_with('{') { of_json(line) } else { of_text(line) };
            for fingerprint in found.ok_or(ScreenError::Line(number))? {
                screen.add(&fingerprint);
            }
            screen.pictures += 1;
        }
        Ok(screen)
    }

    /// What is on either list.
    pub fn and(mut self, other: Self) -> Self {
        self.codes.extend(other.codes);
        self.digests.extend(other.digests);
        self.pictures += other.pictures;
        self
    }

    /// Pictures on it.
    pub const fn len(&self) -> usize {
        self.pictures
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.pictures == 0
    }

    /// Whether a fingerprint is one of these pictures: a PDQ hash within 31 bits of one, or the very digest of its file.
    pub fn has(&self, fingerprint: &Fingerprint) -> bool {
        match fingerprint {
            Fingerprint::Pdq { hash, .. } => self.nearest(hash).is_some_and(|bits| bits <= u32::from(RADIUS_FIRM_MAX)),
            exact => self.digests.contains(exact.bytes()),
        }
    }

    /// Bits between a PDQ hash and the nearest on the list.
    fn nearest(&self, hash: &[u8; 32]) -> Option<u32> {
        let bits = |code: &[u8; 32]| code.iter().zip(hash).map(|(one, other)| (one ^ other).count_ones()).sum();
        self.codes.iter().map(bits).min()
    }

    fn add(&mut self, fingerprint: &Fingerprint) {
        match fingerprint {
            // That of a flat picture is refused everywhere; its bits are chance.
            Fingerprint::Pdq { hash, .. } => {
                let set = hash.iter().map(|byte| byte.count_ones()).sum();
                if PDQ_BITS_SET.contains(&set) {
                    self.codes.push(*hash);
                }
            }
            exact => drop(self.digests.insert(exact.bytes().to_vec())),
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Screen({} pictures)", self.pictures)
    }
}

fn of_json(line: &str) -> Option<Vec<Fingerprint>> {
    let Line { mut fingerprints, orientations } = serde_json::from_str(line).ok()?;
    for hash in &orientations {
        fingerprints.push(Fingerprint::parse(Kind::Pdq, hash, None).ok()?);
    }
    Some(fingerprints)
}

/// A hash, its quality, a path.
fn of_text(line: &str) -> Option<Vec<Fingerprint>> {
    let mut words = line.split_ascii_whitespace();
    let (hash, quality) = (words.next()?, words.next()?.parse().ok()?);
    words.next()?;
    Some(vec![Fingerprint::parse(Kind::Pdq, hash, Some(quality)).ok()?])
}

#[cfg(test)]
mod tests {
    use fingerprint::{PixelFormat, Pixels, pdq};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    const SIDE: usize = 160;
    /// As many pictures like photographs as are drawn.
    const PHOTOGRAPHS: u64 = 1_000;

    fn first_line() -> &'static str {
        OURS.lines().find(|line| line.starts_with('{')).unwrap()
    }

    fn code(text: &str) -> Fingerprint {
        Fingerprint::parse(Kind::Pdq, text, None).unwrap()
    }

    #[test]
    fn the_list_that_comes_with_the_program_is_whole_and_meets_itself_turned_and_mirrored() {
        let screen = Screen::ours();
        assert!(screen.len() > 120, "{}", screen.len());
        for line in OURS.lines().filter(|line| line.starts_with('{')) {
            let found = of_json(line).unwrap();
            assert!(found.iter().filter(|one| one.kind() == Kind::Pdq).count() == 9, "{line:.80}");
            assert!(found.iter().all(|one| screen.has(one) || one.check_plainness().is_err()), "{line:.80}");
        }
        let exact = |line: &&str| line.contains("sha256");
        assert!(OURS.lines().filter(exact).all(|line| line.contains("scikit-image/")), "nobody has the drawn files");
        assert!(OURS.lines().any(|line| exact(&line)));
    }

    #[test]
    fn what_is_within_31_bits_is_met_and_what_is_further_is_not() {
        let Line { orientations, .. } = serde_json::from_str(first_line()).unwrap();
        let screen = Screen::read(first_line()).unwrap();
        for hash in &orientations {
            let near = |bits: usize| {
                let mut bytes: [u8; 32] = exchange::hex::decode(hash).unwrap();
                (0..bits).for_each(|bit| bytes[bit % 32] ^= 1 << (bit / 32));
                Fingerprint::Pdq { hash: bytes, quality: Some(90) }
            };
            assert!(screen.has(&near(0)) && screen.has(&near(31)));
        }
        let text = Screen::read(&format!("{} 100 a.png", orientations[0])).unwrap();
        let mut far: [u8; 32] = exchange::hex::decode(&orientations[0]).unwrap();
        far.iter_mut().for_each(|byte| *byte ^= 1);
        assert!(!text.has(&Fingerprint::Pdq { hash: far, quality: None }), "32 bits");
        far[0] ^= 1;
        assert!(text.has(&Fingerprint::Pdq { hash: far, quality: None }), "31 bits");
        assert!(!text.has(&code(&orientations[1])), "a plain line says one orientation");
    }

    #[test]
    fn a_file_is_met_by_its_very_digest_whatever_it_looks_like() {
        let line = format!(r#"{{"path":"a","fingerprints":[{{"kind":"sha256","value":"{}"}}]}}"#, "ab".repeat(32));
        let screen = Screen::read(&line).unwrap();
        assert!(screen.has(&Fingerprint::Sha256([0xab; 32])) && !screen.has(&Fingerprint::Sha256([0xac; 32])));
        assert!(!screen.has(&Fingerprint::Md5([0xab; 16])));
    }

    #[test]
    fn what_is_no_list_is_refused_with_the_line_that_is_not() {
        let good = format!("{} 100 a.png", "a5".repeat(32));
        assert_eq!(Screen::read("").unwrap().len(), 0);
        assert_eq!(Screen::read(&format!("# ours\n\n{good}\r\n")).unwrap().len(), 1);
        let json = r#"{"fingerprints":[],"orientations":["a5"]}"#;
        for bad in ["x", "a5 100 a.png", "{}", json, &"a5".repeat(32), &format!("{} 101 a.png", "a5".repeat(32))] {
            assert_eq!(Screen::read(&format!("{good}\n\n{bad}")).unwrap_err(), ScreenError::Line(3), "{bad}");
        }
        let many = [good.as_str()].repeat(COMMON_PICTURES_MAX + 1).join("\n");
        assert_eq!(Screen::read(&many).unwrap_err(), ScreenError::TooMany(COMMON_PICTURES_MAX + 1));
        assert!(Screen::read(&many[..many.rfind('\n').unwrap()]).is_ok());
    }

    #[test]
    fn of_a_thousand_drawn_photographs_none_is_refused() {
        let screen = Screen::ours();
        let (mut nearest, mut looked_at) = (256, 0);
        for seed in 0..PHOTOGRAPHS {
            let drawn = photograph(&mut StdRng::seed_from_u64(seed));
            let found = pdq(&Pixels::new(&drawn, SIDE as u32, SIDE as u32, SIDE, PixelFormat::Luma8).unwrap());
            looked_at += u64::from(found.quality >= exchange::PDQ_QUALITY_MIN);
            let hash = Fingerprint::Pdq { hash: *found.hash.as_bytes(), quality: Some(found.quality) };
            assert!(!screen.has(&hash), "picture {seed} was taken for one of the list");
            nearest = nearest.min(screen.nearest(found.hash.as_bytes()).unwrap());
        }
        println!("{PHOTOGRAPHS} pictures, {looked_at} with enough to see: the nearest is {nearest} bits away");
        assert!(looked_at > PHOTOGRAPHS / 2, "{looked_at} have enough to see: they are no photographs");
    }

    /// Light that falls off, a body or two before a ground, and the grain of things at every size.
    fn photograph(rng: &mut StdRng) -> Vec<u8> {
        let (tilt, light): (f32, f32) = (rng.random_range(-0.6..0.6), rng.random_range(60.0..190.0));
        let waves: Vec<[f32; 4]> = (0..24)
            .map(|_| {
                let size: f32 = 2.0_f32.powf(rng.random_range(0.5..5.5));
                let turn: f32 = rng.random_range(0.0..std::f32::consts::TAU);
                [size * turn.cos(), size * turn.sin(), rng.random_range(0.0..6.3), 70.0 / size.sqrt()]
            })
            .collect();
        let bodies: Vec<[f32; 5]> = (0..rng.random_range(1..4))
            .map(|_| {
                let place = [rng.random_range(0.2..0.8), rng.random_range(0.3..0.9)];
                [
                    place[0],
                    place[1],
                    rng.random_range(0.1..0.3),
                    rng.random_range(0.15..0.5),
                    rng.random_range(-90.0..90.0),
                ]
            })
            .collect();
        let at = |x: f32, y: f32| {
            let wave = |[across, down, phase, much]: &[f32; 4]| much * (across * x + down * y + phase).sin();
            let body = |[left, top, wide, high, much]: &[f32; 5]| {
                let apart = ((x - left) / wide).powi(2) + ((y - top) / high).powi(2);
                much / (1.0 + (8.0 * (apart - 1.0)).exp())
            };
            light
                + 120.0 * tilt * (y - x)
                + waves.iter().map(wave).sum::<f32>() / 3.0
                + bodies.iter().map(body).sum::<f32>()
        };
        let side = SIDE as f32;
        (0..SIDE * SIDE)
            .map(|place| at((place % SIDE) as f32 / side, (place / SIDE) as f32 / side).clamp(0.0, 255.0) as u8)
            .collect()
    }
}
