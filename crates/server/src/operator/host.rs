//! Against DNS rebinding: a page on the web may make a browser send requests to this machine under the page's own name.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::Problem;

/// Lets through what is addressed to an IP address or to `localhost`: no stranger's name can be either.
pub(super) async fn only_local_names(request: Request, next: Next) -> Response {
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let asked = request.uri().authority().map(Authority::as_str).or(header);
    if asked.is_some_and(is_local) {
        return next.run(request).await;
    }
    let detail = "This page answers under an IP address or localhost only, so that no website can read it through \
        a visitor's browser. Use the address it listens on, or a proxy that sets Host to localhost.";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", "Not under this name", detail).into_response()
}

fn is_local(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_local_and_names_are_not() {
        for host in ["127.0.0.1", "127.0.0.1:9101", "localhost", "LOCALHOST:80", "[::1]:9101", "10.0.0.5:9101"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b", "1.2.3"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
