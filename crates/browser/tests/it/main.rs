//! The committed module in web/wasm, run by Node, against the crates that are here.

#[path = "../../../fingerprint/tests/it/recipes.rs"]
mod recipes;
mod wasm;
