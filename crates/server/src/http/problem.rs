//! Errors as RFC 9457 problem documents. `type` is stable for programs, `detail` tells a person what to do.

use std::time::Duration;

use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::Scope;
use serde::Serialize;

use crate::compute::BrokenOff;
use crate::storage::StorageError;

/// An error answer. Nothing was changed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Stable name of the kind of error: `urn:rempart:problem:<name>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened here and what to do.
    pub detail: String,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after_seconds: Option<u64>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(status: StatusCode, name: &str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:rempart:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            retry_after_seconds: None,
        }
    }

    /// Says when to try again; at least one second.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after_seconds = Some(wait.as_secs_f64().ceil().max(1.0) as u64);
        self
    }

    /// 400: the request cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
    }

    /// 422: the request can be read but not done.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request cannot be done as it is", detail)
    }

    /// 401 without a key.
    pub fn key_missing() -> Self {
        let detail = "Send your partner key in the header `Authorization: Bearer rp_...`.";
        Self::new(StatusCode::UNAUTHORIZED, "key-missing", "A key is needed", detail)
    }

    /// 401 with something that is no key.
    pub fn key_malformed() -> Self {
        let detail = "The Authorization header is no partner key: send `Bearer rp_<16 hex digits>_<64 hex digits>`.";
        Self::new(StatusCode::UNAUTHORIZED, "key-malformed", "This is no key", detail)
    }

    /// 401 with a key that opens nothing.
    pub fn key_unknown() -> Self {
        let detail = "This key is unknown, over or revoked. Ask the node's operator for a new one.";
        Self::new(StatusCode::UNAUTHORIZED, "key-unknown", "The key opens nothing", detail)
    }

    /// 403: the key lacks a scope.
    pub fn scope_missing(scope: Scope) -> Self {
        let detail = format!("This key lacks the scope `{scope}`. Ask the node's operator for a key that has it.");
        Self::new(StatusCode::FORBIDDEN, "scope-missing", "The key may not do this", detail)
    }

    /// 429.
    pub fn too_often(wait: Duration) -> Self {
        let detail = "This key asks too often. Wait as long as Retry-After says, and send more in each call.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Too many requests", detail).retry_after(wait)
    }

    /// 429 for one stream too many.
    pub fn too_many_streams() -> Self {
        let detail = "This key has 16 streams, long polls and snapshots open, and may not have more. Close one first.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-streams", "Too many streams", detail)
            .retry_after(Duration::from_secs(1))
    }

    /// 404 for a thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
    }

    /// 503 while the index is being filled.
    pub fn loading() -> Self {
        let detail = "The node is still loading its bank; an answer now could miss entries. Try again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "loading", "Not ready yet", detail)
            .retry_after(Duration::from_secs(1))
    }

    /// 500, with nothing of the cause.
    pub fn internal() -> Self {
        let detail = "The node failed; nothing was changed. Try again; if it stays, tell the operator the request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The node failed", detail)
    }
}

impl From<BrokenOff> for Problem {
    fn from(_: BrokenOff) -> Self {
        Self::internal()
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let unavailable = |name, title, detail: &str| {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, name, title, detail).retry_after(Duration::from_secs(5))
        };
        match error {
            StorageError::Full(_) => {
                tracing::error!(%error, "storage is full or failing");
                let detail = "The node's disk is full or failing. Nothing was written; send the same again later.";
                unavailable("storage-full", "The node cannot write", detail)
            }
            StorageError::Unavailable(_) | StorageError::Conflict(_) => {
                tracing::warn!(%error, "storage is unavailable");
                let detail = "The node's database is busy or out of reach. Nothing was written; send the same again.";
                unavailable("storage-unavailable", "The node cannot reach its database", detail)
            }
            StorageError::Uncertain(_) => {
                tracing::error!(%error, "a commit broke off");
                let detail = "The node's database broke off while writing: it may or may not have been written. Send \
                              the same again; it counts once.";
                unavailable("storage-uncertain", "It may or may not have been written", detail)
            }
            _ => {
                // The engine's own words may quote rows; its code says enough.
                tracing::error!(%error, "storage refused");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Serialising strings and a number cannot fail.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body is not read: the connection cannot carry another request.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
