//! The fast road against the slow one.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::tolerance::{SPREAD, Tolerance};
use super::super::{components, in_order, texture};
use super::*;
use crate::pixels::Brightness;

/// By the definition: every average from scratch, in double precision.
fn blurred(values: &[f64]) -> Vec<f64> {
    let window = values.len().div_ceil(2 * SIDE);
    let average = |values: &[f64]| -> Vec<f64> {
        (0..values.len())
            .map(|index| {
                let past_end = index + window / 2 + 1;
                let inside = &values[past_end.saturating_sub(window)..past_end.min(values.len())];
                inside.iter().sum::<f64>() / inside.len() as f64
            })
            .collect()
    };
    average(&average(values))
}

#[test]
fn an_axis_folds_two_box_filters_with_their_truncated_windows() {
    for length in [129, 130, 255, 256, 257, 258, 383, 384, 385, 500, 512, 513, 640, 1000, 1024, 4000, 32_639, 32_640] {
        let values: Vec<f64> = (0..length).map(|index| f64::from((index * index * 37 % 256) as u32)).collect();
        let expected = blurred(&values);
        let axis = Axis::new(length).unwrap();
        for point in 0..SIDE {
            let support = axis.support(point).unwrap();
            let weigh = |support: axis::Support<'_>| -> f64 {
                support
                    .weights
                    .iter()
                    .zip(&values[support.first..])
                    .map(|(&weight, value)| f64::from(weight) * value)
                    .sum()
            };
            let mut sum = weigh(support);
            if point == SIDE - 1 && axis.is_cut() {
                sum = sum * axis.cut_factor() + weigh(axis.support(SIDE).unwrap());
                let last: f64 =
                    axis.last_weights().zip(&values[axis.first(point)..]).map(|(w, v)| f64::from(w) * v).sum();
                assert_eq!(sum, last, "length {length}");
            }
            let centre = (2 * point + 1) * length / (2 * SIDE);
            assert!((sum / axis.divisor(point) - expected[centre]).abs() < 1e-9, "length {length}, point {point}");
        }
        assert_eq!(axis.support(SIDE).is_some(), axis.is_cut());
        assert!(axis.support(SIDE + 1).is_none());
    }
    assert!(Axis::new(128).is_none() && Axis::new(32_641).is_none());
}

fn fold(kernel: Kernel, pixels: &Pixels<'_>, piece: usize) -> Vec<[u64; SIDE]> {
    let mut folding = Folding::with(kernel, pixels.columns(), pixels.rows(), pixels.format()).unwrap();
    let mut row = 0;
    while row < pixels.rows() {
        let rows = piece.min(pixels.rows() - row);
        let data = pixels.bytes_from(row);
        let slab = Pixels::new(data, pixels.width(), rows as u32, pixels.stride_bytes(), pixels.format()).unwrap();
        folding.push(&slab);
        row += rows;
    }
    folding.sums
}

#[test]
fn pieces_of_any_height_and_every_kernel_give_the_same_sums() {
    // The sums of the last two shapes do not fit 16 bits.
    for (width, height) in [(129, 129), (130, 256), (300, 513), (200, 2049), (140, 9000)] {
        for format in [PixelFormat::Luma8, PixelFormat::Rgb8, PixelFormat::Rgba8] {
            let stride = width * format.bytes_per_pixel() + 3;
            let data: Vec<u8> = (0..stride * height).map(|index| (index * 167 + index / 251) as u8 | 0xC0).collect();
            let pixels = Pixels::new(&data, width as u32, height as u32, stride, format).unwrap();
            let expected = fold(Kernel::fastest(), &pixels, height);
            for kernel in Kernel::available() {
                for piece in [1, 2, 7, 8, 16, 100, height] {
                    assert!(fold(kernel, &pixels, piece) == expected, "{width}x{height} {format:?} {kernel:?} {piece}");
                }
            }
        }
    }
}

#[test]
fn every_kernel_adds_up_the_largest_sums_without_overflow() {
    fn check<T: Copy + Into<u32>>(columns: usize, rows: usize, format: PixelFormat, sum: T) {
        let across = Across::new(columns, format, Axis::new(rows).unwrap().weight()).unwrap();
        let row = alloc::vec![sum; columns * format.bytes_per_pixel() + column_sums::PADDING];
        let all = |weights: &Weights| -> u64 { weights.values.iter().map(|&weight| u64::from(weight)).sum() };
        for kernel in Kernel::available() {
            let mut sums = [0; SIDE];
            across.sum(kernel, &row, &mut sums);
            let expected = u64::from(sum.into()) * all(&across.tent);
            assert!(sums[..SIDE - 1].iter().all(|&sum| sum == expected), "{columns}x{rows} {format:?} {kernel:?}");
            let expected = u64::from(sum.into()) * all(&across.last);
            assert_eq!(sums[SIDE - 1], expected, "{columns}x{rows} {format:?} {kernel:?}");
        }
    }
    for format in [PixelFormat::Luma8, PixelFormat::Rgb8, PixelFormat::Rgba8] {
        for columns in [129, 500, 1_408, 1_409, 8_192, 32_640] {
            for rows in [129, 1_409, 2_048] {
                let weight = Axis::new(rows).unwrap().weight() as u16;
                check(columns, rows, format, 255 * weight);
            }
            for rows in [2_049, 8_192, 32_640] {
                let weight = Axis::new(rows).unwrap().weight() as u32;
                check(columns, rows, format, 255 * weight);
            }
        }
    }
}

/// A picture with little or no noise, in which sums cross powers of two in step.
fn worst(random: &mut Random, width: usize, height: usize, channels: usize) -> Vec<u8> {
    let kind = random.below(6);
    let colours: [[f32; 3]; 2] = core::array::from_fn(|_| core::array::from_fn(|_| random.below(256) as f32));
    // Noise on none of it, or on a part from the left.
    let noisy = if random.below(2) == 0 { 0 } else { random.below(width + width / 2) as usize };
    let amplitude = 1 + random.below(6) as usize;
    let (across, down) = (2 + random.below(width) as usize / 4, 2 + random.below(height) as usize / 4);
    let (thick_across, thick_down) = (1 + random.below(across) as usize, 1 + random.below(down) as usize);
    let tilt = random.below(100) as f32 / 100.0;
    let mut data = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        for x in 0..width {
            let stripe = x % across < thick_across;
            let band = y % down < thick_down;
            let slope = (x as f32 / width as f32) * tilt + (y as f32 / height as f32) * (1.0 - tilt);
            let share = match kind {
                0 => f32::from(u8::from(stripe ^ band)),
                1 => f32::from(u8::from((x + y) % across < thick_across)),
                2 => slope,
                3 => 0.5 * slope + 0.5 * f32::from(u8::from(stripe)),
                4 => 0.5 * slope + 0.5 * f32::from(u8::from(stripe && band)),
                _ => {
                    let (u, v) = (x.abs_diff(across) as f32, y.abs_diff(down) as f32);
                    (u * u + v * v) / ((width * width + height * height) as f32)
                }
            };
            for (one, other) in colours[0].iter().zip(&colours[1]).take(channels) {
                let noise = if x < noisy { random.below(amplitude) as f32 } else { 0.0 };
                data.push((one * share + other * (1.0 - share) + noise) as u8);
            }
        }
    }
    data
}

/// Marsaglia's xorshift: no picture here deserves better.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as u32
    }
}

/// `REMPART_TEST_DRIFT_DRAWN` (default 400) and `REMPART_TEST_DRIFT_SEED` (default 1) draw more or other pictures.
#[test]
fn the_reference_drifts_less_than_the_tolerance_on_the_worst_pictures_known() {
    let setting =
        |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let drawn = setting("REMPART_TEST_DRIFT_DRAWN", 400);
    let mut random = Random(setting("REMPART_TEST_DRIFT_SEED", 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (mut components_share, mut step_share) = (0.0_f32, 0.0_f32);
    let mut names = (String::new(), String::new());
    let mut of_format = [0.0_f32; 2];
    for index in 0..drawn {
        let (width, height) = (129 + random.below(600) as usize, 129 + random.below(600) as usize);
        let (channels, format) = if index % 3 == 0 { (1, PixelFormat::Luma8) } else { (3, PixelFormat::Rgb8) };
        let data = worst(&mut random, width, height, channels);
        let pixels = Pixels::new(&data, width as u32, height as u32, width * channels, format).unwrap();
        let mut folding = Folding::new(width, height, format).unwrap();
        folding.push(&pixels);
        let (found, expected) = (folding.finish(), in_order::to_64_by_64(&pixels, Brightness::Rounded));
        let tolerance = Tolerance::of_texture(width, height, format, share(&pixels));
        let name = || format!("{index}: {width}x{height} {format:?}");

        let step = step_difference(&found, &expected) / tolerance.step;
        if step > step_share {
            (step_share, names.0) = (step, name());
        }
        let (found, expected) = (components::of(&found), components::of(&expected));
        let both = found.as_flattened().iter().zip(expected.as_flattened()).zip(SPREAD.as_flattened());
        let share = both.map(|((a, b), spread)| (a - b).abs() / (tolerance.components * spread)).fold(0.0, f32::max);
        let of_format = &mut of_format[usize::from(channels == 3)];
        *of_format = of_format.max(share);
        if share > components_share {
            (components_share, names.1) = (share, name());
        }
    }
    std::println!(
        "largest share of the tolerance: components {components_share} ({}), steps {step_share} ({}); of grey and of colour {of_format:?}",
        names.1,
        names.0
    );
    assert!(components_share < 1.0, "components drift by {components_share} of the tolerance: {}", names.1);
    assert!(step_share < 1.0, "steps drift by {step_share} of the tolerance: {}", names.0);
    assert!(components_share > 0.01, "the pictures drawn no longer make sums drift");
}

fn share(pixels: &Pixels<'_>) -> f32 {
    let mut look = texture::Look::new(pixels.columns(), pixels.rows());
    look.push(pixels);
    look.share()
}

/// The largest difference between the steps of two reduced pictures.
fn step_difference(left: &Reduced, right: &Reduced) -> f32 {
    let mut largest = 0.0_f32;
    for row in 0..SIDE {
        for column in 0..SIDE {
            let difference = |row: usize, column: usize| left[row][column] - right[row][column];
            if row + 1 < SIDE {
                largest = largest.max((difference(row, column) - difference(row + 1, column)).abs());
            }
            if column + 1 < SIDE {
                largest = largest.max((difference(row, column) - difference(row, column + 1)).abs());
            }
        }
    }
    largest
}
