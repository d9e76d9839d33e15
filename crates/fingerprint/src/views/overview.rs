//! A picture reduced to at most 256 averages a side, from which any number of views are sampled.

use alloc::vec;
use alloc::vec::Vec;

use crate::Pixels;
use crate::pdq::arch::Kernel;

/// The most averages along a side: four to each of the 64 samples of a hash, so that a view may begin anywhere.
pub(super) const SIDE_MAX: usize = 256;

/// All averages, and as many zeroes as the right and lower neighbours of the last one reach beyond it.
const AVERAGES: usize = SIDE_MAX * SIDE_MAX + SIDE_MAX + 1;

/// Of the rows that one average spans, how many are read. More change no bit that matters and cost time.
const ROWS_READ_MAX: usize = 4;

/// Up to this many averages a side there are fewer than two and a half to a sample: the hash itself blurs no more
/// than that.
const SHARP_SIDE_MAX: usize = 160;

/// The brightness of a picture, averaged over rectangles of a few pixels.
pub(super) struct Overview {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Averages along the sides, the last of which may be a part of one.
    pub(super) extent: (f32, f32),
    /// Rows of [`SIDE_MAX`] places, 0.0..=255.0.
    averages: Vec<f32>,
}

impl Overview {
    /// Goes once over the pixels.
    pub(super) fn new(pixels: &Pixels<'_>) -> Self {
        Kernel::fastest().run(
            #[inline(always)]
            || Self::new_portable(pixels),
        )
    }

    /// What `new` does, compiled for the instruction set of the caller.
    #[inline(always)]
    fn new_portable(pixels: &Pixels<'_>) -> Self {
        let (across, down) = (pixels.columns().div_ceil(SIDE_MAX), pixels.rows().div_ceil(SIDE_MAX));
        let (columns, rows) = (pixels.columns().div_ceil(across), pixels.rows().div_ceil(down));
        let mut averages = vec![0.0; AVERAGES];
        let mut band = Band::new(pixels);
        for (row, averages) in averages.chunks_exact_mut(SIDE_MAX).take(rows).enumerate() {
            let first = row * down;
            band.read(pixels, first, down.min(pixels.rows() - first));
            let averages = &mut averages[..columns];
            match band.bytes_per_pixel {
                1 => band.average::<1>(across, averages),
                3 => band.average::<3>(across, averages),
                _ => band.average::<4>(across, averages),
            };
            if columns > SHARP_SIDE_MAX {
                blur(averages);
            }
        }
        let mut overview = Self {
            columns,
            rows,
            extent: (pixels.columns() as f32 / across as f32, pixels.rows() as f32 / down as f32),
            averages,
        };
        if rows > SHARP_SIDE_MAX {
            overview.blur_down();
        }
        overview
    }

    /// A row of averages, and whatever is in its places after them.
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> &[f32; SIDE_MAX] {
        self.averages[row * SIDE_MAX..].first_chunk().expect("every row has so many places")
    }

    /// All rows, each of [`SIDE_MAX`] places.
    #[inline(always)]
    pub(super) fn all(&self) -> &[f32; AVERAGES] {
        self.averages.first_chunk().expect("there are so many places whatever the picture")
    }

    /// As [`blur`], down the columns.
    #[inline(always)]
    fn blur_down(&mut self) {
        let mut before = [0.0; SIDE_MAX];
        before.copy_from_slice(&self.averages[..SIDE_MAX]);
        for row in 0..self.rows {
            let below = (row + 1).min(self.rows - 1);
            let (upper, lower) = self.averages.split_at_mut((row + 1) * SIDE_MAX);
            let here = &mut upper[row * SIDE_MAX..];
            let mut after = [0.0; SIDE_MAX];
            after.copy_from_slice(if below > row { &lower[..SIDE_MAX] } else { here });
            for (column, here) in here.iter_mut().enumerate() {
                let blurred = 0.25 * (before[column] + after[column]) + 0.5 * *here;
                before[column] = core::mem::replace(here, blurred);
            }
        }
    }
}

/// Averages each with its neighbours, weighted 1, 2, 1: about what a hash does between its samples.
#[inline(always)]
fn blur(row: &mut [f32]) {
    let length = row.len();
    // The row between copies of its ends.
    let mut sharp = [0.0; SIDE_MAX + 2];
    sharp[1..=length].copy_from_slice(row);
    (sharp[0], sharp[length + 1]) = (row[0], row[length - 1]);
    for (blurred, [before, here, after]) in row.iter_mut().zip(sharp.array_windows()) {
        *blurred = 0.25 * (before + after) + 0.5 * here;
    }
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
    #[inline(always)]
    fn read(&mut self, pixels: &Pixels<'_>, first: usize, count: usize) {
        self.rows = count.min(ROWS_READ_MAX);
        for step in 0..self.rows {
            let row = first + (2 * step + 1) * count / (2 * self.rows);
            let both = self.sums.iter_mut().zip(pixels.row_bytes(row));
            if step == 0 {
                both.for_each(|(sum, &byte)| *sum = u16::from(byte));
            } else {
                both.for_each(|(sum, &byte)| *sum += u16::from(byte));
            }
        }
    }

    /// The mean brightness of every `across` columns; the last may be of fewer.
    #[inline(always)]
    fn average<const CHANNELS: usize>(&self, across: usize, averages: &mut [f32]) {
        let sums = self.sums.as_chunks::<CHANNELS>().0;
        // For small pictures, a loop over the columns of one average would cost more than adding them up.
        match across {
            1 => self.average_of::<CHANNELS, 1>(sums, averages),
            2 => self.average_of::<CHANNELS, 2>(sums, averages),
            3 => self.average_of::<CHANNELS, 3>(sums, averages),
            4 => self.average_of::<CHANNELS, 4>(sums, averages),
            _ => self.average_each(sums.chunks(across), averages),
        }
    }

    #[inline(always)]
    fn average_of<const CHANNELS: usize, const ACROSS: usize>(&self, sums: &[[u16; CHANNELS]], averages: &mut [f32]) {
        let (whole, rest) = sums.as_chunks::<ACROSS>();
        // Of 16 pixels at most, a thousandfold of whose brightness fits 32 bits.
        let divisor = (ACROSS * self.rows) as f32;
        for (average, columns) in averages.iter_mut().zip(whole) {
            let mut channels = [0_i32; CHANNELS];
            for column in columns {
                for (channel, &sum) in channels.iter_mut().zip(column) {
                    *channel += i32::from(sum);
                }
            }
            let brightness = match channels[..] {
                [grey] => grey as f32,
                [red, green, blue, ..] => (299 * red + 587 * green + 114 * blue) as f32 / 1000.0,
                _ => unreachable!("pixels have 1, 3 or 4 bytes"),
            };
            *average = brightness / divisor;
        }
        if !rest.is_empty() {
            self.average_each([rest].into_iter(), &mut averages[whole.len()..]);
        }
    }

    #[inline(always)]
    fn average_each<'a, const CHANNELS: usize, C: AsRef<[[u16; CHANNELS]]> + 'a + ?Sized>(
        &self,
        all: impl Iterator<Item = &'a C>,
        averages: &mut [f32],
    ) {
        for (average, columns) in averages.iter_mut().zip(all) {
            let columns = columns.as_ref();
            // Of 200 million columns, an average spans fewer than a million: 32 bits hold four rows of those.
            let mut channels = [0_u32; CHANNELS];
            for column in columns {
                for (channel, &sum) in channels.iter_mut().zip(column) {
                    *channel += u32::from(sum);
                }
            }
            let brightness = match channels[..] {
                [grey] => grey as f32,
                [red, green, blue, ..] => {
                    (299 * i64::from(red) + 587 * i64::from(green) + 114 * i64::from(blue)) as f32 / 1000.0
                }
                _ => unreachable!("pixels have 1, 3 or 4 bytes"),
            };
            *average = brightness / (columns.len() * self.rows) as f32;
        }
    }
}
