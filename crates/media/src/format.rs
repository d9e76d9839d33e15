use std::fmt;

use crate::DecodeError;

/// A picture format that is decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG: baseline and progressive, grey, colour and four inks.
    Jpeg,
    /// PNG, animated ones too (their default picture).
    Png,
    /// GIF, the first frame.
    Gif,
    /// WebP: lossy, lossless, and the first frame of an animation.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// TIFF, the first page.
    Tiff,
}

impl Format {
    /// The format told by a file's first bytes; a name or a content type is never believed.
    ///
    /// # Errors
    /// [`DecodeError::Empty`], [`DecodeError::Unsupported`] for formats known by name only, else
    /// [`DecodeError::UnknownFormat`].
    pub fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Err(DecodeError::Empty);
        }
        if let Some((_, format)) = DECODED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Ok(*format);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::WebP);
        }
        Err(match known_by_name(bytes) {
            Some(name) => DecodeError::Unsupported { name },
            None => DecodeError::UnknownFormat,
        })
    }

    /// The content type that names this format, such as `image/jpeg`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        })
    }
}

const DECODED: [(&[u8], Format); 7] = [
    (b"\xFF\xD8\xFF", Format::Jpeg),
    (b"\x89PNG\r\n\x1A\n", Format::Png),
    (b"GIF87a", Format::Gif),
    (b"GIF89a", Format::Gif),
    (b"BM", Format::Bmp),
    (b"II\x2A\x00", Format::Tiff),
    (b"MM\x00\x2A", Format::Tiff),
];

const NAMED: [(&[u8], &str); 11] = [
    (b"\xFF\x0A", "JPEG XL"),
    (b"\x00\x00\x00\x0CJXL \r\n\x87\n", "JPEG XL"),
    (b"\x00\x00\x00\x0CjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xFF\x4F\xFF\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop (PSD)"),
    (b"%PDF-", "PDF"),
    (b"\x00\x00\x01\x00", "Windows icon (ICO)"),
    (b"\x1A\x45\xDF\xA3", "Matroska or WebM video"),
    (b"II\x2B\x00", "BigTIFF"),
    (b"MM\x00\x2B", "BigTIFF"),
    (b"<svg", "SVG"),
];

fn known_by_name(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(iso_brand(bytes));
    }
    NAMED.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name)
}

/// The name behind an ISO base media file (ISO/IEC 14496-12): its major brand, then, for the generic picture brands
/// `mif1` and `msf1`, the first telling one among the compatible brands of the same box.
fn iso_brand(bytes: &[u8]) -> &'static str {
    let length = bytes.first_chunk::<4>().map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let box_end = length.clamp(8, 512).min(bytes.len());
    let brands = bytes[8..box_end].chunks_exact(4).enumerate().filter(|(place, _)| *place != 1);
    for (_, brand) in brands {
        match brand {
            b"avif" | b"avis" => return "AVIF",
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => return "HEIC",
            b"crx " => return "Canon raw (CR3)",
            b"isom" | b"iso2" | b"mp41" | b"mp42" | b"M4V " | b"qt  " | b"3gp4" | b"3gp5" | b"avc1" => {
                return "video (MP4 or QuickTime)";
            }
            _ => {}
        }
    }
    if bytes.get(8..12).is_some_and(|brand| brand == b"mif1" || brand == b"msf1") { "HEIF" } else { "video" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decoded_format_is_told_by_its_first_bytes() {
        for (magic, format) in DECODED {
            assert_eq!(Format::of(magic), Ok(format));
        }
        assert_eq!(Format::of(b"RIFF\x10\x00\x00\x00WEBPVP8 "), Ok(Format::WebP));
    }

    #[test]
    fn avif_and_heic_are_refused_by_name_and_told_to_convert_to_jpeg() {
        let cases: [(&[u8], &str); 5] = [
            (b"\x00\x00\x00\x1Cftypavif\x00\x00\x00\x00avifmif1miaf", "AVIF"),
            (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
            (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "AVIF"),
            (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heix", "HEIC"),
            (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00miafMiHB", "HEIF"),
        ];
        for (bytes, name) in cases {
            let error = Format::of(bytes).unwrap_err();
            assert_eq!(error, DecodeError::Unsupported { name });
            assert_eq!(error.to_string(), format!("{name} is not supported: convert it to JPEG and send that"));
        }
    }

    #[test]
    fn a_video_is_called_a_video() {
        let error = Format::of(b"\x00\x00\x00\x14ftypisom\x00\x00\x02\x00mp41").unwrap_err();
        assert_eq!(error, DecodeError::Unsupported { name: "video (MP4 or QuickTime)" });
    }

    #[test]
    fn nothing_at_all_and_no_picture_at_all_are_told_apart() {
        assert_eq!(Format::of(b""), Err(DecodeError::Empty));
        assert_eq!(Format::of(b"hello"), Err(DecodeError::UnknownFormat));
        assert_eq!(Format::of(b"\x00\x00\x00"), Err(DecodeError::UnknownFormat));
    }

    #[test]
    fn a_file_type_box_of_any_length_is_read_without_panic() {
        for length in 0..40_u32 {
            let mut bytes = length.to_be_bytes().to_vec();
            bytes.extend_from_slice(b"ftypabcd");
            assert!(Format::of(&bytes).is_err());
            assert!(Format::of(&bytes[..8]).is_err());
        }
    }
}
