//! Copies framed otherwise than the original, by any amount: cropped, bordered, captioned, tilted.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::{from_rgb_image, write_line};
use crate::Picture;
use crate::draw::Generator;
use crate::encode::{self, EncodeError};

/// What is done to the frame of a copy. An `amount` is a share of the side in question, 0.0 up to below 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reframing {
    /// Cut off at the left.
    CropLeft,
    /// Cut off at the right.
    CropRight,
    /// Cut off at the top.
    CropTop,
    /// Cut off at the bottom.
    CropBottom,
    /// Cut off alike at the left and at the right.
    CropSides,
    /// Cut off alike at the top and at the bottom.
    CropEnds,
    /// Cut off by the same share at each of the four sides.
    CropAll,
    /// Cut off at each side by a share of its own, from nothing to the amount.
    CropFree,
    /// A border of one colour on four sides.
    Border,
    /// A border of one colour above and below.
    Letterbox,
    /// A border of one colour at the left and at the right.
    Pillarbox,
    /// A bar with writing put over the top of the picture.
    BarOverTop,
    /// A bar with writing put over the bottom of the picture.
    BarOverBottom,
    /// A bar with writing put above or below, which makes the copy higher.
    BarBeside,
    /// Tilted in its frame: corners are lost, others are black. The amount is the angle in degrees, clockwise.
    TiltKept,
    /// Tilted in a frame that grows, corners black. The amount is the angle in degrees, clockwise.
    TiltGrown,
    /// Tilted and cropped, in its shape, to what shows no corner. The amount is the angle in degrees, clockwise.
    TiltFilled,
    /// Cut in the middle to one of the usual shapes, whichever the seed says; the amount does not matter.
    Shape,
}

/// Usual shapes, width to height.
const SHAPES: [(f32, f32); 5] = [(1.0, 1.0), (4.0, 5.0), (3.0, 4.0), (9.0, 16.0), (16.0, 9.0)];

impl Reframing {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 18] = [
        Self::CropLeft,
        Self::CropRight,
        Self::CropTop,
        Self::CropBottom,
        Self::CropSides,
        Self::CropEnds,
        Self::CropAll,
        Self::CropFree,
        Self::Border,
        Self::Letterbox,
        Self::Pillarbox,
        Self::BarOverTop,
        Self::BarOverBottom,
        Self::BarBeside,
        Self::TiltKept,
        Self::TiltGrown,
        Self::TiltFilled,
        Self::Shape,
    ];

    /// Its name in reports, which never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CropLeft => "crop-left",
            Self::CropRight => "crop-right",
            Self::CropTop => "crop-top",
            Self::CropBottom => "crop-bottom",
            Self::CropSides => "crop-sides",
            Self::CropEnds => "crop-ends",
            Self::CropAll => "crop-all",
            Self::CropFree => "crop-free",
            Self::Border => "border",
            Self::Letterbox => "letterbox",
            Self::Pillarbox => "pillarbox",
            Self::BarOverTop => "bar-over-top",
            Self::BarOverBottom => "bar-over-bottom",
            Self::BarBeside => "bar-beside",
            Self::TiltKept => "tilt-kept",
            Self::TiltGrown => "tilt-grown",
            Self::TiltFilled => "tilt-filled",
            Self::Shape => "shape",
        }
    }

    /// A JPEG file, of quality 85, of the copy reframed by `amount`; `seed` decides colours, writing, and what else
    /// is left open.
    ///
    /// # Errors
    /// [`EncodeError`] if a side of the copy is longer than the 65,535 pixels that JPEG allows.
    pub fn apply(self, picture: &Picture, amount: f32, seed: u64) -> Result<Vec<u8>, EncodeError> {
        let rgb = picture.to_rgb_image();
        let mut random = Generator::new(seed);
        let reframed = match self {
            Self::CropLeft => crop(&rgb, amount, 0.0, 0.0, 0.0),
            Self::CropRight => crop(&rgb, 0.0, amount, 0.0, 0.0),
            Self::CropTop => crop(&rgb, 0.0, 0.0, amount, 0.0),
            Self::CropBottom => crop(&rgb, 0.0, 0.0, 0.0, amount),
            Self::CropSides => crop(&rgb, amount, amount, 0.0, 0.0),
            Self::CropEnds => crop(&rgb, 0.0, 0.0, amount, amount),
            Self::CropAll => crop(&rgb, amount, amount, amount, amount),
            Self::CropFree => {
                let [left, right, top, bottom] =
                    [(); 4].map(|()| amount * (random.next() >> 40) as f32 / (1 << 24) as f32);
                crop(&rgb, left, right, top, bottom)
            }
            Self::Border => border(&rgb, amount, amount, &mut random),
            Self::Letterbox => border(&rgb, 0.0, amount, &mut random),
            Self::Pillarbox => border(&rgb, amount, 0.0, &mut random),
            Self::BarOverTop => bar_over(rgb, amount, End::Top, &mut random),
            Self::BarOverBottom => bar_over(rgb, amount, End::Bottom, &mut random),
            Self::BarBeside => bar_beside(&rgb, amount, &mut random),
            Self::TiltKept => tilt(&rgb, amount, |size, _| size),
            Self::TiltGrown => tilt(&rgb, amount, |_, grown| grown),
            Self::TiltFilled => tilt(&rgb, amount, |size, grown| {
                let scale = (size.0 / grown.0).min(size.1 / grown.1);
                (size.0 * scale, size.1 * scale)
            }),
            Self::Shape => shape(&rgb, SHAPES[(seed % SHAPES.len() as u64) as usize]),
        };
        encode::jpeg(&from_rgb_image(reframed), 85)
    }
}

/// What is left once shares of the sides are cut off, at least a pixel.
fn crop(rgb: &RgbImage, left: f32, right: f32, top: f32, bottom: f32) -> RgbImage {
    let cut = |share: f32, side: u32| (share * side as f32).round() as u32;
    let (width, height) = rgb.dimensions();
    let (left, top) = (cut(left, width).min(width - 1), cut(top, height).min(height - 1));
    let kept_width = width.saturating_sub(left + cut(right, width)).max(1);
    let kept_height = height.saturating_sub(top + cut(bottom, height)).max(1);
    imageops::crop_imm(rgb, left, top, kept_width, kept_height).to_image()
}

/// Shares of the sides added at both ends of each.
fn border(rgb: &RgbImage, across: f32, down: f32, random: &mut Generator) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let (left, top) = ((across * width as f32).round() as u32, (down * height as f32).round() as u32);
    let mut bordered = RgbImage::from_pixel(width + 2 * left, height + 2 * top, color(random));
    imageops::replace(&mut bordered, rgb, i64::from(left), i64::from(top));
    bordered
}

#[derive(Clone, Copy)]
enum End {
    Top,
    Bottom,
}

fn bar_over(mut rgb: RgbImage, amount: f32, end: End, random: &mut Generator) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let bar = bar(width, (amount * height as f32).round() as u32, random);
    let top = match end {
        End::Top => 0,
        End::Bottom => i64::from(height - bar.height()),
    };
    imageops::replace(&mut rgb, &bar, 0, top);
    rgb
}

fn bar_beside(rgb: &RgbImage, amount: f32, random: &mut Generator) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let above = random.next().is_multiple_of(2);
    let bar = bar(width, (amount * height as f32).round() as u32, random);
    let (bar_at, picture_at) = if above { (0, bar.height()) } else { (height, 0) };
    let mut taller = RgbImage::new(width, height + bar.height());
    imageops::replace(&mut taller, &bar, 0, i64::from(bar_at));
    imageops::replace(&mut taller, rgb, 0, i64::from(picture_at));
    taller
}

/// A bar of one colour with a line of writing or two in a colour that can be read on it.
fn bar(width: u32, height: u32, random: &mut Generator) -> RgbImage {
    let ground = color(random);
    let is_bright = ground.0.iter().map(|&channel| u32::from(channel)).sum::<u32>() > 384;
    let ink = if is_bright { Rgb([0; 3]) } else { Rgb([255; 3]) };
    let mut bar = RgbImage::from_pixel(width, height, ground);
    let lines = 1 + (random.next() % 2) as u32;
    // A line is nine dots high, of which a sign takes seven; there is a margin of a dot above and below all.
    let dot = height / (9 * lines + 2);
    if dot > 0 {
        let signs = (width * 9 / 10) / (6 * dot);
        for line in 0..lines {
            let place = (width / 20, dot * (2 + 9 * line));
            write_line(&mut bar, random, place, signs, dot, &[(0, ink)]);
        }
    }
    bar
}

/// Black or white as often as not, else any colour.
fn color(random: &mut Generator) -> Rgb<u8> {
    match random.next() % 4 {
        0 => Rgb([0; 3]),
        1 => Rgb([255; 3]),
        _ => Rgb([(); 3].map(|()| random.next() as u8)),
    }
}

/// The picture turned clockwise about its middle, seen through the frame that `frame` makes of the picture's size and
/// of the size that shows all of it; black beyond the picture.
fn tilt(rgb: &RgbImage, degrees: f32, frame: impl Fn((f32, f32), (f32, f32)) -> (f32, f32)) -> RgbImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let size = (rgb.width() as f32, rgb.height() as f32);
    let grown = (size.0 * cosine + size.1 * sine.abs(), size.1 * cosine + size.0 * sine.abs());
    let frame = frame(size, grown);
    let sides = ((frame.0.round() as u32).max(1), (frame.1.round() as u32).max(1));
    RgbImage::from_fn(sides.0, sides.1, |column, row| {
        let x = column as f32 + 0.5 - sides.0 as f32 / 2.0;
        let y = row as f32 + 0.5 - sides.1 as f32 / 2.0;
        between(rgb, x * cosine + y * sine + size.0 / 2.0 - 0.5, y * cosine - x * sine + size.1 / 2.0 - 0.5)
    })
}

/// The colour at a place between the middles of pixels; black beyond the picture.
fn between(rgb: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let (left, top) = (x.floor(), y.floor());
    let (right, below) = (x - left, y - top);
    let pixel = |x: f32, y: f32| {
        let inside = x >= 0.0 && y >= 0.0 && x < rgb.width() as f32 && y < rgb.height() as f32;
        if inside { rgb.get_pixel(x as u32, y as u32).0 } else { [0; 3] }
    };
    let corners = [pixel(left, top), pixel(left + 1.0, top), pixel(left, top + 1.0), pixel(left + 1.0, top + 1.0)];
    Rgb([0, 1, 2].map(|channel| {
        let [a, b, c, d] = corners.map(|corner| f32::from(corner[channel]));
        let (upper, lower) = (a + (b - a) * right, c + (d - c) * right);
        (upper + (lower - upper) * below + 0.5) as u8
    }))
}

fn shape(rgb: &RgbImage, (across, down): (f32, f32)) -> RgbImage {
    let (width, height) = (rgb.width() as f32, rgb.height() as f32);
    let (kept_width, kept_height) = (width.min(height * across / down), height.min(width * down / across));
    let (across, down) = ((1.0 - kept_width / width) / 2.0, (1.0 - kept_height / height) / 2.0);
    crop(rgb, across, across, down, down)
}

/// The copy scaled to `side` pixels on its longer side, as platforms do.
///
/// # Errors
/// As for [`Reframing::apply`].
pub fn scaled(picture: &Picture, side: u32) -> Result<Vec<u8>, EncodeError> {
    let rgb = picture.to_rgb_image();
    let scale = side as f32 / picture.width().max(picture.height()) as f32;
    let to = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    let resized = imageops::resize(&rgb, to(picture.width()), to(picture.height()), FilterType::CatmullRom);
    encode::jpeg(&from_rgb_image(resized), 85)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{Limits, decode, draw};

    #[test]
    fn every_reframing_has_its_own_name_and_the_size_it_says() {
        let picture = draw::photograph(3, 100, 60);
        let names: HashSet<_> = Reframing::ALL.iter().map(|reframing| reframing.name()).collect();
        assert_eq!(names.len(), Reframing::ALL.len());
        for reframing in Reframing::ALL {
            let (amount, expected) = match reframing {
                Reframing::CropLeft | Reframing::CropRight => (0.1, Some((90, 60))),
                Reframing::CropTop | Reframing::CropBottom => (0.1, Some((100, 54))),
                Reframing::CropSides => (0.1, Some((80, 60))),
                Reframing::CropEnds => (0.1, Some((100, 48))),
                Reframing::CropAll => (0.1, Some((80, 48))),
                Reframing::Border => (0.1, Some((120, 72))),
                Reframing::Letterbox => (0.1, Some((100, 72))),
                Reframing::Pillarbox => (0.1, Some((120, 60))),
                Reframing::BarOverTop | Reframing::BarOverBottom => (0.1, Some((100, 60))),
                Reframing::BarBeside => (0.1, Some((100, 66))),
                Reframing::TiltKept => (4.0, Some((100, 60))),
                Reframing::TiltGrown => (4.0, Some((104, 67))),
                Reframing::TiltFilled => (4.0, Some((90, 54))),
                Reframing::CropFree | Reframing::Shape => (0.1, None),
            };
            let copy = decode(&reframing.apply(&picture, amount, 7).unwrap(), &Limits::default()).unwrap();
            if let Some(expected) = expected {
                assert_eq!((copy.width(), copy.height()), expected, "{}", reframing.name());
            }
        }
    }

    #[test]
    fn every_reframing_of_a_picture_of_one_pixel_is_a_picture() {
        let picture = draw::photograph(3, 1, 1);
        for reframing in Reframing::ALL {
            assert!(decode(&reframing.apply(&picture, 0.2, 1).unwrap(), &Limits::default()).is_ok());
        }
    }

    #[test]
    fn a_tilt_turns_clockwise() {
        // White on the right half: turned clockwise by 40 degrees, the middle of the lower edge is white.
        let picture = RgbImage::from_fn(90, 90, |x, _| if x < 45 { Rgb([0; 3]) } else { Rgb([255; 3]) });
        let tilted = tilt(&picture, 40.0, |size, _| size);
        assert_eq!(tilted.get_pixel(45, 75).0, [255; 3]);
        assert_eq!(tilted.get_pixel(45, 15).0, [0; 3]);
    }
}
