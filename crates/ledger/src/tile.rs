//! A log as plain files (C2SP tlog-tiles): every 256 hashes a tile, every 256 entries a bundle, none of which ever changes once
//! it is full.

use std::fmt;
use std::str::FromStr;

use crate::hash::{HASH_BYTES, Hash};
use crate::tree::Tree;

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Bytes of an entry, at most: a bundle says its length in two bytes.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
/// Levels of tiles: 8 levels of the tree each, and a log has fewer than 2^64 leaves.
const LEVELS: u8 = 8;

/// A tile or a bundle by its path, such as `tile/0/x001/067.p/12` or `tile/entries/003`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TilePath {
    /// `None`: entries. Otherwise the level of the tile, 0 to 7.
    pub level: Option<u8>,
    /// Which one of its level.
    pub index: u64,
    /// How many hashes or entries it holds, 1 to 256; below 256 it is not yet full.
    pub width: u64,
}

/// The path, or what it leads to, has another form. Ask for `tile/<level>/<index>[.p/<width>]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no tile: ask for tile/<level>/<index>[.p/<width>]")]
pub struct TileError;

impl TilePath {
    /// Every tile of a level, or bundle of entries, that a log of so many leaves has, in order.
    pub fn all(level: Option<u8>, size: u64) -> impl Iterator<Item = Self> {
        let count = size >> (8 * u32::from(level.unwrap_or(0)));
        (0..count.div_ceil(TILE_WIDTH)).map(move |index| {
            let width = (count - index * TILE_WIDTH).min(TILE_WIDTH);
            Self { level, index, width }
        })
    }

    /// The hashes of this tile, as bytes; `None` when the tree does not have them, or these are entries.
    pub fn of_tree(&self, tree: &Tree) -> Option<Vec<u8>> {
        let row = tree.row(8 * u32::from(self.level?), self.index.checked_mul(TILE_WIDTH)?, self.width)?;
        Some(row.concat())
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        let digits = self.index.to_string();
        let digits = format!("{digits:0>width$}", width = digits.len().next_multiple_of(3));
        for (place, group) in digits.as_bytes().chunks(3).enumerate() {
            let is_last = (place + 1) * 3 == digits.len();
            let group = String::from_utf8_lossy(group);
            if is_last { write!(f, "{group}")? } else { write!(f, "x{group}/")? }
        }
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    fn from_str(text: &str) -> Result<Self, TileError> {
        let (level, rest) = text.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(TileError)?;
        let level = match level {
            "entries" => None,
            _ => Some(number(level).filter(|level| *level < u64::from(LEVELS)).ok_or(TileError)? as u8),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, number(width).ok_or(TileError)?),
            None => (rest, TILE_WIDTH),
        };
        let mut groups = index.split('/').rev();
        let mut value: u64 = group(groups.next().ok_or(TileError)?).ok_or(TileError)?;
        let mut unit: u64 = 1;
        for text in groups {
            unit = unit.checked_mul(1000).ok_or(TileError)?;
            let digits = text.strip_prefix('x').and_then(group).ok_or(TileError)?;
            value = digits.checked_mul(unit).and_then(|more| value.checked_add(more)).ok_or(TileError)?;
        }
        let path = Self { level, index: value, width };
        // There is one way to write each.
        let is_plain = (1..=TILE_WIDTH).contains(&width) && path.to_string() == text;
        if is_plain { Ok(path) } else { Err(TileError) }
    }
}

fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

fn group(text: &str) -> Option<u64> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The hashes of a tile that was fetched.
pub fn decode_tile(bytes: &[u8], width: u64) -> Result<Vec<Hash>, TileError> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    let is_whole = rest.is_empty() && hashes.len() as u64 == width && (1..=TILE_WIDTH).contains(&width);
    if is_whole { Ok(hashes.to_vec()) } else { Err(TileError) }
}

/// A bundle of entries; `None` when one is longer than [`ENTRY_BYTES_MAX`].
pub fn encode_entries<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(entry);
    }
    Some(bytes)
}

/// The entries of a bundle that was fetched.
pub fn decode_entries(mut bytes: &[u8], width: u64) -> Result<Vec<&[u8]>, TileError> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(TileError)?;
        entries.push(entry);
        bytes = rest;
        if entries.len() as u64 > TILE_WIDTH {
            return Err(TileError);
        }
    }
    if bytes.is_empty() && entries.len() as u64 == width && width > 0 { Ok(entries) } else { Err(TileError) }
}
