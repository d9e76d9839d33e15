//! The log held against a naive reading of the RFCs, against published vectors, and against whoever cheats.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy allows it in test functions only")]

mod notes;
mod tiles;
mod trees;
