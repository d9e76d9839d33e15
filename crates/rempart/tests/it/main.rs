//! The real binary, driven as its users drive it.

mod cli;
mod crash;
