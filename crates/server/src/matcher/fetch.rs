//! Asking a node: requests with the key, answers checked before anything of them is used, and what can go wrong.

use std::time::Duration;

use exchange::Time;
use exchange::follow::{PageError, TooLong};
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::settings::Upstream;
use crate::compute::BrokenOff;
use crate::http::retry_after;
use crate::storage::StorageError;

/// Bytes of an answer that is read whole to learn what went wrong.
const PROBLEM_BYTES_MAX: usize = 16 * 1024;
/// Longest name of a problem that is passed on.
const PROBLEM_NAME_BYTES_MAX: usize = 40;

/// What went wrong between a matcher and a node. Texts never carry anything of what was sent but names of problems.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// No connection, or it broke. The matcher tries again by itself.
    #[error("the node is out of reach: {0}")]
    Unreachable(&'static str),
    /// The connection stood and nothing came. The matcher tries again by itself.
    #[error("the node keeps silent")]
    Silent,
    /// The key opens nothing: unknown, over or revoked. Ask the node's operator for a new one.
    #[error("the node says that the key opens nothing; ask its operator for a new one")]
    Revoked,
    /// What the key is shown changed, or the bank is behind the cursor: a fresh snapshot is taken.
    #[error("a fresh snapshot is needed")]
    Stale,
    /// Another refusal, by its status and the name of its problem.
    #[error("the node answered {status}{}", .name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The last part of the problem's type, if it is a problem document of ours.
        name: Option<String>,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// An answer of another type: something stands between matcher and node. Check address and proxies.
    #[error("the answer is no {0}; something may stand between this matcher and the node")]
    ContentType(&'static str),
    /// An answer that contradicts itself or the protocol.
    #[error("the node sent {0}")]
    Malformed(&'static str),
    /// A page that is of no use.
    #[error("the node sent {0}")]
    Page(#[from] PageError),
    /// Too much of something.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// A piece of the matcher's own work panicked: a defect of ours. It tries again by itself; please report it.
    #[error("a piece of the matcher's own work failed")]
    Failed(#[from] BrokenOff),
    /// The matcher's own file. See the error; free space or restart.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Trouble {
    /// How long the node asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        if let Self::Refused { retry_after, .. } = self { *retry_after } else { None }
    }

    /// Whether it speaks for something in between that does not let an event stream through, rather than for a node
    /// that is down or says no.
    pub(super) fn is_in_between(&self) -> bool {
        match self {
            Self::ContentType(_) | Self::Silent => true,
            Self::Refused { name, .. } => name.is_none(),
            _ => false,
        }
    }
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Unreachable("no connection")
        } else if error.is_timeout() {
            Self::Silent
        } else {
            Self::Unreachable("the connection broke")
        }
    }
}

/// A request under `/api/v1` of a node, with the key.
pub(super) fn request(http: &reqwest::Client, to: &Upstream, method: Method, path: &str) -> RequestBuilder {
    http.request(method, format!("{}/api/v1/{path}", to.url())).bearer_auth(to.key().reveal())
}

/// Sends a request and gives a good answer of this content type.
pub(super) async fn fetch(request: RequestBuilder, kind: &'static str, now: Time) -> Result<Response, Trouble> {
    let response = check(request.header(ACCEPT, kind).send().await?, now).await?;
    let is_kind = |value: &reqwest::header::HeaderValue| value.as_bytes().starts_with(kind.as_bytes());
    if response.headers().get(CONTENT_TYPE).is_some_and(is_kind) {
        Ok(response)
    } else {
        Err(Trouble::ContentType(kind))
    }
}

/// Gives a good answer; makes trouble of any other.
pub(super) async fn check(response: Response, now: Time) -> Result<Response, Trouble> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?, now));
    let name = problem_name(response).await;
    Err(match (status, name) {
        (StatusCode::UNAUTHORIZED, _) => Trouble::Revoked,
        (StatusCode::CONFLICT, _) => Trouble::Stale,
        (_, name) => Trouble::Refused { status, name, retry_after },
    })
}

/// What a problem document, arrived as an event or as an answer, stands for.
pub(super) fn trouble_of_problem(bytes: &[u8]) -> Trouble {
    match name_in(bytes).as_deref() {
        Some("agreement-changed" | "ahead-of-bank") => Trouble::Stale,
        Some("key-unknown") => Trouble::Revoked,
        name => Trouble::Refused {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            name: Some(name.unwrap_or("unnamed").to_owned()),
            retry_after: None,
        },
    }
}

/// Reads an answer whole, up to a limit.
pub(super) async fn read_whole(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > bytes_max {
            return Err(TooLong(bytes_max).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn problem_name(response: Response) -> Option<String> {
    name_in(&read_whole(response, PROBLEM_BYTES_MAX).await.ok()?)
}

/// The name of a problem of ours, if that is what these bytes are. Nothing else of them is believed or shown.
fn name_in(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "type")]
        kind: String,
    }
    let problem: Named = serde_json::from_slice(bytes).ok()?;
    let name = problem.kind.strip_prefix("urn:rempart:problem:")?;
    let is_name = name.len() <= PROBLEM_NAME_BYTES_MAX && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_problem_only_a_plain_name_is_believed() {
        let named = |kind: &str| name_in(serde_json::json!({"type": kind, "detail": "x"}).to_string().as_bytes());
        assert_eq!(named("urn:rempart:problem:too-often").as_deref(), Some("too-often"));
        assert_eq!(named("urn:rempart:problem:0123abcd"), None);
        assert_eq!(named(&format!("urn:rempart:problem:{}", "a".repeat(41))), None);
        assert_eq!(named("about:blank"), None);
        assert!(matches!(trouble_of_problem(b"{"), Trouble::Refused { .. }));
        let stale = br#"{"type":"urn:rempart:problem:agreement-changed"}"#;
        assert!(matches!(trouble_of_problem(stale), Trouble::Stale));
    }
}
