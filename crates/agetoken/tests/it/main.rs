//! Tokens from asking to spending, the RFC's vectors, and everybody who cheats.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy allows it in test functions only")]

mod cheats;
mod forms;
mod support;
mod vectors;
