//! What is left of a picture when borders and captions are taken off.

use alloc::vec::Vec;

use crate::{PixelFormat, Pixels, Window};

/// How far a pixel of a border is from its colour, in levels of brightness: compression keeps what is flat flat. More
/// would take a sky for a border.
const TOLERANCE: u8 = 3;

/// How far beside the picture or beside writing, where compression makes waves.
const TOLERANCE_OF_WAVES: u8 = 14;

/// Of a line of a border, the share that has its colour, in percent.
const CLEAR_PERCENT: usize = 96;

/// Of a line beside the picture or beside writing, the share that is about the border's colour, in percent.
const NEARLY_CLEAR_PERCENT: usize = 85;

/// The most such lines one after the other: a block of JPEG. More are a picture that is like its border.
const NEARLY_CLEAR_LINES_MAX: usize = 8;

/// How far writing is at least from what it is written on, in levels of brightness.
const INK: u8 = 60;

/// Of a line of writing, the share that is about the border's colour, in percent.
const WRITTEN_PERCENT: usize = 15;

/// The height of a line of writing, as a share of the picture's, in percent.
const WRITING_PERCENT_MAX: usize = 15;

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
    // A frame's upper edge is found along whole rows, its left edge only below that.
    for side in [Side::Top, Side::Bottom, Side::Left, Side::Right] {
        edges.cut(pixels, side);
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
        let border = self.border(pixels, side, length, color);
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

    /// How many lines from an edge inwards are a border of a colour.
    fn border(&self, pixels: &Pixels<'_>, side: Side, length: usize, color: u8) -> usize {
        let may_be_written_on = matches!(side, Side::Top | Side::Bottom);
        let mut line = Vec::with_capacity(LOOKED_AT_MAX);
        let (mut border, mut nearly_clear, mut written) = (0, 0, false);
        for depth in 0..length {
            self.look(pixels, side, depth, &mut line);
            let too_high = (depth - border) * 100 > length * WRITING_PERCENT_MAX;
            match judge(&line, color, written) {
                Line::Clear => (border, nearly_clear) = (depth + 1, 0),
                _ if too_high => break,
                Line::NearlyClear { writing } => {
                    nearly_clear += 1;
                    if nearly_clear > NEARLY_CLEAR_LINES_MAX && !(writing && may_be_written_on) {
                        break;
                    }
                }
                _ if border + nearly_clear == 0 => break,
                other => {
                    // A longer run was writing.
                    if (1..=NEARLY_CLEAR_LINES_MAX).contains(&nearly_clear) {
                        border = depth;
                    }
                    (nearly_clear, written) = (0, true);
                    if other == Line::Other || !may_be_written_on {
                        break;
                    }
                }
            }
        }
        border
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

/// What a line is, as far as a border of some colour goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Of that colour.
    Clear,
    /// Of about that colour, as a border is where it ends, or of that colour but for a few strokes of writing.
    NearlyClear { writing: bool },
    /// In part of about that colour, as a border with writing on it.
    Written,
    /// None of these.
    Other,
}

/// What a line is; between lines that are `written` on, compression leaves nothing flat.
fn judge(line: &[u8], color: u8, written: bool) -> Line {
    let within =
        |tolerance: u8| line.iter().filter(|pixel| pixel.abs_diff(color) <= tolerance).count() * 100 / line.len();
    let (clear, nearly_clear) = (within(TOLERANCE), within(TOLERANCE_OF_WAVES));
    if clear >= CLEAR_PERCENT || (written && nearly_clear >= CLEAR_PERCENT) {
        Line::Clear
    } else if nearly_clear >= NEARLY_CLEAR_PERCENT {
        let ink = 100 - within(INK);
        Line::NearlyClear { writing: ink * 2 >= 100 - nearly_clear && ink > 0 }
    } else if nearly_clear >= WRITTEN_PERCENT {
        Line::Written
    } else {
        Line::Other
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
