//! What views promise, on drawn pictures.

extern crate std;

use alloc::vec::Vec;
use std::collections::BTreeMap;

use super::view::{Frame, Kind};
use super::*;
use crate::{PixelFormat, Window, pdq_dihedral};

/// A grey picture: light at several scales, stronger the coarser, as in photographs.
#[derive(Clone)]
struct Drawn {
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Drawn {
    fn new(seed: u32, width: u32, height: u32) -> Self {
        let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let mut light = alloc::vec![128.0; (width * height) as usize];
        for (cells, strength) in [(3, 90.0), (6, 80.0), (12, 60.0), (24, 40.0)] {
            let lattice: Vec<f32> =
                (0..(cells + 2) * (cells + 2)).map(|_| random() * strength - strength / 2.0).collect();
            for y in 0..height {
                for x in 0..width {
                    let (across, down) = ((x * cells) as f32 / width as f32, (y * cells) as f32 / height as f32);
                    let corner = down as usize * (cells as usize + 2) + across as usize;
                    let (right, below) = (across - across.floor(), down - down.floor());
                    let upper = lattice[corner] + (lattice[corner + 1] - lattice[corner]) * right;
                    let corner = corner + cells as usize + 2;
                    let lower = lattice[corner] + (lattice[corner + 1] - lattice[corner]) * right;
                    light[(y * width + x) as usize] += upper + (lower - upper) * below;
                }
            }
        }
        Self { width, height, data: light.into_iter().map(|light| light as u8).collect() }
    }

    fn pixels(&self) -> Pixels<'_> {
        Pixels::new(&self.data, self.width, self.height, self.width as usize, PixelFormat::Luma8).unwrap()
    }

    /// A picture of another size, each of whose pixels is found by `at`, column and row from the middle of the pixel.
    fn map(&self, width: u32, height: u32, at: impl Fn(f32, f32) -> (f32, f32)) -> Self {
        let mut data = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (column, row) = at(x as f32 + 0.5, y as f32 + 0.5);
                data.push(self.at(column, row));
            }
        }
        Self { width, height, data }
    }

    /// The brightness at a place, between the pixels around it; black outside.
    fn at(&self, column: f32, row: f32) -> u8 {
        let pixel = |column: f32, row: f32| {
            let inside = column >= 0.0 && row >= 0.0 && column < self.width as f32 && row < self.height as f32;
            if inside { f32::from(self.data[row as usize * self.width as usize + column as usize]) } else { 0.0 }
        };
        let (x, y) = ((column - 0.5).floor(), (row - 0.5).floor());
        let (right, below) = (column - 0.5 - x, row - 0.5 - y);
        let between = |y: f32| pixel(x, y) * (1.0 - right) + pixel(x + 1.0, y) * right;
        (between(y) * (1.0 - below) + between(y + 1.0) * below).round() as u8
    }

    /// The picture altered as the view says, pixel by pixel.
    fn altered(&self, view: View) -> Option<Self> {
        let (width, height) = (self.width as f32, self.height as f32);
        let cut = |left: f32, top: f32, right: f32, bottom: f32| {
            self.map((right - left).round() as u32, (bottom - top).round() as u32, |x, y| (x + left, y + top))
        };
        Some(match view.kind() {
            Kind::Crop { left, right, top, bottom } => {
                let share = |percent: u8| f32::from(percent) / 100.0;
                cut(
                    (width * share(left)).round(),
                    (height * share(top)).round(),
                    width - (width * share(right)).round(),
                    height - (height * share(bottom)).round(),
                )
            }
            Kind::Shape { width: w, height: h } => {
                let shape = f32::from(w) / f32::from(h);
                let (kept_width, kept_height) = (width.min(height * shape).round(), height.min(width / shape).round());
                let (left, top) = (((width - kept_width) / 2.0).round(), ((height - kept_height) / 2.0).round());
                if kept_width.max(kept_height) < 0.46 * width.max(height) {
                    return None;
                }
                cut(left, top, left + kept_width, top + kept_height)
            }
            Kind::Tilt { frame, half_degrees } => {
                let angle = (f32::from(half_degrees) / 2.0).to_radians();
                let (sine, cosine) = angle.sin_cos();
                let grown = (width * cosine + height * sine.abs(), height * cosine + width * sine.abs());
                let (frame_width, frame_height) = match frame {
                    Frame::Kept => (width, height),
                    Frame::Grown => grown,
                    Frame::Filled => {
                        let scale = (width / grown.0).min(height / grown.1);
                        (width * scale, height * scale)
                    }
                };
                self.map(frame_width.round() as u32, frame_height.round() as u32, |x, y| {
                    let (x, y) = (x - frame_width / 2.0, y - frame_height / 2.0);
                    (x * cosine + y * sine + width / 2.0, y * cosine - x * sine + height / 2.0)
                })
            }
        })
    }

    /// The picture in a frame of one colour, with pixels of noise in it.
    fn framed(&self, left: u32, top: u32, right: u32, bottom: u32, color: u8) -> Self {
        let (width, height) = (left + self.width + right, top + self.height + bottom);
        let mut framed = self.map(width, height, |x, y| (x - left as f32, y - top as f32));
        for y in 0..height {
            for x in 0..width {
                let inside = (left..left + self.width).contains(&x) && (top..top + self.height).contains(&y);
                if !inside {
                    framed.data[(y * width + x) as usize] = color.saturating_add(((x * 7 + y * 13) % 5) as u8);
                }
            }
        }
        framed
    }
}

fn every_view() -> impl Iterator<Item = View> {
    (0..=255).filter_map(View::from_code)
}

#[test]
fn a_view_is_near_the_hash_of_the_picture_so_altered() {
    for (seed, width, height) in [(1, 600, 380), (2, 380, 620)] {
        let drawn = Drawn::new(seed, width, height);
        let viewer = Viewer::new(&drawn.pixels()).unwrap();
        // All kinds, sides and directions, a few amounts of each.
        for view in every_view().step_by(5) {
            let (Some(found), Some(altered)) = (viewer.hash(view), drawn.altered(view)) else { continue };
            let distance = found.hash.distance(&pdq(&altered.pixels()).hash);
            assert!(distance <= 20, "{view} of {width}x{height}: {distance} bits");
        }
    }
}

#[test]
fn views_come_in_the_order_of_rank_and_each_is_far_from_the_others() {
    let drawn = Drawn::new(4, 400, 300);
    let views = views(&drawn.pixels());
    assert!(views.len() > 48, "{} views", views.len());
    let ranks: Vec<_> = views.iter().map(|found| View::ALL.iter().position(|view| *view == found.0).unwrap()).collect();
    assert!(ranks.is_sorted());
    let primary = pdq(&drawn.pixels()).hash;
    let mut hashes: Vec<_> = views.iter().map(|(_, hash, _)| *hash).collect();
    hashes.push(primary);
    for (index, one) in hashes.iter().enumerate() {
        assert!(hashes[..index].iter().all(|other| one.distance(other) >= DISTANCE_MIN));
    }
    assert!(views.iter().all(|(_, _, quality)| (QUALITY_MIN..=100).contains(quality)));
}

#[test]
fn a_mirrored_and_cropped_copy_meets_a_view_in_one_of_its_eight_orientations() {
    let drawn = Drawn::new(5, 480, 360);
    let views: BTreeMap<_, _> = views(&drawn.pixels()).into_iter().map(|(view, hash, _)| (view, hash)).collect();
    // A tenth is cut off at the left, then the copy is mirrored.
    let copy = drawn.map(432, 360, |x, y| (480.0 - x, y));
    let copy = pdq_dihedral(&copy.pixels());
    let nearest = views.values().flat_map(|view| copy.hashes.map(|hash| hash.distance(view))).min().unwrap();
    assert!(nearest <= 31, "{nearest} bits");
}

#[test]
fn colour_and_padding_of_rows_change_nothing() {
    let drawn = Drawn::new(6, 200, 150);
    let expected = views(&drawn.pixels());
    let mut rgba = Vec::new();
    for row in drawn.data.chunks(200) {
        rgba.extend(row.iter().flat_map(|&grey| [grey, grey, grey, 9]));
        rgba.extend([77; 12]);
    }
    let pixels = Pixels::new(&rgba, 200, 150, 812, PixelFormat::Rgba8).unwrap();
    assert_eq!(views(&pixels), expected);
}

#[test]
fn small_flat_and_slender_pictures_have_no_views_and_no_window() {
    for (width, height) in [(1, 1), (1, 5000), (5000, 1), (63, 400), (64, 64), (64, 20_000), (20_000, 64)] {
        let data = alloc::vec![90; (width * height) as usize];
        let pixels = Pixels::new(&data, width, height, width as usize, PixelFormat::Luma8).unwrap();
        assert_eq!(views(&pixels), []);
        assert_eq!(trimmed(&pixels), None);
    }
}

#[test]
fn smooth_pictures_have_no_views_with_black_corners() {
    let cornered =
        |drawn: &Drawn| views(&drawn.pixels()).iter().filter(|(view, _, _)| view.has_black_corners()).count();
    let drawn = Drawn::new(11, 400, 300);
    let with_quality = |wanted: core::ops::Range<u8>| {
        let paler = |share: f32| {
            let data = drawn.data.iter().map(|&pixel| (128.0 + (f32::from(pixel) - 128.0) * share) as u8).collect();
            Drawn { data, ..drawn.clone() }
        };
        let mut all = (1..=100).map(|percent| paler(percent as f32 / 100.0));
        all.find(|drawn| wanted.contains(&pdq(&drawn.pixels()).quality)).unwrap()
    };
    assert_eq!(cornered(&with_quality(70..CORNERED_QUALITY_MIN)), 0);
    assert!(!views(&with_quality(70..CORNERED_QUALITY_MIN).pixels()).is_empty());
    assert!(cornered(&with_quality(CORNERED_QUALITY_MIN..90)) > 6);
}

#[test]
fn a_slender_picture_with_much_to_see_is_viewed() {
    for (width, height) in [(64, 3000), (3000, 64), (64, 65), (257, 161)] {
        let drawn = Drawn::new(7, width, height);
        assert!(!views(&drawn.pixels()).is_empty(), "{width}x{height}");
    }
}

#[test]
fn a_border_of_any_colour_on_any_side_is_taken_off() {
    let drawn = Drawn::new(8, 300, 200);
    for color in [0, 60, 128, 250] {
        for (left, top, right, bottom) in
            [(20, 20, 20, 20), (0, 60, 0, 60), (90, 0, 90, 0), (0, 0, 75, 0), (7, 0, 0, 50), (0, 300, 0, 300)]
        {
            let framed = drawn.framed(left, top, right, bottom, color);
            let window = trimmed(&framed.pixels()).unwrap();
            let expected = Window { left, top, width: 300, height: 200 };
            let off = window.left.abs_diff(left) + window.top.abs_diff(top) + window.width.abs_diff(300);
            assert!(off + window.height.abs_diff(200) <= 2, "{color}: {window:?} instead of {expected:?}");
        }
    }
}

#[test]
fn a_caption_is_taken_off_with_what_is_written_on_it() {
    let drawn = Drawn::new(9, 300, 200);
    let mut captioned = drawn.framed(0, 0, 0, 50, 250);
    for y in 210..240 {
        for x in (20..280).filter(|x| x / 6 % 2 == 0) {
            captioned.data[y * 300 + x] = 10;
        }
    }
    assert_eq!(trimmed(&captioned.pixels()), Some(Window { left: 0, top: 0, width: 300, height: 200 }));
}

#[test]
fn a_picture_without_a_border_is_left_whole() {
    for seed in 10..20 {
        assert_eq!(trimmed(&Drawn::new(seed, 300, 200).pixels()), None);
    }
}
