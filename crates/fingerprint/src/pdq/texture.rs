//! How much of a picture is like nothing else in it.

use alloc::vec;
use alloc::vec::Vec;

use super::SIDE;
use crate::{PixelFormat, Pixels};

/// Blocks that are looked at.
const BLOCKS: usize = SIDE * SIDE;
const SLOTS_LOG2: u32 = 16;

/// Counts the distinct 2x2 blocks among 64x64 spread over the picture.
///
/// What is drawn repeats itself: stripes, chequers, rasters and slopes have few different blocks, and that is also what
/// makes the rounding of running sums repeat itself until it adds up. The noise of a camera makes nearly every block
/// different. The picture has at least 2x2 pixels.
pub(super) struct Look {
    columns: [usize; SIDE],
    rows: [usize; SIDE],
    /// A bit for each slot that a block fell into.
    seen: Vec<u64>,
    distinct: u32,
    /// Rows of blocks that were looked at.
    looked_at: usize,
    /// The upper rows of the blocks that come next, if they are already there.
    upper: Option<[u64; SIDE]>,
    /// Rows that were pushed.
    next_row: usize,
}

impl Look {
    /// At a picture of so many columns and rows.
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns: core::array::from_fn(|point| place(point, columns)),
            rows: core::array::from_fn(|point| place(point, rows)),
            seen: vec![0; 1 << (SLOTS_LOG2 - 6)],
            distinct: 0,
            looked_at: 0,
            upper: None,
            next_row: 0,
        }
    }

    /// The share of distinct blocks, 0.0..=1.0, as far as was looked: it only grows.
    pub(super) fn share(&self) -> f32 {
        self.distinct as f32 / BLOCKS as f32
    }

    /// Takes the next rows. Pictures with fewer than 129 rows must come in one piece: of those a row may be in two rows of
    /// blocks.
    pub(super) fn push(&mut self, rows: &Pixels<'_>) {
        let (first, end) = (self.next_row, self.next_row + rows.rows());
        self.next_row = end;
        while let Some(&row) = self.rows.get(self.looked_at).filter(|row| **row < end) {
            let pixels_of = |row: usize| (rows.row_bytes(row - first), rows.format());
            match (self.upper.take(), row + 1 == end) {
                (Some(upper), _) => {
                    let (lower, format) = pixels_of(row + 1);
                    self.count(|place, _| upper[place], |_, column| colours(lower, column, format));
                }
                (None, true) => {
                    let (upper, format) = pixels_of(row);
                    self.upper = Some(self.columns.map(|column| colours(upper, column, format)));
                    return;
                }
                (None, false) => self.look(rows, row - first),
            }
        }
    }

    /// Looks at the next rows of blocks of a whole picture; says whether there were any.
    pub(super) fn go_on(&mut self, picture: &Pixels<'_>, rows_of_blocks: usize) -> bool {
        let end = SIDE.min(self.looked_at + rows_of_blocks);
        let is_more = self.looked_at < end;
        while self.looked_at < end {
            self.look(picture, self.rows[self.looked_at]);
        }
        is_more
    }

    fn look(&mut self, pixels: &Pixels<'_>, row: usize) {
        let [upper, lower] = [row, row + 1].map(|row| pixels.row_bytes(row));
        let format = pixels.format();
        self.count(|_, column| colours(upper, column, format), |_, column| colours(lower, column, format));
    }

    /// Counts a row of blocks: the colours of their upper and lower halves, by place and column.
    #[inline(always)]
    fn count(&mut self, upper: impl Fn(usize, usize) -> u64, lower: impl Fn(usize, usize) -> u64) {
        const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
        for (place, &column) in self.columns.iter().enumerate() {
            // Fibonacci hashing; equal slots of different blocks are rare, and make the share smaller.
            let key = upper(place, column).wrapping_mul(MULTIPLIER).rotate_left(29) ^ lower(place, column);
            let slot = (key.wrapping_mul(MULTIPLIER) >> (64 - SLOTS_LOG2)) as usize;
            let bit = 1 << (slot % 64);
            self.distinct += u32::from(self.seen[slot / 64] & bit == 0);
            self.seen[slot / 64] |= bit;
        }
        self.looked_at += 1;
    }
}

/// Where a block begins.
fn place(point: usize, length: usize) -> usize {
    (point * (length - 1) / SIDE).min(length - 2)
}

/// The bytes of two neighbouring pixels without alpha.
#[inline]
fn colours(row: &[u8], column: usize, format: PixelFormat) -> u64 {
    let rest = &row[column * format.bytes_per_pixel()..];
    let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
        // At the end of a row there are fewer than eight bytes left.
        let mut bytes = [0; 8];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes
    });
    let counted = match format {
        PixelFormat::Luma8 => 0xFFFF,
        PixelFormat::Rgb8 => 0xFFFF_FFFF_FFFF,
        PixelFormat::Rgba8 => 0x00FF_FFFF_00FF_FFFF,
    };
    u64::from_le_bytes(bytes) & counted
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn share(width: u32, height: u32, value: impl Fn(u32, u32, u32) -> u32) -> f32 {
        let mut data = Vec::new();
        for y in 0..height {
            for x in 0..width {
                data.extend((0..4).map(|channel| value(x, y, channel) as u8));
            }
        }
        let pixels = Pixels::new(&data, width, height, 4 * width as usize, PixelFormat::Rgba8).unwrap();
        let (mut whole, mut bit_by_bit) =
            (Look::new(pixels.columns(), pixels.rows()), Look::new(pixels.columns(), pixels.rows()));
        whole.push(&pixels);
        let mut share = 0.0;
        while bit_by_bit.go_on(&pixels, 5) {
            assert!(bit_by_bit.share() >= share, "it only grows");
            share = bit_by_bit.share();
        }
        assert_eq!(share, whole.share());
        share
    }

    #[test]
    fn rows_that_come_in_pieces_of_any_height_are_looked_at_as_the_whole_is() {
        for (width, height) in [(129, 129), (300, 200), (131, 1_000)] {
            let data: Vec<u8> =
                (0..width * height).map(|place| noise(place % width, place / width, 0) as u8 >> 5).collect();
            let pixels = |first: u32, rows: u32| {
                Pixels::new(&data[(first * width) as usize..], width, rows, width as usize, PixelFormat::Luma8).unwrap()
            };
            let mut whole = Look::new(width as usize, height as usize);
            whole.push(&pixels(0, height));
            assert_eq!(whole.looked_at, SIDE);
            for piece in [1, 2, 3, 7, 64] {
                let mut look = Look::new(width as usize, height as usize);
                for first in (0..height).step_by(piece as usize) {
                    look.push(&pixels(first, piece.min(height - first)));
                }
                assert_eq!((look.looked_at, look.share()), (SIDE, whole.share()), "{width}x{height} by {piece}");
            }
        }
    }

    fn noise(x: u32, y: u32, channel: u32) -> u32 {
        let mut value = (x << 16 ^ y << 2 ^ channel).wrapping_mul(0x9E37_79B1);
        value = (value ^ value >> 15).wrapping_mul(0x85EB_CA77);
        value >> 24
    }

    #[test]
    fn noise_is_distinct_nearly_everywhere_and_drawings_hardly_anywhere() {
        assert!(share(300, 200, |x, y, c| 120 + (noise(x, y, c) & 7)) > 0.9);
        assert!(share(300, 200, |x, y, _| u32::from((x + y) % 2 == 0) * 255) < 0.001);
        assert!(share(300, 200, |x, y, c| noise((x + y) % 37, 0, c)) < 0.02);
        assert!(share(600, 400, |x, _, _| x * 255 / 600) < 0.2);
        let half = share(300, 200, |x, y, c| if x < 150 { noise(x, y, c) } else { 40 });
        assert!((0.4..0.55).contains(&half), "{half}");
    }

    #[test]
    fn alpha_and_the_smallest_pictures_do_no_harm() {
        assert!(share(300, 200, |x, y, c| if c == 3 { noise(x, y, c) } else { 9 }) < 0.001);
        assert!(share(2, 2, |x, y, _| x + y) > 0.0);
    }
}
