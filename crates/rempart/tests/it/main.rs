//! The real binary, driven as its users drive it.

mod crash;
