//! `/x`: leaving. The visit ends, the browser forgets what it kept of us, and a neutral page takes over.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::chosen;
use super::sorry::Sorry;
use super::visit::{self, FORGOTTEN};
use crate::http::locale::Texts;
use crate::node::Node;

/// How long who leaves is kept waiting for the visit to end.
const PATIENCE: Duration = Duration::from_millis(300);

/// Ends the visit. Whatever fails, the person is sent away.
pub(super) async fn leave(State(node): State<Node>, texts: Texts, headers: HeaderMap) -> Result<Response, Sorry> {
    let ending = node.clone();
    let end = tokio::spawn(async move {
        if visit::leave(&ending, &headers).await.is_err() {
            tracing::warn!("a visit could not be ended; it ends by itself");
        }
    });
    // It goes on behind the answer where the disk is slow: nobody who leaves waits for that.
    let _ = tokio::time::timeout(PATIENCE, end).await;
    let settings = chosen::current();
    // What was set up was checked to be a plain address; the site's own front page would be the worst of answers.
    let away = HeaderValue::from_str(settings.leave.in_language(texts.language.code()))
        .unwrap_or(HeaderValue::from_static("about:blank"));
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in [
        (LOCATION, away),
        (SET_COOKIE, HeaderValue::from_static(FORGOTTEN)),
        (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"")),
    ] {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
