//! Altered copies, as a platform asks for them.

use fingerprint::{Pdq, pdq_dihedral, trimmed};
use media::alter::{Alteration, Reframing};
use media::{Limits, Picture, decode};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

/// A way of altering a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By a fixed amount.
    Fixed(Alteration),
    /// By as much as a seed says.
    Free(Reframing),
}

/// The hashes of a copy, in eight orientations.
pub(super) struct Asked {
    /// Of all of it.
    pub(super) whole: [Pdq; 8],
    /// Of what is left without border and caption, if there is one.
    trimmed: Option<[Pdq; 8]>,
}

impl Way {
    /// Every way there is, in the order of the report.
    pub(super) fn all() -> Vec<Self> {
        Alteration::ALL.into_iter().map(Self::Fixed).chain(Reframing::ALL.into_iter().map(Self::Free)).collect()
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fixed(alteration) => alteration.name(),
            Self::Free(reframing) => reframing.name(),
        }
    }

    /// How many different copies there are of a picture, when so many are asked for.
    pub(super) fn draws(self, draws: u32) -> u32 {
        match self {
            Self::Fixed(_) => 1,
            Self::Free(_) => draws,
        }
    }

    /// The copy of picture number `of`, saved as a file and read again.
    pub(super) fn copy(self, picture: &Picture, of: usize, draw: u32, seed: u64) -> anyhow::Result<Asked> {
        let file = match self {
            Self::Fixed(alteration) => alteration.apply(picture)?,
            Self::Free(reframing) => {
                let place = Self::all().iter().position(|way| *way == self).unwrap_or_default() as u64;
                let mut random = StdRng::seed_from_u64(seed ^ (of as u64) << 32 ^ place << 24 ^ u64::from(draw) << 4);
                let amount = amount(reframing, random.random_range(0.0..1.0));
                reframing.apply(picture, amount, random.next_u64())?
            }
        };
        let copy = decode(&file, &Limits::default())?;
        let pixels = copy.pixels();
        let left = trimmed(&pixels).and_then(|window| pixels.window(window));
        Ok(Asked { whole: pdq_dihedral(&pixels).hashes, trimmed: left.map(|left| pdq_dihedral(&left).hashes) })
    }
}

impl Asked {
    pub(super) fn all(&self) -> impl Iterator<Item = &Pdq> {
        self.whole.iter().chain(self.trimmed.iter().flatten())
    }
}

/// Any amount up to the largest that is promised to be recognised, each as likely: a share of the sides, or degrees.
fn amount(reframing: Reframing, share: f32) -> f32 {
    match reframing {
        Reframing::Border | Reframing::Letterbox | Reframing::Pillarbox => 0.2 * share,
        // A bar without room for a word is none.
        Reframing::BarOverTop | Reframing::BarOverBottom | Reframing::BarBeside => 0.05 + 0.15 * share,
        Reframing::TiltKept | Reframing::TiltGrown | Reframing::TiltFilled => 10.0 * share - 5.0,
        _ => 0.15 * share,
    }
}
