//! hamming
