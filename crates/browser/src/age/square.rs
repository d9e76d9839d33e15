//! An address as a square that a camera reads, drawn where it is shown.

use qrcode::{Color, EcLevel, QrCode};
use wasm_bindgen::prelude::wasm_bindgen;

/// The dark places of the square for a text, row by row, a byte each: 1 is dark. Nothing when the text is too long for one.
#[wasm_bindgen]
pub fn square(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.to_colors().into_iter().map(|color| u8::from(color == Color::Dark)).collect())
}
