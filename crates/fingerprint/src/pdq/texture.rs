//! How much of a picture is like nothing else in it.

use super::SIDE;
use crate::{PixelFormat, Pixels};

/// The share of distinct 2x2 blocks among 64x64 spread over the picture, 0.0..=1.0.
///
/// What is drawn repeats itself: stripes, chequers, rasters and slopes have few different blocks, and that is also what
/// makes the rounding of running sums repeat itself until it adds up. The noise of a camera makes nearly every block
/// different. The picture has at least 2x2 pixels.
pub(super) fn distinct_share(pixels: &Pixels<'_>) -> f32 {
    const SLOTS_LOG2: u32 = 16;
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut seen = [0_u64; 1 << (SLOTS_LOG2 - 6)];
    let mut distinct = 0_u32;
    let columns: [usize; SIDE] = core::array::from_fn(|point| place(point, pixels.columns()));
    for point_down in 0..SIDE {
        let row = place(point_down, pixels.rows());
        let rows = [pixels.row_bytes(row), pixels.row_bytes(row + 1)];
        for column in columns {
            // Fibonacci hashing; equal slots of different blocks are rare, and make the share smaller.
            let [upper, lower] = rows.map(|row| colours(row, column, pixels.format()));
            let key = upper.wrapping_mul(MULTIPLIER).rotate_left(29) ^ lower;
            let slot = (key.wrapping_mul(MULTIPLIER) >> (64 - SLOTS_LOG2)) as usize;
            let bit = 1 << (slot % 64);
            distinct += u32::from(seen[slot / 64] & bit == 0);
            seen[slot / 64] |= bit;
        }
    }
    distinct as f32 / (SIDE * SIDE) as f32
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
        distinct_share(&Pixels::new(&data, width, height, 4 * width as usize, PixelFormat::Rgba8).unwrap())
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
