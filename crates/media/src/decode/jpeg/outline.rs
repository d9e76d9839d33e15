//! The markers of a JPEG file (ITU-T T.81, annex B): its size, what decoding it will hold, and whether it is whole.

use crate::{DecodeError, Format};

use super::corrupt;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// What the markers tell, of a file that has its end marker.
pub(super) struct Outline {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Horizontal and vertical sampling factor of each component, 1..=4.
    sampling: Vec<(u64, u64)>,
    /// Whether the decoder must keep all coefficients until the last scan: a progressive file, or one whose first scan
    /// lacks a component.
    is_buffered: bool,
    /// Where the first scan begins; the decoder keeps copies of metadata before it.
    header_bytes: u64,
}

impl Outline {
    /// Walks the markers from the first to the end of the picture; what follows that is of no account.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut frame: Option<Frame> = None;
        let mut outline: Option<Self> = None;
        let mut position = 0;
        loop {
            let (marker, after) = next_marker(bytes, position)?;
            position = after;
            if marker == EOI {
                return outline.ok_or_else(|| corrupt("it ends before its first scan"));
            }
            if marker == SOI || marker == 0x01 || is_restart(marker) {
                continue;
            }
            let segment = segment(bytes, position)?;
            position += 2 + segment.len();
            if is_frame(marker) && frame.is_none() {
                frame = Some(Frame::of(marker, segment)?);
            }
            if marker == SOS {
                let frame = frame.as_ref().ok_or_else(|| corrupt("a scan comes before the size"))?;
                outline.get_or_insert_with(|| frame.outline(segment, position));
                position = end_of_scan(bytes, position);
            }
        }
    }

    /// What decoding holds at its peak, in bytes, besides the file.
    pub(super) fn memory_bytes(&self) -> u64 {
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        let channels = if self.sampling.len() == 1 { 1 } else { 3 };
        let widest = self.sampling.iter().map(|factors| factors.0).max().unwrap_or(1);
        let tallest = self.sampling.iter().map(|factors| factors.1).max().unwrap_or(1);
        let columns = width.div_ceil(8 * widest);
        let rows = height.div_ceil(8 * tallest);
        let blocks_per_unit: u64 = self.sampling.iter().map(|(horizontal, vertical)| horizontal * vertical).sum();
        // One row of units of every component at 2 bytes a coefficient, and as much again at full width to upsample.
        let row = columns * 64 * 2 * (blocks_per_unit + 3 * self.sampling.len() as u64 * widest * tallest);
        let coefficients = if self.is_buffered { columns * rows * 64 * 2 * blocks_per_unit } else { 0 };
        width * height * channels + coefficients + row + self.header_bytes
    }
}

/// The frame header: size and components.
struct Frame {
    is_progressive: bool,
    width: u32,
    height: u32,
    sampling: Vec<(u64, u64)>,
}

impl Frame {
    fn of(marker: u8, segment: &[u8]) -> Result<Self, DecodeError> {
        let what = match marker {
            0xC0..=0xC2 => None,
            0xC3 => Some("lossless"),
            0xC9..=0xCB => Some("arithmetic coding"),
            _ => Some("hierarchical"),
        };
        let [precision, height_upper, height_lower, width_upper, width_lower, count, components @ ..] = segment else {
            return Err(corrupt("its size is missing"));
        };
        let what = what.or_else(|| (*precision != 8).then_some("more than 8 bits a sample"));
        let what = what.or_else(|| matches!(count, 2 | 5..).then_some("neither grey, colour nor four inks"));
        if let Some(what) = what {
            return Err(DecodeError::UnsupportedKind { format: Format::Jpeg, what: what.to_owned() });
        }
        let sampling: Vec<_> = components
            .chunks_exact(3)
            .map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)))
            .collect();
        let is_valid = |&(horizontal, vertical): &_| (1..=4).contains(&horizontal) && (1..=4).contains(&vertical);
        if sampling.len() != usize::from(*count) || sampling.is_empty() || !sampling.iter().all(is_valid) {
            return Err(corrupt("its components are out of range"));
        }
        let width = u32::from(u16::from_be_bytes([*width_upper, *width_lower]));
        let height = u32::from(u16::from_be_bytes([*height_upper, *height_lower]));
        Ok(Self { is_progressive: marker == 0xC2, width, height, sampling })
    }

    /// The outline, once the first scan's header tells how many components it has.
    fn outline(&self, scan_header: &[u8], position: usize) -> Outline {
        let components_in_scan = scan_header.first().map_or(0, |count| usize::from(*count));
        Outline {
            width: self.width,
            height: self.height,
            sampling: self.sampling.clone(),
            is_buffered: self.is_progressive || components_in_scan < self.sampling.len(),
            header_bytes: position as u64,
        }
    }
}

const fn is_restart(marker: u8) -> bool {
    matches!(marker, 0xD0..=0xD7)
}

/// Start-of-frame markers; 0xC4, 0xC8 and 0xCC in their midst are something else.
const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF)
}

/// The next marker's code and the place after it. Stray bytes in between are skipped, as every decoder does.
fn next_marker(bytes: &[u8], mut position: usize) -> Result<(u8, usize), DecodeError> {
    let cut_short = DecodeError::Truncated { format: Format::Jpeg };
    loop {
        let rest = bytes.get(position..).unwrap_or_default();
        let prefix = rest.iter().position(|&byte| byte == 0xFF).ok_or_else(|| cut_short.clone())?;
        let code = rest[prefix..].iter().position(|&byte| byte != 0xFF).ok_or_else(|| cut_short.clone())?;
        position += prefix + code + 1;
        let marker = bytes[position - 1];
        if marker != 0 {
            return Ok((marker, position));
        }
    }
}

/// What a marker segment carries after its two bytes of length.
fn segment(bytes: &[u8], position: usize) -> Result<&[u8], DecodeError> {
    let cut_short = || DecodeError::Truncated { format: Format::Jpeg };
    let rest = bytes.get(position..).ok_or_else(cut_short)?;
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk().ok_or_else(cut_short)?));
    if length < 2 {
        return Err(corrupt("a segment is shorter than its own length"));
    }
    rest.get(2..length).ok_or_else(cut_short)
}

/// Where the compressed data that begins at `position` ends: at the next marker that is neither a stuffed 0xFF nor a
/// restart, or at the end of the file.
fn end_of_scan(bytes: &[u8], mut position: usize) -> usize {
    while let Some(prefix) = bytes.get(position..).and_then(|rest| rest.iter().position(|&byte| byte == 0xFF)) {
        position += prefix;
        match bytes.get(position + 1) {
            Some(&code) if code == 0 || is_restart(code) => position += 2,
            Some(0xFF) => position += 1,
            _ => return position,
        }
    }
    bytes.len()
}
