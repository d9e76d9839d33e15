//! The matcher, driven over HTTP against real nodes over loopback, with a real file; and against scripted ones that
//! break the rules.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy allows it in test functions only")]

mod cut_off;
mod following;
mod killed;
mod malicious;
mod outbox;
mod pictures;
mod scripted;
pub(crate) mod support;
