//! What must be known of a picture before a browser decodes it, from the first bytes of its file: how large it says it is, so
//! that one which would fill a phone's memory is never decoded, and how it wants to be turned, so that it is not.
//!
//! Formats that are not read here (AVIF, HEIC) the browser decodes at its own discretion.

use wasm_bindgen::prelude::wasm_bindgen;

/// Sides in pixels, as the file says; a lie at worst makes the decoder refuse.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// The size that the first bytes of a PNG, JPEG, GIF, WebP or BMP tell; nothing if they are of another format or end
/// before it. A JPEG's size may stand behind its metadata: give as much as 256 KiB.
#[wasm_bindgen]
pub fn picture_size(head: &[u8]) -> Option<Size> {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', rest @ ..] => {
            Some(Size { width: be32(rest, 8)?, height: be32(rest, 12)? })
        }
        [0xFF, 0xD8, segments @ ..] => of_jpeg(segments),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', rest @ ..] => {
            Some(Size { width: le16(rest, 0)?, height: le16(rest, 2)? })
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', chunk @ ..] => of_webp(chunk),
        [b'B', b'M', rest @ ..] => {
            // Rows of a negative height go from top to bottom.
            let height = le32(rest, 20)?.cast_signed().unsigned_abs();
            Some(Size { width: le32(rest, 16)?, height })
        }
        _ => None,
    }
}

/// The same bytes with the orientation taken out of a JPEG's EXIF: browsers turn pictures by it and the server does not, as
/// every query asks in eight orientations anyway.
#[wasm_bindgen]
pub fn without_orientation(mut head: Vec<u8>) -> Vec<u8> {
    if let Some(value) = orientation_at(&head) {
        head[value..value + 2].fill(0);
    }
    head
}

/// Where the two bytes of the orientation stand in a JPEG.
fn orientation_at(head: &[u8]) -> Option<usize> {
    let mut at = 2;
    head.starts_with(&[0xFF, 0xD8]).then_some(())?;
    loop {
        match head.get(at..at + 2)? {
            [0xFF, 0xFF] => at += 1,
            // EXIF (CIPA DC-008, 4.5) stands in a segment APP1.
            [0xFF, 0xE1] if head.get(at + 4..)?.starts_with(b"Exif\0\0") => {
                return orientation_in_tiff(head.get(at + 10..)?).map(|value| at + 10 + value);
            }
            // The picture itself begins.
            [0xFF, 0xDA] => return None,
            [0xFF, _] => at += 2 + be16(head, at + 2)?.max(2) as usize,
            _ => return None,
        }
    }
}

/// Where the orientation's value stands: tag 0x0112, one short, in the first directory (TIFF 6.0, section 2).
fn orientation_in_tiff(tiff: &[u8]) -> Option<usize> {
    let little = tiff.starts_with(b"II");
    let short = |at: usize| if little { le16(tiff, at) } else { be16(tiff, at) };
    let directory = if little { le32(tiff, 4)? } else { be32(tiff, 4)? } as usize;
    let entries = (0..short(directory)? as usize).map(|entry| directory.saturating_add(2 + 12 * entry));
    let mut orientations = entries.filter(|entry| short(*entry) == Some(0x0112) && short(entry + 2) == Some(3));
    let value = orientations.next()? + 8;
    (value + 2 <= tiff.len()).then_some(value)
}

/// Goes from segment to segment until the one that begins a frame (ITU-T T.81, B.2.2).
fn of_jpeg(mut segments: &[u8]) -> Option<Size> {
    loop {
        match segments {
            // Any number of bytes FF may stand before a marker.
            [0xFF, 0xFF, ..] => segments = &segments[1..],
            [0xFF, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF, frame @ ..] => {
                return Some(Size { width: be16(frame, 5)?, height: be16(frame, 3)? });
            }
            [0xFF, _, segment @ ..] => segments = segment.get(be16(segment, 0)?.max(2) as usize..)?,
            _ => return None,
        }
    }
}

/// The first chunk of a WebP file (RFC 9649, 2.5 to 2.7).
fn of_webp(chunk: &[u8]) -> Option<Size> {
    let side = |bits: u32| (bits & 0x3FFF) + 1;
    match chunk.first_chunk()? {
        b"VP8X" => {
            let side = |at: usize| Some((le32(chunk, at)? & 0xFF_FFFF) + 1);
            // The byte before the width is reserved, so that four bytes may be read for three.
            Some(Size { width: side(12)?, height: (le32(chunk, 14)? >> 8) + 1 })
        }
        b"VP8L" => {
            let bits = le32(chunk, 9)?;
            Some(Size { width: side(bits), height: side(bits >> 14) })
        }
        b"VP8 " => Some(Size { width: le16(chunk, 14)? & 0x3FFF, height: le16(chunk, 16)? & 0x3FFF }),
        _ => None,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes).into())
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes).into())
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Option<Size> {
        Some(Size { width, height })
    }

    /// A JPEG up to its frame, with an orientation (6, a quarter turn) in its EXIF.
    fn jpeg(byte_order: &[u8; 2]) -> Vec<u8> {
        let tiff: &[u8] = match byte_order {
            b"MM" => {
                b"MM\0\x2A\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\x01A\0\0\0\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
            }
            _ => b"II\x2A\0\x08\0\0\0\x02\0\x0F\x01\x02\0\x01\0\0\0A\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
        };
        let mut jpeg = b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xFF\xE1".to_vec();
        jpeg.extend((tiff.len() as u16 + 8).to_be_bytes());
        jpeg.extend(b"Exif\0\0");
        jpeg.extend(tiff);
        jpeg.extend(b"\xFF\xC2\0\x11\x08\x0B\xB8\x0F\xA0\x03rest");
        jpeg
    }

    #[test]
    fn the_size_is_read_from_every_format() {
        let png = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x4E\x20\0\0\x3A\x98\x08\x02";
        assert_eq!(picture_size(png), size(20_000, 15_000));
        assert_eq!(picture_size(&jpeg(b"MM")), size(4000, 3000));
        assert_eq!(picture_size(b"GIF89a\x40\x01\xF0\0"), size(320, 240));
        let bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x07\0\0\0\xFB\xFF\xFF\xFF";
        assert_eq!(picture_size(bmp), size(7, 5));
        assert_eq!(picture_size(b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x9F\x0F\0\xB7\x0B\0"), size(4000, 3000));
        assert_eq!(picture_size(b"RIFF\0\0\0\0WEBPVP8L\x0A\0\0\0\x2F\x9F\xCF\xED\x02"), size(4000, 3000));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \x0A\0\0\0\0\0\0\x9D\x01\x2A\xA0\x0F\xB8\x0B";
        assert_eq!(picture_size(lossy), size(4000, 3000));
    }

    #[test]
    fn no_beginning_of_a_file_is_taken_for_more_than_it_is() {
        for whole in [&jpeg(b"II")[..], b"RIFF\0\0\0\0WEBPVP8X", b"\x89PNG\r\n\x1A\n", b"BM", b"GIF87a", b"<svg", b""] {
            for end in 0..whole.len().min(60) {
                assert_eq!(picture_size(&whole[..end]), None);
                assert_eq!(without_orientation(whole[..end].to_vec()).len(), end);
            }
        }
        assert_eq!(picture_size(b"\xFF\xD8\xFF\xE0\0\0\xFF\xE0\0\0"), None);
    }

    #[test]
    fn the_orientation_is_taken_out_and_nothing_else() {
        for order in [b"MM", b"II"] {
            let before = jpeg(order);
            let after = without_orientation(before.clone());
            let changed: Vec<(u8, u8)> =
                before.iter().zip(&after).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b)).collect();
            assert_eq!(changed, [(6, 0)]);
            assert_eq!(without_orientation(after.clone()), after);
        }
    }
}
