//! The committed module in web/wasm, run by Node, against the crates that are here.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the report")]

#[path = "../../../fingerprint/tests/it/recipes.rs"]
mod recipes;
mod wasm;
