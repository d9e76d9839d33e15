//! A picture reduced to at most 256 averages a side, from which any number of views are sampled.

use alloc::vec;
use alloc::vec::Vec;

use super::place::Place;
use crate::Pixels;

/// The most averages along a side: four to each of the 64 samples of a hash, so that a view may begin anywhere.
const SIDE_MAX: usize = 256;

/// Of the rows that one average spans, how many are read. More change no bit that matters and cost time.
const ROWS_READ_MAX: usize = 4;

/// Up to this many averages a side there are fewer than two and a half to a sample: the hash itself blurs no more
/// than that.
const SHARP_SIDE_MAX: usize = 160;

/// The samples of a hash along a side.
const SAMPLES: usize = 64;

/// The brightness of a picture, averaged over rectangles of a few pixels.
pub(super) struct Overview {
    columns: usize,
    rows: usize,
    /// Averages along the sides, the last of which may be a part of one.
    pub(super) extent: (f32, f32),
    /// Row by row, 0.0..=255.0.
    averages: Vec<f32>,
}

impl Overview {
    /// Goes once over the pixels.
    pub(super) fn new(pixels: &Pixels<'_>) -> Self {
        let (across, down) = (pixels.columns().div_ceil(SIDE_MAX), pixels.rows().div_ceil(SIDE_MAX));
        let (columns, rows) = (pixels.columns().div_ceil(across), pixels.rows().div_ceil(down));
        let mut averages = vec![0.0; columns * rows];
        let mut band = Band::new(pixels);
        for (row, averages) in averages.chunks_exact_mut(columns).enumerate() {
            let first = row * down;
            band.read(pixels, first, down.min(pixels.rows() - first));
            band.average(across, averages);
        }
        let mut overview = Self {
            columns,
            rows,
            extent: (pixels.columns() as f32 / across as f32, pixels.rows() as f32 / down as f32),
            averages,
        };
        overview.blur();
        overview
    }

    /// The 64x64 samples of what lies at `place`, each in whole levels of brightness; black outside the picture.
    pub(super) fn sample(&self, place: &Place) -> [u8; SAMPLES * SAMPLES] {
        if place.across.1 == 0.0 && place.down.0 == 0.0 {
            self.sample_upright(place)
        } else {
            self.sample_tilted(place)
        }
    }

    /// Of a part of the picture whose sides are parallel to the picture's.
    fn sample_upright(&self, place: &Place) -> [u8; SAMPLES * SAMPLES] {
        let columns: [Between; SAMPLES] = core::array::from_fn(|column| {
            Between::new(place.origin.0 + (column as f32 + 0.5) * place.across.0, self.columns)
        });
        let mut samples = [0; SAMPLES * SAMPLES];
        let mut between = [0.0; SIDE_MAX];
        for (row, samples) in samples.chunks_exact_mut(SAMPLES).enumerate() {
            let row = Between::new(place.origin.1 + (row as f32 + 0.5) * place.down.1, self.rows);
            let [first, second] =
                [row.first, row.second].map(|row| &self.averages[row * self.columns..][..self.columns]);
            for (between, (first, second)) in between.iter_mut().zip(first.iter().zip(second)) {
                *between = first + (second - first) * row.share;
            }
            for (sample, column) in samples.iter_mut().zip(&columns) {
                let (first, second) = (between[column.first], between[column.second]);
                *sample = whole(first + (second - first) * column.share);
            }
        }
        samples
    }

    fn sample_tilted(&self, place: &Place) -> [u8; SAMPLES * SAMPLES] {
        let mut samples = [0; SAMPLES * SAMPLES];
        // How fast what a sample covers leaves the picture at its edges.
        let reach = (1.0 / place.across.0, 1.0 / place.down.1);
        let covered = |at: f32, extent: f32, reach: f32| (at.min(extent - at) * reach + 0.5).clamp(0.0, 1.0);
        for (row, samples) in samples.chunks_exact_mut(SAMPLES).enumerate() {
            let down = row as f32 + 0.5;
            let (x, y) = (place.origin.0 + down * place.down.0, place.origin.1 + down * place.down.1);
            for (column, sample) in samples.iter_mut().enumerate() {
                let across = column as f32 + 0.5;
                let (x, y) = (x + across * place.across.0, y + across * place.across.1);
                let inside = covered(x, self.extent.0, reach.0) * covered(y, self.extent.1, reach.1);
                let (column, row) = (Between::new(x, self.columns), Between::new(y, self.rows));
                let upper = &self.averages[row.first * self.columns..][..self.columns];
                let lower = &self.averages[row.second * self.columns..][..self.columns];
                let above = upper[column.first] + (upper[column.second] - upper[column.first]) * column.share;
                let below = lower[column.first] + (lower[column.second] - lower[column.first]) * column.share;
                *sample = whole((above + (below - above) * row.share) * inside);
            }
        }
        samples
    }

    /// Averages each with its neighbours, weighted 1, 2, 1: about what a hash does between its samples.
    fn blur(&mut self) {
        if self.columns > SHARP_SIDE_MAX {
            for row in self.averages.chunks_exact_mut(self.columns) {
                let mut before = row[0];
                for column in 0..row.len() {
                    let here = row[column];
                    let after = row[(column + 1).min(row.len() - 1)];
                    row[column] = 0.25 * (before + after) + 0.5 * here;
                    before = here;
                }
            }
        }
        if self.rows > SHARP_SIDE_MAX {
            let mut before = self.averages[..self.columns].to_vec();
            for row in 0..self.rows {
                let (upper, lower) = self.averages.split_at_mut((row + 1) * self.columns);
                let here = &mut upper[row * self.columns..];
                for (column, here) in here.iter_mut().enumerate() {
                    let after = lower.get(column).copied().unwrap_or(*here);
                    let blurred = 0.25 * (before[column] + after) + 0.5 * *here;
                    before[column] = core::mem::replace(here, blurred);
                }
            }
        }
    }
}

/// A place along a side: between the middles of two averages, or at the edge, where both are one.
struct Between {
    first: usize,
    second: usize,
    /// How far from the first to the second, 0.0..=1.0.
    share: f32,
}

impl Between {
    #[inline]
    fn new(at: f32, averages: usize) -> Self {
        let at = (at - 0.5).max(0.0);
        // The cast takes what lies outside to the edge.
        let first = (at as i32 as usize).min(averages - 1);
        Self { first, second: (first + 1).min(averages - 1), share: (at - first as f32).min(1.0) }
    }
}

/// The nearest whole level of brightness.
#[inline]
fn whole(brightness: f32) -> u8 {
    (brightness + 0.5) as i32 as u8
}

/// A few rows of pixels, added up down their columns.
struct Band {
    /// One sum for each byte of a row.
    sums: Vec<u16>,
    /// How many rows were added up.
    rows: usize,
    bytes_per_pixel: usize,
}

impl Band {
    fn new(pixels: &Pixels<'_>) -> Self {
        let bytes_per_pixel = pixels.format().bytes_per_pixel();
        Self { sums: vec![0; pixels.columns() * bytes_per_pixel], rows: 0, bytes_per_pixel }
    }

    /// Adds up rows spread evenly over the `count` rows from `first` on.
    fn read(&mut self, pixels: &Pixels<'_>, first: usize, count: usize) {
        self.rows = count.min(ROWS_READ_MAX);
        self.sums.fill(0);
        for step in 0..self.rows {
            let row = first + (2 * step + 1) * count / (2 * self.rows);
            for (sum, &byte) in self.sums.iter_mut().zip(pixels.row_bytes(row)) {
                *sum += u16::from(byte);
            }
        }
    }

    /// The mean brightness of every `across` columns; the last may be of fewer.
    fn average(&self, across: usize, averages: &mut [f32]) {
        let chunk = across * self.bytes_per_pixel;
        for (average, sums) in averages.iter_mut().zip(self.sums.chunks(chunk)) {
            let brightness = if self.bytes_per_pixel == 1 {
                sums.iter().map(|&grey| u64::from(grey)).sum::<u64>() as f32
            } else {
                let mut channels = [0u64; 3];
                for pixel in sums.chunks_exact(self.bytes_per_pixel) {
                    for (channel, &sum) in channels.iter_mut().zip(pixel) {
                        *channel += u64::from(sum);
                    }
                }
                (299 * channels[0] + 587 * channels[1] + 114 * channels[2]) as f32 / 1000.0
            };
            *average = brightness / (sums.len() / self.bytes_per_pixel * self.rows) as f32;
        }
    }
}
