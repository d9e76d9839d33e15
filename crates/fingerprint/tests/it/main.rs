//! The hash against the reference: on committed vectors, and on fresh pictures where the reference is installed.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the report")]

mod case;
mod differential;
mod properties;
mod recipes;
mod vectors;
