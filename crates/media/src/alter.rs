//! Altered copies of a picture, as people and platforms make them: what the demo and the benches send to see which a
//! node still recognises. They live here because only this crate touches codecs.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::draw::Generator;
use crate::encode::{self, EncodeError};
use crate::picture::Samples;
use crate::{Format, Picture};

mod reframe;

pub use reframe::{Reframing, scaled};

/// What is done to a copy. Each is then saved as JPEG of quality 85, the first two of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alteration {
    /// Saved as JPEG of quality 50.
    Jpeg50,
    /// Saved as JPEG of quality 30.
    Jpeg30,
    /// Half the width and height.
    HalfSize,
    /// A quarter of the width and height.
    QuarterSize,
    /// Every sample times 1.3.
    Brightness,
    /// Gaussian blur with a standard deviation of 2 pixels.
    Blur,
    /// Without colour: the luma of JPEG (ITU-R BT.601).
    Grey,
    /// A line of writing near the lower edge, white with a black edge, a twelfth of the height and 90 % of the width.
    Text,
    /// A black frame around it, 5 % of the width at the left and at the right, 5 % of the height above and below.
    Border5,
    /// 5 % of the width and 5 % of the height cut off, half of it at each edge.
    Crop5,
    /// A quarter turn counterclockwise, as in [`fingerprint::Orientation`].
    Rotate90,
    /// Upside down.
    Rotate180,
    /// A quarter turn clockwise.
    Rotate270,
    /// Left and right exchanged.
    Mirror,
}

impl Alteration {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 14] = [
        Self::Jpeg50,
        Self::Jpeg30,
        Self::HalfSize,
        Self::QuarterSize,
        Self::Brightness,
        Self::Blur,
        Self::Grey,
        Self::Text,
        Self::Border5,
        Self::Crop5,
        Self::Rotate90,
        Self::Rotate180,
        Self::Rotate270,
        Self::Mirror,
    ];

    /// Its name in reports, which never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg50 => "jpeg-50",
            Self::Jpeg30 => "jpeg-30",
            Self::HalfSize => "half-size",
            Self::QuarterSize => "quarter-size",
            Self::Brightness => "brightness",
            Self::Blur => "blur",
            Self::Grey => "grey",
            Self::Text => "text",
            Self::Border5 => "border-5",
            Self::Crop5 => "crop-5",
            Self::Rotate90 => "rotate-90",
            Self::Rotate180 => "rotate-180",
            Self::Rotate270 => "rotate-270",
            Self::Mirror => "mirror",
        }
    }

    /// A JPEG file of the altered copy. A side never becomes shorter than one pixel.
    ///
    /// # Errors
    /// [`EncodeError`] if a side of the copy is longer than the 65,535 pixels that JPEG allows.
    pub fn apply(self, picture: &Picture) -> Result<Vec<u8>, EncodeError> {
        const QUALITY: u8 = 85;
        let rgb = || picture.to_rgb_image();
        let altered = match self {
            Self::Jpeg50 => return encode::jpeg(picture, 50),
            Self::Jpeg30 => return encode::jpeg(picture, 30),
            Self::Grey => return encode::jpeg(&grey(picture), QUALITY),
            Self::HalfSize => shrink(&rgb(), 2),
            Self::QuarterSize => shrink(&rgb(), 4),
            Self::Brightness => brighten(rgb()),
            Self::Blur => imageops::blur(&rgb(), 2.0),
            Self::Text => write_over(rgb()),
            Self::Border5 => frame(&rgb()),
            Self::Crop5 => crop(&rgb()),
            Self::Rotate90 => imageops::rotate270(&rgb()),
            Self::Rotate180 => imageops::rotate180(&rgb()),
            Self::Rotate270 => imageops::rotate90(&rgb()),
            Self::Mirror => imageops::flip_horizontal(&rgb()),
        };
        encode::jpeg(&from_rgb_image(altered), QUALITY)
    }
}

fn from_rgb_image(rgb: RgbImage) -> Picture {
    let (width, height) = rgb.dimensions();
    Picture::new(width, height, Samples::Rgb8(rgb.into_raw()), Format::Png)
        .expect("an image buffer has three samples a pixel, and no alteration makes an empty one")
}

fn shrink(rgb: &RgbImage, by: u32) -> RgbImage {
    let (width, height) = rgb.dimensions();
    imageops::resize(rgb, (width / by).max(1), (height / by).max(1), FilterType::CatmullRom)
}

fn brighten(mut rgb: RgbImage) -> RgbImage {
    for sample in rgb.iter_mut() {
        *sample = (u32::from(*sample) * 13 / 10).min(255) as u8;
    }
    rgb
}

fn grey(picture: &Picture) -> Picture {
    if picture.is_grey() {
        return picture.clone();
    }
    let luma = |rgb: &[u8]| (u32::from(rgb[0]) * 299 + u32::from(rgb[1]) * 587 + u32::from(rgb[2]) * 114 + 500) / 1000;
    let grey = picture.samples().chunks_exact(3).map(|rgb| luma(rgb) as u8).collect();
    Picture::new(picture.width(), picture.height(), Samples::Luma8(grey), Format::Png)
        .expect("a grey picture has one sample for each pixel of the picture in colour")
}

fn frame(rgb: &RgbImage) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let (across, down) = (width.div_ceil(20), height.div_ceil(20));
    let mut framed = RgbImage::new(width + 2 * across, height + 2 * down);
    imageops::replace(&mut framed, rgb, i64::from(across), i64::from(down));
    framed
}

fn crop(rgb: &RgbImage) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let (cut_width, cut_height) = (width / 20, height / 20);
    imageops::crop_imm(rgb, cut_width / 2, cut_height / 2, width - cut_width, height - cut_height).to_image()
}

/// Writing, of signs drawn from strokes on a grid of 5 by 7 dots: PDQ sees how light and dark lie, not what is said.
fn write_over(mut rgb: RgbImage) -> RgbImage {
    let (width, height) = rgb.dimensions();
    // The line is nine dots high, of which a sign takes seven.
    let dot = (height / 12 / 9).max(1);
    let signs = (width * 9 / 10) / (6 * dot);
    let top = height * 5 / 6;
    let mut random = Generator::new(0x7E87);
    let strokes = [(dot.div_ceil(3), Rgb([0; 3])), (0, Rgb([255; 3]))];
    write_line(&mut rgb, &mut random, (width / 20, top), signs, dot, &strokes);
    rgb
}

/// A line of made-up letters from `place` on, seven dots high; each stroke is drawn as wide as a dot and an edge on
/// both sides, in the order and the colours of `strokes`.
fn write_line(
    rgb: &mut RgbImage,
    random: &mut Generator,
    place: (u32, u32),
    signs: u32,
    dot: u32,
    strokes: &[(u32, Rgb<u8>)],
) {
    for sign in 0..signs {
        let left = place.0 + sign * 6 * dot;
        // One sign in six is a space between words.
        if random.next().is_multiple_of(6) {
            continue;
        }
        let dots = stroked_sign(random);
        for &(edge, color) in strokes {
            for (column, row) in dots.iter().copied() {
                fill(rgb, (left + column * dot, place.1 + row * dot), dot, edge, color);
            }
        }
    }
}

/// The dots of a made-up letter on the grid: an upright stroke, one across and one aslant.
fn stroked_sign(random: &mut Generator) -> Vec<(u32, u32)> {
    let upright = (random.next() % 5) as u32;
    let mut dots: Vec<_> = (0..7).map(|row| (upright, row)).collect();
    let row = (random.next() % 7) as u32;
    dots.extend((0..5).map(|column| (column, row)));
    let slant = (random.next() % 3) as u32;
    dots.extend((0..5).map(|step| (step, (step + slant).min(6))));
    dots
}

/// Fills the square dot at `place`, larger by `edge` on every side, as far as it lies in the picture.
fn fill(rgb: &mut RgbImage, place: (u32, u32), dot: u32, edge: u32, color: Rgb<u8>) {
    let (width, height) = rgb.dimensions();
    let range = |from: u32, side: u32| from.saturating_sub(edge).min(side)..(from + dot + edge).min(side);
    for y in range(place.1, height) {
        for x in range(place.0, width) {
            rgb.put_pixel(x, y, color);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use fingerprint::{Orientation, pdq, pdq_dihedral};

    use super::*;
    use crate::{Limits, decode, draw};

    #[test]
    fn every_alteration_has_its_own_name_and_gives_a_jpeg() {
        let picture = draw::photograph(3, 96, 64);
        let names: HashSet<_> = Alteration::ALL.iter().map(|alteration| alteration.name()).collect();
        assert_eq!(names.len(), Alteration::ALL.len());
        for alteration in Alteration::ALL {
            let decoded = decode(&alteration.apply(&picture).unwrap(), &Limits::default()).unwrap();
            let size = (decoded.width(), decoded.height());
            let expected = match alteration {
                Alteration::HalfSize => (48, 32),
                Alteration::QuarterSize => (24, 16),
                Alteration::Border5 => (106, 72),
                Alteration::Crop5 => (92, 61),
                Alteration::Rotate90 | Alteration::Rotate270 => (64, 96),
                _ => (96, 64),
            };
            assert_eq!((decoded.format(), size), (Format::Jpeg, expected), "{}", alteration.name());
        }
    }

    #[test]
    fn every_alteration_of_a_picture_of_one_pixel_is_a_picture() {
        for picture in [draw::photograph(3, 1, 1), grey(&draw::photograph(3, 1, 1))] {
            for alteration in Alteration::ALL {
                assert!(decode(&alteration.apply(&picture).unwrap(), &Limits::default()).is_ok());
            }
        }
    }

    #[test]
    fn turned_and_mirrored_copies_meet_the_original_in_one_of_the_eight_orientations() {
        let picture = draw::photograph(4, 512, 384);
        let original = pdq(&picture.pixels()).hash;
        for alteration in
            [Alteration::Rotate90, Alteration::Rotate180, Alteration::Rotate270, Alteration::Mirror, Alteration::Jpeg30]
        {
            let copy = decode(&alteration.apply(&picture).unwrap(), &Limits::default()).unwrap();
            let dihedral = pdq_dihedral(&copy.pixels());
            let closest = Orientation::ALL.iter().map(|&turn| dihedral.hash(turn).distance(&original)).min().unwrap();
            assert!(closest <= 31, "{}: {closest} bits", alteration.name());
        }
    }

    #[test]
    fn writing_changes_the_lower_part_only() {
        let picture = draw::photograph(4, 240, 180);
        let written = write_over(picture.to_rgb_image());
        let half = picture.samples().len() / 2;
        assert_eq!(written.as_raw()[..half], picture.samples()[..half]);
        let changed = written.as_raw()[half..].iter().zip(&picture.samples()[half..]).filter(|(a, b)| a != b).count();
        assert!(changed > half / 20, "{changed} of {half} samples changed");
    }
}
