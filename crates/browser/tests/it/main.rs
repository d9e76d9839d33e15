//! The committed module in web/wasm, run by Node and by a page in Chromium, against the crates that are here.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the report")]

mod chromium;
#[path = "../../../fingerprint/tests/it/recipes.rs"]
mod recipes;
mod server;
mod wasm;
