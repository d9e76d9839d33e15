//! HTTP around the rooms: assembling the routers, limits, headers, request ids, errors.

pub(crate) mod assets;
mod client;
mod fields;
pub(crate) mod form;
mod guard;
mod json;
pub(crate) mod locale;
pub(crate) mod page;
mod problem;
mod remote;
mod router;
mod serve;

pub(crate) use client::retry_after;
pub use client::{ClientError, client};
pub use guard::{Guard, Names, Refused, URL_BYTES_MAX};
pub use json::{Json, Path, Query};
pub use problem::Problem;
pub use remote::{Remote, RemoteError};
pub use router::node_router;
pub(crate) use router::{alive, ready};
pub use serve::{Listening, layers, serve};

/// Bytes of a request body, at most: 1,000 entries of 64 fingerprints fit.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A client that has begun to send a body and then keeps silent this long is not waited for.
pub const BODY_SILENCE_SECONDS_MAX: u64 = 15;
