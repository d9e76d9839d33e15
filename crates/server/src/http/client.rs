//! The one way out: an HTTP client with limits.

use std::time::Duration;

use exchange::Time;

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

/// `Retry-After`: seconds or a date (RFC 9110 section 10.2.3).
pub(crate) fn retry_after(text: &str, now: Time) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(Duration::from_micros(Time::from_micros(date.as_microsecond()).micros_since(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Time = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(retry_after("17", now), Some(Duration::from_secs(17)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 10:01:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
