//! The matcher, driven over HTTP against real nodes over loopback, with a real file; and against a malicious one.

mod following;
mod support;
