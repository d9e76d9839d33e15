//! What the reference said of one picture, and the comparison with what this crate says.

use fingerprint::{Orientation, PixelFormat, Pixels, pdq, pdq_dihedral};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Answers {
    pub(crate) hash: String,
    pub(crate) quality: u8,
    pub(crate) dihedral: [String; 8],
    pub(crate) dihedral_quality: u8,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Luma8,
    Rgb8,
    Rgba8,
}

impl From<Format> for PixelFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Luma8 => Self::Luma8,
            Format::Rgb8 => Self::Rgb8,
            Format::Rgba8 => Self::Rgba8,
        }
    }
}

impl Answers {
    /// Where this crate disagrees with the reference, in words; empty where it agrees to the last bit.
    pub(crate) fn disagreements(&self, name: &str, pixels: &Pixels<'_>) -> Vec<String> {
        let mut disagreements = Vec::new();
        let mut compare = |what: &str, reference: String, found: String| {
            if reference != found {
                disagreements.push(format!("{name}: {what} is {found}, the reference says {reference}"));
            }
        };
        let plain = pdq(pixels);
        compare("the hash", self.hash.clone(), plain.hash.to_string());
        compare("the quality", self.quality.to_string(), plain.quality.to_string());
        let dihedral = pdq_dihedral(pixels);
        for (orientation, reference) in Orientation::ALL.into_iter().zip(&self.dihedral) {
            compare(orientation.name(), reference.clone(), dihedral.hash(orientation).to_string());
        }
        compare("the quality of the eight", self.dihedral_quality.to_string(), dihedral.quality.to_string());
        disagreements
    }
}
