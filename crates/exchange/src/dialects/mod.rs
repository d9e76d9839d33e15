//! The wires of other systems, a folder each: pure encode and decode, no I/O.

pub mod hma;
