//! The crate from outside: files built by code, limits, damage, memory, and agreement with the reference tool chain.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the report, as in the test itself")]

mod damage;
mod files;
mod formats;
mod limits;
mod luma;
mod memory;
mod rows;
mod toolchain;
