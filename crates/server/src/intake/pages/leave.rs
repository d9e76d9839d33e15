//! `/x`: leaving. The visit ends, the browser forgets what it kept of us, and a neutral page takes over.

use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::sorry::Sorry;
use super::visit::{self, FORGOTTEN};
use crate::http::locale::{Language, Texts};
use crate::node::Node;

/// Ends the visit. Whatever fails, the person is sent away.
pub(super) async fn leave(State(node): State<Node>, texts: Texts, headers: HeaderMap) -> Result<Response, Sorry> {
    if visit::leave(&node, &headers).await.is_err() {
        tracing::warn!("a visit could not be ended; it ends by itself");
    }
    // Places that anybody may have looked at, in the reader's language.
    let away = match texts.language {
        Language::Fr => "https://meteofrance.com/",
        Language::En => "https://www.bbc.com/weather",
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in [
        (LOCATION, away),
        (SET_COOKIE, FORGOTTEN),
        (HeaderName::from_static("clear-site-data"), "\"cache\", \"cookies\", \"storage\""),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
