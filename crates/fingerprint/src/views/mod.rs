//! Further hashes of one picture: of what is left when it is cropped or tilted. PDQ forgives recompression, scaling
//! and colour, but a copy cut by five hundredths is as far from the picture as another picture; it is close to the
//! hash of the picture so cut.
//!
//! An entry carries its picture's views, and a query asks with its own eight orientations. Borders and captions that
//! were added are taken off on the query's side, see [`trimmed`].

mod overview;
mod place;
mod samples;
mod trim;
mod view;

use alloc::vec::Vec;

use self::overview::Overview;
use self::samples::{Samples, Workbench};
pub use self::trim::trimmed;
pub use self::view::{Family, View};
use crate::{Pdq, PdqHash, Pixels, pdq};

/// Views with less contrast are left out: their bits are nearly random.
const QUALITY_MIN: u8 = 50;

/// The quality a picture needs for views with black corners: of smoother ones the corners are most of what there is to
/// see, and they are alike.
const CORNERED_QUALITY_MIN: u8 = 80;

/// A view closer than this to the picture or to a view before it, in bits, finds nothing that the other does not.
const DISTANCE_MIN: u32 = 5;

/// Pictures with a shorter side have no views: there are fewer pixels than a hash has samples.
const SIDE_MIN: u32 = 64;

/// The hashes of a picture's views with their quality, 50..=100, in the order of [`View::ALL`]: at most 64, and fewer
/// for a picture with little to see. None for a picture with a side below 64 pixels.
///
/// A hash is within a few bits of [`pdq`] of the picture so altered, which is much less than a copy may differ; it is
/// not promised to be the same bits in another version of this crate.
///
/// It goes once over the pixels, and reads at most four rows of each 256th of the height. Memory: 400 KiB and two
/// bytes a column and channel.
pub fn views(pixels: &Pixels<'_>) -> Vec<(View, Pdq, u8)> {
    views_beside(pixels, &pdq(pixels))
}

/// The same for who has the picture's own hash already.
pub fn views_beside(pixels: &Pixels<'_>, primary: &PdqHash) -> Vec<(View, Pdq, u8)> {
    let mut views: Vec<(View, Pdq, u8)> = Vec::new();
    let Some(viewer) = Viewer::new(pixels) else { return views };
    let mut workbench = Workbench::new();
    for view in View::ALL {
        let Some(found) = viewer.hash_on(view, &mut workbench) else { continue };
        // Black corners are contrast, but not the picture's.
        let (hash, quality) = (found.hash, found.quality.min(primary.quality));
        if view.has_black_corners() && primary.quality < CORNERED_QUALITY_MIN {
            continue;
        }
        // Most are told apart by the first of their words.
        let is_near = |other: &Pdq| first_distance(&hash, other) < DISTANCE_MIN && hash.distance(other) < DISTANCE_MIN;
        if quality >= QUALITY_MIN && !is_near(&primary.hash) && !views.iter().any(|(_, other, _)| is_near(other)) {
            views.push((view, hash, quality));
        }
    }
    views
}

/// In how many of the first 64 bits they differ.
fn first_distance(one: &Pdq, other: &Pdq) -> u32 {
    let first = |hash: &Pdq| hash.as_bytes().first_chunk().copied().map_or(0, u64::from_le_bytes);
    (first(one) ^ first(other)).count_ones()
}

/// A picture gone over once, to be hashed in any view: what [`views`] does for those that are usually made.
pub struct Viewer {
    samples: Samples,
    size: (f32, f32),
}

impl Viewer {
    /// Goes over the pixels; `None` if a side is below 64 pixels.
    pub fn new(pixels: &Pixels<'_>) -> Option<Self> {
        if pixels.width().min(pixels.height()) < SIDE_MIN {
            return None;
        }
        let size = (pixels.width() as f32, pixels.height() as f32);
        Some(Self { samples: Samples::new(Overview::new(pixels)), size })
    }

    /// The hash of one view, whatever its quality; `None` if the view shows as good as all or less than half of this
    /// picture, as cutting a square to a square would.
    pub fn hash(&self, view: View) -> Option<PdqHash> {
        self.hash_on(view, &mut Workbench::new())
    }

    fn hash_on(&self, view: View, workbench: &mut Workbench) -> Option<PdqHash> {
        let place = place::of(view, self.size, self.samples.extent())?;
        Some(self.samples.hash(&place, workbench))
    }
}

#[cfg(test)]
mod tests;
