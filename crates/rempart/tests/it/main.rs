//! The real binary, driven as its users drive it.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy allows it in test functions only")]

mod cli;
mod crash;
