//! The one way out: an HTTP client with limits.

use std::time::Duration;

const CONNECT_TIMEOUT_MS: u64 = 10_000;
/// A stream that keeps silent this long is taken for dead; nodes send a sign of life every 10 seconds.
const READ_TIMEOUT_MS: u64 = 45_000;

/// The client could not be made: the machine has no usable certificate store. Install `ca-certificates`.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client could be made: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// A client that gives up on silence, follows no redirects (a bearer key must not travel on) and accepts compressed
/// answers.
pub fn client() -> Result<reqwest::Client, ClientError> {
    Ok(reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
        .read_timeout(Duration::from_millis(READ_TIMEOUT_MS))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("rempart/", env!("CARGO_PKG_VERSION")))
        .build()?)
}
