//! Pieces of a preview as PNG files: all of it blurred beyond recognition, or one region sharp with a name woven in.

use media::{Picture, encode};

use super::{PreviewError, Seen};
use crate::casework::file::Cell;

/// Samples across all of a picture that is shown blurred: a face is two of them.
const BLUR_SIDE: u32 = 24;
/// Each dot of a letter is so many samples wide.
const DOT: u32 = 2;
/// From one mark to the next.
const STEP_X: u32 = 96;
const STEP_Y: u32 = 60;
/// How much lighter or darker a letter is than what it stands on.
const CONTRAST: u8 = 44;

/// The hex digits, three dots wide and five high, a row of three bits each.
const LETTERS: [[u8; 5]; 16] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 3, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 2, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
    [2, 5, 7, 5, 5],
    [6, 5, 6, 5, 6],
    [3, 4, 4, 4, 3],
    [6, 5, 5, 5, 6],
    [7, 4, 6, 4, 7],
    [7, 4, 6, 4, 4],
];

/// All of it, blurred.
pub(in crate::casework) fn blurred(seen: &Seen) -> Result<Vec<u8>, PreviewError> {
    let picture = Picture::grey(seen.width, seen.height, seen.samples.to_vec()).ok_or(PreviewError::Broken)?;
    encode::png(&picture.grey_within(BLUR_SIDE)).map_err(|_| PreviewError::Broken)
}

/// The region around a cell, sharp, with `mark` (hex digits) woven into it.
pub(in crate::casework) fn sharp(seen: &Seen, cell: Cell, mark: &str) -> Result<Vec<u8>, PreviewError> {
    let [left, top, right, bottom] = cell.region(seen.width, seen.height);
    let mut samples = Vec::with_capacity(((right - left) * (bottom - top)) as usize);
    for row in top..bottom {
        let start = (row * seen.width + left) as usize;
        samples.extend_from_slice(&seen.samples[start..start + (right - left) as usize]);
    }
    weave(&mut samples, right - left, mark);
    let tile = Picture::grey(right - left, bottom - top, samples).ok_or(PreviewError::Broken)?;
    encode::png(&tile).map_err(|_| PreviewError::Broken)
}

/// Writes the mark all over, each line shifted against the one before.
fn weave(samples: &mut [u8], width: u32, mark: &str) {
    let digits: Vec<[u8; 5]> = mark.chars().filter_map(|c| Some(LETTERS[c.to_digit(16)? as usize])).collect();
    for (place, sample) in samples.iter_mut().enumerate() {
        let (x, y) = (place as u32 % width, place as u32 / width);
        let x = x + y / STEP_Y * (STEP_X / 2);
        let (column, row) = (x % STEP_X / DOT, y % STEP_Y / DOT);
        let (digit, dot) = ((column / 4) as usize, column % 4);
        let is_ink =
            row < 5 && dot < 3 && digits.get(digit).is_some_and(|rows| rows[row as usize] >> (2 - dot) & 1 == 1);
        if is_ink {
            *sample = if *sample < 128 { *sample + CONTRAST } else { *sample - CONTRAST };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::Parsed;
    use media::{Limits, decode};
    use zeroize::Zeroizing;

    /// Vertical stripes, four samples wide.
    fn seen(width: u32, height: u32) -> Seen {
        let samples =
            (0..width * height).map(|place| if (place % width / 4).is_multiple_of(2) { 40 } else { 210 }).collect();
        Seen { width, height, samples: Zeroizing::new(samples), question: Parsed::default() }
    }

    fn opened(png: &[u8]) -> Picture {
        decode(png, &Limits::server()).unwrap()
    }

    #[test]
    fn blurred_there_is_nothing_left_of_what_is_small() {
        let blurred = opened(&blurred(&seen(960, 480)).unwrap());
        assert_eq!((blurred.width(), blurred.height()), (24, 12));
        let (least, most) = (blurred.samples().iter().min().unwrap(), blurred.samples().iter().max().unwrap());
        assert!(most - least < 12, "stripes are gone: {least}..{most}");
    }

    #[test]
    fn a_region_is_sharp_smaller_than_the_whole_and_carries_the_mark() {
        let seen = seen(1_000, 1_000);
        let cell = Cell::new(2, 2).unwrap();
        let bare = opened(&sharp(&seen, cell, "").unwrap());
        assert!(bare.width() < 500 && bare.height() < 500, "{} x {}", bare.width(), bare.height());
        let marked = opened(&sharp(&seen, cell, "a90f").unwrap());
        let other = opened(&sharp(&seen, cell, "a90e").unwrap());
        let differ =
            |one: &Picture, two: &Picture| one.samples().iter().zip(two.samples()).filter(|(a, b)| a != b).count();
        assert!(differ(&bare, &marked) > 500 && differ(&marked, &other) > 10);
        assert!(bare.samples().contains(&40) && bare.samples().contains(&210));
    }

    #[test]
    fn every_cell_of_a_sliver_has_a_region() {
        for (width, height) in [(1, 1), (1, 900), (900, 1), (7, 3)] {
            let seen = seen(width, height);
            for cell in Cell::all() {
                let [left, top, right, bottom] = cell.region(width, height);
                assert!(left < right && top < bottom && right <= width && bottom <= height);
                sharp(&seen, cell, "ff").unwrap();
            }
        }
    }
}
