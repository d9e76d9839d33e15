use fingerprint::{PixelFormat, Pixels};

use crate::Format;

/// A decoded picture: rows from top to bottom without padding, grey (1 byte a pixel) or red-green-blue (3 bytes).
///
/// The samples are those of the file: no colour management, no rotation by EXIF, no transparency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    samples: Samples,
    format: Format,
}

/// Owned samples of a [`Picture`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Samples {
    Luma8(Vec<u8>),
    Rgb8(Vec<u8>),
}

impl Picture {
    /// `None` unless there are 1..=[`fingerprint::PIXELS_MAX`] pixels and `samples` has exactly the bytes they ask for.
    pub(crate) fn new(width: u32, height: u32, samples: Samples, format: Format) -> Option<Self> {
        let pixels = u64::from(width) * u64::from(height);
        let fits = match &samples {
            Samples::Luma8(bytes) => bytes.len() as u64 == pixels,
            Samples::Rgb8(bytes) => bytes.len() as u64 == pixels * 3,
        };
        ((1..=fingerprint::PIXELS_MAX).contains(&pixels) && fits).then_some(Self { width, height, samples, format })
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The format of the file it was decoded from; PNG for a picture that was drawn.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Whether it has one sample a pixel instead of three.
    #[must_use]
    pub const fn is_grey(&self) -> bool {
        matches!(self.samples, Samples::Luma8(_))
    }

    /// The samples, `width * height` bytes if [`is_grey`](Self::is_grey), else three times as many.
    #[must_use]
    pub fn samples(&self) -> &[u8] {
        match &self.samples {
            Samples::Luma8(bytes) | Samples::Rgb8(bytes) => bytes,
        }
    }

    /// The picture as the fingerprint crate takes it.
    #[must_use]
    pub fn pixels(&self) -> Pixels<'_> {
        let (bytes, format) = match &self.samples {
            Samples::Luma8(bytes) => (bytes, PixelFormat::Luma8),
            Samples::Rgb8(bytes) => (bytes, PixelFormat::Rgb8),
        };
        let row_bytes = self.width as usize * format.bytes_per_pixel();
        Pixels::new(bytes, self.width, self.height, row_bytes, format)
            .expect("Picture::new lets no picture be empty, too large, or of another length than its sides say")
    }

    /// A copy as `image` takes it, always with three samples a pixel.
    pub(crate) fn to_rgb_image(&self) -> image::RgbImage {
        let rgb = match &self.samples {
            Samples::Rgb8(bytes) => bytes.clone(),
            Samples::Luma8(bytes) => bytes.iter().flat_map(|&grey| [grey; 3]).collect(),
        };
        image::RgbImage::from_raw(self.width, self.height, rgb).expect("Picture::new checked the length")
    }
}
