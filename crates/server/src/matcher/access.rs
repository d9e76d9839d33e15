//! Who may ask a matcher.
//!
//! A matcher answers whether a picture is known, to whoever may ask it. On a loopback address that is every program of
//! the machine. On any other address it is who shows the access token; without a token a matcher does not listen there.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Matcher;
use crate::access::of_scheme;
use crate::http::Problem;

/// Fewer characters could be guessed.
pub const TOKEN_BYTES_MIN: usize = 16;

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every program that reaches the socket, which must therefore be on a loopback address.
    Loopback,
    /// Who shows the token of this SHA-256 digest, as `Authorization: Bearer TOKEN` or as a Basic password.
    Key([u8; 32]),
}

/// Why a matcher does not open its door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// Anyone could ask which pictures are known. Set an access token, or listen on 127.0.0.1.
    #[error("without an access token a matcher listens on loopback only, not on {0}; set a token")]
    Open(SocketAddr),
    /// It could be guessed. Take a long random one.
    #[error("an access token has at least {TOKEN_BYTES_MIN} visible ASCII characters")]
    Token,
}

impl Access {
    /// For who shows this token.
    ///
    /// # Errors
    /// [`AccessError::Token`].
    pub fn token(token: &str) -> Result<Self, AccessError> {
        if token.len() < TOKEN_BYTES_MIN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AccessError::Token);
        }
        Ok(Self::Key(Sha256::digest(token).into()))
    }

    /// Whether a matcher may listen there.
    ///
    /// # Errors
    /// [`AccessError::Open`].
    pub fn check_listen(&self, address: SocketAddr) -> Result<(), AccessError> {
        match self {
            Self::Loopback if !address.ip().to_canonical().is_loopback() => Err(AccessError::Open(address)),
            _ => Ok(()),
        }
    }

    /// Whether this is the token; where none is set, nothing is.
    pub(super) fn admits_token(&self, token: &str) -> bool {
        match self {
            Self::Loopback => false,
            Self::Key(digest) => Sha256::digest(token)[..].ct_eq(&digest[..]).into(),
        }
    }

    /// Whether what the header `Authorization` says opens the door; digests are compared in constant time.
    fn admits(&self, header: Option<&str>) -> bool {
        let Self::Key(digest) = self else { return true };
        let token =
            header.and_then(|header| of_scheme("bearer", header).map(str::to_owned).or_else(|| password(header)));
        Sha256::digest(token.unwrap_or_default())[..].ct_eq(&digest[..]).into()
    }
}

/// What clients that know a name and a password send (RFC 7617).
fn password(header: &str) -> Option<String> {
    let pair = STANDARD.decode(of_scheme("basic", header)?).ok()?;
    String::from_utf8(pair).ok()?.split_once(':').map(|(_, password)| password.to_owned())
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "Loopback",
            Self::Key(_) => "Key(..)",
        })
    }
}

/// Lets through who may ask.
pub(super) async fn admit(State(matcher): State<Matcher>, request: Request, next: Next) -> Result<Response, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    if matcher.access().admits(header) {
        return Ok(next.run(request).await);
    }
    let detail = "Send this matcher's access token in the header `Authorization: Bearer TOKEN`.";
    Err(Problem::new(StatusCode::UNAUTHORIZED, "token-needed", "The access token is needed", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_and_nothing_else_opens() {
        let access = Access::token("a-long-enough-token").unwrap();
        assert!(access.admits(Some("Bearer a-long-enough-token")));
        assert!(access.admits(Some("bearer  a-long-enough-token ")));
        assert!(access.admits(Some("Basic YTphLWxvbmctZW5vdWdoLXRva2Vu")), "a:a-long-enough-token");
        for wrong in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic a-long-enough-token")] {
            assert!(!access.admits(wrong), "{wrong:?}");
        }
        assert!(!access.admits(Some("Bearer a-long-enough-tokeN")));
        assert!(Access::Loopback.admits(None));
        assert_eq!(format!("{access:?}"), "Key(..)");
    }

    #[test]
    fn a_token_has_sixteen_characters_or_more() {
        assert!(Access::token(&"a".repeat(16)).is_ok());
        assert_eq!(Access::token(&"a".repeat(15)), Err(AccessError::Token));
        assert_eq!(Access::token(&" ".repeat(16)), Err(AccessError::Token));
    }

    #[test]
    fn without_a_token_only_loopback_is_listened_on() {
        let open: SocketAddr = "0.0.0.0:80".parse().unwrap();
        assert_eq!(Access::Loopback.check_listen(open), Err(AccessError::Open(open)));
        assert_eq!(Access::token(&"a".repeat(16)).unwrap().check_listen(open), Ok(()));
        for here in ["127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(Access::Loopback.check_listen(here.parse().unwrap()), Ok(()), "{here}");
        }
    }
}
