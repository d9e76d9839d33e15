//! What is left of a picture when borders and captions are taken off.

use alloc::vec::Vec;

use crate::{PixelFormat, Pixels, Window};

/// How far a pixel may be from the colour of a border, in levels of brightness: what compression does to flat colour,
/// and a little more.
const TOLERANCE: u8 = 14;

/// Of a line of a border, the share that has its colour, in percent.
const CLEAR_PERCENT: usize = 96;

/// Of a line of writing on a border, the share that has the border's colour, in percent.
const WRITTEN_PERCENT: usize = 35;

/// Pixels looked at along a line. More would not change what is decided.
const LOOKED_AT_MAX: usize = 512;

/// Of either side at least this share stays, in percent: a wide picture on a telephone held upright has no less.
const STAYS_PERCENT: usize = 20;

/// The part of the picture that is neither border nor caption, or `None` if that is the whole picture.
///
/// A border is of one colour up to the noise of compression; it may be on any number of sides, as in a letterbox, a
/// frame, or a picture on a telephone's screen. A caption is a border above or below with something written on it.
/// What is left is at least a fifth of either side.
///
/// A picture that is dark or bright towards an edge may be cut there, so what is left is a further picture to ask
/// for, never a better one.
pub fn trimmed(pixels: &Pixels<'_>) -> Option<Window> {
    let mut edges = Edges { left: 0, top: 0, right: pixels.columns(), bottom: pixels.rows() };
    // A frame's upper edge is found along whole rows, its left edge only below that. Then a border within a border.
    for _ in 0..2 {
        let before = edges;
        for side in [Side::Top, Side::Bottom, Side::Left, Side::Right] {
            edges.cut(pixels, side);
        }
        if edges == before {
            break;
        }
    }
    let window = Window {
        left: edges.left as u32,
        top: edges.top as u32,
        width: (edges.right - edges.left) as u32,
        height: (edges.bottom - edges.top) as u32,
    };
    let kept = |part: u32, whole: u32| part as usize * 100 >= whole as usize * STAYS_PERCENT;
    let is_part = window.width < pixels.width() || window.height < pixels.height();
    (is_part && kept(window.width, pixels.width()) && kept(window.height, pixels.height())).then_some(window)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Top,
    Right,
    Bottom,
}

/// What is left so far: columns `left..right`, rows `top..bottom`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Edges {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Edges {
    /// Moves one edge inwards over the border there, if there is one.
    fn cut(&mut self, pixels: &Pixels<'_>, side: Side) {
        let length = match side {
            Side::Top | Side::Bottom => self.bottom - self.top,
            Side::Left | Side::Right => self.right - self.left,
        };
        let mut line = Vec::with_capacity(LOOKED_AT_MAX);
        self.look(pixels, side, 0, &mut line);
        let color = median(&mut line);
        let mut border = 0;
        for depth in 0..length {
            self.look(pixels, side, depth, &mut line);
            let alike = line.iter().filter(|&&pixel| pixel.abs_diff(color) <= TOLERANCE).count() * 100;
            if alike >= line.len() * CLEAR_PERCENT {
                border = depth + 1;
            } else if alike < line.len() * WRITTEN_PERCENT || matches!(side, Side::Left | Side::Right) {
                break;
            }
        }
        // Nothing but border is no picture: leave it, so that the caller finds all of it and trims nothing.
        if border == length {
            return;
        }
        match side {
            Side::Left => self.left += border,
            Side::Top => self.top += border,
            Side::Right => self.right -= border,
            Side::Bottom => self.bottom -= border,
        }
    }

    /// The brightness of pixels along the line `depth` lines inwards from an edge.
    fn look(&self, pixels: &Pixels<'_>, side: Side, depth: usize, line: &mut Vec<u8>) {
        let (from, to) = match side {
            Side::Top | Side::Bottom => (self.left, self.right),
            Side::Left | Side::Right => (self.top, self.bottom),
        };
        let step = (to - from).div_ceil(LOOKED_AT_MAX);
        line.clear();
        line.extend((from..to).step_by(step).map(|along| match side {
            Side::Top => brightness(pixels, along, self.top + depth),
            Side::Bottom => brightness(pixels, along, self.bottom - 1 - depth),
            Side::Left => brightness(pixels, self.left + depth, along),
            Side::Right => brightness(pixels, self.right - 1 - depth, along),
        }));
    }
}

/// Near enough to the hash's brightness to tell a border.
fn brightness(pixels: &Pixels<'_>, column: usize, row: usize) -> u8 {
    let bytes_per_pixel = pixels.format().bytes_per_pixel();
    let pixel = &pixels.row_bytes(row)[column * bytes_per_pixel..][..bytes_per_pixel];
    match pixels.format() {
        PixelFormat::Luma8 => pixel[0],
        PixelFormat::Rgb8 | PixelFormat::Rgba8 => {
            let weighted = 77 * u32::from(pixel[0]) + 150 * u32::from(pixel[1]) + 29 * u32::from(pixel[2]);
            (weighted >> 8) as u8
        }
    }
}

/// The element in the middle; the line is not empty.
fn median(line: &mut [u8]) -> u8 {
    let middle = line.len() / 2;
    *line.select_nth_unstable(middle).1
}
