//! What a follower reads, with suspicion: lines and events as they arrive, pages of the feed, lines of a snapshot.
//!
//! Bytes come in cut anywhere, from a node that may be newer, damaged or hostile; values come out, under limits.

mod lines;
mod page;
mod sse;

pub use lines::{Lines, TooLong};
pub use page::{Flaw, Line, Page, PageError, Skipped, read_line, read_page};
pub use sse::{EVENT_BYTES_MAX, Event, Events};
