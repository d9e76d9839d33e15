//! Who may speak HMA's API with a matcher, and which hosts it may be sent to.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::refused::Refused;
use crate::matcher::Matcher;

/// How a matcher speaks HMA's API.
#[derive(Clone, Debug, Default)]
pub struct HmaSettings {
    /// Without a token, which a matcher then does on a loopback address only.
    pub is_open: bool,
    /// Hosts, with their port if it is not the usual one, from which it fetches what a URL names. None: it fetches
    /// nothing.
    pub fetch_hosts: Vec<String>,
    /// Hosts, with their port if it is not the usual one, where an exchange made over HMA's API may be although its system is
    /// elsewhere: nodes, and systems under test. None: only where the systems are. Credentials are sent there.
    pub exchange_hosts: Vec<String>,
}

/// HMA's API was declared open where others reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "without a key HMA's API is on loopback only, not on {0}; listen on 127.0.0.1, or leave it behind the access token"
)]
pub struct HmaError(SocketAddr);

impl HmaSettings {
    /// Whether a matcher may listen there.
    ///
    /// # Errors
    /// [`HmaError`].
    pub fn check_listen(&self, address: SocketAddr) -> Result<(), HmaError> {
        if self.is_open && !address.ip().to_canonical().is_loopback() { Err(HmaError(address)) } else { Ok(()) }
    }

    /// Whether something may be fetched there.
    pub(super) fn may_fetch(&self, url: &url::Url) -> bool {
        is_at(url, &self.fetch_hosts)
    }

    /// Whether an exchange may be there.
    pub(in crate::matcher) fn may_follow(&self, url: &url::Url) -> bool {
        is_at(url, &self.exchange_hosts)
    }
}

fn is_at(url: &url::Url, hosts: &[String]) -> bool {
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else { return false };
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    url.username().is_empty() && url.password().is_none() && hosts.contains(&host)
}

/// A token that came in the path.
#[derive(Clone)]
pub(super) struct InPath(pub(super) String);

/// Lets through who may ask.
pub(super) async fn admit(State(matcher): State<Matcher>, request: Request, next: Next) -> Result<Response, Refused> {
    let token = match request.extensions().get::<InPath>() {
        Some(InPath(token)) => Some(token.clone()),
        None => shown(request.headers()),
    };
    if matcher.inner.hma.is_open || token.is_some_and(|token| matcher.access().admits_token(&token)) {
        return Ok(next.run(request).await);
    }
    let message = "this matcher's access token is needed: as a bearer, as a basic password, or in the path, \
                   /hma/TOKEN/...; on loopback --hma-open does without";
    Err(Refused::new(StatusCode::UNAUTHORIZED, message))
}

/// The token in the header, as a bearer or as a password.
fn shown(headers: &HeaderMap) -> Option<String> {
    let (scheme, rest) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => {
            let pair = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
            pair.split_once(':').map(|(_, password)| password.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_is_on_loopback_only() {
        let open = HmaSettings { is_open: true, ..HmaSettings::default() };
        let far: SocketAddr = "0.0.0.0:80".parse().unwrap();
        assert_eq!(open.check_listen(far), Err(HmaError(far)));
        assert_eq!(open.check_listen("127.0.0.1:80".parse().unwrap()), Ok(()));
        assert_eq!(HmaSettings::default().check_listen(far), Ok(()));
    }

    #[test]
    fn only_named_hosts_are_fetched_from() {
        let fetch_hosts = vec!["cdn.example".into(), "127.0.0.1:81".into()];
        let settings = HmaSettings { fetch_hosts, ..HmaSettings::default() };
        let may = |url: &str| settings.may_fetch(&url::Url::parse(url).unwrap());
        assert!(may("https://cdn.example/a.jpg") && may("http://127.0.0.1:81/"));
        for not in [
            "https://other.example/",
            "http://127.0.0.1/",
            "http://cdn.example:8080/",
            "https://a@cdn.example/",
            "file:///etc/passwd",
            "ftp://cdn.example/",
            "https://cdn.example.evil.example/",
        ] {
            assert!(!may(not), "{not}");
        }
        assert!(!HmaSettings::default().may_fetch(&url::Url::parse("https://cdn.example/").unwrap()), "none named");
    }

    #[test]
    fn a_token_is_shown_as_a_bearer_or_a_password() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            shown(&headers)
        };
        assert_eq!(of("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(of(&format!("Basic {}", BASE64_STANDARD.encode("hma:abc"))).as_deref(), Some("abc"));
        for not in ["Basic", "Basic !", "Digest abc", "abc"] {
            assert_eq!(of(not), None, "{not}");
        }
    }
}
