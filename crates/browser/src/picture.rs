//! A picture's fingerprints, from rows as a canvas gives them.

use std::fmt::Write as _;

use fingerprint::{PdqHash, PixelFormat, Pixels, pdq_dihedral, views_beside};
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes a pixel has when it comes: red, green, blue, alpha.
const RGBA_BYTES: usize = 4;
/// Bytes a pixel has while it is kept: transparency is dropped, as the server does.
const RGB_BYTES: usize = 3;

/// A picture whose rows are arriving. It keeps three bytes a pixel until it is finished: the views and the reference's
/// rounding ask for the whole picture.
#[wasm_bindgen]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

/// Why there is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// A side is 0. There is nothing to hash.
    #[error("empty")]
    Empty,
    /// There are more pixels than `fingerprint::PIXELS_MAX`, or than this device has memory for. The digests of the file
    /// still find exact copies.
    #[error("too large")]
    TooLarge,
    /// The bytes are not whole rows, or more rows than the picture has. Begin anew with the right size.
    #[error("other rows")]
    OtherRows,
    /// Not all rows came. Push the rest.
    #[error("rows missing")]
    RowsMissing,
}

#[wasm_bindgen]
impl Picture {
    /// Begins a picture of these sides, in pixels.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32, height: u32) -> Result<Picture, String> {
        Self::begin(width, height).map_err(|error| error.to_string())
    }

    /// Takes the next rows, top to bottom: any number of whole rows, four bytes a pixel, alpha last and not
    /// premultiplied. A row is seen as opaque.
    pub fn push(&mut self, rgba: &[u8]) -> Result<(), String> {
        self.take(rgba).map_err(|error| error.to_string())
    }

    /// `{"quality": 0..=100, "fingerprints": [..], "views": [..]}` as JSON, the lists in the shape that a contribution
    /// has: the PDQ of the picture (none below quality 50, which no bank takes) and its views, the most telling first.
    pub fn finish(self) -> Result<String, String> {
        self.fingerprints().map_err(|error| error.to_string())
    }
}

impl Picture {
    fn begin(width: u32, height: u32) -> Result<Self, PictureError> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(PictureError::Empty);
        }
        if pixels > fingerprint::PIXELS_MAX {
            return Err(PictureError::TooLarge);
        }
        let mut rgb = Vec::new();
        rgb.try_reserve_exact(pixels as usize * RGB_BYTES).map_err(|_| PictureError::TooLarge)?;
        Ok(Self { width, height, rgb })
    }

    fn take(&mut self, rgba: &[u8]) -> Result<(), PictureError> {
        let whole_rows = rgba.len().is_multiple_of(self.width as usize * RGBA_BYTES);
        // Both sides count bytes of three a pixel; the room was reserved for all rows.
        let fits = rgba.len() / RGBA_BYTES * RGB_BYTES <= self.bytes_all() - self.rgb.len();
        if !whole_rows || !fits {
            return Err(PictureError::OtherRows);
        }
        self.rgb.extend(rgba.as_chunks::<RGBA_BYTES>().0.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]));
        Ok(())
    }

    fn fingerprints(self) -> Result<String, PictureError> {
        if self.rgb.len() < self.bytes_all() {
            return Err(PictureError::RowsMissing);
        }
        let row_bytes = self.width as usize * RGB_BYTES;
        let pixels = Pixels::new(&self.rgb, self.width, self.height, row_bytes, PixelFormat::Rgb8)
            .expect("sides and length were checked when the picture began and its rows came");
        // What the server takes of eight orientations: the plain hash, but for pictures of 64x64.
        let found = pdq_dihedral(&pixels);
        let mut json = format!(r#"{{"quality":{},"fingerprints":["#, found.quality);
        if found.quality >= QUALITY_MIN {
            let _ = write!(json, r#"{{"kind":"pdq","value":"{}","quality":{}}}"#, found.hashes[0], found.quality);
        }
        json.push_str(r#"],"views":["#);
        if found.quality >= QUALITY_MIN {
            let primary = PdqHash { hash: found.hashes[0], quality: found.quality };
            for (position, (view, hash, _)) in views_beside(&pixels, &primary).into_iter().enumerate() {
                let comma = if position == 0 { "" } else { "," };
                let _ = write!(json, r#"{comma}{{"view":{},"value":"{hash}"}}"#, view.code());
            }
        }
        json.push_str("]}");
        Ok(json)
    }

    fn bytes_all(&self) -> usize {
        self.width as usize * self.height as usize * RGB_BYTES
    }
}

/// Below it a picture is too plain to be recognised without mistaking others for it: `exchange::PDQ_QUALITY_MIN`.
const QUALITY_MIN: u8 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: u32, height: u32) -> Vec<u8> {
        let mut state = 1u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        };
        // Squares of 32 pixels: something to see, and an alpha that must not matter.
        let grey: Vec<u8> = (0..256).map(|_| next()).collect();
        let mut rgba = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let square = grey[(x / 32 + y / 32 * 16) as usize % 256];
                rgba.extend([square, square / 2, 255 - square, next()]);
            }
        }
        rgba
    }

    fn in_pieces(width: u32, height: u32, rows: usize) -> String {
        let mut picture = Picture::begin(width, height).unwrap();
        for piece in noise(width, height).chunks(rows * width as usize * RGBA_BYTES) {
            picture.take(piece).unwrap();
        }
        picture.fingerprints().unwrap()
    }

    #[test]
    fn fingerprints_and_views_are_those_of_the_opaque_picture_however_its_rows_come() {
        let (width, height) = (300, 200);
        let rgb: Vec<u8> = noise(width, height).chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
        let pixels = Pixels::new(&rgb, width, height, 3 * width as usize, PixelFormat::Rgb8).unwrap();
        let expected = pdq_dihedral(&pixels);
        let views: Vec<String> = fingerprint::views(&pixels)
            .into_iter()
            .map(|(view, hash, _)| format!(r#"{{"view":{},"value":"{hash}"}}"#, view.code()))
            .collect();
        assert!(views.len() > 10 && expected.quality >= QUALITY_MIN);
        let expected = format!(
            r#"{{"quality":{q},"fingerprints":[{{"kind":"pdq","value":"{}","quality":{q}}}],"views":[{}]}}"#,
            expected.hashes[0],
            views.join(","),
            q = expected.quality,
        );
        for rows in [1, 7, 199, 200] {
            assert_eq!(in_pieces(width, height, rows), expected, "{rows} rows at a time");
        }
    }

    #[test]
    fn a_picture_too_plain_has_neither_pdq_nor_views() {
        let mut picture = Picture::begin(80, 80).unwrap();
        picture.take(&[200; 80 * 80 * 4]).unwrap();
        assert_eq!(picture.fingerprints().unwrap(), r#"{"quality":0,"fingerprints":[],"views":[]}"#);
    }

    #[test]
    fn rows_that_are_not_the_picture_s_are_refused() {
        let mut picture = Picture::begin(3, 2).unwrap();
        assert_eq!(picture.take(&[0; 11]), Err(PictureError::OtherRows));
        assert_eq!(picture.take(&[0; 36]), Err(PictureError::OtherRows));
        assert_eq!(picture.take(&[0; 12]), Ok(()));
        assert_eq!(picture.take(&[0; 24]), Err(PictureError::OtherRows));
        assert_eq!(picture.fingerprints().err(), Some(PictureError::RowsMissing));
    }

    #[test]
    fn two_hundred_megapixels_are_begun_and_one_more_is_too_large() {
        assert!(Picture::begin(20_000, 10_000).is_ok());
        assert_eq!(Picture::begin(200_000_001, 1).err(), Some(PictureError::TooLarge));
        assert_eq!(Picture::begin(u32::MAX, u32::MAX).err(), Some(PictureError::TooLarge));
        assert_eq!(Picture::begin(0, 9).err(), Some(PictureError::Empty));
    }
}
