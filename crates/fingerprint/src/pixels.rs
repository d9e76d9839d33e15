//! The picture this crate hashes: a borrowed rectangle of 8-bit pixels whose dimensions were checked once.

use core::fmt;

/// The most pixels a picture may have: 200 megapixels.
pub const PIXELS_MAX: u64 = 200_000_000;

/// How one pixel is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// One byte: grey. Hashes like [`PixelFormat::Rgb8`] with three equal bytes.
    Luma8,
    /// Three bytes: red, green, blue.
    Rgb8,
    /// Four bytes: red, green, blue, and an alpha that is ignored. Composite a transparent picture on the background
    /// of your choice before hashing it, as the `media` crate does.
    Rgba8,
}

impl PixelFormat {
    /// Bytes one pixel takes: 1, 3 or 4.
    pub const fn bytes_per_pixel(self) -> usize {
        match self {
            Self::Luma8 => 1,
            Self::Rgb8 => 3,
            Self::Rgba8 => 4,
        }
    }
}

/// A borrowed picture: rows from top to bottom, pixels from left to right, any padding after each row.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    data: &'a [u8],
    width: usize,
    height: usize,
    stride_bytes: usize,
    format: PixelFormat,
}

impl<'a> Pixels<'a> {
    /// Checks that `data` holds a picture of `width` x `height` pixels whose rows begin `stride_bytes` apart.
    ///
    /// The last row needs no padding after it; bytes of `data` beyond it are ignored. Dimensions are in pixels, and
    /// `width * height` is 1..=[`PIXELS_MAX`].
    pub fn new(
        data: &'a [u8],
        width: u32,
        height: u32,
        stride_bytes: usize,
        format: PixelFormat,
    ) -> Result<Self, PixelsError> {
        let (width, rows) = Self::check_size(width, height)?;
        // Below the limit of pixels a row takes at most 800 MB, which fits 32 bits.
        let row_bytes = width * format.bytes_per_pixel();
        if stride_bytes < row_bytes {
            return Err(PixelsError::StrideTooSmall { stride_bytes, row_bytes });
        }
        let needed_bytes = (stride_bytes as u64).saturating_mul(u64::from(height) - 1).saturating_add(row_bytes as u64);
        if (data.len() as u64) < needed_bytes {
            return Err(PixelsError::BufferTooSmall { buffer_bytes: data.len(), needed_bytes });
        }
        Ok(Self { data, width, height: rows, stride_bytes, format })
    }

    /// The columns and rows of a picture of 1..=[`PIXELS_MAX`] pixels.
    pub(crate) fn check_size(width: u32, height: u32) -> Result<(usize, usize), PixelsError> {
        if width == 0 || height == 0 {
            return Err(PixelsError::Empty);
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > PIXELS_MAX {
            return Err(PixelsError::TooLarge { pixels });
        }
        Ok((width as usize, height as usize))
    }

    /// Columns, in pixels; at least 1.
    pub fn width(&self) -> u32 {
        self.width as u32
    }

    /// Rows, in pixels; at least 1.
    pub fn height(&self) -> u32 {
        self.height as u32
    }

    /// How each pixel is stored.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The part of the picture in a window; `None` if the window is empty or not wholly in the picture.
    pub fn window(&self, window: Window) -> Option<Self> {
        let (left, top) = (window.left as usize, window.top as usize);
        let (width, height) = (window.width as usize, window.height as usize);
        let inside = left.checked_add(width)? <= self.width && top.checked_add(height)? <= self.height;
        if !inside || width == 0 || height == 0 {
            return None;
        }
        let first = top * self.stride_bytes + left * self.format.bytes_per_pixel();
        Some(Self { data: &self.data[first..], width, height, ..*self })
    }

    pub(crate) fn columns(&self) -> usize {
        self.width
    }

    pub(crate) fn rows(&self) -> usize {
        self.height
    }

    pub(crate) fn stride_bytes(&self) -> usize {
        self.stride_bytes
    }

    /// The bytes of the rows from `row` on; the last may be without padding.
    pub(crate) fn bytes_from(&self, row: usize) -> &'a [u8] {
        &self.data[row * self.stride_bytes..]
    }

    /// The bytes of one row's pixels, without padding.
    pub(crate) fn row_bytes(&self, row: usize) -> &'a [u8] {
        &self.bytes_from(row)[..self.width * self.format.bytes_per_pixel()]
    }

    /// Writes the brightness of one row, 0.0..=255.0 per pixel, into `luma`, which has one place per column.
    #[inline(always)]
    pub(crate) fn luma_row(&self, row: usize, brightness: Brightness, luma: &mut [f32]) {
        let bytes = self.row_bytes(row);
        match (self.format, brightness) {
            (PixelFormat::Luma8, _) => {
                for (luma, &grey) in luma.iter_mut().zip(bytes) {
                    *luma = f32::from(grey);
                }
            }
            (PixelFormat::Rgb8, Brightness::Rounded) => {
                for (luma, &[red, green, blue]) in luma.iter_mut().zip(bytes.as_chunks().0) {
                    *luma = rounded(red, green, blue);
                }
            }
            (PixelFormat::Rgba8, Brightness::Rounded) => {
                for (luma, &[red, green, blue, _]) in luma.iter_mut().zip(bytes.as_chunks().0) {
                    *luma = rounded(red, green, blue);
                }
            }
            (PixelFormat::Rgb8 | PixelFormat::Rgba8, Brightness::Single) => {
                for (luma, pixel) in luma.iter_mut().zip(bytes.chunks(self.format.bytes_per_pixel())) {
                    *luma = single(pixel[0], pixel[1], pixel[2]);
                }
            }
        }
    }
}

/// A rectangle in a picture, in pixels from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Columns before it.
    pub left: u32,
    /// Rows above it.
    pub top: u32,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

/// How `0.299 red + 0.587 green + 0.114 blue` is computed: the references differ in the last bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brightness {
    /// Added up in double precision and rounded once, as PyPI `pdqhash` does.
    Rounded,
    /// In single precision, one operation after the other, as the C++ tool does.
    Single,
}

/// The nearest single-precision number. The thousandfold is an integer below 2^24, so one division here is rounded
/// correctly and agrees with the reference's double precision: a test goes through all 2^24 colours.
#[inline]
fn rounded(red: u8, green: u8, blue: u8) -> f32 {
    let thousandfold = 299 * i32::from(red) + 587 * i32::from(green) + 114 * i32::from(blue);
    thousandfold as f32 / 1000.0
}

#[inline]
fn single(red: u8, green: u8, blue: u8) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

/// Only the shape: a picture's bytes have no place in a log.
impl fmt::Debug for Pixels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({}x{} {:?})", self.width, self.height, self.format)
    }
}

/// Why bytes are not a picture of the dimensions given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelsError {
    /// Width or height is 0. There is nothing to hash.
    Empty,
    /// The picture has more than [`PIXELS_MAX`] pixels. Scale it down first; the hash hardly changes.
    TooLarge {
        /// Width times height.
        pixels: u64,
    },
    /// Rows would overlap. Pass the distance between the beginnings of two rows in bytes, padding included.
    StrideTooSmall {
        /// The distance given.
        stride_bytes: usize,
        /// What one row of pixels takes.
        row_bytes: usize,
    },
    /// The buffer ends before the last row does. Check dimensions, format and stride against what filled the buffer.
    BufferTooSmall {
        /// What the buffer has.
        buffer_bytes: usize,
        /// What the dimensions ask for.
        needed_bytes: u64,
    },
}

impl fmt::Display for PixelsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the picture has no pixels: width or height is 0"),
            Self::TooLarge { pixels } => {
                write!(f, "the picture has {pixels} pixels, the limit is {PIXELS_MAX}: scale it down first")
            }
            Self::StrideTooSmall { stride_bytes, row_bytes } => {
                write!(f, "rows are {stride_bytes} bytes apart but take {row_bytes} bytes")
            }
            Self::BufferTooSmall { buffer_bytes, needed_bytes } => {
                write!(f, "the buffer has {buffer_bytes} bytes, the picture needs {needed_bytes}")
            }
        }
    }
}

impl core::error::Error for PixelsError {}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;

    #[test]
    fn brightness_is_the_reference_formula_for_every_colour() {
        for red in 0..=255u8 {
            for green in 0..=255u8 {
                for blue in 0..=255u8 {
                    let reference = f64::from(red) * 0.299 + f64::from(green) * 0.587 + f64::from(blue) * 0.114;
                    assert_eq!(rounded(red, green, blue).to_bits(), (reference as f32).to_bits());
                    assert!((f64::from(single(red, green, blue)) - reference).abs() < 5e-5);
                }
            }
        }
    }

    #[test]
    fn grey_is_as_bright_as_three_equal_bytes() {
        for grey in 0..=255 {
            assert_eq!(rounded(grey, grey, grey).to_bits(), f32::from(grey).to_bits());
        }
    }

    #[test]
    fn the_buffer_may_end_with_the_last_pixel_and_not_before() {
        let data = vec![0; 2 * 20 + 15];
        assert!(Pixels::new(&data, 5, 3, 20, PixelFormat::Rgb8).is_ok());
        assert_eq!(
            Pixels::new(&data[1..], 5, 3, 20, PixelFormat::Rgb8).unwrap_err(),
            PixelsError::BufferTooSmall { buffer_bytes: 54, needed_bytes: 55 }
        );
    }

    #[test]
    fn rows_may_not_overlap() {
        let data = [0; 64];
        assert!(Pixels::new(&data, 4, 4, 16, PixelFormat::Rgba8).is_ok());
        assert_eq!(
            Pixels::new(&data, 4, 4, 15, PixelFormat::Rgba8).unwrap_err(),
            PixelsError::StrideTooSmall { stride_bytes: 15, row_bytes: 16 }
        );
    }

    #[test]
    fn a_picture_without_pixels_is_refused() {
        assert_eq!(Pixels::new(&[], 0, 1, 0, PixelFormat::Luma8).unwrap_err(), PixelsError::Empty);
        assert_eq!(Pixels::new(&[], 1, 0, 1, PixelFormat::Luma8).unwrap_err(), PixelsError::Empty);
    }

    #[test]
    fn two_hundred_megapixels_pass_the_limit_and_one_more_does_not() {
        // An empty buffer: at the limit the size is accepted and the buffer is what is missing.
        assert_eq!(
            Pixels::new(&[], 20_000, 10_000, 20_000, PixelFormat::Luma8).unwrap_err(),
            PixelsError::BufferTooSmall { buffer_bytes: 0, needed_bytes: 200_000_000 }
        );
        assert_eq!(
            Pixels::new(&[], 200_000_001, 1, 200_000_001, PixelFormat::Luma8).unwrap_err(),
            PixelsError::TooLarge { pixels: 200_000_001 }
        );
        assert_eq!(
            Pixels::new(&[], u32::MAX, u32::MAX, usize::MAX, PixelFormat::Rgba8).unwrap_err(),
            PixelsError::TooLarge { pixels: u64::from(u32::MAX) * u64::from(u32::MAX) }
        );
    }

    #[test]
    fn a_stride_that_overflows_is_an_error_not_a_panic() {
        let error = Pixels::new(&[0; 8], 1, 8, usize::MAX, PixelFormat::Luma8).unwrap_err();
        assert!(matches!(error, PixelsError::BufferTooSmall { .. }));
    }

    #[test]
    fn a_window_shows_its_pixels_and_none_reaches_outside() {
        let data: vec::Vec<u8> = (0..60).collect();
        let pixels = Pixels::new(&data, 3, 5, 12, PixelFormat::Rgb8).unwrap();
        let window = |left, top, width, height| pixels.window(Window { left, top, width, height });
        let lower = window(1, 3, 2, 2).unwrap();
        assert_eq!((lower.width(), lower.height()), (2, 2));
        assert_eq!(lower.row_bytes(0), [39, 40, 41, 42, 43, 44]);
        assert_eq!(lower.row_bytes(1), [51, 52, 53, 54, 55, 56]);
        assert_eq!(window(0, 0, 3, 5).unwrap().row_bytes(4), pixels.row_bytes(4));
        for (left, top, width, height) in [
            (0, 0, 0, 1),
            (0, 0, 1, 0),
            (1, 0, 3, 1),
            (0, 5, 1, 1),
            (0, 1, 1, 5),
            (u32::MAX, 0, 1, 1),
            (1, 0, u32::MAX, 1),
        ] {
            assert!(window(left, top, width, height).is_none());
        }
    }

    #[test]
    fn debug_shows_the_shape_only() {
        let pixels = Pixels::new(&[7, 7], 2, 1, 2, PixelFormat::Luma8).unwrap();
        assert_eq!(format!("{pixels:?}"), "Pixels(2x1 Luma8)");
    }
}
