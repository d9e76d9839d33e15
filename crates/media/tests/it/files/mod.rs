//! Picture files made by code, so that no picture needs to be committed.

pub(crate) mod jpeg;
pub(crate) mod png;

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, RgbImage, RgbaImage};
use media::{draw, encode};

/// A drawn picture for the encoders of `image`.
pub(crate) fn drawn(seed: u64, width: u32, height: u32) -> RgbImage {
    RgbImage::from_raw(width, height, draw::photograph(seed, width, height).samples().to_vec()).unwrap()
}

/// The same with an alpha that runs from clear to opaque across the picture.
pub(crate) fn drawn_with_alpha(seed: u64, width: u32, height: u32) -> RgbaImage {
    let rgb = drawn(seed, width, height);
    RgbaImage::from_fn(width, height, |x, y| {
        let [red, green, blue] = rgb.get_pixel(x, y).0;
        image::Rgba([red, green, blue, (x * 255 / width.max(2)) as u8])
    })
}

pub(crate) fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub(crate) fn animated_gif(frames: &[RgbaImage]) -> Vec<u8> {
    let mut file = Vec::new();
    GifEncoder::new(&mut file).encode_frames(frames.iter().cloned().map(Frame::new)).unwrap();
    file
}

/// One small file of every kind that is decoded, each with its name.
pub(crate) fn one_of_each() -> Vec<(&'static str, Vec<u8>)> {
    let (width, height) = (40, 28);
    let rgb = drawn(11, width, height);
    let rgba = drawn_with_alpha(11, width, height);
    let grey = DynamicImage::from(rgb.clone()).to_luma8();
    let picture = draw::photograph(11, width, height);
    let indices: Vec<u8> = (0..width * height).map(|index| (index % 7) as u8).collect();
    let palette: Vec<[u8; 3]> = (0..7).map(|index| [index * 30, 255 - index * 20, index * 5]).collect();
    vec![
        ("JPEG", encode::jpeg(&picture, 80).unwrap()),
        ("grey JPEG", encoded(grey.clone(), ImageFormat::Jpeg)),
        ("progressive JPEG", jpeg::Flat::new(40, 24, 3).progressive().file()),
        ("non-interleaved JPEG", jpeg::Flat::new(40, 24, 3).one_scan_each().file()),
        ("four-ink JPEG", jpeg::Flat::new(40, 24, 4).adobe(0).file()),
        ("YCCK JPEG", jpeg::Flat::new(40, 24, 4).adobe(2).file()),
        ("PNG", encode::png(&picture).unwrap()),
        ("PNG with alpha", encoded(rgba.clone(), ImageFormat::Png)),
        ("16-bit PNG", encoded(DynamicImage::from(rgba.clone()).to_rgba16(), ImageFormat::Png)),
        ("palette PNG", png::Chunks::new(width, height, 8, png::PALETTE).palette(&palette, &[0, 9]).file(&indices)),
        ("interlaced PNG", png::Chunks::new(width, height, 8, png::RGB).interlaced(&rgb, 3).file(&[])),
        ("GIF", encoded(rgba.clone(), ImageFormat::Gif)),
        ("animated GIF", animated_gif(&[rgba.clone(), drawn_with_alpha(12, width, height)])),
        ("WebP", encoded(rgb.clone(), ImageFormat::WebP)),
        ("WebP with alpha", encoded(rgba.clone(), ImageFormat::WebP)),
        ("BMP", encoded(rgb.clone(), ImageFormat::Bmp)),
        ("BMP with alpha", encoded(rgba.clone(), ImageFormat::Bmp)),
        ("grey BMP", encoded(grey.clone(), ImageFormat::Bmp)),
        ("TIFF", encoded(rgb.clone(), ImageFormat::Tiff)),
        ("TIFF with alpha", encoded(rgba, ImageFormat::Tiff)),
        ("16-bit TIFF", encoded(DynamicImage::from(rgb).to_rgb16(), ImageFormat::Tiff)),
        ("grey TIFF", encoded(grey, ImageFormat::Tiff)),
    ]
}
