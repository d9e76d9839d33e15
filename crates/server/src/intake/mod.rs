//! The public portal: one anonymous case for pictures, links and help. See docs/design/0009-the-portal.md.
//!
//! A person answers one question a page into a draft, which lives in a sealed visit; the last page turns it into a case,
//! which opens with six words and with the hotline's key, and with nothing that is on our disk.

pub mod helplines;
pub mod links;
pub(crate) mod pages;
pub mod reading;
mod said;

pub use said::Said;
