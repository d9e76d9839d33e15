//! `/hma/TOKEN/...`: for clients that know nothing of keys but can be given a URL to begin theirs with.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use tower::ServiceExt;

use super::door::InPath;
use crate::access::Peer;
use crate::http::Problem;

/// Sends on what comes after the token.
pub(super) fn through(routes: Router) -> MethodRouter {
    any(move |request: Request| pass(routes, request))
}

async fn pass(routes: Router, request: Request) -> Response {
    let Some((token, uri)) = split(request.uri()) else {
        return Problem::not_found("write /hma/TOKEN/ and then HMA's path").into_response();
    };
    let (parts, body) = request.into_parts();
    // What the outer router noted about its own path must not be taken for parts of the inner one.
    let mut inner = Request::new(body);
    *inner.method_mut() = parts.method;
    *inner.uri_mut() = uri;
    *inner.headers_mut() = parts.headers;
    if let Some(peer) = parts.extensions.get::<Peer>() {
        inner.extensions_mut().insert(*peer);
    }
    inner.extensions_mut().insert(InPath(token));
    routes.oneshot(inner).await.into_response()
}

fn split(uri: &Uri) -> Option<(String, Uri)> {
    let rest = uri.path().strip_prefix("/hma/")?;
    let slash = rest.find('/')?;
    let token = percent(&rest[..slash])?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path: PathAndQuery = format!("{}{query}", &rest[slash..]).parse().ok()?;
    Some((token, Uri::from(path)))
}

/// A path segment as it was meant. A plus is a plus here.
fn percent(text: &str) -> Option<String> {
    let escaped = text.replace('+', "%2B");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_the_first_part_and_the_rest_is_left_as_it_is() {
        let (token, uri) = split(&"/hma/a%2Bb+c/m/lookup?signal=%2F&x".parse().unwrap()).unwrap();
        assert_eq!((token.as_str(), uri.to_string().as_str()), ("a+b+c", "/m/lookup?signal=%2F&x"));
        assert!(split(&"/hma//m/lookup".parse().unwrap()).is_none());
        assert!(split(&"/hma/token".parse().unwrap()).is_none());
    }
}
