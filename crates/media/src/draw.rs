//! Drawn pictures that behave like photographs: layered light and colour at every scale, so that their fingerprints
//! have a high quality and two of them are as far apart as two unrelated photographs.
//!
//! The same seed and size give the same picture on every machine: only exactly specified operations (sums, products,
//! quotients and square roots) are used, and no generator of another's that might change.

use crate::picture::Samples;
use crate::{Format, Picture};

/// The picture of `seed`, `width` by `height` pixels; a side of zero is taken as one.
///
/// It is in colour and has at most [`fingerprint::PIXELS_MAX`] pixels; drawing takes about 16 bytes a pixel.
///
/// # Panics
/// If it would have more pixels than that.
#[must_use]
pub fn photograph(seed: u64, width: u32, height: u32) -> Picture {
    let (width, height) = (width.max(1), height.max(1));
    let mut random = Generator::new(seed);
    let mut canvas = Canvas::ground(&mut random, width, height);
    for _ in 0..random.between(7, 13) {
        canvas.blob(&mut random);
    }
    for _ in 0..random.between(3, 8) {
        canvas.block(&mut random);
    }
    for _ in 0..random.between(4, 9) {
        canvas.blob(&mut random);
    }
    // Light at scales from a quarter of the picture to a few pixels, weaker as it gets finer, as in photographs.
    for (cells, strength) in [(3, 0.20), (6, 0.20), (12, 0.18), (24, 0.12), (48, 0.08), (96, 0.06)] {
        canvas.texture(&mut random, cells, strength);
    }
    canvas.finish()
}

/// A small generator of our own (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014), so that drawn pictures never change with a dependency.
pub(crate) struct Generator {
    state: u64,
}

impl Generator {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number, `from <= number < to`.
    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from)
    }

    /// A number, `from <= number < to`.
    fn real(&mut self, from: f32, to: f32) -> f32 {
        from + (self.next() >> 40) as f32 / (1 << 24) as f32 * (to - from)
    }

    fn color(&mut self) -> [f32; 3] {
        // One brightness and a tint: photographs are less gaudy than three independent channels.
        let brightness = self.real(0.05, 0.8);
        [(); 3].map(|()| brightness + self.real(-0.15, 0.15))
    }

    /// A unit vector in any direction.
    fn direction(&mut self) -> (f32, f32) {
        loop {
            let (x, y) = (self.real(-1.0, 1.0), self.real(-1.0, 1.0));
            let length = (x * x + y * y).sqrt();
            if (0.1..1.0).contains(&length) {
                return (x / length, y / length);
            }
        }
    }
}

/// Linear colours in 0.0..=1.0 before they are rounded; sizes and places are fractions of the longer side.
struct Canvas {
    width: u32,
    height: u32,
    scale: f32,
    pixels: Vec<[f32; 3]>,
}

impl Canvas {
    /// Sky and land, each shaded towards the horizon, which lies tilted somewhere across the picture.
    fn ground(random: &mut Generator, width: u32, height: u32) -> Self {
        let [sky, haze, land, near] = [(); 4].map(|()| random.color());
        let slope = random.real(-0.5, 0.5);
        let horizon = random.real(0.2, 0.8);
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            for x in 0..width {
                let (across, down) = (x as f32 / width as f32, y as f32 / height as f32);
                let below = down - horizon - slope * (across - 0.5);
                let distance = below.abs().min(1.0);
                pixels.push(if below < 0.0 { mix(haze, sky, distance) } else { mix(land, near, distance) });
            }
        }
        Self { width, height, scale: width.max(height) as f32, pixels }
    }

    /// A soft ellipse of one colour.
    fn blob(&mut self, random: &mut Generator) {
        let center = self.place(random);
        let (radius, flatness) = (random.real(0.05, 0.32), random.real(1.0, 2.5));
        let (cosine, sine) = random.direction();
        let (color, cover) = (random.color(), random.real(0.35, 0.95));
        self.paint(center, radius, color, |x, y| {
            let (along, aside) = (x * cosine + y * sine, (y * cosine - x * sine) * flatness);
            let inside = 1.0 - (along * along + aside * aside) / (radius * radius);
            if inside > 0.0 { cover * inside * inside } else { 0.0 }
        });
    }

    /// A turned rectangle with edges a little out of focus: a wall, a window, a table.
    fn block(&mut self, random: &mut Generator) {
        let center = self.place(random);
        let (long, short) = (random.real(0.06, 0.3), random.real(0.03, 0.16));
        let (cosine, sine) = random.direction();
        let (color, cover, edge) = (random.color(), random.real(0.5, 1.0), random.real(0.004, 0.03));
        self.paint(center, long + short + edge, color, |x, y| {
            let (along, aside) = (x * cosine + y * sine, y * cosine - x * sine);
            let inside = (long - along.abs()).min(short - aside.abs());
            cover * (inside / edge).clamp(0.0, 1.0)
        });
    }

    /// Brightens and darkens by smooth noise with about `cells` cells along the longer side.
    fn texture(&mut self, random: &mut Generator, cells: u32, strength: f32) {
        let step = self.scale / cells as f32;
        let columns = cells as usize + 2;
        let lattice: Vec<f32> = (0..columns * columns).map(|_| random.real(-strength, strength)).collect();
        for y in 0..self.height {
            let (row, down) = cell(y as f32 / step);
            for x in 0..self.width {
                let (column, across) = cell(x as f32 / step);
                let corner = row * columns + column;
                let upper = lattice[corner] + (lattice[corner + 1] - lattice[corner]) * across;
                let below = corner + columns;
                let lower = lattice[below] + (lattice[below + 1] - lattice[below]) * across;
                let light = upper + (lower - upper) * down;
                let pixel = &mut self.pixels[y as usize * self.width as usize + x as usize];
                *pixel = pixel.map(|channel| channel + light);
            }
        }
    }

    /// A place anywhere in the picture.
    fn place(&self, random: &mut Generator) -> (f32, f32) {
        (random.real(0.0, self.width as f32 / self.scale), random.real(0.0, self.height as f32 / self.scale))
    }

    /// Mixes `color` in by `cover(x, y)`, the offset from `center`, wherever that is within `reach` of it.
    fn paint(&mut self, center: (f32, f32), reach: f32, color: [f32; 3], cover: impl Fn(f32, f32) -> f32) {
        // The casts take what lies outside the picture to its edge.
        let range = |center: f32, side: u32| {
            let first = ((center - reach) * self.scale) as u32;
            let end = ((center + reach) * self.scale + 1.0) as u32;
            first.min(side)..end.min(side)
        };
        let (columns, rows) = (range(center.0, self.width), range(center.1, self.height));
        for y in rows {
            for x in columns.clone() {
                let cover = cover(x as f32 / self.scale - center.0, y as f32 / self.scale - center.1);
                let pixel = &mut self.pixels[y as usize * self.width as usize + x as usize];
                *pixel = mix(*pixel, color, cover);
            }
        }
    }

    fn finish(self) -> Picture {
        let samples = self.pixels.iter().flatten().map(|channel| (channel * 255.0 + 0.5) as u8).collect();
        Picture::new(self.width, self.height, Samples::Rgb8(samples), Format::Png)
            .expect("the canvas has three samples for each of its pixels, and the caller was told how many it may have")
    }
}

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    [0, 1, 2].map(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

/// The lattice cell of a place and how far into it, eased so that the noise has no creases.
fn cell(place: f32) -> (usize, f32) {
    let index = place as usize;
    let rest = place - index as f32;
    (index, rest * rest * (3.0 - 2.0 * rest))
}

#[cfg(test)]
mod tests {
    use fingerprint::{Digests, pdq};

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_picture_and_another_seed_another() {
        assert_eq!(photograph(5, 64, 48), photograph(5, 64, 48));
        assert_ne!(photograph(5, 64, 48), photograph(6, 64, 48));
        let mut digests = Digests::new();
        digests.update(photograph(5, 64, 48).samples());
        assert_eq!(digests.finish().md5.to_string(), "67381c0c9bf56a245dce6f27e31549b7");
    }

    #[test]
    fn a_picture_of_any_size_can_be_drawn() {
        for (width, height) in [(0, 0), (1, 1), (1, 300), (300, 1), (7, 5)] {
            let picture = photograph(1, width, height);
            assert_eq!((picture.width(), picture.height()), (width.max(1), height.max(1)));
        }
    }

    #[test]
    fn drawn_pictures_are_as_far_apart_as_unrelated_photographs() {
        let hashes: Vec<_> = (0..300).map(|seed| pdq(&photograph(seed, 256, 192).pixels())).collect();
        let quality_min = hashes.iter().map(|hash| hash.quality).min().unwrap();
        assert!(quality_min > 80, "lowest quality {quality_min}");
        let mut distance_min = 256;
        let mut distance_sum = 0;
        let mut pairs = 0;
        for (index, one) in hashes.iter().enumerate() {
            for other in &hashes[..index] {
                let distance = one.hash.distance(&other.hash);
                distance_min = distance_min.min(distance);
                distance_sum += distance;
                pairs += 1;
            }
        }
        // Of 24,090 pairs of real photographs the closest were 94 bits apart, and the mean was 128.
        assert!(distance_min >= 80, "closest pair {distance_min} bits apart");
        let mean = distance_sum / pairs;
        assert!((124..=132).contains(&mean), "mean distance {mean}");
    }
}
