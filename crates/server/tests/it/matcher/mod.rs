//! The matcher, driven over HTTP against real nodes over loopback, with a real file; and against scripted ones that
//! break the rules.

mod cut_off;
mod following;
mod hma;
mod killed;
mod malicious;
mod outbox;
pub(crate) mod pictures;
mod scripted;
mod sources;
pub(crate) mod support;
